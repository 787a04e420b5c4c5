//! What a component is made of, read from its bytes alone: nothing of it runs.
//!
//! [`dissect`] reads components in the calling thread, for as long as that takes: [`Sandbox::inspect`](crate::Sandbox::inspect) has a worker
//! do it where others made them. What a worker found is taken for what whoever took it over may have written: lists are short, texts are
//! made harmless once more, and kinds are those that there are.

mod claims;
mod hazards;
mod instructions;
mod listing;
mod parts;
mod proposals;
mod runtime;

use std::panic::catch_unwind;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use wasmparser::component_types::ComponentEntityType;
use wasmparser::types::TypesRef;
use wasmparser::{BinaryReaderError, Encoding, FunctionBody, Parser, Payload, WasmFeatures};

use assay_types::excerpt::excerpt;
use assay_types::grader::INTERFACE;

use self::claims::Gathered;
pub use self::claims::{Claims, Producer, Section, Text};
pub use self::hazards::{Hazards, System};
pub use self::instructions::Instructions;
use self::listing::harmless_or_none;
pub use self::listing::{Listing, shown};
pub use self::parts::{Export, Import, Kind, Memory, Table};
use self::parts::{core_kind, kind};
use self::runtime::Marks;
pub use self::runtime::{Runtime, RuntimeKind};
use crate::fault::HostFault;
use crate::footprint;
pub use crate::footprint::Footprint;
use crate::nesting::{self, NestingError};
use crate::toolchain::{Signs, Toolchain};

/// What a component is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anatomy {
    /// True for a component. False for a core module, which is no grader.
    pub component: bool,
    /// What it imports: everything it can touch beside what it is handed. A grader imports nothing.
    pub imports: Listing<Import>,
    /// What it exports.
    pub exports: Listing<Export>,
    /// The contract with graders that it exports, such as `assay:grader/grading@0.1.0`; none if it exports none.
    #[serde(deserialize_with = "harmless_or_none")]
    pub contract: Option<String>,
    /// How many core modules it holds. The code is in these.
    pub core_modules: usize,
    /// How many components it holds.
    pub components: usize,
    /// How many functions have code.
    pub functions: usize,
    /// The size of their code.
    pub code_bytes: u64,
    /// The size of the data that memories are filled with.
    pub data_bytes: u64,
    /// The memories.
    pub memories: Listing<Memory>,
    /// The tables.
    pub tables: Listing<Table>,
    /// How many functions run as soon as an instance is made, before anything is called.
    pub start_functions: usize,
    /// The instructions of all code.
    pub instructions: Instructions,
    /// The proposals to WebAssembly without which it is not valid.
    #[serde(deserialize_with = "proposals::known")]
    pub proposals: Vec<String>,
    /// What an instance of it has, by its own count.
    pub footprint: Footprint,
    /// What might make two machines disagree.
    pub hazards: Hazards,
    /// The toolchain that seems to have made it: a claim.
    pub toolchain: Option<Toolchain>,
    /// The language's runtime that it seems to carry: a claim.
    pub runtime: Option<Runtime>,
    /// What it says of itself.
    pub claims: Claims,
}

/// Why a component cannot be taken apart.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DissectError {
    /// It is not WebAssembly, or not valid by the rules of any proposal: what is wrong, and where.
    #[error("{0}")]
    Invalid(String),
    /// The host failed: the component is not to blame.
    #[error(transparent)]
    Host(#[from] HostFault),
}

/// Reads what a component is made of, in the calling thread and for as long as it takes.
///
/// # Errors
///
/// If it is not WebAssembly, or not valid by the rules of any proposal; or if the host fails.
pub fn dissect(bytes: &[u8]) -> Result<Anatomy, DissectError> {
    nesting::check(bytes).map_err(|error| match error {
        NestingError::Thread(_) => DissectError::Host(HostFault::Resources(error.to_string())),
        error => DissectError::Invalid(short(&error.to_string())),
    })?;
    // The parser may panic on proposals that it supports only in part.
    let read = catch_unwind(|| read(bytes)).unwrap_or_else(|_| Err("the parser failed on it".into()));
    read.map_err(DissectError::Invalid)
}

/// The version of Rust that a component says it was compiled with. The component need not be valid: nothing but its custom sections is
/// read, which takes no longer than the size of the component says.
#[must_use]
pub fn rustc(component: &[u8]) -> Option<String> {
    let mut claims = Gathered::default();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::CustomSection(section) = payload.ok()? {
            claims.add(&section);
        }
    }
    claims.finish().rustc().map(ToOwned::to_owned)
}

fn short(error: &str) -> String {
    excerpt(error).unquoted(300).to_string()
}

fn walk(bytes: &[u8]) -> Result<Walk<'_>, String> {
    let mut walk = Walk::default();
    for payload in Parser::new(0).parse_all(bytes) {
        payload.and_then(|payload| walk.payload(&payload)).map_err(|error| short(&error.to_string()))?;
    }
    Ok(walk)
}

