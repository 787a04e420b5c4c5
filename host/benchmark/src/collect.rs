//! Collecting: from the folder of a run group to the list of submissions that is graded.
//!
//! A run group has a `metadata.json` that names its runs, and each run a folder `<competition>_<uuid>`. What a run left becomes one line
//! of the list, and a run that left nothing becomes a line without a submission, so that it counts. The fields are the reference's;
//! what the run was, `run_id`, `run_group` and `success`, stands beside them and is carried into reports.

use std::fmt;
use std::path::{Path, PathBuf};

use assay_types::excerpt::excerpt;
use assay_types::python_json;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::experiment::is_name;

/// The largest `metadata.json`, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// What is known of a run group by its `metadata.json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    /// Its name.
    #[serde(default)]
    pub run_group: Option<String>,
    /// Its runs, in the order of the file.
    pub runs: Runs,
}

/// Runs: the names of their folders, and whether they ended well, where that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs(pub Vec<(String, Option<bool>)>);

/// Where in a run's folder things are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The submission [default: `submission/submission.csv`].
    pub submission: PathBuf,
    /// The log.
    pub log: PathBuf,
    /// The code.
    pub code: PathBuf,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Line {
    pub competition_id: String,
    pub submission_path: Option<String>,
    pub logs_path: Option<String>,
    pub code_path: Option<String>,
    pub run_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
}

/// A run group as a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// A line for each run.
    pub lines: Vec<Line>,
    /// The runs that something is wrong with, and what.
    pub broken: Vec<(String, String)>,
}

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CollectError {
    /// The metadata have another form.
    #[error("{file} is not the metadata of a run group, which has `runs`, an object of runs: {message}")]
    Form {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        message: String,
    },
    /// There are no runs.
    #[error("{place} has no runs; a run is a folder <competition>_<id>")]
    NoRuns {
        /// The file, or the folder.
        place: String,
    },
}

impl Metadata {
    /// Reads the text of a `metadata.json`; `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// If it is something else, or names no runs.
    pub fn parse(text: &[u8], file: &str) -> Result<Self, CollectError> {
        let file = excerpt(file).unquoted(4096).to_string();
        let metadata: Metadata = python_json::from_slice(text).map_err(|error| CollectError::Form {
            file: file.clone(),
            message: excerpt(&error.in_lines(text)).unquoted(200).to_string(),
        })?;
        if metadata.runs.0.is_empty() { Err(CollectError::NoRuns { place: file }) } else { Ok(metadata) }
    }

    /// The runs of a group that was stopped before it wrote its metadata: the folders below its own, in the order of their names.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn of_folders(group: &Path) -> Result<Self, CollectError> {
        let none = || CollectError::NoRuns { place: group.display().to_string() };
        let entries = std::fs::read_dir(group).map_err(|_| none())?;
        let names = entries.flatten().filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
        let mut names: Vec<String> =
            names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains('_')).collect();
        names.sort();
        if names.is_empty() {
            return Err(none());
        }
        let run_group = group.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Metadata { run_group, runs: Runs(names.into_iter().map(|name| (name, None)).collect()) })
    }

    /// The list of what the runs left below the folder of their group.
    #[must_use]
    pub fn collect(&self, group: &Path, places: &Places) -> Collected {
        let mut collected = Collected { lines: Vec::new(), broken: Vec::new() };
        for (run, success) in &self.runs.0 {
            let (line, broken) = self.line(group, run, *success, places);
            collected.broken.extend(broken.map(|why| (run.clone(), why)));
            collected.lines.push(line);
        }
        collected
    }

    /// The line of a run, and what is wrong with it.
    fn line(&self, group: &Path, run: &str, success: Option<bool>, places: &Places) -> (Line, Option<String>) {
        let competition = run.rsplit_once('_').map(|(competition, _)| competition);
        let mut line = Line {
            // One that names no competition is not lost either: grading says that there is none of this id.
            competition_id: competition.unwrap_or(run).to_owned(),
            submission_path: None,
            logs_path: None,
            code_path: None,
            run_id: run.to_owned(),
            run_group: self.run_group.clone(),
            success,
        };
        let folder = group.join(run);
        if !is_name(run) {
            return (line, Some("its name is not that of a folder".into()));
        }
        if !folder.is_dir() {
            return (line, Some("its folder is not there".into()));
        }
        let there = |path: &Path| {
            let path = folder.join(path);
            path.exists().then(|| posix(&path))
        };
        line.logs_path = there(&places.log);
        line.code_path = there(&places.code);
        line.submission_path = there(&places.submission);
        let Some(competition) = competition else {
            return (line, Some("its name is not <competition>_<id>".into()));
        };
        if line.submission_path.is_none() {
            match of_competition(&folder, competition) {
                Ok(path) => line.submission_path = path.as_deref().map(posix),
                Err(several) => return (line, Some(several)),
            }
        }
        let broken = match (&line.submission_path, success) {
            (None, Some(false)) => Some("it failed, and left no submission"),
            (None, _) => Some("it left no submission"),
            (Some(_), Some(false)) => Some("it failed, but left a submission, which is graded"),
            (Some(_), _) => None,
        };
        (line, broken.map(ToOwned::to_owned))
    }
}

/// The file `submission/<competition>….csv`, if there is one.
fn of_competition(run: &Path, competition: &str) -> Result<Option<PathBuf>, String> {
    let Ok(entries) = std::fs::read_dir(run.join("submission")) else { return Ok(None) };
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(competition) && name.ends_with(".csv"))
    };
    let mut paths = entries.flatten().map(|entry| entry.path()).filter(named);
    match (paths.next(), paths.next()) {
        (Some(_), Some(_)) => {
            Err(format!("it left several files submission/{}*.csv: name one by --rel-submission-path", competition))
        }
        (path, _) => Ok(path),
    }
}

/// A path with slashes between its parts.
fn posix(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

impl<'de> Deserialize<'de> for Runs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        /// What is said of a run, as far as it is used.
        #[derive(Deserialize)]
        struct State {
            #[serde(default)]
            success: Option<bool>,
        }

        impl<'de> Visitor<'de> for Object {
            type Value = Runs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of runs")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Runs, A::Error> {
                let mut runs = Vec::new();
                while let Some((run, State { success })) = object.next_entry::<String, State>()? {
                    runs.push((run, success));
                }
                Ok(Runs(runs))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
