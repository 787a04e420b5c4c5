//! Python's `random.Random`.

use crate::Mt19937;

/// Python's `random.Random`, started from one number.
#[derive(Clone, Debug)]
pub struct PythonRandom {
    words: Mt19937,
}

impl PythonRandom {
    /// `random.Random(seed)`.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        PythonRandom { words: Mt19937::from_key(&[seed]) }
    }

    /// `randrange(count)`: a number below `count`. A `count` of 0 gives 0 and draws nothing.
    pub fn below(&mut self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        loop {
            let word = self.words.word() >> count.leading_zeros();
            if word < count {
                return word;
            }
        }
    }

    /// `random()`: a double from 0 to below 1.
    pub fn double(&mut self) -> f64 {
        self.words.double()
    }

    /// `shuffle(items)`.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = self.below(u32::try_from(at + 1).unwrap_or(u32::MAX));
            items.swap(at, other as usize);
        }
    }

    /// `choice(items)`; none of no items.
    pub fn choice<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(u32::try_from(items.len()).ok()?) as usize)
    }

    /// `sample(range(count), size)`: that many different numbers below `count`, in drawn order. Drawn from a pool, or, where a pool would
    /// be larger than a set of what is taken, by drawing again what was taken before. None if `size` is more than `count`.
    pub fn sample(&mut self, count: u32, size: u32) -> Option<Vec<u32>> {
        if size > count {
            return None;
        }
        let mut set_size = 21_u64;
        if size > 5 {
            let mut power = 1_u64;
            while power < 3 * u64::from(size) {
                power *= 4;
            }
            set_size += power;
        }
        if u64::from(count) <= set_size {
            let mut pool: Vec<u32> = (0..count).collect();
            return Some(
                (0..size)
                    .map(|_| {
                        let at = self.below(u32::try_from(pool.len()).unwrap_or(u32::MAX));
                        pool.swap_remove(at as usize)
                    })
                    .collect(),
            );
        }
        let mut taken = std::collections::HashSet::new();
        let mut drawn = Vec::new();
        while drawn.len() < size as usize {
            let number = self.below(count);
            if taken.insert(number) {
                drawn.push(number);
            }
        }
        Some(drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffle_and_choice_are_pythons() {
        let mut random = PythonRandom::new(0);
        let mut items: Vec<u32> = (0..10).collect();
        random.shuffle(&mut items);
        assert_eq!(items, [7, 8, 1, 5, 3, 4, 2, 0, 9, 6]);
        let truths: String = (0..12).filter_map(|_| random.choice(&['T', 'F']).copied()).collect();
        assert_eq!(truths, "FTTFTTFTFTTF");
        let letters: String = (0..12).filter_map(|_| random.choice(&['a', 'b', 'c']).copied()).collect();
        assert_eq!(letters, "bcabbbccacbb");
        assert_eq!(random.choice::<u8>(&[]), None);
    }

    #[test]
    fn samples_are_pythons() {
        assert_eq!(PythonRandom::new(0).sample(20, 3), Some(vec![12, 13, 1]));
        let mut random = PythonRandom::new(0);
        assert_eq!(random.sample(40, 4), Some(vec![24, 26, 2, 16]));
        assert_eq!(random.sample(47, 5), Some(vec![32, 31, 25, 19, 30]));
        assert_eq!(
            PythonRandom::new(0).sample(245, 24),
            Some(vec![
                216, 98, 194, 227, 107, 10, 66, 130, 124, 103, 200, 212, 77, 122, 91, 149, 228, 55, 129, 35, 72, 225,
                193, 24
            ])
        );
        let whole = PythonRandom::new(0).sample(20, 20).unwrap_or_default();
        let whole: Vec<u32> = whole.iter().map(|number| number + 1).collect();
        assert_eq!(whole, [13, 14, 2, 9, 16, 7, 20, 5, 8, 6, 10, 4, 3, 12, 18, 1, 15, 17, 19, 11]);
        assert_eq!(PythonRandom::new(0).sample(3, 4), None);
    }
}
