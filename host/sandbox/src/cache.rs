//! Machine code on disk.
//!
//! A file's name is made of the component's digest, of everything in the engine that decides what it compiles to, so that another engine
//! never reads it, and of who compiled it: machine code that a worker process made of what others wrote never gets into this process.
//! Files appear whole, by a rename, whoever else writes at the same time. The folder is as trusted as the program itself: whoever can
//! write there can run code, so it is made for its owner alone, and one that others may write to is not used.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use thiserror::Error;

/// How the names of its files end, by which they are told from files of others.
const EXTENSION: &str = "cwasm";

/// How the names of files begin that are being written.
const UNFINISHED: &str = ".new-";

/// How long a file can be in the writing. What is older was left behind.
const WRITING: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of compiled components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    bounds: CacheBounds,
}

/// What a cache may hold. What was not used for longest goes first, whenever something is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheBounds {
    /// The size of all files, in bytes. The file that was just added stays, however large it is.
    pub bytes: u64,
    /// How long a file stays that nobody uses.
    pub unused: Duration,
}

impl Default for CacheBounds {
    /// 1 GiB, 90 days.
    fn default() -> Self {
        CacheBounds { bytes: 1 << 30, unused: Duration::from_secs(90 * 24 * 60 * 60) }
    }
}

/// Why a folder is no cache.
#[derive(Debug, Error)]
pub enum CacheError {
    /// It cannot be made.
    #[error("the cache folder {} cannot be made: {error}", .folder.display())]
    Made {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        error: std::io::Error,
    },
    /// Others may write to it, or it is a link.
    #[error("the cache folder {} is not used: it must be a folder of yours that nobody else may write to", .0.display())]
    Shared(PathBuf),
}

/// What tells machine code from all other.
pub(crate) struct Key<'a> {
    /// The component's digest, in hexadecimal.
    pub(crate) digest: &'a str,
    /// The engine's fingerprint.
    pub(crate) engine: u64,
    pub(crate) compiled_by: CompiledBy,
}

/// Who compiled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompiledBy {
    /// This process, or another one like it. It may run in this process.
    ThisProcess,
    /// A worker process. It runs in worker processes alone.
    Worker,
}

impl Key<'_> {
    fn file_name(&self) -> String {
        let by = match self.compiled_by {
            CompiledBy::ThisProcess => "own",
            CompiledBy::Worker => "worker",
        };
        format!("{}-{:016x}-{by}.{EXTENSION}", self.digest, self.engine)
    }
}

impl Cache {
    /// A cache in `folder`, which is made if need be, with the default bounds.
    ///
    /// # Errors
    ///
    /// If it cannot be made, or is not ours alone.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| CacheError::Made { folder: folder.to_owned(), error })?;
        if !ours_alone(folder) {
            return Err(CacheError::Shared(folder.to_owned()));
        }
        Ok(Cache { folder: folder.to_owned(), bounds: CacheBounds::default() })
    }

    /// The same cache with other bounds.
    #[must_use]
    pub fn with_bounds(self, bounds: CacheBounds) -> Self {
        Cache { bounds, ..self }
    }

    /// The file of this machine code, if it is there. It counts as used.
    pub(crate) fn find(&self, key: &Key<'_>) -> Option<PathBuf> {
        let path = self.folder.join(key.file_name());
        if !ours_alone(&path) {
            return None;
        }
        // Whatever goes wrong with the cache only costs time.
        let _ = File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(path)
    }

    /// This machine code, if it is there and no larger than `limit` bytes. It counts as used.
    pub(crate) fn read(&self, key: &Key<'_>, limit: u64) -> Option<Vec<u8>> {
        let mut code = Vec::new();
        File::open(self.find(key)?).ok()?.take(limit.saturating_add(1)).read_to_end(&mut code).ok()?;
        (code.len() as u64 <= limit).then_some(code)
    }

    /// Keeps machine code, and makes room for it.
    pub(crate) fn write(&self, key: &Key<'_>, code: &[u8]) {
        let path = self.folder.join(key.file_name());
        if self.write_whole(&path, code).is_ok() {
            self.prune(&path, SystemTime::now());
        }
    }

    fn write_whole(&self, path: &Path, code: &[u8]) -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(code)?;
        file.as_file().sync_data()?;
        file.persist(path)?;
        Ok(())
    }

    /// Removes what has been unused for too long, then what was used least recently until the rest fits.
    fn prune(&self, added: &Path, now: SystemTime) {
        let mut kept = Vec::new();
        let mut bytes = 0;
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(metadata) = entry.metadata().ok().filter(fs::Metadata::is_file) else { continue };
            let Ok(used) = metadata.modified() else { continue };
            let unused = now.duration_since(used).unwrap_or_default();
            let unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
            let code = path.extension().is_some_and(|extension| extension == EXTENSION);
            if path == added {
                bytes += metadata.len();
            } else if (unfinished && unused > WRITING) || (code && unused > self.bounds.unused) {
                let _ = fs::remove_file(path);
            } else if code {
                bytes += metadata.len();
                kept.push((used, path, metadata.len()));
            }
        }
        kept.sort();
        for (_, path, size) in kept {
            if bytes <= self.bounds.bytes {
                break;
            }
            let _ = fs::remove_file(path);
            bytes -= size;
        }
    }
}

