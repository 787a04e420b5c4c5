//! The longest stretches that two sequences of hashes have in common, in time that hardly grows faster than their lengths: a file that
//! repeats itself a hundred thousand times is held against another as quickly as any.

/// What no hash is. Symbols from here on are separators, each of which occurs once, so that no stretch reaches across one.
const SEPARATORS: u32 = 1 << 25;

/// Two sequences, one after the other, with separators where a stretch must not go on.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    symbols: Vec<u32>,
    /// What each symbol is: of the first sequence or not, and its place there. None is a separator.
    origins: Vec<Option<(bool, usize)>>,
    separators: u32,
}

/// A stretch that both sequences have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// How many hashes.
    pub(crate) length: usize,
    /// Where it starts in the first sequence.
    pub(crate) first: usize,
    /// Where it starts in the second.
    pub(crate) second: usize,
}

impl Sequences {
    /// These two. In the second, a stretch goes on from one hash to the next only if their indices do.
    pub(crate) fn new(first: &[u32], second: &[(usize, u32)]) -> Self {
        let mut sequences = Sequences::default();
        for (place, &hash) in first.iter().enumerate() {
            sequences.push(hash, Some((true, place)));
        }
        let mut next = None;
        for (place, &(index, hash)) in second.iter().enumerate() {
            if next != Some(index) {
                sequences.separate();
            }
            sequences.push(hash, Some((false, place)));
            next = index.checked_add(1);
        }
        sequences
    }

    fn push(&mut self, symbol: u32, origin: Option<(bool, usize)>) {
        self.symbols.push(symbol);
        self.origins.push(origin);
    }

    fn separate(&mut self) {
        let separator = self.separator();
        self.push(separator, None);
    }

    fn separator(&mut self) -> u32 {
        self.separators += 1;
        SEPARATORS + self.separators
    }

    /// The longest stretch; of several, the first in the first sequence that is found beside one of the second.
    ///
    /// Where suffixes are sorted, the two of different sequences that have the longest start in common are neighbours.
    pub(crate) fn longest(&self) -> Option<Stretch> {
        let (suffixes, ranks) = sorted_suffixes(&self.symbols);
        let mut longest: Option<Stretch> = None;
        // What a suffix has in common with its neighbour, the next shorter suffix has with its own, but for the first symbol.
        let mut common = 0;
        for (place, &rank) in ranks.iter().enumerate() {
            let Some(neighbour) = rank.checked_sub(1).and_then(|rank| suffixes.get(rank as usize)) else {
                common = 0;
                continue;
            };
            let neighbour = *neighbour as usize;
            let same = |common: usize| {
                let one = self.symbols.get(place + common);
                one.is_some() && one == self.symbols.get(neighbour + common)
            };
            while same(common) {
                common += 1;
            }
            if let (Some((one_is_first, one)), Some((other_is_first, other))) =
                (self.origins[place], self.origins[neighbour])
                && one_is_first != other_is_first
            {
                let (first, second) = if one_is_first { (one, other) } else { (other, one) };
                let stretch = Stretch { length: common, first, second };
                let order = |stretch: &Stretch| (stretch.length, std::cmp::Reverse((stretch.first, stretch.second)));
                if common > 0 && longest.as_ref().is_none_or(|longest| order(&stretch) > order(longest)) {
                    longest = Some(stretch);
                }
            }
            common = common.saturating_sub(1);
        }
        longest
    }

    /// Takes a stretch out of both sequences, so that the next one that is found lies elsewhere in both.
    pub(crate) fn take_out(&mut self, stretch: Stretch) {
        let taken = |origin: &Option<(bool, usize)>| {
            origin.is_some_and(|(is_first, place)| {
                let start = if is_first { stretch.first } else { stretch.second };
                (start..start + stretch.length).contains(&place)
            })
        };
        for place in 0..self.symbols.len() {
            if taken(&self.origins[place]) {
                self.symbols[place] = self.separator();
                self.origins[place] = None;
            }
        }
    }
}

