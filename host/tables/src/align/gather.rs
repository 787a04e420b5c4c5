//! Rows of a table in another order.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type, UInt64Type};
use arrow::error::ArrowError;

use crate::threads::Threads;

/// How many rows a thread takes at a time.
const CHUNK: usize = 1 << 16;

/// Some rows of a table.
pub(super) fn gather(batch: &RecordBatch, rows: &[u32], threads: &Threads) -> Result<RecordBatch, ArrowError> {
    if let Some(row) = rows.iter().find(|&&row| row as usize >= batch.num_rows()) {
        return Err(ArrowError::InvalidArgumentError(format!("there is no row {row} among {}", batch.num_rows())));
    }
    let columns = threads.map(batch.columns().iter().collect(), |column: &ArrayRef| match column.data_type() {
        DataType::Int64 => numbers::<Int64Type>(column, rows, threads),
        DataType::UInt64 => numbers::<UInt64Type>(column, rows, threads),
        DataType::Float64 => numbers::<Float64Type>(column, rows, threads),
        _ => take(column, &UInt32Array::from(rows.to_vec()), None),
    });
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(batch.schema(), columns.into_iter().collect::<Result<_, _>>()?, &options)
}

fn numbers<T: ArrowPrimitiveType>(column: &ArrayRef, rows: &[u32], threads: &Threads) -> Result<ArrayRef, ArrowError> {
    let numbers = column.as_primitive::<T>();
    if numbers.null_count() > 0 {
        return take(column, &UInt32Array::from(rows.to_vec()), None);
    }
    let values = numbers.values();
    let mut gathered = vec![T::default_value(); rows.len()];
    let chunks: Vec<_> = gathered.chunks_mut(CHUNK).zip(rows.chunks(CHUNK)).collect();
    threads.map(chunks, |(places, rows)| {
        for (place, &row) in places.iter_mut().zip(rows) {
            *place = values[row as usize];
        }
    });
    Ok(Arc::new(PrimitiveArray::<T>::new(gathered.into(), None)))
}
