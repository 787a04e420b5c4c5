//! Samples that are drawn from parts which overlap.

use std::collections::HashSet;

use assay_generators::PythonRandom;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Data, Table, written_cell};

/// Draws a share of a column's values so that two parts of them have that share too: of those in both parts, of those in the second alone,
/// in the first alone, and of all that are left, in this order. Makes a table of the column, as text, and of `drawn`, which says from which
/// they were drawn: `both`, `second`, `first` or `all`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleParts {
    /// The table of all.
    table: String,
    /// The column of distinct values.
    column: String,
    /// The tables of the two parts, with the same column.
    parts: [String; 2],
    /// The share, rounded to the nearest number, halves to the even one.
    share: f64,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
    /// What the new table is called.
    r#as: String,
}

impl Action for SampleParts {
    fn uses(&self) -> Vec<&str> {
        [&self.table].into_iter().chain(&self.parts).map(String::as_str).collect()
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn check(&self) -> Result<(), String> {
        if (0.0..=1.0).contains(&self.share) { Ok(()) } else { Err("the share is to be from 0 to 1".to_owned()) }
    }

    fn words(&self) -> String {
        format!("draw {} of {}", self.column, self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let texts = |name: &String| -> Result<Vec<String>, RunError> {
            Ok(work.table(name)?.column(&self.column)?.cells().map(written_cell).collect())
        };
        let (all, first, second) = (texts(&self.table)?, texts(&self.parts[0])?, texts(&self.parts[1])?);
        let file = work.table(&self.table)?.file.clone();
        let size = |part: &[String]| (part.len() as f64 * self.share).round_ties_even() as usize;
        let in_second: HashSet<&String> = second.iter().collect();
        let common: Vec<String> = first.iter().filter(|text| in_second.contains(text)).cloned().collect();
        let mut random = PythonRandom::new(self.seed);
        let mut drawn: Vec<(String, &str)> = Vec::new();
        // What is drawn of a part is its share without what it got before.
        let both = size(&common);
        let plans: [(&[String], usize, &str); 4] =
            [(&common, 0, "both"), (&second, both, "second"), (&first, both, "first"), (&all, usize::MAX, "all")];
        for (part, got, name) in plans {
            let got = if name == "all" { drawn.len() } else { got };
            let few = || Fault::new(&file, format!("there are too few values to draw from: {name}"));
            let count = size(part).checked_sub(got).and_then(|count| u32::try_from(count).ok()).ok_or_else(few)?;
            let without: HashSet<&String> = match name {
                "both" => HashSet::new(),
                "all" => drawn.iter().map(|(text, _)| text).collect(),
                _ => common.iter().collect(),
            };
            let rest: Vec<&String> = part.iter().filter(|text| !without.contains(text)).collect();
            let places = random.sample(rest.len() as u32, count).ok_or_else(few)?;
            let texts: Vec<_> = places.into_iter().map(|at| (rest[at as usize].clone(), name)).collect();
            drawn.extend(texts);
        }
        let columns = vec![
            (self.column.as_str(), drawn.iter().map(|(text, _)| Some(text.as_str())).collect()),
            ("drawn", drawn.iter().map(|(_, name)| Some(*name)).collect()),
        ];
        let columns = columns.into_iter().map(|(name, texts)| (name, Data::Text(texts))).collect();
        let table = Table::new(file, columns);
        work.set(&self.r#as, table);
        Ok(())
    }
}
