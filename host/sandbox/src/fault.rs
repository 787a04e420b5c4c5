//! What the host fails at, and what it is told to give up.

use std::fmt;
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
#[derive(Clone, Default)]
pub struct Cancel {
    flag: Arc<AtomicBool>,
    asked: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

/// Called off by whoever sets the flag, such as a handler of signals.
impl From<Arc<AtomicBool>> for Cancel {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Cancel { flag, asked: None }
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.flag).finish()
    }
}

impl Cancel {
    /// One that nobody has called off.
    #[must_use]
    pub fn new() -> Self {
        Cancel::default()
    }

    /// One that is also called off as soon as `asked` says true. The thread that grades asks it before and while it waits, and every 20 ms while
    /// its grader runs: for those who have to look for signals on that very thread.
    #[must_use]
    pub fn asking(asked: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Cancel { flag: Arc::default(), asked: Some(Arc::new(asked)) }
    }

    /// Ends what runs under it, within some hundredths of a second, and all that would be started under it.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// True once it was called off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        if self.flag.load(Ordering::Relaxed) {
            return true;
        }
        let is_cancelled = self.asked.as_ref().is_some_and(|asked| asked());
        if is_cancelled {
            self.cancel();
        }
        is_cancelled
    }

    /// # Errors
    ///
    /// [`HostFault::Cancelled`] once it was called off.
    pub(crate) fn check(&self) -> Result<(), HostFault> {
        if self.is_cancelled() { Err(HostFault::Cancelled) } else { Ok(()) }
    }
}
