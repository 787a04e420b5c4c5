//! Which rows of both sides have equal keys.

use std::hash::BuildHasher;

use arrow::row::Rows;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::keys::Keys;
use super::side::Side;
use super::{direct, hashed};
use crate::finding::Finding;
use crate::threads::Threads;

/// What stands for a row that is not there: no table has so many.
pub(super) const NONE: u32 = u32::MAX;

/// Which rows of both sides have equal keys. A key goes by the number of the first answer that has it.
///
/// Every key is looked up once, whatever is asked afterwards. Only the answers' keys are looked among, so no submission can be made
/// that slows it down.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Index {
    /// The key of each row of the submission; [`NONE`] if no answer has it.
    pub(super) submission: Vec<u32>,
    /// The key of each answer. None if no two answers have the same: then it is the answer's own number.
    answers: Option<Vec<u32>>,
    /// How many answers there are.
    count: usize,
}

impl Index {
    pub(super) fn new(keys: &Keys, threads: &Threads) -> Result<Self, Finding> {
        let (ours, theirs) = (&keys.submission, &keys.answers);
        if let (Side::Several(ours), Side::Several(theirs)) = (ours, theirs) {
            return Ok(of_encoded(keys, ours, theirs));
        }
        if let Some(index) = direct::find(ours, theirs, threads).or_else(|| hashed::find(ours, theirs, threads)) {
            return Ok(index);
        }
        Index::new(&keys.encoded()?, threads)
    }

    pub(super) fn of(submission: Vec<u32>, answers: Option<Vec<u32>>, count: usize) -> Self {
        Index { submission, answers, count }
    }

    /// True if no two answers have the same key.
    pub(super) fn is_unique(&self) -> bool {
        self.answers.is_none()
    }

    /// How many answers there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The key of an answer.
    pub(super) fn answer(&self, row: usize) -> usize {
        self.answers.as_ref().and_then(|answers| answers.get(row)).map_or(row, |&key| key as usize)
    }

    /// The key of a row of the submission, if an answer has it.
    pub(super) fn row(&self, row: usize) -> Option<usize> {
        self.submission.get(row).filter(|&&key| key != NONE).map(|&key| key as usize)
    }

    /// How many answers have a key, by the key's number.
    pub(super) fn expected(&self) -> Vec<u32> {
        let mut expected = vec![0; self.count];
        (0..self.count).for_each(|row| expected[self.answer(row)] += 1);
        expected
    }

    /// How many rows of the submission have a key, by the key's number.
    pub(super) fn given(&self) -> Vec<u32> {
        let mut given = vec![0; self.count];
        (0..self.submission.len()).filter_map(|row| self.row(row)).for_each(|key| given[key] += 1);
        given
    }

    /// For each answer, the one row of the submission that has its key. None, where not all have one, or some have several. Rows whose key no
    /// answer has are left out.
    pub(super) fn positions(&self) -> Option<Vec<u32>> {
        if !self.is_unique() || self.submission.len() < self.count {
            return None;
        }
        let (mut positions, mut placed) = (vec![NONE; self.count], 0);
        for (row, &key) in (0..).zip(&self.submission) {
            if key == NONE {
                continue;
            }
            let position = positions.get_mut(key as usize).filter(|position| **position == NONE)?;
            *position = row;
            placed += 1;
        }
        (placed == self.count).then_some(positions)
    }
}

/// Looks encoded keys up. The hashes differ in every process, so that nobody knows keys that have the same.
fn of_encoded(keys: &Keys, ours: &Rows, theirs: &Rows) -> Index {
    let hasher = DefaultHashBuilder::default();
    let hash = |rows: &Rows, row: usize| hasher.hash_one(rows.row(row).data());
    let mut table: HashTable<u32> = HashTable::with_capacity(theirs.num_rows());
    let mut answers = Vec::with_capacity(theirs.num_rows());
    for row in 0..theirs.num_rows() {
        let same = |&first: &u32| theirs.row(first as usize) == theirs.row(row);
        let entry = table.entry(hash(theirs, row), same, |&first| hash(theirs, first as usize));
        answers.push(*entry.or_insert(row as u32).get());
    }
    let key = |row: usize| {
        let same = |&first: &u32| theirs.row(first as usize) == ours.row(row);
        // A missing key equals nothing, not even a missing key.
        table.find(hash(ours, row), same).copied().filter(|_| !keys.is_missing(row)).unwrap_or(NONE)
    };
    let submission = (0..ours.num_rows()).map(key).collect();
    Index::of(submission, (table.len() < theirs.num_rows()).then_some(answers), theirs.num_rows())
}
