//! Average precision as pycocotools' `COCOeval(gt, dt, "bbox")` computes it for one IoU threshold.

use std::collections::BTreeMap;

use super::average_precision::{AveragePrecisions, mean_at_101_recalls};
use super::confidence::descending;
use crate::MetricError;

/// A box of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Annotation {
    /// Its number among the boxes of its side. pycocotools marks what is not matched with 0, so a number of 0 is no match: see
    /// [`coco_average_precision`].
    pub id: u64,
    /// The image, by its place in the order of images.
    pub image: usize,
    /// The class.
    pub class: i64,
    /// Left, top, width, height.
    pub bbox: [f64; 4],
    /// The area that decides whether the box is ignored.
    pub area: f64,
}

/// A predicted box with its confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// The box.
    pub annotation: Annotation,
    /// The confidence.
    pub score: f64,
}

/// How many detections count in an image, for each class: the best ones.
const MAX_DETECTIONS: usize = 100;

/// The area, in square pixels, from which a box is ignored: that of pycocotools' range `all`.
const MAX_AREA: f64 = 1e10;

/// The intersection over union of two boxes, each given by left, top, width, height; pycocotools' `mask.iou` of boxes that are no
/// crowds. NaN passes through C's `fmin` and `fmax`, which take the other argument, and makes the union NaN.
#[must_use]
pub fn bbox_iou(detection: [f64; 4], truth: [f64; 4]) -> f64 {
    let ([left, top, width, height], [true_left, true_top, true_width, true_height]) = (detection, truth);
    let shared_width = (width + left).min(true_width + true_left) - left.max(true_left);
    let shared_height = (height + top).min(true_height + true_top) - top.max(true_top);
    if shared_width <= 0.0 || shared_height <= 0.0 {
        return 0.0;
    }
    let intersection = shared_width * shared_height;
    intersection / (width * height + true_width * true_height - intersection)
}

/// Average precision at one IoU threshold, for each class of the truth, and the mean over classes: `stats[0]` of `COCOeval` with
/// `iouThrs = [iou_threshold]`, area range `all`, 100 detections an image and class.
///
/// Within an image and class, detections choose in order of score (equal ones in theirs): each takes the free true box with the
/// largest IoU of at least the threshold, the last of equal ones. Over images, detections are ranked by score (equal ones in order
/// of images). NaN scores come last. A detection with a NaN coordinate overlaps by NaN, which is never below the threshold.
///
/// A true box with a negative area, or one above 10^10, neither counts nor costs whoever matches it; nor does an unmatched detection
/// of such an area.
///
/// A box with the number 0 is, to pycocotools, one that is not matched: a detection that matches the true box 0 counts as a false
/// positive, and the true box that detection 0 matches stays free. Number boxes from 1 to avoid it.
///
/// Detections of classes without a true box are ignored. Sorting dominates the cost: `n log n`.
///
/// # Errors
///
/// If there is no true box to find.
pub fn coco_average_precision(
    y_true: &[Annotation],
    y_pred: &[Detection],
    iou_threshold: f64,
) -> Result<AveragePrecisions<i64>, MetricError> {
    let mut classes: BTreeMap<i64, BTreeMap<usize, Image>> = BTreeMap::new();
    for truth in y_true {
        classes.entry(truth.class).or_default().entry(truth.image).or_default().truth.push(*truth);
    }
    for detection in y_pred {
        if let Some(images) = classes.get_mut(&detection.annotation.class) {
            images.entry(detection.annotation.image).or_default().detections.push(*detection);
        }
    }
    let mut averages = Vec::new();
    for (class, images) in classes {
        let (mut positives, mut ranked) = (0, Vec::new());
        for image in images.into_values() {
            positives += image.truth.iter().filter(|truth| !out_of_range(truth.area)).count();
            image.rank(iou_threshold, &mut ranked);
        }
        if positives > 0 {
            ranked.sort_by(|a, b| descending(a.0, b.0));
            let hits: Vec<bool> = ranked.into_iter().map(|(_, hit)| hit).collect();
            averages.push((class, mean_at_101_recalls(&hits, positives)));
        }
    }
    AveragePrecisions::new(averages)
}

/// The boxes of one class in one image.
#[derive(Default)]
struct Image {
    truth: Vec<Annotation>,
    detections: Vec<Detection>,
}

