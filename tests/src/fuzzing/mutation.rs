//! Inputs made of others.

/// The longest input that a mutation makes of a shorter one.
const LONGEST: usize = 64 << 10;

/// The input with one to eight changes: a bit turned, a byte set, a piece cut out, doubled, or written elsewhere, a word put in, a line
/// swapped with another. The same seed makes the same changes.
#[must_use]
pub fn mutated(data: &[u8], words: &[&str], seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut data = data.to_vec();
    for _ in 0..random.u32(1..=8) {
        change(&mut data, words, &mut random);
    }
    data.truncate(LONGEST);
    data
}

fn change(data: &mut Vec<u8>, words: &[&str], random: &mut fastrand::Rng) {
    let at = random.usize(..=data.len());
    match random.u32(..8) {
        0 => {
            if let Some(byte) = data.get_mut(at) {
                *byte ^= 1 << random.u32(..8);
            }
        }
        1 => {
            if let Some(byte) = data.get_mut(at) {
                *byte = random.u8(..);
            }
        }
        2 => {
            data.drain(piece(data.len(), random));
        }
        3 => {
            let copy = data[piece(data.len(), random)].to_vec();
            data.splice(at..at, copy);
        }
        // Many times: what is quadratic shows.
        4 => {
            let copy = data[piece(data.len(), random)].repeat(1 << random.u32(..8));
            let room = LONGEST.saturating_sub(data.len());
            data.splice(at..at, copy.into_iter().take(room));
        }
        5 => {
            let copy = data[piece(data.len(), random)].to_vec();
            let end = (at + copy.len()).min(data.len());
            data.splice(at..end, copy);
        }
        6 => {
            let mut lines: Vec<&[u8]> = data.split(|&byte| byte == b'\n').collect();
            let (one, other) = (random.usize(..lines.len()), random.usize(..lines.len()));
            lines.swap(one, other);
            *data = lines.join(&b'\n');
        }
        _ => {
            if let Some(word) = random.choice(words) {
                data.splice(at..at, word.bytes());
            }
        }
    }
}

/// A piece of so many bytes, mostly a short one.
fn piece(bytes: usize, random: &mut fastrand::Rng) -> std::ops::Range<usize> {
    let start = random.usize(..=bytes);
    let longest = if random.bool() { 8 } else { bytes };
    start..start + random.usize(..=longest.min(bytes - start))
}
