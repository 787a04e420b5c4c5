//! Keys that are whole numbers close to each other, as row numbers are: each has its own place in a list.

use super::index::{Index, NONE};
use super::side::{Numbers, Side};
use crate::threads::Threads;

/// How many rows a thread looks up at a time.
const CHUNK: usize = 1 << 17;

/// Looks whole numbers up. None, where keys are something else, are missing among the answers, or lie too far apart for a list.
pub(super) fn find(ours: &Side, theirs: &Side, threads: &Threads) -> Option<Index> {
    let missing = ours.nulls().filter(|nulls| nulls.null_count() > 0);
    if theirs.nulls().is_some_and(|nulls| nulls.null_count() > 0) {
        return None;
    }
    let (Side::Numbers(ours), Side::Numbers(theirs)) = (ours, theirs) else { return None };
    let count = theirs.bits().len();
    if !theirs.are_whole() {
        return None;
    }
    let (least, greatest) = (0..count).fold((u64::MAX, 0), |(least, greatest), row| {
        let rank = theirs.rank(row);
        (least.min(rank), greatest.max(rank))
    });
    let places = usize::try_from(greatest.checked_sub(least)?).ok()?.checked_add(1)?;
    if places > count.saturating_mul(4).max(1024) {
        return None;
    }
    let mut first = vec![NONE; places];
    let mut is_unique = true;
    for row in 0..count {
        if let Some(place) = first.get_mut(usize::try_from(theirs.rank(row) - least).ok()?) {
            if *place == NONE {
                *place = row as u32;
            } else {
                is_unique = false;
            }
        }
    }
    let key = |numbers: &Numbers, row: usize| {
        let place = numbers.rank(row).checked_sub(least).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| first.get(place)).copied().unwrap_or(NONE)
    };
    let answers = (!is_unique).then(|| (0..count).map(|row| key(theirs, row)).collect());
    let mut submission = vec![NONE; ours.bits().len()];
    let chunks: Vec<(usize, &mut [u32])> = submission.chunks_mut(CHUNK).enumerate().collect();
    threads.map(chunks, |(chunk, keys)| {
        for (row, place) in (chunk * CHUNK..).zip(keys) {
            // A missing key equals nothing, not even a missing key.
            if missing.is_none_or(|nulls| nulls.is_valid(row)) {
                *place = key(ours, row);
            }
        }
    });
    Some(Index::of(submission, answers, count))
}
