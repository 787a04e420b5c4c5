//! Copies files.

use std::collections::BTreeMap;
use std::fs;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::template;

/// Copies a file; with a table, a file for each row, where `{COLUMN}` in the paths is what the row has in that column.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Copy {
    /// The file to be copied.
    from: Place,
    /// Its new place.
    to: Place,
    /// The table whose rows name files.
    table: Option<String>,
}

impl Action for Copy {
    fn uses(&self) -> Vec<&str> {
        self.table.iter().map(String::as_str).collect()
    }

    fn words(&self) -> String {
        format!("copying {} to {}", self.from, self.to)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        // By their new place: of two that go to the same, the later row's counts.
        let mut copies = BTreeMap::new();
        match &self.table {
            None => {
                copies.insert(work.target(&self.to)?, work.path(&self.from));
            }
            Some(name) => {
                let table = work.table(name)?;
                for row in 0..table.rows {
                    let filled = |place: &Place| -> Result<Place, Fault> {
                        place
                            .with(template::filled(&place.path, table, row, name)?)
                            .checked()
                            .map_err(|fault| fault.at(row))
                    };
                    copies.insert(work.target(&filled(&self.to)?)?, work.path(&filled(&self.from)?));
                }
            }
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(work.threads.get()).build();
        let pool = pool.map_err(|error| Fault::new(self.words(), error.to_string()))?;
        let work = &*work;
        pool.install(|| {
            copies.par_iter().try_for_each(|(to, from)| {
                let kind = fs::symlink_metadata(from).about(from)?;
                if !kind.is_file() {
                    return Err(Fault::new(from.display().to_string(), "this is no regular file").into());
                }
                work.advance(fs::copy(from, to).about(from)?)
            })
        })
    }
}
