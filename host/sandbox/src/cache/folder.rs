//! Files in a folder: they appear whole, by a rename, whoever else writes at the same time, and go when there is no room.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::access::is_ours_alone;
use super::{CacheBounds, EXTENSION, REFUSED};

/// How the names of files begin that are being written.
const UNFINISHED: &str = ".new-";

/// How long a file can be in the writing. What is older was left behind.
const WRITING: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) bounds: CacheBounds,
}

/// A file that nobody else may write to, of no more than `limit` bytes, and its size. It counts as used.
pub(super) fn open(path: &Path, limit: u64) -> Option<(File, u64)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // Neither a link nor a pipe that nobody writes to.
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    let file = options.open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || !is_ours_alone(&metadata) || metadata.len() > limit {
        return None;
    }
    // Whatever goes wrong with this only makes it look older.
    let _ = file.set_modified(SystemTime::now());
    Some((file, metadata.len()))
}

impl Folder {
    /// What a file holds, if it is there, nobody else may write to it, and it has no more than `limit` bytes. It counts as used.
    pub(super) fn read(&self, name: &str, limit: u64) -> Option<Vec<u8>> {
        let (file, size) = open(&self.path.join(name), limit)?;
        let mut content = Vec::with_capacity(usize::try_from(size).ok()?);
        file.take(limit.saturating_add(1)).read_to_end(&mut content).ok()?;
        (content.len() as u64 <= limit).then_some(content)
    }

    /// Writes a file of these parts, and makes room for it.
    pub(super) fn write(&self, name: &str, parts: &[&[u8]]) {
        let path = self.path.join(name);
        if self.write_whole(&path, parts).is_ok() {
            self.prune(&path, SystemTime::now());
        }
    }

    fn write_whole(&self, path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.path)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.as_file().sync_data()?;
        file.persist(path)?;
        Ok(())
    }

    /// Removes what has been unused for too long, then what was used least recently until the rest fits.
    fn prune(&self, added: &Path, now: SystemTime) {
        let mut kept = Vec::new();
        let mut bytes = 0;
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(metadata) = entry.metadata().ok().filter(fs::Metadata::is_file) else { continue };
            let Ok(used) = metadata.modified() else { continue };
            let unused = now.duration_since(used).unwrap_or_default();
            let unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
            let ours = path.extension().is_some_and(|extension| extension == EXTENSION || extension == REFUSED);
            if path == added {
                bytes += metadata.len();
            } else if (unfinished && unused > WRITING) || (ours && unused > self.bounds.unused) {
                let _ = fs::remove_file(path);
            } else if ours {
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
