//! numpy's legacy `RandomState`.

use crate::Mt19937;

/// numpy's `RandomState`, started from one seed.
#[derive(Clone, Debug)]
pub struct RandomState {
    words: Mt19937,
}

impl RandomState {
    /// `numpy.random.RandomState(seed)`.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        RandomState { words: Mt19937::from_seed(seed) }
    }

    /// A number from 0 to `largest`: words are cut to the bits of `largest`, and refused above it. A `largest` of 0 draws nothing.
    pub fn up_to(&mut self, largest: u32) -> u32 {
        if largest == 0 {
            return 0;
        }
        let mask = u32::MAX >> largest.leading_zeros();
        loop {
            let word = self.words.word() & mask;
            if word <= largest {
                return word;
            }
        }
    }

    /// `randint(low, high)`: a number from `low` to below `high`. None if there is none, or if they are 2^32 and more apart.
    pub fn randint(&mut self, low: i64, high: i64) -> Option<i64> {
        let largest = u32::try_from(high.checked_sub(low)?.checked_sub(1)?).ok()?;
        Some(low + i64::from(self.up_to(largest)))
    }

    /// `random_sample()`: a double from 0 to below 1.
    pub fn double(&mut self) -> f64 {
        self.words.double()
    }

    /// `shuffle(items)`.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = self.up_to(u32::try_from(at).unwrap_or(u32::MAX));
            items.swap(at, other as usize);
        }
    }

    /// `permutation(count)`: the numbers below `count` in drawn order. It is also the order of `DataFrame.sample(frac=1)`, and its first
    /// `n` those of `sample(n)`.
    pub fn permutation(&mut self, count: u32) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..count).collect();
        self.shuffle(&mut numbers);
        numbers
    }

    /// `choice(count, size, replace=True)`: that many numbers below `count`.
    pub fn choices(&mut self, count: u32, size: usize) -> Vec<u32> {
        let Some(largest) = count.checked_sub(1) else { return Vec::new() };
        (0..size).map(|_| self.up_to(largest)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_numpys() {
        assert_eq!(RandomState::new(0).permutation(10), [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
        assert_eq!(RandomState::new(42).permutation(10), [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
        assert_eq!(RandomState::new(8).permutation(10), [8, 6, 9, 0, 2, 5, 7, 1, 4, 3]);
        assert_eq!(RandomState::new(0).permutation(2), [1, 0]);
        assert_eq!(
            RandomState::new(0).permutation(25),
            [5, 2, 19, 16, 11, 22, 17, 24, 23, 14, 1, 10, 13, 8, 6, 18, 4, 9, 7, 20, 3, 0, 21, 15, 12]
        );
        assert!(RandomState::new(0).permutation(0).is_empty());
    }

    #[test]
    fn integers_are_numpys() {
        let mut state = RandomState::new(0);
        let drawn: Vec<_> = (0..8).filter_map(|_| state.randint(0, 676)).collect();
        assert_eq!(drawn, [559, 629, 192, 359, 9, 277, 599, 70]);
        let mut state = RandomState::new(42);
        let drawn: Vec<_> = (0..12).filter_map(|_| state.randint(1, 7)).collect();
        assert_eq!(drawn, [4, 5, 3, 5, 5, 2, 3, 3, 3, 5, 4, 3]);
        assert_eq!(state.randint(3, 3), None);
    }

    #[test]
    fn doubles_and_integers_draw_from_the_same_words() {
        let mut state = RandomState::new(0);
        for _ in 0..3 {
            state.double();
        }
        assert_eq!(1 + state.up_to(3), 4);
        assert_eq!(state.double(), 0.847_251_738_784_125_4);
    }
}
