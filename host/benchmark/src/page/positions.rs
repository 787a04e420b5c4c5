//! The plot of every competition's scores between its thresholds.

use std::collections::BTreeMap;
use std::fmt::Write;

use assay_types::Direction;

use super::escape::escaped;
use super::position::{PLACES, position};
use super::table::table;
use crate::reading::Entry;

/// The plot's width and height, in its own units.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 24.0;

/// What is said of the scale.
const SCALE: &str = "<p>Each mark is a run's score; right is better. From left to right the lines are the median and the thresholds \
     of bronze, silver and gold. Between two lines the scale is linear in the score, and beyond the outer ones it is squeezed.</p>\n";

/// A row a competition.
pub(super) fn html(entries: &[Entry]) -> String {
    let mut competitions: BTreeMap<&str, Vec<(&Entry, f64, f64)>> = BTreeMap::new();
    for entry in entries {
        let direction = entry.direction.unwrap_or(Direction::Higher);
        let Some((id, score)) = entry.competition_id.as_deref().zip(entry.score) else { continue };
        if let Some(place) = position(score, &entry.thresholds, direction) {
            competitions.entry(id).or_default().push((entry, score, place));
        }
    }
    if competitions.is_empty() {
        return "<p>No run has a score in a competition with thresholds.</p>\n".to_owned();
    }
    let rows: Vec<Vec<String>> =
        competitions.iter().map(|(id, runs)| vec![escaped(id), plot(id, runs), said(runs)]).collect();
    SCALE.to_owned() + &table("Scores between thresholds", &["Competition", "Position", "Score"], &[], &rows)
}

/// The marks of a competition's runs over its thresholds.
fn plot(id: &str, runs: &[(&Entry, f64, f64)]) -> String {
    let label: Vec<String> = runs.iter().map(|(entry, score, _)| format!("{score}, {}", medal(entry))).collect();
    let mut svg = format!(
        "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-label=\"{}\">",
        escaped(&format!("{id}: {}", label.join("; ")))
    );
    let middle = HEIGHT / 2.0;
    let _ = write!(svg, "<line class=\"axis\" x1=\"0\" y1=\"{middle}\" x2=\"{WIDTH}\" y2=\"{middle}\"/>");
    for (place, class) in PLACES.iter().zip(["median", "bronze", "silver", "gold"]) {
        let x = WIDTH * place;
        let _ = write!(svg, "<line class=\"threshold {class}\" x1=\"{x:.1}\" y1=\"2\" x2=\"{x:.1}\" y2=\"22\"/>");
    }
    for (_, _, place) in runs {
        // Marks at the ends are drawn whole.
        let x = (WIDTH * place).clamp(6.0, WIDTH - 6.0);
        let _ = write!(svg, "<circle class=\"mark\" cx=\"{x:.1}\" cy=\"{middle}\" r=\"5\"/>");
    }
    svg + "</svg>"
}

fn said(runs: &[(&Entry, f64, f64)]) -> String {
    let each: Vec<String> = runs.iter().map(|(entry, score, _)| format!("{score} ({})", medal(entry))).collect();
    each.join("<br>")
}

/// What a score earned.
pub(super) fn medal(entry: &Entry) -> String {
    match (entry.medals().any_medal, entry.won.above_median) {
        (true, _) => entry.medals().to_string(),
        (false, true) => "above the median".to_owned(),
        (false, false) => "no medal".to_owned(),
    }
}
