//! Files of BSON documents, one after the other. One document at a time is in memory; where only some fields are wanted, not even that.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::hashed::Hashed;
use crate::place::Place;
use crate::region::Region;
use crate::run::Work;
use crate::table::{Cell, Data, Table};

/// How much is read at once.
const BUFFER: usize = 1 << 20;

/// How much is read at once after something was passed over.
const STEP: usize = 1 << 12;

/// How much of a field is looked at first: its type, its name and how long it is.
const HEAD: usize = 64;

/// A larger document is none that a database takes.
const LARGEST: usize = 1 << 26;

/// The documents of a file.
struct Documents<'w> {
    work: &'w Work<'w>,
    place: &'w Place,
    input: Region,
    path: PathBuf,
    /// What is read of the file, up to the end of `read`.
    buffer: Vec<u8>,
    /// Where in it the document stands that was read last.
    document: Range<usize>,
    /// How much of the buffer is of the file.
    read: usize,
    number: usize,
}

impl<'w> Documents<'w> {
    fn open(work: &'w Work<'w>, place: &'w Place) -> Result<Self, RunError> {
        let (path, input) = (work.path(place), work.open(place)?);
        Ok(Documents { work, place, input, path, buffer: Vec::new(), document: 0..0, read: 0, number: 0 })
    }

    /// Reads the next document; false at the end.
    fn next(&mut self) -> Result<bool, RunError> {
        self.document = self.document.end..self.document.end;
        if self.ahead(4)?.is_empty() {
            return Ok(false);
        }
        self.number += 1;
        let length = length(self.ahead(4)?).ok_or_else(|| unsound(self.place, self.number))?;
        if self.ahead(length)?.get(length - 1) != Some(&0) {
            return Err(cut(self.place, self.number));
        }
        self.document.end += length;
        self.work.advance(length as u64)?;
        Ok(true)
    }

    /// What follows the document that was read last: so many bytes or more, unless the file ends before.
    fn ahead(&mut self, count: usize) -> Result<&[u8], RunError> {
        let end = self.document.end;
        if self.read - end < count {
            self.buffer.copy_within(end..self.read, 0);
            (self.document, self.read) = (0..0, self.read - end);
            if self.buffer.len() < count.max(BUFFER) {
                self.buffer.resize(count.max(BUFFER), 0);
            }
            while self.read < count {
                match self.input.read(&mut self.buffer[self.read..]) {
                    Ok(0) => break,
                    Ok(more) => self.read += more,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error).about(&self.path),
                }
            }
        }
        Ok(&self.buffer[self.document.end..self.read])
    }

    fn document(&self) -> &[u8] {
        &self.buffer[self.document.clone()]
    }
}

/// The length of a document that begins like this.
fn length(start: &[u8]) -> Option<usize> {
    let length = usize::try_from(i32::from_le_bytes(*start.first_chunk()?)).ok()?;
    (5..=LARGEST).contains(&length).then_some(length)
}

/// What is wrong with a document, counted from 1.
fn fault(place: &Place, number: usize, problem: &str) -> RunError {
    Fault::new(place.to_string(), problem).at(number.saturating_sub(1)).into()
}

fn unsound(place: &Place, number: usize) -> RunError {
    fault(place, number, "the document has no sound length")
}

fn cut(place: &Place, number: usize) -> RunError {
    fault(place, number, "the document is cut")
}

/// A file of which only what is asked for is read: values that nobody wants are passed over.
struct Window {
    input: Region,
    /// Where in the file it begins.
    start: u64,
    bytes: Vec<u8>,
    /// How much is read next.
    step: usize,
}

impl Window {
    fn new(input: Region) -> Self {
        Window { input, start: 0, bytes: Vec::new(), step: STEP }
    }

