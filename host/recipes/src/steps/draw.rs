//! The step that draws a column.

use assay_generators::{DefaultRng, PythonRandom, RandomState};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::RunError;
use crate::run::Work;
use crate::table::{Data, Texts};

/// What is drawn for each row, one after the other.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Kind {
    /// A whole number from the first to before the second, by numpy's `RandomState`.
    Randint(i64, i64),
    /// A real number between two, rounded to two decimals, by numpy's `default_rng`.
    Uniform(f64, f64),
    /// One of these, by Python's `random`.
    Choice(Vec<String>),
    /// The numbers from 1 to this in random order, with blanks between, by Python's `random`.
    Orders(u32),
}

/// Draws a column.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draw {
    /// The table.
    table: String,
    /// The column.
    column: String,
    /// What is drawn.
    kind: Kind,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
    /// What the new table is called; as the old one by default.
    r#as: Option<String>,
}

impl Action for Draw {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![self.r#as.as_ref().unwrap_or(&self.table)]
    }

    fn check(&self) -> Result<(), String> {
        match &self.kind {
            Kind::Choice(of) if of.is_empty() => Err("there is nothing to choose from".to_owned()),
            Kind::Randint(low, high) if low >= high => Err("the first number is to be below the second".to_owned()),
            _ => Ok(()),
        }
    }

    fn words(&self) -> String {
        format!("draw {} of {}", self.column, self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let rows = 0..table.rows;
        let data = match &self.kind {
            Kind::Randint(low, high) => {
                let mut random = RandomState::new(self.seed);
                Data::Int(rows.filter_map(|_| random.randint(*low, *high)).collect())
            }
            Kind::Uniform(low, high) => {
                let mut random = DefaultRng::new(self.seed);
                let hundredth = |value: f64| (value * 100.0).round_ties_even() / 100.0;
                Data::Real(rows.map(|_| hundredth(low + (high - low) * random.double())).collect())
            }
            Kind::Choice(of) => {
                let mut random = PythonRandom::new(self.seed);
                Data::Text(rows.map(|_| random.choice(of).map(String::as_str)).collect())
            }
            Kind::Orders(count) => {
                let mut random = PythonRandom::new(self.seed);
                let order = |numbers: Vec<u32>| {
                    numbers.iter().map(|number| (number + 1).to_string()).collect::<Vec<_>>().join(" ")
                };
                Data::Text(rows.filter_map(|_| random.sample(*count, *count).map(order)).collect::<Texts>())
            }
        };
        table.set(&self.column, data);
        work.set(self.makes()[0], table);
        Ok(())
    }
}
