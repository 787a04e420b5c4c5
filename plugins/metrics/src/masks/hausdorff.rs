//! The Hausdorff distance of two masks in space.

use super::run_tree::{RunTree, VoxelBox, Weights, raise};
use super::volume::Volume;

/// The symmetric Hausdorff distance of two volumes, the larger of scipy's two `directed_hausdorff`: the largest distance of a
/// voxel of one to the nearest voxel of the other. `spacing` is the distance between neighbours on the axes slice, row, column.
/// None if one of them has no voxel.
///
/// Exact, up to rounding. It works on the boxes that runs make in columns, not on voxels: `n log n` for `n` boxes to build two
/// trees, then a branch and bound search that takes about as long where the masks resemble each other. Worst are masks of single
/// pixels side by side, whose voxels are all looked at, each in the few boxes that are nearest.
#[must_use]
pub fn hausdorff_distance(a: &Volume, b: &Volume, spacing: [f64; 3]) -> Option<f64> {
    between(&mut a.columns(), &mut b.columns(), spacing)
}

fn between(a: &mut [VoxelBox], b: &mut [VoxelBox], spacing: [f64; 3]) -> Option<f64> {
    let weights: Weights = spacing.map(|step| step * step);
    let (a, b) = (RunTree::new(a, &weights)?, RunTree::new(b, &weights)?);
    let one_way = raise(0.0, &a, &b, &weights);
    Some(raise(one_way, &b, &a, &weights).sqrt())
}

/// The Hausdorff distance as a share of the largest possible one: the volume is scaled to a cube of side 1, and the distance
/// divided by the cube's diagonal. None if neither volume has a voxel; 1 if only one of them has.
///
/// The true volume's numbers of slices, rows and columns are the scale, also of a prediction of another size, whose distance may
/// so exceed 1.
///
/// *Worst without looking*: if more than ten times the true voxels are predicted, the result is 1. A corrected grader measures.
///
/// Cost as of [`hausdorff_distance`].
#[must_use]
pub fn normalized_hausdorff_distance(y_true: &Volume, y_pred: &Volume) -> Option<f64> {
    let (mut true_boxes, mut pred_boxes) = (y_true.columns(), y_pred.columns());
    let voxels = |boxes: &[VoxelBox]| boxes.iter().map(VoxelBox::voxels_in_column).sum::<u64>();
    let (true_voxels, pred_voxels) = (voxels(&true_boxes), voxels(&pred_boxes));
    match (true_voxels, pred_voxels) {
        (0, 0) => return None,
        (0, _) | (_, 0) => return Some(1.0),
        _ if pred_voxels > true_voxels.saturating_mul(10) => return Some(1.0),
        _ => {}
    }
    let shape = [y_true.slices.len() as f64, f64::from(y_true.height), f64::from(y_true.width)];
    let distance = between(&mut true_boxes, &mut pred_boxes, shape.map(|length| 1.0 / length))?;
    Some(distance / 3.0_f64.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::RunLengths;

    fn volume(slices: &[&str]) -> Volume {
        let slices = slices.iter().map(|text| RunLengths::parse(text, 30).unwrap()).collect();
        Volume { height: 6, width: 5, slices }
    }

    fn close(value: Option<f64>, expected: f64) {
        assert!(value.is_some_and(|value| (value - expected).abs() < 1e-14), "{value:?} instead of {expected}");
    }

    /// `max(directed_hausdorff(u, v)[0], directed_hausdorff(v, u)[0])` of the voxels' coordinates, scipy 1.17.1: times (3, 0.5,
    /// 1.25), and divided by the shape and by the square root of 3.
    #[test]
    fn distances_are_those_of_scipy() {
        let sparse = volume(&["8 1 23 1 29 1", "10 1 13 2 17 1", "14 1", "1 1 8 1 20 1 29 1"]);
        let other = volume(&["1 1 12 1", "26 1 29 1", "2 1 6 1 8 1 10 1 14 2 30 1", "4 1 6 1"]);
        close(hausdorff_distance(&sparse, &other, [3.0, 0.5, 1.25]), 3.25);
        close(normalized_hausdorff_distance(&sparse, &other), 0.365_655_170_486_763_05);

        let dense = volume(&[
            "1 6 9 1 18 6 25 4 30 1",
            "1 3 6 1 8 1 10 1 12 1 14 4 19 3 25 6",
            "2 1 7 1 9 3 13 2 18 1 20 1 23 2 26 2",
            "3 1 6 6 14 1 16 2 19 2 22 1 24 3 28 2",
        ]);
        let few = volume(&["5 1", "", "4 1 25 1", "5 1"]);
        close(hausdorff_distance(&few, &dense, [3.0, 0.5, 1.25]), 5.385_164_807_134_504);
        close(normalized_hausdorff_distance(&dense, &few), 0.493_382_129_718_868_1);
        close(hausdorff_distance(&few, &few, [3.0, 0.5, 1.25]), 0.0);
    }

    #[test]
    fn volumes_without_voxels() {
        let (none, one) = (volume(&["", ""]), volume(&["1 1", ""]));
        assert_eq!(hausdorff_distance(&none, &one, [1.0; 3]), None);
        assert_eq!(normalized_hausdorff_distance(&none, &none), None);
        assert_eq!(normalized_hausdorff_distance(&one, &none), Some(1.0));
        assert_eq!(normalized_hausdorff_distance(&none, &one), Some(1.0));
    }

    #[test]
    fn more_than_ten_times_the_true_voxels_is_the_largest_distance() {
        let one = volume(&["1 1", ""]);
        // Ten voxels are measured, eleven are not.
        close(normalized_hausdorff_distance(&one, &volume(&["1 10", ""])), 0.481_125_224_324_688_2);
        assert_eq!(normalized_hausdorff_distance(&one, &volume(&["1 11", ""])), Some(1.0));
    }

    /// A prediction with other numbers of slices, rows and columns is measured on the truth's scale.
    #[test]
    fn the_truth_is_the_scale() {
        let (truth, mut pred) = (volume(&["1 1", ""]), volume(&["1 1", "", "30 1"]));
        close(normalized_hausdorff_distance(&truth, &pred), 0.882_127_058_959_279_7);
        pred.slices = vec![RunLengths::parse("1 1", 30).unwrap()];
        close(normalized_hausdorff_distance(&truth, &pred), 0.0);
    }
}
