//! What is known to be wrong with the report's competitions.

use std::collections::BTreeMap;

use super::escape::escaped;
use super::table::table;
use crate::reading::Entry;

/// A row an issue; none if nothing is known.
pub(super) fn html(entries: &[Entry]) -> Option<String> {
    let mut issues = BTreeMap::new();
    for entry in entries {
        let id = entry.competition_id.as_deref().unwrap_or("(no competition)");
        for issue in &entry.known_issues {
            issues.insert((id, &issue.text, &issue.source), issue.kind);
        }
    }
    let row = |((id, text, source), kind): ((&str, &String, &String), _)| {
        let long = |text: &str| format!("<span class=\"reason\">{}</span>", escaped(text));
        vec![escaped(id), format!("{kind}"), long(text), long(source)]
    };
    let rows: Vec<Vec<String>> = issues.into_iter().map(row).collect();
    let note =
        "<p>A leak tells participants answers; a defect makes a score mean less, or more, than it seems to.</p>\n";
    (!rows.is_empty()).then(|| {
        note.to_owned()
            + &table("Known issues of these competitions", &["Competition", "Kind", "What", "Source"], &[], &rows)
    })
}
