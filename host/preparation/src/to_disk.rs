//! What is made is brought to the disk while there is still work to do, so that little is left when it is published.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::fs::syncfs;

use crate::progress::Progress;

/// Up to how many files are brought to the disk each on its own. Of more, all that the file system has is brought there at once, also what
/// other programs wrote.
pub(crate) const FEW: usize = 32;

/// Brings these files to the disk, where they have to be before they are published, while others work.
pub(crate) fn to_disk(folder: &Path, names: &[String], progress: &dyn Progress) -> io::Result<()> {
    for name in names {
        if progress.cancelled() {
            break;
        }
        File::open(folder.join(name))?.sync_data()?;
    }
    Ok(())
}

/// Brings all that a file system has to the disk, while others work; it is waited for when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Everything(Option<JoinHandle<io::Result<()>>>);

impl Everything {
    /// Begins with what is there now, on the file system of a folder.
    pub(crate) fn begin(folder: &Path) -> io::Result<Self> {
        let folder = File::open(folder)?;
        Ok(Everything(Some(thread::spawn(move || Ok(syncfs(&folder)?)))))
    }

    /// Waits until it is there.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.0.take().map_or(Ok(()), |syncing| syncing.join().unwrap_or_else(|panic| resume_unwind(panic)))
    }
}

impl Drop for Everything {
    fn drop(&mut self) {
        // Whoever wants to know how it ended waits for the end.
        let _ = self.0.take().map(JoinHandle::join);
    }
}

/// Brings files to the disk while they grow, so that little is left to do when they are whole.
#[derive(Debug, Default)]
pub(crate) struct Growing {
    files: Mutex<VecDeque<Grown>>,
    is_over: AtomicBool,
}

/// A file, and how much of it is on the disk.
#[derive(Clone, Debug)]
struct Grown {
    path: PathBuf,
    bytes: u64,
}

/// How many files may grow at a time: those that were begun last.
const GROWING: usize = 16;
/// How much more there is of a file before it is brought to the disk.
const PIECE: u64 = 64 << 20;
/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// Ends the growth of files when it is dropped.
pub(crate) struct Ending<'a>(&'a Growing);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

impl Growing {
    fn files(&self) -> MutexGuard<'_, VecDeque<Grown>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file is begun.
    pub(crate) fn begin(&self, path: &Path) {
        let mut files = self.files();
        files.retain(|file| file.path != path);
        files.truncate(GROWING - 1);
        files.push_front(Grown { path: path.to_owned(), bytes: 0 });
    }

    /// No more files are begun once what is returned is dropped, be it by a panic.
    pub(crate) fn ending(&self) -> Ending<'_> {
        Ending(self)
    }

    /// Brings them to the disk until it ends.
    pub(crate) fn run(&self) -> io::Result<()> {
        while !self.is_over.load(Ordering::Relaxed) {
            thread::sleep(PAUSE);
            let files: Vec<Grown> = self.files().iter().cloned().collect();
            for file in files {
                // One that is not there any more is nobody's.
                let Ok(metadata) = fs::metadata(&file.path) else { continue };
                if metadata.len() < file.bytes.saturating_add(PIECE) || self.is_over.load(Ordering::Relaxed) {
                    continue;
                }
                match File::open(&file.path) {
                    Ok(open) => open.sync_data()?,
                    Err(_) => continue,
                }
                if let Some(known) = self.files().iter_mut().find(|known| known.path == file.path) {
                    known.bytes = metadata.len();
                }
            }
        }
        Ok(())
    }
}
