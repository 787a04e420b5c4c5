//! Average precision of boxes in space, over IoU thresholds.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

use super::average_precision::area_under_envelope;
use super::confidence::descending;
use super::cuboid::{Cuboid, CuboidProblem};
use super::list::{Entry, Layout, ListError, ListProblem, Separator, Word, parse_list};

/// How the boxes of a sample are written: confidence, centre (x, y, z), width, length, height, yaw in radians, class.
pub const CUBOIDS: Layout = Layout { separator: Separator::Blank, word: Word::Last, blank_is_empty: true };

/// A predicted box matches a true one only if their intersection over union is larger.
pub const IOU_THRESHOLDS: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/// A box that cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CuboidError {
    /// True if it is a predicted box, false if it is a true one.
    pub predicted: bool,
    /// Which box of the sample it is, counted from 1.
    pub position: usize,
    /// What is wrong with it.
    pub problem: CuboidProblem,
}

impl fmt::Display for CuboidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.predicted { "predicted" } else { "true" };
        write!(f, "{side} box {}: {}", self.position, self.problem)
    }
}

impl Error for CuboidError {}

/// Reads the boxes of a sample. Boxes with numbers that make no box are found later, and only those of classes that matter.
///
/// # Errors
///
/// As of [`parse_list`]; an infinite yaw, of which there is no sine, is also an error.
pub fn parse_cuboids(text: &str) -> Result<Vec<Entry<'_, 8>>, ListError> {
    let entries = parse_list::<8>(text, CUBOIDS)?;
    for (index, Entry { numbers: [.., yaw], .. }) in entries.iter().enumerate() {
        if yaw.is_infinite() {
            return Err(ListError::new(9 * index + 8, &yaw.to_string(), ListProblem::Infinite));
        }
    }
    Ok(entries)
}

/// The mean over the classes of a sample's true boxes of average precision, for each of [`IOU_THRESHOLDS`]. Numbers of an entry are
/// confidence, centre (x, y, z), width, length, height, yaw; a true box's confidence is not looked at. None if there is no true box.
///
/// Predictions are taken in order of confidence (equal ones in theirs, NaN last). Average precision is the area under the envelope
/// of precision over recall, as in PASCAL VOC from 2010 on.
///
/// - *taken is taken*: the true box with the largest IoU is chosen before looking whether it was found before; if it was, the
///   prediction is a false positive even where another true box would match.
/// - *unseen classes are free*: predictions of classes without a true box in this sample are ignored, even malformed ones.
///
/// `p · t` intersections for `p` predicted and `t` true boxes of a class.
///
/// # Errors
///
/// If a box of a class that is both predicted and true is none: see [`Cuboid::new`].
pub fn cuboid_average_precision(
    y_true: &[Entry<'_, 8>],
    y_pred: &[Entry<'_, 8>],
) -> Result<Option<[f64; IOU_THRESHOLDS.len()]>, CuboidError> {
    let classes: BTreeSet<&str> = y_true.iter().map(|entry| entry.word).collect();
    let mut sums = [0.0; IOU_THRESHOLDS.len()];
    for class in &classes {
        let predictions = ranked(class, y_pred);
        if predictions.is_empty() {
            continue;
        }
        let truth: Vec<Cuboid> =
            of_class(class, y_true).map(|(at, entry)| cuboid(false, at, entry)).collect::<Result<_, _>>()?;
        let mut best = Vec::with_capacity(predictions.len());
        for (at, entry) in predictions {
            best.push(best_match(&cuboid(true, at, entry)?, &truth));
        }
        for (sum, threshold) in sums.iter_mut().zip(IOU_THRESHOLDS) {
            *sum += area_under_envelope(&hits(&best, threshold, truth.len()), truth.len());
        }
    }
    Ok((!classes.is_empty()).then(|| sums.map(|sum| sum / classes.len() as f64)))
}

type Placed<'e, 'a> = (usize, &'e Entry<'a, 8>);

fn of_class<'e, 'a>(class: &str, entries: &'e [Entry<'a, 8>]) -> impl Iterator<Item = Placed<'e, 'a>> {
    entries.iter().enumerate().filter(move |(_, entry)| entry.word == class)
}

fn ranked<'e, 'a>(class: &str, entries: &'e [Entry<'a, 8>]) -> Vec<Placed<'e, 'a>> {
    let mut ranked: Vec<Placed<'e, 'a>> = of_class(class, entries).collect();
    ranked.sort_by(|(_, a), (_, b)| descending(a.numbers[0], b.numbers[0]));
    ranked
}

