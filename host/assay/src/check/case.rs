//! Known-answer cases: folders that travel with a grader, each with a submission, answers, and what they come to.
//!
//! ```text
//! cases/perfect/submission.csv
//! cases/perfect/answers.csv
//! cases/perfect/case.toml      expected = 1.0
//!                              source = "by hand"
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::datatypes::DataType;
use assay_tables::read::{self, ReadOptions, Table};
use assay_types::competition::{Competition, CompetitionError, Setting};
use assay_types::grader::Description;
use assay_types::sha256;
use serde::Deserialize;
use thiserror::Error;

use super::Checking;

/// The largest file of a case, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// How far a score may be from the one that is expected, relative to it, unless the case says otherwise.
const TOLERANCE: f64 = 1e-9;

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The name of its folder.
    pub name: String,
    pub(super) stated: Stated,
    /// `case.toml` as it is written.
    text: String,
    pub(super) submission: Vec<u8>,
    pub(super) answers: Vec<u8>,
}

/// What `case.toml` may say. Unknown keys are errors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stated {
    /// The score.
    expected: Option<f64>,
    /// How far off the score may be, as a difference.
    tolerance: Option<f64>,
    /// Instead of a score: a text that the refusal contains.
    refused: Option<String>,
    /// Where the expectation comes from, in words. It is for readers.
    #[serde(rename = "source")]
    _source: String,
    /// What the grader is told.
    #[serde(default)]
    options: BTreeMap<String, Setting>,
    /// The contract, as in a competition; none: that of the competition whose grader is source text; else the key is `id` if both files have
    /// it, and columns have the types that they are read as.
    pub(super) submission: Option<toml::Table>,
}

/// What a case comes to, as it states.
#[derive(Clone, Debug)]
pub(super) enum Expected<'a> {
    Score { value: f64, tolerance: f64 },
    Refusal(&'a str),
}

/// Why there are no cases.
#[derive(Debug, Error)]
pub enum CaseError {
    /// A file or folder cannot be read.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: String,
    },
    /// What `case.toml` says cannot be meant.
    #[error("{}: {message}", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the remedy.
        message: String,
    },
}

impl Case {
    /// The cases of a folder, one in each folder below it, in the order of their names.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or does not say what is expected.
    pub fn read_folder(folder: &Path) -> Result<Vec<Self>, CaseError> {
        let failed = |error: std::io::Error| CaseError::File { path: folder.to_owned(), error: error.to_string() };
        let mut folders = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
        folders.sort();
        folders.iter().map(|path| Case::read(path)).collect()
    }

    /// Where the cases of a component's file are: in `NAME/cases/` beside it, or in `cases/` if no other component is there.
    #[must_use]
    pub fn folder_of(component: &Path) -> Option<PathBuf> {
        let beside = component.parent()?;
        let own = beside.join(component.file_stem()?).join("cases");
        if own.is_dir() {
            return Some(own);
        }
        let beside = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
        let is_component =
            |path: &Path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"));
        let components = std::fs::read_dir(beside).ok()?.flatten().filter(|entry| is_component(&entry.path())).count();
        Some(beside.join("cases")).filter(|cases| components < 2 && cases.is_dir())
    }

    /// The cases that the program carries for one of its graders.
    ///
    /// # Errors
    ///
    /// If one does not say what is expected, which is the program's fault.
    pub fn carried(grader: &str) -> Result<Vec<Self>, CaseError> {
        let mut folders: Vec<&Path> =
            assay_builtin::cases(grader).filter_map(|(file, _)| Path::new(file).parent()).collect();
        folders.dedup();
        let load = |path: PathBuf| {
            let found = assay_builtin::cases(grader).find(|(file, _)| Path::new(file) == path);
            let absent = || CaseError::File { path: path.clone(), error: "it is not there".into() };
            found.map(|(_, content)| content.to_vec()).ok_or_else(absent)
        };
        folders.into_iter().map(|folder| Case::from_files(folder, load)).collect()
    }

    fn read(folder: &Path) -> Result<Self, CaseError> {
        Case::from_files(folder, |path| {
            let limits = read::Limits { bytes: MAX_BYTES, ..read::Limits::default() };
            read::load(&path, &limits).map_err(|error| CaseError::File { path, error: error.to_string() })
        })
    }

    fn from_files(folder: &Path, load: impl Fn(PathBuf) -> Result<Vec<u8>, CaseError>) -> Result<Self, CaseError> {
        let load = |name: &str| load(folder.join(name));
        let path = folder.join("case.toml");
        let invalid = |message: String| CaseError::Invalid { path: path.clone(), message };
        let text = String::from_utf8(load("case.toml")?).map_err(|error| invalid(error.to_string()))?;
        let stated: Stated = toml::from_str(&text).map_err(|error| invalid(error.to_string()))?;
        if stated.expected.is_some() == stated.refused.is_some() {
            return Err(invalid(
                "give either `expected`, the score, or `refused`, a text that the refusal contains".into(),
            ));
        }
        if [stated.expected, stated.tolerance].into_iter().flatten().any(|number| !number.is_finite()) {
            return Err(invalid("`expected` and `tolerance` must be finite".into()));
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Case { name, stated, text, submission: load("submission.csv")?, answers: load("answers.csv")? })
    }

    /// What the digest of cases is of: of each its name and its three files, with their lengths in bytes.
    pub(crate) fn digested(cases: &[Self]) -> Vec<u8> {
        let mut all = Vec::new();
        for case in cases {
            for (file, content) in case.files() {
                all.extend(format!("{}/{file} {}\n", case.name, content.len()).into_bytes());
                all.extend(content);
            }
        }
        all
    }

