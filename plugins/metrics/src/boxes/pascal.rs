//! Average precision in PASCAL VOC's style, with a few rules of its own.

use std::collections::BTreeSet;

use super::average_precision::AveragePrecisions;
use super::confidence::descending;
use super::list::{Entry, Layout, Separator, Word};
use crate::MetricError;

/// How the boxes of an image are written: class, confidence, left, top, right, bottom.
pub const DETECTIONS: Layout = Layout { separator: Separator::WhiteSpace, word: Word::First, blank_is_empty: true };

/// A predicted box matches a true one only if their intersection over union is larger.
const IOU_THRESHOLD: f64 = 0.5;

/// The intersection over union of two boxes, each given by left, top, right, bottom.
///
/// Corners in the wrong order are not put right: a box inverted on one axis has a negative area, one inverted on both a positive
/// one, and neither intersects anything. 0 if the union is not positive, or NaN,
/// as any coordinate that is NaN makes it.
#[must_use]
pub fn corner_iou(a: [f64; 4], b: [f64; 4]) -> f64 {
    let area = |[left, top, right, bottom]: [f64; 4]| (right - left) * (bottom - top);
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let intersection = width * height;
    let union = area(a) + area(b) - intersection;
    if union > 0.0 { intersection / union } else { 0.0 }
}

/// The mean over classes of average precision, with one list of boxes an image on both sides, in the same order. Numbers of an
/// entry are confidence, left, top, right, bottom; a true box's confidence is not looked at.
///
/// Within an image, the predictions of a class choose in order of confidence (equal ones in theirs): each takes the free true box
/// with the largest [`corner_iou`] above 0.5. Classes are those of the truth; predictions of others are ignored.
///
/// *Zeros everywhere*: average precision is scikit-learn's, over one list of cases that holds, beside the predictions, a positive of
/// confidence 0 for each missed box, and a negative of confidence 0 for each image with neither a box nor a prediction of the
/// class. So missed boxes gain from ties at 0, and predictions with negative confidence rank below them. A corrected grader
/// divides by the number of true boxes instead.
///
/// A NaN confidence is only possible for a class that the truth lacks. In the reference it may disturb the order of the other
/// predictions of its image; here it cannot.
///
/// # Errors
///
/// If a confidence of a class of the truth is NaN or infinite; if every case of a class is positive, which takes a true box in every
/// image; or if there is no true box at all.
pub fn pascal_average_precision<'a>(
    y_true: &[Vec<Entry<'a, 5>>],
    y_pred: &[Vec<Entry<'_, 5>>],
) -> Result<AveragePrecisions<&'a str>, MetricError> {
    let classes: BTreeSet<&str> = y_true.iter().flatten().map(|entry| entry.word).collect();
    let average = |class| {
        let (mut labels, mut scores) = (Vec::new(), Vec::new());
        for (truth, predictions) in y_true.iter().zip(y_pred) {
            for (label, score) in cases(class, truth, predictions) {
                labels.push(label);
                scores.push(score);
            }
        }
        if labels.iter().all(|&positive| positive) {
            return Err(MetricError::OneClass);
        }
        Ok((class, crate::average_precision_score(&labels, &scores)?))
    };
    AveragePrecisions::new(classes.into_iter().map(average).collect::<Result<_, MetricError>>()?)
}