fn read(bytes: &[u8]) -> Result<Anatomy, String> {
    let walk = walk(bytes)?;
    let types = proposals::validate(bytes, WasmFeatures::all()).map_err(|error| short(&error.to_string()))?;
    let footprint = footprint::count(bytes).map_err(|error| short(&error.to_string()))?;
    let (toolchain, runtime) = (walk.signs.toolchain(), walk.marks.runtime(&walk.signs));
    let mut anatomy = Anatomy { claims: walk.claims.finish(), footprint, toolchain, runtime, ..walk.anatomy };
    anatomy.hazards.relaxed_simd = anatomy.instructions.relaxed_simd;
    anatomy.hazards.atomics = anatomy.instructions.atomics;
    for name in walk.exported {
        anatomy.exports.push(export(name, types.as_ref()));
        if name.starts_with(INTERFACE) {
            anatomy.contract = Some(shown(name));
        }
    }
    anatomy.proposals = proposals::needed(bytes);
    Ok(anatomy)
}

/// The way through a component, its modules and the components within it.
#[derive(Default)]
struct Walk<'a> {
    anatomy: Anatomy,
    claims: Gathered,
    signs: Signs,
    marks: Marks,
    /// The component's own exports.
    exported: Vec<&'a str>,
    /// What is being read: the component, and what it is nested in.
    within: Vec<Encoding>,
}

impl<'a> Walk<'a> {
    fn payload(&mut self, payload: &Payload<'a>) -> Result<(), BinaryReaderError> {
        let outermost = self.within.len() == 1;
        let anatomy = &mut self.anatomy;
        match payload {
            Payload::Version { encoding, .. } => {
                match (self.within.is_empty(), encoding) {
                    (true, encoding) => anatomy.component = *encoding == Encoding::Component,
                    (false, Encoding::Module) => anatomy.core_modules += 1,
                    (false, Encoding::Component) => anatomy.components += 1,
                }
                self.within.push(*encoding);
            }
            Payload::End(_) => {
                self.within.pop();
            }
            Payload::ComponentImportSection(imports) if outermost => {
                for import in imports.clone() {
                    let import = import?;
                    anatomy.imports.push(Import { name: shown(import.name.name), kind: kind(import.ty.kind()) });
                }
            }
            Payload::ImportSection(imports) if outermost => {
                for import in imports.clone().into_imports() {
                    let import = import?;
                    let name = shown(&format!("{}.{}", import.module, import.name));
                    anatomy.imports.push(Import { name, kind: core_kind(&import.ty) });
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    let import = import?;
                    anatomy.hazards.system.extend(System::of(import.module, import.name));
                }
            }
            Payload::ComponentExportSection(exports) if outermost => {
                for export in exports.clone() {
                    self.exported.push(export?.name.name);
                }
            }
            Payload::ExportSection(exports) if outermost => {
                for export in exports.clone() {
                    self.exported.push(export?.name);
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories.clone() {
                    anatomy.memories.push((&memory?).into());
                }
            }
            Payload::TableSection(tables) => {
                for table in tables.clone() {
                    anatomy.tables.push((&table?.ty).into());
                }
            }
            Payload::StartSection { .. } | Payload::ComponentStartSection { .. } => anatomy.start_functions += 1,
            Payload::CodeSectionEntry(body) => self.function(body)?,
            Payload::DataSection(data) => {
                for segment in data.clone() {
                    let data = segment?.data;
                    anatomy.data_bytes += data.len() as u64;
                    self.marks.add(data);
                }
            }
            Payload::CustomSection(section) => {
                self.claims.add(section);
                self.signs.add(section);
            }
            _ => {}
        }
        Ok(())
    }

    fn function(&mut self, body: &FunctionBody<'_>) -> Result<(), BinaryReaderError> {
        self.anatomy.functions += 1;
        self.anatomy.code_bytes += body.range().len() as u64;
        self.anatomy.hazards.nan += self.anatomy.instructions.add(body)?;
        Ok(())
    }
}

/// An export of a component, or of a core module, whose items have other types.
fn export(name: &str, types: TypesRef<'_>) -> Export {
    let item = types.component_item_for_export(name);
    let functions = match item.map(|item| item.ty) {
        Some(ComponentEntityType::Instance(instance)) => {
            let exports = &types[instance].exports;
            let functions = exports.iter().filter(|(_, item)| matches!(item.ty, ComponentEntityType::Func(_)));
            functions.map(|(name, _)| shown(name)).collect()
        }
        _ => Listing::default(),
    };
    let kind = item.map_or(Kind::Core, |item| match item.ty {
        ComponentEntityType::Module(_) => Kind::Module,
        ComponentEntityType::Func(_) => Kind::Function,
        ComponentEntityType::Value(_) => Kind::Value,
        ComponentEntityType::Type { .. } => Kind::Type,
        ComponentEntityType::Instance(_) => Kind::Instance,
        ComponentEntityType::Component(_) => Kind::Component,
    });
    Export { name: shown(name), kind, functions }
}
