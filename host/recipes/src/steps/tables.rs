//! Steps that make tables of tables.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use super::view::{Constant, Others, View};
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Cell, Column, Data, Quoting, Reading, Spelling, Table, Writing, read, write, written_cell};

/// Reads a table of comma-separated values.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Read {
    /// The file.
    file: Place,
    /// What the table is called.
    r#as: String,
    /// Columns that are text, whatever they look like.
    #[serde(default)]
    text: Vec<String>,
    /// Columns that are whole numbers, even if they are spelled as real ones.
    #[serde(default)]
    integers: Vec<String>,
    /// Real numbers are read by pandas' fast converter, whose last digit may differ.
    #[serde(default)]
    fast: bool,
    /// What stands between cells.
    #[serde(default = "comma")]
    separator: char,
}

fn comma() -> char {
    ','
}

fn single(separator: char) -> Result<u8, String> {
    u8::try_from(separator)
        .ok()
        .filter(u8::is_ascii)
        .ok_or_else(|| "the separator is to be one ASCII character".to_owned())
}

impl Action for Read {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn check(&self) -> Result<(), String> {
        single(self.separator).map(drop)
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let bytes = work.bytes(&self.file)?;
        let reading = Reading { separator: self.separator as u8, text: &self.text, fast: self.fast };
        let mut table = read(&self.file.to_string(), bytes, &reading)?;
        for name in &self.integers {
            let whole = |(row, cell): (usize, Cell)| match cell {
                Cell::Int(value) => Ok(value),
                Cell::Real(value) if value.fract() == 0.0 && value.abs() < 1e15 => Ok(value as i64),
                cell => Err(RunError::from(
                    Fault::new(&table.file, "the cell is to be a whole number")
                        .at(row)
                        .column(name)
                        .value(&written_cell(cell)),
                )),
            };
            let cells = table.column(name)?.cells().enumerate().map(whole).collect::<Result<_, _>>()?;
            table.set(name, Data::Int(cells));
        }
        for name in &self.text {
            table.column(name)?;
        }
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Makes a table of another. The fields are applied in the order in which they stand here.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Make {
    /// The table.
    from: String,
    /// What the new one is called.
    r#as: String,
    /// Columns of text, made of other columns.
    template: Option<BTreeMap<String, String>>,
    /// Columns that count the rows from a number.
    position: Option<BTreeMap<String, i64>>,
    /// Positions go on after the rows of this table.
    after: Option<String>,
    /// Columns of text that become whole numbers.
    #[serde(default)]
    whole: Vec<String>,
    /// Columns whose cells become the number, from 0, of their first appearance.
    #[serde(default)]
    rank: Vec<String>,
    /// What missing cells become.
    fill: Option<Constant>,
    /// Columns of one constant. Those that are not there yet come last.
    set: Option<BTreeMap<String, Constant>>,
    /// All columns but some become one constant.
    others: Option<Others>,
    /// New names of columns.
    rename: Option<BTreeMap<String, String>>,
    /// The columns that remain, in this order.
    columns: Option<Vec<String>>,
    /// Columns that go.
    #[serde(default)]
    drop: Vec<String>,
}

impl Action for Make {
    fn uses(&self) -> Vec<&str> {
        [&self.from].into_iter().chain(&self.after).map(String::as_str).collect()
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("make {} of {}", self.r#as, self.from)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let after = match &self.after {
            Some(name) => work.table(name)?.rows as i64,
            None => 0,
        };
        let view = View {
            after,
            template: self.template.as_ref(),
            position: self.position.as_ref(),
            whole: &self.whole,
            rank: &self.rank,
            fill: self.fill.as_ref(),
            set: self.set.as_ref(),
            others: self.others.as_ref(),
            rename: self.rename.as_ref(),
            columns: self.columns.as_deref(),
            drop: &self.drop,
        };
        let table = view.of(work.table(&self.from)?)?;
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Which cells are put in quotes.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Quote {
    /// Where it is needed.
    #[default]
    Minimal,
    /// All but numbers.
    Texts,
}

/// Writes a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteTable {
    /// The table.
    table: String,
    /// The file.
    file: Place,
    /// Columns of one constant. Those that are not there yet come last.
    set: Option<BTreeMap<String, Constant>>,
    /// All columns but some become one constant.
    others: Option<Others>,
    /// New names of columns.
    rename: Option<BTreeMap<String, String>>,
    /// The columns that are written, in this order; all by default.
    columns: Option<Vec<String>>,
    /// Columns that are not written.
    #[serde(default)]
    drop: Vec<String>,
    /// What stands between cells.
    #[serde(default = "comma")]
    separator: char,
    #[serde(default)]
    quote: Quote,
    /// Real numbers have so many significant digits; by default as many as it takes to read them back.
    digits: Option<usize>,
    /// Real numbers have so many digits after the point.
    decimals: Option<usize>,
}

impl Action for WriteTable {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn check(&self) -> Result<(), String> {
        if self.digits.is_some() && self.decimals.is_some() {
            return Err("digits and decimals do not go together".to_owned());
        }
        single(self.separator).map(drop)
    }

