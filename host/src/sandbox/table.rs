//! Arrow record batches in the contract's form, without a copy.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use thiserror::Error;

use super::bindings;

/// A column of a type that the contract does not have.
#[derive(Debug, Error)]
pub enum Unsupported {
    /// A type that the reader never makes.
    #[error("column `{0}` is of type {1}, which the contract with graders does not have")]
    Type(String, DataType),
    /// More rows than the contract counts.
    #[error("{0} rows are more than the contract with graders can count")]
    Rows(usize),
}

/// What a [`bindings::Table`] borrows from: bitmaps that do not start at a byte, or offsets that do not start at 0, are made afresh.
pub(super) struct Prepared<'a> {
    rows: u32,
    columns: Vec<PreparedColumn<'a>>,
}

struct PreparedColumn<'a> {
    name: &'a str,
    values: PreparedValues<'a>,
    validity: Option<Cow<'a, [u8]>>,
}

enum PreparedValues<'a> {
    Boolean(Cow<'a, [u8]>),
    Int64(&'a [i64]),
    Uint64(&'a [u64]),
    Float64(&'a [f64]),
    Utf8 { offsets: Cow<'a, [i32]>, bytes: &'a [u8] },
}

impl<'a> Prepared<'a> {
    pub(super) fn new(batch: &'a RecordBatch) -> Result<Self, Unsupported> {
        let rows = u32::try_from(batch.num_rows()).map_err(|_| Unsupported::Rows(batch.num_rows()))?;
        let schema = batch.schema_ref();
        let columns = batch
            .columns()
            .iter()
            .zip(schema.fields())
            .map(|(array, field)| PreparedColumn::new(field.name(), array))
            .collect::<Result<_, _>>()?;
        Ok(Prepared { rows, columns })
    }

    /// How many bytes are handed over.
    pub(super) fn bytes(&self) -> u64 {
        let sizes = self.columns.iter().map(|column| {
            let values = match &column.values {
                PreparedValues::Boolean(bits) => bits.len(),
                PreparedValues::Int64(values) => size_of_val(*values),
                PreparedValues::Uint64(values) => size_of_val(*values),
                PreparedValues::Float64(values) => size_of_val(*values),
                PreparedValues::Utf8 { offsets, bytes } => size_of_val(offsets.as_ref()) + bytes.len(),
            };
            (values + column.validity.as_ref().map_or(0, |bits| bits.len())) as u64
        });
        sizes.sum()
    }

    pub(super) fn columns(&self) -> Vec<bindings::Column<'_>> {
        self.columns
            .iter()
            .map(|column| bindings::Column {
                name: column.name,
                values: match &column.values {
                    PreparedValues::Boolean(bits) => bindings::Values::Boolean(bits),
                    PreparedValues::Int64(values) => bindings::Values::Int64(values),
                    PreparedValues::Uint64(values) => bindings::Values::Uint64(values),
                    PreparedValues::Float64(values) => bindings::Values::Float64(values),
                    PreparedValues::Utf8 { offsets, bytes } => {
                        bindings::Values::Utf8(bindings::Utf8 { offsets, bytes })
                    }
                },
                validity: column.validity.as_deref(),
            })
            .collect()
    }

    pub(super) fn table<'b>(&self, columns: &'b [bindings::Column<'b>]) -> bindings::Table<'b> {
        bindings::Table { rows: self.rows, columns }
    }
}

impl<'a> PreparedColumn<'a> {
    fn new(name: &'a str, array: &'a ArrayRef) -> Result<Self, Unsupported> {
        let values = match array.data_type() {
            DataType::Boolean => PreparedValues::Boolean(bits(array.as_boolean().values())),
            DataType::Int64 => PreparedValues::Int64(array.as_primitive::<Int64Type>().values()),
            DataType::UInt64 => PreparedValues::Uint64(array.as_primitive::<UInt64Type>().values()),
            DataType::Float64 => PreparedValues::Float64(array.as_primitive::<Float64Type>().values()),
            DataType::Utf8 => {
                let text = array.as_string::<i32>();
                let offsets = text.value_offsets();
                let (first, last) = (offsets.first().copied().unwrap_or(0), offsets.last().copied().unwrap_or(0));
                let bytes = text.value_data().get(first as usize..last as usize).unwrap_or_default();
                let offsets = if offsets.is_empty() {
                    Cow::Owned(vec![0])
                } else if first == 0 {
                    Cow::Borrowed(offsets)
                } else {
                    offsets.iter().map(|offset| offset - first).collect()
                };
                PreparedValues::Utf8 { offsets, bytes }
            }
            other => return Err(Unsupported::Type(name.to_owned(), other.clone())),
        };
        let validity = array.nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| bits(nulls.inner()));
        Ok(PreparedColumn { name, values, validity })
    }
}

/// The bits from the first one on, in whole bytes.
fn bits(buffer: &BooleanBuffer) -> Cow<'_, [u8]> {
    let bytes = buffer.len().div_ceil(8);
    if buffer.offset().is_multiple_of(8) {
        let start = buffer.offset() / 8;
        if let Some(bytes) = buffer.values().get(start..start + bytes) {
            return Cow::Borrowed(bytes);
        }
    }
    let sliced = buffer.sliced();
    Cow::Owned(sliced.as_slice().get(..bytes).unwrap_or_default().to_vec())
}
