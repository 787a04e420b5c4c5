//! How many core module instances, memories and tables an instance of a component has, counted before anything is compiled: what has too
//! many is refused at once.
//!
//! What is counted is what the component itself says. The engine counts again, by what it compiled.

use serde::{Deserialize, Serialize};
use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentTypeRef, Instance,
    Parser, Payload,
};

use crate::error::LoadError;
use crate::limits::{Exceeded, Limits};
use crate::sanitize;

/// What an instance of a module or component has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// Instances of core modules.
    pub core_instances: usize,
    /// Linear memories.
    pub memories: usize,
    /// Tables.
    pub tables: usize,
}

impl Footprint {
    fn add(&mut self, other: Footprint) {
        self.core_instances = self.core_instances.saturating_add(other.core_instances);
        self.memories = self.memories.saturating_add(other.memories);
        self.tables = self.tables.saturating_add(other.tables);
    }
}

/// A module or component that is being read.
#[derive(Default)]
struct Level {
    /// What an instance of it has.
    footprint: Footprint,
    /// Those of the modules and components that its instructions may name, by their numbers.
    modules: Vec<Footprint>,
    components: Vec<Footprint>,
    is_module: bool,
}

/// Refuses a component whose instance would have more than there may be. What is not known, as of something imported, counts as nothing.
pub(crate) fn check(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    let footprint =
        count(component).map_err(|error| LoadError::Component(sanitize::text(&error.to_string(), limits)))?;
    let exceeded = if footprint.core_instances > limits.core_instances {
        Exceeded::CoreInstances(limits.core_instances)
    } else if footprint.memories > limits.memories {
        Exceeded::Memories(limits.memories)
    } else if footprint.tables > limits.tables {
        Exceeded::Tables(limits.tables)
    } else {
        return Ok(());
    };
    Err(exceeded.into())
}

/// What an instance of a component has.
pub(crate) fn count(component: &[u8]) -> wasmparser::Result<Footprint> {
    let mut levels: Vec<Level> = Vec::new();
    let mut outermost = Footprint::default();
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if let Payload::Version { encoding, .. } = payload {
            let is_module = encoding == wasmparser::Encoding::Module;
            let footprint = Footprint { core_instances: usize::from(is_module), ..Footprint::default() };
            levels.push(Level { footprint, is_module, ..Level::default() });
            continue;
        }
        if matches!(payload, Payload::End(_)) {
            let Some(ended) = levels.pop() else { continue };
            match levels.last_mut() {
                Some(outer) if ended.is_module => outer.modules.push(ended.footprint),
                Some(outer) => outer.components.push(ended.footprint),
                None => outermost = ended.footprint,
            }
            continue;
        }
        let Some((level, outer)) = levels.split_last_mut() else { continue };
        read(&payload, level, outer)?;
    }
    Ok(outermost)
}

/// Takes a section into account.
fn read(payload: &Payload<'_>, level: &mut Level, outer: &[Level]) -> wasmparser::Result<()> {
    match payload {
        Payload::MemorySection(section) => level.footprint.memories += section.count() as usize,
        Payload::TableSection(section) => level.footprint.tables += section.count() as usize,
        Payload::InstanceSection(section) => {
            for instance in section.clone() {
                if let Instance::Instantiate { module_index, .. } = instance? {
                    level.footprint.add(level.modules.get(module_index as usize).copied().unwrap_or_default());
                }
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for instance in section.clone() {
                if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                    level.footprint.add(level.components.get(component_index as usize).copied().unwrap_or_default());
                }
            }
        }
        Payload::ComponentImportSection(section) => {
            for import in section.clone() {
                match import?.ty {
                    ComponentTypeRef::Module(_) => level.modules.push(Footprint::default()),
                    ComponentTypeRef::Component(_) => level.components.push(Footprint::default()),
                    _ => {}
                }
            }
        }
        // What is exported has a number of its own from then on.
        Payload::ComponentExportSection(section) => {
            for export in section.clone() {
                let export = export?;
                let numbered = match export.kind {
                    ComponentExternalKind::Module => &mut level.modules,
                    ComponentExternalKind::Component => &mut level.components,
                    _ => continue,
                };
                numbered.push(numbered.get(export.index as usize).copied().unwrap_or_default());
            }
        }
        Payload::ComponentAliasSection(section) => {
            for alias in section.clone() {
                alias_of(&alias?, level, outer);
            }
        }
        _ => {}
    }
    Ok(())
}

/// An alias has a number of its own too.
fn alias_of(alias: &ComponentAlias<'_>, level: &mut Level, outer: &[Level]) {
    let unknown = Footprint::default();
    match *alias {
        ComponentAlias::InstanceExport { kind: ComponentExternalKind::Module, .. } => level.modules.push(unknown),
        ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => level.components.push(unknown),
        ComponentAlias::Outer { kind, count, index } => {
            let from = match (count as usize).checked_sub(1) {
                None => Some(&*level),
                Some(further) => outer.len().checked_sub(further + 1).and_then(|at| outer.get(at)),
            };
            let known = |numbered: &[Footprint]| numbered.get(index as usize).copied().unwrap_or_default();
            match kind {
                ComponentOuterAliasKind::CoreModule => {
                    let footprint = from.map_or(unknown, |from| known(&from.modules));
                    level.modules.push(footprint);
                }
                ComponentOuterAliasKind::Component => {
                    let footprint = from.map_or(unknown, |from| known(&from.components));
                    level.components.push(footprint);
                }
                _ => {}
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (usize, usize, usize) {
        let Footprint { core_instances, memories, tables } =
            count(&wat::parse_str(text).expect("WebAssembly")).expect("it is read");
        (core_instances, memories, tables)
    }

    #[test]
    fn instances_count_as_often_as_they_are_made() {
        let module = "(core module $m (memory 1) (table 1 funcref) (table 1 funcref))";
        assert_eq!(counted(&format!("(component {module})")), (0, 0, 0));
        let twice = "(core instance (instantiate $m)) (core instance (instantiate $m))";
        assert_eq!(counted(&format!("(component {module} {twice})")), (2, 2, 4));
        let nested = format!("(component {module} (component $c {twice}) (instance (instantiate $c)) {twice})");
        let nested = nested.replace("(component $c", "(component $c (alias outer 1 $m (core module $m))");
        assert_eq!(counted(&nested), (4, 4, 8));
    }

    #[test]
    fn what_doubles_is_counted_without_being_made() {
        let mut text = "(component $c0 (core module $m (memory 1)) (core instance (instantiate $m)))".to_owned();
        for level in 1..=40 {
            let below = level - 1;
            text = format!(
                "(component $c{level} {text} (instance (instantiate $c{below})) (instance (instantiate $c{below})))"
            );
        }
        assert_eq!(counted(&text).1, 1 << 40);
        let bytes = wat::parse_str(&text).expect("WebAssembly");
        let refused = check(&bytes, &Limits::default());
        assert_eq!(refused, Err(LoadError::Exceeded(Exceeded::CoreInstances(64))));
    }
}
