//! Splits a table into a train and a test part.

use assay_generators::Share;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;

/// Splits a table into the tables `train` and `test`, as scikit-learn's `train_test_split` does. Both are in drawn order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Split {
    /// The table.
    table: String,
    /// The test part: a fraction of the rows, rounded up, or a whole number of rows.
    test: Size,
    /// What the generator starts from.
    #[serde(default)]
    seed: u32,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Size {
    Rows(u32),
    Fraction(f64),
}

impl Action for Split {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec!["train", "test"]
    }

    fn words(&self) -> String {
        format!("splitting {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let share = match self.test {
            Size::Rows(rows) => Share::TestCount(rows),
            Size::Fraction(fraction) => Share::Test(fraction),
        };
        let rows = u32::try_from(table.rows).unwrap_or(u32::MAX);
        let parts = assay_generators::split(rows, share, self.seed)
            .map_err(|error| Fault::new(&self.table, error.to_string()))?;
        let (train, test) = (table.take(&parts.train), table.take(&parts.test));
        work.set("train", train);
        work.set("test", test);
        Ok(())
    }
}
