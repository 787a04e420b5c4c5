//! Reports: what is written about a submission, and about a batch of them.
//!
//! The reference's fields keep their names and places; ours follow.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::competition::Leaderboard;
use crate::medal::{self, Medals};
use crate::sandbox::{self, Sandbox};
use crate::setup::Digests;
use crate::uses::Anchor;

/// What came of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It has a score.
    Scored,
    /// It is not what the competition asks for, so it has none.
    InvalidSubmission,
    /// The grader failed. That says nothing about the submission.
    GraderFault,
    /// The grader ran into a limit. That says nothing about the submission, unless it was made for this.
    LimitExceeded,
    /// No grader ran: the competition is unknown, or its data are not there.
    NotGraded,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Scored => "scored",
            Outcome::InvalidSubmission => "invalid submission",
            Outcome::GraderFault => "grader fault",
            Outcome::LimitExceeded => "limit exceeded",
            Outcome::NotGraded => "not graded",
        })
    }
}

/// The report on one submission.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The competition.
    pub competition_id: Option<String>,
    /// The score, rounded to 5 decimals.
    pub score: Option<f64>,
    /// The thresholds; none if the competition is unknown.
    #[serde(flatten)]
    pub thresholds: Thresholds,
    /// What the score earns.
    #[serde(flatten)]
    pub medals: Medals,
    /// True if there is a file, and its name ends in `.csv`.
    pub submission_exists: bool,
    /// True if it has a score.
    pub valid_submission: bool,
    /// True if a lower score is the better one.
    pub is_lower_better: Option<bool>,
    /// When the report was made: UTC, ISO 8601.
    pub created_at: String,
    /// The path as it was given.
    pub submission_path: String,
    /// The score in full precision.
    pub score_exact: Option<f64>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why there is no score, in words that a participant may read.
    pub reason: Option<String>,
    /// What the score rests on; none if no grader was at hand.
    pub receipt: Option<Receipt>,
    /// The grader and the competition of this run, if the lock does not have them as they are; see [`crate::lock`].
    #[serde(default)]
    pub outside_lock: Vec<String>,
}

/// A leaderboard's thresholds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Thresholds {
    pub gold_threshold: Option<f64>,
    pub silver_threshold: Option<f64>,
    pub bronze_threshold: Option<f64>,
    pub median_threshold: Option<f64>,
}

impl From<&Leaderboard> for Thresholds {
    fn from(leaderboard: &Leaderboard) -> Self {
        Thresholds {
            gold_threshold: Some(leaderboard.gold),
            silver_threshold: Some(leaderboard.silver),
            bronze_threshold: Some(leaderboard.bronze),
            median_threshold: Some(leaderboard.median),
        }
    }
}

/// What a score rests on. With the same, anyone gets the same score and uses the same fuel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The grader.
    pub grader: GraderReceipt,
    /// SHA-256 of what decides the score.
    #[serde(flatten)]
    pub digests: Digests,
    /// SHA-256 of the submission; none if it could not be read.
    pub submission: Option<String>,
    /// The version of the contract with graders.
    pub wit: String,
    /// The version of this program.
    pub host: String,
    /// The version of the engine.
    pub engine: String,
    /// The limits that the grader ran under, by name.
    #[serde(deserialize_with = "numbers")]
    pub limits: serde_json::Value,
    /// The fuel it used; none if it did not run.
    pub fuel: Option<u64>,
}

/// An object of numbers alone: anything else that a report may hold here would take many times the memory of its text.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<serde_json::Value, D::Error> {
    let numbers: BTreeMap<String, serde_json::Number> = Deserialize::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(|(name, number)| (name, serde_json::Value::from(number))).collect())
}

/// A grader: the names that others and it itself give it, and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct GraderReceipt {
    /// What the competition calls it; none in reports that are older than this field.
    #[serde(default)]
    pub id: Option<String>,
    pub name: String,
    pub version: String,
}

impl Receipt {
    /// A receipt without a submission; `id` is what the competition calls the grader.
    #[must_use]
    pub fn new(grader: &sandbox::Grader, id: &str, digests: &Digests) -> Self {
        let description = grader.description();
        Receipt {
            grader: GraderReceipt {
                id: Some(id.to_owned()),
                name: description.name.clone(),
                version: description.version.clone(),
            },
            digests: digests.clone(),
            submission: None,
            wit: sandbox::WIT.into(),
            host: concat!("assay ", env!("CARGO_PKG_VERSION")).into(),
            engine: Sandbox::engine_version().into(),
            limits: serde_json::to_value(grader.limits()).unwrap_or_default(),
            fuel: None,
        }
    }
}

