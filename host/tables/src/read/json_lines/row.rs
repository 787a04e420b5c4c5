//! A line, read with care: whatever Python reads, and whatever is to be said of the rest.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Cell;
use crate::python_json::{self, Compact};
use crate::read::error::{Place, ReadError};
use crate::read::{Limits, ReadOptions};

/// One line at a time, and the names so far.
pub(super) struct Row<'a> {
    options: &'a ReadOptions<'a>,
    pub(super) header: Vec<String>,
    /// The place of each name in the header.
    positions: HashMap<String, usize>,
    /// Of each name, its column's place in the cells if it is kept, and the last line that was read quickly and had it.
    columns: Vec<(Option<usize>, u64)>,
    /// Which name is likely to be the next.
    next: usize,
    /// The line's values of the columns that are kept.
    pub(super) cells: Vec<Cell>,
    /// The texts among them, behind those of lines before until somebody clears it.
    pub(super) text: String,
    /// A limit that the line breaks.
    refused: Option<ReadError>,
    line: u64,
}

impl<'a> Row<'a> {
    pub(super) fn new(options: &'a ReadOptions<'a>) -> Self {
        Row {
            options,
            header: Vec::new(),
            positions: HashMap::new(),
            columns: Vec::new(),
            next: 0,
            cells: Vec::new(),
            text: String::new(),
            refused: None,
            line: 0,
        }
    }

    /// Begins a line. Gives the number of names so far.
    pub(super) fn start(&mut self, line: u64) -> usize {
        self.line = line;
        self.next = 0;
        self.cells.fill(Cell::Missing);
        self.header.len()
    }

    /// Forgets the line, and all names but so many.
    pub(super) fn forget(&mut self, names: usize) {
        for name in self.header.drain(names..) {
            self.positions.remove(&name);
        }
        self.columns.truncate(names);
        self.cells.truncate(self.columns.iter().filter(|(cell, _)| cell.is_some()).count());
        self.refused = None;
    }

    pub(super) fn read(&mut self, text: &str, line: u64) -> Result<(), ReadError> {
        self.start(line);
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
        if let Some(&index) = self.positions.get(name) {
            return Ok(self.cell(index));
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
        self.positions.insert(name.to_owned(), index);
        self.columns.push((cell, 0));
        Ok(cell.map(|cell| (index, cell)))
    }

    /// The place of a column in the header, and in the cells if it is kept.
    fn cell(&self, index: usize) -> Option<(usize, usize)> {
        self.columns.get(index).and_then(|&(cell, _)| cell).map(|cell| (index, cell))
    }

    /// The same as [`Row::position`] of a name that the line did not have before. None, if it had, or if it may have no more names.
    pub(super) fn once(&mut self, name: &str) -> Option<Option<(usize, usize)>> {
        let index = if self.header.get(self.next).is_some_and(|next| next == name) {
            self.next
        } else {
            self.position(name).ok()?;
            *self.positions.get(name)?
        };
        self.next = index + 1;
        let (_, line) = self.columns.get_mut(index)?;
        if std::mem::replace(line, self.line) == self.line {
            return None;
        }
        Some(self.cell(index))
    }

    /// A value that is a text, unless it is too long.
    pub(super) fn text(&mut self, text: &str) -> Option<Cell> {
        let start = self.text.len();
        (text.len() <= self.options.limits.cell_bytes).then(|| self.text.push_str(text))?;
        Some(Cell::Text(start..self.text.len()))
    }

    /// A list or an object as a value of the column at that place of the header, unless something is wrong with it.
    pub(super) fn nested(&mut self, text: &str, index: usize) -> Option<Cell> {
        let text = python_json::whole_characters(text);
        let text = python_json::of_last_names(&text).ok()?;
        let read = python_json::read(&text, Value { row: self, index });
        read.ok().filter(|_| self.refused.is_none())
    }

    fn too_long(&self, index: usize) -> ReadError {
        let place = Place { line: self.line, cell: index + 1, column: self.header.get(index).cloned() };
        ReadError::CellLength { place, limit: self.options.limits.cell_bytes }
    }

    pub(super) fn too_much_text(&self, cell: usize) -> ReadError {
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
