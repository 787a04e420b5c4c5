//! What a core module imports and exports, looked at first, so that what is wrong is said in words of this project.

use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};

use crate::{ComponentError, INTERFACE, System, WASI};

/// The outside of a core module.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Whether it says which contract it keeps.
    pub(crate) names_contract: bool,
    /// The functions that it imports from the system interface.
    pub(crate) system: Vec<String>,
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Outline {
    pub(crate) fn of(module: &[u8]) -> Result<Self, ComponentError> {
        if !module.starts_with(b"\0asm") {
            return Err(ComponentError::Malformed("it does not begin as one does".into()));
        }
        let mut outline = Outline::default();
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload.map_err(malformed)?;
            if matches!(payload, Payload::Version { encoding: Encoding::Component, .. }) {
                return Err(ComponentError::Component);
            }
            outline.add(&payload).map_err(malformed)?;
        }
        Ok(outline)
    }

    fn add(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    let import = import?;
                    if import.module == WASI {
                        self.system.push(import.name.to_owned());
                    } else {
                        self.imports.push(format!("{}.{}", import.module, import.name));
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports.clone() {
                    self.exports.push(export?.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                self.names_contract = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// What keeps it from being a grader with bindings written by hand.
    pub(crate) fn lacks(&self, system: System) -> Option<ComponentError> {
        let exports = |name: &str| self.exports.iter().any(|export| export == name);
        if !self.imports.is_empty() {
            return Some(ComponentError::Imports(self.imports.clone()));
        }
        if exports("_start") && !exports("_initialize") {
            return Some(ComponentError::Program);
        }
        let functions = ["describe", "validate", "grade"].map(|function| format!("{INTERFACE}#{function}"));
        let needed = functions.into_iter().chain(["memory", "cabi_realloc"].map(str::to_owned));
        let missing: Vec<String> = needed.filter(|name| !exports(name)).collect();
        if !missing.is_empty() {
            return Some(ComponentError::Exports(missing));
        }
        (system == System::None && !self.system.is_empty()).then(|| ComponentError::System(self.system.clone()))
    }
}

fn malformed(error: BinaryReaderError) -> ComponentError {
    ComponentError::Malformed(error.to_string())
}
