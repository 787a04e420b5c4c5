//! Does a report hold? Its entries are graded again, and every field is compared but the time.
//!
//! A report of the reference holds less: what it does not have is not compared, and [`lacks`] says so.

mod compare;

use std::fmt;

use assay_types::excerpt::excerpt;
use assay_types::python_json;
use assay_types::report::{Reported, SCHEMA};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

pub use self::compare::{differences, is_refused};
use crate::list::{Entry, ListedSubmission};

/// A field in which a report and the grading done again differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The field, such as `receipt.answers`.
    pub field: String,
    /// What the report says; a number that is not finite as a text.
    pub reported: Value,
    /// What grading again gave.
    pub found: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [reported, found] = [&self.reported, &self.found].map(Value::to_string);
        let [field, reported, found] = [&self.field, &reported, &found].map(|text| excerpt(text).unquoted(SHOWN));
        write!(f, "{field}: the report says {reported}, grading again gives {found}")
    }
}

/// How much of a field a [`Difference`] shows when it is displayed, and how much of a parser's message, in characters.
const SHOWN: usize = 200;

/// Why a file is no report.
#[derive(Debug, Error)]
pub enum NoReport {
    /// It does not have a report's form; with line and column.
    #[error("{}", excerpt(.0).unquoted(SHOWN))]
    Form(String),
    /// It is a later program's.
    #[error(
        "it has schema {found}, but this program knows reports up to schema {SCHEMA}: use the program that wrote it"
    )]
    Later {
        /// Its schema.
        found: u32,
    },
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct Claims {
    /// What it says of each entry.
    pub entries: Vec<Reported>,
    /// What it says of all; none if it is the report on one submission.
    totals: Option<Totals>,
}

/// The sums of a report on a batch.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Totals {
    total_runs: usize,
    total_runs_with_submissions: usize,
    total_valid_submissions: usize,
    total_medals: usize,
    total_gold_medals: usize,
    total_silver_medals: usize,
    total_bronze_medals: usize,
    total_above_median: usize,
    /// None in the reference's.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_outside_lock: Option<usize>,
}

/// A report on a batch, field by field.
#[derive(Deserialize)]
struct FlatBatch {
    total_runs: usize,
    total_runs_with_submissions: usize,
    total_valid_submissions: usize,
    total_medals: usize,
    total_gold_medals: usize,
    total_silver_medals: usize,
    total_bronze_medals: usize,
    total_above_median: usize,
    total_outside_lock: Option<usize>,
    schema: Option<u32>,
    competition_reports: Vec<Reported>,
}

/// What is claimed by a file that `assay grade` or `assay grade-sample` wrote, or the reference.
///
/// # Errors
///
/// If it is neither; with line and column.
pub fn parse(text: &[u8]) -> Result<Claims, NoReport> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let FlatBatch {
        total_runs,
        total_runs_with_submissions,
        total_valid_submissions,
        total_medals,
        total_gold_medals,
        total_silver_medals,
        total_bronze_medals,
        total_above_median,
        total_outside_lock,
        schema,
        competition_reports: entries,
    } = match python_json::from_slice(text) {
        Ok(batch) => batch,
        Err(error) => match python_json::from_slice(text) {
            Ok(report) => return Ok(Claims { entries: vec![report], totals: None }),
            // Most files are batches, so what is wrong with one says more.
            Err(_) => return Err(NoReport::Form(error.in_lines(text))),
        },
    };
    if let Some(found) = schema.filter(|schema| *schema > SCHEMA) {
        return Err(NoReport::Later { found });
    }
    let totals = Totals {
        total_runs,
        total_runs_with_submissions,
        total_valid_submissions,
        total_medals,
        total_gold_medals,
        total_silver_medals,
        total_bronze_medals,
        total_above_median,
        total_outside_lock,
    };
    Ok(Claims { entries, totals: Some(totals) })
}

impl Claims {
    /// In what the sums differ from those of the entries.
    ///
    /// # Errors
    ///
    /// If they cannot be written as JSON.
    pub fn wrong_totals(&self) -> Result<Vec<Difference>, serde_json::Error> {
        let Some(totals) = &self.totals else { return Ok(Vec::new()) };
        let count = |is: fn(&Reported) -> bool| self.entries.iter().filter(|entry| is(entry)).count();
        let outside = |entry: &Reported| entry.outside_lock.as_ref().is_some_and(|names| !names.is_empty());
        let sums = Totals {
            total_runs: self.entries.len(),
            total_runs_with_submissions: count(|entry| entry.submission_exists),
            total_valid_submissions: count(|entry| entry.valid_submission),
            total_medals: count(|entry| entry.any_medal),
            total_gold_medals: count(|entry| entry.gold_medal),
            total_silver_medals: count(|entry| entry.silver_medal),
            total_bronze_medals: count(|entry| entry.bronze_medal),
            total_above_median: count(|entry| entry.above_median),
            total_outside_lock: totals.total_outside_lock.map(|_| count(outside)),
        };
        Ok(compare::values(&serde_json::to_value(totals)?, &serde_json::to_value(sums)?))
    }

    /// What has to be graded again, in the order of the entries.
    ///
    /// An entry without a competition is of a line of the list that could not be read. There is nothing to grade again, so the reason is
    /// taken over, if it is that of a line which can come here.
    #[must_use]
    pub fn to_grade(&self) -> Vec<Entry> {
        let mut line = 0;
        let entry = |reported: &Reported| {
            // Each entry has a line, and those that could not be read say which.
            line += 1;
            let submission = match &reported.competition_id {
                Some(id) => Ok(ListedSubmission {
                    competition_id: id.clone(),
                    submission_path: reported.submission_path.clone(),
                    tags: reported.tags.clone(),
                }),
                None => Err(match unread(reported) {
                    Some((of, why)) if of >= line => {
                        line = of;
                        why.to_owned()
                    }
                    _ => "it has no competition, which only a line that cannot be read has".into(),
                }),
            };
            Entry { line, submission }
        };
        self.entries.iter().map(entry).collect()
    }
}

/// The line of the list that could not be read, and why.
fn unread(reported: &Reported) -> Option<(usize, &str)> {
    let reason = reported.reason.as_ref()?.as_ref()?.strip_prefix("line ")?;
    let (line, why) = reason.split_once(" of the list: ")?;
    // As it is written: no sign, no zeros before it.
    let number = line.parse().ok().filter(|number: &usize| number.to_string() == line)?;
    (!why.is_empty()).then_some((number, why))
}

/// The fields that an entry does not have, and that are not compared therefore.
#[must_use]
pub fn lacks(reported: &Reported) -> Vec<&'static str> {
    let Reported { score_exact, outcome, reason, receipt, outside_lock, .. } = reported;
    [
        ("score_exact", score_exact.is_none()),
        ("outcome", outcome.is_none()),
        ("reason", reason.is_none()),
        ("receipt", receipt.is_none()),
        ("outside_lock", outside_lock.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, lacks)| lacks.then_some(name))
    .collect()
}

#[cfg(test)]
mod tests;
