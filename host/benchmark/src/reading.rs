//! Grading reports as this crate reads them: those of this program and of the reference, of which only what is used here is looked at.

use assay_types::Direction;
use assay_types::bootstrap::Bootstrap;
use assay_types::competition::Issue;
use assay_types::excerpt::excerpt;
use assay_types::medal::Medals;
use assay_types::report::{Outcome, SCHEMA, Thresholds};
use assay_types::{python_json, sha256};
use serde::Deserialize;
use thiserror::Error;

/// How much of a parser's message is shown, in characters.
const SHOWN: usize = 200;

/// What is said of JSON that is something else than an object, which a parser would take for the list of an object's values.
pub(crate) const NO_OBJECT: &str = "it is no JSON object";

/// A grading report.
#[derive(Clone, Debug)]
pub struct GradingReport {
    /// What messages call it: its path as it was given.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its entries, in their order.
    pub entries: Vec<Entry>,
}

/// An entry of a report, as far as it is used here. The reference's have the fields up to `submission_path`.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// The competition; none if a line of the list could not be read.
    pub competition_id: Option<String>,
    /// The score, rounded; one that is not finite in some reports of the reference.
    #[serde(default)]
    pub score: Option<f64>,
    /// The thresholds.
    #[serde(flatten)]
    pub thresholds: Thresholds,
    /// What the score earns.
    #[serde(flatten)]
    pub won: Won,
    /// Whether there was a file.
    pub submission_exists: bool,
    /// Whether it has a score.
    pub valid_submission: bool,
    /// Which scores are better.
    #[serde(default, rename = "is_lower_better")]
    pub direction: Option<Direction>,
    /// The path as it was given.
    #[serde(default)]
    pub submission_path: Option<String>,
    /// What came of it; none in reports of the reference.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Why there is no score.
    #[serde(default)]
    pub reason: Option<String>,
    /// What the score rests on.
    #[serde(default)]
    pub receipt: Option<Evidence>,
    /// The edition of the competition that it was graded as; none is the reference's.
    #[serde(default)]
    pub edition: Option<String>,
    /// True if the submission is a copy of the answers.
    #[serde(default)]
    pub submission_is_answers: bool,
    /// What the lock does not have.
    #[serde(default)]
    pub outside_lock: Vec<String>,
    /// What is known to be wrong with the competition.
    #[serde(default)]
    pub known_issues: Vec<Issue>,
    /// What resampling says of the score.
    #[serde(default)]
    pub bootstrap: Option<Bootstrap>,
}

/// What a score earns, as an entry must say it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(missing_docs, reason = "they are those of `Medals`")]
pub struct Won {
    pub gold_medal: bool,
    pub silver_medal: bool,
    pub bronze_medal: bool,
    pub above_median: bool,
}

/// The digests that an entry's score rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "they are those of a receipt")]
pub struct Evidence {
    #[serde(default)]
    pub component: Option<String>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub contract: Option<String>,
    #[serde(default)]
    pub options: Option<String>,
    #[serde(default)]
    pub answers: Option<String>,
    #[serde(default)]
    pub thresholds: Option<String>,
    #[serde(default)]
    pub leaderboard: Option<String>,
    #[serde(default)]
    pub submission: Option<String>,
    #[serde(default)]
    pub host: Option<String>,
}

/// The edition whose known leaks are mended.
pub const CORRECTED: &str = "corrected";

impl Entry {
    /// The medals, of which at most one is marked.
    #[must_use]
    pub fn medals(&self) -> Medals {
        let Won { gold_medal, silver_medal, bronze_medal, above_median } = self.won;
        let any_medal = gold_medal || silver_medal || bronze_medal;
        Medals { any_medal, gold_medal, silver_medal, bronze_medal, above_median }
    }

    /// True if it was graded as an edition in which what is known to leak is mended.
    #[must_use]
    pub fn is_corrected(&self) -> bool {
        self.edition.as_deref() == Some(CORRECTED)
    }
}

