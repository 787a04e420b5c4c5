//! The reference's verdict on thousands of submissions, against ours.
//!
//! `cases.tar.xz` holds, for each competition, made-up answers in the real files' form, submissions of every kind, and what
//! openai/mle-bench at commit 783b15a (Python 3.11, pandas 2.3.3, numpy 2.4.6, scikit-learn 1.9.1, scipy 1.17.1; VinBigData under
//! numpy 2.3.5) said of each. They go through `assay grade` in one call. Cases that differ on purpose are listed in
//! `differences.toml`, and one that agrees again fails the test as well. The figures for each competition are left in
//! `target/parity.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use assay_tests::cases::{Case, Cases};
use assay_tests::{Failure, reports, root};
use assay_types::report::{Outcome, Report};
use serde::Deserialize;

/// What may differ, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences {
    /// Cases whose score is compared less closely.
    #[serde(default)]
    tolerance: Vec<Tolerance>,
    /// Cases whose outcome or score is another one on purpose.
    #[serde(default)]
    difference: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tolerance {
    competition: String,
    cases: Vec<String>,
    absolute: f64,
    #[serde(rename = "reason")]
    _reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    competition: String,
    cases: Vec<String>,
    #[serde(rename = "reason")]
    _reason: String,
}

#[test]
fn scores_and_refusals_equal_the_reference() -> Result<(), Failure> {
    let differences = std::fs::read_to_string(root().join("tests/parity/differences.toml"))?;
    let differences: Differences = toml::from_str(&differences)?;
    let cases = Cases::unpack(|_| true)?;
    let entries = reports(&cases.jsonl(), &cases.data(), &[])?;
    assert_eq!(entries.len(), cases.list.len());

    let tolerances: BTreeMap<(&str, &str), f64> = differences
        .tolerance
        .iter()
        .flat_map(|some| some.cases.iter().map(|case| ((some.competition.as_str(), case.as_str()), some.absolute)))
        .collect();
    let mut expected_to_differ: BTreeSet<(&str, &str)> = differences
        .difference
        .iter()
        .flat_map(|some| some.cases.iter().map(|case| (some.competition.as_str(), case.as_str())))
        .collect();

    let mut figures: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut wrong = String::new();
    for (case, entry) in cases.list.iter().zip(&entries) {
        let place = (case.competition_id.as_str(), case.case.as_str());
        let agrees = agrees(case, entry, tolerances.get(&place).copied());
        let listed = expected_to_differ.remove(&place);
        let [all, same, different] = figures.entry(&case.competition_id).or_default();
        *all += 1;
        *same += usize::from(agrees);
        *different += usize::from(listed);
        if listed && agrees {
            writeln!(wrong, "{}/{} agrees: take it off differences.toml", place.0, place.1)?;
        } else if !listed && !agrees {
            writeln!(
                wrong,
                "{}/{}: the reference says {} {}, we say {} {:?} ({})",
                place.0,
                place.1,
                case.outcome,
                case.score,
                entry.outcome,
                entry.score_exact,
                entry.reason.as_deref().unwrap_or_default()
            )?;
        }
    }
    for (competition, case) in expected_to_differ {
        writeln!(wrong, "differences.toml names {competition}/{case}, which is no case")?;
    }
    write_figures(&figures)?;
    assert!(wrong.is_empty(), "\n{wrong}");
    Ok(())
}

fn agrees(case: &Case, entry: &Report, absolute: Option<f64>) -> bool {
    match (case.score.as_f64(), entry.score_exact) {
        (Some(theirs), Some(ours)) => (theirs - ours).abs() <= absolute.unwrap_or(1e-9 * theirs.abs()).max(1e-15),
        // A score that is not finite is a refusal here.
        (None, None) => entry.outcome == Outcome::InvalidSubmission,
        _ => false,
    }
}

fn write_figures(figures: &BTreeMap<&str, [usize; 3]>) -> std::io::Result<()> {
    let total = figures.values().fold([0; 3], |sum, figure| std::array::from_fn(|i| sum[i] + figure[i]));
    let mut table = String::from("| competition | cases | agree | differ on purpose |\n|---|--:|--:|--:|\n");
    for (name, [all, same, different]) in figures.iter().chain([(&"all", &total)]) {
        let _ = writeln!(table, "| {name} | {all} | {same} | {different} |");
    }
    println!("{table}");
    std::fs::write(root().join("target/parity.md"), table)
}
