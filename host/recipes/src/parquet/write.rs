//! A parquet file as fastparquet writes it: row groups of at most fifty million rows, one page a column, compressed by snappy.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use super::read::Values;
use super::snappy::Snappy;
use super::thrift::{Struct, varint};
use crate::json::Json;

/// The most rows of a group.
const GROUP: u64 = 50_000_000;
/// What stands behind the values of a page.
const PADDING: [u8; 8] = [0; 8];

/// The versions that the file says it was written by.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Versions {
    fastparquet: String,
    pandas: String,
}

/// A file that is written. Its pages wait in files without a name until their size is known.
pub(crate) struct Writer<'w> {
    out: BufWriter<File>,
    scratch: &'w Path,
    versions: &'w Versions,
    names: Vec<String>,
    kinds: Vec<Values>,
    rows: u64,
    /// Rows of a full group.
    group: u64,
    offset: u64,
    /// Rows that are written, and those of the group that is open.
    written: u64,
    pages: Vec<Page>,
    groups: Vec<Struct>,
}

/// A page that is compressed while its values come.
struct Page {
    stream: Snappy<BufWriter<File>>,
    length: u64,
    rows: u64,
    left: u64,
    smallest: Values,
    largest: Values,
}

impl<'w> Writer<'w> {
    /// A file of so many rows. `scratch` is a folder for what waits.
    pub(crate) fn create(
        path: &Path,
        scratch: &'w Path,
        versions: &'w Versions,
        columns: Vec<(String, Values)>,
        rows: u64,
    ) -> io::Result<Self> {
        let mut out = BufWriter::new(File::create(path)?);
        out.write_all(b"PAR1")?;
        let (names, kinds) = columns.into_iter().unzip();
        let before = rows.saturating_sub(1);
        let group = before / (before / GROUP + 1) + 1;
        let (pages, groups) = (Vec::new(), Vec::new());
        Ok(Writer { out, scratch, versions, names, kinds, rows, group, offset: 4, written: 0, pages, groups })
    }

    /// Adds rows: the values of each column.
    pub(crate) fn put(&mut self, columns: &[Values]) -> io::Result<()> {
        let count = columns.first().map_or(0, |values| match values {
            Values::Int(values) => values.len(),
            Values::Real(values) => values.len(),
        });
        let mut from = 0;
        while from < count {
            if self.pages.is_empty() {
                self.open()?;
            }
            let left = self.pages.first().map_or(0, |page| page.left);
            let to = count.min(from + usize::try_from(left).unwrap_or(usize::MAX));
            // Columns are compressed by all threads; of errors the first column's is told.
            let put: Vec<_> =
                self.pages.par_iter_mut().zip(columns).map(|(page, values)| page.put(values, from, to)).collect();
            put.into_iter().collect::<io::Result<()>>()?;
            self.written += (to - from) as u64;
            from = to;
            if self.pages.first().is_some_and(|page| page.left == 0) {
                self.close()?;
            }
        }
        Ok(())
    }

    /// Begins a group.
    fn open(&mut self) -> io::Result<()> {
        let rows = self.group.min(self.rows.saturating_sub(self.written));
        if rows == 0 {
            return Err(io::Error::other("there are more rows than were counted"));
        }
        for kind in &self.kinds {
            self.pages.push(Page::open(self.scratch, rows, kind)?);
        }
        Ok(())
    }

    /// Ends a group.
    fn close(&mut self) -> io::Result<()> {
        let mut chunks = Vec::with_capacity(self.pages.len());
        let (mut total, mut rows) = (0, 0);
        for (page, name) in std::mem::take(&mut self.pages).into_iter().zip(&self.names) {
            rows = page.rows;
            let (chunk, size, plain) = page.close(name, self.offset, &mut self.out)?;
            self.offset += size;
            total += plain;
            chunks.push(chunk);
        }
        self.groups.push(Struct::default().list(1, chunks.into_iter()).i64(2, total).i64(3, rows));
        Ok(())
    }

    /// Writes the footer.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if self.written != self.rows || !self.pages.is_empty() {
            return Err(io::Error::other("there are fewer rows than were counted"));
        }
        let columns = self.names.iter().zip(&self.kinds).map(|(name, kind)| {
            Struct::default().i32(1, kind.physical()).i32(2, 64).i32(3, 1).binary(4, name.as_bytes())
        });
        let root = Struct::default().binary(4, b"schema").i32(5, self.names.len() as i64);
        let schema: Vec<Struct> = std::iter::once(root).chain(columns).collect();
        let pandas = Struct::default().binary(1, b"pandas").binary(2, self.description().as_bytes());
        let creator = format!("fastparquet-python version {} (build 0)", self.versions.fastparquet);
        let footer = Struct::default()
            .i32(1, 1)
            .list(2, schema.into_iter())
            .i64(3, self.rows)
            .list(4, std::mem::take(&mut self.groups).into_iter())
            .list(5, std::iter::once(pandas))
            .binary(6, creator.as_bytes())
            .done();
        self.out.write_all(&footer)?;
        self.out.write_all(&(footer.len() as u32).to_le_bytes())?;
        self.out.write_all(b"PAR1")?;
        self.out.flush()
    }

    /// What pandas keeps of a table beside it.
    fn description(&self) -> String {
        let text = |text: &str| Json::Text(text.to_owned());
        let object = |fields: &[(&str, Json)]| {
            Json::Object(fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
        };
        let column = |(name, kind): (&String, &Values)| {
            let kind = if matches!(kind, Values::Int(_)) { "int64" } else { "float64" };
            object(&[
                ("field_name", text(name)),
                ("metadata", Json::Null),
                ("name", text(name)),
                ("numpy_type", text(kind)),
                ("pandas_type", text(kind)),
            ])
        };
        let index = object(&[
            ("field_name", Json::Null),
            ("metadata", Json::Null),
            ("name", Json::Null),
            ("numpy_type", text("object")),
            ("pandas_type", text("mixed-integer")),
        ]);
        let creator = object(&[("library", text("fastparquet")), ("version", text(&self.versions.fastparquet))]);
        let whole = object(&[
            ("column_indexes", Json::List(vec![index])),
            ("columns", Json::List(self.names.iter().zip(&self.kinds).map(column).collect())),
            ("creator", creator),
            ("index_columns", Json::List(Vec::new())),
            ("pandas_version", text(&self.versions.pandas)),
            ("partition_columns", Json::List(Vec::new())),
        ]);
        whole.write(false, true)
    }
}