/// The cases of one class in one image: whether positive, and the confidence.
fn cases(class: &str, y_true: &[Entry<'_, 5>], y_pred: &[Entry<'_, 5>]) -> Vec<(bool, f64)> {
    let of_class = |list: &[Entry<'_, 5>]| -> Vec<[f64; 5]> {
        list.iter().filter(|entry| entry.word == class).map(|entry| entry.numbers).collect()
    };
    let mut free = of_class(y_true);
    let mut predictions = of_class(y_pred);
    predictions.sort_by(|a, b| descending(a[0], b[0]));
    let mut cases = Vec::with_capacity(predictions.len() + free.len());
    for [confidence, corners @ ..] in predictions {
        let mut best = (IOU_THRESHOLD, None);
        for (index, [_, candidate @ ..]) in free.iter().enumerate() {
            let iou = corner_iou(corners, *candidate);
            if iou > best.0 {
                best = (iou, Some(index));
            }
        }
        if let Some(index) = best.1 {
            free.remove(index);
        }
        cases.push((best.1.is_some(), confidence));
    }
    cases.extend(free.iter().map(|_| (true, 0.0)));
    if cases.is_empty() {
        cases.push((false, 0.0));
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::super::list::parse_list;
    use super::*;

    fn images<'a>(texts: &[&'a str]) -> Vec<Vec<Entry<'a, 5>>> {
        texts.iter().map(|text| parse_list(text, DETECTIONS).unwrap()).collect()
    }

    const TRUTH: [&str; 4] = ["o 1 0 0 10 10 o 1 20 20 30 30", "n 1 0 0 1 1", "o 1 5 5 15 15", "n 1 0 0 1 1"];

    /// `average_precision_score` of scikit-learn 1.9.1 on the cases of each class, matched by the rules above in Python.
    #[test]
    fn averages_are_those_of_scikit_learn() {
        let predictions = images(&[
            "o .4 1 1 10 10 o .9 0 0 9 11 o .8 21 19 31 29 n .1 0 0 1 1",
            "n .7 0 0 1 1 o .3 4 4 5 5",
            "n .2 0 0 1 1 z nan 0 0 1 1",
            "o -.5 1 1 2 2",
        ]);
        let averages = pascal_average_precision(&images(&TRUTH), &predictions).unwrap();
        let close = |value: f64, expected: f64| (value - expected).abs() < 1e-15;
        assert!(close(averages.mean, 0.808_333_333_333_333_3), "{averages:?}");
        let [("n", n), ("o", o)] = averages.classes[..] else { panic!("{averages:?}") };
        assert!(close(n, 0.75) && close(o, 0.866_666_666_666_666_7), "{averages:?}");
    }

    #[test]
    fn confidences_of_true_classes_are_finite() {
        let of = |text| pascal_average_precision(&images(&TRUTH), &images(&["", text, "", ""]));
        assert!(of("o nan 0 0 1 1").is_err());
        assert!(of("n inf 0 0 1 1").is_err());
        assert!(of("x inf 0 0 1 1").is_ok());
        assert_eq!(pascal_average_precision(&images(&["o 1 0 0 1 1"]), &images(&[""])), Err(MetricError::OneClass));
        assert!(pascal_average_precision(&images(&[" "]), &images(&["o 1 0 0 1 1"])).is_err());
    }

    /// The reference's formula, in Python 3.11.
    #[test]
    fn iou_of_odd_boxes() {
        let unit = [0.0, 0.0, 10.0, 10.0];
        assert_eq!(corner_iou(unit, [5.0, 5.0, 15.0, 20.0]), 0.111_111_111_111_111_1);
        assert_eq!(corner_iou([10.0, 10.0, 0.0, 0.0], unit), 0.0);
        assert_eq!(corner_iou([10.0, 0.0, 0.0, 30.0], unit), 0.0);
        assert_eq!(corner_iou([f64::NAN, 0.0, 10.0, 10.0], unit), 0.0);
        assert_eq!(corner_iou([0.0, 0.0, f64::INFINITY, 10.0], unit), 0.0);
    }

    #[test]
    fn a_box_is_found_once_and_by_more_than_half() {
        // Two predictions of one box: 1 hit, 1 false alarm. Exactly half is no match.
        let hits = |text| {
            let truth: Vec<Entry<'_, 5>> = parse_list("o 1 0 0 10 10", DETECTIONS).unwrap();
            cases("o", &truth, &parse_list(text, DETECTIONS).unwrap())
        };
        assert_eq!(hits("o .5 0 0 10 9 o .6 0 0 10 8"), [(true, 0.6), (false, 0.5)]);
        assert_eq!(hits("o .5 0 0 10 5"), [(false, 0.5), (true, 0.0)]);
        assert_eq!(cases("o", &[], &[]), [(false, 0.0)]);
    }
}