    /// So many bytes from a place on, or more; fewer where the file ends.
    fn at(&mut self, place: u64, count: usize) -> io::Result<&[u8]> {
        let end = self.start + self.bytes.len() as u64;
        let is_there = self.start <= place && place + count as u64 <= end;
        if !is_there {
            // More at once where nothing is passed over.
            self.step = if place <= end { BUFFER.min(2 * self.step) } else { STEP };
            self.bytes.resize(self.step.max(count), 0);
            let mut read = 0;
            while read < count {
                match self.input.read_at(&mut self.bytes[read..], place + read as u64) {
                    Ok(0) => break,
                    Ok(more) => read += more,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            self.bytes.truncate(read);
            self.start = place;
        }
        let from = usize::try_from(place - self.start).unwrap_or(usize::MAX);
        Ok(self.bytes.get(from..).unwrap_or_default())
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

/// The field that begins at a place of a document, of which this is what follows there; none if it is not sound, or more has to follow.
/// `last` is where the document ends but for its last byte.
fn element(rest: &[u8], start: usize, last: usize) -> Option<Element<'_>> {
    let kind = *rest.first()?;
    let name_end = 1 + memchr::memchr(0, &rest[1..])?;
    let value = name_end + 1;
    let counted = || {
        let bytes = rest.get(value..value + 4)?.first_chunk()?;
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
    let end = (start + value).checked_add(length).filter(|end| *end <= last)?;
    Some(Element { name: &rest[1..name_end], kind, start, value: start + value, end })
}

/// The top-level fields; none if the document is not sound.
fn elements(document: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    let mut at = 4;
    let last = document.len() - 1;
    while at < last {
        let element = element(&document[at..last], at, last)?;
        at = element.end;
        found.push(element);
    }
    Some(found)
}

/// The whole number that a value of this type is.
fn number(kind: u8, value: &[u8]) -> Option<i64> {
    match kind {
        0x10 => value.first_chunk().map(|bytes| i32::from_le_bytes(*bytes).into()),
        0x12 => value.first_chunk().map(|bytes| i64::from_le_bytes(*bytes)),
        _ => None,
    }
}

fn whole(document: &[u8], name: &str) -> Option<i64> {
    let elements = elements(document)?;
    let element = elements.iter().find(|element| element.name == name.as_bytes())?;
    number(element.kind, &document[element.value..element.end])
}

/// The whole numbers of these fields in the document at a place of a file, where there is one; nothing else of it is read. None if the
/// document is not sound.
fn wholes(window: &mut Window, place: u64, length: usize, names: &[String]) -> io::Result<Option<Vec<Option<i64>>>> {
    // A field that is there twice counts the first time.
    let mut found: Vec<Option<Option<i64>>> = vec![None; names.len()];
    let (mut at, last) = (4, length - 1);
    while at < last {
        let mut seen = HEAD.min(last - at);
        let (kind, value, end) = loop {
            let rest = window.at(place + at as u64, seen)?;
            let rest = &rest[..rest.len().min(last - at)];
            match element(rest, at, last) {
                Some(element) => {
                    let known = names.iter().position(|name| name.as_bytes() == element.name);
                    let wanted = known.filter(|&known| found[known].is_none());
                    break (element.kind, wanted.map(|wanted| (wanted, element.value)), element.end);
                }
                None if rest.len() < last - at && rest.len() >= seen => seen = (4 * rest.len()).min(last - at),
                None => return Ok(None),
            }
        };
        if let Some((wanted, value)) = value {
            // No whole number is longer.
            let bytes = window.at(place + value as u64, 8.min(end - value))?;
            found[wanted] = Some(number(kind, &bytes[..bytes.len().min(end - value)]));
        }
        at = end;
    }
    Ok(Some(found.into_iter().map(Option::flatten).collect()))
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
        let (path, input) = (work.path(&self.file), work.open(&self.file)?);
        let total = input.length();
        let mut window = Window::new(input);
        let (mut place, mut count) = (0, 0);
        while place < total {
            count += 1;
            let length = length(window.at(place, 4).about(&path)?).ok_or_else(|| unsound(&self.file, count))?;
            let end = place + length as u64;
            let values =
                if end > total { None } else { wholes(&mut window, place, length, &self.fields).about(&path)? };
            // The next document begins right behind.
            if end > total || window.at(end - 1, 1).about(&path)?.first() != Some(&0) {
                return Err(cut(&self.file, count));
            }
            for (number, (name, column)) in self.fields.iter().zip(&mut columns).enumerate() {
                let value = values.as_ref().and_then(|values| values[number]);
                let lacking = || fault(&self.file, count, &format!("there is no whole number {name}"));
                column.push(value.ok_or_else(lacking)?);
            }
            place = end;
            work.advance(length as u64)?;
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
    out: Hashed,
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
            let out = Hashed::create(&path).about(&path)?;
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
        outputs.into_iter().try_for_each(|output| {
            let (sha256, bytes) = output.out.finish().about(&output.path)?;
            work.extractor.made(&output.path, sha256, bytes);
            Ok(())
        })
    }
}
