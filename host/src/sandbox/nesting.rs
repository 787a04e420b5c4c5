//! How deep a component is nested. The parser, and the engine behind it, follow types into types on their stack, without a limit: a
//! few kilobytes would end the process.

use std::thread;

use wasmparser::{
    BinaryReaderError, ComponentType, ComponentTypeDeclaration, InstanceTypeDeclaration, Parser, Payload,
};

/// How deep types may be nested in types, and components in components. Graders have three levels of either.
const DEPTH: usize = 100;

/// The largest section of types that is read, which bounds how deep the reading itself can go: each level takes three bytes. A
/// grader's have some 500.
const TYPE_BYTES: usize = 64 << 10;

/// A stack on which that many levels can be read.
const STACK: usize = 256 << 20;

/// Looks how deep a component is nested.
///
/// # Errors
///
/// If it is nested too deep, or cannot be parsed.
pub(crate) fn check(component: &[u8]) -> Result<(), String> {
    thread::scope(|scope| {
        let checking = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || levels(component));
        match checking.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(checked)) => checked,
            Ok(Err(_)) => Err("the parser failed on it".into()),
            Err(error) => Err(format!("it cannot be read: {error}")),
        }
    })
}

fn levels(component: &[u8]) -> Result<(), String> {
    let wrong = |error: BinaryReaderError| error.to_string();
    let mut level = 0usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(wrong)? {
            Payload::Version { .. } => level += 1,
            Payload::End(_) => level = level.saturating_sub(1),
            Payload::ComponentTypeSection(types) => {
                let size = types.range().len();
                if size > TYPE_BYTES {
                    return Err(format!("a section of types has {size} bytes, more than the limit of {TYPE_BYTES}"));
                }
                for declared in types {
                    if depth(&declared.map_err(wrong)?) > DEPTH {
                        return Err(format!("types are nested more than {DEPTH} levels deep"));
                    }
                }
            }
            _ => {}
        }
        if level > DEPTH {
            return Err(format!("components are nested more than {DEPTH} levels deep"));
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
