//! Steps on parquet files larger than memory.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
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
        let reader = Reader::open(work.open(&self.file)?, self.file.to_string())?;
        let (mut known, mut distinct) = (HashSet::new(), Vec::new());
        let mut last = None;
        reader.batches(&[reader.position(&self.column)?], |batch| {
            let values = whole(batch, &self.file, &self.column)?;
            // Most are the one before.
            distinct.extend(
                values.iter().copied().filter(|&value| last.replace(value) != Some(value) && known.insert(value)),
            );
            work.advance(8 * values.len() as u64)
        })?;
        let table = Table::new(self.file.to_string(), vec![(self.column.as_str(), Data::Int(distinct))]);
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// A file of rows, and which it has: a parquet file or comma-separated values, by its ending.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// The table whose cells of the deciding column say which rows.
    among: String,
    /// The columns, in this order; all by default.
    columns: Option<Vec<String>>,
    /// Columns of one constant, in a file of comma-separated values.
    set: Option<BTreeMap<String, Constant>>,
    /// The versions of the libraries that a parquet file says it was written by.
    versions: Option<Versions>,
    /// The new file.
    to: Place,
}

/// Copies rows of a parquet file of numbers to the parts whose table has their value of a column, in order, in one pass over the file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitParquet {
    /// The file.
    file: Place,
    /// The column of whole numbers that decides.
    column: String,
    /// The parts. A row can be in several.
    parts: Vec<Part>,
}

/// A part that is written.
struct Output<'p> {
    part: &'p Part,
    known: HashSet<i64>,
    /// How many rows it has.
    rows: u64,
    /// Its columns, by their names.
    columns: Vec<(String, Values)>,
    /// Where these are among those that are read.
    places: Vec<usize>,
    path: PathBuf,
}

/// What a part is written to.
enum Sink<'p> {
    Parquet(Box<Writer<'p>>),
    Csv(BufWriter<File>),
}

impl Output<'_> {
    /// Its rows, in runs. Values mostly are those of the row before.
    fn kept(&self, deciding: &[i64]) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        for same in deciding.chunk_by(|one, other| one == other) {
            let end = start + same.len();
            if self.known.contains(&same[0]) {
                match runs.last_mut() {
                    Some(run) if run.end == start => run.end = end,
                    _ => runs.push(start..end),
                }
            }
            start = end;
        }
        runs
    }

    fn create<'w>(&'w self, scratch: &'w Path) -> io::Result<Sink<'w>> {
        match &self.part.versions {
            Some(versions) => Writer::create(&self.path, scratch, versions, self.columns.clone(), self.rows)
                .map(|writer| Sink::Parquet(Box::new(writer))),
            None => File::create(&self.path).map(|file| Sink::Csv(BufWriter::new(file))),
        }
    }

    /// Rows as a table.
    fn table(&self, file: &Place, values: Vec<Values>) -> Result<Table, RunError> {
        let data = |values| match values {
            Values::Int(values) => Data::Int(values),
            Values::Real(values) => Data::Real(values),
        };
        let named = self.columns.iter().zip(values).map(|((name, _), values)| (name.as_str(), data(values)));
        let view = View { set: self.part.set.as_ref(), ..View::default() };
        view.of(&Table::new(file.to_string(), named.collect()))
    }

    fn put(&self, sink: &mut Sink<'_>, file: &Place, batch: &[Values]) -> Result<(), RunError> {
        let rows = self.kept(whole(batch, file, "")?);
        let values = self.places.iter().map(|place| batch[*place].take(&rows)).collect::<Vec<_>>();
        match sink {
            Sink::Parquet(writer) => writer.put(&values).about(&self.path),
            Sink::Csv(out) => write_rows(&self.table(file, values)?, &Writing::default(), out).about(&self.path),
        }
    }
}

impl SplitParquet {
    /// The parts, with how many rows each has: a page of parquet says so before they come.
    fn outputs<'p>(&'p self, work: &Work, reader: &Reader, read: &[usize]) -> Result<Vec<Output<'p>>, RunError> {
        let mut outputs = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let cells = work.table(&part.among)?.column(&self.column)?.cells();
            let known = cells.filter_map(|cell| if let Cell::Int(value) = cell { Some(value) } else { None }).collect();
            let columns = positions(reader, part)?;
            let place = |column: &usize| 1 + read[1..].iter().position(|other| other == column).unwrap_or_default();
            outputs.push(Output {
                part,
                known,
                rows: 0,
                places: columns.iter().map(place).collect(),
                columns: columns.iter().map(|column| reader.columns[*column].clone()).collect(),
                path: work.target(&part.to)?,
            });
        }
        reader.batches(&read[..1], |batch| {
            let deciding = whole(batch, &self.file, &self.column)?;
            work.advance(8 * deciding.len() as u64)?;
            outputs.iter_mut().for_each(|output| {
                output.rows += output.kept(deciding).iter().map(|run| run.len() as u64).sum::<u64>()
            });
            Ok(())
        })?;
        Ok(outputs)
    }
}

/// The columns of a part.
fn positions(reader: &Reader, part: &Part) -> Result<Vec<usize>, RunError> {
    match &part.columns {
        Some(names) => names.iter().map(|name| reader.position(name)).collect(),
        None => Ok((0..reader.columns.len()).collect()),
    }
}

impl Action for SplitParquet {
    fn uses(&self) -> Vec<&str> {
        self.parts.iter().map(|part| part.among.as_str()).collect()
    }

    fn check(&self) -> Result<(), String> {
        for Part { to, set, versions, .. } in &self.parts {
            match (to.path.ends_with(".parquet"), to.path.ends_with(".csv")) {
                (true, _) if set.is_some() => return Err("set goes with a file of comma-separated values".to_owned()),
                (true, _) if versions.is_none() => return Err("a parquet file says its versions".to_owned()),
                (_, true) if versions.is_some() => return Err("versions go with a parquet file".to_owned()),
                (true, _) | (_, true) => {}
                _ => return Err("the new file is to end in .parquet or .csv".to_owned()),
            }
        }
        if self.parts.is_empty() { Err("there is no part".to_owned()) } else { Ok(()) }
    }

    fn words(&self) -> String {
        format!("split rows of {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let reader = Reader::open(work.open(&self.file)?, self.file.to_string())?;
        let mut read = BTreeSet::new();
        for part in &self.parts {
            read.extend(positions(&reader, part)?);
        }
        let read: Vec<usize> = std::iter::once(reader.position(&self.column)?).chain(read).collect();
        let outputs = self.outputs(work, &reader, &read)?;
        let mut sinks = Vec::with_capacity(outputs.len());
        for output in &outputs {
            let mut sink = output.create(work.scratch()).about(&output.path)?;
            if let Sink::Csv(out) = &mut sink {
                let none =
                    output.table(&self.file, output.columns.iter().map(|(_, values)| values.none()).collect())?;
                write(&none, &Writing::default(), out).about(&output.path)?;
            }
            sinks.push(sink);
        }
        reader.batches(&read, |batch| {
            work.advance(batch.iter().map(Values::bytes).sum())?;
            let parts = outputs.par_iter().zip(&mut sinks);
            parts.try_for_each(|(output, sink)| output.put(sink, &self.file, batch))
        })?;
        outputs.iter().zip(sinks).try_for_each(|(output, sink)| {
            let finished = match sink {
                Sink::Parquet(writer) => writer.finish(),
                Sink::Csv(mut out) => out.flush(),
            };
            finished.about(&output.path)
        })
    }
}
