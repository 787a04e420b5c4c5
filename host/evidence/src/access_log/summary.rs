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
    /// How often by outcome.
    pub outcomes: BTreeMap<Outcome, u64>,
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

/// Adds up uses. It grows with how many different ones there are.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    uses: u64,
    usages: BTreeMap<(String, String), Usage>,
}

impl Tally {
    /// Adds a use; they come in the order of the log.
    pub fn add(&mut self, entry: Use) {
        self.uses += 1;
        let key = (entry.competition_id.clone(), entry.submission.clone());
        let usage = self.usages.entry(key).or_insert_with(|| Usage {
            competition_id: entry.competition_id,
            submission: entry.submission,
            uses: 0,
            purposes: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            first: entry.time.clone(),
            last: String::new(),
        });
        usage.uses += 1;
        *usage.purposes.entry(entry.purpose).or_default() += 1;
        *usage.outcomes.entry(entry.outcome).or_default() += 1;
        usage.last = entry.time;
    }

    /// What they add up to.
    #[must_use]
    pub fn summary(self) -> Summary {
        let mut usages: Vec<Usage> = self.usages.into_values().collect();
        usages.sort_by(|a, b| (&a.competition_id, &a.first).cmp(&(&b.competition_id, &b.first)));
        let mut competitions: Vec<&str> = usages.iter().map(|usage| usage.competition_id.as_str()).collect();
        competitions.dedup();
        Summary { uses: self.uses, competitions: competitions.len(), usages }
    }
}
