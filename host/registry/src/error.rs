//! Why nothing is fetched from a registry, or put there.

use assay_types::excerpt::excerpt;
use thiserror::Error;

use crate::reference::Reference;

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call: there is no such artifact, or the credentials do not open it.
    Call,
    /// What the registry sent.
    Sent,
    /// The network, or the registry's machine: another try may succeed.
    Network,
}

/// Why nothing is fetched from a registry, or put there. What a registry said is cut short, and holds no credentials of ours.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// It cannot be reached, or not in time.
    #[error("{registry} cannot be reached: {said}")]
    Unreachable {
        /// The registry, or the host that it led to.
        registry: String,
        /// What went wrong.
        said: String,
    },
    /// It has a fault of its own.
    #[error("{registry} failed with HTTP status {status}{}", quoted(.said))]
    Failed {
        /// The registry.
        registry: String,
        /// The status, 500 or more, or 429.
        status: u16,
        /// What it said.
        said: String,
    },
    /// There is none.
    #[error("{registry} has no `{what}`{}", quoted(.said))]
    Absent {
        /// The registry.
        registry: String,
        /// What it has not: a repository with a tag or digest.
        what: String,
        /// What it said.
        said: String,
    },
    /// It wants credentials, or others.
    #[error("{registry} does not let {who} do that (HTTP status {status}{}): {remedy}", quoted(.said))]
    Denied {
        /// The registry.
        registry: String,
        /// The status.
        status: u16,
        /// Who asked.
        who: &'static str,
        /// What to do.
        remedy: String,
        /// What it said.
        said: String,
    },
    /// Credentials cannot be used.
    #[error("{registry}: {what}")]
    Credentials {
        /// The registry.
        registry: String,
        /// What is wrong, and the remedy.
        what: String,
    },
    /// It sends what no registry should, or not what was asked for.
    #[error("{registry} {what}")]
    Sent {
        /// The registry.
        registry: String,
        /// What it did.
        what: String,
    },
    /// The network cannot be used at all.
    #[error("{0}")]
    Setup(String),
}

impl RegistryError {
    /// Who is at fault.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            RegistryError::Unreachable { .. } | RegistryError::Failed { .. } => Fault::Network,
            RegistryError::Sent { .. } => Fault::Sent,
            RegistryError::Absent { .. }
            | RegistryError::Denied { .. }
            | RegistryError::Credentials { .. }
            | RegistryError::Setup(_) => Fault::Call,
        }
    }

    pub(crate) fn sent(reference: &Reference, what: impl Into<String>) -> Self {
        RegistryError::Sent { registry: reference.registry().to_owned(), what: what.into() }
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {}", excerpt(text).unquoted(300)) }
}
