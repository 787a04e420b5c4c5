//! Comparisons: may the figures of two runs be held against each other, and only then, what differs.
//!
//! Two runs are comparable if the same was graded in the same way under the same conditions: split, budget, hardware, what the agent could
//! reach and know, graders, rules, answers, thresholds; and if nobody looked at scores before the end. The agent, its models and its
//! environment may differ, since they are what is compared. What is not stated cannot be held against anybody, so it is named by itself.

mod conditions;
mod paired;

use std::collections::BTreeSet;

use assay_types::excerpt::names;
use schemars::JsonSchema;
use serde::Serialize;

pub use self::paired::Paired;
use crate::card::{Card, LogSays};
use crate::reading::Entry;
use crate::seeds::{Cell, Seeds};

/// A run that is compared.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// Its seeds, of the same competitions as the other's.
    pub seeds: Seeds<'a>,
    /// Its card, if it has one.
    pub card: Option<Card>,
    /// What a log of uses says of it, if one was given.
    pub log: Option<LogSays>,
    /// Competitions that it has and the other has not.
    pub alone: Vec<String>,
}

/// Whether figures may be held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All conditions are stated, and the same.
    Comparable,
    /// What is stated is the same, but not everything is stated.
    AsFarAsStated,
    /// Something differs that figures depend on, or scores were looked at before the end.
    NotComparable,
}

/// A condition that differs, or that is not stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// What it is about.
    pub about: String,
    /// What differs, or what is not known.
    pub message: String,
}

/// The shares of two runs, and their difference.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Difference {
    /// The share of competitions, such as `any medal`.
    pub share: String,
    /// The first run's mean over competitions, in percent.
    pub first: f64,
    /// The second's.
    pub second: f64,
    /// The second less the first, paired by competition, in percentage points.
    pub difference: Paired,
}

/// Two runs side by side.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// Whether figures may be held against each other.
    pub verdict: Verdict,
    /// Why not.
    pub differs: Vec<Reason>,
    /// What is not stated, so that it cannot be told.
    pub unknown: Vec<Reason>,
    /// What else to know.
    pub remarks: Vec<String>,
    /// How many competitions both have.
    pub competitions: usize,
    /// How many seeds each has.
    pub seeds: [usize; 2],
    /// What differs in the end.
    pub differences: Vec<Difference>,
}

/// A share: its name, and what of an entry counts.
type Share = (&'static str, fn(&Entry) -> bool);

/// The shares that are compared.
const SHARES: [Share; 5] = [
    ("valid submission", |entry| entry.valid_submission),
    ("above median", |entry| entry.won.above_median),
    ("gold medal", |entry| entry.won.gold_medal),
    ("silver or gold", |entry| entry.won.gold_medal || entry.won.silver_medal),
    ("any medal", |entry| entry.medals().any_medal),
];

impl Comparison {
    /// Compares two runs over the competitions that both have, of which there is at least one.
    #[must_use]
    pub fn of(first: &Side<'_>, second: &Side<'_>) -> Self {
        let conditions::Found { differs, unknown } = conditions::held(first, second);
        let verdict = match (differs.is_empty(), unknown.is_empty()) {
            (false, _) => Verdict::NotComparable,
            (true, false) => Verdict::AsFarAsStated,
            (true, true) => Verdict::Comparable,
        };
        let seeds = [first, second].map(|side| side.seeds.seeds.len());
        let mut remarks = Vec::new();
        if seeds[0] != seeds[1] {
            remarks.push(format!(
                "{} has {} seeds, {} has {}: the means of fewer are less certain",
                first.name, seeds[0], second.name, seeds[1]
            ));
        }
        for side in [first, second] {
            let leaks = side.card.iter().filter_map(|card| card.known_leaks.as_ref()).flatten();
            remarks.extend(leaks.map(|leak| format!("known to have leaked in {}: {leak}", side.name)));
        }
        let differences = SHARES.into_iter().filter_map(|share| difference(share, first, second)).collect();
        let competitions = first.seeds.ids.len();
        Comparison { verdict, differs, unknown, remarks, competitions, seeds, differences }
    }
}

fn difference((name, counts): Share, first: &Side<'_>, second: &Side<'_>) -> Option<Difference> {
    let shares = |side: &Side<'_>| -> Vec<f64> {
        let of = |cells: Vec<Cell<'_>>| {
            let count = cells.iter().filter_map(Cell::entry).filter(|entry| counts(entry)).count();
            100.0 * count as f64 / cells.len() as f64
        };
        side.seeds.by_competition().map(|(_, cells)| of(cells)).collect()
    };
    let (ours, theirs) = (shares(first), shares(second));
    let differences: Vec<f64> = ours.iter().zip(&theirs).map(|(one, other)| other - one).collect();
    let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
    Some(Difference {
        share: name.to_owned(),
        first: mean(&ours),
        second: mean(&theirs),
        difference: Paired::of(&differences)?,
    })
}

/// Some of these competitions, in words.
fn some(ids: &BTreeSet<&str>) -> String {
    let ids: Vec<&str> = ids.iter().copied().collect();
    names(&ids)
}
