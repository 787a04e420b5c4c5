//! Who hears how far a preparation is, and may stop it.

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage<'a> {
    /// Another process prepares the competition, and is waited for.
    Waiting,
    /// The data set is downloaded: of so many bytes, if that is known, these are there.
    Download {
        /// What is downloaded.
        file: &'a str,
        /// Its size.
        total: Option<u64>,
        /// How much of it is there.
        done: u64,
    },
    /// The checksum of the download is taken.
    Check {
        /// Its size.
        total: u64,
    },
    /// The download is unpacked.
    Unpack {
        /// What it becomes, if it says so.
        total: Option<u64>,
    },
    /// A step of the recipe.
    Step {
        /// Which one, from 0.
        index: usize,
        /// How many there are.
        count: usize,
        /// What it does.
        words: &'a str,
    },
    /// The digests of what was made are taken.
    Digest {
        /// How many bytes that are.
        total: u64,
    },
    /// What was made takes its place.
    Publish,
}

/// Who hears how far a preparation is, and may stop it. Any thread may tell.
pub trait Progress: Sync {
    /// Something else is being done.
    fn stage(&self, stage: Stage<'_>);

    /// So many bytes more are done of it.
    fn bytes(&self, more: u64);

    /// Something that a user should know.
    fn note(&self, text: &str);

    /// True if it is to stop.
    fn cancelled(&self) -> bool;
}

/// Nobody hears, and nobody stops it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: Stage<'_>) {}
    fn bytes(&self, _: u64) {}
    fn note(&self, _: &str) {}
    fn cancelled(&self) -> bool {
        false
    }
}
