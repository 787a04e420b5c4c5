//! Other columns over the same rows: what `table` and `write` have in common.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::{Fault, RunError};
use crate::table::{Cell, Data, Key, Table, Texts, written_cell};
use crate::template::Template;
use std::collections::HashMap;

/// A cell that a recipe gives. Its spelling decides its type: `0` is an integer, `0.0` a real, `""` is written empty.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(untagged)]
pub(crate) enum Constant {
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
}

impl Constant {
    pub(crate) fn cell(&self) -> Cell<'_> {
        match self {
            Constant::Bool(flag) => Cell::Bool(*flag),
            Constant::Int(value) => Cell::Int(*value),
            Constant::Real(value) => Cell::Real(*value),
            Constant::Text(text) => Cell::Text(text),
        }
    }

    pub(crate) fn column(&self, rows: usize) -> Data {
        match self {
            Constant::Bool(flag) => Data::Bool(vec![Some(*flag); rows]),
            Constant::Int(value) => Data::Int(vec![*value; rows]),
            Constant::Real(value) => Data::Real(vec![*value; rows]),
            Constant::Text(text) => Data::Text((0..rows).map(|_| Some(text.as_str())).collect()),
        }
    }
}

/// Columns of this one constant, all but those named.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Others {
    /// The columns that stay.
    pub keep: Vec<String>,
    /// What the others become.
    pub value: Constant,
}

/// What is done to a table's columns, in this order.
#[derive(Clone, Debug, Default)]
pub(crate) struct View<'v> {
    pub template: Option<&'v BTreeMap<String, String>>,
    pub position: Option<&'v BTreeMap<String, i64>>,
    /// What is added to positions.
    pub after: i64,
    pub whole: &'v [String],
    pub rank: &'v [String],
    pub fill: Option<&'v Constant>,
    pub set: Option<&'v BTreeMap<String, Constant>>,
    pub others: Option<&'v Others>,
    pub rename: Option<&'v BTreeMap<String, String>>,
    pub columns: Option<&'v [String]>,
    pub drop: &'v [String],
}

impl View<'_> {
    pub(crate) fn of(&self, table: &Table) -> Result<Table, RunError> {
        let mut made = table.clone();
        let mut templates = Vec::new();
        for (name, text) in self.template.into_iter().flatten() {
            let template = Template::new(text, table)?;
            let texts = (0..table.rows).map(|row| template.text(row)).collect::<Result<Texts, _>>()?;
            templates.push((name, Data::Text(texts)));
        }
        templates.into_iter().for_each(|(name, data)| made.set(name, data));
        for (name, from) in self.position.into_iter().flatten() {
            made.set(name, Data::Int((*from + self.after..).take(table.rows).collect()));
        }
        for name in self.whole {
            let whole = |(row, cell): (usize, Cell)| {
                let text = written_cell(cell);
                let wrong =
                    || Fault::new(&table.file, "the cell is to be a whole number").at(row).column(name).value(&text);
                text.trim().parse::<i64>().map_err(|_| RunError::from(wrong()))
            };
            let cells = made.column(name)?.cells().enumerate().map(whole).collect::<Result<_, _>>()?;
            made.set(name, Data::Int(cells));
        }
        for name in self.rank {
            let ranks = ranks(made.column(name)?);
            made.set(name, Data::Int(ranks));
        }
        if let Some(fill) = self.fill {
            for column in &mut made.columns {
                column.data = std::sync::Arc::new(filled(&column.data, fill));
            }
        }
        for (name, constant) in self.set.into_iter().flatten() {
            made.set(name, constant.column(table.rows));
        }
        if let Some(others) = self.others {
            for column in made.columns.iter_mut().filter(|column| !others.keep.contains(&column.name)) {
                column.data = std::sync::Arc::new(others.value.column(table.rows));
            }
        }
        for name in self.rename.into_iter().flatten().map(|(name, _)| name) {
            made.column(name)?;
        }
        for column in &mut made.columns {
            if let Some(new) = self.rename.and_then(|names| names.get(&column.name)) {
                column.name.clone_from(new);
            }
        }
        if let Some(columns) = self.columns {
            made = made.select(columns)?;
        }
        made.drop(self.drop)?;
        if made.columns.is_empty() {
            return Err(Fault::new(&table.file, "no column is left").into());
        }
        Ok(made)
    }
}

/// For each cell how many distinct ones come before its first.
fn ranks(data: &Data) -> Vec<i64> {
    let mut known: HashMap<Key, i64> = HashMap::new();
    data.cells()
        .map(|cell| {
            let next = known.len() as i64;
            *known.entry(cell.key()).or_insert(next)
        })
        .collect()
}

fn filled(data: &Data, fill: &Constant) -> Data {
    match (data, fill.cell()) {
        (Data::Text(texts), cell) => {
            let fill = written_cell(cell);
            Data::Text((0..texts.len()).map(|row| Some(texts.get(row).unwrap_or(&fill))).collect())
        }
        (Data::Real(cells), cell) if cell.number().is_some() => {
            let fill = cell.number().unwrap_or_default();
            Data::Real(cells.iter().map(|value| if value.is_nan() { fill } else { *value }).collect())
        }
        (data, cell) => {
            let cells: Vec<_> = data.cells().map(|old| if old == Cell::Missing { cell } else { old }).collect();
            Data::of_cells(&cells)
        }
    }
}
