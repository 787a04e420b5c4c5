//! Which rows of both sides have equal keys.

use std::hash::BuildHasher;

use arrow::row::Rows;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::keys::Keys;

/// Which rows of both sides have equal keys. A key goes by the number of the first answer that has it.
///
/// Every key is looked up once, whatever is asked afterwards. Only the answers' keys are in the table, so no submission can be made
/// that slows it down.
pub(super) struct Index {
    /// The key of each row of the submission; none if no answer has it.
    pub(super) submission: Vec<Option<u32>>,
    /// The key of each answer.
    pub(super) answers: Vec<u32>,
    /// How many answers have a key, by the key's number.
    pub(super) expected: Vec<u32>,
    /// How many rows of the submission have a key, by the key's number.
    pub(super) given: Vec<u32>,
    /// True if no two answers have the same key.
    pub(super) unique: bool,
}

impl Index {
    pub(super) fn new(keys: &Keys) -> Self {
        let theirs = &keys.answers;
        let hasher = DefaultHashBuilder::default();
        let hash = |rows: &Rows, row: usize| hasher.hash_one(rows.row(row).data());
        let mut table: HashTable<u32> = HashTable::with_capacity(theirs.num_rows());
        let mut expected = vec![0; theirs.num_rows()];
        let mut answers = Vec::with_capacity(theirs.num_rows());
        for row in 0..theirs.num_rows() {
            let same = |&first: &u32| theirs.row(first as usize) == theirs.row(row);
            let entry = table.entry(hash(theirs, row), same, |&first| hash(theirs, first as usize));
            let first = *entry.or_insert(row as u32).get();
            expected[first as usize] += 1;
            answers.push(first);
        }
        let mut given = vec![0; theirs.num_rows()];
        let ours = &keys.submission;
        let submission = (0..ours.num_rows())
            .map(|row| {
                let same = |&first: &u32| theirs.row(first as usize) == ours.row(row);
                // A missing key equals nothing, not even a missing key.
                let first = table.find(hash(ours, row), same).copied().filter(|_| !keys.is_missing(row))?;
                given[first as usize] += 1;
                Some(first)
            })
            .collect();
        Index { submission, answers, unique: table.len() == theirs.num_rows(), expected, given }
    }

    /// For each answer, the row of the submission that has its key, where each has one.
    pub(super) fn positions(&self) -> Vec<u32> {
        let mut positions = vec![0; self.answers.len()];
        for (row, key) in self.submission.iter().enumerate() {
            if let Some(answer) = key {
                positions[*answer as usize] = row as u32;
            }
        }
        positions
    }
}
