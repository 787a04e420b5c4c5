//! How tables are changed to see what a grader makes of them. Every change is the same each time.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
    UInt64Array,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, UInt64Type};
use assay_tables::{Threads, align};

/// Rows in another order; an index may be there more than once.
pub(super) fn rows(batch: &RecordBatch, order: &[u32]) -> RecordBatch {
    align::apply(batch, Some(&order.to_vec()), Threads::one()).unwrap_or_else(|_| batch.clone())
}

/// Orders of so many rows, none of which is theirs.
pub(super) fn orders(rows: usize) -> Vec<Vec<u32>> {
    let rows = u32::try_from(rows).unwrap_or(0);
    let mut rotated: Vec<u32> = (0..rows).collect();
    rotated.rotate_left(rows as usize / 2);
    let mut odd: Vec<u32> = (0..rows).filter(|row| row % 3 == 1).collect();
    odd.extend((0..rows).filter(|row| row % 3 != 1));
    vec![(0..rows).rev().collect(), rotated, odd]
}

/// The table with another column in the place of one.
pub(super) fn replaced(batch: &RecordBatch, index: usize, column: ArrayRef) -> RecordBatch {
    let mut columns = batch.columns().to_vec();
    let mut fields: Vec<Field> = batch.schema_ref().fields().iter().map(|field| field.as_ref().clone()).collect();
    if let (Some(place), Some(field)) = (columns.get_mut(index), fields.get_mut(index)) {
        *field = Field::new(field.name(), column.data_type().clone(), true);
        *place = column;
    }
    made(batch, fields, columns)
}

fn made(batch: &RecordBatch, fields: Vec<Field>, columns: Vec<ArrayRef>) -> RecordBatch {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
        .unwrap_or_else(|_| batch.clone())
}

/// Every column changed by a function; none keeps it.
pub(super) fn mapped(batch: &RecordBatch, change: impl Fn(&ArrayRef) -> Option<ArrayRef>) -> Option<RecordBatch> {
    let mut changed = None;
    for (index, column) in batch.columns().iter().enumerate() {
        if let Some(column) = change(column) {
            changed = Some(replaced(changed.as_ref().unwrap_or(batch), index, column));
        }
    }
    changed
}

/// The table without a column.
pub(super) fn without(batch: &RecordBatch, index: usize) -> RecordBatch {
    let kept: Vec<usize> = (0..batch.num_columns()).filter(|&other| other != index).collect();
    batch.project(&kept).unwrap_or_else(|_| batch.clone())
}

/// The columns in the opposite order.
pub(super) fn columns_reversed(batch: &RecordBatch) -> RecordBatch {
    let order: Vec<usize> = (0..batch.num_columns()).rev().collect();
    batch.project(&order).unwrap_or_else(|_| batch.clone())
}

/// The column with its rows moved on by `by`.
pub(super) fn rotated(column: &ArrayRef, by: usize) -> Option<ArrayRef> {
    let rows = column.len();
    if rows < 2 {
        return None;
    }
    let order: Vec<u32> = (0..rows).map(|row| ((row + by) % rows) as u32).collect();
    taken(column, &order)
}

/// The column's cells at these rows.
pub(super) fn taken(column: &ArrayRef, order: &[u32]) -> Option<ArrayRef> {
    let batch = RecordBatch::try_from_iter_with_nullable([("", Arc::clone(column), true)]).ok()?;
    rows(&batch, order).columns().first().cloned()
}

/// The numbers of a column of numbers; a missing one is NaN.
pub(super) fn numbers(column: &ArrayRef) -> Option<Vec<f64>> {
    let column = match column.data_type() {
        DataType::Float64 => {
            return Some(column.as_primitive::<Float64Type>().iter().map(|x| x.unwrap_or(f64::NAN)).collect());
        }
        DataType::Int64 => {
            column.as_primitive::<Int64Type>().iter().map(|x| x.map_or(f64::NAN, |x| x as f64)).collect()
        }
        DataType::UInt64 => {
            column.as_primitive::<UInt64Type>().iter().map(|x| x.map_or(f64::NAN, |x| x as f64)).collect()
        }
        _ => return None,
    };
    Some(column)
}

/// A column of decimals, in which NaN is a missing cell.
pub(super) fn decimals(numbers: impl IntoIterator<Item = f64>) -> ArrayRef {
    let numbers: Vec<f64> = numbers.into_iter().collect();
    let present = NullBuffer::from_iter(numbers.iter().map(|number| !number.is_nan()));
    let nulls = (present.null_count() > 0).then_some(present);
    Arc::new(Float64Array::new(numbers.into(), nulls))
}

