//! Splits each class on its own, so that small classes stand in both parts.

use std::collections::HashMap;

use assay_generators::{DefaultRng, RandomState, Share, split};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Data, Key};

/// Of each class with several rows, two drawn ones go to the train and the test part. A class of one row goes to the train part, unless a
/// number drawn for it is not below one less `test`. The rest is split by `test`. Rows stay in order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitClasses {
    /// The table.
    table: String,
    /// The column of classes.
    label: String,
    /// The fraction that is the test part.
    test: f64,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
}

impl Action for SplitClasses {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec!["train", "test"]
    }

    fn words(&self) -> String {
        format!("split {} by {}", self.table, self.label)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let labels = table.column(&self.label)?;
        let classes = classes(labels);
        let mut single = DefaultRng::new(self.seed);
        let mut tested: Vec<Option<bool>> = vec![None; table.rows];
        for rows in &classes {
            match rows.as_slice() {
                [row] => tested[*row as usize] = Some(single.double() >= 1.0 - self.test),
                rows => {
                    let drawn = RandomState::new(self.seed).permutation(rows.len() as u32);
                    tested[rows[drawn[0] as usize] as usize] = Some(false);
                    tested[rows[drawn[1] as usize] as usize] = Some(true);
                }
            }
        }
        let rest = table.positions(|row| tested[row].is_none());
        let parts = split(rest.len() as u32, Share::Test(self.test), self.seed);
        let parts = parts.map_err(|error| Fault::new(&table.file, error.to_string()))?;
        for position in parts.test {
            tested[rest[position as usize] as usize] = Some(true);
        }
        let is_test = |row: usize| tested[row] == Some(true);
        let (train, test) = (table.take(&table.positions(|row| !is_test(row))), table.take(&table.positions(is_test)));
        work.set("train", train);
        work.set("test", test);
        Ok(())
    }
}

/// The rows of each class, classes in the order of their first.
fn classes(labels: &Data) -> Vec<Vec<u32>> {
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut classes: Vec<Vec<u32>> = Vec::new();
    for (row, cell) in labels.cells().enumerate() {
        let place = *places.entry(cell.key()).or_insert_with(|| {
            classes.push(Vec::new());
            classes.len() - 1
        });
        classes[place].push(row as u32);
    }
    classes
}

/// Splits each class on its own, classes in the order of their first rows. With `last_below`, a class of fewer rows gives its last one to
/// the test part, and one of a single row none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitEach {
    /// The table.
    table: String,
    /// The column of classes.
    label: String,
    /// The fraction of each class that is the test part.
    test: f64,
    /// Classes of fewer rows are not split by the fraction.
    #[serde(default)]
    last_below: usize,
    /// Where the random numbers start, anew for each class.
    #[serde(default)]
    seed: u32,
}

impl Action for SplitEach {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec!["train", "test"]
    }

    fn words(&self) -> String {
        format!("split {} by {}", self.table, self.label)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for rows in classes(table.column(&self.label)?) {
            if rows.len() < self.last_below {
                let kept = if rows.len() > 1 { rows.len() - 1 } else { 1 };
                train.extend_from_slice(&rows[..kept]);
                test.extend_from_slice(&rows[kept..]);
            } else {
                let parts = split(rows.len() as u32, Share::Test(self.test), self.seed);
                let parts = parts.map_err(|error| Fault::new(&table.file, error.to_string()).column(&self.label))?;
                train.extend(parts.train.iter().map(|position| rows[*position as usize]));
                test.extend(parts.test.iter().map(|position| rows[*position as usize]));
            }
        }
        let (train, test) = (table.take(&train), table.take(&test));
        work.set("train", train);
        work.set("test", test);
        Ok(())
    }
}

/// A column that counts the rows of each class from 1.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountEach {
    /// The table.
    table: String,
    /// The column of classes.
    label: String,
    /// The new column.
    column: String,
}

impl Action for CountEach {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("count the rows of each {}", self.label)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let mut counts = vec![0; table.rows];
        for rows in classes(table.column(&self.label)?) {
            rows.iter().zip(1..).for_each(|(row, count)| counts[*row as usize] = count);
        }
        table.set(&self.column, Data::Int(counts));
        work.set(&self.table, table);
        Ok(())
    }
}
