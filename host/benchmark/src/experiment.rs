//! Experiments: which run groups belong to one, and where their reports are, as the reference keeps it in
//! `runs/run_group_experiments.csv`.

use std::io;
use std::path::{Path, PathBuf};

use assay_types::excerpt::{excerpt, listed, names};
use thiserror::Error;

/// The file in the folder of run groups that says which belong together.
pub const FILE: &str = "run_group_experiments.csv";

/// The largest such file, in bytes.
pub const MAX_BYTES: u64 = 16 << 20;

/// Why the reports of an experiment cannot be had.
#[derive(Debug, Error)]
pub enum ExperimentError {
    /// A line is not a pair.
    #[error("{file}, line {line}: {} is not an experiment and a run group with a comma between them", excerpt(.text))]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
    /// The file is not text.
    #[error("{file} is not UTF-8 text")]
    NotText {
        /// The file.
        file: String,
    },
    /// It has no such experiment.
    #[error("{file} has no experiment {}; it has {}", excerpt(.id), names(.known))]
    Unknown {
        /// The file.
        file: String,
        /// What was asked for.
        id: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A run group has several reports, and nothing says which counts.
    #[error("run group {} has {} grading reports ({}): leave the one that counts, or name files by --grading-reports", listed(.group), .reports.len(), names(.reports))]
    Several {
        /// The run group.
        group: String,
        /// Its reports.
        reports: Vec<String>,
    },
    /// No run group has a report.
    #[error("none of the {groups} run groups of experiment {} has a grading report: grade them first", excerpt(.id))]
    NoReports {
        /// The experiment.
        id: String,
        /// How many run groups it has.
        groups: usize,
    },
    /// A folder cannot be read.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

/// The reports of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Their files, in the order of the run groups' names.
    pub reports: Vec<PathBuf>,
    /// Run groups without a report, and why.
    pub skipped: Vec<String>,
}

/// The run groups of an experiment, in the order of the file: lines of an experiment, a comma, and a run group. `file` is what errors call it.
///
/// # Errors
///
/// If a line is something else, or there is no such experiment.
pub fn run_groups(text: &[u8], id: &str, file: &str) -> Result<Vec<String>, ExperimentError> {
    let file = listed(file);
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|_| ExperimentError::NotText { file: file.clone() })?;
    let (mut groups, mut known) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with("experiment_id") {
            continue;
        }
        let Some((experiment, group)) = line.split_once(',').map(|(one, other)| (one.trim(), other.trim())) else {
            return Err(ExperimentError::Line { file, line: number + 1, text: line.to_owned() });
        };
        if experiment == id {
            groups.push(group.to_owned());
        } else if !known.iter().any(|other| other == experiment) {
            known.push(experiment.to_owned());
        }
    }
    if groups.is_empty() { Err(ExperimentError::Unknown { file, id: id.to_owned(), known }) } else { Ok(groups) }
}

/// The reports of run groups below a folder: of each the one file there whose name has `grading_report` in it and ends in `.json`. Groups
/// without one are skipped.
///
/// # Errors
///
/// If a group has several, or none has one.
pub fn reports(runs: &Path, groups: &[String], id: &str) -> Result<Found, ExperimentError> {
    let mut groups: Vec<&String> = groups.iter().collect();
    groups.sort();
    groups.dedup();
    let mut found = Found { reports: Vec::new(), skipped: Vec::new() };
    for group in &groups {
        let folder = runs.join(group);
        if !is_name(group) || !folder.is_dir() {
            found.skipped.push(format!("run group {} has no folder below {}", excerpt(group), runs.display()));
            continue;
        }
        let mut reports = of_folder(&folder)?;
        match reports.len() {
            0 => found.skipped.push(format!("run group {} has no grading report", excerpt(group))),
            1 => found.reports.append(&mut reports),
            _ => {
                let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let reports = reports.iter().map(name).collect();
                return Err(ExperimentError::Several { group: (*group).clone(), reports });
            }
        }
    }
    if found.reports.is_empty() {
        return Err(ExperimentError::NoReports { id: id.to_owned(), groups: groups.len() });
    }
    Ok(found)
}

/// The grading reports directly in a folder, in the order of their names.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn of_folder(folder: &Path) -> Result<Vec<PathBuf>, ExperimentError> {
    let io = |error| ExperimentError::Io { path: folder.to_owned(), error };
    let mut reports = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let is_report = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
            name.find("grading_report").is_some_and(|at| name.get(at..).is_some_and(|rest| rest.ends_with(".json")))
        });
        if is_report && path.is_file() {
            reports.push(path);
        }
    }
    reports.sort();
    Ok(reports)
}

/// True for the name of a folder directly below another.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_groups_are_those_of_the_experiment() {
        let text = b"experiment_id,run_group\nmine,b\nother,c\n\n mine , a,1 \n";
        assert_eq!(run_groups(text, "mine", "f.csv").unwrap(), ["b", "a,1"]);
        let message = |text: &[u8]| run_groups(text, "none", "f.csv").unwrap_err().to_string();
        assert_eq!(message(text), "f.csv has no experiment `none`; it has `mine`, `other`");
        assert_eq!(
            message(b"mine;b\n"),
            "f.csv, line 1: `mine;b` is not an experiment and a run group with a comma between them"
        );
    }
}
