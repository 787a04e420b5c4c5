//! Sorting numbers by their bits.
//!
//! A comparison sort looks at each number some log n times. Here numbers are dealt into as many buckets as there are numbers, by the
//! bits in which they differ, and only buckets that hold several are sorted, in the same way (a most significant digit first radix sort;
//! Knuth, The Art of Computer Programming 3, 5.2.5). Whatever the numbers are, each level settles at least eight bits of them.

/// Buckets that hold fewer are sorted by comparing.
const SMALL: usize = 128;

/// At most so many bits choose a bucket, so that the counts stay in the processor's cache.
const MOST_BITS: u32 = 14;

/// A whole number whose order is that of finite numbers; 0.0 and -0.0 give the same.
pub(crate) fn key(number: f64) -> u64 {
    // Negative zero plus zero is zero.
    let bits = (number + 0.0).to_bits();
    bits ^ (((bits as i64 >> 63) as u64) | 1 << 63)
}

/// Sorts items by their keys, ascending; items of equal keys come in any order. Cost: O(n) where keys are spread, O(n log n) at worst;
/// memory for one copy.
pub(crate) fn sort_by_key<T: Copy>(items: &mut [T], key: impl Fn(&T) -> u64 + Copy) {
    if items.len() < SMALL {
        items.sort_unstable_by_key(key);
    } else {
        let mut copy = items.to_vec();
        deal(items, &mut copy, key);
    }
}

/// Sorts at least two items, by way of a copy of any content.
fn deal<T: Copy>(items: &mut [T], copy: &mut [T], key: impl Fn(&T) -> u64 + Copy) {
    let (mut low, mut high, mut sorted, mut last) = (u64::MAX, 0, true, 0);
    for item in items.iter() {
        let key = key(item);
        (low, high) = (low.min(key), high.max(key));
        sorted &= last <= key;
        last = key;
    }
    if sorted {
        return;
    }
    let shift = (u64::BITS - (high - low).leading_zeros()).saturating_sub(items.len().ilog2().clamp(8, MOST_BITS));
    let bucket = |item: &T| ((key(item) - low) >> shift) as usize;
    let mut ends = vec![0_u32; ((high - low) >> shift) as usize + 1];
    for item in items.iter() {
        if let Some(count) = ends.get_mut(bucket(item)) {
            *count += 1;
        }
    }
    let mut before = 0;
    for end in &mut ends {
        before += std::mem::replace(end, before);
    }
    // Where a bucket starts moves to where it ends, as it fills.
    for item in items.iter() {
        if let Some(end) = ends.get_mut(bucket(item)) {
            if let Some(place) = copy.get_mut(*end as usize) {
                *place = *item;
            }
            *end += 1;
        }
    }
    items.copy_from_slice(copy);
    if shift == 0 {
        return;
    }
    let mut start = 0;
    for end in ends {
        let end = end as usize;
        if let (Some(bucket), Some(copy)) = (items.get_mut(start..end), copy.get_mut(start..end))
            && bucket.len() > 1
        {
            if bucket.len() < SMALL {
                bucket.sort_unstable_by_key(key);
            } else {
                deal(bucket, copy, key);
            }
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    #[test]
    fn keys_are_in_the_order_of_numbers() {
        let ascending =
            [-f64::MAX, -1.5, -1.0, -f64::MIN_POSITIVE, -5e-324, 0.0, 5e-324, f64::MIN_POSITIVE, 1.0, 1.5, f64::MAX];
        assert!(ascending.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
        assert_eq!(key(-0.0), key(0.0));
    }

    /// Numbers of many kinds, against the standard library's sort.
    #[test]
    fn sorts_as_the_standard_library_does() {
        let spread: Vec<f64> = Sample(1).uniform(100_000);
        let kinds: [Vec<f64>; 7] = [
            spread.iter().map(|value| value - 0.5).collect(),
            spread.iter().map(|value| (value * 900.0 - 450.0).exp2()).collect(),
            spread.iter().map(|value| (value * 5.0).floor()).collect(),
            spread.iter().enumerate().map(|(at, value)| if at % 1000 == 0 { f64::MAX } else { *value }).collect(),
            // Each level finds one number apart from all others.
            (0..1000).map(|at| f64::from(at).exp2()).rev().chain(spread.iter().map(|value| value / 1e300)).collect(),
            (0..100_000).rev().map(f64::from).collect(),
            spread.iter().take(SMALL - 1).copied().collect(),
        ];
        for (kind, numbers) in kinds.into_iter().enumerate() {
            for length in [0, 1, 2, 100, numbers.len()] {
                let mut keys: Vec<u64> = numbers.iter().take(length).map(|&number| key(number)).collect();
                let mut expected = keys.clone();
                expected.sort_unstable();
                sort_by_key(&mut keys, |&key| key);
                assert_eq!(keys, expected, "kind {kind}, {length} numbers");
            }
        }
    }
}