/// True if the path is there, belongs to us (or root) and nobody else may write to it.
#[cfg(unix)]
fn ours_alone(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    let owner = metadata.uid();
    !metadata.is_symlink()
        && (owner == rustix::process::geteuid().as_raw() || owner == 0)
        && metadata.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn ours_alone(path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn key(digest: &str) -> Key<'_> {
        Key { digest, engine: 7, compiled_by: CompiledBy::Worker }
    }

    fn cache(folder: &Path, bytes: u64) -> Cache {
        Cache::open(folder).expect("it is ours").with_bounds(CacheBounds { bytes, ..CacheBounds::default() })
    }

    /// Makes a file look as if it was last used so many days ago.
    fn age(cache: &Cache, name: &str, days: u32) {
        let file = File::open(cache.folder.join(name)).expect("it is there");
        file.set_modified(SystemTime::now() - DAY * days).expect("it is ours");
    }

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path(), 30);
        for (digest, days) in [("a", 3), ("b", 2), ("c", 1)] {
            cache.write(&key(digest), &[0; 10]);
            age(&cache, &key(digest).file_name(), days);
        }
        // The oldest is used once more.
        assert!(cache.read(&key("a"), 10).is_some());
        cache.write(&key("d"), &[0; 10]);
        let kept = ["a", "b", "c", "d"].map(|digest| cache.find(&key(digest)).is_some());
        assert_eq!(kept, [true, false, true, true]);
        // What is larger than all that may be there stays alone.
        cache.write(&key("e"), &[0; 31]);
        let kept = ["a", "c", "d", "e"].map(|digest| cache.find(&key(digest)).is_some());
        assert_eq!(kept, [false, false, false, true]);
    }

    #[test]
    fn what_nobody_used_for_long_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path(), 1 << 30);
        for (digest, days) in [("a", 91), ("b", 89)] {
            cache.write(&key(digest), b"code");
            age(&cache, &key(digest).file_name(), days);
        }
        for (name, days) in [(".new-left", 2), (".new-now", 0), ("notes.txt", 400)] {
            fs::write(folder.path().join(name), "").expect("it can be written");
            age(&cache, name, days);
        }
        cache.write(&key("c"), b"code");
        let kept = ["a", "b", "c"].map(|digest| cache.find(&key(digest)).is_some());
        assert_eq!(kept, [false, true, true]);
        let there = [".new-left", ".new-now", "notes.txt"].map(|name| folder.path().join(name).exists());
        assert_eq!(there, [false, true, true], "files of others stay");
    }

    #[test]
    fn code_of_workers_is_not_code_of_this_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path(), 100);
        cache.write(&key("a"), b"code");
        assert_eq!(cache.read(&key("a"), 4).as_deref(), Some(&b"code"[..]));
        assert_eq!(cache.read(&key("a"), 3), None, "it is longer");
        assert_eq!(cache.find(&Key { compiled_by: CompiledBy::ThisProcess, ..key("a") }), None);
        assert_eq!(cache.find(&Key { engine: 8, ..key("a") }), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_others_may_write_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let shared = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("it is ours");
        let cache = cache(folder.path(), 100);
        cache.write(&key("a"), b"code");
        shared(&folder.path().join(key("a").file_name()));
        assert_eq!(cache.find(&key("a")), None);
        shared(folder.path());
        let error = Cache::open(folder.path()).expect_err("others may write to it");
        assert!(matches!(error, CacheError::Shared(_)), "{error}");
    }
}
