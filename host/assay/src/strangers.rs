//! Whose turn it is among graders that others made.

use std::collections::{BTreeMap, VecDeque};

use assay_types::report::Outcome;

use crate::schedule::Numbered;

/// The entries of graders that others made, by grader.
#[derive(Default)]
pub(crate) struct Strangers {
    by_name: BTreeMap<String, Queue>,
    /// How many turns there have been.
    turns: u64,
}

#[derive(Default)]
struct Queue {
    entries: VecDeque<Numbered>,
    running: usize,
    /// How often it failed or ran into a limit.
    strikes: u64,
    /// It has finished an entry as it should.
    proven: bool,
    last_turn: u64,
}

impl Strangers {
    pub(crate) fn extend(&mut self, name: &str, entries: Vec<Numbered>) {
        self.by_name.entry(name.to_owned()).or_default().entries.extend(entries);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.values().all(|queue| queue.entries.is_empty())
    }

    pub(crate) fn drain(&mut self) -> Vec<Numbered> {
        self.by_name.values_mut().flat_map(|queue| queue.entries.drain(..)).collect()
    }

    /// The next entry: of the grader that failed least, then of the one with the fewest entries under way, then of the one whose turn was
    /// longest ago. `others_wait`: there are graders which are about to be loaded.
    pub(crate) fn next(&mut self, threads: usize, others_wait: bool) -> Option<(String, Numbered)> {
        let waiting = self.by_name.values().filter(|queue| !queue.entries.is_empty()).count();
        let half = (threads / 2).max(1);
        let alone = waiting < 2 && !others_wait;
        let (name, queue) = self
            .by_name
            .iter_mut()
            .filter(|(_, queue)| !queue.entries.is_empty())
            .filter(|(_, queue)| alone || (queue.proven && queue.strikes == 0) || queue.running < half)
            .min_by_key(|(_, queue)| (queue.strikes, queue.running, queue.last_turn))?;
        queue.entries.pop_front().map(|entry| (name.clone(), entry))
    }

    pub(crate) fn started(&mut self, name: &str) {
        self.turns += 1;
        let queue = self.by_name.entry(name.to_owned()).or_default();
        queue.running += 1;
        queue.last_turn = self.turns;
    }

    /// An entry has ended: with an outcome, or since there was no room for it.
    pub(crate) fn ended(&mut self, name: &str, outcome: Option<Outcome>) {
        let queue = self.by_name.entry(name.to_owned()).or_default();
        queue.running = queue.running.saturating_sub(1);
        match outcome {
            Some(Outcome::Scored | Outcome::InvalidSubmission) => queue.proven = true,
            Some(Outcome::LimitExceeded | Outcome::GraderFault | Outcome::HostFault) => queue.strikes += 1,
            Some(Outcome::NotGraded) | None => {}
        }
    }
}
