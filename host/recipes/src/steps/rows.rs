//! Steps that keep, sort and group the rows of a table.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use super::view::Constant;
use crate::error::RunError;
use crate::files;
use crate::run::Work;
use crate::table::{Cell, Key, Table, written_cell};

/// Keeps rows. Give one of `among`, `is`, `like`, `least` and `above`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keep {
    /// The table.
    table: String,
    /// The column.
    column: String,
    /// Another table, whose cells of `by` are those that are kept.
    among: Option<String>,
    /// The other table's column; that of the same name by default.
    by: Option<String>,
    /// The cells that are kept, as they are spelled when written.
    is: Option<Vec<Constant>>,
    /// A pattern of what is kept; `*` stands for any letters.
    like: Option<String>,
    /// The smallest number that is kept.
    least: Option<f64>,
    /// The number that kept ones are larger than.
    above: Option<f64>,
    /// The other rows are kept.
    #[serde(default)]
    not: bool,
    /// What the new table is called; as the old one by default.
    r#as: Option<String>,
}

impl Action for Keep {
    fn uses(&self) -> Vec<&str> {
        [&self.table].into_iter().chain(&self.among).map(String::as_str).collect()
    }

    fn makes(&self) -> Vec<&str> {
        vec![self.r#as.as_ref().unwrap_or(&self.table)]
    }

    fn check(&self) -> Result<(), String> {
        let given =
            [self.among.is_some(), self.is.is_some(), self.like.is_some(), self.least.is_some(), self.above.is_some()];
        match given.iter().filter(|given| **given).count() {
            1 => Ok(()),
            _ => Err("give one of among, is, like, least and above".to_owned()),
        }
    }

    fn words(&self) -> String {
        format!("keep rows of {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let data = table.column(&self.column)?;
        let rows = match &self.among {
            Some(among) => {
                let others = work.table(among)?.column(self.by.as_ref().unwrap_or(&self.column))?;
                let known: HashSet<Key> = others.cells().map(Cell::key).collect();
                table.positions(|row| known.contains(&data.cell(row).key()) != self.not)
            }
            None if self.like.is_some() => {
                let pattern = self.like.as_deref().unwrap_or_default();
                table.positions(|row| {
                    files::part_fits(pattern.as_bytes(), written_cell(data.cell(row)).as_bytes()) != self.not
                })
            }
            None if self.least.is_some() || self.above.is_some() => {
                let kept = |number: f64| {
                    self.least.is_none_or(|least| number >= least) && self.above.is_none_or(|above| number > above)
                };
                table.positions(|row| data.cell(row).number().is_some_and(kept) != self.not)
            }
            None => {
                let known: HashSet<String> =
                    self.is.iter().flatten().map(|constant| written_cell(constant.cell())).collect();
                table.positions(|row| known.contains(&written_cell(data.cell(row))) != self.not)
            }
        };
        let kept = table.take(&rows);
        work.set(self.makes()[0], kept);
        Ok(())
    }
}

/// The rows in which a column's cell appears first.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Distinct {
    /// The table.
    table: String,
    /// The column.
    column: String,
    /// What the new table is called.
    r#as: String,
}

impl Action for Distinct {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the distinct {} of {}", self.column, self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let data = table.column(&self.column)?;
        let mut known = HashSet::new();
        let rows = table.positions(|row| known.insert(data.cell(row).key()));
        let made = table.take(&rows);
        work.set(&self.r#as, made);
        Ok(())
    }
}

/// Sorts rows by columns: numbers by value, text by code point, missing cells last. Rows that are alike stay in order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sort {
    /// The table.
    table: String,
    /// The columns, the first of them first.
    by: Vec<String>,
    /// What the new table is called; as the old one by default.
    r#as: Option<String>,
}

impl Action for Sort {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![self.r#as.as_ref().unwrap_or(&self.table)]
    }

    fn words(&self) -> String {
        format!("sort {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let rows = sorted(table, &self.by)?;
        let made = table.take(&rows);
        work.set(self.makes()[0], made);
        Ok(())
    }
}

fn sorted(table: &Table, by: &[String]) -> Result<Vec<u32>, RunError> {
    let columns = by.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let mut rows = table.positions(|_| true);
    rows.sort_by(|one, other| {
        let key = |row: u32| columns.iter().map(move |data| data.cell(row as usize).key());
        key(*one).cmp(key(*other))
    });
    Ok(rows)
}

/// One row for each group of the columns `by`, sorted by them: of each column the first cell that is not missing. Rows without a group go.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct First {
    /// The table.
    table: String,
    /// The columns that make the groups.
    by: Vec<String>,
    /// What the new table is called; as the old one by default.
    r#as: Option<String>,
}

impl Action for First {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![self.r#as.as_ref().unwrap_or(&self.table)]
    }

    fn words(&self) -> String {
        format!("the first of each group of {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let columns = self.by.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
        let keys = |row: u32| columns.iter().map(|data| data.cell(row as usize).key()).collect::<Vec<_>>();
        let rows = sorted(table, &self.by)?;
        let mut made = Table { file: table.file.clone(), ..Table::default() };
        let groups: Vec<&[u32]> = rows
            .chunk_by(|one, other| keys(*one) == keys(*other))
            .filter(|group| !group.first().is_some_and(|row| keys(*row).contains(&Key::Missing)))
            .collect();
        made.rows = groups.len();
        for column in &table.columns {
            let first = |group: &&[u32]| {
                group.iter().copied().find(|row| column.data.cell(*row as usize) != Cell::Missing).unwrap_or(group[0])
            };
            let picked: Vec<u32> = groups.iter().map(first).collect();
            let lone = Table { columns: vec![column.clone()], file: String::new(), rows: table.rows };
            made.columns.extend(lone.take(&picked).columns);
        }
        work.set(self.makes()[0], made);
        Ok(())
    }
}
