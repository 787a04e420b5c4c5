//! A competition made ready to grade: its grader loaded, its options checked, its answers read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::competition::{Competition, Scored};
use crate::graders::Graders;
use crate::read::{self, ReadError, ReadOptions, Table};
use crate::rules::{Rules, RulesError};
use crate::sandbox::sha256;

/// The largest file of answers. tensorflow2-question-answering's has some 2 GB.
pub(crate) const ANSWER_BYTES: u64 = 16 << 30;

/// The longest cell of answers.
const ANSWER_CELL_BYTES: usize = 256 << 20;

/// A competition made ready to grade.
pub struct Setup {
    pub(crate) rules: Rules,
    pub(crate) answers: Table,
    /// Which rows of the answers count. None: all.
    pub(crate) scored: Option<Vec<bool>>,
    /// What the grader gets of the answers, in the answers' order.
    pub(crate) handed: RecordBatch,
    pub(crate) digests: Digests,
}

/// SHA-256 of what decides a score beside the submission, in hexadecimal. Those of data are of their JSON form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Digests {
    pub component: String,
    /// Of the competition's file as it stands; none in reports that are older than this field.
    #[serde(default)]
    pub competition: Option<String>,
    pub contract: String,
    pub options: String,
    pub answers: String,
    pub thresholds: String,
}

impl Digests {
    /// Those of a competition, beside the digests of its grader's component and of its answers.
    pub(crate) fn new(competition: &Competition, component: String, answers: String) -> Self {
        Digests {
            component,
            competition: Some(competition.digest.clone()),
            contract: digest_of(&(&competition.submission, &competition.answers)),
            options: digest_of(&competition.grader.options),
            answers,
            thresholds: digest_of(&competition.leaderboard),
        }
    }
}

/// Why a competition cannot be graded.
#[derive(Debug, Error)]
pub enum SetupError {
    /// Its grader or its options cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// Its answers are not there.
    #[error("the answers of `{id}` are not at {}; prepare the data, or name another folder by --data-dir", .path.display())]
    Missing {
        /// The competition.
        id: String,
        /// Where they should be.
        path: PathBuf,
    },
    /// Its answers cannot be read. The message has no values of theirs.
    #[error("the answers of `{id}` ({}) cannot be used: {message}", .path.display())]
    Answers {
        /// The competition.
        id: String,
        /// Where they are.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl Setup {
    /// Makes a competition ready; `data_dir` is laid out as the reference lays it out: `<data-dir>/<id>/prepared/...`.
    ///
    /// # Errors
    ///
    /// If its grader, its options or its answers cannot be used.
    pub fn new(
        competition: Competition,
        graders: &Graders,
        data_dir: &Path,
        limits: &read::Limits,
    ) -> Result<Self, SetupError> {
        let rules = Rules::new(competition, graders)?;
        let Rules { competition, grader, named, .. } = &rules;
        let file = AnswersFile::of(competition, data_dir, limits);
        let bytes = file.load()?;
        let contract = &competition.submission;
        let wanted: BTreeSet<&str> =
            contract.column_names().chain(competition.answers.columns.iter().map(String::as_str)).collect();
        let handed = |name: &str| wanted.contains(name) || named.contains(name);
        let scored = competition.answers.scored.as_ref();
        let keep = |name: &str| {
            handed(name)
                || contract.key.iter().any(|key| key == name)
                || scored.is_some_and(|scored| scored.column == name)
        };
        let table = file.read(&bytes, &keep)?;
        let answers = |message| file.unusable(message);
        // With rows paired by position, a key that the answers lack is no fault of theirs.
        let required =
            contract.key.iter().map(String::as_str).chain(competition.answers.columns.iter().map(String::as_str));
        if let Some(name) = required.into_iter().find(|name| table.column(name).is_none()) {
            return Err(answers(format!("there is no column `{name}`")));
        }
        let scored = scored.map(|scored| scored_rows(scored, &table)).transpose().map_err(answers)?;
        let handed = project(&table.batch, handed).map_err(|error| answers(error.to_string()))?;
        let digests = Digests::new(competition, grader.digest().to_owned(), sha256(&bytes));
        Ok(Setup { answers: table, scored, handed, digests, rules })
    }

    /// The competition.
    #[must_use]
    pub fn competition(&self) -> &Competition {
        self.rules.competition()
    }
}

/// A competition's answers, on disk.
struct AnswersFile<'a> {
    competition: &'a Competition,
    path: PathBuf,
    limits: read::Limits,
}

