//! What a component says on its outside, looked at before anything is compiled.

use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload};

use assay_types::excerpt::excerpt;
use assay_types::grader::{INTERFACE, WIT_VERSION};

use crate::error::LoadError;
use crate::limits::Limits;
use crate::sanitize;
use crate::toolchain::Signs;

/// The most imports that are named.
const NAMED: usize = 8;

/// Refuses what is no component, imports something, or keeps another version of the contract.
pub(crate) fn check(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    let malformed =
        |error: wasmparser::BinaryReaderError| LoadError::Component(sanitize::text(&error.to_string(), limits));
    let mut imports = Vec::new();
    let mut version = None;
    let mut signs = Signs::default();
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
            Payload::CustomSection(section) => signs.add(&section),
            _ => {}
        }
    }
    if !imports.is_empty() {
        let more = imports.len().saturating_sub(NAMED);
        imports.truncate(NAMED);
        if more > 0 {
            imports.push(format!("{more} more"));
        }
        return Err(LoadError::Imports { names: imports, built_by: signs.toolchain() });
    }
    match version {
        Some(version) if version != WIT_VERSION => Err(LoadError::Version { found: sanitize::text(&version, limits) }),
        _ => Ok(()),
    }
}