impl Image {
    /// Appends score and hit of each detection that is not ignored.
    fn rank(mut self, iou_threshold: f64, ranked: &mut Vec<(f64, bool)>) {
        self.truth.sort_by_key(|truth| out_of_range(truth.area));
        self.detections.sort_by(|a, b| descending(a.score, b.score));
        let mut taken = vec![false; self.truth.len()];
        for Detection { annotation, score } in self.detections.into_iter().take(MAX_DETECTIONS) {
            let matched = best(&annotation, &self.truth, &taken, iou_threshold);
            if let Some(taken) = matched.and_then(|index| taken.get_mut(index)) {
                *taken = annotation.id > 0;
            }
            let matched = matched.and_then(|index| self.truth.get(index));
            let hit = matched.is_some_and(|truth| truth.id > 0);
            let ignored =
                matched.is_some_and(|truth| out_of_range(truth.area)) || !hit && out_of_range(annotation.area);
            if !ignored {
                ranked.push((score, hit));
            }
        }
    }
}

/// The free true box that a detection takes. Ignored ones come last in `truth`, and are only for who finds no other.
fn best(detection: &Annotation, truth: &[Annotation], taken: &[bool], iou_threshold: f64) -> Option<usize> {
    let mut best: Option<(usize, &Annotation)> = None;
    let mut best_iou = iou_threshold.min(1.0 - 1e-10);
    for (index, candidate) in truth.iter().enumerate() {
        if taken.get(index).is_some_and(|&taken| taken) {
            continue;
        }
        if best.is_some_and(|(_, best)| !out_of_range(best.area)) && out_of_range(candidate.area) {
            break;
        }
        let iou = bbox_iou(detection.bbox, candidate.bbox);
        // Not `iou >= best_iou`: NaN passes.
        if iou < best_iou {
            continue;
        }
        best_iou = iou;
        best = Some((index, candidate));
    }
    best.map(|(index, _)| index)
}

