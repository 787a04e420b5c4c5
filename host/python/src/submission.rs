//! What Python gives as a submission or as answers: a path, bytes, or a table.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use assay::list::Content;
use assay::{Answers, Submission};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView};

use crate::failure::Failure;
use crate::table::{self, table};

/// A submission, or answers.
pub(crate) enum Given {
    Path(PathBuf),
    Bytes(PyBackedBytes),
    Table(RecordBatch),
}

impl Given {
    /// What an object is.
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> Result<Self, Failure> {
        let py = object.py();
        if object.is_instance_of::<PyBytes>() || object.is_instance_of::<PyByteArray>() {
            return bytes(object);
        }
        if object.is_instance_of::<PyMemoryView>() {
            return bytes(&object.call_method0(intern!(py, "tobytes"))?);
        }
        if object.hasattr(table::METHOD)? {
            return table(object).map(Given::Table);
        }
        object.extract().map(Given::Path).map_err(|_| {
            let kind = object.get_type().name().map(|name| name.to_string()).unwrap_or_default();
            Failure::Call(format!(
                "a `{kind}` is no submission and no answers: give the path of a CSV file, its bytes, or a table with the Arrow PyCapsule \
                 interface (pandas 2.2 and later, polars, pyarrow ...)"
            ))
        })
    }

    pub(crate) fn as_submission(&self) -> Submission<'_> {
        match self {
            Given::Path(path) => Submission::Path(path),
            Given::Bytes(bytes) => Submission::Bytes(bytes),
            Given::Table(batch) => Submission::Table(batch),
        }
    }

    /// The path, where it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Given::Path(path) => Some(path),
            Given::Bytes(_) | Given::Table(_) => None,
        }
    }

    pub(crate) fn into_content(self) -> Content {
        match self {
            Given::Path(_) => Content::File,
            Given::Bytes(bytes) => Content::Bytes(Arc::from(&*bytes)),
            Given::Table(batch) => Content::Table(batch),
        }
    }

    pub(crate) fn into_answers(self) -> Answers {
        match self {
            Given::Path(path) => Answers::File(path),
            Given::Bytes(bytes) => Answers::Bytes(Arc::from(&*bytes)),
            Given::Table(batch) => Answers::Table(batch),
        }
    }
}

fn bytes(object: &Bound<'_, PyAny>) -> Result<Given, Failure> {
    object.extract::<PyBackedBytes>().map(Given::Bytes).map_err(|error| Failure::Python(error.into()))
}
