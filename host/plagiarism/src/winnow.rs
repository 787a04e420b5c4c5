//! Winnowing: of all hashes, those are kept that are the least of some window. Whatever two files share for as long as a window is found,
//! and hardly an eighth of all hashes is kept.

use std::num::NonZero;

/// What fingerprints are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// How many tokens in a row a fingerprint is of: nothing shorter is found.
    pub kgram_length: NonZero<usize>,
    /// How many of them one is chosen of: whatever has that many and is shared is found.
    pub kgrams_in_window: NonZero<usize>,
}

impl Default for Parameters {
    /// Those of Dolos.
    fn default() -> Self {
        let of = |count| NonZero::new(count).unwrap_or(NonZero::<usize>::MIN);
        Parameters { kgram_length: of(23), kgrams_in_window: of(17) }
    }
}

/// The places of the hashes that are chosen, in their order.
///
/// A hash is chosen when it becomes the least of the window that ends with it. When the least one leaves the window, the least of those that
/// are left is chosen, of equal ones the last, but the newest only if it is less than all others. Dolos starts before the first window is
/// full, so that the first hash is always chosen.
pub(crate) fn chosen(hashes: &[u32], window: usize) -> Vec<usize> {
    let mut chosen = Vec::new();
    let mut least: Option<usize> = None;
    for (newest, &hash) in hashes.iter().enumerate() {
        let stays = least.filter(|&place| newest - place < window);
        match (stays, least) {
            (Some(place), _) if hashes[place] < hash => continue,
            (Some(_), _) | (None, None) => least = Some(newest),
            (None, Some(gone)) => {
                let older = (gone + 1..newest).rev().min_by_key(|&place| hashes[place]);
                least = older.filter(|&place| hashes[place] <= hash).or(Some(newest));
            }
        }
        chosen.extend(least);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;

    /// The hashes that are chosen, with their places.
    fn placed(hashes: &[u32], window: usize) -> Vec<(u32, usize)> {
        chosen(hashes, window).into_iter().map(|place| (hashes[place], place)).collect()
    }

    /// Figure 2 of the paper by Schleimer, Wilkerson and Aiken (2003): its hashes, its windows of 4, and what it selects, with the places.
    #[test]
    fn the_example_of_the_paper_is_chosen() {
        let hashes = [77, 74, 42, 17, 98, 50, 17, 98, 8, 88, 67, 39, 77, 74, 42, 17, 98];
        let mut placed = placed(&hashes, 4);
        let of_windows = placed.split_off(3);
        assert_eq!(of_windows, [(17, 3), (17, 6), (8, 8), (39, 11), (17, 15)]);
        // The paper has no window before the first full one. Dolos starts there, and chooses each new least one.
        assert_eq!(placed, [(77, 0), (74, 1), (42, 2)]);
    }

    /// What `WinnowFilter(1, 4)` of @dodona/dolos-core 1.2.1 chooses of these numbers, taken as hashes: of equal ones the last, unless the
    /// least one has just left, and the newest is no less than another.
    #[test]
    fn of_equal_hashes_the_last_is_chosen_as_by_dolos() {
        let expected = [(5, 0), (5, 1), (5, 2), (5, 3), (5, 4), (9, 7), (9, 9), (5, 10), (5, 12)];
        assert_eq!(placed(&[5, 5, 5, 5, 5, 9, 9, 9, 9, 9, 5, 9, 5, 9, 9], 4), expected);
        let expected = [(2, 0), (2, 1), (2, 2), (2, 3), (3, 6), (3, 8), (1, 9), (4, 12), (4, 14), (4, 15)];
        assert_eq!(placed(&[2, 2, 2, 2, 3, 3, 3, 3, 3, 1, 4, 4, 4, 4, 4, 4], 4), expected);
        assert_eq!(placed(&[1, 3, 3, 3, 2, 3, 3, 3, 3], 4), [(1, 0), (2, 4), (3, 7)]);
    }

    #[test]
    fn every_window_has_one_that_is_chosen() {
        let mut state = 1_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for below in [1, 2, 5, 1000] {
            let hashes: Vec<u32> = (0..500).map(|_| next(below)).collect();
            for window in [1, 2, 3, 17, 100] {
                let chosen = chosen(&hashes, window);
                assert!(chosen.is_sorted_by(|one, other| one < other));
                for start in 0..=hashes.len() - window {
                    let least = *hashes[start..start + window].iter().min().unwrap();
                    let has = |&&place: &&usize| (start..start + window).contains(&place) && hashes[place] == least;
                    assert!(chosen.iter().find(has).is_some(), "{below} {window} {start}");
                }
            }
        }
    }

    /// What `WinnowFilter(3, 4)` of @dodona/dolos-core 1.2.1 chooses of these words.
    #[test]
    fn words_are_chosen_as_by_dolos() {
        let words = "the quick brown fox jumps over the lazy dog the the the".split(' ');
        let hashes = hash::of_kgrams(words.map(hash::of_token).collect::<Vec<_>>().into_iter(), 3);
        let chosen: Vec<(usize, u32)> = chosen(&hashes, 4).into_iter().map(|place| (place, hashes[place])).collect();
        assert_eq!(chosen, [(0, 22_564_226), (1, 16_082_598), (2, 7_572_336), (5, 1_251_578), (8, 6_279_873)]);
    }

    #[test]
    fn a_window_of_one_chooses_all() {
        assert_eq!(chosen(&[3, 3, 1, 2], 1), [0, 1, 2, 3]);
        assert!(chosen(&[], 4).is_empty());
    }
}
