//! Arrow tables that a caller has: in the types of files that were read, and with a digest.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, UInt64Type};
use arrow::error::ArrowError;
use assay_types::excerpt::excerpt;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Table;
use super::column::floats;
use super::lines::Lines;

/// Why a table cannot be used.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum BatchError {
    /// A type that no file gives.
    #[error("column {} is of type {kind}; give booleans, numbers or text", excerpt(.column))]
    Type { column: String, kind: DataType },
    /// Two columns of one name.
    #[error("there are two columns {}", excerpt(.0))]
    Twice(String),
    /// More rows than a grader can count.
    #[error("{0} rows are more than 4294967295")]
    Rows(usize),
    /// The columns cannot be made into a table.
    #[error("the table cannot be built: {0}")]
    Arrow(String),
}

impl From<ArrowError> for BatchError {
    fn from(error: ArrowError) -> Self {
        BatchError::Arrow(error.to_string())
    }
}

impl Table {
    /// A table as if it had been read from a CSV file: `Boolean`, integers of any width, `Float32`, `Float64`, and text of any form,
    /// dictionaries included, become `Boolean`, `Int64`, `UInt64`, `Float64` and `Utf8`. Values that do not fit `Int64` make a column
    /// `UInt64`; with a value missing, a column of integers is one of `Float64`, as is one of type `Null`; NaN is missing, as in pandas. Text stays text, even where
    /// all of it could be read as numbers. A row's line is the one that it would have in a file with a header.
    ///
    /// `keep` says which columns are kept, by name; none keeps all.
    ///
    /// # Errors
    ///
    /// If a column is of another type, or two have one name.
    pub fn from_batch(batch: &RecordBatch, keep: Option<&dyn Fn(&str) -> bool>) -> Result<Self, BatchError> {
        if u32::try_from(batch.num_rows()).is_err() {
            return Err(BatchError::Rows(batch.num_rows()));
        }
        let header: Vec<String> = batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
        let mut names: Vec<&String> = header.iter().collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(BatchError::Twice(pair[0].clone()));
        }
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (name, array) in header.iter().zip(batch.columns()) {
            if keep.is_none_or(|keep| keep(name)) {
                let array = normalized(name, array)?;
                fields.push(Field::new(name, array.data_type().clone(), true));
                arrays.push(array);
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?;
        let lines = Lines::consecutive(2, batch.num_rows());
        Ok(Table { header, batch, labels: 0, lines })
    }
}

fn normalized(name: &str, array: &ArrayRef) -> Result<ArrayRef, BatchError> {
    let as_floats = |array: &ArrayRef| -> Result<ArrayRef, BatchError> {
        let array = cast(array, &DataType::Float64)?;
        let values = array.as_primitive::<Float64Type>().iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        Ok(Arc::new(floats(values)))
    };
    match array.data_type() {
        DataType::Boolean => Ok(Arc::clone(array)),
        kind if kind.is_integer() && array.null_count() > 0 => as_floats(array),
        DataType::UInt64 => {
            let wide = array.as_primitive::<UInt64Type>().values().iter().any(|&value| i64::try_from(value).is_err());
            if wide { Ok(Arc::clone(array)) } else { Ok(cast(array, &DataType::Int64)?) }
        }
        kind if kind.is_integer() => Ok(cast(array, &DataType::Int64)?),
        // A column without any value is one of missing numbers, as an empty one of a file is.
        kind if kind.is_floating() || *kind == DataType::Null => as_floats(array),
        DataType::Utf8 => Ok(Arc::clone(array)),
        DataType::LargeUtf8 | DataType::Utf8View => Ok(cast(array, &DataType::Utf8)?),
        DataType::Dictionary(_, values) => normalized(name, &cast(array, values)?),
        other => Err(BatchError::Type { column: name.to_owned(), kind: other.clone() }),
    }
}

/// SHA-256 of a table, in hexadecimal: the same for the same names and values, however Arrow holds them. It is of the text `assay-table-1`,
/// the numbers of rows and columns, and for each column its name, its type after [`Table::from_batch`] and its cells, numbers in
/// little-endian order, texts after their lengths, and a missing cell as a byte of its own.
///
/// # Errors
///
/// If the table cannot be used.
pub fn batch_digest(batch: &RecordBatch) -> Result<String, BatchError> {
    let table = Table::from_batch(batch, None)?;
    let mut hash = Sha256::new();
    let text = |hash: &mut Sha256, text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    hash.update("assay-table-1");
    hash.update((table.batch.num_rows() as u64).to_le_bytes());
    hash.update((table.batch.num_columns() as u64).to_le_bytes());
    for (field, array) in table.batch.schema_ref().fields().iter().zip(table.batch.columns()) {
        text(&mut hash, field.name());
        text(&mut hash, &field.data_type().to_string());
        for row in 0..array.len() {
            hash.update([u8::from(array.is_valid(row))]);
            if array.is_null(row) {
                continue;
            }
            match field.data_type() {
                DataType::Boolean => hash.update([u8::from(array.as_boolean().value(row))]),
                DataType::Int64 => hash.update(array.as_primitive::<Int64Type>().value(row).to_le_bytes()),
                DataType::UInt64 => hash.update(array.as_primitive::<UInt64Type>().value(row).to_le_bytes()),
                DataType::Float64 => hash.update(array.as_primitive::<Float64Type>().value(row).to_le_bytes()),
                _ => text(&mut hash, array.as_string::<i32>().value(row)),
            }
        }
    }
    Ok(assay_types::hexadecimal(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Limits, ReadOptions, read_csv};
    use arrow::array::{Float32Array, Float64Array, Int32Array, NullArray, StringArray, StringViewArray, UInt64Array};

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        RecordBatch::try_from_iter(columns).unwrap()
    }

    /// The same table as a CSV file gives.
    #[test]
    fn a_table_is_like_a_file() {
        let given = batch(vec![
            ("i", Arc::new(Int32Array::from(vec![1, -2]))),
            ("m", Arc::new(Int32Array::from(vec![Some(1), None]))),
            ("w", Arc::new(UInt64Array::from(vec![u64::MAX, 1]))),
            ("f", Arc::new(Float32Array::from(vec![0.5, f32::NAN]))),
            ("t", Arc::new(StringViewArray::from(vec!["a", "b"]))),
            ("n", Arc::new(NullArray::new(2))),
        ]);
        let table = Table::from_batch(&given, None).unwrap();
        let csv = b"i,m,w,f,t,n\n1,1,18446744073709551615,0.5,a,\n-2,,1,,b,\n";
        let read =
            read_csv(csv, &ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() })
                .unwrap();
        assert_eq!(table.batch, read.batch);
        assert_eq!((table.line(0), table.line(1)), (2, 3));
        assert_eq!(batch_digest(&given).unwrap(), batch_digest(&read.batch).unwrap());
    }

    #[test]
    fn other_values_have_another_digest() {
        let digest =
            |texts: Vec<Option<&str>>| batch_digest(&batch(vec![("t", Arc::new(StringArray::from(texts)))])).unwrap();
        let one = digest(vec![Some("ab"), Some("c")]);
        assert_ne!(one, digest(vec![Some("a"), Some("bc")]));
        assert_ne!(digest(vec![Some(""), None]), digest(vec![None, Some("")]));
        let floats = |value: f64| batch_digest(&batch(vec![("t", Arc::new(Float64Array::from(vec![value])))])).unwrap();
        assert_ne!(floats(0.0), floats(-0.0));
    }

    #[test]
    fn what_no_file_gives_is_refused() {
        let dates: ArrayRef = Arc::new(arrow::array::Date32Array::from(vec![1]));
        assert!(matches!(Table::from_batch(&batch(vec![("d", dates)]), None), Err(BatchError::Type { .. })));
    }
}
