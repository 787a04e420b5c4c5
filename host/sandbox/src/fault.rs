//! What the host fails at, and what it is told to give up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

use crate::table::Unsupported;

/// What the host failed at: no grader and no submission is to blame, and another try may succeed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HostFault {
    /// [`Cancel::cancel`] was called.
    #[error("the grading was cancelled")]
    Cancelled,
    /// A table is not of the contract's types. Another try fails the same way.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The system gave no memory, process or thread.
    #[error("the system lacks what a grading needs: {0}")]
    Resources(String),
    /// A worker process did not do what a worker does.
    #[error("the worker process failed: {0}")]
    Worker(String),
}

/// Calls off gradings: whoever holds a clone of it can. Once called off, it stays so.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

/// Called off by whoever sets the flag, such as a handler of signals.
impl From<Arc<AtomicBool>> for Cancel {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Cancel(flag)
    }
}

impl Cancel {
    /// One that nobody has called off.
    #[must_use]
    pub fn new() -> Self {
        Cancel::default()
    }

    /// Ends what runs under it, within some hundredths of a second, and all that would be started under it.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once it was called off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    ///
    /// [`HostFault::Cancelled`] once it was called off.
    pub(crate) fn check(&self) -> Result<(), HostFault> {
        if self.is_cancelled() { Err(HostFault::Cancelled) } else { Ok(()) }
    }
}
