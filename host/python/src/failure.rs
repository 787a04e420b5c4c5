//! Failures, as the exceptions of the package.

use assay::{AnswersError, BuildError, CatalogError, CompetitionsError, GradeError, PrepareError, ValidateError};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::advice;

/// Why a call comes to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The call is at fault.
    Call(String),
    /// The package or the machine is at fault.
    Host(String),
    /// Python's own: a signal, say, or what a caller's code raised.
    Python(PyErr),
}

impl Failure {
    pub(crate) fn call(error: impl ToString) -> Self {
        Failure::Call(error.to_string())
    }

    pub(crate) fn host(error: impl ToString) -> Self {
        Failure::Host(error.to_string())
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Failure::Python(error)
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        Failure::Call(format!("{error}{}", advice::of_catalog(&error)))
    }
}

impl From<CompetitionsError> for Failure {
    fn from(error: CompetitionsError) -> Self {
        match error {
            CompetitionsError::Catalog(error) => error.into(),
            CompetitionsError::Competition(error) => Failure::call(error),
        }
    }
}

impl From<AnswersError> for Failure {
    fn from(error: AnswersError) -> Self {
        Failure::Call(format!("{error}{}", advice::of_answers(&error)))
    }
}

impl From<PrepareError> for Failure {
    fn from(error: PrepareError) -> Self {
        let text = format!("{error}{}", advice::of_prepare(&error));
        if error.is_host_fault() { Failure::Host(text) } else { Failure::Call(text) }
    }
}

impl From<GradeError> for Failure {
    fn from(error: GradeError) -> Self {
        match error {
            GradeError::Competition(error) => error.into(),
            GradeError::Prepare(error) => error.into(),
        }
    }
}

impl From<ValidateError> for Failure {
    fn from(error: ValidateError) -> Self {
        match error {
            ValidateError::Competition(error) => error.into(),
            ValidateError::Prepare(error) => error.into(),
            ValidateError::Host(text) => Failure::Host(text),
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Failure::host(error)
    }
}

/// The exception of `assay._errors` that says so.
impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        let (name, text) = match failure {
            Failure::Python(error) => return error,
            Failure::Call(text) => ("CallError", text),
            Failure::Host(text) => ("HostError", text),
        };
        Python::attach(|py| {
            let made = py.import("assay._errors").and_then(|module| module.getattr(name)?.call1((&text,)));
            made.map_or_else(|_| PyRuntimeError::new_err(text.clone()), PyErr::from_value)
        })
    }
}
