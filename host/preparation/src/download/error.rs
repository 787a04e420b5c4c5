//! Why something is not downloaded.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use assay_http::{HttpError, TLS_REMEDY};
use assay_types::excerpt::excerpt;
use thiserror::Error;

use super::credentials::remedy;
use crate::error::Blame;

/// Why something is not downloaded. What a server said is cut short, and holds no credentials of ours.
#[derive(Debug, Error)]
pub enum DownloadError {
    /// There are no credentials.
    #[error("Kaggle gives data to those who are known to it: {}", remedy())]
    NoCredentials,
    /// Credentials cannot be used.
    #[error("{0}")]
    Credentials(String),
    /// They are not known.
    #[error("{host} does not know the credentials from {from} (HTTP status 401{}): {}", quoted(.said), remedy())]
    Unknown {
        /// The server.
        host: String,
        /// Where they are from.
        from: String,
        /// What it said.
        said: String,
    },
    /// The competition's rules were not accepted.
    #[error(
        "{host} gives the data of `{name}` to those who accepted its rules: accept them, signed in as the user of {from}, at \
         https://www.kaggle.com/competitions/{name}/rules and try again (HTTP status 403{})", quoted(.said)
    )]
    Rules {
        /// The server.
        host: String,
        /// The competition's name there.
        name: String,
        /// Where the credentials are from.
        from: String,
        /// What it said.
        said: String,
    },
    /// The server has no such thing.
    #[error("{host} has no {what} (HTTP status 404{}){}", quoted(.said), page_of(.page))]
    Absent {
        /// The server.
        host: String,
        /// What it has not.
        what: String,
        /// The page to look at.
        page: Option<String>,
        /// What it said.
        said: String,
    },
    /// The server wants to be left alone for longer than anybody waits.
    #[error("{host} wants to be left alone for {} (HTTP status {status}): try again then; what is there is kept", time(.wait))]
    Busy {
        /// The server.
        host: String,
        /// The status.
        status: u16,
        /// How long.
        wait: Duration,
    },
    /// It failed again and again.
    #[error(
        "{tries} tries in a row failed, the last since {last}; {kept} bytes are kept, and the same command goes on"
    )]
    Failed {
        /// How many.
        tries: u32,
        /// How the last one failed.
        last: String,
        /// How much is there.
        kept: u64,
    },
    /// The server answers what it should not.
    #[error("{host} {what}")]
    Sent {
        /// The server.
        host: String,
        /// What it did.
        what: String,
    },
    /// The network cannot be used at all.
    #[error("{0}")]
    Setup(String),
    /// There is no room for it.
    #[error("{lacking} bytes more are needed in {} for the download: make room, or name another folder by --data-dir", .folder.display())]
    Space {
        /// Where.
        folder: PathBuf,
        /// How many bytes are lacking.
        lacking: u64,
    },
    /// A file cannot be written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// Somebody wanted it to stop.
    #[error("stopped; what is there is kept, and the same command goes on")]
    Cancelled,
}

impl DownloadError {
    pub(crate) fn blame(&self) -> Blame {
        match self {
            DownloadError::NoCredentials
            | DownloadError::Credentials(_)
            | DownloadError::Unknown { .. }
            | DownloadError::Rules { .. }
            | DownloadError::Absent { .. }
            | DownloadError::Setup(_) => Blame::Call,
            DownloadError::Sent { .. } => Blame::Data,
            DownloadError::Busy { .. }
            | DownloadError::Failed { .. }
            | DownloadError::Space { .. }
            | DownloadError::Io { .. } => Blame::Machine,
            DownloadError::Cancelled => Blame::Stopped,
        }
    }
}

/// An error of HTTP in words.
pub(crate) fn in_words(error: &HttpError) -> String {
    match error {
        HttpError::Unreachable { tls: true, .. } => format!("{error}; {TLS_REMEDY}"),
        error => error.to_string(),
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {}", excerpt(text).unquoted(300)) }
}

fn page_of(page: &Option<String>) -> String {
    page.as_ref().map(|page| format!(": look at {page}")).unwrap_or_default()
}

fn time(wait: &Duration) -> String {
    match wait.as_secs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}
