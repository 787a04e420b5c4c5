//! Work without the interpreter's lock, which Ctrl-C ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use assay::Cancel;
use pyo3::prelude::*;

use crate::failure::Failure;

/// What Python raised while work was done: the handler of a signal, or whoever follows the progress.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    /// Keeps what was raised first.
    pub(crate) fn keep(&self, error: PyErr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Does `work` without the interpreter's lock. Python runs the handlers of signals on its main thread alone: there, the work looks for signals
/// where it asks whether it is called off, and what their handlers raise calls it off.
///
/// The main thread does the work itself. Another would be started anew each time, which takes longer than a small grading.
pub(crate) fn patiently<T: Send>(
    py: Python<'_>,
    raised: &Raised,
    work: impl FnOnce(&Cancel) -> T + Send,
) -> Result<T, Failure> {
    let handlers = raised.clone();
    let cancel = Cancel::asking(move || {
        // On any other thread this looks at nothing. None: the interpreter ends.
        let looked = Python::try_attach(|py| py.check_signals()).unwrap_or(Ok(()));
        looked.map_err(|error| handlers.keep(error)).is_err()
    });
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(|| work(&cancel))));
    if let Some(error) = raised.take() {
        return Err(error.into());
    }
    done.map_err(|_| Failure::host("internal error: the package failed here; please report it"))
}
