//! Steps on the rows of numpy's array files.

use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::npy::Array;
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Table, Texts};

/// A table of an array's rows: `row`, the position, and `value`, of an array of one axis with text or whole numbers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadArray {
    /// The file.
    file: Place,
    /// What the table is called.
    r#as: String,
}

impl Action for ReadArray {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let array = Array::of_rows(work, &self.file)?;
        let rows = array.shape.first().copied().unwrap_or_default();
        let mut columns = vec![("row", Data::Int((0..rows as i64).collect()))];
        if array.shape.len() == 1 {
            let texts = (0..rows).map(|row| array.text(row)).collect::<Option<Texts>>();
            let wrong = || Fault::new(self.file.to_string(), "its values are neither text nor whole numbers");
            columns.push(("value", Data::Text(texts.ok_or_else(wrong)?)));
        }
        let table = Table::new(self.file.to_string(), columns);
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Writes the rows of an array that a table's column `row` names, in its order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeRows {
    /// The array.
    from: Place,
    /// The table.
    table: String,
    /// The new file.
    to: Place,
}

impl Action for TakeRows {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("rows of {}", self.from)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let array = Array::of_rows(work, &self.from)?;
        let table = work.table(&self.table)?;
        let size = array.row_size().unwrap_or_default();
        let mut data = Vec::with_capacity(size * table.rows);
        for (row, cell) in table.column("row")?.cells().enumerate() {
            let at = cell.number().map(|number| number as usize * size);
            let bytes = at.and_then(|at| array.data.get(at..)?.get(..size));
            data.extend_from_slice(
                bytes.ok_or_else(|| Fault::new(self.from.to_string(), "there is no such row").at(row))?,
            );
        }
        let mut shape = array.shape;
        shape[0] = table.rows;
        let path = work.target(&self.to)?;
        fs::write(&path, Array { kind: array.kind, shape, fortran: false, data }.written()).about(&path)
    }
}
