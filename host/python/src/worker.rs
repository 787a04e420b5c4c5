//! The worker process: what compiles and runs graders that others made.

use pyo3::prelude::*;

/// Serves as the worker of a service through this process's standard streams, and ends the process. `_worker.py` calls it, and nobody else.
#[pyfunction]
pub(crate) fn serve_worker(py: Python<'_>) {
    let served = py.detach(|| assay_sandbox::worker::serve(std::io::stdin(), std::io::stdout().lock()));
    let code = match served {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error}");
            1
        }
    };
    // The interpreter would open files to end in order, which a worker may not.
    std::process::exit(code);
}