/// Why a file is no grading report.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadingError {
    /// It is not JSON, is cut short, or lacks what a report has.
    #[error(
        "{name} is no whole grading report: {message}; `assay grade` writes one, and so does the reference's `mlebench grade`"
    )]
    Form {
        /// The file.
        name: String,
        /// What is wrong, with line and column.
        message: String,
    },
    /// It is a later program's.
    #[error(
        "{name} has schema {found}, but this program knows reports up to schema {SCHEMA}: use the program that wrote it"
    )]
    Later {
        /// The file.
        name: String,
        /// Its schema.
        found: u32,
    },
    /// It does not have the entries that it counts.
    #[error("{name} counts {counted} runs but has {found} entries: it was cut or changed; grade its list again")]
    Count {
        /// The file.
        name: String,
        /// What it says.
        counted: usize,
        /// What it has.
        found: usize,
    },
}

/// The form of a report, before its entries are looked at.
#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    schema: Option<u32>,
}

#[derive(Deserialize)]
struct Batch {
    #[serde(default)]
    total_runs: Option<usize>,
    competition_reports: Vec<Entry>,
}

impl GradingReport {
    /// Reads the text of a report; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// If it is no whole report, or a later program's.
    pub fn parse(text: &[u8], name: &str) -> Result<Self, ReadingError> {
        let name = excerpt(name).unquoted(4096).to_string();
        let json = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let wrong = |error: python_json::Error| ReadingError::Form {
            name: name.clone(),
            message: excerpt(&error.in_lines(json)).unquoted(SHOWN).to_string(),
        };
        if json.trim_ascii_start().first().is_some_and(|&first| first != b'{') {
            return Err(ReadingError::Form { name, message: NO_OBJECT.into() });
        }
        // A later program's may have other fields, so its version is looked at first.
        let Kind { schema } = python_json::from_slice(json).map_err(wrong)?;
        if let Some(found) = schema.filter(|&schema| schema > SCHEMA) {
            return Err(ReadingError::Later { name, found });
        }
        let Batch { total_runs, competition_reports: entries } = python_json::from_slice(json).map_err(wrong)?;
        if let Some(counted) = total_runs.filter(|&runs| runs != entries.len()) {
            return Err(ReadingError::Count { name, counted, found: entries.len() });
        }
        Ok(GradingReport { name, sha256: sha256(text), entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"competition_id": "a", "score": NaN, "gold_threshold": 1, "silver_threshold": null,
        "bronze_threshold": null, "median_threshold": null, "any_medal": false, "gold_medal": false, "silver_medal": true, "bronze_medal": false,
        "above_median": true, "submission_exists": true, "valid_submission": true, "is_lower_better": false, "created_at": "",
        "submission_path": "a.csv", "unknown": {"a": [1]}}"#;

    fn report(schema: &str, runs: usize) -> String {
        format!("{{\"total_runs\": {runs}, {schema}\"competition_reports\": [{ENTRY}]}}")
    }

    #[test]
    fn reports_of_the_reference_are_read() {
        let report = GradingReport::parse(report("", 1).as_bytes(), "a.json").unwrap();
        let [entry] = &report.entries[..] else { panic!("{report:?}") };
        assert!(entry.score.is_some_and(f64::is_nan));
        assert_eq!(entry.medals().to_string(), "silver");
        assert_eq!((entry.thresholds.gold_threshold, entry.outcome, entry.is_corrected()), (Some(1.0), None, false));
    }

    #[test]
    fn what_is_no_report_says_why() {
        let message = |text: &str| GradingReport::parse(text.as_bytes(), "a.json").unwrap_err().to_string();
        let whole = report("", 1);
        assert!(message(&whole[..whole.len() / 2]).starts_with("a.json is no whole grading report: "));
        assert!(message("{\"runs\": []}").contains("missing field `competition_reports`"));
        assert!(message("[1]").contains("a.json is no whole grading report: it is no JSON object"));
        assert!(message("").contains("at line 1 column 1"));
        assert!(message(&report("\"schema\": 99, ", 1)).contains("has schema 99, but this program knows"));
        assert!(message(&report("", 2)).contains("counts 2 runs but has 1 entries"));
        assert!(message(&whole.replace("\"gold_medal\": false, ", "")).contains("missing field `gold_medal`"));
    }
}
