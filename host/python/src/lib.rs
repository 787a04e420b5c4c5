//! The native half of the Python package `assay`. It hands what Python gives to the service, and hands back what that says, reports as
//! their JSON text: whatever is for people is Python's half, in `assay/`.

mod advice;
mod answers;
mod batch;
mod competitions;
mod failure;
mod operator;
mod patience;
mod reports;
mod service;
mod submission;
mod table;
mod worker;

use pyo3::prelude::*;

/// The native half of the package.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::batch::Batch;
    #[pymodule_export]
    use super::competitions::{grader_source, parse_competition};
    #[pymodule_export]
    use super::reports::{batch_report, write_report};
    #[pymodule_export]
    use super::service::Service;
    #[pymodule_export]
    use super::worker::serve_worker;

    use pyo3::prelude::*;
    use pyo3::types::PyModule;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        // The version of what a report holds is said once.
        module.add("REPORT_SCHEMA", assay_types::report::SCHEMA)
    }
}
