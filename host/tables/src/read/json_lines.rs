//! JSON lines.
//!
//! A file is read twice: first to learn the names and what each column holds, so that the second reading puts every value where it
//! stays, and a value takes no more memory than in the end.

mod values;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::values::{Seen, Values};
use super::error::{Place, ReadError};
use super::lines::Lines;
use super::{Limits, ReadOptions, Table, encoding, packed};
use crate::python_json::{self, Compact};

/// Reads JSON lines: one object a line, whose keys name the columns. Empty lines are skipped. The lines may be as
/// [Python writes them](python_json).
///
/// A key that a line lacks and one that is `null` or `NaN` are missing values. A column is `Boolean`, `Int64`, `UInt64` (if a number is
/// beyond `Int64` and none is negative) or `Float64` if all its values are that. Numbers of several types are `Float64`, and so are
/// integers with a missing value, and a column of missing values alone. Any other column is `Utf8`: a string is its text, and what is
/// no string is its JSON text without white space, in which `null` stands for numbers that are not finite. The columns are in the order
/// in which their keys first appear. If an object has a key twice, the last one counts.
///
/// # Errors
///
/// If the file is not UTF-8, if a line is no JSON object, or if the file is larger than allowed.
pub fn read_json_lines(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Table, ReadError> {
    packed::refuse(bytes)?;
    read(bytes, options).map_err(|error| encoding::or_unmarked(bytes, error))
}

fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Table, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let &Limits { rows: max_rows, cells: max_cells, .. } = options.limits;
    let mut row = Row::new(options);
    let mut lines = Lines::default();
    let mut seen: Vec<Seen> = Vec::new();
    for object in objects(bytes) {
        let (line, text) = object?;
        if lines.rows() == max_rows {
            return Err(ReadError::Rows { limit: max_rows });
        }
        row.read(text, line)?;
        lines.push(line);
        seen.resize_with(row.cells.len(), Seen::default);
        seen.iter_mut().zip(&row.cells).for_each(|(seen, cell)| seen.add(cell));
        if lines.rows() > max_cells / seen.len().max(1) {
            return Err(ReadError::Cells { limit: max_cells });
        }
    }

    let rows = lines.rows();
    let mut columns: Vec<Values> = seen.iter().map(|seen| seen.values(rows)).collect();
    // Without columns that are kept there is nothing more to read.
    let again = if columns.is_empty() { &[] } else { bytes };
    for object in objects(again) {
        let (line, text) = object?;
        row.read(text, line)?;
        for (index, (values, cell)) in columns.iter_mut().zip(&row.cells).enumerate() {
            values.push(cell, &row.text).map_err(|values::TooMuchText| row.too_much_text(index))?;
        }
    }
    let kept = row.header.iter().filter(|name| options.keeps(name));
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (name, values) in kept.zip(columns) {
        let array = values.finish();
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?;
    Ok(Table { header: row.header, batch, labels: 0, lines })
}

/// The lines that are not empty, with their numbers.
fn objects(bytes: &[u8]) -> impl Iterator<Item = Result<(u64, &str), ReadError>> {
    let lines = (1..).zip(bytes.split(|&byte| byte == b'\n'));
    lines.filter_map(|(line, text)| match str::from_utf8(text) {
        Ok(text) => Some(text.trim_ascii()).filter(|text| !text.is_empty()).map(|text| Ok((line, text))),
        Err(_) => Some(Err(ReadError::NotUtf8 { place: Place { line, cell: 1, column: None } })),
    })
}

/// A value of a column.
#[derive(Clone, Debug)]
enum Cell {
    Missing,
    Boolean(bool),
    Signed(i64),
    /// Beyond the signed integers.
    Unsigned(u64),
    /// Any number but NaN.
    Float(f64),
    /// Where the text is in [`Row::text`].
    Text(Range<usize>),
}

/// One line at a time, and the names so far.
struct Row<'a> {
    options: &'a ReadOptions<'a>,
    header: Vec<String>,
    /// Of each name, its place in the header, and in the cells if its column is kept.
    positions: HashMap<String, (usize, Option<usize>)>,
    /// The line's values of the columns that are kept.
    cells: Vec<Cell>,
    /// The texts among them.
    text: String,
    /// A limit that the line breaks.
    refused: Option<ReadError>,
    line: u64,
}

impl<'a> Row<'a> {
    fn new(options: &'a ReadOptions<'a>) -> Self {
        Row {
            options,
            header: Vec::new(),
            positions: HashMap::new(),
            cells: Vec::new(),
            text: String::new(),
            refused: None,
            line: 0,
        }
    }

