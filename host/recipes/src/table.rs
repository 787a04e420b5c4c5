//! Tables as columns of one type each. A part of a table keeps the types of the whole, as in pandas.

mod infer;
mod read;
mod write;

use std::borrow::Borrow;
use std::sync::Arc;

use rayon::prelude::*;

pub(crate) use read::{Reading, read};
pub(crate) use write::{Quoting, Spelling, Writing, significant, write, write_rows, written_cell};

use crate::error::{Fault, RunError};

/// A column's cells.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    Int(Vec<i64>),
    Unsigned(Vec<u64>),
    /// A cell that is missing is not a number.
    Real(Vec<f64>),
    Bool(Vec<Option<bool>>),
    Text(Texts),
}

/// Many texts in one buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    buffer: String,
    /// Where each ends, with [`MISSING`] if it is.
    ends: Vec<u64>,
}

/// The mark of a missing text. No buffer is so large.
const MISSING: u64 = 1 << 63;

impl Texts {
    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.buffer.push_str(text.unwrap_or_default());
        self.ends.push(self.buffer.len() as u64 | if text.is_none() { MISSING } else { 0 });
    }

    /// Another's texts behind these.
    pub(crate) fn append(&mut self, other: &Texts) {
        let start = self.buffer.len() as u64;
        self.buffer.push_str(&other.buffer);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn raw(&self, row: usize) -> &str {
        let end = |row: usize| (self.ends[row] & !MISSING) as usize;
        &self.buffer[row.checked_sub(1).map_or(0, end)..end(row)]
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        (self.ends[row] & MISSING == 0).then(|| self.raw(row))
    }

    /// Says of a text that is there whether it stands for a missing one.
    fn mark(&mut self, row: usize, missing: bool) {
        if missing {
            self.ends[row] |= MISSING;
        }
    }
}

impl<'t> FromIterator<Option<&'t str>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<&'t str>>>(items: I) -> Self {
        let mut texts = Texts::default();
        items.into_iter().for_each(|item| texts.push(item));
        texts
    }
}

impl FromIterator<String> for Texts {
    fn from_iter<I: IntoIterator<Item = String>>(items: I) -> Self {
        let mut texts = Texts::default();
        items.into_iter().for_each(|item| texts.push(Some(&item)));
        texts
    }
}

/// A cell of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'t> {
    Missing,
    Int(i64),
    Unsigned(u64),
    Real(f64),
    Bool(bool),
    Text(&'t str),
}

/// A cell as what tables are grouped, sorted and joined by. Missing comes last, numbers by value, text by code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key<'t> {
    Bool(bool),
    Int(i128),
    Real(u64),
    Text(&'t str),
    Missing,
}

impl<'t> Cell<'t> {
    pub(crate) fn key(self) -> Key<'t> {
        match self {
            Cell::Missing => Key::Missing,
            Cell::Int(value) => Key::Int(value.into()),
            Cell::Unsigned(value) => Key::Int(value.into()),
            // The two zeros are one key; the bits of doubles, turned so that they sort as the numbers do.
            Cell::Real(value) => {
                let bits = (value + 0.0).to_bits();
                Key::Real(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
            }
            Cell::Bool(value) => Key::Bool(value),
            Cell::Text(text) => Key::Text(text),
        }
    }

    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Cell::Int(value) => Some(value as f64),
            Cell::Unsigned(value) => Some(value as f64),
            Cell::Real(value) => Some(value),
            Cell::Bool(value) => Some(value.into()),
            Cell::Missing | Cell::Text(_) => None,
        }
    }
}

impl Data {
    pub(crate) fn len(&self) -> usize {
        match self {
            Data::Int(cells) => cells.len(),
            Data::Unsigned(cells) => cells.len(),
            Data::Real(cells) => cells.len(),
            Data::Bool(cells) => cells.len(),
            Data::Text(texts) => texts.len(),
        }
    }

