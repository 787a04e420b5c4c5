//! Work without the interpreter's lock, which Ctrl-C ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use assay::Cancel;
use pyo3::prelude::*;

use crate::failure::Failure;

/// How often the main thread looks for signals.
const PULSE: Duration = Duration::from_millis(50);

/// Does `work` without the interpreter's lock. On the main thread, which gets signals, it is done by another, and this one looks for
/// signals meanwhile: what their handlers raise calls the work off.
pub(crate) fn patiently<T: Send>(
    py: Python<'_>,
    cancel: &Cancel,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Failure> {
    let guarded = || {
        catch_unwind(AssertUnwindSafe(work))
            .map_err(|_| Failure::host("internal error: the package failed here; please report it"))
    };
    if !is_main_thread(py)? {
        return py.detach(guarded);
    }
    py.detach(|| {
        thread::scope(|scope| {
            let (sender, done) = sync_channel(1);
            let working = thread::Builder::new().name("assay-grade".into());
            working
                .spawn_scoped(scope, move || {
                    // Whoever waits takes it.
                    let _ = sender.send(guarded());
                })
                .map_err(Failure::host)?;
            loop {
                match done.recv_timeout(PULSE) {
                    Ok(done) => return done,
                    Err(RecvTimeoutError::Disconnected) => return Err(Failure::host("a thread was lost")),
                    Err(RecvTimeoutError::Timeout) => {
                        if let Err(raised) = Python::attach(|py| py.check_signals()) {
                            cancel.cancel();
                            return Err(raised.into());
                        }
                    }
                }
            }
        })
    })
}

/// True on the thread on which Python runs the handlers of signals.
fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    let threading = py.import("threading")?;
    threading.call_method0("current_thread")?.eq(threading.call_method0("main_thread")?)
}
