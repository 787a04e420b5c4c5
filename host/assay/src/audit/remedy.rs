//! What to do with a component that is refused.

use assay_sandbox::{Exceeded, LoadError};

/// What to do; none if the reason says it, or nobody knows.
pub(super) fn remedy(error: &LoadError) -> Option<String> {
    let remedy = match error {
        LoadError::Module => {
            "`assay component MODULE.wasm -o NAME.wasm` makes a component of it; with `--stub-wasi` if it imports a system interface"
        }
        LoadError::Imports { built_by: None, .. } => {
            "build it without a system interface, or make the component of a module by `assay component --stub-wasi`; docs/languages has \
             the way of each language"
        }
        LoadError::World(_) => {
            "`assay wit` prints what it has to export, and `assay new grader` writes a grader that does"
        }
        LoadError::Version { .. } => "build it for the contract that `assay wit` prints",
        LoadError::Describe(_) => "`describe` has to return constants: name, version, summary, direction and options",
        LoadError::Size { .. }
        | LoadError::Exceeded(Exceeded::CompileProcessorTime(_) | Exceeded::CompileMemory(_)) => {
            "leave out debug information and names, and what is not needed; the limits are those of `--profile`"
        }
        LoadError::Exceeded(Exceeded::CoreInstances(_) | Exceeded::Memories(_) | Exceeded::Tables(_)) => {
            "link its modules into fewer: what is loaded dynamically takes an instance each"
        }
        LoadError::Component(_) | LoadError::Nesting(_) => {
            "if it was cut short or changed on its way, get it again and compare its digest; else build it anew with current tools"
        }
        _ => return None,
    };
    Some(remedy.to_owned())
}
