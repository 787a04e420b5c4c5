//! Compiled components on disk.
//!
//! A file's name is made of the component's digest and of everything in the engine that decides what it compiles to, so another
//! engine never reads it. Files appear whole, by a rename, whoever else writes at the same time. The folder is as trusted as the
//! program itself: whoever can write there can run code, so it is made for its owner alone, and one that others may write to is
//! not used.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use super::engine::LoadError;

/// A folder of compiled components.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A cache in `folder`, which is made if need be; none if it cannot be made, or is not ours alone.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).ok()?;
        ours_alone(folder).then(|| Cache { folder: folder.to_owned() })
    }

    /// The component as compiled by `compile`, now or earlier. Whatever goes wrong with the cache only costs time.
    pub(super) fn get_or_compile(
        &self,
        engine: &Engine,
        digest: &str,
        compile: impl FnOnce() -> Result<Vec<u8>, LoadError>,
    ) -> Result<Component, LoadError> {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let path = self.folder.join(format!("{digest}-{:016x}.cwasm", hasher.finish()));
        if ours_alone(&path) {
            // SAFETY: only this function writes such files, in a folder that only the owner of this process may write to.
            #[expect(unsafe_code, reason = "loading native code that this program itself compiled and wrote")]
            if let Ok(component) = unsafe { Component::deserialize_file(engine, &path) } {
                return Ok(component);
            }
        }
        let compiled = compile()?;
        let _ = self.write(&path, &compiled);
        load(engine, &compiled)
    }

    fn write(&self, path: &Path, compiled: &[u8]) -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.folder)?;
        file.write_all(compiled)?;
        file.as_file().sync_data()?;
        file.persist(path)?;
        Ok(())
    }
}

/// The component of what this program, or its own child, just compiled.
pub(super) fn load(engine: &Engine, compiled: &[u8]) -> Result<Component, LoadError> {
    // SAFETY: the bytes come from the compiler of this very program, never from a file or another program.
    #[expect(unsafe_code, reason = "loading native code that this program itself compiled")]
    let component = unsafe { Component::deserialize(engine, compiled) };
    component.map_err(|error| LoadError::Component(format!("{error:#}")))
}

/// True if the path is there, belongs to us (or root) and nobody else may write to it.
#[cfg(unix)]
fn ours_alone(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return false };
    let owner = metadata.uid();
    !metadata.is_symlink()
        && (owner == rustix::process::geteuid().as_raw() || owner == 0)
        && metadata.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn ours_alone(path: &Path) -> bool {
    path.exists()
}