impl Report {
    /// The report on a submission that has not been looked at: without thresholds, score and reason. Others are made from it.
    #[must_use]
    pub fn new(competition_id: Option<&str>, submission_path: &str) -> Self {
        Report {
            competition_id: competition_id.map(ToOwned::to_owned),
            score: None,
            thresholds: Thresholds::default(),
            medals: Medals::default(),
            submission_exists: false,
            valid_submission: false,
            is_lower_better: None,
            created_at: timestamp(Utc::now()),
            submission_path: submission_path.to_owned(),
            score_exact: None,
            outcome: Outcome::NotGraded,
            reason: None,
            receipt: None,
            outside_lock: Vec::new(),
        }
    }

    /// The report with the competition's thresholds.
    #[must_use]
    pub fn against(mut self, leaderboard: &Leaderboard) -> Self {
        self.thresholds = leaderboard.into();
        self.is_lower_better = Some(leaderboard.lower_is_better);
        self
    }

    /// The report on a submission without a score.
    #[must_use]
    pub fn refused(mut self, outcome: Outcome, reason: impl Into<String>) -> Self {
        self.outcome = outcome;
        self.reason = Some(reason.into());
        self
    }

    /// The report on a submission with a finite score.
    #[must_use]
    pub fn scored(mut self, score: f64, leaderboard: &Leaderboard) -> Self {
        let rounded = medal::rounded(score, medal::SCORE_DECIMALS);
        self.score = Some(rounded);
        self.score_exact = Some(score);
        self.medals = medal::award(rounded, leaderboard);
        self.valid_submission = true;
        self.outcome = Outcome::Scored;
        self
    }
}

/// The report on a batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct BatchReport {
    pub total_runs: usize,
    pub total_runs_with_submissions: usize,
    pub total_valid_submissions: usize,
    pub total_medals: usize,
    pub total_gold_medals: usize,
    pub total_silver_medals: usize,
    pub total_bronze_medals: usize,
    pub total_above_median: usize,
    #[serde(default)]
    pub total_outside_lock: usize,
    pub competition_reports: Vec<Report>,
    /// The state of the log of uses once all of these were in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_log: Option<Anchor>,
}

impl BatchReport {
    /// Adds up reports.
    #[must_use]
    pub fn new(reports: Vec<Report>) -> Self {
        let count = |is: fn(&Report) -> bool| reports.iter().filter(|report| is(report)).count();
        BatchReport {
            total_runs: reports.len(),
            total_runs_with_submissions: count(|report| report.submission_exists),
            total_valid_submissions: count(|report| report.valid_submission),
            total_medals: count(|report| report.medals.any_medal),
            total_gold_medals: count(|report| report.medals.gold_medal),
            total_silver_medals: count(|report| report.medals.silver_medal),
            total_bronze_medals: count(|report| report.medals.bronze_medal),
            total_above_median: count(|report| report.medals.above_median),
            total_outside_lock: count(|report| !report.outside_lock.is_empty()),
            competition_reports: reports,
            use_log: None,
        }
    }

    /// The same, with the state of the log that its uses are in.
    #[must_use]
    pub fn anchored(self, use_log: Option<Anchor>) -> Self {
        BatchReport { use_log, ..self }
    }

    /// Writes the report to `<folder>/<timestamp>_grading_report.json`, whole or not at all, and never over another one.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, folder: &Path, now: DateTime<Utc>) -> std::io::Result<std::path::PathBuf> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".grading-report-").tempfile_in(folder)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Temporary files are private; a report is an ordinary file.
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        let stamp = now.format("%Y-%m-%dT%H-%M-%S-GMT");
        for attempt in 0.. {
            let suffix = if attempt == 0 { String::new() } else { format!("_{attempt}") };
            let path = folder.join(format!("{stamp}{suffix}_grading_report.json"));
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists && attempt < 1000 => {
                    file = error.file;
                }
                Err(error) => return Err(error.error),
            }
        }
        Err(std::io::ErrorKind::AlreadyExists.into())
    }
}

fn timestamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}
