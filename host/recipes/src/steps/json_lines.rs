//! Steps on lines of JSON, as pandas reads and writes them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;

use assay_generators::{Share, split};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use super::objects::{Objects, object, set_fields};
use crate::error::{About, Fault, RunError};
use crate::json::{Json, Rows, write_pandas};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Table};

/// Reads lines of objects as a table, numbers as pandas' `read_json` does. All objects get all keys.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadJsonLines {
    /// The file.
    file: Place,
    /// Columns of fields that all objects have: column by key.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// What the column of the objects is called.
    #[serde(default = "object")]
    object: String,
    /// What the table is called.
    r#as: String,
}

impl Action for ReadJsonLines {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let name = self.file.to_string();
        let bytes = work.bytes(&self.file)?;
        let text = String::from_utf8(bytes).map_err(|_| Fault::new(&name, "the bytes are no UTF-8"))?;
        let rows = Rows::parse(&name, 1, text.lines())?;
        let mut table = Table { file: name, ..Table::default() };
        table.set(&self.object, Data::Text(rows.items.iter().map(|item| item.write(false, false)).collect()));
        set_fields(&mut table, &self.fields, &rows.items)?;
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Writes objects, one a line, as pandas' `to_json` does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteJsonLines {
    /// The objects.
    list: Objects,
    /// The file.
    file: Place,
}

impl Action for WriteJsonLines {
    fn uses(&self) -> Vec<&str> {
        self.list.uses().collect()
    }

    fn words(&self) -> String {
        format!("write {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let Json::List(items) = self.list.json(work)? else { return Ok(()) };
        let path = work.target(&self.file)?;
        let mut out = BufWriter::new(File::create(&path).about(&path)?);
        for item in &items {
            put_line(item, &mut out).about(&path)?;
        }
        out.flush().about(&path)
    }
}

fn put_line(item: &Json, out: &mut dyn Write) -> std::io::Result<()> {
    let mut line = String::new();
    write_pandas(item, &mut line);
    line.push('\n');
    out.write_all(line.as_bytes())
}

/// A file of objects, and which of their fields it has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// The file.
    file: Place,
    /// The fields, in this order; all by default.
    fields: Option<Vec<String>>,
}

/// Splits lines of objects block by block, each block on its own and from the same seed. Only one block is in memory.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitJsonLines {
    /// The file.
    file: Place,
    /// How many lines a block has. The last one may have fewer.
    block: usize,
    /// The fraction of each block that is the test part.
    test: f64,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
    /// Fields of numbers that become text.
    #[serde(default)]
    text: Vec<String>,
    /// What is written of the train part.
    train: Vec<Part>,
    /// What is written of the test part.
    tests: Vec<Part>,
}

/// Longer lines are no objects that fit into a block.
const LONGEST: u64 = 1 << 28;

/// Files that are written, with the fields that each has.
struct Outputs<'p> {
    outputs: Vec<(&'p Part, BufWriter<File>, PathBuf)>,
}

impl<'p> Outputs<'p> {
    fn create(work: &Work, parts: &'p [Part]) -> Result<Self, RunError> {
        let create = |part: &'p Part| {
            let path = work.target(&part.file)?;
            Ok((part, BufWriter::new(File::create(&path).about(&path)?), path))
        };
        Ok(Outputs { outputs: parts.iter().map(create).collect::<Result<_, RunError>>()? })
    }

    fn put(&mut self, item: &Json) -> Result<(), RunError> {
        for (part, out, path) in &mut self.outputs {
            let picked = match &part.fields {
                None => None,
                Some(keys) => {
                    let field = |key: &String| {
                        let lacks = || Fault::new(part.file.to_string(), "no object has such a field").column(key);
                        item.get(key).map(|value| (key.clone(), value.clone())).ok_or_else(|| RunError::from(lacks()))
                    };
                    Some(Json::Object(keys.iter().map(field).collect::<Result<_, _>>()?))
                }
            };
            put_line(picked.as_ref().unwrap_or(item), out).about(path)?;
        }
        Ok(())
    }

    fn flush(self) -> Result<(), RunError> {
        self.outputs.into_iter().try_for_each(|(_, mut out, path)| out.flush().about(&path))
    }
}

impl Action for SplitJsonLines {
    fn check(&self) -> Result<(), String> {
        if self.block == 0 { Err("a block has at least one line".to_owned()) } else { Ok(()) }
    }

    fn words(&self) -> String {
        format!("split the lines of {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let name = self.file.to_string();
        let path = work.source(&self.file)?;
        let mut input = BufReader::new(File::open(&path).about(&path)?);
        let mut train = Outputs::create(work, &self.train)?;
        let mut tests = Outputs::create(work, &self.tests)?;
        let mut first = 1_u64;
        loop {
            let mut block: Vec<String> = Vec::new();
            while block.len() < self.block {
                let mut line = Vec::new();
                let read = std::io::Read::take(&mut input, LONGEST).read_until(b'\n', &mut line).about(&path)?;
                if read == 0 {
                    break;
                }
                work.advance(read as u64)?;
                let fault = |problem: &str| Fault::new(&name, problem).line(first + block.len() as u64);
                if read as u64 == LONGEST {
                    return Err(fault("the line is too long").into());
                }
                block.push(String::from_utf8(line).map_err(|_| fault("the bytes are no UTF-8"))?);
            }
            if block.is_empty() {
                break;
            }
            let mut rows = Rows::parse(&name, first, block.iter().map(String::as_str))?;
            if rows.items.len() != block.len() {
                return Err(Fault::new(&name, "there is an empty line in the block that begins here")
                    .line(first)
                    .into());
            }
            self.texts(&mut rows, &name, first)?;
            let parts = split(rows.items.len() as u32, Share::Test(self.test), self.seed);
            let parts = parts.map_err(|error| Fault::new(&name, error.to_string()).line(first))?;
            parts.train.iter().try_for_each(|row| train.put(&rows.items[*row as usize]))?;
            parts.test.iter().try_for_each(|row| tests.put(&rows.items[*row as usize]))?;
            first += block.len() as u64;
        }
        train.flush()?;
        tests.flush()
    }
}

impl SplitJsonLines {
    /// Makes texts of numbers.
    fn texts(&self, rows: &mut Rows, name: &str, first: u64) -> Result<(), RunError> {
        for key in &self.text {
            if !rows.keys.contains(key) {
                return Err(Fault::new(name, "no object has such a field").line(first).column(key).into());
            }
            for item in &mut rows.items {
                let text = match item.get(key) {
                    Some(Json::Text(text)) => text.clone(),
                    Some(Json::Null) => "nan".to_owned(),
                    Some(other) => other.write(false, false),
                    None => continue,
                };
                item.set(key, Json::Text(text));
            }
        }
        Ok(())
    }
}
