//! The contract's check: columns, types, ranges, sums. It knows the submission and the contract, and nothing of the answers.

mod header;
mod layout;
mod spoiled;
#[cfg(test)]
mod tests;
mod words;

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema, UInt64Type};

use crate::competition::{ColumnRule, ColumnType, Contract, RowSum};
use crate::excerpt::{excerpt, list};
use crate::finding::{Finding, Place};
use crate::read::{Table, is_beyond_64_bits};

pub use self::layout::{row_labels, separator};

use self::spoiled::Most;

/// 2^63, the first whole number that a signed integer of 64 bits cannot hold.
const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

/// What messages say of a column with missing values, and what to do about it.
const HAS_MISSING: &str = "has missing values";
const GIVE_A_VALUE: &str =
    "give every row a value (an empty cell counts as missing, and so do words such as `NA`, `NaN`, `null` and `None`)";

/// Checks a submission against the contract, and gives its table with the types of the contract: a text column whose cells Python's
/// `float()` reads is one of `Float64`, where the contract says so (`numbers_as_text`). All other columns are unchanged.
///
/// # Errors
///
/// Everything that is wrong.
pub fn check(contract: &Contract, submission: &Table) -> Result<RecordBatch, Vec<Finding>> {
    let mut findings = header::findings(contract, &submission.header);
    let mut converted: Vec<(&str, ArrayRef)> = Vec::new();
    for rule in &contract.columns {
        for name in &rule.names {
            let Some(array) = submission.column(name) else { continue };
            match column(rule, name, array, submission) {
                Ok(None) => {}
                Ok(Some(array)) => converted.push((name, array)),
                Err(found) => findings.extend(found),
            }
        }
    }
    // Said once, not for every column.
    findings.dedup();
    let batch =
        if converted.is_empty() { Ok(submission.batch.clone()) } else { replaced(&submission.batch, converted) };
    let batch = match batch {
        Ok(batch) => batch,
        Err(error) => {
            findings.push(Finding::new(format!("the table cannot be converted: {error}")));
            return Err(findings);
        }
    };
    // Where a column is not of numbers, its sums are wrong for that reason, which has been said.
    if findings.is_empty() {
        findings.extend(contract.row_sums.iter().filter_map(|sum| row_sum(contract, sum, &batch, submission)));
    }
    if findings.is_empty() { Ok(batch) } else { Err(findings) }
}

/// Checks one column, and gives it as numbers if it is text that passes for numbers.
fn column(rule: &ColumnRule, name: &str, array: &ArrayRef, table: &Table) -> Result<Option<ArrayRef>, Vec<Finding>> {
    let passes = |findings: Vec<Finding>| if findings.is_empty() { Ok(None) } else { Err(findings) };
    match (rule.kind, array.data_type()) {
        (ColumnType::Any, _) => Ok(None),
        (ColumnType::Text, _) => passes(text(rule, name, array, table).into_iter().collect()),
        // The reader has no other type for a column without rows, which says nothing of its cells.
        (_, DataType::Utf8) if array.is_empty() && !rule.numbers_as_text.allows() => Err(vec![Finding::no_rows()]),
        (_, DataType::Utf8) => from_text(rule, name, array, table).map(Some),
        (ColumnType::Boolean, _) => passes(truth_values(rule, name, array, table)),
        (ColumnType::Number | ColumnType::Integer, _) => {
            let missing = missing(rule, name, array, table);
            passes(missing.into_iter().chain(numbers(rule, name, array, table)).collect())
        }
    }
}

/// What is wrong with a column that should be text.
fn text(rule: &ColumnRule, name: &str, array: &ArrayRef, table: &Table) -> Option<Finding> {
    let column = excerpt(name);
    if *array.data_type() == DataType::Utf8 {
        return missing(rule, name, array, table);
    }
    if array.null_count() == array.len() {
        return (!rule.all_missing.allows())
            .then(|| Finding::new(format!("column {column} is empty")).remedy("it must hold text"));
    }
    let holds = format!("column {column} holds nothing but {}", kind_of(array));
    Some(present(holds, name, array, table).remedy("a column of text is expected"))
}

/// What is wrong with a column that should be of truth values, and is not text.
fn truth_values(rule: &ColumnRule, name: &str, array: &ArrayRef, table: &Table) -> Vec<Finding> {
    let all_missing = !array.is_empty() && array.null_count() == array.len();
    if all_missing && rule.all_missing.allows() {
        return Vec::new();
    }
    let missing = missing(rule, name, array, table);
    let others = if all_missing || *array.data_type() == DataType::Boolean {
        Vec::new()
    } else if rule.numbers.allows() {
        numbers(rule, name, array, table)
    } else {
        let holds = format!("column {} holds numbers", excerpt(name));
        vec![present(holds, name, array, table).remedy(words::write(rule))]
    };
    missing.into_iter().chain(others).collect()
}

