//! Prepared competitions that are kept for the next grading, within a bound on their memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::answers::Version;
use crate::prepared::{PrepareError, PreparedCompetition};

/// Competitions by id. Beyond the bound, those that were used longest ago and that no grading uses now are dropped.
pub(crate) struct PreparedCache {
    bytes: usize,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_id: HashMap<String, Slot>,
    /// Counts uses, so that the one longest ago can be told.
    clock: u64,
}

#[derive(Clone, Default)]
struct Slot {
    last_used: u64,
    /// About how much memory it takes, in bytes; 0 while it is being prepared.
    weight: usize,
    cell: Arc<Mutex<Option<Kept>>>,
}

struct Kept {
    /// SHA-256 of the competition's file.
    competition: String,
    answers: Version,
    prepared: Result<Arc<PreparedCompetition>, PrepareError>,
}

impl PreparedCache {
    /// A cache of about so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        PreparedCache { bytes, slots: Mutex::default() }
    }

    /// The competition as it was prepared before, if neither its file nor its answers changed since; else as `prepare` makes it. Others
    /// that ask for the same one meanwhile wait for it.
    pub(crate) fn get_or_prepare(
        &self,
        id: &str,
        competition: &str,
        answers: Version,
        prepare: impl FnOnce() -> Result<PreparedCompetition, PrepareError>,
    ) -> Result<Arc<PreparedCompetition>, PrepareError> {
        let cell = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.clock += 1;
            let now = slots.clock;
            let slot = slots.by_id.entry(id.to_owned()).or_default();
            slot.last_used = now;
            Arc::clone(&slot.cell)
        };
        let mut kept = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &*kept
            && kept.competition == competition
            && kept.answers.is(&answers)
        {
            return kept.prepared.clone();
        }
        // What was there before is gone before the new one takes its place in memory.
        *kept = None;
        let prepared = prepare().map(Arc::new);
        if !prepared.as_ref().is_err_and(PrepareError::is_host_fault) {
            let prepared = prepared.clone();
            *kept = Some(Kept { competition: competition.to_owned(), answers, prepared });
        }
        drop(kept);
        self.weigh(id, prepared.as_ref().map_or(0, |prepared| prepared.weight()));
        prepared
    }

    /// About how much memory a competition takes that is kept, in bytes.
    pub(crate) fn weight_of(&self, id: &str) -> Option<usize> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.by_id.get(id).map(|slot| slot.weight).filter(|&weight| weight > 0)
    }

    /// Notes what a competition weighs, and drops others until all fit.
    fn weigh(&self, id: &str, weight: usize) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.by_id.get_mut(id) {
            slot.weight = weight;
        }
        let mut total: usize = slots.by_id.values().map(|slot| slot.weight).sum();
        while total > self.bytes {
            let idle = slots.by_id.iter().filter(|(other, slot)| *other != id && slot.is_idle());
            let Some(oldest) = idle.min_by_key(|(_, slot)| slot.last_used).map(|(id, _)| id.clone()) else { break };
            total -= slots.by_id.remove(&oldest).map_or(0, |slot| slot.weight);
        }
    }
}

impl Slot {
    /// True if nobody uses what it holds.
    fn is_idle(&self) -> bool {
        self.weight > 0
            && Arc::strong_count(&self.cell) == 1
            && self.cell.try_lock().is_ok_and(|kept| match kept.as_ref().map(|kept| &kept.prepared) {
                Some(Ok(prepared)) => Arc::strong_count(prepared) == 1,
                _ => true,
            })
    }
}
