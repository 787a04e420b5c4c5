//! Lists in objects as rows of a table.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use super::objects::object;
use crate::error::{Fault, RunError};
use crate::json::Json;
use crate::run::Work;
use crate::table::{Cell, Data, Table, Texts};

/// A table of a row for each position of each object: the column `at`, which is the object's name with the position from 0, a column of
/// each list's number there, 0 behind its end, and `keep`, which says whether it is before the end.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unroll {
    /// The table of the objects.
    table: String,
    /// The column of the objects.
    #[serde(default = "object")]
    object: String,
    /// The field of the object's name.
    name: String,
    /// The field of how many positions there are.
    length: String,
    /// The field of how long the lists are.
    scored: String,
    /// The fields of the lists.
    lists: Vec<String>,
    /// The new column of name and position.
    at: String,
    /// What the new table is called.
    r#as: String,
}

impl Action for Unroll {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the lists of {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        /// More positions are none of a molecule.
        const MOST: usize = 1 << 20;
        let table = work.table(&self.table)?;
        let (mut names, mut keep) = (Texts::default(), Vec::new());
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); self.lists.len()];
        for (row, cell) in table.column(&self.object)?.cells().enumerate() {
            let fault =
                |problem: &str, field: &str| RunError::from(Fault::new(&table.file, problem).at(row).column(field));
            let Cell::Text(text) = cell else { return Err(fault("the cell is no object", &self.object)) };
            let json = Json::parse(&table.file, text)?;
            let whole = |field: &String| match json.get(field) {
                Some(Json::Int(digits)) => digits.parse().ok().filter(|count| *count <= MOST),
                _ => None,
            };
            let count = |field| whole(field).ok_or_else(|| fault("the field is no count", field));
            let (length, scored) = (count(&self.length)?, count(&self.scored)?);
            let Some(Json::Text(name)) = json.get(&self.name) else {
                return Err(fault("the field is no text", &self.name));
            };
            if scored >= length {
                return Err(fault("fewer positions than there are have to be scored", &self.scored));
            }
            for position in 0..length {
                names.push(Some(&format!("{name}_{position}")));
                keep.push(Some(position < scored));
            }
            for (field, column) in self.lists.iter().zip(&mut columns) {
                let Some(Json::List(items)) = json.get(field) else { return Err(fault("the field is no list", field)) };
                if items.len() != scored {
                    return Err(fault("the list is not as long as what is scored", field));
                }
                for item in items {
                    column.push(match item {
                        Json::Int(digits) => digits.parse().map_err(|_| fault("the list has no number", field))?,
                        Json::Real(value) => *value,
                        Json::Null => f64::NAN,
                        _ => return Err(fault("the list has something else than numbers", field)),
                    });
                }
                column.resize(names.len(), 0.0);
            }
        }
        let mut made = Table::new(&table.file, vec![(self.at.as_str(), Data::Text(names))]);
        for (field, column) in self.lists.iter().zip(columns) {
            made.set(field, Data::Real(column));
        }
        made.set("keep", Data::Bool(keep));
        work.set(&self.r#as, made);
        Ok(())
    }
}
