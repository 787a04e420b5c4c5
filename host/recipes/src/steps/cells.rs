//! Steps that make cells of cells.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Cell, Data, Key, Table, Texts, written_cell};
use crate::template::Template;

/// Cells that another table's column does not have become one constant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replace {
    /// The table.
    table: String,
    /// The column, which is text.
    column: String,
    /// The other table, whose column of the same name has the cells that stay.
    unless_among: String,
    /// What the others become.
    value: String,
}

impl Action for Replace {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table, &self.unless_among]
    }

    fn words(&self) -> String {
        format!("replace {} of {}", self.column, self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let known: HashSet<Key> =
            work.table(&self.unless_among)?.column(&self.column)?.cells().map(Cell::key).collect();
        let mut table = work.table(&self.table)?.clone();
        let texts: Texts = table
            .column(&self.column)?
            .cells()
            .map(|cell| if known.contains(&cell.key()) { written_cell(cell) } else { self.value.clone() })
            .collect();
        table.set(&self.column, Data::Text(texts));
        work.set(&self.table, table);
        Ok(())
    }
}

/// A column becomes the mean of the same column of another table, the sum by the rows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mean {
    /// The table.
    table: String,
    /// The column.
    column: String,
    /// The other table.
    of: String,
}

impl Action for Mean {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table, &self.of]
    }

    fn words(&self) -> String {
        format!("the mean {} of {}", self.column, self.of)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let numbers: Vec<f64> = work.table(&self.of)?.column(&self.column)?.cells().filter_map(Cell::number).collect();
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        let mut table = work.table(&self.table)?.clone();
        table.set(&self.column, Data::Real(vec![mean; table.rows]));
        work.set(&self.table, table);
        Ok(())
    }
}

/// A column of texts: of some columns the first with the largest number decides which text it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Largest {
    /// The table.
    table: String,
    /// The columns of numbers.
    of: Vec<String>,
    /// A text for each of them.
    texts: Vec<String>,
    /// The new column.
    column: String,
}

impl Action for Largest {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn check(&self) -> Result<(), String> {
        if self.of.len() == self.texts.len() && !self.of.is_empty() {
            Ok(())
        } else {
            Err("each column is to have a text".to_owned())
        }
    }

    fn words(&self) -> String {
        format!("the largest of {}", self.of.join(", "))
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let columns = self.of.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
        let texts: Texts = (0..table.rows)
            .map(|row| {
                let mut best = (0, f64::NEG_INFINITY);
                for (index, data) in columns.iter().enumerate() {
                    let number = data.cell(row).number().unwrap_or(f64::NEG_INFINITY);
                    if number > best.1 {
                        best = (index, number);
                    }
                }
                Some(self.texts[best.0].as_str())
            })
            .collect();
        table.set(&self.column, Data::Text(texts));
        work.set(&self.table, table);
        Ok(())
    }
}

/// Columns become their shares of a row's sum. Missing cells stay missing and are not counted; a sum of 0 leaves none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shares {
    /// The table.
    table: String,
    /// The columns of numbers.
    of: Vec<String>,
    /// What the new table is called.
    r#as: String,
}

impl Action for Shares {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("shares of {}", self.of.join(", "))
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let columns = self.of.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
        let numbers = |row: usize| columns.iter().map(move |data| data.cell(row).number());
        let sums: Vec<f64> =
            (0..table.rows).map(|row| numbers(row).flatten().fold(0.0, |sum, number| sum + number)).collect();
        let share = |data: &Data| {
            data.cells().zip(&sums).map(|(cell, sum)| cell.number().map_or(f64::NAN, |number| number / sum)).collect()
        };
        let made: Vec<Vec<f64>> = columns.iter().map(|data| share(data)).collect();
        for (name, cells) in self.of.iter().zip(made) {
            table.set(name, Data::Real(cells));
        }
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Columns of the pieces that a column's texts are cut into.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pieces {
    /// The table.
    table: String,
    /// The column.
    column: String,
    /// What stands between pieces.
    at: String,
    /// The names of the pieces, from the first. `_` passes one over.
    first: Vec<String>,
    /// The name of the last piece.
    last: Option<String>,
    /// Pieces that are numbers become real.
    #[serde(default)]
    real: Vec<String>,
}

