//! What is wrong with an archive.

use std::io;
use std::path::PathBuf;

use assay_types::excerpt::excerpt;
use thiserror::Error;

/// Why an archive is not unpacked.
#[derive(Debug, Error)]
#[error("{}{}: {fault}", .archive.display(), entry_of(.entry))]
pub struct ArchiveError {
    /// The archive.
    pub archive: PathBuf,
    /// The name of the entry that is at fault, if it is one.
    pub entry: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with an archive or one of its entries.
#[derive(Debug, Error)]
pub enum Fault {
    /// It is none, of those that are known.
    #[error(
        "this is no archive: zip, 7z, tar, tar.gz and gz are known; if it was downloaded, remove it and download it anew"
    )]
    NotAnArchive,
    /// It ends too early, or what it holds is not what its checksums say.
    #[error("it is damaged or cut short ({0}): remove it, and download it anew")]
    Damaged(String),
    /// It cannot be read without a password.
    #[error("it is encrypted, and no data set is")]
    Encrypted,
    /// It is packed in a way that is not known.
    #[error("it cannot be unpacked here: {0}")]
    Unsupported(String),
    /// Its name leads out of the folder.
    #[error("its name leads out of the folder that the archive is unpacked into, so nothing of it is used")]
    Outside,
    /// Its name is no name of a file.
    #[error("its name {0}")]
    Name(&'static str),
    /// It is no file and no folder.
    #[error("it is {0}, where files and folders are expected")]
    Kind(&'static str),
    /// Its name was there before.
    #[error("the archive has this name twice")]
    Twice,
    /// There are more entries than anybody needs.
    #[error("it has {found} entries or more, and {limit} are the limit")]
    Entries {
        /// How many were found.
        found: u64,
        /// How many may be there.
        limit: u64,
    },
    /// It becomes larger than is allowed.
    #[error("unpacked it has more than {limit} bytes, the limit: it looks like a bomb")]
    Bytes {
        /// The limit.
        limit: u64,
    },
    /// It becomes larger than such an archive should.
    #[error("its {packed} bytes become more than {limit}, {ratio} times as many: it looks like a bomb")]
    Ratio {
        /// The size of the archive.
        packed: u64,
        /// How many bytes may become of it.
        limit: u64,
        /// How many times as many.
        ratio: u64,
    },
    /// A file cannot be written, or the archive cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Somebody wants it to stop.
    #[error("stopped")]
    Cancelled,
}

impl Fault {
    /// The same, of an archive and perhaps an entry of it.
    pub(crate) fn of(self, archive: &std::path::Path, entry: Option<&str>) -> ArchiveError {
        ArchiveError { archive: archive.to_owned(), entry: entry.map(ToOwned::to_owned), fault: self }
    }

    /// An error of a decoder: what it reads is at fault, unless it says otherwise.
    pub(crate) fn decoding(error: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
        match error.kind() {
            InvalidData | InvalidInput | Other | UnexpectedEof => Fault::Damaged(short(&error.to_string())),
            _ => Fault::Io(error),
        }
    }
}

/// What a decoder says, short and on one line.
pub(crate) fn short(text: &str) -> String {
    excerpt(text).unquoted(120).to_string()
}

fn entry_of(entry: &Option<String>) -> String {
    entry.as_ref().map(|entry| format!(", entry {}", excerpt(entry).unquoted(200))).unwrap_or_default()
}
