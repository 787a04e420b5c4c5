//! Key files: the rows that a submission must have, as a file for those who have no answers.
//!
//! A key file is JSON lines. The first line says what it is:
//!
//! ```json
//! {"format":"assay-keys-1","competition_id":"spaceship-titanic","rows":"same","key":["PassengerId"],"expected_rows":2,"listed":2}
//! ```
//!
//! `rows` and `key` are those of the competition's contract, `expected_rows` is how many rows a submission must have (null: they are not
//! counted), and `listed` is how many lines follow. Each of these has one key:
//!
//! ```json
//! {"PassengerId":"0013_01"}
//! ```
//!
//! Keys are of the answers' types: text in quotes, numbers without, `null` where one is missing. JSON tells `"7"`, `7` and `7.0` apart,
//! which CSV does not.
//!
//! A key file holds what [`Expected::told`] tells and nothing else: keys in their own order (in that of the answers only for
//! `rows = "position"`), and each once but for `rows = "same"`. It has no keys where keys are not compared (`rows = "sorted"`, or a contract
//! without a key). Its bytes are the same whatever the other columns of the answers hold.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::align::Expected;
use crate::competition::{Competition, Contract, Rows};
use crate::excerpt::{excerpt, list};
use crate::read::{Limits, ReadError, ReadOptions, read_json_lines};

/// What the first line says the file is.
const FORMAT: &str = "assay-keys-1";

/// The longest first line.
const MAX_HEADER: usize = 64 << 10;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    competition_id: String,
    rows: Rows,
    key: Vec<String>,
    expected_rows: Option<usize>,
    listed: usize,
}

/// Why a key file cannot be used or made.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// It is none.
    #[error("this is no key file: {0}; `assay keys` makes one")]
    Header(String),
    /// It is another competition's.
    #[error("these are the keys of {}, not of `{expected}`", excerpt(.found))]
    Competition {
        /// The competition that it names.
        found: String,
        /// The competition that is asked for.
        expected: String,
    },
    /// The contract has changed since.
    #[error("the file was made for another contract of `{0}`; make it again by `assay keys`")]
    Contract(String),
    /// Lines are missing, or there are too many.
    #[error("the file lists {found} keys, but its first line says {expected}; it is not whole")]
    Cut {
        /// How many keys it lists.
        found: usize,
        /// How many it should.
        expected: usize,
    },
    /// It lists more keys than it says.
    #[error("the file lists more than the {expected} keys that its first line says; make it again by `assay keys`")]
    Longer {
        /// How many it should list.
        expected: usize,
    },
    /// A line has something besides a key.
    #[error("line {line}: more names than those of the key, {}; make the file again by `assay keys`", list(.names))]
    Name {
        /// The line.
        line: u64,
        /// The names of the key.
        names: Vec<String>,
    },
    /// A line cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A key that JSON cannot hold.
    #[error("a key in column {} is infinite, which a key file cannot hold", excerpt(.0))]
    Infinite(String),
    /// A line cannot be written.
    #[error("a key cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The text of a key file; `expected` is what [`Expected::told`] tells.
///
/// # Errors
///
/// If a key is infinite, or cannot be written for another reason.
pub fn write(competition: &Competition, expected: &Expected) -> Result<String, KeyFileError> {
    let contract = &competition.submission;
    let header = Header {
        format: FORMAT.into(),
        competition_id: competition.id.clone(),
        rows: contract.rows,
        key: contract.key.clone(),
        expected_rows: expected.rows,
        listed: expected.listed(),
    };
    let mut text = line(&header)?;
    for row in 0..expected.listed() {
        let mut keys = Map::new();
        for (name, column) in contract.key.iter().zip(&expected.keys) {
            keys.insert(name.clone(), value(column, row).ok_or_else(|| KeyFileError::Infinite(name.clone()))?);
        }
        text += &line(&keys)?;
    }
    Ok(text)
}

