//! What is needed around cargo: the Wasm toolchain and the graders. The command line is `cargo xtask`.

mod command;
pub mod crates;
pub mod graders;
pub mod interpreters;
pub mod languages;
pub mod toolchain;

use std::path::PathBuf;

/// The workspace that this program was built from.
#[must_use]
pub fn workspace() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or(manifest.clone(), PathBuf::from)
}