fn out_of_range(area: f64) -> bool {
    !area.is_nan() && !(0.0..=MAX_AREA).contains(&area)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pycocotools.mask.iou`, pycocotools 2.0.11.
    #[test]
    fn ious_are_those_of_pycocotools() {
        assert_eq!(bbox_iou([0.0, 0.0, 10.0, 10.0], [5.0, 5.0, 10.0, 15.0]), 0.111_111_111_111_111_1);
        assert_eq!(bbox_iou([0.0, 0.0, 10.0, 10.0], [20.0, 0.0, 5.0, 5.0]), 0.0);
        assert_eq!(bbox_iou([f64::NAN, 0.0, 10.0, 10.0], [5.0, 5.0, 10.0, 15.0]), 0.25);
        assert!(bbox_iou([0.0, 0.0, f64::NAN, 10.0], [0.0, 0.0, 10.0, 10.0]).is_nan());
    }

    fn numbered(from: u64, boxes: &[(usize, i64, [f64; 4], Option<f64>)]) -> Vec<Annotation> {
        (from..)
            .zip(boxes)
            .map(|(id, &(image, class, bbox, area))| Annotation {
                id,
                image,
                class,
                bbox,
                area: area.unwrap_or(bbox[2] * bbox[3]),
            })
            .collect()
    }

    /// `COCOeval` of pycocotools 2.0.11 on these boxes at IoU 0.5. There are boxes with areas out of range on both sides, equal
    /// scores, a NaN score, a class that is not true, and a detection that overlaps two true boxes.
    #[test]
    fn averages_are_those_of_pycocotools() {
        let truth = |from| {
            numbered(
                from,
                &[
                    (0, 1, [0.0, 0.0, 10.0, 10.0], None),
                    (0, 1, [20.0, 0.0, 10.0, 10.0], None),
                    (1, 1, [0.0, 0.0, 10.0, 10.0], None),
                    (1, 2, [5.0, 5.0, 10.0, 10.0], None),
                    (2, 2, [0.0, 0.0, 8.0, 8.0], None),
                    (0, 1, [50.0, 50.0, 10.0, 10.0], Some(-1.0)),
                ],
            )
        };
        let detections = |from| {
            let boxes = numbered(
                from,
                &[
                    (0, 1, [1.0, 0.0, 10.0, 10.0], None),
                    (0, 1, [0.0, 0.0, 10.0, 10.0], None),
                    (0, 1, [21.0, 1.0, 10.0, 10.0], None),
                    (1, 1, [0.0, 0.0, 10.0, 7.0], None),
                    (1, 1, [40.0, 40.0, 5.0, 5.0], None),
                    (1, 2, [5.0, 5.0, 10.0, 10.0], None),
                    (2, 2, [4.0, 4.0, 8.0, 8.0], None),
                    (2, 3, [0.0, 0.0, 8.0, 8.0], None),
                    (0, 1, [50.0, 50.0, 10.0, 10.0], None),
                    (2, 1, [50.0, 50.0, 10.0, 10.0], Some(2e10)),
                    (2, 2, [0.0, 0.0, 8.0, 8.0], None),
                ],
            );
            let scores = [0.9, 0.8, 0.8, 0.3, 0.95, 0.5, 0.6, 0.7, 0.99, 0.97, f64::NAN];
            boxes.into_iter().zip(scores).map(|(annotation, score)| Detection { annotation, score }).collect::<Vec<_>>()
        };
        let second = 0.666_666_666_666_666;
        for (truth_from, detections_from, first) in [
            (0, 0, 0.265_346_534_653_465),
            (0, 1, 0.265_346_534_653_465),
            (1, 0, 0.799_999_999_999_998_4),
            (1, 1, 0.600_000_000_000_001),
        ] {
            let averages = coco_average_precision(&truth(truth_from), &detections(detections_from), 0.5).unwrap();
            let [(1, a), (2, b)] = averages.classes[..] else { panic!("{averages:?}") };
            assert!((a - first).abs() < 1e-14 && (b - second).abs() < 1e-14, "{averages:?} instead of {first}");
            assert!((averages.mean - (first + second) / 2.0).abs() < 1e-14);
        }
    }

    /// `COCOeval` of pycocotools 2.0.11 on these boxes at IoU 0.5.
    #[test]
    fn odd_boxes_are_matched_as_in_pycocotools() {
        let mean = |truth: &[(usize, i64, [f64; 4], Option<f64>)], boxes: &[([f64; 4], f64)]| {
            let detections: Vec<Detection> = (1..)
                .zip(boxes)
                .map(|(id, &(bbox, score))| Detection {
                    annotation: Annotation { id, image: 0, class: 1, bbox, area: 100.0 },
                    score,
                })
                .collect();
            coco_average_precision(&numbered(1, truth), &detections, 0.5).unwrap().mean
        };
        let square = [0.0, 0.0, 10.0, 10.0];
        // NaN is never below the threshold.
        let two = [(0, 1, square, None), (0, 1, [50.0, 50.0, 10.0, 10.0], None)];
        assert!((mean(&two, &[([0.0, 0.0, f64::NAN, 10.0], 0.5)]) - 0.504_950_495_049_504_8).abs() < 1e-14);
        // A true box that is ignored is only for who finds no other, even where it overlaps more.
        let ignored = [(0, 1, square, Some(2e10)), (0, 1, [0.0, 0.0, 10.0, 8.0], None)];
        assert!((mean(&ignored, &[(square, 0.5)]) - 0.999_999_999_999_999_9).abs() < 1e-14);
        let three = [([0.0, 0.0, 10.0, 9.9], 0.5), (square, 0.4), (square, 0.9)];
        assert!((mean(&ignored, &three) - 0.999_999_999_999_999_9).abs() < 1e-14);
    }

    #[test]
    fn the_hundred_best_detections_of_an_image_count() {
        let truth = numbered(1, &[(0, 1, [0.0, 0.0, 10.0, 10.0], None)]);
        let mean = |false_alarms: usize| {
            let mut boxes = vec![(0, 1, [50.0, 50.0, 1.0, 1.0], None); false_alarms];
            boxes.push((0, 1, [0.0, 0.0, 10.0, 10.0], None));
            let detections: Vec<Detection> =
                numbered(1, &boxes).into_iter().map(|annotation| Detection { annotation, score: 0.5 }).collect();
            coco_average_precision(&truth, &detections, 0.5).unwrap().mean
        };
        assert!((mean(99) - 0.01).abs() < 1e-15);
        assert_eq!(mean(100), 0.0);
    }

    #[test]
    fn without_a_true_box_there_is_no_score() {
        assert!(coco_average_precision(&[], &[], 0.5).is_err());
    }
}
