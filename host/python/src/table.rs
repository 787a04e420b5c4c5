//! Tables of Python: whatever has the Arrow PyCapsule interface. Columns are not copied, unless they come in pieces.

use arrow::array::{RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use arrow::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::failure::Failure;

/// The method that gives a stream of tables.
pub(crate) const METHOD: &str = "__arrow_c_stream__";

/// How pandas names the columns that it makes of an index without a name.
const PANDAS_INDEX: &str = "__index_level_";

/// What is to be done where a table has no such columns as files have.
const REMEDY: &str = "a column must hold booleans, numbers or text alone: convert it, or give a CSV file";

/// The table of an object that has [`METHOD`].
pub(crate) fn table(object: &Bound<'_, PyAny>) -> Result<RecordBatch, Failure> {
    let py = object.py();
    let stream = object.call_method0(METHOD).map_err(|error| given(py, error))?;
    let capsule = stream.cast::<PyCapsule>().map_err(|_| Failure::call(format!("`{METHOD}` gave no capsule")))?;
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?;
    // SAFETY: by its name the capsule holds such a stream, which is moved out: what is left of it is marked as released.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr().cast()) };
    // Whoever made the stream may need the interpreter to give its batches.
    py.detach(|| read(stream)).map_err(|error| Failure::Call(format!("the table cannot be read: {error}; {REMEDY}")))
}

/// What a conversion raised: the call is at fault, except for what the interpreter itself raises.
fn given(py: Python<'_>, error: PyErr) -> Failure {
    use pyo3::exceptions::{PyException, PyImportError, PyMemoryError};
    if !error.is_instance_of::<PyException>(py) || error.is_instance_of::<PyMemoryError>(py) {
        return Failure::Python(error);
    }
    let text = error.value(py).to_string();
    if error.is_instance_of::<PyImportError>(py) {
        return Failure::Call(format!("{text}; a pandas table is handed over by pyarrow: `pip install pyarrow`"));
    }
    Failure::Call(format!("the table cannot be read: {text}; {REMEDY}"))
}

fn read(stream: FFI_ArrowArrayStream) -> Result<RecordBatch, ArrowError> {
    let reader = RecordBatchStreamReader::try_new(stream)?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<RecordBatch>, _>>()?;
    let table = match batches.as_slice() {
        [] => RecordBatch::new_empty(schema),
        [one] => one.clone(),
        _ => concat_batches(&schema, &batches)?,
    };
    without_index(&table)
}

/// The table without the columns that pandas makes of an index without a name: no file has them.
fn without_index(table: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let fields = table.schema_ref().fields();
    let kept: Vec<usize> = (0..fields.len()).filter(|&index| !fields[index].name().starts_with(PANDAS_INDEX)).collect();
    if kept.len() == fields.len() {
        return Ok(table.clone());
    }
    let projected = table.project(&kept)?;
    let options = RecordBatchOptions::new().with_row_count(Some(table.num_rows()));
    RecordBatch::try_new_with_options(projected.schema(), projected.columns().to_vec(), &options)
}
