//! Does a report hold? Its entries are graded again, and every field is compared but the time.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::batch::{Entry, Submission};
use crate::excerpt::excerpt;
use crate::report::{BatchReport, Report};

/// A field in which a report and the grading done again differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The field, such as `receipt.answers`.
    pub field: String,
    /// What the report says.
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
#[error("{}", excerpt(&.0.to_string()).unquoted(SHOWN))]
pub struct NoReport(serde_json::Error);

/// The reports in a file that `assay grade` or `assay grade-sample` wrote.
///
/// # Errors
///
/// If it is neither; with line and column.
pub fn parse(text: &[u8]) -> Result<Vec<Report>, NoReport> {
    match serde_json::from_slice::<BatchReport>(text) {
        Ok(batch) => Ok(batch.competition_reports),
        Err(error) => match serde_json::from_slice(text) {
            Ok(report) => Ok(vec![report]),
            // Most files are batches, so what is wrong with one says more.
            Err(_) => Err(NoReport(error)),
        },
    }
}

/// What has to be graded again, in the order of the reports.
#[must_use]
pub fn entries(reports: &[Report]) -> Vec<Entry> {
    let entry = |(index, report): (usize, &Report)| Entry {
        line: index + 1,
        submission: match &report.competition_id {
            Some(id) => Ok(Submission { competition_id: id.clone(), submission_path: report.submission_path.clone() }),
            None => Err("the report names no competition".into()),
        },
    };
    reports.iter().enumerate().map(entry).collect()
}

/// Fields that older reports do not have. In those they are not compared.
const ADDED: [&str; 3] = ["receipt.competition", "receipt.grader.id", "outside_lock"];

/// What differs between a report and the same grading done again. Numbers are equal if their bits are.
#[must_use]
pub fn differences(reported: &Report, found: &Report) -> Vec<Difference> {
    let mut differences = Vec::new();
    // A report has text keys only, so it can always be written.
    let value = |report: &Report| serde_json::to_value(report).unwrap_or_default();
    compare("", &value(reported), &value(found), &mut differences);
    let older = reported.receipt.as_ref().is_some_and(|receipt| receipt.digests.competition.is_none());
    differences.retain(|Difference { field, .. }| field != "created_at" && !(older && ADDED.contains(&field.as_str())));
    differences
}

fn compare(field: &str, reported: &Value, found: &Value, differences: &mut Vec<Difference>) {
    if let (Value::Object(ours), Value::Object(theirs)) = (reported, found) {
        let only_found = theirs.keys().filter(|name| !ours.contains_key(*name));
        for name in ours.keys().chain(only_found) {
            let inner = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
            let side = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
            compare(&inner, &side(ours), &side(theirs), differences);
        }
        return;
    }
    // As text, which tells -0.0 from 0.0.
    let [ours, theirs] = [reported, found].map(Value::to_string);
    if ours != theirs {
        differences.push(Difference { field: field.to_owned(), reported: reported.clone(), found: found.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_score(score: f64) -> Report {
        Report { score_exact: Some(score), ..Report::new(Some("a"), "b.csv") }
    }

    #[test]
    fn numbers_differ_by_their_bits() {
        assert_eq!(differences(&with_score(0.1), &with_score(0.1)), []);
        for (ours, theirs) in [(0.1, 0.1_f64.next_up()), (0.0, -0.0), (1.0, 2.0)] {
            let found = differences(&with_score(ours), &with_score(theirs));
            assert!(matches!(&found[..], [Difference { field, .. }] if field == "score_exact"), "{ours}: {found:?}");
        }
    }

    /// Or a small file would take a lot of memory.
    #[test]
    fn limits_are_numbers() {
        let receipt = |limits: &str| {
            let text = format!(
                r#"{{"grader": {{"name": "g", "version": "1"}}, "component": "", "contract": "", "options": "", "answers": "",
                    "thresholds": "", "wit": "", "host": "", "engine": "", "limits": {limits}}}"#
            );
            serde_json::from_str::<crate::report::Receipt>(&text).map(|receipt| receipt.limits.to_string())
        };
        assert_eq!(receipt(r#"{"a": 1, "b": 0.5}"#).unwrap(), r#"{"a":1,"b":0.5}"#);
        assert!(receipt("[0, 0]").is_err());
        assert!(receipt(r#"{"a": [0, 0]}"#).is_err());
        assert!(receipt(r#"{"a": "1"}"#).is_err());
    }

    #[test]
    fn what_a_file_says_is_shown_as_an_excerpt() {
        let long = "\u{202e}x".repeat(100_000);
        let difference = Difference { field: long.clone(), reported: long.clone().into(), found: Value::Null };
        let unknown = format!("{{\"outcome\": {}, \"competition_reports\": [{{}}]}}", Value::from(long.clone()));
        let wrong = format!("{{\"total_runs\": {}}}", Value::from(long));
        let [unknown, wrong] = [unknown, wrong].map(|text| parse(text.as_bytes()).unwrap_err().to_string());
        for message in [difference.to_string(), unknown, wrong] {
            assert!(!message.is_empty() && message.len() < 2000 && !message.contains('\u{202e}'), "{message}");
        }
    }
}
