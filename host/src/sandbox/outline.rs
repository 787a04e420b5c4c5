//! What a component says on its outside, looked at before anything is compiled.

use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload};

use super::checked;
use super::engine::LoadError;
use super::limits::Limits;
use crate::excerpt::excerpt;

/// The interface that a grader exports, without its version.
const INTERFACE: &str = "assay:grader/grading@";

/// The version of it that this program keeps.
const VERSION: &str = "0.1.0";

/// The most imports that are named.
const NAMED: usize = 8;

/// Refuses what is no component, imports something, or keeps another version of the contract.
pub(super) fn check(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    let malformed =
        |error: wasmparser::BinaryReaderError| LoadError::Component(checked::text(&error.to_string(), limits));
    let mut imports = Vec::new();
    let mut version = None;
    // How many modules and components the parser is inside of, below the outermost.
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => return Err(LoadError::Module),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(excerpt(import.map_err(malformed)?.name.name).to_string());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let export = export.map_err(malformed)?;
                    if let (ComponentExternalKind::Instance, Some(found)) =
                        (export.kind, export.name.name.strip_prefix(INTERFACE))
                    {
                        version = Some(found.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    if !imports.is_empty() {
        let more = imports.len().saturating_sub(NAMED);
        imports.truncate(NAMED);
        if more > 0 {
            imports.push(format!("{more} more"));
        }
        return Err(LoadError::Imports(imports));
    }
    match version {
        Some(version) if version != VERSION => {
            Err(LoadError::Version { found: checked::text(&version, limits), kept: VERSION })
        }
        _ => Ok(()),
    }
}
