//! Steps on lists of JSON objects. Such a list is a table: a column of the objects, and columns of some of their fields.

use std::collections::BTreeMap;
use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::json::{Json, framed};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Cell, Data, Table};

fn parsed(work: &Work, file: &Place, latin: bool) -> Result<Json, RunError> {
    let bytes = work.bytes(file)?;
    let text = if latin {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    } else {
        String::from_utf8(bytes).map_err(|_| Fault::new(file.to_string(), "the bytes are no UTF-8"))?
    };
    Json::parse(&file.to_string(), &text)
}

/// Reads a list of objects as a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadObjects {
    /// The file.
    file: Place,
    /// The list is under this key; by default it is the whole file.
    list: Option<String>,
    /// Each byte is a character, as in Latin-1.
    #[serde(default)]
    latin: bool,
    /// Columns of fields that all objects have: column by key.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// What the column of the objects is called.
    #[serde(default = "object")]
    object: String,
    /// The objects go through a data frame of pandas: each has all keys, and a missing number makes the other ones of its key doubles.
    #[serde(default)]
    frame: bool,
    /// What the table is called.
    r#as: String,
}

pub(super) fn object() -> String {
    "object".to_owned()
}

impl Action for ReadObjects {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let name = self.file.to_string();
        let json = parsed(work, &self.file, self.latin)?;
        let list = match &self.list {
            Some(key) => json.take(key),
            None => Some(json),
        };
        let Some(Json::List(items)) = list else {
            return Err(Fault::new(name, "there is no list of objects").into());
        };
        if let Some(row) = items.iter().position(|item| !matches!(item, Json::Object(_))) {
            return Err(Fault::new(name, "the item is no object").at(row).into());
        }
        let items = if self.frame { framed(items) } else { items };
        let mut table = Table { file: name.clone(), ..Table::default() };
        table.set(&self.object, Data::Text(items.iter().map(|item| item.write(false, false)).collect()));
        set_fields(&mut table, &self.fields, &items)?;
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Adds columns of fields that all objects have.
pub(super) fn set_fields(table: &mut Table, fields: &BTreeMap<String, String>, items: &[Json]) -> Result<(), RunError> {
    for (key, column) in fields {
        let cell = |(row, item): (usize, &'_ Json)| match item.get(key) {
            Some(Json::Int(digits)) => digits.parse().map(Fixed::Int).map_err(|_| (row, "the number is too large")),
            Some(Json::Real(value)) => Ok(Fixed::Real(*value)),
            Some(Json::Bool(flag)) => Ok(Fixed::Int((*flag).into())),
            Some(Json::Text(text)) => Ok(Fixed::Text(text.clone())),
            Some(_) => Err((row, "the field is no number or text")),
            None => Err((row, "the object has no such field")),
        };
        let cells = items.iter().enumerate().map(cell).collect::<Result<Vec<_>, _>>();
        let cells = cells.map_err(|(row, problem)| Fault::new(&table.file, problem).at(row).column(key))?;
        let cells: Vec<Cell> = cells.iter().map(Fixed::cell).collect();
        table.set(column, Data::of_cells(&cells));
    }
    Ok(())
}

/// A field's value.
enum Fixed {
    Int(i64),
    Real(f64),
    Text(String),
}

impl Fixed {
    fn cell(&self) -> Cell<'_> {
        match self {
            Fixed::Int(value) => Cell::Int(*value),
            Fixed::Real(value) => Cell::Real(*value),
            Fixed::Text(text) => Cell::Text(text),
        }
    }
}

/// The objects of a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Objects {
    /// The table.
    table: String,
    /// The column of the objects.
    #[serde(default = "object")]
    object: String,
    /// Fields that become the cells of columns: column by key.
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// Fields that become the list of all cells of a column: table and column by key.
    #[serde(default)]
    lists: BTreeMap<String, Cells>,
    /// Objects have the fields of this table's first object, in its order, and then those that are set.
    fields_of: Option<String>,
}

/// The cells of a column.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cells {
    /// The table.
    table: String,
    /// The column.
    column: String,
}

fn json_of(cell: Cell) -> Json {
    match cell {
        Cell::Text(text) => Json::Text(text.to_owned()),
        Cell::Int(value) => Json::Int(value.to_string()),
        Cell::Unsigned(value) => Json::Int(value.to_string()),
        Cell::Real(value) => Json::Real(value),
        Cell::Bool(flag) => Json::Bool(flag),
        Cell::Missing => Json::Null,
    }
}

impl Objects {
    pub(super) fn uses(&self) -> impl Iterator<Item = &str> {
        let lists = self.lists.values().map(|cells| &cells.table);
        [&self.table].into_iter().chain(&self.fields_of).chain(lists).map(String::as_str)
    }

