//! Runs without a score, and why.

use super::escape::escaped;
use super::table::table;
use crate::reading::Entry;

/// A row a run.
pub(super) fn html(entries: &[Entry]) -> String {
    let failed = |(number, entry): (usize, &Entry)| {
        (!entry.valid_submission).then(|| {
            let outcome = entry.outcome.map_or_else(|| bare(entry).to_owned(), |outcome| outcome.to_string());
            let reason = entry.reason.as_deref().unwrap_or("the report does not say why");
            vec![
                format!("{} {}", number + 1, escaped(entry.competition_id.as_deref().unwrap_or("(no competition)"))),
                outcome,
                format!("<span class=\"reason\">{}</span>", escaped(reason)),
                escaped(entry.submission_path.as_deref().unwrap_or("(none)")),
            ]
        })
    };
    let rows: Vec<Vec<String>> = entries.iter().enumerate().filter_map(failed).collect();
    if rows.is_empty() {
        return "<p>Every run has a score.</p>\n".to_owned();
    }
    table("Runs without a score", &["Run", "Outcome", "Reason", "Submission"], &[], &rows)
}

/// What a report of the reference says of it.
fn bare(entry: &Entry) -> &'static str {
    if entry.submission_exists { "invalid submission" } else { "no submission" }
}
