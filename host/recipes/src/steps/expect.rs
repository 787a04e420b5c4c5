//! The step that stops a preparation whose data are not what the recipe is for.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use super::view::Constant;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Data, Key, Table, written_cell};

/// Stops if a table is not as expected. All that is given has to hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// The table.
    table: String,
    /// It has so many rows.
    rows: Option<u64>,
    /// It has as many rows as these tables together.
    rows_of: Option<Vec<String>>,
    /// `rows_of` counts so many times.
    times: Option<u64>,
    /// It has these columns and no others, in any order.
    columns: Option<Vec<String>>,
    /// No two rows have the same cells in these columns.
    unique: Option<Vec<String>>,
    /// The column that the fields below are about.
    column: Option<String>,
    /// Its cells are all among those of this table's column.
    among: Option<String>,
    /// None of its cells is among those of this table's column.
    apart_from: Option<String>,
    /// The other table's column; that of the same name by default.
    by: Option<String>,
    /// Its cells are all among these, as they are spelled when written.
    is: Option<Vec<Constant>>,
}

impl Expect {
    fn rows(&self, work: &Work, table: &Table) -> Result<(), RunError> {
        let mut wanted = self.rows;
        if let Some(names) = &self.rows_of {
            let sum = names.iter().try_fold(0, |sum, name| work.table(name).map(|table| sum + table.rows as u64))?;
            wanted = Some(sum * self.times.unwrap_or(1));
        }
        match wanted {
            Some(wanted) if wanted != table.rows as u64 => {
                let problem = format!("the table {} has {} rows, and {wanted} are expected", self.table, table.rows);
                Err(Fault::new(&table.file, problem).into())
            }
            _ => Ok(()),
        }
    }

    fn headings(&self, table: &Table) -> Result<(), RunError> {
        let Some(wanted) = &self.columns else { return Ok(()) };
        for name in wanted {
            table.column(name)?;
        }
        match table.columns.iter().find(|column| !wanted.contains(&column.name)) {
            Some(other) => Err(Fault::new(&table.file, "the column is not expected").column(&other.name).into()),
            None => Ok(()),
        }
    }

    fn unique(&self, table: &Table) -> Result<(), RunError> {
        let Some(names) = &self.unique else { return Ok(()) };
        let columns = names.iter().map(|name| table.column(name)).collect::<Result<Vec<&Data>, _>>()?;
        let mut known: HashSet<Vec<Key>> = HashSet::with_capacity(table.rows);
        for row in 0..table.rows {
            if !known.insert(columns.iter().map(|data| data.cell(row).key()).collect()) {
                let values: Vec<String> = columns.iter().map(|data| written_cell(data.cell(row))).collect();
                let fault = Fault::new(&table.file, "the row is expected once, but is there again").at(row);
                return Err(fault.column(names.join(", ")).value(&values.join(", ")).into());
            }
        }
        Ok(())
    }

    fn cells(&self, work: &Work, table: &Table) -> Result<(), RunError> {
        let Some(name) = &self.column else { return Ok(()) };
        let data = table.column(name)?;
        let fault = |row: usize, problem: String| -> RunError {
            Fault::new(&table.file, problem).at(row).column(name).value(&written_cell(data.cell(row))).into()
        };
        for (other, wanted) in [(&self.among, true), (&self.apart_from, false)] {
            let Some(other) = other else { continue };
            let by = self.by.as_ref().unwrap_or(name);
            let known: HashSet<Key> = work.table(other)?.column(by)?.cells().map(|cell| cell.key()).collect();
            if let Some(row) = (0..table.rows).find(|row| known.contains(&data.cell(*row).key()) != wanted) {
                let expected = if wanted { "expected to be" } else { "not expected" };
                return Err(fault(row, format!("the cell is {expected} among those of {by} in the table {other}")));
            }
        }
        if let Some(constants) = &self.is {
            let known: HashSet<String> = constants.iter().map(|constant| written_cell(constant.cell())).collect();
            if let Some(row) = (0..table.rows).find(|row| !known.contains(&written_cell(data.cell(*row)))) {
                let some: Vec<String> = constants.iter().map(|constant| written_cell(constant.cell())).collect();
                return Err(fault(row, format!("the cell is expected to be one of {}", some.join(", "))));
            }
        }
        Ok(())
    }
}

impl Action for Expect {
    fn uses(&self) -> Vec<&str> {
        let others = self.rows_of.iter().flatten().chain(&self.among).chain(&self.apart_from);
        [&self.table].into_iter().chain(others).map(String::as_str).collect()
    }

    fn check(&self) -> Result<(), String> {
        let cells = self.among.is_some() || self.apart_from.is_some() || self.is.is_some();
        let rows = self.rows.is_some() || self.rows_of.is_some();
        if cells != self.column.is_some() {
            return Err("column goes with among, apart_from or is".to_owned());
        }
        if self.times.is_some() && self.rows_of.is_none() {
            return Err("times goes with rows_of".to_owned());
        }
        if !(cells || rows || self.columns.is_some() || self.unique.is_some()) {
            return Err("nothing is expected".to_owned());
        }
        Ok(())
    }

    fn words(&self) -> String {
        format!("check {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        self.headings(table)?;
        self.rows(work, table)?;
        self.unique(table)?;
        self.cells(work, table)
    }
}
