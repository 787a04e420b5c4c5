//! Writes a table.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Action, comma};
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::table::{self, Constant, Series};

/// Writes a table, as pandas does. The table itself stays as it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Write {
    /// The table.
    table: String,
    /// The file.
    file: Place,
    /// Columns that get the same value in every row. One that is there keeps its place; others come last, in the order of their names.
    #[serde(default)]
    set: BTreeMap<String, Constant>,
    /// The columns that are written, in this order; all if none are named.
    #[serde(default)]
    keep: Vec<String>,
    /// Columns that are not written.
    #[serde(default)]
    drop: Vec<String>,
    /// What stands between cells; one ASCII character.
    #[serde(default = "comma")]
    separator: char,
}

impl Action for Write {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn check(&self) -> Result<(), String> {
        if self.separator.is_ascii() { Ok(()) } else { Err("the separator is no ASCII character".into()) }
    }

    fn words(&self) -> String {
        format!("writing {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        for (name, value) in &self.set {
            table.set(name, value);
        }
        let absent = |name: &str| Fault::new(&self.table, "there is no such column").column(name);
        if let Some(name) = self.drop.iter().find(|name| table.column(name).is_none()) {
            return Err(absent(name).into());
        }
        table.columns.retain(|column| !self.drop.contains(&column.name));
        if !self.keep.is_empty() {
            let kept = |name: &String| table.column(name).cloned().ok_or_else(|| absent(name));
            table.columns = self.keep.iter().map(kept).collect::<Result<Vec<Series>, Fault>>()?;
        }
        let path = work.target(&self.file)?;
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&path).about(&path)?);
        table::write(&table, &mut out, self.separator as u8).and_then(|()| out.flush()).about(&path)
    }
}
