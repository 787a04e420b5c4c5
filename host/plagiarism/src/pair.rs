//! Two files, and what they share.

use serde::Serialize;

use crate::file::{File, Fingerprint};
use crate::frequent::Ignored;
use crate::longest::Sequences;

/// What two files share. The figures are those of Dolos, and are called as in its table of pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// The one file.
    pub left_file: String,
    /// The other.
    pub right_file: String,
    /// The share of both files' fingerprints that the other one has too, from 0 to 1.
    pub similarity: f64,
    /// How many fingerprints of both files the other one has too.
    pub total_overlap: usize,
    /// The most fingerprints in a row that both have.
    pub longest_fragment: usize,
    /// How many of the left file's the right one has.
    pub left_covered: usize,
    /// And the other way round.
    pub right_covered: usize,
    /// How many fingerprints the left file has, without those that are ignored.
    pub left_total: usize,
    /// How many the right file has.
    pub right_total: usize,
    /// The longest stretches that both have, which overlap in neither.
    pub fragments: Vec<Fragment>,
}

/// A stretch that two files share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fragment {
    /// How many fingerprints it has.
    pub length: usize,
    /// Where it is in the left file.
    pub left: Lines,
    /// Where it is in the right file.
    pub right: Lines,
}

/// Lines of a file, counted from 1. In a notebook they are those of a cell, and all cells are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct Lines {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_cell: Option<u32>,
    pub first_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_cell: Option<u32>,
    pub last_line: u32,
}

impl Lines {
    /// From the first token of one fingerprint to the last token of another.
    fn of(file: &File, first: &Fingerprint, last: &Fingerprint) -> Self {
        let place = |row: u32| match &file.places {
            None => (None, row.saturating_add(1)),
            Some(places) => match places.get(row as usize).or(places.last()) {
                Some(place) => (Some(place.cell), place.line),
                None => (None, row.saturating_add(1)),
            },
        };
        let ((first_cell, first_line), (last_cell, last_line)) = (place(first.rows.0), place(last.rows.1));
        Lines { first_cell, first_line, last_cell, last_line }
    }
}

impl Pair {
    /// Holds two files against each other; at most so many fragments are shown.
    ///
    /// Dolos takes what is ignored from the left file alone, and twice, and counts what is there several times once. Here each file is without
    /// its own, so that the similarity is a share. Where nothing is ignored, it is the same.
    #[must_use]
    pub fn of(left: &File, right: &File, ignored: &Ignored, fragments: usize) -> Self {
        let shared = shared(left, right, ignored);
        let of_shared = |file: &File| {
            let hashes = file.fingerprints.iter().map(|fingerprint| fingerprint.hash).enumerate();
            hashes.filter(|(_, hash)| shared.binary_search(hash).is_ok()).collect::<Vec<_>>()
        };
        let total = |file: &File| file.fingerprints.iter().filter(|one| !ignored.contains(one.hash)).count();
        let (left_shared, right_shared) = (of_shared(left), of_shared(right));
        let (left_covered, right_covered) = (left_shared.len(), right_shared.len());
        let (left_total, right_total) = (total(left), total(right));
        let total_overlap = left_covered + right_covered;
        let (longest_fragment, fragments) = stretches((left, &left_shared), (right, &right_shared), fragments);
        Pair {
            left_file: left.name.clone(),
            right_file: right.name.clone(),
            similarity: share(total_overlap, left_total + right_total),
            total_overlap,
            longest_fragment,
            left_covered,
            right_covered,
            left_total,
            right_total,
            fragments,
        }
    }
}

/// The hashes that both files have and that are not ignored, in the order of their values.
fn shared(left: &File, right: &File, ignored: &Ignored) -> Vec<u32> {
    let in_right = |hash: &u32| right.hashes.binary_search(hash).is_ok() && !ignored.contains(*hash);
    left.hashes.iter().copied().filter(in_right).collect()
}

/// How long the longest stretch is that both have, and the longest ones.
///
/// Dolos lets a stretch pass over what is not shared, but only in the file that shares more, and in the left one if neither does.
fn stretches(left: Shared<'_>, right: Shared<'_>, most: usize) -> (usize, Vec<Fragment>) {
    let left_is_shorter = left.1.len() < right.1.len();
    let (long, short) = if left_is_shorter { (right, left) } else { (left, right) };
    let hashes: Vec<u32> = long.1.iter().map(|(_, hash)| *hash).collect();
    let mut sequences = Sequences::new(&hashes, short.1);
    let mut length = 0;
    let mut fragments = Vec::new();
    while fragments.len() < most.max(1) {
        let Some(stretch) = sequences.longest() else { break };
        length = length.max(stretch.length);
        let (in_long, in_short) =
            (lines(long, stretch.first, stretch.length), lines(short, stretch.second, stretch.length));
        let (left, right) = if left_is_shorter { (in_short, in_long) } else { (in_long, in_short) };
        let (Some(left), Some(right)) = (left, right) else { break };
        fragments.push(Fragment { length: stretch.length, left, right });
        sequences.take_out(stretch);
    }
    fragments.truncate(most);
    (length, fragments)
}

/// A file, and which of its fingerprints are shared: their indices and hashes.
type Shared<'a> = (&'a File, &'a [(usize, u32)]);

/// The lines of so many shared fingerprints in a row.
fn lines((file, shared): Shared<'_>, start: usize, length: usize) -> Option<Lines> {
    let fingerprint = |place: usize| file.fingerprints.get(shared.get(place)?.0);
    Some(Lines::of(file, fingerprint(start)?, fingerprint((start + length).checked_sub(1)?)?))
}

#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 fingerprints")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
