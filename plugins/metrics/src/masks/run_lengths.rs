//! A mask as runs of pixels.

/// Pixels `start..end` of a flattened image, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first pixel.
    pub start: u64,
    /// One past the last pixel.
    pub end: u64,
}

impl Run {
    /// How many pixels it covers.
    #[must_use]
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// True if it covers no pixel.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    fn intersection(self, other: Run) -> Run {
        Run { start: self.start.max(other.start), end: self.end.min(other.end) }
    }
}

/// A set of pixels, as runs that are sorted, not empty, and apart: at least one pixel lies between two of them. So two masks are
/// equal exactly when they cover the same pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunLengths {
    runs: Vec<Run>,
}

impl RunLengths {
    /// The runs, first to last.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// True if no pixel is covered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many pixels are covered.
    #[must_use]
    pub fn area(&self) -> u64 {
        self.runs.iter().map(|run| run.len()).sum()
    }

    /// How many pixels both cover. Linear in the number of runs.
    #[must_use]
    pub fn intersection_area(&self, other: &RunLengths) -> u64 {
        let (mut area, mut ours, mut theirs) = (0, self.runs.iter().copied(), other.runs.iter().copied());
        let (mut a, mut b) = (ours.next(), theirs.next());
        while let (Some(left), Some(right)) = (a, b) {
            area += left.intersection(right).len();
            if left.end <= right.end {
                a = ours.next();
            } else {
                b = theirs.next();
            }
        }
        area
    }

    /// The pixels that at least one covers. Linear in the number of runs.
    #[must_use]
    pub fn union(&self, other: &RunLengths) -> RunLengths {
        let mut all = RunLengths { runs: Vec::with_capacity(self.runs.len() + other.runs.len()) };
        let (mut ours, mut theirs) = (self.runs.iter().copied().peekable(), other.runs.iter().copied().peekable());
        while let Some(run) = match (ours.peek(), theirs.peek()) {
            (Some(left), Some(right)) if left.start <= right.start => ours.next(),
            (Some(_), None) => ours.next(),
            _ => theirs.next(),
        } {
            all.add(run);
        }
        all
    }

    /// Adds a run that starts no earlier than any before it.
    pub(super) fn add(&mut self, run: Run) {
        match self.runs.last_mut() {
            _ if run.is_empty() => {}
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => self.runs.push(run),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(bits: u32) -> RunLengths {
        let mut runs = RunLengths::default();
        for pixel in 0..u64::from(u32::BITS) {
            if bits >> pixel & 1 == 1 {
                runs.add(Run { start: pixel, end: pixel + 1 });
            }
        }
        runs
    }

    #[test]
    fn set_operations_equal_those_of_bits() {
        // Words of a linear congruential generator, ANDed in pairs for shorter runs.
        let words: Vec<u32> =
            std::iter::successors(Some(12_345_u32), |x| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)))
                .take(60)
                .collect();
        for pair in words.windows(3) {
            let (a, b) = (pair[0], pair[1] & pair[2]);
            let (left, right) = (mask(a), mask(b));
            assert_eq!(left.area(), u64::from(a.count_ones()));
            assert_eq!(left.intersection_area(&right), u64::from((a & b).count_ones()));
            assert_eq!(left.union(&right), mask(a | b));
        }
    }

    #[test]
    fn touching_runs_are_one() {
        assert_eq!(mask(0b0111_0110).runs(), [Run { start: 1, end: 3 }, Run { start: 4, end: 7 }]);
    }
}