/// Reads a key file of that competition.
///
/// # Errors
///
/// If it is no key file, or not of the competition as it is now, or not whole.
pub fn read(bytes: &[u8], competition: &Competition, limits: &Limits) -> Result<Expected, KeyFileError> {
    let contract = &competition.submission;
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (first, rest) = bytes.split_at(end);
    if first.len() > MAX_HEADER {
        return Err(KeyFileError::Header("its first line is too long".into()));
    }
    let header: Header = serde_json::from_slice(first)
        .map_err(|error| KeyFileError::Header(excerpt(&error.to_string()).unquoted(200).to_string()))?;
    if header.format != FORMAT {
        return Err(KeyFileError::Header(format!("its format is {}, not `{FORMAT}`", excerpt(&header.format))));
    }
    if header.competition_id != competition.id {
        let (found, expected) = (header.competition_id, competition.id.clone());
        return Err(KeyFileError::Competition { found, expected });
    }
    let counted = header.expected_rows.is_some() == contract.rows.are_counted();
    if header.rows != contract.rows || header.key != contract.key || !counted {
        return Err(KeyFileError::Contract(header.competition_id));
    }
    // A line has the names of the key and no others, so nothing is read that is not one of so many keys.
    let names = if lists_keys(contract) { contract.key.as_slice() } else { &[] };
    let listed = if names.is_empty() { 0 } else { header.listed };
    let limits = Limits { rows: limits.rows.min(listed), columns: names.len(), ..limits.clone() };
    // The rest starts with the end of the first line, so that errors count lines as the file does.
    let table = read_json_lines(rest, &ReadOptions { limits: &limits, columns: None, threads: crate::Threads::one() })
        .map_err(|error| match error {
            ReadError::Rows { limit } if limit == listed => KeyFileError::Longer { expected: listed },
            ReadError::Columns { line, .. } => KeyFileError::Name { line, names: names.to_vec() },
            error => error.into(),
        })?;
    let found = table.batch.num_rows();
    if found != header.listed {
        return Err(KeyFileError::Cut { found, expected: header.listed });
    }
    let column = |name: &String| match table.column(name) {
        Some(column) => Ok(Arc::clone(column)),
        None if found == 0 => Ok(Arc::new(StringArray::new_null(0)) as ArrayRef),
        None => Err(KeyFileError::Header(format!("no line has the key {}", excerpt(name)))),
    };
    Ok(Expected { rows: header.expected_rows, keys: names.iter().map(column).collect::<Result<_, _>>()? })
}

/// True if key files of that contract list keys.
fn lists_keys(contract: &Contract) -> bool {
    contract.rows != Rows::Sorted && !contract.key.is_empty()
}

fn line(value: &impl Serialize) -> Result<String, KeyFileError> {
    Ok(serde_json::to_string(value)? + "\n")
}

