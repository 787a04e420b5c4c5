//! Key files: the keys that a competition expects, without the answers. Whoever submits may have one.
//!
//! It is CSV with the key's columns, or JSON lines where the answers are, and holds nothing else of the answers: no other column, not
//! which rows count, and not their order, which could tell the answers where these are sorted. The rows are in the order of their keys,
//! but for competitions whose contract is that very order (`rows = "position"`). A competition without keys has a column `row` of
//! numbers instead, as many as rows are expected.

use std::fmt::Write;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;

use crate::align;
use crate::competition::{Competition, Rows};
use crate::read::{self, ReadError, ReadOptions, Table};

/// The column of a file for a competition without keys.
const ROW: &str = "row";

/// The key file of a competition, from a table with its key's columns.
///
/// # Errors
///
/// If a column is of a type that cannot be written.
pub fn derive(competition: &Competition, keys: &Table) -> Result<String, ArrowError> {
    let names = &competition.submission.key;
    if names.is_empty() {
        let rows: String = (0..keys.batch.num_rows()).map(|row| format!("{row}\n")).collect();
        return Ok(format!("{ROW}\n{rows}"));
    }
    let mut columns: Vec<ArrayRef> = names.iter().filter_map(|name| keys.column(name).cloned()).collect();
    if competition.submission.rows != Rows::Position {
        let order = UInt32Array::from(align::order(&columns));
        columns = columns.iter().map(|column| take(column, &order, None)).collect::<Result<_, _>>()?;
    }
    let cells = columns.iter().map(Cells::new).collect::<Result<Vec<_>, _>>()?;
    let rows = columns.first().map_or(0, |column| column.len());
    let mut text = String::new();
    if is_json(competition) {
        for row in 0..rows {
            let cells = names.iter().zip(&cells).map(|(name, cells)| (name.clone(), cells.json(row)));
            let object: serde_json::Map<_, _> = cells.collect();
            let _ = writeln!(text, "{}", serde_json::Value::from(object));
        }
        return Ok(text);
    }
    let line = |cells: &mut dyn Iterator<Item = String>| cells.collect::<Vec<_>>().join(",") + "\n";
    text += &line(&mut names.iter().map(|name| quoted(name)));
    for row in 0..rows {
        text += &line(&mut cells.iter().map(|cells| cells.csv(row)));
    }
    Ok(text)
}

/// Reads a key file.
///
/// # Errors
///
/// If it cannot be read, or lacks a column of the key: in words.
pub fn read(competition: &Competition, path: &Path, limits: &read::Limits) -> Result<Table, String> {
    let told = |error: ReadError| error.to_string();
    let bytes = read::load(path, limits).map_err(told)?;
    let options = ReadOptions { limits, columns: None };
    let json = is_json(competition);
    let table = if json { read::read_json_lines(&bytes, &options) } else { read::read_csv(&bytes, &options) };
    let table = table.map_err(told)?;
    let row = [ROW.to_owned()];
    let key = if competition.submission.key.is_empty() { &row[..] } else { &competition.submission.key };
    match key.iter().find(|name| table.column(name).is_none()) {
        Some(name) => Err(format!("there is no column `{name}`; `assay keys {}` writes a key file", competition.id)),
        None => Ok(table),
    }
}

fn is_json(competition: &Competition) -> bool {
    competition.data.answers.ends_with(".jsonl") && !competition.submission.key.is_empty()
}

/// A column, as it is spelled.
struct Cells {
    /// Its cells as text, but for numbers with decimals.
    texts: ArrayRef,
    /// Its cells as numbers with decimals.
    numbers: Option<ArrayRef>,
    kind: DataType,
}

impl Cells {
    fn new(column: &ArrayRef) -> Result<Self, ArrowError> {
        let kind = column.data_type().clone();
        let numbers = (kind == DataType::Float64).then(|| column.clone());
        Ok(Cells { texts: cast(column, &DataType::Utf8)?, numbers, kind })
    }

    fn text(&self, row: usize) -> Option<String> {
        let texts = self.texts.as_string::<i32>();
        if texts.is_null(row) {
            return None;
        }
        Some(match (&self.numbers, &self.kind) {
            // The shortest spelling that reads as the same number, with a point, so that the column stays one of decimals.
            (Some(numbers), _) => format!("{:?}", numbers.as_primitive::<Float64Type>().value(row)),
            (None, DataType::Boolean) => if texts.value(row) == "true" { "True" } else { "False" }.to_owned(),
            _ => texts.value(row).to_owned(),
        })
    }

    fn csv(&self, row: usize) -> String {
        // A line of nothing would be skipped.
        self.text(row).map_or_else(|| "\"\"".to_owned(), |text| quoted(&text))
    }

    fn json(&self, row: usize) -> serde_json::Value {
        match (self.text(row), &self.kind) {
            (None, _) => serde_json::Value::Null,
            (Some(text), DataType::Utf8) => text.into(),
            // Numbers and truth values are spelled alike in JSON, but for the case of the latter.
            (Some(text), _) => serde_json::from_str(&text.to_lowercase()).unwrap_or_default(),
        }
    }
}

/// A cell, in quotes if it needs them.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.contains([',', '"', '\n', '\r'])
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace);
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
