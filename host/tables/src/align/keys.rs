//! Keys of both sides in a form that compares as pandas compares them.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, SortField};

use super::side::{Numbers, Side, as_floats};
use crate::excerpt::{excerpt, list};
use crate::finding::{Finding, Place};
use crate::read::{Meaning, Table, is_beyond_64_bits};

/// The keys of both sides.
pub(super) struct Keys {
    pub(super) submission: Side,
    pub(super) answers: Side,
    /// The rows of the submission without a key.
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
            pairs.push((converted(ours, &common, name)?, converted(theirs, &common, name)?));
        }
        let (ours, theirs): (Vec<ArrayRef>, Vec<ArrayRef>) = pairs.into_iter().unzip();
        Keys::of(&ours, &theirs)
    }

    /// Keys in columns, of which both sides have the same types.
    pub(super) fn of(ours: &[ArrayRef], theirs: &[ArrayRef]) -> Result<Self, Finding> {
        let missing = if ours.iter().any(|array| array.null_count() > 0) {
            let rows = ours.first().map_or(0, |array| array.len() as u32);
            (0..rows).filter(|&row| ours.iter().any(|array| array.is_null(row as usize))).collect()
        } else {
            Vec::new()
        };
        let (submission, answers) = sides(ours, theirs)?;
        Ok(Keys { submission, answers, missing })
    }

    /// One column, encoded as several are.
    pub(super) fn encoded(&self) -> Result<Keys, Finding> {
        let columns = |side: &Side| Vec::from_iter(side.array());
        let (submission, answers) = encoded(&columns(&self.submission), &columns(&self.answers))?;
        Ok(Keys { submission, answers, missing: self.missing.clone() })
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

    /// True if both sides have the same keys in the same order, and none is missing.
    pub(super) fn are_in_order(&self) -> bool {
        let (ours, theirs) = (&self.submission, &self.answers);
        !self.any_missing() && ours.len() == theirs.len() && (0..ours.len()).all(|row| ours.is_same(row, theirs, row))
    }
}

fn sides(ours: &[ArrayRef], theirs: &[ArrayRef]) -> Result<(Side, Side), Finding> {
    if let ([ours], [theirs]) = (ours, theirs) {
        if let (Some(ours), Some(theirs)) = (ours.as_string_opt::<i32>(), theirs.as_string_opt::<i32>()) {
            return Ok((Side::Texts(ours.clone()), Side::Texts(theirs.clone())));
        }
        if let (Some(ours), Some(theirs)) = (Numbers::of(ours), Numbers::of(theirs)) {
            return Ok((Side::Numbers(ours), Side::Numbers(theirs)));
        }
    }
    encoded(ours, theirs)
}

fn encoded(ours: &[ArrayRef], theirs: &[ArrayRef]) -> Result<(Side, Side), Finding> {
    let unusable = |error| Finding::new(format!("the key cannot be used: {error}"));
    let fields = theirs.iter().map(|array| SortField::new(array.data_type().clone())).collect();
    let converter = RowConverter::new(fields).map_err(unusable)?;
    let rows = |columns: &[ArrayRef]| converter.convert_columns(columns).map(Side::Several).map_err(unusable);
    Ok((rows(ours)?, rows(theirs)?))
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
    if *common == DataType::Float64
        && let Some(floats) = as_floats(array)
    {
        return Ok(floats);
    }
    cast(array, common).map_err(|error| Finding::new(format!("the key {} cannot be used: {error}", excerpt(name))))
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
