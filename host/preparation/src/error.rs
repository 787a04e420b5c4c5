//! Why a data set is not prepared.

use std::io;
use std::path::{Path, PathBuf};

use assay_recipes::{RecipeError, RunError};
use thiserror::Error;

use crate::archive::{ArchiveError, Fault as ArchiveFault};
use crate::download::DownloadError;
use crate::space::size;

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The call: credentials, rules, folders.
    Call,
    /// The download, or what was made of it.
    Data,
    /// The machine or the network: another try may succeed.
    Machine,
    /// Whoever stopped it.
    Stopped,
}

/// Why a data set is not prepared. What was there before is untouched.
#[derive(Debug, Error)]
pub enum PreparationError {
    /// It cannot be downloaded.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// The download cannot be unpacked.
    #[error("{0}{after}", after = unpacking_remedy(&.0.fault))]
    Archive(Box<ArchiveError>),
    /// The recipe is none.
    #[error(transparent)]
    Recipe(Box<RecipeError>),
    /// The recipe cannot be carried out.
    #[error("{0}{after}", after = run_remedy(.0))]
    Run(Box<RunError>),
    /// A checksum is another one than the reference's.
    #[error("{0}")]
    Checksums(String),
    /// The recipe did not make what is graded with.
    #[error("the recipe made no {}, which `competition.toml` names", .0.join(", no "))]
    Lacking(Vec<String>),
    /// There is no room.
    #[error(
        "{} more are needed in {} for {what}: make room, or name another folder by --data-dir",
        size(*.lacking), .folder.display()
    )]
    Space {
        /// Where.
        folder: PathBuf,
        /// How many bytes are lacking.
        lacking: u64,
        /// What for.
        what: &'static str,
    },
    /// What was to be used is not there.
    #[error("--from {}: {what}", .path.display())]
    From {
        /// What was named.
        path: PathBuf,
        /// What is wrong, and the remedy.
        what: String,
    },
    /// A file or folder cannot be read or written.
    #[error("{}: {error}{}", .path.display(), remedy(.error))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// Somebody wanted it to stop. What is downloaded is kept, and the next call goes on.
    #[error("stopped; the same command goes on")]
    Cancelled,
}

impl PreparationError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |error| PreparationError::Io { path, error }
    }

    /// Who is at fault.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            PreparationError::Download(error) => error.blame(),
            PreparationError::Archive(error) => match error.fault {
                ArchiveFault::Io(_) => Blame::Machine,
                ArchiveFault::Cancelled => Blame::Stopped,
                _ => Blame::Data,
            },
            PreparationError::Recipe(_) | PreparationError::From { .. } => Blame::Call,
            PreparationError::Run(error) => run_blame(error),
            PreparationError::Checksums(_) | PreparationError::Lacking(_) => Blame::Data,
            PreparationError::Space { .. } => Blame::Machine,
            PreparationError::Io { error, .. } => match error.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Blame::Call,
                _ => Blame::Machine,
            },
            PreparationError::Cancelled => Blame::Stopped,
        }
    }
}

impl From<ArchiveError> for PreparationError {
    fn from(error: ArchiveError) -> Self {
        match error.fault {
            ArchiveFault::Cancelled => PreparationError::Cancelled,
            _ => PreparationError::Archive(Box::new(error)),
        }
    }
}

impl From<RunError> for PreparationError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Cancelled => PreparationError::Cancelled,
            RunError::Archive { source, .. } if was_stopped(source.as_ref()) => PreparationError::Cancelled,
            error => PreparationError::Run(Box::new(error)),
        }
    }
}

/// True if an archive inside the download was not unpacked since somebody wanted it to stop.
fn was_stopped(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.downcast_ref::<ArchiveError>().is_some_and(|error| matches!(error.fault, ArchiveFault::Cancelled))
}

fn run_blame(error: &RunError) -> Blame {
    match error {
        RunError::Io { .. } => Blame::Machine,
        RunError::Cancelled => Blame::Stopped,
        RunError::Archive { source, .. } => match source.downcast_ref::<ArchiveError>().map(|error| &error.fault) {
            Some(ArchiveFault::Io(_)) => Blame::Machine,
            _ => Blame::Data,
        },
        RunError::Data(_) => Blame::Data,
    }
}

fn unpacking_remedy(fault: &ArchiveFault) -> &'static str {
    match fault {
        ArchiveFault::Io(error) => remedy(error),
        _ => "",
    }
}

fn run_remedy(error: &RunError) -> &'static str {
    match error {
        RunError::Io { source, .. } => remedy(source),
        RunError::Archive { source, .. } => {
            source.downcast_ref::<ArchiveError>().map_or("", |error| unpacking_remedy(&error.fault))
        }
        _ => "",
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; name a folder that you may write to by --data-dir"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room, or name another folder by --data-dir; the same command goes on"
        }
        _ => "",
    }
}