    /// Its files, by name, as they were read.
    pub(crate) fn files(&self) -> [(&'static str, &[u8]); 3] {
        let Case { text, submission, answers, .. } = self;
        [("case.toml", text.as_bytes()), ("submission.csv", submission), ("answers.csv", answers)]
    }

    /// SHA-256 of its name and its files, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        sha256(&Case::digested(std::slice::from_ref(self)))
    }

    /// What it comes to, as it states.
    pub(super) fn expected(&self) -> Expected<'_> {
        match (&self.stated.refused, self.stated.expected) {
            (Some(text), _) => Expected::Refusal(text),
            (None, value) => {
                let value = value.unwrap_or(f64::NAN);
                let tolerance = self.stated.tolerance.unwrap_or(TOLERANCE * value.abs().max(1e-3));
                Expected::Score { value, tolerance }
            }
        }
    }

    /// The case as a competition, so that it goes the way of every other. `own` is the competition that a source belongs to: its cases are
    /// submissions of it, unless they state another contract.
    pub(super) fn competition(
        &self,
        checking: &Checking,
        own: Option<&Competition>,
        description: &Description,
    ) -> Result<Competition, String> {
        if let (Some(own), None) = (own, &self.stated.submission) {
            let mut competition = own.clone();
            competition.grader.options.extend(self.stated.options.clone());
            return Ok(competition);
        }
        let keep = |bytes: &[u8]| {
            read::read_csv(
                bytes,
                &ReadOptions { limits: &read::Limits::default(), columns: None, threads: assay_tables::Threads::one() },
            )
            .map_err(|error| error.to_string())
        };
        let answers = keep(&self.answers)?;
        let contract = match &self.stated.submission {
            Some(contract) => contract.clone(),
            // A submission that cannot be read is refused by the host, which the case may expect.
            None => contract(keep(&self.submission).as_ref().unwrap_or(&answers), &answers),
        };
        let mut table = toml::Table::new();
        let text = |text: &str| toml::Value::String(text.to_owned());
        table.insert("id".into(), text("case"));
        table.insert("title".into(), text(&self.name));
        table.insert("summary".into(), text("a known-answer case"));
        let data = [("answers", text("answers.csv")), ("sample_submission", text("submission.csv"))];
        table.insert(
            "data".into(),
            toml::Value::Table(data.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()),
        );
        let named = |name: &str| {
            let lists = contract.get("columns").and_then(toml::Value::as_array).into_iter().flatten();
            let names = lists
                .filter_map(|rule| rule.get("names")?.as_array())
                .chain(contract.get("key").and_then(toml::Value::as_array));
            names.flatten().any(|known| known.as_str() == Some(name))
        };
        let others = answers.header.iter().filter(|name| !named(name)).map(|name| text(name)).collect();
        let others = toml::Table::from_iter([("columns".to_owned(), toml::Value::Array(others))]);
        table.insert("submission".into(), toml::Value::Table(contract.clone()));
        table.insert("answers".into(), toml::Value::Table(others));
        let (kind, grader) = match &checking.source {
            Some(source) => ("source", source.file.as_str()),
            None => ("component", checking.grader.as_str()),
        };
        let options = toml::Value::try_from(&self.stated.options).map_err(|error| error.to_string())?;
        table.insert(
            "grader".into(),
            toml::Value::Table(
                [(kind.to_owned(), text(grader)), ("options".to_owned(), options)].into_iter().collect(),
            ),
        );
        let declared = checking.source.as_ref().and_then(|source| source.direction);
        let lower = toml::Value::Boolean(declared.unwrap_or(description.direction).into());
        let thresholds = ["gold", "silver", "bronze", "median"].map(|name| (name.to_owned(), toml::Value::Float(0.0)));
        table.insert(
            "leaderboard".into(),
            toml::Value::Table(thresholds.into_iter().chain([("lower_is_better".to_owned(), lower)]).collect()),
        );
        let written = toml::to_string(&table).map_err(|error| error.to_string())?;
        let parsed = Competition::parse(&written, "case.toml").and_then(|competition| match &checking.source {
            Some(source) => competition.with_source(&written, &source.text, &source.file),
            None => Ok(competition),
        });
        parsed.map_err(|error| match error {
            CompetitionError::Invalid { message, .. } => message,
            error @ CompetitionError::Syntax { .. } => error.to_string(),
        })
    }
}

/// The contract that a case has if it states none: what can be read off its files.
fn contract(submission: &Table, answers: &Table) -> toml::Table {
    let has_id = |table: &Table| table.header.iter().any(|name| name == "id");
    let keyed = has_id(submission) && has_id(answers);
    let key: Vec<toml::Value> = keyed.then(|| "id".into()).into_iter().collect();
    let rows = if keyed { "same" } else { "position" };
    let columns = submission.header.iter().filter(|name| !keyed || *name != "id").map(|name| {
        let kinds = [submission.column(name), answers.column(name)]
            .map(|column| column.map(|column| column.data_type().clone()));
        let numeric = |kind: &Option<DataType>| kind.as_ref().is_none_or(DataType::is_numeric);
        let kind = if kinds.iter().all(numeric) { "number" } else { "any" };
        let mut rule = toml::Table::new();
        rule.insert("names".into(), toml::Value::Array(vec![name.as_str().into()]));
        rule.insert("type".into(), kind.into());
        for lenient in ["missing", "all_missing", "infinite"] {
            rule.insert(lenient.into(), "allow".into());
        }
        toml::Value::Table(rule)
    });
    toml::Table::from_iter([
        ("key".to_owned(), toml::Value::Array(key)),
        ("rows".to_owned(), rows.into()),
        ("columns".to_owned(), toml::Value::Array(columns.collect())),
    ])
}
