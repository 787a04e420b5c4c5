//! Arrow record batches in the contract's form, without a copy.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use thiserror::Error;

use crate::bindings;

/// A table that the contract does not have.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unsupported {
    /// A type that the reader never makes.
    #[error("column `{0}` is of type {1}, which the contract with graders does not have")]
    Type(String, DataType),
    /// More rows than the contract counts.
    #[error("{0} rows are more than the contract with graders can count")]
    Rows(usize),
}

/// A table as the contract has it, borrowed. Bitmaps that do not start at a byte, and offsets that do not start at 0, are made afresh.
pub(crate) struct TableView<'a> {
    pub(crate) rows: u32,
    pub(crate) columns: Vec<ColumnView<'a>>,
}

pub(crate) struct ColumnView<'a> {
    pub(crate) name: &'a str,
    pub(crate) values: ValuesView<'a>,
    pub(crate) validity: Option<Cow<'a, [u8]>>,
}

pub(crate) enum ValuesView<'a> {
    Boolean(Cow<'a, [u8]>),
    Int64(&'a [i64]),
    Uint64(&'a [u64]),
    Float64(&'a [f64]),
    Utf8 { offsets: Cow<'a, [i32]>, bytes: &'a [u8] },
}

impl<'a> TableView<'a> {
    pub(crate) fn new(batch: &'a RecordBatch) -> Result<Self, Unsupported> {
        let rows = u32::try_from(batch.num_rows()).map_err(|_| Unsupported::Rows(batch.num_rows()))?;
        let schema = batch.schema_ref();
        let columns = batch
            .columns()
            .iter()
            .zip(schema.fields())
            .map(|(array, field)| ColumnView::new(field.name(), array))
            .collect::<Result<_, _>>()?;
        Ok(TableView { rows, columns })
    }

    /// How many bytes are handed over.
    pub(crate) fn bytes(&self) -> u64 {
        let sizes = self.columns.iter().map(|column| {
            let values = match &column.values {
                ValuesView::Boolean(bits) => bits.len(),
                ValuesView::Int64(values) => size_of_val(*values),
                ValuesView::Uint64(values) => size_of_val(*values),
                ValuesView::Float64(values) => size_of_val(*values),
                ValuesView::Utf8 { offsets, bytes } => size_of_val(offsets.as_ref()) + bytes.len(),
            };
            (values + column.validity.as_ref().map_or(0, |bits| bits.len())) as u64
        });
        sizes.sum()
    }

    pub(crate) fn columns(&self) -> Vec<bindings::Column<'_>> {
        self.columns
            .iter()
            .map(|column| bindings::Column {
                name: column.name,
                values: match &column.values {
                    ValuesView::Boolean(bits) => bindings::Values::Boolean(bits),
                    ValuesView::Int64(values) => bindings::Values::Int64(values),
                    ValuesView::Uint64(values) => bindings::Values::Uint64(values),
                    ValuesView::Float64(values) => bindings::Values::Float64(values),
                    ValuesView::Utf8 { offsets, bytes } => bindings::Values::Utf8(bindings::Utf8 { offsets, bytes }),
                },
                validity: column.validity.as_deref(),
            })
            .collect()
    }

    pub(crate) fn table<'b>(&self, columns: &'b [bindings::Column<'b>]) -> bindings::Table<'b> {
        bindings::Table { rows: self.rows, columns }
    }
}

impl<'a> ColumnView<'a> {
    fn new(name: &'a str, array: &'a ArrayRef) -> Result<Self, Unsupported> {
        let values = match array.data_type() {
            DataType::Boolean => ValuesView::Boolean(bits(array.as_boolean().values())),
            DataType::Int64 => ValuesView::Int64(array.as_primitive::<Int64Type>().values()),
            DataType::UInt64 => ValuesView::Uint64(array.as_primitive::<UInt64Type>().values()),
            DataType::Float64 => ValuesView::Float64(array.as_primitive::<Float64Type>().values()),
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
                ValuesView::Utf8 { offsets, bytes }
            }
            other => return Err(Unsupported::Type(name.to_owned(), other.clone())),
        };
        let validity = array.nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| bits(nulls.inner()));
        Ok(ColumnView { name, values, validity })
    }
}

/// The bits from the first one on, in whole bytes. Bits of the last byte that belong to no row are 0, so that a guest that looks at them
/// sees the same every time.
fn bits(buffer: &BooleanBuffer) -> Cow<'_, [u8]> {
    let bytes = buffer.len().div_ceil(8);
    let last = match buffer.len() % 8 {
        0 => u8::MAX,
        used => (1 << used) - 1,
    };
    if buffer.offset().is_multiple_of(8) {
        let start = buffer.offset() / 8;
        if let Some(bytes) = buffer.values().get(start..start + bytes)
            && bytes.last().is_none_or(|byte| byte & !last == 0)
        {
            return Cow::Borrowed(bytes);
        }
    }
    let sliced = buffer.sliced();
    let mut copied = sliced.as_slice().get(..bytes).unwrap_or_default().to_vec();
    if let Some(byte) = copied.last_mut() {
        *byte &= last;
    }
    Cow::Owned(copied)
}

#[cfg(test)]
mod tests {
    use arrow::buffer::Buffer;

    use super::*;

    #[test]
    fn bits_of_no_row_are_zero() {
        let ones = Buffer::from(vec![0xff_u8; 3]);
        let bits = |offset, length| bits(&BooleanBuffer::new(ones.clone(), offset, length)).into_owned();
        assert_eq!(bits(0, 16), [0xff, 0xff]);
        assert_eq!(bits(0, 9), [0xff, 0x01]);
        assert_eq!(bits(8, 3), [0x07]);
        assert_eq!(bits(5, 12), [0xff, 0x0f]);
        assert_eq!(bits(0, 0), [0; 0]);
    }
}
