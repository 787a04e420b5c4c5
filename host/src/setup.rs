//! A competition made ready to grade: its grader loaded, its options checked, its answers read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::competition::{Competition, Scored, Setting};
use crate::graders::{GraderError, Graders};
use crate::read::{self, ReadError, ReadOptions, Table};
use crate::sandbox::{Description, Grader, OptionSpec, SettingKind, sha256};

/// The largest file of answers. tensorflow2-question-answering's has some 2 GB.
const ANSWER_BYTES: u64 = 16 << 30;

/// The longest cell of answers.
const ANSWER_CELL_BYTES: usize = 256 << 20;

/// A competition made ready to grade.
pub struct Setup {
    pub(crate) competition: Competition,
    pub(crate) grader: Arc<Grader>,
    pub(crate) options: Vec<(String, Setting)>,
    /// Columns that options name.
    pub(crate) named: BTreeSet<String>,
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
    pub contract: String,
    pub options: String,
    pub answers: String,
    pub thresholds: String,
}

/// Why a competition cannot be graded.
#[derive(Debug, Error)]
pub enum SetupError {
    /// Its grader cannot be used.
    #[error(transparent)]
    Grader(#[from] GraderError),
    /// Its options are not what its grader takes.
    #[error("competition `{id}`: {message}")]
    Options {
        /// The competition.
        id: String,
        /// What is wrong, and the remedy.
        message: String,
    },
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
        let grader = graders.get(&competition.grader.component)?;
        let (options, named) = options(&competition, grader.description())
            .map_err(|message| SetupError::Options { id: competition.id.clone(), message })?;

        let path = answers(data_dir, &competition);
        let answers = |message: String| SetupError::Answers { id: competition.id.clone(), path: path.clone(), message };
        // Answers are the operator's own: some are larger than any submission need be.
        let limits = &read::Limits { bytes: ANSWER_BYTES, cell_bytes: ANSWER_CELL_BYTES, ..limits.clone() };
        let bytes = read::load(&path, limits).map_err(|error| match error {
            ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                SetupError::Missing { id: competition.id.clone(), path: path.clone() }
            }
            other => answers(other.to_string()),
        })?;
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
        let table = if competition.data.answers.ends_with(".jsonl") {
            read::read_json_lines(&bytes, &ReadOptions { limits, columns: Some(&keep) })
        } else {
            read::read_csv(&bytes, &ReadOptions { limits, columns: Some(&keep) })
        };
        let table = table.map_err(|error| answers(error.withheld().to_string()))?;
        // With rows paired by position, a key that the answers lack is no fault of theirs.
        let required =
            contract.key.iter().map(String::as_str).chain(competition.answers.columns.iter().map(String::as_str));
        if let Some(name) = required.into_iter().find(|name| table.column(name).is_none()) {
            return Err(answers(format!("there is no column `{name}`")));
        }
        let scored = scored.map(|scored| scored_rows(scored, &table)).transpose().map_err(answers)?;
        let handed = project(&table.batch, handed).map_err(|error| answers(error.to_string()))?;
        let digests = Digests {
            component: grader.digest().to_owned(),
            contract: digest_of(&(&competition.submission, &competition.answers)),
            options: digest_of(&competition.grader.options),
            answers: sha256(&bytes),
            thresholds: digest_of(&competition.leaderboard),
        };
        Ok(Setup { options, named, answers: table, scored, handed, digests, grader, competition })
    }

    /// The competition.
    #[must_use]
    pub fn competition(&self) -> &Competition {
        &self.competition
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

type Options = (Vec<(String, Setting)>, BTreeSet<String>);

/// The options in the form that the grader takes, and the columns they name.
fn options(competition: &Competition, description: &Description) -> Result<Options, String> {
    let grader = &competition.grader.component;
    let given = &competition.grader.options;
    if let Some(name) = given.keys().find(|name| !description.options.iter().any(|spec| &spec.name == *name)) {
        let known: Vec<&str> = description.options.iter().map(|spec| spec.name.as_str()).collect();
        return Err(format!("grader `{grader}` has no option `{name}`; it has {}", known.join(", ")));
    }
    if description.lower_is_better != competition.leaderboard.lower_is_better {
        let better = if description.lower_is_better { "lower" } else { "higher" };
        return Err(format!("for grader `{grader}` a {better} score is the better one; `leaderboard` says otherwise"));
    }
    let mut options = Vec::new();
    let mut named = BTreeSet::new();
    for spec in &description.options {
        match given.get(&spec.name) {
            None if spec.required => {
                return Err(format!("grader `{grader}` needs option `{}`: {}", spec.name, spec.summary));
            }
            None => {}
            Some(value) => {
                let setting = fitting(value, spec)
                    .ok_or_else(|| format!("option `{}` of grader `{grader}` must be {}", spec.name, spec.kind))?;
                match (&setting, spec.kind) {
                    (Setting::Text(name), SettingKind::Column) => named.extend([name.clone()]),
                    (Setting::Texts(names), SettingKind::Columns) => named.extend(names.iter().cloned()),
                    _ => {}
                }
                options.push((spec.name.clone(), setting));
            }
        }
    }
    let known = |name: &String| {
        competition.submission.key.contains(name)
            || competition.answers.columns.contains(name)
            || competition.submission.column_names().any(|column| column == name)
    };
    if let Some(name) = named.iter().find(|name| !known(name)) {
        return Err(format!("an option names column `{name}`, which neither `submission` nor `answers` has"));
    }
    Ok((options, named))
}

fn fitting(value: &Setting, spec: &OptionSpec) -> Option<Setting> {
    match (spec.kind, value) {
        (SettingKind::Number, Setting::Integer(value)) => Some(Setting::Number(*value as f64)),
        // An empty list could be one of either kind.
        (SettingKind::Numbers, Setting::Texts(texts)) if texts.is_empty() => Some(Setting::Numbers(Vec::new())),
        (SettingKind::Boolean, Setting::Boolean(_))
        | (SettingKind::Integer, Setting::Integer(_))
        | (SettingKind::Number, Setting::Number(_))
        | (SettingKind::Text | SettingKind::Column, Setting::Text(_))
        | (SettingKind::Texts | SettingKind::Columns, Setting::Texts(_))
        | (SettingKind::Numbers, Setting::Numbers(_)) => Some(value.clone()),
        _ => None,
    }
}
