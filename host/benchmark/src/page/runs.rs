//! All runs, in the report's order.

use assay_types::Direction;

use super::escape::escaped;
use super::positions::medal;
use super::table::table;
use crate::reading::Entry;

/// A row a run.
pub(super) fn html(entries: &[Entry]) -> String {
    let row = |(number, entry): (usize, &Entry)| {
        let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
        let thresholds = &entry.thresholds;
        let better = entry.direction.map_or("–", |direction| match direction {
            Direction::Lower => "lower",
            Direction::Higher => "higher",
        });
        vec![
            format!("{} {}", number + 1, escaped(entry.competition_id.as_deref().unwrap_or("(no competition)"))),
            figure(entry.score),
            earned(entry),
            better.to_owned(),
            figure(thresholds.median_threshold),
            figure(thresholds.bronze_threshold),
            figure(thresholds.silver_threshold),
            figure(thresholds.gold_threshold),
            notes(entry),
        ]
    };
    let rows: Vec<Vec<String>> = entries.iter().enumerate().map(row).collect();
    let header = ["Run", "Score", "Earned", "Better", "Median", "Bronze", "Silver", "Gold", "Notes"];
    table("All runs", &header, &[1, 4, 5, 6, 7], &rows)
}

fn earned(entry: &Entry) -> String {
    if !entry.valid_submission {
        "no score".to_owned()
    } else if entry.thresholds.gold_threshold.is_none() {
        "no thresholds".to_owned()
    } else {
        medal(entry)
    }
}

/// What whoever reads the score should know.
fn notes(entry: &Entry) -> String {
    let mut notes = Vec::new();
    if entry.submission_is_answers {
        notes.push("the submission is a copy of the answers".to_owned());
    }
    if let Some(edition) = &entry.edition {
        notes.push(format!("edition {}", escaped(edition)));
    }
    notes.extend(entry.outside_lock.iter().map(|what| format!("not in the lock: {}", escaped(what))));
    notes.join("; ")
}