/// The places of all suffixes in the order of what follows there, and the rank of each place in it. Suffixes are sorted by their first two
/// symbols, then by twice as many each time (Manber and Myers, 1990).
fn sorted_suffixes(symbols: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let Ok(count) = u32::try_from(symbols.len()) else { return (Vec::new(), Vec::new()) };
    let mut distinct = symbols.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let rank = |symbol: &u32| distinct.partition_point(|other| other < symbol);
    let mut ranks: Vec<u32> = symbols.iter().map(|symbol| u32::try_from(rank(symbol)).unwrap_or(u32::MAX)).collect();
    let mut suffixes: Vec<u32> = (0..count).collect();
    let mut width = 1;
    loop {
        let key = |&place: &u32| {
            let place = place as usize;
            (ranks[place], ranks.get(place + width).map_or(0, |rank| rank + 1))
        };
        suffixes.sort_unstable_by_key(key);
        let mut refined = vec![0; ranks.len()];
        let mut last = 0;
        for pair in suffixes.windows(2) {
            last += u32::from(key(&pair[0]) != key(&pair[1]));
            refined[pair[1] as usize] = last;
        }
        ranks = refined;
        if last + 1 >= count {
            return (suffixes, ranks);
        }
        width *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consecutive(hashes: &[u32]) -> Vec<(usize, u32)> {
        hashes.iter().copied().enumerate().collect()
    }

    /// The length that comparing every place with every other gives.
    fn by_comparing(first: &[u32], second: &[(usize, u32)]) -> usize {
        let mut longest = 0;
        for start in 0..first.len() {
            for other in 0..second.len() {
                let goes_on = |&step: &usize| {
                    let (one, two) = (first.get(start + step), second.get(other + step));
                    let two = two.filter(|two| two.0 == second[other].0 + step);
                    one.is_some() && one == two.map(|two| &two.1)
                };
                longest = longest.max((0..).take_while(goes_on).count());
            }
        }
        longest
    }

    #[test]
    fn it_is_as_long_as_by_comparing_all() {
        let mut state = 7_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for round in 0..400 {
            let below = 1 + round % 5;
            let length = next(25);
            let first: Vec<u32> = (0..length).map(|_| next(below)).collect();
            let mut index = 0;
            let second: Vec<(usize, u32)> = (0..next(25))
                .map(|_| {
                    index += if next(4) == 0 { 2 } else { 1 };
                    (index, next(below))
                })
                .collect();
            let longest = Sequences::new(&first, &second).longest();
            assert_eq!(
                longest.map_or(0, |longest| longest.length),
                by_comparing(&first, &second),
                "{first:?} {second:?}"
            );
            if let Some(Stretch { length, first: start, second: other }) = longest {
                let there: Vec<u32> = second[other..other + length].iter().map(|(_, hash)| *hash).collect();
                assert_eq!(first[start..start + length], there);
            }
        }
    }

    #[test]
    fn stretches_that_are_taken_out_are_not_found_again() {
        let (first, second) = ([1, 2, 3, 9, 4, 5, 8], [4, 5, 7, 1, 2, 3, 8]);
        let mut sequences = Sequences::new(&first, &consecutive(&second));
        let mut found = Vec::new();
        while let Some(stretch) = sequences.longest() {
            found.push((stretch.length, stretch.first, stretch.second));
            sequences.take_out(stretch);
        }
        assert_eq!(found, [(3, 0, 3), (2, 4, 0), (1, 6, 6)]);
    }

    #[test]
    fn one_hash_many_times_is_no_worse_than_others() {
        let many = vec![5; 200_000];
        let longest = Sequences::new(&many, &consecutive(&many[..100_000])).longest();
        assert_eq!(longest.map(|longest| longest.length), Some(100_000));
        assert_eq!(Sequences::new(&[], &[]).longest(), None);
        assert_eq!(Sequences::new(&[1], &[(0, 2)]).longest(), None);
    }
}
