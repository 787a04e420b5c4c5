//! How often were answers used?

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Purpose, Use};
use crate::report::Outcome;

/// How often the answers of one competition were used for one submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// The competition.
    pub competition_id: String,
    /// SHA-256 of the submission.
    pub submission: String,
    /// How often.
    pub uses: u64,
    /// How often by purpose.
    pub purposes: BTreeMap<Purpose, u64>,
    /// How often it got a score.
    pub scored: u64,
    /// When first.
    pub first: String,
    /// When last.
    pub last: String,
}

/// All uses of a log, by competition and submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many uses there are.
    pub uses: u64,
    /// How many competitions.
    pub competitions: usize,
    /// The uses, in the order of competition and first use.
    pub usages: Vec<Usage>,
}

/// Adds up uses, which come in the order of the log.
#[must_use]
pub fn summarize(uses: impl IntoIterator<Item = Use>) -> Summary {
    let mut usages: BTreeMap<(String, String), Usage> = BTreeMap::new();
    let mut count = 0;
    for entry in uses {
        count += 1;
        let key = (entry.competition_id.clone(), entry.submission.clone());
        let usage = usages.entry(key).or_insert_with(|| Usage {
            competition_id: entry.competition_id,
            submission: entry.submission,
            uses: 0,
            purposes: BTreeMap::new(),
            scored: 0,
            first: entry.time.clone(),
            last: String::new(),
        });
        usage.uses += 1;
        *usage.purposes.entry(entry.purpose).or_default() += 1;
        usage.scored += u64::from(entry.outcome == Outcome::Scored);
        usage.last = entry.time;
    }
    let mut usages: Vec<Usage> = usages.into_values().collect();
    usages.sort_by(|a, b| (&a.competition_id, &a.first).cmp(&(&b.competition_id, &b.first)));
    let mut competitions: Vec<&str> = usages.iter().map(|usage| usage.competition_id.as_str()).collect();
    competitions.dedup();
    Summary { uses: count, competitions: competitions.len(), usages }
}
