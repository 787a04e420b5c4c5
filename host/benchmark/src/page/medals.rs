//! How many runs earned what.

use std::fmt::Write;

use super::table::table;
use crate::reading::Entry;

/// The bar's width, in its own units.
const WIDTH: f64 = 1000.0;

/// A bar of what the runs earned, and the table of the same.
pub(super) fn html(entries: &[Entry]) -> String {
    let count = |counts: &dyn Fn(&Entry) -> bool| entries.iter().filter(|entry| counts(entry)).count();
    let (gold, silver, bronze) =
        (count(&|one| one.won.gold_medal), count(&|one| one.won.silver_medal), count(&|one| one.won.bronze_medal));
    let valid = count(&|one| one.valid_submission);
    let counted = [
        ("Gold medal", gold),
        ("Silver medal", silver),
        ("Bronze medal", bronze),
        ("Any medal", count(&|one| one.medals().any_medal)),
        ("Above the median", count(&|one| one.won.above_median)),
        ("Valid submission", valid),
        ("Submission", count(&|one| one.submission_exists)),
        ("Runs", entries.len()),
    ];
    let percent = |count: usize| match entries.len() {
        0 => "–".to_owned(),
        all => format!("{:.1} %", 100.0 * count as f64 / all as f64),
    };
    let rows: Vec<Vec<String>> =
        counted.iter().map(|&(name, count)| vec![name.to_owned(), count.to_string(), percent(count)]).collect();
    let without = entries.len() - valid;
    let medals = gold + silver + bronze;
    let parts = [
        ("gold", "gold", gold),
        ("silver", "silver", silver),
        ("bronze", "bronze", bronze),
        ("scored", "a score and no medal", valid.saturating_sub(medals)),
        ("none", "no score", without),
    ];
    bar(&parts, entries.len()) + &table("What the runs earned", &["Result", "Runs", "Share"], &[1, 2], &rows)
}

/// A bar whose parts have a class, a name and a count each.
fn bar(parts: &[(&str, &str, usize)], all: usize) -> String {
    if all == 0 {
        return "<p>The report has no runs.</p>\n".to_owned();
    }
    let named: Vec<String> = parts.iter().map(|(_, name, count)| format!("{count} {name}")).collect();
    let mut html = format!(
        "<figure>\n<svg class=\"bar\" role=\"img\" viewBox=\"0 0 {WIDTH} 24\" preserveAspectRatio=\"none\" aria-label=\"Of {all} runs: {}\">\n",
        named.join(", ")
    );
    let mut at = 0.0;
    for (class, _, count) in parts {
        let width = WIDTH * *count as f64 / all as f64;
        let _ = writeln!(html, "<rect class=\"{class}\" x=\"{at:.1}\" y=\"0\" width=\"{width:.1}\" height=\"24\"/>");
        at += width;
    }
    html += "</svg>\n<figcaption><ul class=\"legend\">";
    for (class, name, count) in parts {
        let _ = write!(html, "<li><span class=\"key {class}\"></span>{count} {name}</li>");
    }
    html + "</ul></figcaption>\n</figure>\n"
}