/// Something that is wrong with every cell of a column that is not missing.
fn present(message: String, name: &str, array: &ArrayRef, table: &Table) -> Finding {
    let mut finding = Finding::new(message);
    let found = |row| finding.add(|| Place::cells(table, row, [name], spelled(array, row)));
    each(array.len(), |row| array.is_valid(row), found);
    finding
}

fn missing(rule: &ColumnRule, name: &str, array: &ArrayRef, table: &Table) -> Option<Finding> {
    if rule.missing.allows()
        || array.null_count() == 0
        || (array.null_count() == array.len() && rule.all_missing.allows())
    {
        return None;
    }
    let mut finding = Finding::new(format!("column {} {HAS_MISSING}", excerpt(name))).remedy(GIVE_A_VALUE);
    each(array.len(), |row| array.is_null(row), |row| finding.add(|| Place::line(table.line(row))));
    Some(finding)
}

fn each(rows: usize, wrong: impl Fn(usize) -> bool, found: impl FnMut(usize)) {
    (0..rows).filter(|&row| wrong(row)).for_each(found);
}

fn kind_of(array: &ArrayRef) -> &'static str {
    match array.data_type() {
        DataType::Boolean => "truth values",
        DataType::Utf8 => "text",
        _ => "numbers",
    }
}

/// A text column as numbers, if the rule has it so and Python's `float()` reads every cell.
fn from_text(rule: &ColumnRule, name: &str, array: &ArrayRef, table: &Table) -> Result<ArrayRef, Vec<Finding>> {
    let texts = array.as_string::<i32>();
    let mut all_are_numbers = true;
    let number = |text: Option<&str>| {
        let text = text?;
        let number = spoiled::as_number(rule, text);
        all_are_numbers &= number.is_some();
        // `float()` reads "nan" too: a missing number, however it is spelled. And of a number that makes text of its column, that is
        // what is said.
        number.filter(|number| !number.is_nan() && (rule.numbers_as_text.allows() || !is_beyond_64_bits(text)))
    };
    let converted: ArrayRef = Arc::new(texts.iter().map(number).collect::<Float64Array>());
    let passes = all_are_numbers && rule.numbers_as_text.allows();
    let mut findings: Vec<Finding> = Vec::new();
    // Those of a spoiled column that are numbers may be wrong for other reasons.
    if passes {
        findings.extend(missing(rule, name, &converted, table));
        findings.extend(numbers(rule, name, &converted, table));
    } else {
        let most = Most::of(rule, texts);
        findings.extend(spoiled::findings(rule, name, texts, most, table));
        findings.extend(missing(rule, name, array, table));
        if most == Most::Numbers {
            findings.extend(numbers(rule, name, &converted, table));
        }
    }
    if findings.is_empty() { Ok(converted) } else { Err(findings) }
}

/// What is wrong with a column of numbers, but for missing ones.
fn numbers(rule: &ColumnRule, name: &str, array: &ArrayRef, table: &Table) -> Vec<Finding> {
    let column = excerpt(name);
    if *array.data_type() == DataType::Boolean && !rule.booleans.allows() {
        let holds = format!("column {column} holds truth values");
        return vec![present(holds, name, array, table).remedy("write numbers, such as 1 and 0")];
    }
    let values = values(array);
    if passes_at_once(rule, array, &values) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut wrong = |message: String, remedy: &str, is_wrong: &dyn Fn(f64) -> bool| {
        let mut finding = Finding::new(message).remedy(remedy);
        each(
            values.len(),
            |row| is_wrong(values[row]) && array.is_valid(row),
            |row| finding.add(|| Place::cells(table, row, [name], spelled(array, row))),
        );
        findings.extend(finding.if_any());
    };
    if !rule.infinite.allows() {
        wrong(format!("column {column} has infinite values"), "write finite numbers", &f64::is_infinite);
    }
    if let Some(min) = rule.min {
        wrong(format!("column {column} has values below {min}"), &words::range(rule), &|value| value < min);
    }
    if let Some(max) = rule.max {
        wrong(format!("column {column} has values above {max}"), &words::range(rule), &|value| value > max);
    }
    if let Some(above) = rule.above {
        wrong(format!("column {column} has values of {above} or less"), &words::range(rule), &|value| value <= above);
    }
    let not_whole = |value: f64| value.is_finite() && !is_whole(value);
    match rule.kind {
        _ if *array.data_type() != DataType::Float64 => {}
        ColumnType::Integer => wrong(
            format!("column {column} has values that are not whole numbers of 64 bits"),
            "round them, or check that this is the right column",
            &not_whole,
        ),
        ColumnType::Boolean => wrong(
            format!("column {column} has values that are neither `True` nor `False`"),
            &words::write(rule),
            &not_whole,
        ),
        ColumnType::Number | ColumnType::Text | ColumnType::Any => {}
    }
    findings
}