impl Action for Pieces {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("the pieces of {}", self.column)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let source = table.clone();
        let data = source.column(&self.column)?;
        let names = self.first.iter().enumerate().map(|(at, name)| (Some(at), name));
        for (at, name) in names.chain(self.last.iter().map(|name| (None, name))).filter(|(_, name)| *name != "_") {
            let mut texts = Texts::default();
            for (row, cell) in data.cells().enumerate() {
                let text = written_cell(cell);
                let mut pieces = text.split(&self.at);
                let piece = match at {
                    Some(at) => pieces.nth(at),
                    None => text.rsplit(&self.at).next(),
                };
                let few = || {
                    Fault::new(&source.file, "the cell has too few pieces").at(row).column(&self.column).value(&text)
                };
                texts.push(Some(piece.ok_or_else(few)?));
            }
            let data = if self.real.contains(name) {
                let cells = (0..texts.len()).map(|row| {
                    let text = texts.get(row).unwrap_or_default();
                    let wrong =
                        || Fault::new(&source.file, "the piece is no number").at(row).column(&self.column).value(text);
                    text.parse::<f64>().map_err(|_| RunError::from(wrong()))
                });
                Data::Real(cells.collect::<Result<_, _>>()?)
            } else {
                Data::Text(texts)
            };
            table.set(name, data);
        }
        work.set(&self.table, table);
        Ok(())
    }
}

/// One row for each group, sorted by it, with the texts of its rows joined in their order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gather {
    /// The table.
    table: String,
    /// The column that makes the groups.
    by: String,
    /// The text of a row, a template.
    text: String,
    /// What stands between the texts.
    with: String,
    /// The new column.
    column: String,
    /// What the new table, of the two columns, is called.
    r#as: String,
}

impl Action for Gather {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("gather {} by {}", self.table, self.by)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let groups = super::split::groups(table, &self.by)?;
        let template = Template::new(&self.text, table)?;
        let mut texts = Texts::default();
        for rows in &groups {
            let parts = rows.iter().map(|row| template.text(*row as usize)).collect::<Result<Vec<_>, _>>()?;
            texts.push(Some(&parts.join(&self.with)));
        }
        let firsts: Vec<u32> = groups.iter().filter_map(|rows| rows.first().copied()).collect();
        let mut made = table.select(std::slice::from_ref(&self.by))?.take(&firsts);
        made.set(&self.column, Data::Text(texts));
        work.set(&self.r#as, made);
        Ok(())
    }
}

/// Columns under one another: first all rows of the first column, then those of the next.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Melt {
    /// The table.
    table: String,
    /// The columns that stand beside each.
    keep: Vec<String>,
    /// The columns that go under one another.
    columns: Vec<String>,
    /// The new column of their names.
    names: String,
    /// The new column of their cells.
    cells: String,
    /// What the new table is called.
    r#as: String,
}

impl Action for Melt {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("columns of {} under one another", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let rows: Vec<u32> = self.columns.iter().flat_map(|_| 0..table.rows as u32).collect();
        let mut made: Table = table.select(&self.keep)?.take(&rows);
        let names = self.columns.iter().flat_map(|name| std::iter::repeat_n(Some(name.as_str()), table.rows));
        made.set(&self.names, Data::Text(names.collect()));
        let columns = self.columns.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
        let cells: Vec<Cell> = columns.iter().flat_map(|data| data.cells()).collect();
        made.set(&self.cells, Data::of_cells(&cells));
        work.set(&self.r#as, made);
        Ok(())
    }
}

/// Columns of equal steps from 0 to 1 over the rows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ramp {
    /// The table.
    table: String,
    /// The columns that stay; all others become the ramp.
    keep: Vec<String>,
}

impl Action for Ramp {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("a ramp over {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let last = table.rows.saturating_sub(1);
        let step = 1.0 / last as f64;
        let cell = |row: usize| {
            if last > 0 && row == last {
                1.0
            } else if last == 0 {
                0.0
            } else {
                row as f64 * step
            }
        };
        let cells: Vec<f64> = (0..table.rows).map(cell).collect();
        let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        for name in names.iter().filter(|name| !self.keep.contains(name)) {
            table.set(name, Data::Real(cells.clone()));
        }
        work.set(&self.table, table);
        Ok(())
    }
}
