//! A competition made ready to grade: its rules, and its answers read.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::align::Expected;
use crate::competition::{Competition, Scored};
use crate::excerpt::excerpt;
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
    /// The rows that a submission must have, in the answers' order.
    pub(crate) expected: Expected,
    /// Which rows of the answers count. None: all.
    pub(crate) scored: Option<Vec<bool>>,
    /// What the grader gets of the answers, in the answers' order.
    pub(crate) handed: RecordBatch,
    pub(crate) digests: Digests,
    /// What [`crate::unusable`] found, once somebody asked.
    pub(crate) unusable: OnceLock<Option<String>>,
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
    #[error("the answers of `{id}` are not at {}: prepare the data", .path.display())]
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
        let competition = &rules.competition;
        let answers = &competition.answers;
        let handed = |name: &str| rules.hands_over(name) || answers.columns.iter().any(|column| column == name);
        let keep = |name: &str| {
            handed(name)
                || competition.submission.key.iter().any(|key| key == name)
                || answers.scored.as_ref().is_some_and(|scored| scored.column == name)
        };
        let file = AnswersFile::load(competition, data_dir, limits)?;
        let table = file.table(keep)?;
        if let Some(name) = answers.columns.iter().find(|name| table.column(name).is_none()) {
            return Err(file.fault(format!("there is no column {}", excerpt(name))));
        }
        let expected = Expected::of(&competition.submission, &table).map_err(|message| file.fault(message))?;
        let scored = answers.scored.as_ref().map(|scored| scored_rows(scored, &table)).transpose();
        let scored = scored.map_err(|message| file.fault(message))?;
        let handed = project(&table.batch, handed).map_err(|error| file.fault(error.to_string()))?;
        let digests = Digests::new(competition, rules.grader.digest().to_owned(), sha256(&file.bytes));
        Ok(Setup { expected, scored, handed, digests, rules, unusable: OnceLock::new() })
    }

    /// The competition.
    #[must_use]
    pub fn competition(&self) -> &Competition {
        &self.rules.competition
    }
}

/// The rows that a submission to a competition must have, as far as [`Expected::told`] tells them. Of the answers, only the key is read.
///
/// # Errors
///
/// If the answers cannot be used.
pub fn expected(competition: &Competition, data_dir: &Path, limits: &read::Limits) -> Result<Expected, SetupError> {
    let contract = &competition.submission;
    let file = AnswersFile::load(competition, data_dir, limits)?;
    let table = file.table(|name| contract.key.iter().any(|key| key == name))?;
    let expected = Expected::of(contract, &table).map_err(|message| file.fault(message))?;
    expected.told(contract).map_err(|error| file.fault(error.to_string()))
}

/// A file of answers. What it says of them names no value of theirs.
struct AnswersFile<'a> {
    competition: &'a Competition,
    path: PathBuf,
    limits: read::Limits,
    bytes: Vec<u8>,
}

impl<'a> AnswersFile<'a> {
    fn load(competition: &'a Competition, data_dir: &Path, limits: &read::Limits) -> Result<Self, SetupError> {
        // Answers are the operator's own: some are larger than any submission need be.
        let limits = read::Limits { bytes: ANSWER_BYTES, cell_bytes: ANSWER_CELL_BYTES, ..limits.clone() };
        let mut file = AnswersFile { competition, path: answers(data_dir, competition), limits, bytes: Vec::new() };
        file.bytes = read::load(&file.path, &file.limits).map_err(|error| match error {
            ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                SetupError::Missing { id: competition.id.clone(), path: file.path.clone() }
            }
            other => file.fault(other.to_string()),
        })?;
        Ok(file)
    }

    fn table(&self, keep: impl Fn(&str) -> bool) -> Result<Table, SetupError> {
        let options = ReadOptions { limits: &self.limits, columns: Some(&keep) };
        let json_lines = self.competition.data.answers.ends_with(".jsonl");
        let read = if json_lines { read::read_json_lines } else { read::read_csv };
        let table = read(&self.bytes, &options).map_err(|error| self.fault(error.withheld(&keep).to_string()))?;
        // Names would go with other cells than they are meant for, so that values would pass for keys, which are told.
        if table.labels > 0 {
            return Err(self.fault("its rows have more cells than its header has names".into()));
        }
        Ok(table)
    }

    fn fault(&self, message: String) -> SetupError {
        SetupError::Answers { id: self.competition.id.clone(), path: self.path.clone(), message }
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
    let array = answers.column(column).ok_or_else(|| format!("there is no column {}", excerpt(column)))?;
    if *array.data_type() == DataType::Utf8 {
        return Err(format!("column {}, which says which rows count, is not of numbers", excerpt(column)));
    }
    let numbers = cast(array, &DataType::Float64).map_err(|error| error.to_string())?;
    let numbers = numbers.as_primitive::<Float64Type>();
    Ok(numbers.iter().map(|number| number.is_some_and(|number| scored.counts(number))).collect())
}

fn digest_of(value: &impl Serialize) -> String {
    // What is serialised has text keys only, so it cannot fail.
    sha256(&serde_json::to_vec(value).unwrap_or_default())
}
