//! Files of BSON documents, one after the other. One document at a time is in memory.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::ops::Range;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::region::Region;
use crate::run::Work;
use crate::table::{Cell, Data, Table};

/// How much is read at once.
const BUFFER: usize = 1 << 20;

/// How much is written at once.
const WRITTEN: usize = 1 << 18;

/// A larger document is none that a database takes.
const LARGEST: usize = 1 << 26;

/// The documents of a file.
struct Documents<'w> {
    work: &'w Work<'w>,
    place: &'w Place,
    input: Region,
    path: PathBuf,
    /// What is read of the file and not passed over.
    buffer: Vec<u8>,
    /// Where in it the document stands that was read last.
    document: Range<usize>,
    number: usize,
}

impl<'w> Documents<'w> {
    fn open(work: &'w Work<'w>, place: &'w Place) -> Result<Self, RunError> {
        let (path, input) = (work.path(place), work.open(place)?);
        Ok(Documents { work, place, input, path, buffer: Vec::new(), document: 0..0, number: 0 })
    }

    fn fault(&self, problem: &str) -> RunError {
        Fault::new(self.place.to_string(), problem).at(self.number.saturating_sub(1)).into()
    }

    /// Reads the next document; false at the end.
    fn next(&mut self) -> Result<bool, RunError> {
        self.document = self.document.end..self.document.end;
        if self.ahead(4)?.is_empty() {
            return Ok(false);
        }
        self.number += 1;
        let length = self.ahead(4)?.first_chunk().and_then(|bytes| usize::try_from(i32::from_le_bytes(*bytes)).ok());
        let Some(length) = length.filter(|length| (5..=LARGEST).contains(length)) else {
            return Err(self.fault("the document has no sound length"));
        };
        if self.ahead(length)?.get(length - 1) != Some(&0) {
            return Err(self.fault("the document is cut"));
        }
        self.document.end += length;
        self.work.advance(length as u64)?;
        Ok(true)
    }

    /// What follows the document that was read last: so many bytes or more, unless the file ends before.
    fn ahead(&mut self, count: usize) -> Result<&[u8], RunError> {
        let end = self.document.end;
        if self.buffer.len() - end < count {
            self.buffer.drain(..end);
            self.document = 0..0;
            let lacking = count.max(BUFFER) - self.buffer.len();
            (&mut self.input).take(lacking as u64).read_to_end(&mut self.buffer).about(&self.path)?;
        }
        Ok(&self.buffer[self.document.end..])
    }

    fn document(&self) -> &[u8] {
        &self.buffer[self.document.clone()]
    }
}

/// A field of a document: its name, its type, where it begins and where its value does, and where it ends.
struct Element<'d> {
    name: &'d [u8],
    kind: u8,
    start: usize,
    value: usize,
    end: usize,
}

/// The top-level fields; none if the document is not sound.
fn elements(document: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    let mut at = 4;
    let last = document.len() - 1;
    while at < last {
        let (start, kind) = (at, document[at]);
        let name_end = at + 1 + memchr::memchr(0, &document[at + 1..last])?;
        let name = &document[at + 1..name_end];
        let value = name_end + 1;
        let counted = || {
            let bytes = document.get(value..value + 4)?.first_chunk()?;
            usize::try_from(i32::from_le_bytes(*bytes)).ok()
        };
        let length = match kind {
            0x01 | 0x09 | 0x11 | 0x12 => 8,
            0x02 => counted()?.checked_add(4)?,
            0x03 | 0x04 => counted()?,
            0x05 => counted()?.checked_add(5)?,
            0x07 => 12,
            0x08 => 1,
            0x0a => 0,
            0x10 => 4,
            _ => return None,
        };
        at = value.checked_add(length).filter(|end| *end <= last)?;
        found.push(Element { name, kind, start, value, end: at });
    }
    Some(found)
}