fn cuboid(predicted: bool, index: usize, entry: &Entry<'_, 8>) -> Result<Cuboid, CuboidError> {
    let [_, numbers @ ..] = entry.numbers;
    Cuboid::new(numbers).map_err(|problem| CuboidError { predicted, position: index + 1, problem })
}

/// The largest IoU, and the first true box that has it.
fn best_match(prediction: &Cuboid, truth: &[Cuboid]) -> (f64, usize) {
    let mut best = (f64::NEG_INFINITY, 0);
    for (index, candidate) in truth.iter().enumerate() {
        let iou = prediction.iou(candidate);
        if iou > best.0 {
            best = (iou, index);
        }
    }
    best
}

fn hits(best: &[(f64, usize)], threshold: f64, positives: usize) -> Vec<bool> {
    let mut free = vec![true; positives];
    best.iter()
        .map(|&(iou, index)| iou > threshold && free.get_mut(index).is_some_and(|free| std::mem::replace(free, false)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(y_true: &str, y_pred: &str) -> Result<Option<[f64; 10]>, CuboidError> {
        cuboid_average_precision(&parse_cuboids(y_true).unwrap(), &parse_cuboids(y_pred).unwrap())
    }

    const TRUTH: &str = "1 0 0 0 2 4 1.5 0.1 car 1 10 0 0 2 4 1.5 0.2 car 1 10 3 0 2 4 1.5 0.2 car 1 20 0 0 3 9 3 1 bus 1 30 0 0 1 1 1 0 dog";

    /// With pyquaternion 0.9.9, shapely 2.2.0 and numpy 2.4.6. Two classes are found, one is not predicted, one is not true.
    #[test]
    fn averages_are_those_of_the_reference() {
        let predictions = "0.5 0.1 0.05 0 2 4.1 1.5 0.12 car 0.9 10.4 0.1 0.1 2 4 1.5 0.2 car 0.9 10 0 0 2.1 4 1.5 0.2 car \
                           0.2 10 3 0.3 2 4 1.5 0.2 car 0.3 20.5 0 0 3 9 3 1.1 bus 0.8 40 0 0 3 9 3 1.1 bus 0.8 40 0 0 -3 9 3 1.1 cat";
        let expected = [
            0.444_444_444_444_444_4,
            0.444_444_444_444_444_4,
            0.444_444_444_444_444_4,
            0.444_444_444_444_444_4,
            0.351_851_851_851_851_86,
            0.148_148_148_148_148_14,
            0.148_148_148_148_148_14,
            0.148_148_148_148_148_14,
            0.148_148_148_148_148_14,
            0.055_555_555_555_555_55,
        ];
        let averages = score(TRUTH, predictions).unwrap().unwrap();
        assert!(averages.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{averages:?}");
    }

    /// The boxes share three quarters: an IoU of 0.6, which 0.6 is not below.
    #[test]
    fn an_overlap_at_a_threshold_is_too_small() {
        let averages = score("1 0 0 0 2 4 2 0 car", "0.9 1 0 0 2 4 2 0 car").unwrap();
        assert_eq!(averages, Some([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    }

    #[test]
    fn a_box_that_was_found_is_not_passed_over() {
        // Both predictions overlap the first of two like boxes most; the second would still match the other.
        let truth = "1 0 0 0 2 4 2 0 car 1 0.1 0 0 2 4 2 0 car";
        let averages = score(truth, "0.9 0 0 0 2 4 2 0 car 0.8 0.01 0 0 2 4 2 0 car").unwrap();
        assert_eq!(averages, Some([0.5; 10]));
    }

    #[test]
    fn only_boxes_of_true_classes_must_be_sound() {
        let truth = "1 0 0 0 2 4 2 0 car";
        let error = score(truth, "0.9 0 0 0 2 4 2 0 car 0.9 0 0 0 2 4 0 0 car").unwrap_err();
        assert_eq!(error, CuboidError { predicted: true, position: 2, problem: CuboidProblem::NotPositive });
        assert_eq!(score(truth, "0.9 0 0 0 2 4 2 0 car 0.9 0 0 0 2 4 0 nan bus"), Ok(Some([1.0; 10])));
        assert_eq!(score(" ", truth), Ok(None));
        assert_eq!(score(truth, " "), Ok(Some([0.0; 10])));
    }

    #[test]
    fn an_infinite_yaw_is_an_error_whatever_the_class() {
        let error = parse_cuboids("1 0 0 0 2 4 2 0 car 1 0 0 0 2 4 2 -inf bus").unwrap_err();
        assert_eq!((error.position, error.problem), (17, ListProblem::Infinite));
        assert!(parse_cuboids("1 0 0 inf 2 4 2 nan car").is_ok());
    }
}
