//! Points in boxes: characters on a page.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::AddAssign;

use super::list::{Entry, Layout, Separator, Word};

/// How a page is written: a sign and two numbers for each predicted point (x, y), four for each true box (left, top, width,
/// height).
pub const PAGE: Layout = Layout { separator: Separator::Blank, word: Word::First, blank_is_empty: false };

/// How predictions and truth agree. Counts of several pages may be added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchCounts {
    /// True boxes that were found.
    pub true_positives: u64,
    /// Predictions that found none.
    pub false_positives: u64,
    /// True boxes that were missed.
    pub false_negatives: u64,
}

impl AddAssign for MatchCounts {
    fn add_assign(&mut self, other: Self) {
        self.true_positives += other.true_positives;
        self.false_positives += other.false_positives;
        self.false_negatives += other.false_negatives;
    }
}

impl Sum for MatchCounts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(MatchCounts::default(), |mut total, more| {
            total += more;
            total
        })
    }
}

/// Matches the points of a page with its boxes. Boxes choose, in their order: each takes the first free point of its sign that
/// lies inside, not on the edge. A page without predictions, or without boxes, is an empty slice.
///
/// *No limit*: any number of points is taken. A corrected grader refuses more than 1,200 a page, as the competition did.
///
/// The cost is the sum, over boxes, of the points of the box's sign.
#[must_use]
pub fn match_points(y_true: &[Entry<'_, 4>], y_pred: &[Entry<'_, 2>]) -> MatchCounts {
    let mut free: BTreeMap<&str, Vec<Option<[f64; 2]>>> = BTreeMap::new();
    for point in y_pred {
        free.entry(point.word).or_default().push(Some(point.numbers));
    }
    let mut found = 0;
    for Entry { word, numbers: [left, top, width, height] } in y_true {
        let (right, bottom) = (left + width, top + height);
        let inside = |point: &&mut Option<[f64; 2]>| {
            point.is_some_and(|[x, y]| *left < x && x < right && *top < y && y < bottom)
        };
        if let Some(point) = free.get_mut(word).and_then(|points| points.iter_mut().find(inside)) {
            *point = None;
            found += 1;
        }
    }
    MatchCounts {
        true_positives: found,
        false_positives: y_pred.len() as u64 - found,
        false_negatives: y_true.len() as u64 - found,
    }
}

/// The F1 score, the harmonic mean of precision and recall; 0 if nothing was found.
#[must_use]
pub fn f1_score(counts: &MatchCounts) -> f64 {
    let found = counts.true_positives as f64;
    if counts.true_positives == 0 {
        return 0.0;
    }
    let precision = found / (found + counts.false_positives as f64);
    let recall = found / (found + counts.false_negatives as f64);
    2.0 * precision * recall / (precision + recall)
}

#[cfg(test)]
mod tests {
    use super::super::list::parse_list;
    use super::*;

    fn counts(y_true: &str, y_pred: &str) -> (u64, u64, u64) {
        let list = match_points(&parse_list(y_true, PAGE).unwrap(), &parse_list(y_pred, PAGE).unwrap());
        (list.true_positives, list.false_positives, list.false_negatives)
    }

    #[test]
    fn points_are_strictly_inside_and_of_the_same_sign() {
        assert_eq!(counts("a 10 10 5 5", "a 12 12"), (1, 0, 0));
        assert_eq!(counts("a 10 10 5 5", "b 12 12"), (0, 1, 1));
        assert_eq!(counts("a 10 10 5 5", "a 10 12"), (0, 1, 1));
        assert_eq!(counts("a 10 10 5 5", "a 12 15"), (0, 1, 1));
        assert_eq!(counts("a 10 10 5 5", "a nan inf"), (0, 1, 1));
    }

    #[test]
    fn a_box_takes_the_first_free_point() {
        // The first box takes the point that both could have; the second is left without.
        assert_eq!(counts("a 0 0 20 20 a 0 0 5 5", "a 2 2 a 12 12"), (1, 1, 1));
        assert_eq!(counts("a 0 0 5 5 a 0 0 20 20", "a 2 2 a 12 12"), (2, 0, 0));
    }

    #[test]
    fn pages_may_be_empty() {
        let page: Vec<Entry<'_, 4>> = parse_list("a 0 0 1 1 b 0 0 1 1", PAGE).unwrap();
        let missed = match_points(&page, &[]);
        assert_eq!(missed, MatchCounts { false_negatives: 2, ..MatchCounts::default() });
        assert_eq!(f1_score(&missed), 0.0);
        assert_eq!(f1_score(&MatchCounts::default()), 0.0);
    }

    /// `sklearn.metrics.f1_score([1] * 5 + [0], [1, 1, 1, 0, 0, 1])`, scikit-learn 1.9.1.
    #[test]
    fn f1() {
        let counts = MatchCounts { true_positives: 3, false_positives: 1, false_negatives: 2 };
        assert!((f1_score(&counts) - 0.666_666_666_666_666_6).abs() < 1e-15);
    }
}
