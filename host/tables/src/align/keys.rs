//! Keys of both sides in a form that compares as pandas compares them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, UInt32Array};
use arrow::compute::{SortOptions, cast, take};
use arrow::datatypes::{DataType, Float64Type};
use arrow::row::{RowConverter, Rows, SortField};

use super::numpy_order;
use crate::excerpt::{excerpt, list};
use crate::finding::{Finding, Place};
use crate::read::{Meaning, Table, is_beyond_64_bits};

/// The keys of both sides, encoded so that equal keys are equal bytes.
pub(super) struct Keys {
    pub(super) submission: Rows,
    pub(super) answers: Rows,
    missing: Vec<u32>,
}

impl Keys {
    /// Text compares with text, and numbers with numbers; where one side has decimals, or only one has integers of 2^63 and more,
    /// both sides compare as doubles. Text against numbers is a finding.
    pub(super) fn new(names: &[String], submission: &Table, answers: &[ArrayRef]) -> Result<Self, Finding> {
        let mut pairs = Vec::with_capacity(names.len());
        for (name, theirs) in names.iter().zip(answers) {
            let ours = submission.column(name).ok_or_else(|| lacking(names))?;
            let common = match common_type(ours.data_type(), theirs.data_type()) {
                Some(common) => common,
                // A column without rows is of no type.
                None if ours.is_empty() || theirs.is_empty() => theirs.data_type().clone(),
                None => return Err(mixed(name, ours, theirs, submission)),
            };
            pairs.push((common.clone(), converted(ours, &common, name)?, converted(theirs, &common, name)?));
        }
        let fields = pairs.iter().map(|(common, ..)| SortField::new(common.clone())).collect();
        let unusable = |error| Finding::new(format!("the key cannot be used: {error}"));
        let converter = RowConverter::new(fields).map_err(unusable)?;
        let ours: Vec<ArrayRef> = pairs.iter().map(|(_, ours, _)| Arc::clone(ours)).collect();
        let theirs: Vec<ArrayRef> = pairs.iter().map(|(_, _, theirs)| Arc::clone(theirs)).collect();
        let rows = ours.first().map_or(0, |array| array.len());
        Ok(Keys {
            submission: converter.convert_columns(&ours).map_err(unusable)?,
            answers: converter.convert_columns(&theirs).map_err(unusable)?,
            missing: (0..rows as u32).filter(|&row| ours.iter().any(|array| array.is_null(row as usize))).collect(),
        })
    }

    /// Calls `found` for each row of the submission without a key.
    pub(super) fn missing_rows(&self, found: impl FnMut(usize)) {
        self.missing.iter().map(|&row| row as usize).for_each(found);
    }

    /// True if a row of the submission has no key.
    pub(super) fn any_missing(&self) -> bool {
        !self.missing.is_empty()
    }

    pub(super) fn is_missing(&self, row: usize) -> bool {
        u32::try_from(row).is_ok_and(|row| self.missing.binary_search(&row).is_ok())
    }
}

fn common_type(ours: &DataType, theirs: &DataType) -> Option<DataType> {
    match (ours, theirs) {
        (DataType::Utf8, DataType::Utf8) => Some(DataType::Utf8),
        (DataType::Utf8, _) | (_, DataType::Utf8) => None,
        (DataType::Boolean, other) | (other, DataType::Boolean) => {
            Some(if *other == DataType::Boolean { DataType::Int64 } else { other.clone() })
        }
        (ours, theirs) if ours == theirs => Some(ours.clone()),
        _ => Some(DataType::Float64),
    }
}

/// That a submission lacks a column of the key.
pub(super) fn lacking(names: &[String]) -> Finding {
    Finding::new(format!("the key ({}) is missing", list(names)))
}

