//! Machine code that a process maps from its file, rather than being sent it: processes that run the same grader share its pages.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::folder::open;

/// How much is read at once.
const BLOCK: usize = 256 << 10;

/// A file of the cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    path: PathBuf,
    /// What the digest at its end is of, before the code.
    sealed_first: String,
    limit: u64,
}

impl Stored {
    pub(super) fn new(path: PathBuf, sealed_first: String, limit: u64) -> Self {
        Stored { path, sealed_first, limit }
    }

    /// The file, if it is whole: then it is what the program's own compiler made of that component.
    pub(crate) fn whole(&self) -> Option<&Path> {
        const SEAL: u64 = 32;
        let (mut file, size) = open(&self.path, self.limit.saturating_add(SEAL))?;
        let mut rest = size.checked_sub(SEAL)?;
        let mut digest = Sha256::new();
        digest.update(&self.sealed_first);
        let mut block = vec![0; BLOCK];
        while rest > 0 {
            let next = block.get_mut(..usize::try_from(rest.min(BLOCK as u64)).ok()?)?;
            file.read_exact(next).ok()?;
            digest.update(&next);
            rest -= next.len() as u64;
        }
        let mut seal = Vec::new();
        file.read_to_end(&mut seal).ok()?;
        (seal == digest.finalize()[..]).then_some(&self.path)
    }
}
