//! Steps on parquet files larger than memory.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use super::view::{Constant, View};
use crate::error::{About, Fault, RunError};
use crate::parquet::{Reader, Values, Versions, Writer};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Cell, Data, Table, Writing, write, write_rows};

/// A table of the distinct values of a column of a parquet file, in order of first appearance.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DistinctParquet {
    /// The file.
    file: Place,
    /// The column, of whole numbers.
    column: String,
    /// What the table is called.
    r#as: String,
}

fn whole<'v>(batch: &'v [Values], place: &Place, column: &str) -> Result<&'v [i64], RunError> {
    match batch.first() {
        Some(Values::Int(values)) => Ok(values),
        _ => Err(Fault::new(place.to_string(), "the column is to have whole numbers").column(column).into()),
    }
}

impl Action for DistinctParquet {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the distinct {} of {}", self.column, self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let reader = Reader::open(&work.path(&self.file), self.file.to_string())?;
        let (mut known, mut distinct) = (HashSet::new(), Vec::new());
        reader.batches(&[reader.position(&self.column)?], |batch| {
            let values = whole(batch, &self.file, &self.column)?;
            distinct.extend(values.iter().copied().filter(|value| known.insert(*value)));
            work.advance(8 * values.len() as u64)
        })?;
        let table = Table::new(self.file.to_string(), vec![(self.column.as_str(), Data::Int(distinct))]);
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Keeps rows of a parquet file of numbers, in order, as a parquet file or as comma-separated values, by the new file's ending.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeepParquet {
    /// The file.
    file: Place,
    /// The column of whole numbers that decides.
    column: String,
    /// The table whose cells in the same column are those that are kept.
    among: String,
    /// The columns that are written, in this order; all by default.
    columns: Option<Vec<String>>,
    /// Columns of one constant, in a file of comma-separated values.
    set: Option<BTreeMap<String, Constant>>,
    /// The versions of the libraries that a parquet file says it was written by.
    versions: Option<Versions>,
    /// The new file.
    to: Place,
}

impl KeepParquet {
    fn is_parquet(&self) -> bool {
        self.to.path.ends_with(".parquet")
    }

    /// Calls `each` with the kept rows, batch by batch.
    fn kept(
        &self,
        work: &Work,
        reader: &Reader,
        columns: &[usize],
        mut each: impl FnMut(Vec<Values>) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let cells = work.table(&self.among)?.column(&self.column)?.cells();
        let known: HashSet<i64> =
            cells.filter_map(|cell| if let Cell::Int(value) = cell { Some(value) } else { None }).collect();
        let read: Vec<usize> = [reader.position(&self.column)?].into_iter().chain(columns.iter().copied()).collect();
        reader.batches(&read, |batch| {
            let deciding = whole(batch, &self.file, &self.column)?;
            let rows: Vec<usize> = (0..deciding.len()).filter(|row| known.contains(&deciding[*row])).collect();
            work.advance(8 * (deciding.len() * batch.len()) as u64)?;
            each(batch[1..].iter().map(|values| values.take(&rows)).collect())
        })
    }
}

impl Action for KeepParquet {
    fn uses(&self) -> Vec<&str> {
        vec![&self.among]
    }

    fn check(&self) -> Result<(), String> {
        match (self.is_parquet(), self.to.path.ends_with(".csv")) {
            (true, _) if self.set.is_some() => Err("set goes with a file of comma-separated values".to_owned()),
            (true, _) if self.versions.is_none() => Err("a parquet file says its versions".to_owned()),
            (_, true) if self.versions.is_some() => Err("versions go with a parquet file".to_owned()),
            (true, _) | (_, true) => Ok(()),
            _ => Err("the new file is to end in .parquet or .csv".to_owned()),
        }
    }

    fn words(&self) -> String {
        format!("keep rows of {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let reader = Reader::open(&work.path(&self.file), self.file.to_string())?;
        let columns: Vec<usize> = match &self.columns {
            Some(names) => names.iter().map(|name| reader.position(name)).collect::<Result<_, _>>()?,
            None => (0..reader.columns.len()).collect(),
        };
        let described: Vec<(String, Values)> = columns.iter().map(|at| reader.columns[*at].clone()).collect();
        let path = work.target(&self.to)?;
        if let Some(versions) = &self.versions {
            // A page says how many rows it has before they come, so they are counted first.
            let mut rows = 0;
            self.kept(work, &reader, &[reader.position(&self.column)?], |batch| {
                rows += whole(&batch, &self.file, &self.column)?.len() as u64;
                Ok(())
            })?;
            let scratch = work.scratch().to_owned();
            let mut writer = Writer::create(&path, &scratch, versions, described, rows).about(&path)?;
            self.kept(work, &reader, &columns, |batch| writer.put(&batch).about(&path))?;
            return writer.finish().about(&path);
        }
        let view = View { set: self.set.as_ref(), ..View::default() };
        let mut out = BufWriter::new(File::create(&path).about(&path)?);
        let table = |batch: Vec<Values>| {
            let data = |values| match values {
                Values::Int(values) => Data::Int(values),
                Values::Real(values) => Data::Real(values),
            };
            let named = described.iter().zip(batch).map(|((name, _), values)| (name.as_str(), data(values)));
            view.of(&Table::new(self.file.to_string(), named.collect()))
        };
        let none = described.iter().map(|(_, values)| values.none()).collect();
        write(&table(none)?, &Writing::default(), &mut out).about(&path)?;
        self.kept(work, &reader, &columns, |batch| {
            write_rows(&table(batch)?, &Writing::default(), &mut out).about(&path)
        })?;
        out.flush().about(&path)
    }
}
