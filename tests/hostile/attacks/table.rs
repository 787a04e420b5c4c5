//! `target/attacks.md`: what came of each attack, and how long it took. Times are reported, never compared.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use assay_tests::{Failure, root};

use super::arena::Run;

static ROWS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// How much of a reason is shown, in characters.
const SHOWN: usize = 240;

/// Adds the second entry of a run, which is the attack's.
pub(crate) fn add(name: &str, does: &str, run: &Run) -> Result<(), Failure> {
    let report = run.reports.get(1).ok_or("there is no entry of the attack")?;
    let reason: Vec<&str> = report
        .reason
        .iter()
        .chain(run.notes.first().and_then(|note| note.grader.as_ref()))
        .map(String::as_str)
        .collect();
    let reason = reason.join("; operator: ");
    let mut words: String =
        reason.chars().take(SHOWN).map(|c| if c == '|' || c.is_control() { ' ' } else { c }).collect();
    if reason.chars().nth(SHOWN).is_some() {
        words.push('…');
    }
    let grading = run.milliseconds(name).unwrap_or(0.0);
    let all = run.took.as_secs_f64() * 1e3;
    let row = format!("| {name} | {does} | {} | {words} | {grading:.0} | {all:.0} |", report.outcome);

    let mut rows = ROWS.lock().unwrap_or_else(PoisonError::into_inner);
    rows.insert(name.to_owned(), row);
    let mut text = String::from(
        "# Attacks\n\nWhat came of each hostile grader. The whole run grades an honest submission before and after it.\n\n\
         | attack | what it does | outcome | reason | ms to grade | ms of the whole run |\n|---|---|---|---|--:|--:|\n",
    );
    rows.values().try_for_each(|row| writeln!(text, "{row}"))?;
    std::fs::write(root().join("target/attacks.md"), text)?;
    Ok(())
}
