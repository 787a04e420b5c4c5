//! What is said when something fails that nobody foresaw, here or in a library.

use std::panic::{PanicHookInfo, set_hook};
use std::path::{Component, Path};

use super::output;

/// How much of what a library says is told, in characters.
const SHOWN: usize = 300;

/// Has every panic said in a line that tells nothing of the machine that the program was built on.
pub(super) fn say_briefly() {
    set_hook(Box::new(|panic| output::message(&said(panic))));
}

fn said(panic: &PanicHookInfo<'_>) -> String {
    let words = output::shortened(panic.payload_as_str().unwrap_or("it says nothing"), SHOWN).replace('\n', " ");
    let place = panic.location().map(|at| format!(" ({}:{})", within_crate(at.file()), at.line())).unwrap_or_default();
    format!("internal error: {words}{place}; please report it")
}

/// The path of a source file from its crate's folder on.
fn within_crate(file: &str) -> String {
    let names: Vec<&str> = Path::new(file)
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let source = names.iter().rposition(|name| *name == "src").unwrap_or(names.len());
    let start = source.saturating_sub(1).min(names.len().saturating_sub(1));
    names.get(start..).unwrap_or_default().join("/")
}
