//! What a picture says of itself.

use std::fs::File;
use std::io::Read;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::table::Data;

/// Adds the columns `width` and `height` of a PNG picture.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pixels {
    /// The table.
    table: String,
    /// The picture.
    file: Place,
}

impl Action for Pixels {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("the size of {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let path = work.source(&self.file)?;
        let mut head = [0; 24];
        let read = File::open(&path).about(&path)?.read_exact(&mut head);
        if read.is_err() || !head.starts_with(b"\x89PNG\r\n\x1a\n") || &head[12..16] != b"IHDR" {
            return Err(Fault::new(self.file.to_string(), "it is no PNG picture").into());
        }
        let number = |at: usize| i64::from(u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]));
        let mut table = work.table(&self.table)?.clone();
        table.set("width", Data::Int(vec![number(16); table.rows]));
        table.set("height", Data::Int(vec![number(20); table.rows]));
        work.set(&self.table, table);
        Ok(())
    }
}
