//! What tables must be, whatever they were read from.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use assay_tables::read::{Limits, Table};
use assay_types::competition::{ColumnType, Contract, Rows, Rule};

/// The longest suffix that the reader gives a name (`Unnamed: 8191`, or `.8191.8191` to tell equal names apart).
const SUFFIX: usize = 32;

pub(super) fn are_equal(one: &Table, other: &Table) {
    assert_eq!(one.header, other.header);
    assert_eq!(one.batch, other.batch);
    for row in 0..one.batch.num_rows() {
        assert_eq!(one.line(row), other.line(row), "row {row}");
    }
}

/// A table keeps limits, has the types that it may have, and knows its lines.
pub(super) fn keeps(table: &Table, limits: &Limits, file: &[u8]) {
    let (rows, columns) = (table.batch.num_rows(), table.batch.num_columns());
    assert!(rows <= limits.rows, "{rows} rows");
    assert!(table.header.len() <= limits.columns, "{} columns", table.header.len());
    assert!(rows * columns <= limits.cells, "{rows} rows of {columns} columns");
    assert_eq!(table.header.iter().collect::<HashSet<_>>().len(), table.header.len(), "names are not unique");
    assert!(table.header.iter().all(|name| name.len() <= limits.cell_bytes + SUFFIX), "a long name");

    let lines = file.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
    let mut last = 0;
    for row in 0..rows {
        let line = table.line(row);
        assert!(last < line && line <= lines, "row {row} on line {line} of {lines}, after {last}");
        last = line;
    }

    for array in table.batch.columns() {
        match array.data_type() {
            DataType::Boolean => {}
            DataType::Int64 | DataType::UInt64 => assert_eq!(array.null_count(), 0),
            DataType::Float64 => {
                let numbers = array.as_primitive::<Float64Type>();
                assert!((0..rows).all(|row| numbers.is_null(row) == numbers.value(row).is_nan()));
            }
            DataType::Utf8 => {
                let texts = array.as_string::<i32>();
                assert!(texts.iter().flatten().all(|text| text.len() <= limits.cell_bytes), "a long cell");
            }
            other => panic!("a column of type {other}"),
        }
    }
}

/// `some` is what `keep` leaves of `all`.
pub(super) fn is_projection(some: &Table, all: &Table, keep: impl Fn(&str) -> bool) {
    assert_eq!(some.header, all.header);
    let kept: Vec<&String> = all.header.iter().filter(|name| keep(name)).collect();
    let schema = some.batch.schema();
    assert!(schema.fields().iter().map(|field| field.name()).eq(kept));
    for (field, array) in schema.fields().iter().zip(some.batch.columns()) {
        assert_eq!(all.column(field.name()), Some(array), "column {}", field.name());
    }
    assert!((0..some.batch.num_rows()).all(|row| some.line(row) == all.line(row)));
}

/// A submission that passed does what its contract asks for.
pub(super) fn meets(checked: &RecordBatch, submission: &Table, contract: &Contract) {
    assert_eq!(checked.num_rows(), submission.batch.num_rows());
    assert_eq!(checked.schema().fields().len(), submission.batch.num_columns());
    let has = |name: &String| checked.column_by_name(name).is_some();
    assert!(contract.key.iter().all(has), "a key is missing");
    for rule in &contract.columns {
        let there = rule.names.iter().filter(|name| has(name)).count();
        assert_eq!(there, if rule.one_of { 1 } else { rule.names.len() }, "columns {:?}", rule.names);
        for array in rule.names.iter().filter_map(|name| checked.column_by_name(name)) {
            let exempt = rule.all_missing == Rule::Allow && array.null_count() == array.len();
            let untyped = rule.kind == ColumnType::Any || exempt;
            assert!(untyped || rule.missing == Rule::Allow || array.null_count() == 0, "missing values");
            assert!(untyped || is_text(array) != is_number(rule.kind), "{:?} as {}", rule.kind, array.data_type());
            if !untyped && is_number(rule.kind) {
                let numbers = cast(array, &DataType::Float64).expect("these are numbers");
                let numbers = numbers.as_primitive::<Float64Type>();
                let numbers: Vec<f64> = numbers.iter().flatten().collect();
                let all = |holds: &dyn Fn(f64) -> bool| numbers.iter().all(|&number| holds(number));
                assert!(rule.min.is_none_or(|min| all(&|number| number >= min)), "below the least");
                assert!(rule.max.is_none_or(|max| all(&|number| number <= max)), "above the greatest");
                assert!(rule.above.is_none_or(|above| all(&|number| number > above)), "not above");
                assert!(rule.infinite == Rule::Allow || all(&f64::is_finite), "infinite");
                let whole = matches!(rule.kind, ColumnType::Integer | ColumnType::Boolean);
                assert!(!whole || all(&|number| number.is_infinite() || number.fract() == 0.0), "not whole");
                let truth_values = *array.data_type() == DataType::Boolean;
                assert!(truth_values || rule.kind != ColumnType::Boolean || rule.numbers == Rule::Allow, "a number");
            }
        }
    }
}

/// Both sides of an alignment have as many rows, with equal keys where the contract says so.
pub(super) fn pair_up(ours: &RecordBatch, theirs: &RecordBatch, contract: &Contract) {
    assert_eq!(ours.num_rows(), theirs.num_rows());
    if !matches!(contract.rows, Rows::Same | Rows::Merge | Rows::Subset | Rows::Position) {
        return;
    }
    for name in &contract.key {
        let side = |batch: &RecordBatch| batch.column_by_name(name).cloned().expect("a key is there");
        let (ours, theirs) = (side(ours), side(theirs));
        let as_written = ours.data_type() == theirs.data_type();
        let form = |array: &ArrayRef| {
            let kind = if as_written { array.data_type() } else { &DataType::Float64 };
            cast(array, kind).expect("keys can be compared")
        };
        let (ours, theirs) = (form(&ours), form(&theirs));
        if *ours.data_type() == DataType::Float64 {
            // -0 is 0.
            let numbers = |array: &ArrayRef| {
                array.as_primitive::<Float64Type>().values().iter().map(|n| n + 0.0).collect::<Vec<_>>()
            };
            assert_eq!(numbers(&ours), numbers(&theirs), "key {name}");
        } else {
            assert_eq!(&ours, &theirs, "key {name}");
        }
    }
}

/// True for what is a number to a grader: a truth value is one too.
fn is_number(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Number | ColumnType::Integer | ColumnType::Boolean)
}

/// True for a column of text.
fn is_text(array: &ArrayRef) -> bool {
    *array.data_type() == DataType::Utf8
}
