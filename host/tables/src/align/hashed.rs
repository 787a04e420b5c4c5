//! Keys of one column, looked up by their hashes.
//!
//! Both sides are hashed to 64 bits in chunks of rows, and each chunk is sorted by the first bits of its hashes, so that the keys of both sides
//! fall into parts of which a table of the answers' keys fits into the cache. Texts that have the same hash are compared afterwards, in the
//! submission's order.
//!
//! The hash is the same in every process, so keys can be made that have the same. If different answers have, or if a table is so crowded that
//! looking takes long, nothing is found here. A key of a submission costs no more than one look and one comparison, whatever hash it has.

use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow::array::StringArray;
use arrow::buffer::NullBuffer;
use foldhash::quality::FixedState;

use super::index::{Index, NONE};
use super::side::Side;
use crate::threads::Threads;

/// How work is cut. It changes nothing but the time that it takes.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    /// How many rows are hashed at a time.
    pub(super) chunk: usize,
    /// About how many answers a part has at most.
    pub(super) part: usize,
}

const SIZES: Sizes = Sizes { chunk: 1 << 16, part: 1 << 13 };

/// The most parts, as a power of two: a chunk still has some rows of each.
const MOST_PARTS: u32 = 11;

/// How many places are looked at for a key. In a table that is half empty, hardly any takes more than some dozens.
const PATIENCE: usize = 512;

/// The keys of one side.
pub(super) struct Hashed<'a, H> {
    pub(super) rows: usize,
    /// Which rows have a key. None: all.
    pub(super) nulls: Option<&'a NullBuffer>,
    /// The hash of a row's key.
    pub(super) hash: H,
}

/// The hashes of some rows, those of each part together.
struct Chunk {
    hashes: Vec<u64>,
    rows: Vec<u32>,
    /// Where each part ends.
    ends: Vec<usize>,
}

/// The different keys that the answers have in one part.
struct Part {
    /// The hash of each key, and the first answer that has it.
    keys: Vec<(u64, u32)>,
    /// Places for twice as many keys, by their last bits: a key's number, or [`NONE`].
    places: Vec<u32>,
}

/// A hash is not enough to tell keys apart, or too many are too close.
struct Crowded;

/// Looks keys up. None, where they are not of one column, or hashes are not enough.
pub(super) fn find(ours: &Side, theirs: &Side, threads: &Threads) -> Option<Index> {
    let (rows, answers) = (ours.len(), theirs.len());
    let (nulls, missing) = (ours.nulls(), theirs.nulls());
    match (ours, theirs) {
        (Side::Texts(ours), Side::Texts(theirs)) => {
            let state = FixedState::default();
            let hash = |text: &str| {
                let mut hasher = state.build_hasher();
                hasher.write(text.as_bytes());
                hasher.finish()
            };
            find_texts(
                (&Hashed { rows, nulls, hash: |row| hash(ours.value(row)) }, ours),
                (&Hashed { rows: answers, nulls: missing, hash: |row| hash(theirs.value(row)) }, theirs),
                SIZES,
                threads,
            )
        }
        (Side::Numbers(ours), Side::Numbers(theirs)) => {
            let hash = |bits: &[u64], row: usize| mixed(bits.get(row).copied().unwrap_or_default());
            find_hashes(
                &Hashed { rows, nulls, hash: |row| hash(ours.bits(), row) },
                &Hashed { rows: answers, nulls: missing, hash: |row| hash(theirs.bits(), row) },
                |_, _| true,
                SIZES,
                threads,
            )
        }
        _ => None,
    }
}