    pub(crate) fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Data::Int(cells) => Cell::Int(cells[row]),
            Data::Unsigned(cells) => Cell::Unsigned(cells[row]),
            Data::Real(cells) if cells[row].is_nan() => Cell::Missing,
            Data::Real(cells) => Cell::Real(cells[row]),
            Data::Bool(cells) => cells[row].map_or(Cell::Missing, Cell::Bool),
            Data::Text(texts) => texts.get(row).map_or(Cell::Missing, Cell::Text),
        }
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.len()).map(|row| self.cell(row))
    }

    fn take(&self, rows: &[u32]) -> Data {
        let rows = rows.iter().map(|row| *row as usize);
        match self {
            Data::Int(cells) => Data::Int(rows.map(|row| cells[row]).collect()),
            Data::Unsigned(cells) => Data::Unsigned(rows.map(|row| cells[row]).collect()),
            Data::Real(cells) => Data::Real(rows.map(|row| cells[row]).collect()),
            Data::Bool(cells) => Data::Bool(rows.map(|row| cells[row]).collect()),
            Data::Text(texts) => Data::Text(rows.map(|row| texts.get(row)).collect()),
        }
    }

    /// Columns under one another: of their kind if they are of one, else what their cells together are.
    fn joined(parts: &[&Data]) -> Data {
        let count = parts.iter().map(|part| part.len()).sum();
        match parts.first() {
            Some(Data::Text(_)) if parts.iter().all(|part| matches!(part, Data::Text(_))) => {
                let mut texts = Texts::default();
                for part in parts {
                    if let Data::Text(part) = part {
                        texts.append(part);
                    }
                }
                Data::Text(texts)
            }
            Some(Data::Int(_) | Data::Real(_)) if parts.iter().all(|part| matches!(part, Data::Int(_))) => {
                let mut ints = Vec::with_capacity(count);
                for part in parts {
                    if let Data::Int(part) = part {
                        ints.extend_from_slice(part);
                    }
                }
                Data::Int(ints)
            }
            Some(Data::Int(_) | Data::Real(_))
                if parts.iter().all(|part| matches!(part, Data::Int(_) | Data::Real(_))) =>
            {
                let mut reals = Vec::with_capacity(count);
                for part in parts {
                    match part {
                        Data::Int(part) => reals.extend(part.iter().map(|value| *value as f64)),
                        Data::Real(part) => reals.extend_from_slice(part),
                        _ => {}
                    }
                }
                Data::Real(reals)
            }
            _ => Data::of_cells(&parts.iter().flat_map(|part| part.cells()).collect::<Vec<_>>()),
        }
    }

    /// A column of cells of any kind: integers if all are, else reals if all are numbers or missing, else text.
    pub(crate) fn of_cells<'t>(cells: &[Cell<'t>]) -> Data {
        let ints: Option<Vec<i64>> =
            cells.iter().map(|cell| if let Cell::Int(value) = cell { Some(*value) } else { None }).collect();
        if let Some(ints) = ints {
            return Data::Int(ints);
        }
        if cells.iter().all(|cell| matches!(cell, Cell::Bool(_) | Cell::Missing))
            && cells.iter().any(|cell| matches!(cell, Cell::Bool(_)))
        {
            let flags = cells.iter().map(|cell| if let Cell::Bool(flag) = cell { Some(*flag) } else { None });
            return Data::Bool(flags.collect());
        }
        if cells.iter().all(|cell| !matches!(cell, Cell::Text(_) | Cell::Bool(_))) {
            return Data::Real(cells.iter().map(|cell| cell.number().unwrap_or(f64::NAN)).collect());
        }
        let mut texts = Texts::default();
        for cell in cells {
            match cell {
                Cell::Missing => texts.push(None),
                Cell::Text(text) => texts.push(Some(text)),
                other => texts.push(Some(&written_cell(*other))),
            }
        }
        Data::Text(texts)
    }
}

/// A column with its heading. Tables share columns that they have in common.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub name: String,
    pub data: Arc<Data>,
}

/// Columns of the same length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// What messages call it: the file it is of.
    pub file: String,
    pub columns: Vec<Column>,
    pub rows: usize,
}

impl Table {
    pub(crate) fn new(file: impl Into<String>, columns: Vec<(&str, Data)>) -> Self {
        let rows = columns.first().map_or(0, |(_, data)| data.len());
        let columns = columns.into_iter().map(|(name, data)| Column { name: name.to_owned(), data: Arc::new(data) });
        Table { file: file.into(), columns: columns.collect(), rows }
    }

    pub(crate) fn column(&self, name: &str) -> Result<&Data, RunError> {
        let found = self.columns.iter().find(|column| column.name == name);
        found.map(|column| &*column.data).ok_or_else(|| self.lacks(name))
    }

    fn lacks(&self, name: &str) -> RunError {
        let names: Vec<_> = self.columns.iter().take(20).map(|column| column.name.as_str()).collect();
        Fault::new(&self.file, format!("the column is not there; there are {}", names.join(", "))).column(name).into()
    }

    /// The rows at these positions, in this order.
    pub(crate) fn take(&self, rows: &[u32]) -> Table {
        let columns = self
            .columns
            .par_iter()
            .map(|column| Column { name: column.name.clone(), data: Arc::new(column.data.take(rows)) });
        Table { file: self.file.clone(), columns: columns.collect(), rows: rows.len() }
    }

    /// Puts a column in the place of that of this name, or at the end.
    pub(crate) fn set(&mut self, name: &str, data: Data) {
        self.rows = data.len();
        let data = Arc::new(data);
        match self.columns.iter_mut().find(|column| column.name == name) {
            Some(column) => column.data = data,
            None => self.columns.push(Column { name: name.to_owned(), data }),
        }
    }

    /// These columns, in this order.
    pub(crate) fn select(&self, names: &[String]) -> Result<Table, RunError> {
        let find = |name: &String| {
            let found = self.columns.iter().find(|column| column.name == *name);
            found.cloned().ok_or_else(|| self.lacks(name))
        };
        let columns = names.iter().map(find).collect::<Result<_, _>>()?;
        Ok(Table { file: self.file.clone(), columns, rows: self.rows })
    }

    pub(crate) fn drop(&mut self, names: &[String]) -> Result<(), RunError> {
        for name in names {
            self.column(name)?;
        }
        self.columns.retain(|column| !names.contains(&column.name));
        Ok(())
    }

    /// Another table under this one.
    pub(crate) fn below(&self, other: &Table) -> Result<Table, RunError> {
        Table::under_one_another(&[self, other])
    }

    /// Tables under one another. The columns are those of the first; one that is real in a table is real in all.
    pub(crate) fn under_one_another<T: Borrow<Table>>(tables: &[T]) -> Result<Table, RunError> {
        let Some(first) = tables.first().map(Borrow::borrow) else { return Ok(Table::default()) };
        let mut made = Table { file: first.file.clone(), ..Table::default() };
        for column in &first.columns {
            let parts =
                tables.iter().map(|table| table.borrow().column(&column.name)).collect::<Result<Vec<_>, _>>()?;
            made.set(&column.name, Data::joined(&parts));
        }
        Ok(made)
    }

    /// The positions of rows for which this is true.
    pub(crate) fn positions(&self, mut keep: impl FnMut(usize) -> bool) -> Vec<u32> {
        (0..self.rows).filter(|row| keep(*row)).map(|row| row as u32).collect()
    }
}