fn whole(document: &[u8], name: &str) -> Option<i64> {
    let elements = elements(document)?;
    let element = elements.iter().find(|element| element.name == name.as_bytes())?;
    let bytes = &document[element.value..element.end];
    match element.kind {
        0x10 => bytes.first_chunk().map(|bytes| i32::from_le_bytes(*bytes).into()),
        0x12 => bytes.first_chunk().map(|bytes| i64::from_le_bytes(*bytes)),
        _ => None,
    }
}

/// Reads whole numbers of documents as a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadBson {
    /// The file.
    file: Place,
    /// The fields, which become columns.
    fields: Vec<String>,
    /// What the table is called.
    r#as: String,
}

impl Action for ReadBson {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut columns = vec![Vec::new(); self.fields.len()];
        let mut documents = Documents::open(work, &self.file)?;
        while documents.next()? {
            for (name, column) in self.fields.iter().zip(&mut columns) {
                let value = whole(documents.document(), name);
                column.push(value.ok_or_else(|| documents.fault(&format!("there is no whole number {name}")))?);
            }
        }
        let columns = self.fields.iter().zip(columns).map(|(name, cells)| (name.as_str(), Data::Int(cells)));
        let table = Table::new(self.file.to_string(), columns.collect());
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// A file of documents, and which it has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// The table whose cells of the field's column say which documents.
    among: String,
    /// Fields that go.
    #[serde(default)]
    drop: Vec<String>,
    /// No more than so many.
    most: Option<u64>,
    /// The new file.
    to: Place,
}

/// Copies documents to the parts whose table has their field, in the file's order, in one pass over the file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitBson {
    /// The file.
    file: Place,
    /// The field of whole numbers, and the column of the parts' tables.
    field: String,
    /// The parts. A document can be in several.
    parts: Vec<Part>,
}

/// A part that is written.
struct Output<'p> {
    part: &'p Part,
    known: HashSet<i64>,
    left: u64,
    path: PathBuf,
    out: BufWriter<File>,
}

impl Output<'_> {
    fn put(&mut self, document: &[u8]) -> io::Result<()> {
        self.left -= 1;
        if self.part.drop.is_empty() {
            return self.out.write_all(document);
        }
        let mut kept = vec![0; 4];
        let elements = elements(document).ok_or_else(|| io::Error::other("the document is not sound"))?;
        for element in elements {
            if !self.part.drop.iter().any(|name| name.as_bytes() == element.name) {
                kept.extend_from_slice(&document[element.start..element.end]);
            }
        }
        kept.push(0);
        let length = kept.len() as u32;
        kept[..4].copy_from_slice(&length.to_le_bytes());
        self.out.write_all(&kept)
    }
}

impl Action for SplitBson {
    fn uses(&self) -> Vec<&str> {
        self.parts.iter().map(|part| part.among.as_str()).collect()
    }

    fn check(&self) -> Result<(), String> {
        if self.parts.is_empty() { Err("there is no part".to_owned()) } else { Ok(()) }
    }

    fn words(&self) -> String {
        format!("split documents of {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut outputs = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let cells = work.table(&part.among)?.column(&self.field)?.cells();
            let known = cells.filter_map(|cell| if let Cell::Int(value) = cell { Some(value) } else { None }).collect();
            let path = work.target(&part.to)?;
            let out = BufWriter::with_capacity(WRITTEN, File::create(&path).about(&path)?);
            outputs.push(Output { part, known, left: part.most.unwrap_or(u64::MAX), path, out });
        }
        let mut documents = Documents::open(work, &self.file)?;
        while outputs.iter().any(|output| output.left > 0) && documents.next()? {
            let Some(value) = whole(documents.document(), &self.field) else { continue };
            for output in outputs.iter_mut().filter(|output| output.left > 0 && output.known.contains(&value)) {
                let put = output.put(documents.document());
                put.about(&output.path)?;
            }
        }
        outputs.into_iter().try_for_each(|mut output| output.out.flush().about(&output.path))
    }
}
