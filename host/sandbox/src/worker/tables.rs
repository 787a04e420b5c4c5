//! Tables on their way to a worker: in the contract's form, buffer by buffer, so that the worker hands its guest the very bytes that this
//! process would. Tables never come back.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use arrow::buffer::{Buffer, MutableBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowNativeType, ToByteSlice};
use serde::{Deserialize, Serialize};

use crate::table::{ColumnView, TableView, ValuesView};

/// What is to be known of a table before its buffers.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableHead {
    rows: u32,
    columns: Vec<ColumnHead>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ColumnHead {
    name: String,
    kind: Kind,
    /// Whether some rows are missing.
    validity: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Boolean,
    Int64,
    Uint64,
    Float64,
    /// With so many bytes of text.
    Utf8(u64),
}

/// A table as a worker holds it.
pub(super) struct Received {
    rows: u32,
    columns: Vec<ReceivedColumn>,
}

struct ReceivedColumn {
    name: String,
    values: ReceivedValues,
    validity: Option<Buffer>,
}

enum ReceivedValues {
    Boolean(Buffer),
    Int64(ScalarBuffer<i64>),
    Uint64(ScalarBuffer<u64>),
    Float64(ScalarBuffer<f64>),
    Utf8 { offsets: ScalarBuffer<i32>, bytes: Buffer },
}

/// What is to be known of a table.
pub(super) fn head(table: &TableView<'_>) -> TableHead {
    let columns = table.columns.iter().map(|column| ColumnHead {
        name: column.name.to_owned(),
        kind: match &column.values {
            ValuesView::Boolean(_) => Kind::Boolean,
            ValuesView::Int64(_) => Kind::Int64,
            ValuesView::Uint64(_) => Kind::Uint64,
            ValuesView::Float64(_) => Kind::Float64,
            ValuesView::Utf8 { bytes, .. } => Kind::Utf8(bytes.len() as u64),
        },
        validity: column.validity.is_some(),
    });
    TableHead { rows: table.rows, columns: columns.collect() }
}

/// Sends a table's buffers.
pub(super) fn send(table: &TableView<'_>, mut output: impl Write) -> io::Result<()> {
    for column in &table.columns {
        match &column.values {
            ValuesView::Boolean(bits) => output.write_all(bits)?,
            ValuesView::Int64(values) => output.write_all(values.to_byte_slice())?,
            ValuesView::Uint64(values) => output.write_all(values.to_byte_slice())?,
            ValuesView::Float64(values) => output.write_all(values.to_byte_slice())?,
            ValuesView::Utf8 { offsets, bytes } => {
                output.write_all(offsets.as_ref().to_byte_slice())?;
                output.write_all(bytes)?;
            }
        }
        if let Some(bits) = &column.validity {
            output.write_all(bits)?;
        }
    }
    Ok(())
}

/// Receives a table's buffers.
pub(super) fn receive(head: TableHead, mut input: impl Read) -> io::Result<Received> {
    let rows = head.rows as usize;
    let bits = rows.div_ceil(8);
    let columns = head.columns.into_iter().map(|column| {
        let values = match column.kind {
            Kind::Boolean => ReceivedValues::Boolean(buffer(&mut input, bits)?),
            Kind::Int64 => ReceivedValues::Int64(values(&mut input, rows)?),
            Kind::Uint64 => ReceivedValues::Uint64(values(&mut input, rows)?),
            Kind::Float64 => ReceivedValues::Float64(values(&mut input, rows)?),
            Kind::Utf8(bytes) => {
                let offsets = values(&mut input, rows + 1)?;
                let bytes = usize::try_from(bytes).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
                ReceivedValues::Utf8 { offsets, bytes: buffer(&mut input, bytes)? }
            }
        };
        let validity = if column.validity { Some(buffer(&mut input, bits)?) } else { None };
        Ok(ReceivedColumn { name: column.name, values, validity })
    });
    Ok(Received { rows: head.rows, columns: columns.collect::<io::Result<_>>()? })
}

/// So many numbers, aligned as they must be.
fn values<T: ArrowNativeType>(input: impl Read, count: usize) -> io::Result<ScalarBuffer<T>> {
    Ok(ScalarBuffer::new(buffer(input, count * size_of::<T>())?, 0, count))
}

fn buffer(mut input: impl Read, bytes: usize) -> io::Result<Buffer> {
    let mut buffer = MutableBuffer::from_len_zeroed(bytes);
    input.read_exact(&mut buffer)?;
    Ok(buffer.into())
}

impl Received {
    pub(super) fn view(&self) -> TableView<'_> {
        let columns = self.columns.iter().map(|column| ColumnView {
            name: &column.name,
            values: match &column.values {
                ReceivedValues::Boolean(bits) => ValuesView::Boolean(Cow::Borrowed(bits)),
                ReceivedValues::Int64(values) => ValuesView::Int64(values),
                ReceivedValues::Uint64(values) => ValuesView::Uint64(values),
                ReceivedValues::Float64(values) => ValuesView::Float64(values),
                ReceivedValues::Utf8 { offsets, bytes } => ValuesView::Utf8 { offsets: Cow::Borrowed(offsets), bytes },
            },
            validity: column.validity.as_ref().map(|bits| Cow::Borrowed(bits.as_slice())),
        });
        TableView { rows: self.rows, columns: columns.collect() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};

    use super::*;

    fn batch() -> RecordBatch {
        let columns: [(&str, ArrayRef); 5] = [
            ("flag", Arc::new(BooleanArray::from_iter((0..20).map(|row| (row % 7 != 3).then_some(row % 3 == 0))))),
            ("signed", Arc::new(Int64Array::from_iter((0..20).map(|row| (row != 5).then_some(i64::MIN + row))))),
            ("unsigned", Arc::new(UInt64Array::from_iter_values((0..20).map(|row| u64::MAX - row)))),
            (
                "number",
                Arc::new(Float64Array::from_iter_values(
                    (0..20).map(|row| if row == 4 { f64::NAN } else { 0.1 * f64::from(row) }),
                )),
            ),
            ("text é", Arc::new(StringArray::from_iter((0..20).map(|row| (row != 2).then(|| "é".repeat(row)))))),
        ];
        RecordBatch::try_from_iter(columns).expect("columns of one length")
    }

    /// What a guest would get of a table: its buffers, one after the other.
    fn bytes(table: &TableView<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        send(table, &mut bytes).expect("memory takes it");
        bytes
    }

    #[test]
    fn what_arrives_is_what_was_sent() {
        let whole = batch();
        for batch in [whole.clone(), whole.slice(3, 11), whole.slice(8, 0), whole.slice(0, 8)] {
            let sent = TableView::new(&batch).expect("types of the contract");
            let wire = bytes(&sent);
            assert_eq!(wire.len() as u64, sent.bytes());
            let head: TableHead =
                serde_json::from_str(&serde_json::to_string(&head(&sent)).expect("JSON")).expect("JSON");
            let received = receive(head, &wire[..]).expect("all of it is there");
            assert_eq!(super::head(&received.view()), super::head(&sent));
            assert_eq!(bytes(&received.view()), wire);
            assert_eq!(received.view().bytes(), sent.bytes());
        }
    }

    #[test]
    fn half_a_table_is_none() {
        let batch = batch();
        let sent = TableView::new(&batch).expect("types of the contract");
        let wire = bytes(&sent);
        assert!(receive(head(&sent), &wire[..wire.len() - 1]).is_err());
    }
}
