//! Tables in memory: columns of one type each, which parts of a table share.

mod cells;
mod types;
mod write;

use std::sync::Arc;

pub(crate) use cells::read;
pub(crate) use write::write;

/// A table. Its parts share the columns, and have positions in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub columns: Vec<Series>,
    pub rows: usize,
}

/// Positions of rows in a column.
type Positions = Arc<Vec<u32>>;

/// A named column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub name: String,
    data: Arc<Column>,
    /// The positions in `data`; all of them where there are none.
    rows: Option<Positions>,
}

/// Values of one type. A missing cell is NaN among reals, and none among truths and texts.
#[derive(Debug)]
pub(crate) enum Column {
    Integers(Vec<i64>),
    Unsigned(Vec<u64>),
    Reals(Vec<f64>),
    Truths(Vec<Option<bool>>),
    Texts(Vec<Option<Box<str>>>),
    /// The same in every row.
    Same(Constant),
}

/// What a recipe writes into every row.
#[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub(crate) enum Constant {
    Truth(bool),
    Integer(i64),
    Real(f64),
    Text(String),
}

/// What stands in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'t> {
    Missing,
    Integer(i64),
    Unsigned(u64),
    Real(f64),
    Truth(bool),
    Text(&'t str),
}

impl Series {
    pub(crate) fn new(name: impl Into<String>, column: Column) -> Self {
        Series { name: name.into(), data: Arc::new(column), rows: None }
    }

    pub(crate) fn cell(&self, row: usize) -> Cell<'_> {
        let at = self.rows.as_ref().map_or(row, |rows| rows.get(row).map_or(usize::MAX, |at| *at as usize));
        let cell = match &*self.data {
            Column::Integers(values) => values.get(at).map(|value| Cell::Integer(*value)),
            Column::Unsigned(values) => values.get(at).map(|value| Cell::Unsigned(*value)),
            Column::Reals(values) => values.get(at).filter(|value| !value.is_nan()).map(|value| Cell::Real(*value)),
            Column::Truths(values) => values.get(at).copied().flatten().map(Cell::Truth),
            Column::Texts(values) => values.get(at).and_then(Option::as_deref).map(Cell::Text),
            Column::Same(Constant::Truth(value)) => Some(Cell::Truth(*value)),
            Column::Same(Constant::Integer(value)) => Some(Cell::Integer(*value)),
            Column::Same(Constant::Real(value)) => Some(Cell::Real(*value)),
            Column::Same(Constant::Text(value)) => Some(Cell::Text(value)),
        };
        cell.unwrap_or(Cell::Missing)
    }
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<&Series> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The rows at these positions, in their order.
    pub(crate) fn take(&self, positions: &[u32]) -> Table {
        let mut composed: Vec<(Option<*const Vec<u32>>, Positions)> = Vec::new();
        let columns = self.columns.iter().map(|column| {
            let of = column.rows.as_ref().map(Arc::as_ptr);
            let known = composed.iter().find(|(other, _)| *other == of).map(|(_, rows)| Arc::clone(rows));
            let rows = known.unwrap_or_else(|| {
                let within =
                    |at: &u32| column.rows.as_ref().map_or(*at, |rows| rows.get(*at as usize).copied().unwrap_or(*at));
                let rows = Arc::new(positions.iter().map(within).collect::<Vec<u32>>());
                composed.push((of, Arc::clone(&rows)));
                rows
            });
            Series { name: column.name.clone(), data: Arc::clone(&column.data), rows: Some(rows) }
        });
        let columns = columns.collect();
        Table { columns, rows: positions.len() }
    }

    /// Puts a value into every row of a column, which is added at the end if it is not there.
    pub(crate) fn set(&mut self, name: &str, value: &Constant) {
        let series = Series::new(name, Column::Same(value.clone()));
        match self.columns.iter_mut().find(|column| column.name == name) {
            Some(column) => *column = series,
            None => self.columns.push(series),
        }
    }
}