/// True if the numbers of a column are surely as they should be: one look at each tells of the least and the greatest.
fn passes_at_once(rule: &ColumnRule, array: &ArrayRef, values: &[f64]) -> bool {
    let is_float = *array.data_type() == DataType::Float64;
    // Elsewhere a value may be any where one is missing. Here it is NaN, which is neither the least nor the greatest.
    if !is_float && array.null_count() > 0 {
        return false;
    }
    let wider = |(least, greatest): (f64, f64), &value: &f64| {
        (if value < least { value } else { least }, if value > greatest { value } else { greatest })
    };
    let (least, greatest) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), wider);
    if least > greatest {
        return true;
    }
    let finite = least > f64::NEG_INFINITY && greatest < f64::INFINITY;
    (finite || rule.infinite.allows())
        && rule.min.is_none_or(|min| least >= min)
        && rule.max.is_none_or(|max| greatest <= max)
        && rule.above.is_none_or(|above| least > above)
        && (!is_float
            || matches!(rule.kind, ColumnType::Number | ColumnType::Text | ColumnType::Any)
            || values.iter().all(|&value| !value.is_finite() || is_whole(value)))
}

/// True for a whole number of 64 bits.
fn is_whole(value: f64) -> bool {
    value.fract() == 0.0 && (-TWO_POW_63..TWO_POW_63).contains(&value)
}

/// The numbers of a column that is not text. Where one is missing, it may be any.
fn values(array: &ArrayRef) -> Cow<'_, [f64]> {
    match array.data_type() {
        DataType::Float64 => Cow::Borrowed(array.as_primitive::<Float64Type>().values()),
        DataType::Int64 => array.as_primitive::<Int64Type>().values().iter().map(|&value| value as f64).collect(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().values().iter().map(|&value| value as f64).collect(),
        DataType::Boolean => bools(array.as_boolean()),
        _ => Cow::Borrowed(&[]),
    }
}

fn bools(array: &BooleanArray) -> Cow<'_, [f64]> {
    array.values().iter().map(|value| f64::from(u8::from(value))).collect()
}

/// A cell as text.
fn spelled(array: &ArrayRef, row: usize) -> String {
    let cell = array.slice(row, 1);
    let text = cast(&cell, &DataType::Utf8).ok();
    text.and_then(|text| text.as_string_opt::<i32>().map(|text| text.value(0).to_owned())).unwrap_or_default()
}

/// The rows whose sum is wrong. A missing value adds nothing.
fn row_sum(contract: &Contract, sum: &RowSum, batch: &RecordBatch, table: &Table) -> Option<Finding> {
    let all = contract.columns.iter().filter(|rule| rule.kind == ColumnType::Number).flat_map(|rule| &rule.names);
    let names: Vec<&String> = if sum.columns.is_empty() { all.collect() } else { sum.columns.iter().collect() };
    let arrays: Vec<&ArrayRef> = names.iter().filter_map(|name| batch.column_by_name(name)).collect();
    let columns = if names.len() > 3 { format!("{} columns", names.len()) } else { list(&names) };
    let booleans = arrays.iter().filter(|array| *array.data_type() == DataType::Boolean).count();
    if !sum.mixed_booleans.allows() && booleans > 0 && booleans < arrays.len() {
        return Some(
            Finding::new(format!("{columns} hold truth values beside numbers"))
                .remedy("write numbers, such as 1 and 0"),
        );
    }
    let mut sums = vec![0.0; batch.num_rows()];
    for array in arrays {
        let (values, any_missing) = (values(array), array.null_count() > 0);
        for (row, (total, value)) in sums.iter_mut().zip(values.iter()).enumerate() {
            *total += if any_missing && array.is_null(row) { 0.0 } else { *value };
        }
    }
    let wrong = |total: f64| match (sum.tolerance, sum.decimals) {
        (Some(tolerance), _) => (total - sum.total).abs() > tolerance,
        (None, Some(decimals)) => crate::medal::rounded(total, decimals) != sum.total,
        (None, None) => total != sum.total,
    };
    let mut finding = Finding::new(format!("rows whose {columns} do not add up to {}", sum.total))
        .remedy("divide each row by its sum, and write enough decimals");
    let found = |row: usize| finding.add(|| Place::at(table.line(row), sums[row].to_string()));
    each(sums.len(), |row| wrong(sums[row]), found);
    finding.if_any()
}

fn replaced(batch: &RecordBatch, columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, arrow::error::ArrowError> {
    let mut arrays = batch.columns().to_vec();
    let mut fields: Vec<_> = batch.schema_ref().fields().iter().cloned().collect();
    for (name, array) in columns {
        if let Some((index, field)) = batch.schema_ref().column_with_name(name) {
            fields[index] = Arc::new(field.clone().with_data_type(array.data_type().clone()).with_nullable(true));
            arrays[index] = array;
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
