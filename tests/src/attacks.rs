//! Hostile graders, from a few lines of text to a component.
//!
//! A fixture holds only what is hostile: fields of a core module. What it does not export, an honest prelude adds. Its types and the
//! places of what they return are those of the canonical ABI:
//!
//! ```text
//! describe: func() -> description            #describe () -> i32
//! validate: func(submission, options)        #validate (rows, columns, count, options, count) -> i32
//! grade: func(submission, answers, options)  #grade (rows, columns, count, rows, columns, count, options, count) -> i32
//!
//! description    name 0, version 8, summary 16, direction 24 (u8), options 28; a text or list is its place and its length
//! option-spec    name 0, kind 8 (u8), required 9 (u8), summary 12; 20 bytes
//! result         of validate: 0 is ok, 1 an error (u8); problems 4
//! problem        message 0, row 8 (u8: 1 if there is one) and 12, column 16 (u8: 1 if there is one) and 20; 28 bytes
//! result         of grade: 0 is ok, 1 an error (u8); value 8 (f64), details 16; or kind 8 (u8), text 12
//! detail         name 0, value 8 (f64); 16 bytes
//! column         name 0, values 8 (u8: 4 is utf8) and 12, validity 28; 40 bytes; utf8 is offsets 0, bytes 8
//! ```
//!
//! `"#` stands for the interface's name, `NAME` for the fixture's and `LENGTH` for that name's length, `FUEL` for what uses up 1,000
//! units of it. A fixture that starts with
//! `(component` or `(module` is whole.

use assay_types::grader::INTERFACE;
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

use crate::{Failure, root};

include!(concat!(env!("OUT_DIR"), "/attacks.rs"));

/// A grader in the place of the example's, with its option of columns, which spins for as long as its fuel lasts: some seconds.
pub const SPINS: &str = r##"
(data (i32.const 1024) "targets")
(func (export "#describe") (result i32)
  (call $option (i32.const 0) (i32.const 1024) (i32.const 7))
  (i32.store8 (i32.const 4104) (i32.const 7))
  (call $describe (i32.const 64) (i32.const LENGTH) (i32.const 1)))
(func (export "#grade") (type $grade)
  (loop $again (br $again))
  (unreachable))
"##;

/// The version of the contract that this program keeps.
pub const VERSION: &str = "0.1.0";

/// What helps every fixture: a heap's start, and texts, scores and errors in the form of the canonical ABI.
const HELP: &str = include_str!("prelude/help.wat");

/// What a grader exports, honest.
const HONEST: [(&str, &str); 5] = [
    ("memory", include_str!("prelude/memory.wat")),
    ("cabi_realloc", include_str!("prelude/realloc.wat")),
    ("#describe", include_str!("prelude/describe.wat")),
    ("#validate", include_str!("prelude/validate.wat")),
    ("#grade", include_str!("prelude/grade.wat")),
];

impl Attack {
    /// What it attacks: the first line of its file.
    #[must_use]
    pub fn does(self) -> &'static str {
        let line = self.text().lines().next().unwrap_or_default();
        line.trim_start_matches(";; ")
    }

    /// The attack as a file that a grader would be.
    ///
    /// # Errors
    ///
    /// If its text is not that of a module or a component.
    pub fn component(self) -> Result<Vec<u8>, Failure> {
        component(self.name(), self.text(), VERSION)
    }
}

/// A component of that version of the contract, made of a fixture's text.
///
/// # Errors
///
/// If the text is not that of a module or a component.
pub fn component(name: &str, text: &str, version: &str) -> Result<Vec<u8>, Failure> {
    let code = text.lines().find(|line| !line.is_empty() && !line.starts_with(";;")).unwrap_or_default();
    if code.starts_with("(component") || code.starts_with("(module") {
        return Ok(wat::parse_str(text)?);
    }
    wrap(&wat::parse_str(module(name, text, version))?, version)
}

/// The text of a whole core module: a fixture and what it lacks.
#[must_use]
pub fn module(name: &str, text: &str, version: &str) -> String {
    let exports = |name: &str| text.contains(&format!("(export \"{name}\")"));
    let lacking = HONEST.into_iter().filter(|(name, _)| !exports(name)).map(|(_, text)| text);
    let fields: String = [HELP, text].into_iter().chain(lacking).collect();
    let fields = fields.replace("\"#", &format!("\"{INTERFACE}{version}#"));
    let fields = fields.replace("FUEL", &"(drop (i32.const 0))".repeat(1000));
    format!("(module\n{})", fields.replace("NAME", name).replace("LENGTH", &name.len().to_string()))
}

/// A component around a core module that has the contract's functions.
///
/// # Errors
///
/// If it has not.
pub fn wrap(module: &[u8], version: &str) -> Result<Vec<u8>, Failure> {
    let contract = std::fs::read_to_string(root().join("wit").join(VERSION).join("grader.wit"))?;
    let mut resolve = Resolve::default();
    let package = resolve.push_str("grader.wit", &contract.replace(VERSION, version))?;
    let world = resolve.select_world(&[package], Some("grader"))?;
    let mut module = module.to_vec();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    // What is not valid is for the program to find out.
    Ok(ComponentEncoder::default().validate(false).module(&module)?.encode()?)
}