impl Values {
    /// The number of the type in parquet.
    fn physical(&self) -> i64 {
        if matches!(self, Values::Int(_)) { 2 } else { 5 }
    }

    fn first_bytes(&self) -> [u8; 8] {
        match self {
            Values::Int(values) => values.first().copied().unwrap_or_default().to_le_bytes(),
            Values::Real(values) => values.first().copied().unwrap_or_default().to_le_bytes(),
        }
    }
}

impl Page {
    fn open(scratch: &Path, rows: u64, kind: &Values) -> io::Result<Page> {
        // Every row has a value: one run of ones.
        let mut levels = Vec::new();
        varint(rows << 1, &mut levels);
        levels.push(1);
        let length = 4 + levels.len() as u64 + 8 * rows + PADDING.len() as u64;
        let file = tempfile::tempfile_in(scratch)?;
        let mut stream = Snappy::new(BufWriter::new(file), length)?;
        stream.put(&(levels.len() as u32).to_le_bytes())?;
        stream.put(&levels)?;
        Ok(Page { stream, length, rows, left: rows, smallest: kind.none(), largest: kind.none() })
    }

    fn put(&mut self, values: &Values, from: usize, to: usize) -> io::Result<()> {
        self.left -= (to - from) as u64;
        let mut bytes = vec![0; 8 * (to - from)];
        match (values, &mut self.smallest, &mut self.largest) {
            (Values::Int(values), Values::Int(smallest), Values::Int(largest)) => {
                let values = &values[from..to];
                bytes.chunks_exact_mut(8).zip(values).for_each(|(to, value)| to.copy_from_slice(&value.to_le_bytes()));
                *smallest = values.iter().min().into_iter().chain(&*smallest).min().copied().into_iter().collect();
                *largest = values.iter().max().into_iter().chain(&*largest).max().copied().into_iter().collect();
            }
            (Values::Real(values), Values::Real(smallest), Values::Real(largest)) => {
                let values = &values[from..to];
                bytes.chunks_exact_mut(8).zip(values).for_each(|(to, value)| to.copy_from_slice(&value.to_le_bytes()));
                *smallest = values.iter().chain(&*smallest).copied().reduce(f64::min).into_iter().collect();
                *largest = values.iter().chain(&*largest).copied().reduce(f64::max).into_iter().collect();
            }
            _ => return Err(io::Error::other("a column changed its type")),
        }
        self.stream.put(&bytes)
    }

    /// Writes the page. The chunk as the footer names it, its size, and its size without compression.
    fn close(mut self, name: &str, offset: u64, out: &mut BufWriter<File>) -> io::Result<(Struct, u64, u64)> {
        self.stream.put(&PADDING)?;
        let (waiting, compressed) = self.stream.finish()?;
        let levels = Struct::default().i32(1, self.rows as i64).i32(2, 0).i32(3, 3).i32(4, 4);
        let header =
            Struct::default().i32(1, 0).i32(2, self.length as i64).i32(3, compressed as i64).inner(5, levels).done();
        out.write_all(&header)?;
        let mut waiting = waiting.into_inner().map_err(io::IntoInnerError::into_error)?;
        waiting.seek(SeekFrom::Start(0))?;
        io::copy(&mut waiting, out)?;
        let size = header.len() as u64 + compressed;
        let plain = header.len() as u64 + self.length;
        let statistics =
            Struct::default().binary(1, &self.largest.first_bytes()).binary(2, &self.smallest.first_bytes()).i64(3, 0);
        let pages = Struct::default().i32(1, 0).i32(2, 0).i32(3, 1);
        let chunk = Struct::default()
            .i32(1, self.largest.physical())
            .list_i32(2, &[0])
            .list_binary(3, &[name.as_bytes()])
            .i32(4, 1)
            .i64(5, self.rows)
            .i64(6, plain)
            .i64(7, size)
            .nothing(8)
            .i64(9, offset)
            .inner(12, statistics)
            .list(13, std::iter::once(pages));
        Ok((Struct::default().i64(2, offset).inner(3, chunk), size, plain))
    }
}