/// Looks texts up by their hashes, and compares what is found.
pub(super) fn find_texts(
    (hashes, ours): (&Hashed<'_, impl Fn(usize) -> u64 + Sync>, &StringArray),
    (answers, theirs): (&Hashed<'_, impl Fn(usize) -> u64 + Sync>, &StringArray),
    sizes: Sizes,
    threads: &Threads,
) -> Option<Index> {
    let same = |one: u32, other: u32| theirs.value(one as usize) == theirs.value(other as usize);
    let mut index = find_hashes(hashes, answers, same, sizes, threads)?;
    let chunks: Vec<(usize, &mut [u32])> = index.submission.chunks_mut(sizes.chunk).enumerate().collect();
    threads.map(chunks, |(chunk, keys)| {
        for (row, key) in (chunk * sizes.chunk..).zip(keys) {
            // No other answer has that hash.
            if *key != NONE && ours.value(row) != theirs.value(*key as usize) {
                *key = NONE;
            }
        }
    });
    Some(index)
}

/// Looks hashes up; `same` says whether two answers that have the same hash have the same key.
pub(super) fn find_hashes(
    ours: &Hashed<'_, impl Fn(usize) -> u64 + Sync>,
    theirs: &Hashed<'_, impl Fn(usize) -> u64 + Sync>,
    same: impl Fn(u32, u32) -> bool + Sync,
    sizes: Sizes,
    threads: &Threads,
) -> Option<Index> {
    let count = theirs.rows;
    let bits = count.div_ceil(sizes.part.max(1)).next_power_of_two().ilog2().min(MOST_PARTS);
    let answers = theirs.chunks(bits, sizes.chunk, threads);
    let rows = ours.chunks(bits, sizes.chunk, threads);
    let submission: Vec<AtomicU32> = std::iter::repeat_with(|| AtomicU32::new(NONE)).take(ours.rows).collect();
    // The first answer that has an answer's key, once one has it twice.
    let firsts: OnceLock<Vec<AtomicU32>> = OnceLock::new();
    let repeats = |row: u32, first: u32| {
        let firsts = firsts.get_or_init(|| (0..count as u32).map(AtomicU32::new).collect());
        set(firsts, row, first);
    };
    let look = |part: usize| -> Result<(), Crowded> {
        let mut table = Part::new(answers.iter().map(|chunk| chunk.part(part).0.len()).sum());
        for (hash, row) in answers.iter().flat_map(|chunk| chunk.pairs(part)) {
            let first = table.first(hash, row)?;
            if first != row {
                if !same(first, row) {
                    return Err(Crowded);
                }
                repeats(row, first);
            }
        }
        for (hash, row) in rows.iter().flat_map(|chunk| chunk.pairs(part)) {
            if let Some(first) = table.find(hash)? {
                set(&submission, row, first);
            }
        }
        Ok(())
    };
    let looked: Result<(), Crowded> = threads.map((0..1 << bits).collect(), look).into_iter().collect();
    looked.ok()?;
    if let Some(nulls) = theirs.nulls {
        // They all have the same key, which no row of a submission has.
        let mut missing = (0..count).filter(|&row| nulls.is_null(row)).map(|row| row as u32);
        if let Some(first) = missing.next() {
            missing.for_each(|row| repeats(row, first));
        }
    }
    let plain = |keys: Vec<AtomicU32>| keys.into_iter().map(AtomicU32::into_inner).collect();
    Some(Index::of(plain(submission), firsts.into_inner().map(plain), count))
}

fn set(keys: &[AtomicU32], row: u32, key: u32) {
    if let Some(place) = keys.get(row as usize) {
        place.store(key, Ordering::Relaxed);
    }
}

/// Bits that depend on all bits of a number, and are the same for no other number.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let number = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    number ^ (number >> 32)
}

impl<H: Fn(usize) -> u64 + Sync> Hashed<'_, H> {
    fn chunks(&self, bits: u32, size: usize, threads: &Threads) -> Vec<Chunk> {
        let starts: Vec<usize> = (0..self.rows).step_by(size.max(1)).collect();
        threads.map(starts, |start| Chunk::new(self, start..(start + size.max(1)).min(self.rows), bits))
    }
}

impl Chunk {
    fn new(side: &Hashed<'_, impl Fn(usize) -> u64>, range: Range<usize>, bits: u32) -> Self {
        let has_key = |row: &usize| side.nulls.is_none_or(|nulls| nulls.is_valid(*row));
        let rows: Vec<u32> = range.filter(has_key).map(|row| row as u32).collect();
        let hashes: Vec<u64> = rows.iter().map(|&row| (side.hash)(row as usize)).collect();
        if bits == 0 {
            return Chunk { ends: vec![rows.len()], hashes, rows };
        }
        let part = |hash: u64| (hash >> (64 - bits)) as usize;
        let mut ends = vec![0; 1 << bits];
        hashes.iter().for_each(|&hash| ends[part(hash)] += 1);
        let mut sum = 0;
        for end in &mut ends {
            // Where the part starts, until it is filled.
            sum += std::mem::replace(end, sum);
        }
        let mut chunk = Chunk { hashes: vec![0; rows.len()], rows: vec![0; rows.len()], ends };
        for (hash, row) in hashes.into_iter().zip(rows) {
            let place = &mut chunk.ends[part(hash)];
            chunk.hashes[*place] = hash;
            chunk.rows[*place] = row;
            *place += 1;
        }
        chunk
    }

    fn part(&self, part: usize) -> (&[u64], &[u32]) {
        let end = |part: usize| self.ends.get(part).copied().unwrap_or_default();
        let range = part.checked_sub(1).map_or(0, end)..end(part);
        (self.hashes.get(range.clone()).unwrap_or_default(), self.rows.get(range).unwrap_or_default())
    }

    fn pairs(&self, part: usize) -> impl Iterator<Item = (u64, u32)> {
        let (hashes, rows) = self.part(part);
        hashes.iter().copied().zip(rows.iter().copied())
    }
}

impl Part {
    /// Room for so many keys.
    fn new(keys: usize) -> Self {
        Part { keys: Vec::with_capacity(keys), places: vec![NONE; (2 * keys).next_power_of_two()] }
    }

    /// The first answer whose key has that hash: this one, if there was none before.
    fn first(&mut self, hash: u64, row: u32) -> Result<u32, Crowded> {
        let (place, first) = self.look(hash)?;
        if first.is_none() {
            if let Some(place) = self.places.get_mut(place) {
                *place = self.keys.len() as u32;
            }
            self.keys.push((hash, row));
        }
        Ok(first.unwrap_or(row))
    }

    fn find(&self, hash: u64) -> Result<Option<u32>, Crowded> {
        self.look(hash).map(|(_, first)| first)
    }

    /// Where a hash is, and the first answer that has it; or where it would be.
    fn look(&self, hash: u64) -> Result<(usize, Option<u32>), Crowded> {
        let mask = self.places.len() - 1;
        for step in 0..PATIENCE {
            let place = (hash as usize).wrapping_add(step) & mask;
            match self.keys.get(self.places[place] as usize) {
                None => return Ok((place, None)),
                Some(&(known, first)) if known == hash => return Ok((place, Some(first))),
                Some(_) => {}
            }
        }
        Err(Crowded)
    }
}
