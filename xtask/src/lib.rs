//! What is needed around cargo: the Wasm toolchain, the graders, the documents. The command line is `cargo xtask`.

pub mod book;
mod command;
mod crates;
pub mod graders;
pub mod interpreters;
pub mod languages;
pub mod links;
pub mod pages;
pub mod python;
pub mod toolchain;

use std::path::PathBuf;

/// The workspace that this program was built from.
#[must_use]
pub fn workspace() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or(manifest.clone(), PathBuf::from)
}
