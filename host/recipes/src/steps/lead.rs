//! A piece before every few pieces of a text.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Cell, Data, Texts};

/// Cuts a column's texts at every blank, and puts a piece before every so many pieces, as a score before each box.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lead {
    /// The table.
    table: String,
    /// The column.
    column: String,
    /// The piece.
    piece: String,
    /// How many pieces stand between. Their number is to be a multiple of it.
    every: usize,
}

impl Action for Lead {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn check(&self) -> Result<(), String> {
        if self.every == 0 { Err("every is at least 1".to_owned()) } else { Ok(()) }
    }

    fn words(&self) -> String {
        format!("put {} into {}", self.piece, self.column)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let mut texts = Texts::default();
        for (row, cell) in table.column(&self.column)?.cells().enumerate() {
            let fault = |problem: &str| RunError::from(Fault::new(&table.file, problem).at(row).column(&self.column));
            let Cell::Text(text) = cell else { return Err(fault("the cell is no text")) };
            let pieces: Vec<&str> = text.split(' ').collect();
            if !pieces.len().is_multiple_of(self.every) {
                return Err(fault(&format!("{} pieces are no multiple of {}", pieces.len(), self.every)));
            }
            let led = pieces.chunks(self.every).map(|pieces| format!("{} {}", self.piece, pieces.join(" ")));
            texts.push(Some(&led.collect::<Vec<_>>().join(" ")));
        }
        table.set(&self.column, Data::Text(texts));
        work.set(&self.table, table);
        Ok(())
    }
}