/// A cell as JSON, or none if it is infinite.
fn value(column: &ArrayRef, row: usize) -> Option<Value> {
    if column.is_null(row) {
        return Some(Value::Null);
    }
    match column.data_type() {
        DataType::Boolean => Some(column.as_boolean().value(row).into()),
        DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(row).into()),
        DataType::UInt64 => Some(column.as_primitive::<UInt64Type>().value(row).into()),
        DataType::Float64 => {
            serde_json::Number::from_f64(column.as_primitive::<Float64Type>().value(row)).map(Value::Number)
        }
        _ => column.as_string_opt::<i32>().map(|texts| texts.value(row).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Table, read_csv};

    fn competition(rows: &str, key: &str) -> Competition {
        let mut competition = Competition::parse(
            include_str!("../../../competitions/spaceship-titanic/competition.toml"),
            "competition.toml",
        )
        .unwrap();
        competition.submission = toml::from_str(&format!("rows = \"{rows}\"\nkey = [{key}]")).unwrap();
        competition
    }

    fn options(limits: &Limits) -> ReadOptions<'_> {
        ReadOptions { limits, columns: None, threads: crate::Threads::one() }
    }

    /// What is told of these answers, and what a key file of it says.
    fn there_and_back(competition: &Competition, answers: &Table) -> [Expected; 2] {
        let contract = &competition.submission;
        let told = Expected::of(contract, answers).unwrap().told(contract).unwrap();
        let text = write(competition, &told).unwrap();
        [read(text.as_bytes(), competition, &Limits::default()).unwrap(), told]
    }

    #[test]
    fn keys_keep_their_types() {
        let limits = Limits::default();
        for cells in [
            ["1", "2"],
            ["1.0", "2.0"],
            ["1", ""],
            ["", ""],
            ["-0.0", "1e300"],
            ["007", "x"],
            ["18446744073709551615", "1"],
            ["9007199254740993", "-9223372036854775808"],
            ["18446744073709551615", "NA"],
            ["True", "False"],
            ["True", ""],
            ["\"a,\n\"\"b\"", "\u{202e}é"],
        ] {
            let table = read_csv(format!("id,v\n{},1\n{},2\n", cells[0], cells[1]).as_bytes(), &options(&limits));
            let [read, told] = there_and_back(&competition("same", "\"id\""), &table.unwrap());
            assert_eq!(read, told, "{cells:?}");
        }
        let texts = read_json_lines(b"{\"id\": \"7\"}\n{\"id\": \"007\"}\n", &options(&limits)).unwrap();
        let [read, told] = there_and_back(&competition("same", "\"id\""), &texts);
        assert_eq!(read, told);
        let empty = read_csv(b"id,v\n", &options(&limits)).unwrap();
        let [read, told] = there_and_back(&competition("same", "\"id\""), &empty);
        assert_eq!(read, told);
    }

    #[test]
    fn a_file_says_no_more_than_it_must() {
        let answers = read_csv(b"id,v\nb,9\na,9\nb,8\n", &options(&Limits::default())).unwrap();
        for (rows, key, expected) in [
            ("same", "\"id\"", "\"expected_rows\":3,\"listed\":3}\n{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"b\"}\n"),
            ("set", "\"id\"", "\"expected_rows\":3,\"listed\":2}\n{\"id\":\"a\"}\n{\"id\":\"b\"}\n"),
            ("known", "\"id\"", "\"expected_rows\":3,\"listed\":2}\n{\"id\":\"a\"}\n{\"id\":\"b\"}\n"),
            ("merge", "\"id\"", "\"expected_rows\":null,\"listed\":2}\n{\"id\":\"a\"}\n{\"id\":\"b\"}\n"),
            ("sorted", "\"id\"", "\"expected_rows\":3,\"listed\":0}\n"),
            ("position", "", "\"expected_rows\":3,\"listed\":0}\n"),
            ("position", "\"id\"", ":3,\"listed\":3}\n{\"id\":\"b\"}\n{\"id\":\"a\"}\n{\"id\":\"b\"}\n"),
        ] {
            let competition = competition(rows, key);
            let told = Expected::of(&competition.submission, &answers).unwrap().told(&competition.submission).unwrap();
            let text = write(&competition, &told).unwrap();
            assert!(text.ends_with(expected), "{rows}: {text}");
            assert_eq!(read(text.as_bytes(), &competition, &Limits::default()).unwrap(), told, "{rows}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let same = competition("same", "\"id\"");
        let answers = read_csv(b"id\na\nb\n", &options(&Limits::default())).unwrap();
        let text = write(&same, &Expected::of(&same.submission, &answers).unwrap()).unwrap();
        let refused = |text: &str, competition: &Competition| {
            read(text.as_bytes(), competition, &Limits::default()).unwrap_err().to_string()
        };
        assert!(refused(&text, &competition("set", "\"id\"")).contains("another contract"));
        assert!(refused(&text, &competition("same", "\"x\"")).contains("another contract"));
        assert!(refused(&text.replace("spaceship", "other"), &same).contains("keys of `other-titanic`"));
        assert!(refused(text.trim_end().rsplit_once('\n').unwrap().0, &same).contains("not whole"));
        assert!(refused(&text.replace("keys-1", "keys-2"), &same).contains("format"));
        assert!(refused("id\na\n", &same).contains("no key file"));
        assert!(refused("", &same).contains("no key file"));
        assert!(refused(&text.replace("{\"id\":\"b\"}", "[1]"), &same).contains("line 3"));
        let more = text.clone() + "{\"id\":\"c\"}\n";
        assert!(refused(&more, &same).contains("more than the 2 keys that its first line says"));
        let other = text.replace("{\"id\":\"b\"}", "{\"id\":\"b\",\"x\":[0]}");
        assert!(refused(&other, &same).contains("line 3: more names than those of the key, `id`"));
        let infinite = read_csv(b"id\ninf\n1.5\n", &options(&Limits::default())).unwrap();
        let infinite = write(&same, &Expected::of(&same.submission, &infinite).unwrap());
        assert!(infinite.is_err_and(|error| error.to_string().contains("infinite")));
    }
}