    pub(super) fn json(&self, work: &Work) -> Result<Json, RunError> {
        let table = work.table(&self.table)?;
        let keys: Option<Vec<String>> = match &self.fields_of {
            Some(other) => {
                let other = work.table(other)?;
                match first(other, &self.object)? {
                    Some(Json::Object(fields)) => Some(fields.into_iter().map(|(key, _)| key).collect()),
                    _ => return Err(Fault::new(&other.file, "there is no object").into()),
                }
            }
            None => None,
        };
        let objects = table.column(&self.object)?;
        let mut items = Vec::with_capacity(table.rows);
        for (row, cell) in objects.cells().enumerate() {
            let Cell::Text(text) = cell else {
                return Err(Fault::new(&table.file, "the cell is no object").at(row).column(&self.object).into());
            };
            let mut item = Json::parse(&table.file, text)?;
            if let Some(keys) = &keys {
                let field = |key: &String| {
                    let lacks = || Fault::new(&table.file, "the object has no such field").at(row).column(key);
                    item.get(key).cloned().map(|value| (key.clone(), value)).ok_or_else(|| RunError::from(lacks()))
                };
                item = Json::Object(keys.iter().map(field).collect::<Result<_, _>>()?);
            }
            for (key, column) in &self.set {
                item.set(key, json_of(table.column(column)?.cell(row)));
            }
            for (key, cells) in &self.lists {
                let list = work.table(&cells.table)?.column(&cells.column)?.cells().map(json_of);
                item.set(key, Json::List(list.collect()));
            }
            items.push(item);
        }
        Ok(Json::List(items))
    }
}

fn first(table: &Table, column: &str) -> Result<Option<Json>, RunError> {
    match table.column(column)?.cells().next() {
        Some(Cell::Text(text)) => Json::parse(&table.file, text).map(Some),
        _ => Ok(None),
    }
}

/// Writes objects as a list, or an object of a file with some of its lists replaced.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteObjects {
    /// The file.
    file: Place,
    /// The list that the file is.
    list: Option<Objects>,
    /// The file whose object is written.
    of: Option<Place>,
    /// Each byte of it is a character, as in Latin-1.
    #[serde(default)]
    latin: bool,
    /// The lists that are replaced, by their keys.
    #[serde(default)]
    replace: BTreeMap<String, Objects>,
    /// The keys that stay, in this order; all by default.
    keep: Option<Vec<String>>,
    /// Each element stands on its own line.
    #[serde(default)]
    indent: bool,
    /// Keys are sorted at every depth.
    #[serde(default)]
    sorted: bool,
}

impl Action for WriteObjects {
    fn uses(&self) -> Vec<&str> {
        self.list.iter().chain(self.replace.values()).flat_map(Objects::uses).collect()
    }

    fn check(&self) -> Result<(), String> {
        if self.list.is_some() == self.of.is_some() { Err("give one of list and of".to_owned()) } else { Ok(()) }
    }

    fn words(&self) -> String {
        format!("write {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let json = match (&self.list, &self.of) {
            (Some(list), _) => list.json(work)?,
            (_, Some(of)) => {
                let mut json = parsed(work, of, self.latin)?;
                for (key, objects) in &self.replace {
                    json.set(key, objects.json(work)?);
                }
                if let Some(keys) = &self.keep {
                    let lacks = |key: &String| Fault::new(of.to_string(), "the object has no such key").column(key);
                    let field = |key: &String| {
                        json.get(key)
                            .cloned()
                            .map(|value| (key.clone(), value))
                            .ok_or_else(|| RunError::from(lacks(key)))
                    };
                    json = Json::Object(keys.iter().map(field).collect::<Result<_, _>>()?);
                }
                json
            }
            _ => Json::Null,
        };
        let path = work.target(&self.file)?;
        fs::write(&path, json.write(self.indent, self.sorted)).about(&path)
    }
}

/// Puts the columns of a table beside those of another, row by row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beside {
    /// The table.
    table: String,
    /// The other table.
    with: String,
    /// Columns of which both have to say the same: of the first by those of the other.
    #[serde(default)]
    same: BTreeMap<String, String>,
}

impl Action for Beside {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table, &self.with]
    }

    fn words(&self) -> String {
        format!("{} beside {}", self.with, self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let (mut table, with) = (work.table(&self.table)?.clone(), work.table(&self.with)?.clone());
        if table.rows != with.rows {
            return Err(Fault::new(&table.file, format!("there are {} and {} rows", table.rows, with.rows)).into());
        }
        for (other, own) in &self.same {
            let (one, two) = (table.column(own)?, with.column(other)?);
            if let Some(row) = (0..table.rows).find(|row| one.cell(*row).key() != two.cell(*row).key()) {
                return Err(Fault::new(&table.file, format!("the cell is not that of {other}"))
                    .at(row)
                    .column(own)
                    .into());
            }
        }
        table.columns.extend(with.columns);
        work.set(&self.table, table);
        Ok(())
    }
}

/// Shuffles the rows, as Python's `random` does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shuffle {
    /// The table.
    table: String,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
}

impl Action for Shuffle {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("shuffle {}", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let mut rows = table.positions(|_| true);
        assay_generators::PythonRandom::new(self.seed).shuffle(&mut rows);
        let table = table.take(&rows);
        work.set(&self.table, table);
        Ok(())
    }
}
