//! Rows of a table in another order.

use std::mem;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray, UInt32Array,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::compute::take;
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type, UInt64Type};
use arrow::error::ArrowError;

use crate::threads::Threads;

/// How many rows a thread takes at a time.
const CHUNK: usize = 1 << 16;

/// Some rows of a table.
pub(super) fn gather(batch: &RecordBatch, rows: &[u32], threads: &Threads) -> Result<RecordBatch, ArrowError> {
    let columns = pick(batch.columns(), rows, threads)?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(batch.schema(), columns, &options)
}

/// Some rows of some columns.
pub(super) fn pick(columns: &[ArrayRef], rows: &[u32], threads: &Threads) -> Result<Vec<ArrayRef>, ArrowError> {
    let count = columns.iter().map(|column| column.len()).min().unwrap_or_default();
    if let Some(row) = rows.iter().find(|&&row| row as usize >= count) {
        return Err(ArrowError::InvalidArgumentError(format!("there is no row {row} among {count}")));
    }
    let picked = threads.map(columns.iter().collect(), |column: &ArrayRef| {
        let nulls = column.nulls().filter(|nulls| nulls.null_count() > 0);
        let nulls = nulls.map(|nulls| NullBuffer::new(bits(nulls.inner(), rows)));
        match column.data_type() {
            DataType::Int64 => Ok(numbers::<Int64Type>(column, rows, nulls, threads)),
            DataType::UInt64 => Ok(numbers::<UInt64Type>(column, rows, nulls, threads)),
            DataType::Float64 => Ok(numbers::<Float64Type>(column, rows, nulls, threads)),
            DataType::Boolean => {
                Ok(Arc::new(BooleanArray::new(bits(column.as_boolean().values(), rows), nulls)) as ArrayRef)
            }
            DataType::Utf8 => texts(column.as_string(), rows, nulls, threads),
            _ => take(column, &UInt32Array::from(rows.to_vec()), None),
        }
    });
    picked.into_iter().collect()
}

fn bits(bits: &BooleanBuffer, rows: &[u32]) -> BooleanBuffer {
    BooleanBuffer::collect_bool(rows.len(), |place| bits.value(rows[place] as usize))
}

fn numbers<T: ArrowPrimitiveType>(
    column: &ArrayRef,
    rows: &[u32],
    nulls: Option<NullBuffer>,
    threads: &Threads,
) -> ArrayRef {
    let values = column.as_primitive::<T>().values();
    let mut gathered = vec![T::default_value(); rows.len()];
    let chunks: Vec<_> = gathered.chunks_mut(CHUNK).zip(rows.chunks(CHUNK)).collect();
    threads.map(chunks, |(places, rows)| {
        for (place, &row) in places.iter_mut().zip(rows) {
            *place = values[row as usize];
        }
    });
    Arc::new(PrimitiveArray::<T>::new(gathered.into(), nulls))
}

fn texts(
    texts: &StringArray,
    rows: &[u32],
    nulls: Option<NullBuffer>,
    threads: &Threads,
) -> Result<ArrayRef, ArrowError> {
    let (starts, values) = (texts.value_offsets(), texts.value_data());
    let text = |row: u32| starts[row as usize] as usize..starts[row as usize + 1] as usize;
    let chunks: Vec<&[u32]> = rows.chunks(CHUNK).collect();
    let lengths = threads.map(chunks.clone(), |rows| rows.iter().map(|&row| text(row).len()).sum::<usize>());
    let total = lengths.iter().sum();
    i32::try_from(total).map_err(|_| ArrowError::OffsetOverflowError(total))?;
    let (mut offsets, mut bytes) = (vec![0; rows.len() + 1], vec![0; total]);
    let ends = offsets[1..].chunks_mut(CHUNK);
    let (mut before, mut rest) = (0, bytes.as_mut_slice());
    let parts = chunks.into_iter().zip(ends).zip(lengths).map(|((rows, ends), length)| {
        let (part, others) = mem::take(&mut rest).split_at_mut(length);
        rest = others;
        before += length;
        (rows, ends, part, before - length)
    });
    threads.map(parts.collect(), |(rows, ends, part, before)| {
        let mut at = 0;
        for (end, &row) in ends.iter_mut().zip(rows) {
            let text = &values[text(row)];
            part[at..at + text.len()].copy_from_slice(text);
            at += text.len();
            // The sum of all lengths fits.
            *end = (before + at) as i32;
        }
    });
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Ok(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls)?))
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use arrow::array::{Float64Array, Int64Array, UInt64Array};

    use super::*;

    /// What arrow's `take` gives.
    #[test]
    fn rows_of_every_type_are_gathered_as_arrow_does() {
        let count = 3 * CHUNK as u64 / 2;
        let value = |row: u64| (row % 7 != 3).then_some(row);
        let text = |row: u64| "ä,".repeat((row % 5) as usize) + &row.to_string();
        let columns: Vec<ArrayRef> = vec![
            Arc::new((0..count).map(|row| row as i64).collect::<Int64Array>()),
            Arc::new((0..count).map(|row| value(row).map(|row| row as i64)).collect::<Int64Array>()),
            Arc::new((0..count).map(value).collect::<UInt64Array>()),
            Arc::new((0..count).map(|row| value(row).map(|row| row as f64 / 3.0)).collect::<Float64Array>()),
            Arc::new((0..count).map(|row| value(row).map(|row| row % 2 == 0)).collect::<BooleanArray>()),
            Arc::new((0..count).map(|row| Some(row % 3 == 0)).collect::<BooleanArray>()),
            Arc::new((0..count).map(|row| Some(text(row))).collect::<StringArray>()),
            Arc::new((0..count).map(|row| value(row).map(text)).collect::<StringArray>()),
            Arc::new((0..count).map(|row| value(row).map(text)).collect::<StringArray>().slice(5, count as usize - 5)),
        ];
        let mut random = fastrand::Rng::with_seed(3);
        let threads = Threads::new(NonZero::new(3).unwrap());
        for length in [0, 1, CHUNK, 2 * CHUNK + 1] {
            let rows: Vec<u32> = (0..length).map(|_| random.u32(..count as u32 - 5)).collect();
            let indices = UInt32Array::from(rows.clone());
            let expected: Vec<ArrayRef> = columns.iter().map(|column| take(column, &indices, None).unwrap()).collect();
            assert_eq!(pick(&columns, &rows, &threads).unwrap(), expected);
        }
        assert!(pick(&columns, &[count as u32 - 5], &threads).is_err());
    }
}
