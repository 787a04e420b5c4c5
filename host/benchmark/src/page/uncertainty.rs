//! How far scores depend on the rows that happen to be there.

use assay_types::bootstrap::{Bootstrap, Interval, Unit};

use super::escape::escaped;
use super::table::table;
use crate::reading::Entry;

/// A row a run; none if nothing was resampled.
pub(super) fn html(entries: &[Entry]) -> Option<String> {
    let row = |(number, entry): (usize, &Entry)| {
        let bootstrap = entry.bootstrap.as_ref()?;
        let run = format!("{} {}", number + 1, escaped(entry.competition_id.as_deref().unwrap_or("(no competition)")));
        let figure = |value: f64| format!("{value:.5}");
        let Some(interval) = &bootstrap.interval else {
            let reason = bootstrap.reason.as_deref().unwrap_or("the report does not say why there are no figures");
            let reason = format!("<span class=\"reason\">{}</span>", escaped(reason));
            return Some([vec![run, reason], vec!["–".to_owned(); 6]].concat());
        };
        let Interval { lower, upper, standard_error, medals, .. } = interval;
        let share = |value: f64| format!("{:.1} %", 100.0 * value);
        let shares = medals.map_or_else(
            || vec!["–".to_owned(); 5],
            |medals| [medals.gold, medals.silver, medals.bronze, medals.none, medals.above_median].map(share).to_vec(),
        );
        let cells = vec![
            run,
            format!("{} to {}; {}", figure(*lower), figure(*upper), drawn(bootstrap, interval)),
            figure(*standard_error),
        ];
        Some([cells, shares].concat())
    };
    let rows: Vec<Vec<String>> = entries.iter().enumerate().filter_map(row).collect();
    let header = ["Run", "95 % interval", "Standard error", "Gold", "Silver", "Bronze", "No medal", "Above median"];
    let note = "<p>Rows, or groups of rows that belong together, were drawn again with replacement. The shares say how often a medal was \
         earned by what was drawn.</p>\n";
    (!rows.is_empty()).then(|| note.to_owned() + &table("Uncertainty of scores", &header, &[2, 3, 4, 5, 6, 7], &rows))
}

/// What was drawn, in words.
fn drawn(bootstrap: &Bootstrap, interval: &Interval) -> String {
    let units = bootstrap.units.unwrap_or_default();
    let what = match (bootstrap.unit, &bootstrap.group) {
        (Some(Unit::Group), Some(group)) => format!("groups of {}", escaped(group)),
        _ => "rows".to_owned(),
    };
    let without = match interval.without_score {
        0 => String::new(),
        count => format!(", {count} more without a score"),
    };
    format!("{} draws of {units} {what}{without}", interval.replicates)
}
