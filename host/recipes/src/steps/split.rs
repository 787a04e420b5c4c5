//! Splits a table in two, as scikit-learn does.

use std::collections::{BTreeMap, HashMap, HashSet};

use assay_generators::{Share, split};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Key, Table};

/// Splits the rows of a table, or the values or the groups of one of its columns. Give one of `test`, `train`, `test_count`, `as_many_as`
/// and `share_of`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Split {
    /// The table.
    table: String,
    /// The fraction that is the test part.
    test: Option<f64>,
    /// How the size of the test part is rounded.
    #[serde(default)]
    round: Round,
    /// `test` is the fraction of this table's rows.
    of: Option<String>,
    /// The fraction that is the train part, rounded down.
    train: Option<f64>,
    /// How many are the test part.
    test_count: Option<u32>,
    /// How many are the train part, with `test_count`; the rest by default.
    train_count: Option<u32>,
    /// As many are the test part as this table has rows.
    as_many_as: Option<String>,
    /// The test part is the share that this table's rows have of its rows and those that are split.
    share_of: Option<String>,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
    /// The distinct values of this column are split; rows stay in order.
    values: Option<String>,
    /// The groups of this column, sorted, are split; rows come group by group in drawn order. Rows without a group go.
    groups: Option<String>,
    /// Rows stay in order, instead of the order in which they are drawn.
    #[serde(default)]
    in_order: bool,
    /// What the two parts are called.
    #[serde(default = "parts")]
    r#as: [String; 2],
}

/// How the size of a part is rounded.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Round {
    /// Up, as scikit-learn does.
    #[default]
    Up,
    /// Down, as Python's `int` does.
    Down,
    /// To the nearest, and halves to the even number, as pandas' `sample` does.
    Nearest,
}

fn parts() -> [String; 2] {
    ["train".to_owned(), "test".to_owned()]
}

impl Split {
    fn share(&self, work: &Work, count: u32) -> Result<Share, RunError> {
        let rows = |name: &String| work.table(name).map(|table| table.rows as u32);
        Ok(match self {
            Split { test: Some(test), round: Round::Up, of: None, .. } => Share::Test(*test),
            Split { test: Some(test), .. } => {
                let size = test * f64::from(self.of.as_ref().map_or(Ok(count), rows)?);
                Share::TestCount(match self.round {
                    Round::Up => size.ceil(),
                    Round::Down => size.floor(),
                    Round::Nearest => size.round_ties_even(),
                } as u32)
            }
            Split { train: Some(train), .. } => Share::Train(*train),
            Split { test_count: Some(test), train_count: Some(train), .. } => {
                Share::Counts { test: *test, train: *train }
            }
            Split { test_count: Some(test), .. } => Share::TestCount(*test),
            Split { as_many_as: Some(name), .. } => Share::TestCount(rows(name)?),
            Split { share_of: Some(name), .. } => {
                let others = rows(name)?;
                Share::Test(f64::from(others) / (f64::from(count) + f64::from(others)))
            }
            _ => Share::Test(0.0),
        })
    }
}

impl Action for Split {
    fn uses(&self) -> Vec<&str> {
        let others = [&self.as_many_as, &self.share_of, &self.of].into_iter().flatten();
        [&self.table].into_iter().chain(others).map(String::as_str).collect()
    }

    fn makes(&self) -> Vec<&str> {
        self.r#as.iter().map(String::as_str).collect()
    }

    fn check(&self) -> Result<(), String> {
        let sizes = [
            self.test.is_some(),
            self.train.is_some(),
            self.test_count.is_some(),
            self.as_many_as.is_some(),
            self.share_of.is_some(),
        ];
        if sizes.iter().filter(|given| **given).count() != 1 {
            return Err("give one of test, train, test_count, as_many_as and share_of".to_owned());
        }
        if self.test.is_none() && (self.of.is_some() || self.round != Round::Up) {
            return Err("round and of go with test only".to_owned());
        }
        if self.values.is_some() && self.groups.is_some() {
            return Err("values and groups do not go together".to_owned());
        }
        Ok(())
    }

    fn words(&self) -> String {
        format!("split {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let drawn = |count: usize| {
            let share = self.share(work, count as u32)?;
            split(count as u32, share, self.seed)
                .map_err(|error| RunError::from(Fault::new(&table.file, error.to_string())))
        };
        let (mut train, mut test) = match (&self.values, &self.groups) {
            (Some(column), _) => {
                let values = table.column(column)?;
                let mut known = HashSet::new();
                let distinct: Vec<Key> =
                    values.cells().map(|cell| cell.key()).filter(|key| known.insert(*key)).collect();
                let tested: HashSet<Key> =
                    drawn(distinct.len())?.test.into_iter().map(|position| distinct[position as usize]).collect();
                let is_test = |row: usize| tested.contains(&values.cell(row).key());
                (table.positions(|row| !is_test(row)), table.positions(is_test))
            }
            (_, Some(column)) => {
                let groups = groups(table, column)?;
                let parts = drawn(groups.len())?;
                let rows = |part: &[u32]| part.iter().flat_map(|group| groups[*group as usize].clone()).collect();
                (rows(&parts.train), rows(&parts.test))
            }
            _ => {
                let parts = drawn(table.rows)?;
                (parts.train, parts.test)
            }
        };
        if self.in_order {
            train.sort_unstable();
            test.sort_unstable();
        }
        let (train, test) = (table.take(&train), table.take(&test));
        work.set(&self.r#as[0], train);
        work.set(&self.r#as[1], test);
        Ok(())
    }
}

/// The rows of each group, groups sorted.
pub(super) fn groups(table: &Table, column: &str) -> Result<Vec<Vec<u32>>, RunError> {
    let data = table.column(column)?;
    let mut rows: HashMap<Key, Vec<u32>> = HashMap::new();
    for (row, cell) in data.cells().enumerate() {
        rows.entry(cell.key()).or_default().push(row as u32);
    }
    rows.remove(&Key::Missing);
    Ok(rows.into_iter().collect::<BTreeMap<_, _>>().into_values().collect())
}
