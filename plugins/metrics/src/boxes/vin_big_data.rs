//! COCO's average precision with the mistakes of a script that is widely used for chest X-rays.

use super::average_precision::AveragePrecisions;
use super::coco::{Annotation, Detection, coco_average_precision};
use super::list::{Layout, Separator, Word};
use crate::MetricError;

/// How the boxes of an image are written: class, confidence, left, top, right, bottom, all of them numbers.
pub const BOXES: Layout = Layout { separator: Separator::Blank, word: Word::Absent, blank_is_empty: false };

/// The IoU from which a prediction matches.
const IOU_THRESHOLD: f64 = 0.4;

/// A true box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrueBox {
    /// The image, by its place in the order of images.
    pub image: usize,
    /// The class.
    pub class: i64,
    /// Left, top, right, bottom.
    pub corners: [f64; 4],
}

/// A predicted box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictedBox {
    /// The image, by its place in the order of images.
    pub image: usize,
    /// The class: see [`class_id`].
    pub class: i64,
    /// The confidence.
    pub score: f64,
    /// Left, top, right, bottom.
    pub corners: [f64; 4],
}

/// The class that a number stands for, as Python's `int()` cuts it off: 3.7 is class 3, -0.5 is class 0. None of NaN and infinities.
#[must_use]
pub fn class_id(number: f64) -> Option<i64> {
    number.is_finite().then_some(number as i64)
}

/// [`coco_average_precision`] at IoU 0.4 of boxes in the order of their files, image by image on the true side. A class such as
/// "no finding", with its box `0 0 1 1`, is like any other.
///
/// Two mistakes are the reference's:
/// - *corner as size*: boxes are handed to pycocotools as left, top, right, bottom, where left, top, width, height are due. So IoU
///   is that of other, larger boxes. Areas, which only decide what is ignored, are right.
/// - *ids from 0*: boxes of both sides are numbered from 0, which marks an unmatched box. So whoever finds the first true box counts
///   as a false positive, and the true box that the first prediction finds can be found once more. Perfect predictions score below 1.
///
/// A corrected grader hands over width and height, and counts from 1.
///
/// # Errors
///
/// If there is no true box.
pub fn vin_big_data_average_precision(
    y_true: &[TrueBox],
    y_pred: &[PredictedBox],
) -> Result<AveragePrecisions<i64>, MetricError> {
    let annotation = |id, image, class, corners: [f64; 4]| {
        let [left, top, right, bottom] = corners;
        Annotation { id, image, class, bbox: corners, area: (right - left) * (bottom - top) }
    };
    let truth: Vec<Annotation> =
        (0..).zip(y_true).map(|(id, truth)| annotation(id, truth.image, truth.class, truth.corners)).collect();
    let detections: Vec<Detection> = (0..)
        .zip(y_pred)
        .map(|(id, pred)| Detection {
            annotation: annotation(id, pred.image, pred.class, pred.corners),
            score: pred.score,
        })
        .collect();
    coco_average_precision(&truth, &detections, IOU_THRESHOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `COCOeval` of pycocotools 2.0.11, with corners as sizes and ids from 0. With ids from 1 the mean is 0.58, with true sizes
    /// 0.42, with both 0.46.
    #[test]
    fn mistakes_are_those_of_the_script() {
        let truth = [
            (0, 14, [0.0, 0.0, 1.0, 1.0]),
            (0, 3, [10.0, 10.0, 20.0, 20.0]),
            (1, 3, [30.0, 30.0, 40.0, 50.0]),
            (1, 14, [0.0, 0.0, 1.0, 1.0]),
            (2, 14, [0.0, 0.0, 1.0, 1.0]),
        ]
        .map(|(image, class, corners)| TrueBox { image, class, corners });
        let predictions = [
            (0, 3, [10.0, 10.0, 20.0, 20.0], 0.9),
            (0, 3, [12.0, 12.0, 22.0, 22.0], 0.8),
            (1, 3, [20.0, 40.0, 60.0, 30.0], 0.7),
            (1, 14, [0.0, 0.0, 1.0, 1.0], 0.6),
            (0, 14, [0.0, 0.0, 1.0, 1.0], 0.9),
            (2, 3, [9.0, 9.0, 5.0, 5.0], 0.95),
            (2, 14, [1.0, 1.0, 1.0, 1.0], 0.3),
            // A false alarm whose area is negative is ignored.
            (2, 3, [9.0, 5.0, 5.0, 9.0], 0.99),
        ]
        .map(|(image, class, corners, score)| PredictedBox { image, class, score, corners });
        let averages = vin_big_data_average_precision(&truth, &predictions).unwrap();
        let [(3, a), (14, b)] = averages.classes[..] else { panic!("{averages:?}") };
        assert!((a - 0.75).abs() < 1e-14 && (b - 0.168_316_831_683_168_33).abs() < 1e-14, "{averages:?}");
    }

    /// Python's `int()`.
    #[test]
    fn classes_are_cut_off() {
        assert_eq!([3.7, -0.5, -1.0, 14.0].map(class_id), [Some(3), Some(0), Some(-1), Some(14)]);
        assert_eq!([f64::NAN, f64::INFINITY].map(class_id), [None; 2]);
    }
}
