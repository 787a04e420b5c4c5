//! Why a server gave no answer.

use thiserror::Error;

/// Why a server gave no answer. What it said is cut short and printable, and no address is shown with its query.
#[derive(Debug, Error)]
pub enum HttpError {
    /// It cannot be reached, or not in time, or the connection broke.
    #[error("{host} cannot be reached: {said}")]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong.
        said: String,
        /// True if it is TLS that does not come about.
        tls: bool,
    },
    /// It answers what no server should, or leads where nobody goes.
    #[error("{host} {what}")]
    Sent {
        /// The host.
        host: String,
        /// What it did.
        what: String,
    },
    /// The network cannot be used at all.
    #[error("{0}")]
    Setup(String),
}

/// What to do where TLS does not come about.
pub const TLS_REMEDY: &str = "`SSL_CERT_FILE` names a file of the authorities to trust";