/// The column with numbers changed; the type stays, whole numbers are cut to what fits.
pub(super) fn numbers_mapped(column: &ArrayRef, change: impl Fn(usize, f64) -> f64) -> Option<ArrayRef> {
    let changed: Vec<f64> = numbers(column)?.into_iter().enumerate().map(|(row, number)| change(row, number)).collect();
    Some(match column.data_type() {
        DataType::Int64 => Arc::new(Int64Array::from_iter_values(changed.iter().map(|&number| number as i64))),
        DataType::UInt64 => Arc::new(UInt64Array::from_iter_values(changed.iter().map(|&number| number as u64))),
        _ => decimals(changed),
    })
}

/// The column with each text changed.
pub(super) fn texts_mapped(column: &ArrayRef, change: impl Fn(usize, &str) -> String) -> Option<ArrayRef> {
    let texts = column.as_string_opt::<i32>()?;
    let changed = texts.iter().enumerate().map(|(row, text)| Some(change(row, text.unwrap_or_default())));
    Some(Arc::new(changed.collect::<StringArray>()))
}

/// The column with each truth value turned round.
pub(super) fn flipped(column: &ArrayRef) -> Option<ArrayRef> {
    let values = column.as_boolean_opt()?;
    Some(Arc::new(values.iter().map(|value| value.map(|value| !value)).collect::<BooleanArray>()))
}

/// The column without its cell in one row, below which `other` cells are stored: those of the row itself, or something else. A missing
/// decimal is NaN, as the contract with graders says.
pub(super) fn missing(column: &ArrayRef, row: usize, other: bool) -> Option<ArrayRef> {
    let rows = column.len();
    let present = BooleanBuffer::collect_bool(rows, |at| at != row && column.is_valid(at));
    let nulls = Some(NullBuffer::new(present));
    Some(match column.data_type() {
        DataType::Float64 => {
            let numbers = numbers(column)?;
            decimals(numbers.into_iter().enumerate().map(|(at, number)| if at == row { f64::NAN } else { number }))
        }
        DataType::Int64 => {
            let values = column.as_primitive::<Int64Type>().values();
            let values = values
                .iter()
                .enumerate()
                .map(|(at, &value)| if at == row && other { value.wrapping_add(1_000_003) } else { value });
            Arc::new(Int64Array::new(values.collect::<Vec<_>>().into(), nulls))
        }
        DataType::UInt64 => {
            let values = column.as_primitive::<UInt64Type>().values();
            let values =
                values.iter().enumerate().map(|(at, &value)| if at == row && other { value ^ 0xffff } else { value });
            Arc::new(UInt64Array::new(values.collect::<Vec<_>>().into(), nulls))
        }
        DataType::Boolean => {
            let values = column.as_boolean().values();
            let values = BooleanBuffer::collect_bool(rows, |at| values.value(at) ^ (at == row && other));
            Arc::new(BooleanArray::new(values, nulls))
        }
        DataType::Utf8 => {
            let texts =
                texts_mapped(
                    column,
                    |at, text| if at == row && other { "what no row holds".into() } else { text.to_owned() },
                )?;
            let texts = texts.as_string_opt::<i32>()?;
            Arc::new(StringArray::try_new(texts.offsets().clone(), texts.values().clone(), nulls).ok()?)
        }
        _ => return None,
    })
}

/// Submissions that are worse than this one, or at least others, each with what was done to it.
pub(super) fn perturbed(batch: &RecordBatch) -> Vec<(String, RecordBatch)> {
    let mut all = Vec::new();
    let rows = batch.num_rows();
    if let Some(rolled) = mapped(batch, |column| rotated(column, 1)) {
        all.push(("with all rows moved on by one".to_owned(), rolled));
    }
    let columns = batch.num_columns();
    for index in [0, columns / 2, columns.saturating_sub(1)].into_iter().take(columns) {
        let column = batch.column(index);
        let name = batch.schema_ref().field(index).name().clone();
        let mut add = |what: &str, changed: Option<ArrayRef>| {
            if let Some(changed) = changed.filter(|changed| changed != column) {
                all.push((format!("with column `{name}` {what}"), replaced(batch, index, changed)));
            }
        };
        add("moved on by half its rows", rotated(column, rows / 2));
        add("reversed", taken(column, &(0..rows as u32).rev().collect::<Vec<_>>()));
        let noisy =
            |row: usize, number: f64| if row.is_multiple_of(3) { number + 0.5 * (1.0 + number.abs()) } else { number };
        add("with noise", numbers_mapped(column, noisy));
        add(
            "with less noise",
            numbers_mapped(column, |row, number| number - 0.01 * (row % 5) as f64 * (1.0 + number.abs())),
        );
        add("turned round", flipped(column));
        add("of other texts", texts_mapped(column, |_, text| format!("{text}x")));
    }
    all
}