    fn read(&mut self, text: &str, line: u64) -> Result<(), ReadError> {
        self.line = line;
        self.text.clear();
        self.cells.fill(Cell::Missing);
        if !text.starts_with('{') {
            // A parser's message would show what it is.
            return Err(ReadError::Json { line, message: "this is not an object".into() });
        }
        let text = python_json::whole_characters(text);
        // Equal names of the object itself take each other's place below.
        let nests = text.bytes().skip(1).any(|byte| matches!(byte, b'[' | b'{'));
        let text = if nests { python_json::of_last_names(&text) } else { Ok(Cow::Borrowed(&*text)) };
        let read = text.and_then(|text| python_json::read(&text, &mut *self));
        match (self.refused.take(), read) {
            (Some(refused), _) => Err(refused),
            (None, read) => read.map_err(|error| ReadError::Json { line, message: error.to_string() }),
        }
    }

    /// The place of a column in the cells, if it is kept.
    fn position(&mut self, name: &str) -> Result<Option<(usize, usize)>, ReadError> {
        if let Some(&(index, cell)) = self.positions.get(name) {
            return Ok(cell.map(|cell| (index, cell)));
        }
        let (index, &Limits { columns, cell_bytes, .. }) = (self.header.len(), self.options.limits);
        if index == columns {
            return Err(ReadError::Columns { line: self.line, limit: columns });
        }
        if name.len() > cell_bytes {
            let place = Place { line: self.line, cell: index + 1, column: None };
            return Err(ReadError::CellLength { place, limit: cell_bytes });
        }
        let cell = self.options.keeps(name).then_some(self.cells.len());
        self.cells.extend(cell.map(|_| Cell::Missing));
        self.header.push(name.to_owned());
        self.positions.insert(name.to_owned(), (index, cell));
        Ok(cell.map(|cell| (index, cell)))
    }

    fn too_long(&self, index: usize) -> ReadError {
        let place = Place { line: self.line, cell: index + 1, column: self.header.get(index).cloned() };
        ReadError::CellLength { place, limit: self.options.limits.cell_bytes }
    }

    fn too_much_text(&self, cell: usize) -> ReadError {
        let column = self.header.iter().filter(|name| self.options.keeps(name)).nth(cell);
        ReadError::Text { column: column.cloned().unwrap_or_default() }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(position) = map.next_key_seed(Name(self))? {
            match position {
                Some((index, cell)) => {
                    let value = map.next_value_seed(Value { row: self, index })?;
                    if let Some(cell) = self.cells.get_mut(cell) {
                        *cell = value;
                    }
                }
                None => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        Ok(())
    }
}

/// Finds the column of a name.
struct Name<'r, 'a>(&'r mut Row<'a>);

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Option<(usize, usize)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Option<(usize, usize)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        self.0.position(name).map_err(|refused| {
            self.0.refused = Some(refused);
            E::custom("a limit")
        })
    }
}

/// Reads a value of the column at that place of the header.
struct Value<'r, 'a> {
    row: &'r mut Row<'a>,
    index: usize,
}

impl Value<'_, '_> {
    /// What is neither text nor a single value becomes text.
    fn nested<E: Error>(self, write: impl FnOnce(Compact<'_>) -> Result<(), E>) -> Result<Cell, E> {
        let start = self.row.text.len();
        let limit = start.saturating_add(self.row.options.limits.cell_bytes);
        // The text was walked before, so it is not nested too deeply.
        let written = write(Compact { out: &mut self.row.text, limit, levels: usize::MAX });
        if self.row.text.len() > limit {
            self.row.refused = Some(self.row.too_long(self.index));
        }
        written.map(|()| Cell::Text(start..self.row.text.len()))
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = Cell;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell::Missing)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Cell, E> {
        Ok(Cell::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Cell, E> {
        Ok(if value.is_nan() { Cell::Missing } else { Cell::Float(value) })
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cell, E> {
        if value.len() > self.row.options.limits.cell_bytes {
            self.row.refused = Some(self.row.too_long(self.index));
            return Err(E::custom("a limit"));
        }
        let start = self.row.text.len();
        self.row.text.push_str(value);
        Ok(Cell::Text(start..self.row.text.len()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Cell, A::Error> {
        self.nested(|compact| compact.visit_seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Cell, A::Error> {
        self.nested(|compact| compact.visit_map(entries))
    }
}

#[cfg(test)]
mod tests;
