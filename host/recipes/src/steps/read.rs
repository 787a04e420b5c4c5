//! Reads a table.

use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Action, comma};
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::table;

/// Reads a table, as pandas does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Read {
    /// The file.
    file: Place,
    /// What the table is called from here on.
    #[serde(rename = "as")]
    name: String,
    /// What stands between cells; one ASCII character.
    #[serde(default = "comma")]
    separator: char,
}

impl Action for Read {
    fn makes(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn check(&self) -> Result<(), String> {
        if self.separator.is_ascii() { Ok(()) } else { Err("the separator is no ASCII character".into()) }
    }

    fn words(&self) -> String {
        format!("reading {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let path = work.path(&self.file);
        let text = fs::read(&path).about(&path)?;
        work.advance(text.len() as u64)?;
        let text =
            String::from_utf8(text).map_err(|_| Fault::new(self.file.to_string(), "bytes that are not UTF-8"))?;
        let table = table::read(&text, &self.file.to_string(), self.separator as u8)?;
        work.set(&self.name, table);
        Ok(())
    }
}