impl<'a> AnswersFile<'a> {
    fn of(competition: &'a Competition, data_dir: &Path, limits: &read::Limits) -> Self {
        // Answers are the operator's own: some are larger than any submission need be.
        let limits = read::Limits { bytes: ANSWER_BYTES, cell_bytes: ANSWER_CELL_BYTES, ..limits.clone() };
        AnswersFile { competition, path: answers(data_dir, competition), limits }
    }

    fn load(&self) -> Result<Vec<u8>, SetupError> {
        read::load(&self.path, &self.limits).map_err(|error| match error {
            ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                SetupError::Missing { id: self.competition.id.clone(), path: self.path.clone() }
            }
            other => self.unusable(other.to_string()),
        })
    }

    /// Some columns of them. Values never get into an error.
    fn read(&self, bytes: &[u8], keep: &dyn Fn(&str) -> bool) -> Result<Table, SetupError> {
        let options = ReadOptions { limits: &self.limits, columns: Some(keep) };
        let table = if self.competition.data.answers.ends_with(".jsonl") {
            read::read_json_lines(bytes, &options)
        } else {
            read::read_csv(bytes, &options)
        };
        table.map_err(|error| self.unusable(error.withheld().to_string()))
    }

    fn unusable(&self, message: String) -> SetupError {
        SetupError::Answers { id: self.competition.id.clone(), path: self.path.clone(), message }
    }
}

/// The key's columns of a competition's answers, and none of the others: what a submission can be validated against.
///
/// # Errors
///
/// If the answers cannot be used.
pub fn keys(competition: &Competition, data_dir: &Path, limits: &read::Limits) -> Result<Table, SetupError> {
    let file = AnswersFile::of(competition, data_dir, limits);
    let key = &competition.submission.key;
    let table = file.read(&file.load()?, &|name| key.iter().any(|key| key == name))?;
    match key.iter().find(|name| table.column(name).is_none()) {
        Some(name) => Err(file.unusable(format!("there is no column `{name}`"))),
        None => Ok(table),
    }
}

/// Where a competition's data are.
#[must_use]
pub fn prepared(data_dir: &Path, id: &str) -> PathBuf {
    data_dir.join(id).join("prepared")
}

/// Where a competition's answers are.
#[must_use]
pub fn answers(data_dir: &Path, competition: &Competition) -> PathBuf {
    prepared(data_dir, &competition.id).join(&competition.data.answers)
}

/// The columns whose names pass, in their order.
pub(crate) fn project(
    batch: &RecordBatch,
    keep: impl Fn(&str) -> bool,
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let fields = batch.schema_ref().fields().iter().enumerate();
    let indices: Vec<usize> = fields.filter(|(_, field)| keep(field.name())).map(|(index, _)| index).collect();
    batch.project(&indices)
}

/// Which rows of the answers count.
fn scored_rows(scored: &Scored, answers: &Table) -> Result<Vec<bool>, String> {
    let column = &scored.column;
    let array = answers.column(column).ok_or_else(|| format!("there is no column `{column}`"))?;
    if *array.data_type() == DataType::Utf8 {
        return Err(format!("column `{column}`, which says which rows count, is not of numbers"));
    }
    let numbers = cast(array, &DataType::Float64).map_err(|error| error.to_string())?;
    let numbers = numbers.as_primitive::<Float64Type>();
    Ok(numbers.iter().map(|number| number.is_some_and(|number| scored.counts(number))).collect())
}

fn digest_of(value: &impl Serialize) -> String {
    // What is serialised has text keys only, so it cannot fail.
    sha256(&serde_json::to_vec(value).unwrap_or_default())
}
