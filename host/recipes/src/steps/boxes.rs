//! Steps on labels that are lists of boxes, and on labels that do not vary.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Data, Texts, written_cell};

/// A column of boxes `class x y width height …` becomes one of points `class x+1 y+1 …`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Centres {
    /// The table.
    table: String,
    /// The column.
    column: String,
    /// What the new table is called.
    r#as: String,
}

impl Action for Centres {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("points of the boxes in {}", self.column)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let mut texts = Texts::default();
        for (row, cell) in table.column(&self.column)?.cells().enumerate() {
            let text = written_cell(cell);
            let fault = |problem: &str| Fault::new(&table.file, problem).at(row).column(&self.column).value(&text);
            let parts: Vec<&str> = text.split_whitespace().collect();
            if parts.is_empty() || !parts.len().is_multiple_of(5) {
                return Err(fault("a box has a class and four numbers").into());
            }
            let mut points = Vec::new();
            for part in parts.chunks(5) {
                let next = |text: &str| text.parse::<i64>().ok().and_then(|number| number.checked_add(1));
                let (Some(x), Some(y)) = (next(part[1]), next(part[2])) else {
                    return Err(fault("a corner is no whole number").into());
                };
                points.push(format!("{} {x} {y}", part[0]));
            }
            texts.push(Some(&points.join(" ")));
        }
        table.set(&self.column, Data::Text(texts));
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// If a column has exactly one value in the second table, its first row changes places with the first row of the first table whose value
/// is not 0.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vary {
    /// The two tables.
    tables: [String; 2],
    /// The column.
    column: String,
}

impl Action for Vary {
    fn uses(&self) -> Vec<&str> {
        self.tables.iter().map(String::as_str).collect()
    }

    fn words(&self) -> String {
        format!("see to it that {} varies", self.column)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let (one, other) = (work.table(&self.tables[0])?, work.table(&self.tables[1])?);
        let mut values: Vec<_> = other.column(&self.column)?.cells().map(|cell| cell.key()).collect();
        values.sort_unstable();
        values.dedup();
        values.retain(|key| *key != crate::table::Key::Missing);
        if values.len() != 1 {
            return Ok(());
        }
        let place = one.column(&self.column)?.cells().position(|cell| cell.number() != Some(0.0));
        let Some(place) = place else {
            return Err(Fault::new(&one.file, "no row has another value than 0").column(&self.column).into());
        };
        // Both below one another, and rows taken from there: types stay as they are.
        let both = one.below(other)?;
        let mut first = both.positions(|row| row < one.rows);
        let mut second = both.positions(|row| row >= one.rows);
        std::mem::swap(&mut first[place], &mut second[0]);
        let (one, other) = (both.take(&first), both.take(&second));
        work.set(&self.tables[0], one);
        work.set(&self.tables[1], other);
        Ok(())
    }
}