    fn words(&self) -> String {
        format!("write {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let view = View {
            set: self.set.as_ref(),
            others: self.others.as_ref(),
            rename: self.rename.as_ref(),
            columns: self.columns.as_deref(),
            drop: &self.drop,
            ..View::default()
        };
        let table = view.of(work.table(&self.table)?)?;
        let path = work.target(&self.file)?;
        let mut out = BufWriter::new(File::create(&path).about(&path)?);
        let writing = Writing {
            separator: self.separator as u8,
            quoting: if self.quote == Quote::Texts { Quoting::Texts } else { Quoting::Minimal },
            reals: match (self.digits, self.decimals) {
                (Some(digits), _) => Spelling::Significant(digits),
                (_, Some(digits)) => Spelling::Decimals(digits),
                _ => Spelling::Shortest,
            },
        };
        write(&table, &writing, &mut out).about(&path)?;
        out.flush().about(&path)
    }
}

/// The columns `keep`, then one for each class: 1 where the row is of it, else 0.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneHot {
    /// The table.
    table: String,
    /// The columns that stay.
    keep: Vec<String>,
    /// The column of classes.
    label: String,
    /// The classes, in order.
    classes: Vec<String>,
    /// What stands between several classes of one row.
    separator: Option<char>,
    /// What becomes of a class that is none of them.
    #[serde(default)]
    unknown: Unknown,
    /// What the new table is called.
    r#as: String,
}

/// What becomes of a class that a recipe does not name.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Unknown {
    /// The preparation stops.
    #[default]
    Refused,
    /// It counts for nothing.
    PassedOver,
    /// It gets a column behind the others, with 1.0 in its rows and nothing in the others, as assigning to a cell of pandas does.
    Added,
}

impl Action for OneHot {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the classes of {} as columns", self.table)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let labels = table.column(&self.label)?;
        let places: HashMap<&str, usize> =
            self.classes.iter().enumerate().map(|(index, class)| (class.as_str(), index)).collect();
        let mut columns = vec![vec![0_i64; table.rows]; self.classes.len()];
        let mut added: Vec<(String, Vec<f64>)> = Vec::new();
        for (row, cell) in labels.cells().enumerate() {
            let text = written_cell(cell);
            let parts: Vec<&str> = match self.separator {
                Some(separator) => text.split(separator).collect(),
                None => vec![&text],
            };
            for part in parts {
                match (places.get(part), self.unknown) {
                    (Some(place), _) => columns[*place][row] = 1,
                    (None, Unknown::PassedOver) => {}
                    (None, Unknown::Refused) => {
                        let fault = Fault::new(&table.file, "the class is none of the recipe's").at(row);
                        return Err(fault.column(&self.label).value(part).into());
                    }
                    (None, Unknown::Added) => {
                        let place = added.iter().position(|(class, _)| class == part).unwrap_or_else(|| {
                            added.push((part.to_owned(), vec![f64::NAN; table.rows]));
                            added.len() - 1
                        });
                        added[place].1[row] = 1.0;
                    }
                }
            }
        }
        let mut made = table.select(&self.keep)?;
        let classes = self.classes.iter().zip(columns);
        made.columns
            .extend(classes.map(|(class, cells)| Column { name: class.clone(), data: Arc::new(Data::Int(cells)) }));
        made.columns.extend(added.into_iter().map(|(name, cells)| Column { name, data: Arc::new(Data::Real(cells)) }));
        work.set(&self.r#as, made);
        Ok(())
    }
}

/// One table below the other. Columns are those of the first, and have to be in all.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stack {
    /// The tables, from above.
    tables: Vec<String>,
    /// What the new table is called.
    r#as: String,
}

impl Action for Stack {
    fn uses(&self) -> Vec<&str> {
        self.tables.iter().map(String::as_str).collect()
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn check(&self) -> Result<(), String> {
        if self.tables.is_empty() { Err("there is no table".to_owned()) } else { Ok(()) }
    }

    fn words(&self) -> String {
        format!("stack {}", self.tables.join(", "))
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let tables = self.tables.iter().map(|name| work.table(name)).collect::<Result<Vec<_>, _>>()?;
        let made = Table::under_one_another(&tables)?;
        work.set(&self.r#as, made);
        Ok(())
    }
}

/// Adds columns of another table where the cells of `on` are the same. The order is that of the first table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Join {
    /// The table.
    table: String,
    /// The other table.
    with: String,
    /// The columns that both have.
    on: Vec<String>,
    /// The other's columns that are added.
    columns: Vec<String>,
    /// Rows without a partner stay, with missing cells; else they go.
    #[serde(default)]
    left: bool,
    /// What the new table is called; as the first by default.
    r#as: Option<String>,
}

impl Action for Join {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table, &self.with]
    }

    fn makes(&self) -> Vec<&str> {
        vec![self.r#as.as_ref().unwrap_or(&self.table)]
    }

    fn words(&self) -> String {
        format!("join {} with {}", self.table, self.with)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let (table, with) = (work.table(&self.table)?, work.table(&self.with)?);
        let keys = |table: &Table, row: usize| -> Result<Vec<String>, RunError> {
            self.on.iter().map(|name| Ok(written_cell(table.column(name)?.cell(row)))).collect()
        };
        let mut partners: HashMap<Vec<String>, Vec<u32>> = HashMap::new();
        for row in 0..with.rows {
            partners.entry(keys(with, row)?).or_default().push(row as u32);
        }
        let mut pairs: Vec<(u32, Option<u32>)> = Vec::new();
        for row in 0..table.rows {
            match partners.get(&keys(table, row)?) {
                Some(others) => pairs.extend(others.iter().map(|other| (row as u32, Some(*other)))),
                None if self.left => pairs.push((row as u32, None)),
                None => {}
            }
        }
        let mut made = table.take(&pairs.iter().map(|(row, _)| *row).collect::<Vec<_>>());
        for name in &self.columns {
            let data = with.column(name)?;
            let cells: Vec<Cell> =
                pairs.iter().map(|(_, other)| other.map_or(Cell::Missing, |row| data.cell(row as usize))).collect();
            made.set(name, Data::of_cells(&cells));
        }
        work.set(self.makes()[0], made);
        Ok(())
    }
}