/// That the key is text on one side and numbers on the other. If the answers' is numbers, most of the submission's may be numbers too,
/// and only those cells are named that are none.
fn mixed(name: &str, ours: &ArrayRef, theirs: &ArrayRef, submission: &Table) -> Finding {
    let (column, texts) = (excerpt(name), ours.as_string_opt::<i32>());
    let is_number = |cell: &str| matches!(Meaning::of(cell), Meaning::Missing | Meaning::Number);
    let (message, is_odd): (String, Box<dyn Fn(usize) -> bool>) = match texts {
        None if *theirs.data_type() == DataType::Utf8 => (
            format!("the key {column} must be text, but all its values are numbers, truth values or missing"),
            Box::new(|_| true),
        ),
        Some(texts) if texts.iter().flatten().all(is_number) => (
            format!("the key {column} has whole numbers beyond 64 bits, which make text of all its numbers"),
            Box::new(|row| texts.is_valid(row) && is_beyond_64_bits(texts.value(row))),
        ),
        _ => (
            format!("the key {column} must be numbers, but some values are not"),
            Box::new(|row| texts.is_some_and(|texts| texts.is_valid(row) && !is_number(texts.value(row)))),
        ),
    };
    let mut finding = Finding::new(message).remedy("use the keys of the sample submission");
    for row in (0..ours.len()).filter(|&row| is_odd(row)) {
        finding.add(|| Place::cells(submission, row, [name], spelled(std::slice::from_ref(ours), row)));
    }
    finding
}

fn converted(array: &ArrayRef, common: &DataType, name: &str) -> Result<ArrayRef, Finding> {
    let unusable = |error| Finding::new(format!("the key {} cannot be used: {error}", excerpt(name)));
    let array = cast(array, common).map_err(unusable)?;
    if *common != DataType::Float64 {
        return Ok(array);
    }
    // -0.0 is 0.0, whose bytes differ.
    let numbers: Float64Array = array.as_primitive::<Float64Type>().unary(|number| number + 0.0);
    Ok(Arc::new(numbers))
}

/// The rows in the order of their keys, missing ones last, as the reference's sort leaves them: see [`numpy_order`] for one column
/// of text. Several columns, or one of numbers, are sorted stably.
pub(super) fn order(columns: &[ArrayRef]) -> Vec<u32> {
    if let [column] = columns
        && let Some(texts) = column.as_string_opt::<i32>()
    {
        let (mut present, missing): (Vec<u32>, Vec<u32>) =
            (0..texts.len() as u32).partition(|&row| texts.is_valid(row as usize));
        numpy_order::sort(&mut present, |a, b| texts.value(a as usize) < texts.value(b as usize));
        present.extend(missing);
        return present;
    }
    let last = SortOptions { descending: false, nulls_first: false };
    let fields = columns.iter().map(|column| SortField::new_with_options(column.data_type().clone(), last)).collect();
    let rows = columns.first().map_or(0, |column| column.len() as u32);
    let mut order: Vec<u32> = (0..rows).collect();
    // The reader makes no type that cannot be encoded.
    if let Ok(encoded) = RowConverter::new(fields).and_then(|converter| converter.convert_columns(columns)) {
        order.sort_by(|&a, &b| encoded.row(a as usize).cmp(&encoded.row(b as usize)));
    }
    order
}

/// Some rows of some columns.
pub(super) fn pick(columns: &[ArrayRef], rows: &[u32]) -> Vec<ArrayRef> {
    let rows = UInt32Array::from(rows.to_vec());
    columns.iter().filter_map(|column| take(column, &rows, None).ok()).collect()
}

/// A key as text.
pub(super) fn spelled(columns: &[ArrayRef], row: usize) -> String {
    let cell = |column: &ArrayRef| {
        let text = cast(&column.slice(row, 1), &DataType::Utf8).ok()?;
        let text = text.as_string_opt::<i32>()?;
        Some(if text.is_null(0) { "(missing)".to_owned() } else { text.value(0).to_owned() })
    };
    columns.iter().filter_map(cell).collect::<Vec<_>>().join(", ")
}
