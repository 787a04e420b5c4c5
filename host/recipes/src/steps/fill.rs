//! Parts that are filled to a size, and what is drawn for their rows.

use std::collections::HashMap;

use assay_generators::{PythonRandom, RandomState};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::json::Json;
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Key, Texts};
use crate::template::Template;

/// Shuffles the rows as numpy does, and goes through the groups in order of first appearance: a group that still fits is of the test part.
/// Makes the tables `shuffled`, `train` and `test`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fill {
    /// The table.
    table: String,
    /// The column of groups.
    groups: String,
    /// The most rows of the test part.
    rows: usize,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
}

impl Action for Fill {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec!["shuffled", "train", "test"]
    }

    fn words(&self) -> String {
        format!("fill the test part of {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let shuffled = table.take(&RandomState::new(self.seed).permutation(table.rows as u32));
        let groups = shuffled.column(&self.groups)?;
        let mut places: HashMap<Key, usize> = HashMap::new();
        let mut sizes: Vec<usize> = Vec::new();
        let mut of_row = Vec::with_capacity(shuffled.rows);
        for cell in groups.cells() {
            let next = sizes.len();
            let place = *places.entry(cell.key()).or_insert(next);
            if place == next {
                sizes.push(0);
            }
            sizes[place] += 1;
            of_row.push(place);
        }
        let mut filled = 0;
        let tested: Vec<bool> = sizes
            .iter()
            .map(|size| {
                let fits = filled + size <= self.rows;
                filled += if fits { *size } else { 0 };
                fits
            })
            .collect();
        let train = shuffled.take(&shuffled.positions(|row| !tested[of_row[row]]));
        let test = shuffled.take(&shuffled.positions(|row| tested[of_row[row]]));
        work.set("train", train);
        work.set("test", test);
        work.set("shuffled", shuffled);
        Ok(())
    }
}

/// A column of the keys of an object in a JSON file for each row, in the file's order, with blanks between.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysOf {
    /// The table.
    table: String,
    /// The file, a template of its columns.
    file: Place,
    /// The key of the object in the file.
    object: String,
    /// The new column.
    column: String,
}

impl Action for KeysOf {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("the keys of {} in {}", self.object, self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut table = work.table(&self.table)?.clone();
        let path = Template::new(&self.file.path, &table)?;
        let mut texts = Texts::default();
        // Rows of the same file come more than once.
        let mut known: HashMap<String, String> = HashMap::new();
        for row in 0..table.rows {
            let path = path.text(row)?;
            if !known.contains_key(&path) {
                let file = self.file.with(path.as_str()).checked()?;
                let bytes = work.bytes(&file)?;
                let name = file.to_string();
                let text = String::from_utf8(bytes).map_err(|_| Fault::new(&name, "the bytes are no UTF-8"))?;
                let json = Json::parse(&name, &text)?;
                let Some(Json::Object(fields)) = json.get(&self.object) else {
                    return Err(Fault::new(&name, "the object is not there").column(&self.object).into());
                };
                let keys: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
                known.insert(path.clone(), keys.join(" "));
            }
            texts.push(known.get(&path).map(String::as_str));
        }
        drop(path);
        table.set(&self.column, Data::Text(texts));
        work.set(&self.table, table);
        Ok(())
    }
}

/// Shuffles the rows as Python's `random` does, then draws for each, with the same generator, whether it is plain, and if not, which of the
/// versions it is. Adds the columns `version` and `label`, which is 0 for a plain one, else 1.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Versions {
    /// The table.
    table: String,
    /// What a plain one is called.
    plain: String,
    /// What the others are called.
    others: Vec<String>,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
}

impl Action for Versions {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn check(&self) -> Result<(), String> {
        if self.others.is_empty() { Err("there is nothing to choose from".to_owned()) } else { Ok(()) }
    }

    fn words(&self) -> String {
        format!("draw versions of {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let mut random = PythonRandom::new(self.seed);
        let mut rows = table.positions(|_| true);
        random.shuffle(&mut rows);
        let mut table = table.take(&rows);
        let (mut versions, mut labels) = (Texts::default(), Vec::new());
        for _ in 0..table.rows {
            let plain = random.choice(&[true, false]).copied().unwrap_or(true);
            let version = if plain { Some(&self.plain) } else { random.choice(&self.others) };
            versions.push(version.map(String::as_str));
            labels.push(i64::from(!plain));
        }
        table.set("version", Data::Text(versions));
        table.set("label", Data::Int(labels));
        work.set(&self.table, table);
        Ok(())
    }
}
