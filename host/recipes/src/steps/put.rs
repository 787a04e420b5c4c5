//! Puts constants into some rows.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use super::view::Constant;
use crate::error::RunError;
use crate::files::part_fits;
use crate::run::Work;
use crate::table::{Cell, Data, written_cell};

/// Puts constants into the rows whose cell is one of some constants.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Put {
    /// The table.
    table: String,
    /// The column that decides.
    r#where: String,
    /// Its cells, as they are spelled when written.
    is: Vec<Constant>,
    /// The constants by their columns.
    set: BTreeMap<String, Constant>,
}

impl Action for Put {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("put constants into {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let source = table.clone();
        let known: HashSet<String> = self.is.iter().map(|constant| written_cell(constant.cell())).collect();
        let data = source.column(&self.r#where)?;
        for (name, constant) in &self.set {
            let old = source.column(name)?;
            let is = |row: usize| known.contains(&written_cell(data.cell(row)));
            let cells: Vec<Cell> =
                (0..source.rows).map(|row| if is(row) { constant.cell() } else { old.cell(row) }).collect();
            table.set(name, Data::of_cells(&cells));
        }
        work.set(&self.table, table);
        Ok(())
    }
}

/// A column of 1 where another's cell fits a pattern, else 0.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Flag {
    /// The table.
    table: String,
    /// The other column.
    of: String,
    /// The pattern; `*` stands for any letters.
    like: String,
    /// The new column.
    column: String,
}

impl Action for Flag {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("flag {} like {}", self.of, self.like)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let fits = |cell: Cell| i64::from(part_fits(self.like.as_bytes(), written_cell(cell).as_bytes()));
        let cells = table.column(&self.of)?.cells().map(fits).collect();
        table.set(&self.column, Data::Int(cells));
        work.set(&self.table, table);
        Ok(())
    }
}
