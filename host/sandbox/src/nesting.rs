//! How deep a component is nested. The parser, and the engine behind it, follow types into types on their stack, without a limit: a
//! few kilobytes would end the process.

use std::thread;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use wasmparser::{
    BinaryReaderError, ComponentType, ComponentTypeDeclaration, InstanceTypeDeclaration, Parser, Payload,
};

/// How deep types may be nested in types, and components in components. Graders have three levels of either.
const DEPTH: usize = 100;

/// The largest section of types that is read, which bounds how deep the reading itself can go: each level takes three bytes. A
/// grader's have some 500.
const TYPE_BYTES: usize = 64 << 10;

/// A stack on which that many levels can be read.
pub(crate) const STACK: usize = 256 << 20;

/// Why a component is not read any further.
#[derive(Clone, Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
pub enum NestingError {
    /// Its types are nested too deep.
    #[error("types are nested more than {DEPTH} levels deep")]
    Types,
    /// Components are nested too deep.
    #[error("components are nested more than {DEPTH} levels deep")]
    Components,
    /// A section of types is so large that types might be nested too deep to look.
    #[error("a section of types has {0} bytes, more than the limit of {TYPE_BYTES}")]
    Section(usize),
    /// It is no WebAssembly.
    #[error("{0}")]
    Malformed(String),
    /// The parser failed on it.
    #[error("the parser failed on it")]
    Parser,
    /// The system gave no thread to read it on: the component is not to blame.
    #[error("a thread that reads a component: {0}")]
    Thread(String),
}

impl From<BinaryReaderError> for NestingError {
    fn from(error: BinaryReaderError) -> Self {
        NestingError::Malformed(error.to_string())
    }
}

/// Looks how deep a component is nested.
///
/// # Errors
///
/// If it is nested too deep, or cannot be parsed.
pub(crate) fn check(component: &[u8]) -> Result<(), NestingError> {
    thread::scope(|scope| {
        let checking = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || levels(component));
        match checking.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(checked)) => checked,
            Ok(Err(_)) => Err(NestingError::Parser),
            Err(error) => Err(NestingError::Thread(error.to_string())),
        }
    })
}

fn levels(component: &[u8]) -> Result<(), NestingError> {
    let mut level = 0usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version { .. } => level += 1,
            Payload::End(_) => level = level.saturating_sub(1),
            Payload::ComponentTypeSection(types) => {
                let size = types.range().len();
                if size > TYPE_BYTES {
                    return Err(NestingError::Section(size));
                }
                for declared in types {
                    if depth(&declared?) > DEPTH {
                        return Err(NestingError::Types);
                    }
                }
            }
            _ => {}
        }
        if level > DEPTH {
            return Err(NestingError::Components);
        }
    }
    Ok(())
}

/// How many levels a type has.
fn depth(declared: &ComponentType<'_>) -> usize {
    let within = match declared {
        ComponentType::Component(declarations) => declarations
            .iter()
            .map(|declaration| match declaration {
                ComponentTypeDeclaration::Type(inner) => depth(inner),
                _ => 0,
            })
            .max(),
        ComponentType::Instance(declarations) => declarations
            .iter()
            .map(|declaration| match declaration {
                InstanceTypeDeclaration::Type(inner) => depth(inner),
                _ => 0,
            })
            .max(),
        _ => None,
    };
    within.unwrap_or(0) + 1
}
