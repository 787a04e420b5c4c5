//! Parts that are made larger and smaller until they have a share.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Cell, Key};

/// Moves the last rows of the train part to the end of the test part as long as the test part is too small, then back as long as it is too
/// large. Its size is that of the rows of another table that it stands for, as a share of those and of all.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Balance {
    /// The tables of the train and the test part.
    parts: [String; 2],
    /// The column of what each stands for.
    column: String,
    /// The table of the rows that are counted, with the same column.
    of: String,
    /// The share.
    share: f64,
}

impl Action for Balance {
    fn uses(&self) -> Vec<&str> {
        self.parts.iter().chain([&self.of]).map(String::as_str).collect()
    }

    fn words(&self) -> String {
        format!("balance {} and {}", self.parts[0], self.parts[1])
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let (train, test, of) = (work.table(&self.parts[0])?, work.table(&self.parts[1])?, work.table(&self.of)?);
        let mut counts: HashMap<Key, usize> = HashMap::new();
        for cell in of.column(&self.column)?.cells() {
            *counts.entry(cell.key()).or_default() += 1;
        }
        let both = train.below(test)?;
        let cells: Vec<Cell> = both.column(&self.column)?.cells().collect();
        let mut train_rows = both.positions(|row| row < train.rows);
        let mut test_rows = both.positions(|row| row >= train.rows);
        let size = |row: u32| counts.get(&cells[row as usize].key()).copied().unwrap_or_default();
        let mut tested: usize = test_rows.iter().map(|row| size(*row)).sum();
        let share = |tested: usize| tested as f64 / (of.rows + tested) as f64;
        let empty = || Fault::new(&of.file, "one of the parts has nothing left to move").column(&self.column);
        while share(tested) < self.share {
            let row = train_rows.pop().ok_or_else(empty)?;
            tested += size(row);
            test_rows.push(row);
        }
        while share(tested) > self.share {
            let row = test_rows.pop().ok_or_else(empty)?;
            tested -= size(row);
            train_rows.push(row);
        }
        let (train, test) = (both.take(&train_rows), both.take(&test_rows));
        work.set(&self.parts[0], train);
        work.set(&self.parts[1], test);
        Ok(())
    }
}
