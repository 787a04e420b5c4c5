//! From a core module, which compilers of most languages make, to a component that keeps the contract with graders.
//!
//! [`component`] needs no tool beside itself: the contract is part of this crate, and a module that was compiled for WASI may be given a
//! system interface that has nothing behind it ([`System::Stub`]), so that the component imports nothing.

mod outline;

use thiserror::Error;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use self::outline::Outline;

/// The contract with graders, a text in WIT.
pub const CONTRACT: &str = include_str!("../../../wit/0.1.0/grader.wit");

/// The interface that graders export.
const INTERFACE: &str = "assay:grader/grading@0.1.0";

/// The system interface that compilers know, and that a grader has nothing of.
const WASI: &str = "wasi_snapshot_preview1";

/// That interface with nothing behind it: `stub.wat`.
const STUB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stub.wasm"));

/// What becomes of a module's imports from `wasi_snapshot_preview1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// A module that has some is refused.
    None,
    /// They lead nowhere: no files, no environment, a clock that counts how often it was asked, random numbers that are always the same;
    /// what is written is dropped, and a program that exits has failed.
    Stub,
}

/// Why a module cannot be made a component.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ComponentError {
    /// It is no WebAssembly.
    #[error("not a WebAssembly module: {0}")]
    Malformed(String),
    /// It is a component.
    #[error("it is a component already: nothing is left to do")]
    Component,
    /// It imports a system interface.
    #[error("the module imports {} from {WASI}: a grader imports nothing", listed(.0))]
    System(Vec<String>),
    /// It imports something else.
    #[error(
        "the module imports {}: nothing supplies that; a function was declared and not defined, or the module was compiled for another host",
        listed(.0)
    )]
    Imports(Vec<String>),
    /// It is a program, which runs once, where a library is needed.
    #[error(
        "the module exports `_start` and no `_initialize`: it was linked as a program, and has to be linked as a reactor (a library), such \
         as by `-mexec-model=reactor` in C, `-buildmode=c-shared` in Go, a crate type `cdylib` in Rust"
    )]
    Program,
    /// It lacks exports of a grader.
    #[error("the module does not export {}, as a grader does", listed(.0))]
    Exports(Vec<String>),
    /// Its exports or imports do not fit the contract.
    #[error("the module does not fit the contract: {0}")]
    Contract(String),
}

fn listed(names: &[String]) -> String {
    /// The most names that are told.
    const NAMED: usize = 5;
    let mut told: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{}`", name.escape_debug())).collect();
    if names.len() > NAMED {
        told.push(format!("{} more", names.len() - NAMED));
    }
    told.join(", ")
}

/// Makes a component of a core module. The same module gives the same bytes.
///
/// A module that does not name its contract, as those do that have bindings written by hand, is taken for a grader's.
///
/// # Errors
///
/// If it is no core module, imports what is not supplied, or does not export what a grader exports.
pub fn component(module: &[u8], system: System) -> Result<Vec<u8>, ComponentError> {
    let outline = Outline::of(module)?;
    if !outline.names_contract {
        if let Some(error) = outline.lacks(system) {
            return Err(error);
        }
    } else if system == System::None && !outline.system.is_empty() {
        return Err(ComponentError::System(outline.system));
    }
    let contract = |error: anyhow::Error| ComponentError::Contract(format!("{error:#}"));
    let mut module = module.to_vec();
    if !outline.names_contract {
        embed_contract(&mut module).map_err(contract)?;
    }
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).map_err(contract)?;
    if system == System::Stub {
        encoder = encoder.adapter(WASI, STUB).map_err(contract)?;
    }
    encoder.encode().map_err(contract)
}

/// Adds the section that says which contract a module keeps.
fn embed_contract(module: &mut Vec<u8>) -> anyhow::Result<()> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("grader.wit", CONTRACT)?;
    let world = resolve.select_world(&[package], Some("grader"))?;
    embed_component_metadata(module, &resolve, world, StringEncoding::UTF8)
}
