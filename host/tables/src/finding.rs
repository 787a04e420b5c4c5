//! What is wrong with a submission, said so that its author can mend it.

use std::collections::BTreeMap;
use std::fmt;

use crate::excerpt::excerpt;
use crate::read::{Cell, Table};

/// How many places of each kind are named; the rest is counted.
pub(crate) const NAMED: usize = 5;

/// What to do about a wrong number of rows.
pub(crate) const ONE_ROW_EACH: &str = "give one row for each row of the sample submission";

/// One kind of thing that is wrong, the first places where it is, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    message: String,
    remedy: Option<String>,
    places: Vec<Place>,
    count: usize,
}

/// Where something is wrong, and what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    line: Option<u64>,
    value: String,
    /// The cells that `value` is made of, so that it can be shown as they are written in the file.
    cells: Vec<Cell>,
}

impl Place {
    /// A value that is not in the submission.
    pub fn value(value: impl Into<String>) -> Self {
        Place { value: value.into(), ..Place::default() }
    }

    /// A line of the submission, from 1, about which there is nothing more to say.
    #[must_use]
    pub fn line(line: u64) -> Self {
        Place { line: Some(line), ..Place::default() }
    }

    /// A line of the submission, and a value that is no cell of it.
    pub fn at(line: u64, value: impl Into<String>) -> Self {
        Place { line: Some(line), ..Place::value(value) }
    }

    /// The cells of some columns in one row of the submission. `value` is what the table holds there, which is shown unless
    /// [`Finding::spell`] knows how it is written.
    pub fn cells<'a>(
        table: &Table,
        row: usize,
        columns: impl IntoIterator<Item = &'a str>,
        value: impl Into<String>,
    ) -> Self {
        let cells = columns.into_iter().filter_map(|name| table.cell(row, name)).collect();
        Place { cells, ..Place::at(table.line(row), value) }
    }
}

impl Finding {
    /// Something that is wrong; places may follow.
    pub fn new(message: impl Into<String>) -> Self {
        Finding { message: message.into(), remedy: None, places: Vec::new(), count: 0 }
    }

    /// That a submission has no row.
    #[must_use]
    pub fn no_rows() -> Self {
        Finding::new("the submission has 0 rows").remedy(ONE_ROW_EACH)
    }

    /// What would be right.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Counts a place. Only the first few are kept, so `describe` is not called for the others.
    pub fn add(&mut self, describe: impl FnOnce() -> Place) {
        if self.places.len() < NAMED {
            self.places.push(describe());
        }
        self.count += 1;
    }

    /// True if no place was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The finding, if a place was counted.
    #[must_use]
    pub fn if_any(self) -> Option<Self> {
        (!self.is_empty()).then_some(self)
    }

    /// The cells whose values are shown.
    pub fn shown_cells(&self) -> impl Iterator<Item = Cell> {
        self.places.iter().flat_map(|place| place.cells.iter().copied())
    }

    /// Shows values as they are written in the file, where `written` knows that of all their cells.
    pub fn spell(&mut self, written: &BTreeMap<Cell, String>) {
        for place in self.places.iter_mut().filter(|place| !place.cells.is_empty()) {
            let cells: Option<Vec<&str>> =
                place.cells.iter().map(|cell| written.get(cell).map(String::as_str)).collect();
            if let Some(cells) = cells {
                place.value = cells.join(", ");
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (index, place) in self.places.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            match place.line {
                // A cell may be empty, which is worth showing; without a cell there is nothing to show.
                Some(line) if place.value.is_empty() && place.cells.is_empty() => write!(f, "line {line}")?,
                Some(line) => write!(f, "line {line}: {}", excerpt(&place.value))?,
                None => write!(f, "{}", excerpt(&place.value))?,
            }
        }
        if self.count > self.places.len() {
            write!(f, ", … ({} in all)", self.count)?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}
