//! Does a report hold? Its list is graded again, and every field is compared but the time: those of the entries with what grading gives,
//! the sums with those of the entries, the list with its digest, the state of the log of uses with the log. What is no field is refused.
//!
//! A report of the reference holds less: what it does not have is not compared, and [`lacks`] says so.

mod compare;
mod form;

use std::fmt;

use assay_types::excerpt::excerpt;
use assay_types::report::{Counts, Reported, Totals};
use serde::Serialize;
use serde_json::Value;

pub use self::compare::{differences, is_refused};
pub use self::form::{Claims, Form, NoReport, parse};
use crate::list::{Content, Entry, ListedSubmission};

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

impl Claims {
    /// In what the sums differ from those of the entries.
    ///
    /// # Errors
    ///
    /// If they cannot be written as JSON.
    pub fn wrong_totals(&self) -> Result<Vec<Difference>, serde_json::Error> {
        let Some(totals) = &self.totals else { return Ok(Vec::new()) };
        let counts = |entry: &Reported| Counts {
            submission_exists: entry.submission_exists,
            valid_submission: entry.valid_submission,
            medals: entry.medals(),
            is_outside_lock: entry.outside_lock.as_ref().is_some_and(|names| !names.is_empty()),
        };
        let mut sums = Totals::of(self.entries.iter().map(counts));
        sums.total_outside_lock = sums.total_outside_lock.filter(|_| totals.total_outside_lock.is_some());
        Ok(compare::values(&serde_json::to_value(totals)?, &serde_json::to_value(sums)?))
    }

    /// What has to be graded again if the list is not at hand, in the order of the entries.
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
            Entry { line, submission, content: Content::File }
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

/// What reports up to schema 2 do not have.
const KNOWN_ISSUES: &str = "known_issues";

/// The fields that an entry does not have, and that are not compared therefore.
#[must_use]
pub fn lacks(reported: &Reported) -> Vec<&'static str> {
    let Reported { score_exact, outcome, reason, receipt, outside_lock, known_issues, .. } = reported;
    [
        ("score_exact", score_exact.is_none()),
        ("outcome", outcome.is_none()),
        ("reason", reason.is_none()),
        ("receipt", receipt.is_none()),
        ("outside_lock", outside_lock.is_none()),
        (KNOWN_ISSUES, known_issues.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, lacks)| lacks.then_some(name))
    .collect()
}

#[cfg(test)]
mod tests;
