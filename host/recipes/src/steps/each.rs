//! Reads many tables of one kind.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::Action;
use super::view::View;
use crate::error::{Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Reading, Table, Texts, read};
use crate::template::Template;

/// Reads a table for each row of another, one under the other.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadEach {
    /// The table of the files.
    each: String,
    /// The file, a template of its columns.
    file: Place,
    /// Columns made of the row of the file.
    template: BTreeMap<String, String>,
    /// The columns that are kept, in this order.
    columns: Vec<String>,
    /// Real numbers are read by pandas' fast converter.
    #[serde(default)]
    fast: bool,
    /// What the new table is called.
    r#as: String,
}

impl Action for ReadEach {
    fn uses(&self) -> Vec<&str> {
        vec![&self.each]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let each = work.table(&self.each)?;
        let path = Template::new(&self.file.path, each)?;
        let mut tables: Vec<Table> = Vec::with_capacity(each.rows);
        for row in 0..each.rows {
            let file = self.file.with(path.text(row)?).checked()?;
            let bytes = work.bytes(&file)?;
            let mut table = read(&file.to_string(), bytes, &Reading { separator: b',', text: &[], fast: self.fast })?;
            for (name, text) in &self.template {
                let text = Template::new(text, each)?.text(row)?;
                let texts: Texts = (0..table.rows).map(|_| Some(text.as_str())).collect();
                table.set(name, crate::table::Data::Text(texts));
            }
            tables.push(View { columns: Some(&self.columns), ..View::default() }.of(&table)?);
        }
        if tables.is_empty() {
            return Err(Fault::new(self.file.to_string(), "there is no such file").into());
        }
        let made = Table::under_one_another(&tables)?;
        work.set(&self.r#as, made);
        Ok(())
    }
}
