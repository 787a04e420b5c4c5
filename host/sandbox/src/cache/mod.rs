//! Machine code on disk, and what was found to be none.
//!
//! A file holds machine code and a digest of it together with all that it must be of: the component, everything in the engine that decides
//! what it compiles to, who made the component, and where its code runs. What is under another's name, patched, cut short or no machine code at
//! all is found out before anything looks at it, and compiled anew. Code of graders that others made has a folder of its own, so that no
//! number of them costs the program's own graders their places.
//!
//! The digest has no key: whoever can write into the folder can run code as its owner, by this program's file for one. So the folder is made
//! for its owner alone; it is not used if others may write to it, or to a folder that it is in; and a process that confines itself keeps
//! the right to write the code of others' graders alone, which it never runs itself.

mod access;
mod folder;
mod stored;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::error::LoadError;
use crate::fault::HostFault;
use crate::sandbox::Trust;
use folder::Folder;
pub(crate) use stored::Stored;

/// How the names of its files end, by which they are told from files of others.
const EXTENSION: &str = "cwasm";

/// How the names of files end that say why a component is refused.
const REFUSED: &str = "refused";

/// What every digest of machine code is of first: the form of these files.
const FORM: &str = "assay: machine code and SHA-256, 1\n";

/// The same of what says why a component is refused.
const REFUSED_FORM: &str = "assay: refusal and SHA-256, 1\n";

/// The longest refusal that is kept, in bytes.
const REFUSAL: u64 = 64 << 10;

/// The part of the folder that is for graders that others made.
const OTHERS: &str = "others";

/// A folder of compiled components: the program's own, and within it a folder of those that others made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    own: Folder,
    others: Folder,
}

/// What each of the two folders of a cache may hold. What was not used for longest goes first, whenever something is added.
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
    /// Others may put another folder in its place.
    #[error("the cache folder {} is not used: others may write to {}, which it is in", .folder.display(), .within.display())]
    Within {
        /// The folder.
        folder: PathBuf,
        /// The folder that it is in.
        within: PathBuf,
    },
}

/// How machine code came to be in a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warmed {
    /// It was there.
    WasThere,
    /// It was compiled.
    Compiled,
}

/// What tells machine code from all other.
pub(crate) struct Key<'a> {
    /// The component's digest, in hexadecimal.
    pub(crate) digest: &'a str,
    /// The engine's fingerprint.
    pub(crate) engine: u64,
    /// Who made the component.
    pub(crate) of: Trust,
    pub(crate) run_by: RunBy,
}

/// Where it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunBy {
    /// In the process that grades.
    ThisProcess,
    /// In worker processes alone: one of them made it of what others wrote.
    Workers,
}

impl Key<'_> {
    fn file_name(&self, extension: &str) -> String {
        format!("{}-{:016x}-{}.{extension}", self.digest, self.engine, self.by())
    }

    fn by(&self) -> &'static str {
        match self.run_by {
            RunBy::ThisProcess => "own",
            RunBy::Workers => "worker",
        }
    }

    /// What the digest of machine code, or of a refusal, is of before its content.
    fn sealed_first(&self, form: &str) -> String {
        let of = match self.of {
            Trust::Own => "own",
            Trust::Others => "others",
        };
        // None of these has a line end.
        format!("{form}{}\n{:016x}\n{of}\n{}\n", self.digest, self.engine, self.by())
    }

    /// Binds machine code, or a refusal, to what it is of.
    fn seal(&self, form: &str, content: &[&[u8]]) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.sealed_first(form));
        for part in content {
            digest.update(part);
        }
        digest.finalize().into()
    }
}

