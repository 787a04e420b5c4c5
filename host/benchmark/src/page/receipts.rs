//! What scores rest on: the digests of each run's receipt.

use super::escape::escaped;
use super::table::table;
use crate::reading::Entry;

/// A row a run that has a receipt.
pub(super) fn html(entries: &[Entry]) -> String {
    let row = |(number, entry): (usize, &Entry)| {
        let receipt = entry.receipt.as_ref()?;
        let digest = |digest: &Option<String>| match digest {
            Some(digest) => format!("<code>{}</code>", escaped(digest)),
            None => "–".to_owned(),
        };
        Some(vec![
            format!("{} {}", number + 1, escaped(entry.competition_id.as_deref().unwrap_or("(no competition)"))),
            digest(&receipt.submission),
            digest(&receipt.answers),
            digest(&receipt.component),
            digest(&receipt.thresholds),
            receipt.host.as_deref().map_or_else(|| "–".to_owned(), escaped),
        ])
    };
    let rows: Vec<Vec<String>> = entries.iter().enumerate().filter_map(row).collect();
    if rows.is_empty() {
        return "<p>The report has no receipts: the reference writes none, and a run that no grader was at hand for has none.</p>\n"
            .to_owned();
    }
    let note = "<p>SHA-256 of what decides each score; with the same, anyone gets the same score.</p>\n";
    let header = ["Run", "Submission", "Answers", "Grader", "Thresholds", "Program"];
    note.to_owned() + &table("Receipts", &header, &[], &rows)
}
