//! Does a report hold? Its entries are graded again, and every field is compared but the time.

use serde::Serialize;
use serde_json::Value;

use crate::batch::{Entry, Submission};
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

/// The reports in a file that `assay grade` or `assay grade-sample` wrote.
///
/// # Errors
///
/// If it is neither; with line and column.
pub fn parse(text: &[u8]) -> Result<Vec<Report>, serde_json::Error> {
    match serde_json::from_slice::<BatchReport>(text) {
        Ok(batch) => Ok(batch.competition_reports),
        Err(error) => match serde_json::from_slice(text) {
            Ok(report) => Ok(vec![report]),
            // Most files are batches, so what is wrong with one says more.
            Err(_) => Err(error),
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
    } else if reported != found {
        differences.push(Difference { field: field.to_owned(), reported: reported.clone(), found: found.clone() });
    }
}