impl Cache {
    /// A cache in `folder`, which is made if need be, with the default bounds.
    ///
    /// # Errors
    ///
    /// If it cannot be made, or is not ours alone.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let made = |error| CacheError::Made { folder: folder.to_owned(), error };
        let others = folder.join(OTHERS);
        access::make(folder).map_err(made)?;
        if !access::ours_alone(folder) {
            return Err(CacheError::Shared(folder.to_owned()));
        }
        // From here on without links, so that none can be changed.
        let own = folder.canonicalize().map_err(made)?;
        if let Some(within) = access::replaceable(&own) {
            return Err(CacheError::Within { folder: folder.to_owned(), within: within.to_owned() });
        }
        access::make(&others).map_err(made)?;
        if !access::ours_alone(&others) {
            return Err(CacheError::Shared(others));
        }
        let bounds = CacheBounds::default();
        Ok(Cache { others: Folder { path: own.join(OTHERS), bounds }, own: Folder { path: own, bounds } })
    }

    /// The same cache with other bounds.
    #[must_use]
    pub fn with_bounds(self, bounds: CacheBounds) -> Self {
        Cache { own: Folder { bounds, ..self.own }, others: Folder { bounds, ..self.others } }
    }

    /// The folder: a process that runs graders reads there.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.own.path
    }

    /// The folder within it of graders that others made: a process that runs such graders writes there.
    #[must_use]
    pub fn others(&self) -> &Path {
        &self.others.path
    }

    /// This machine code, if it is there, whole, and no larger than `limit` bytes. It counts as used.
    pub(crate) fn read(&self, key: &Key<'_>, limit: u64) -> Option<Vec<u8>> {
        self.sealed(key, EXTENSION, limit, |code| key.seal(FORM, &[code]))
    }

    /// Where this machine code is, if it is there, for a process that maps it: it finds out whether it is whole.
    pub(crate) fn stored(&self, key: &Key<'_>, limit: u64) -> Option<Stored> {
        let path = self.part(key).path.join(key.file_name(EXTENSION));
        path.is_file().then(|| Stored::new(path, key.sealed_first(FORM), limit))
    }

    /// Keeps machine code, and makes room for it. Whatever goes wrong with a cache only costs time.
    pub(crate) fn write(&self, key: &Key<'_>, code: &[u8]) {
        self.part(key).write(&key.file_name(EXTENSION), &[code, &key.seal(FORM, &[code])]);
    }

    /// Has `compile` put this machine code here unless it is here already, whole and no larger than `limit` bytes.
    pub(crate) fn warmed(
        &self,
        key: &Key<'_>,
        limit: u64,
        compile: impl FnOnce() -> Result<(), LoadError>,
    ) -> Result<Warmed, LoadError> {
        if self.read(key, limit).is_some() {
            return Ok(Warmed::WasThere);
        }
        compile()?;
        match self.read(key, limit) {
            Some(_) => Ok(Warmed::Compiled),
            None => {
                let folder = self.part(key).path.display();
                Err(HostFault::Resources(format!("the machine code could not be kept in {folder}")).into())
            }
        }
    }

    /// Why the component was refused under these limits, if it was.
    pub(crate) fn read_refusal(&self, key: &Key<'_>, limits: &[u8]) -> Option<Vec<u8>> {
        self.sealed(key, REFUSED, REFUSAL, |refusal| key.seal(REFUSED_FORM, &[limits, refusal]))
    }

    /// Keeps why a component is refused under these limits, so that nobody compiles it again to find out.
    pub(crate) fn write_refusal(&self, key: &Key<'_>, limits: &[u8], refusal: &[u8]) {
        if refusal.len() as u64 <= REFUSAL {
            let seal = key.seal(REFUSED_FORM, &[limits, refusal]);
            self.part(key).write(&key.file_name(REFUSED), &[refusal, &seal]);
        }
    }

    /// What a file holds before its seal, if the seal is right.
    fn sealed(&self, key: &Key<'_>, extension: &str, limit: u64, seal: impl Fn(&[u8]) -> [u8; 32]) -> Option<Vec<u8>> {
        let name = key.file_name(extension);
        let mut file = self.part(key).read(&name, limit.saturating_add(32))?;
        let content = file.len().checked_sub(32)?;
        let (bytes, found) = file.split_at(content);
        if seal(bytes) != found {
            return None;
        }
        file.truncate(content);
        Some(file)
    }

    fn part(&self, key: &Key<'_>) -> &Folder {
        match key.of {
            Trust::Own => &self.own,
            Trust::Others => &self.others,
        }
    }
}

#[cfg(test)]
mod tests;
