//! Masks of slices, stacked to volumes.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use super::run_lengths::RunLengths;
use super::run_tree::VoxelBox;

/// The mask of one row: one class on one slice of a scan.
#[derive(Clone, Debug)]
pub struct SliceMask<'a> {
    /// The slice, such as `case7_day0_slice_0001`.
    pub id: &'a str,
    /// Its pixels, flattened by columns.
    pub mask: RunLengths,
    /// Height of the image.
    pub height: u32,
    /// Width of the image.
    pub width: u32,
}

/// A mask in space: slices of one size, first to last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Height of each slice.
    pub height: u32,
    /// Width of each slice.
    pub width: u32,
    /// The mask of each slice, flattened by columns: pixel `i` is in row `i % height` of column `i / height`.
    pub slices: Vec<RunLengths>,
}

impl Volume {
    /// The voxels, as boxes of one column each. A run that goes on in the next column makes one box a column, so there are at
    /// most as many boxes as runs and columns together.
    pub(super) fn columns(&self) -> Vec<VoxelBox> {
        let (height, width) = (u64::from(self.height), u64::from(self.width));
        let mut boxes = Vec::new();
        for (slice, mask) in (0..).zip(&self.slices) {
            for run in mask.runs() {
                let (mut start, end) = (run.start, run.end.min(height * width));
                while start < end {
                    let column = start / height;
                    let next = end.min((column + 1) * height);
                    let row = |pixel: u64| (pixel - column * height) as u32;
                    boxes.push(VoxelBox {
                        low: [slice, row(start), column as u32],
                        high: [slice, row(next - 1), column as u32],
                    });
                    start = next;
                }
            }
        }
        boxes
    }
}

/// Two slices that belong together have images of different sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedSizes {
    /// The slice whose size differs from one before it.
    pub id: String,
}

impl fmt::Display for MixedSizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "slice `{}` is not of the size of the other slices of its day: keep the rows of the sample's order",
            self.id
        )
    }
}

impl Error for MixedSizes {}

/// Stacks the masks of rows to one volume a day of a scan.
///
/// Rows are sorted by id, as text; the masks of one id are united, whatever class they are of; the slices of a day (the id up to
/// the first `_slice_`) are stacked. Days are in the order in which they then first occur.
///
/// *Paired by position*: a row has the size of the answers' row at its position, whatever its own id, and day `i` of a submission
/// is compared with day `i` of the answers. A corrected grader pairs rows by id and class first.
///
/// # Errors
///
/// If the slices of a day, or the masks of one slice, differ in size.
pub fn volumes_by_day(mut rows: Vec<SliceMask<'_>>) -> Result<Vec<Volume>, MixedSizes> {
    rows.sort_by_key(|row| row.id);
    let (mut volumes, mut days) = (Vec::<Volume>::new(), BTreeMap::new());
    let mut last_id = None;
    for row in rows {
        let day = row.id.split_once("_slice_").map_or(row.id, |(day, _)| day);
        let index = *days.entry(day).or_insert(volumes.len());
        if index == volumes.len() {
            volumes.push(Volume { height: row.height, width: row.width, slices: Vec::new() });
        }
        let Some(volume) = volumes.get_mut(index) else { continue };
        if (volume.height, volume.width) != (row.height, row.width) {
            return Err(MixedSizes { id: row.id.to_owned() });
        }
        match volume.slices.last_mut() {
            Some(slice) if last_id == Some(row.id) => *slice = slice.union(&row.mask),
            _ => volume.slices.push(row.mask),
        }
        last_id = Some(row.id);
    }
    Ok(volumes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(id: &'a str, text: &str, height: u32) -> SliceMask<'a> {
        SliceMask { id, mask: RunLengths::parse(text, 12).unwrap(), height, width: 12 / height }
    }

    #[test]
    fn rows_are_sorted_united_and_stacked() {
        let rows = vec![
            row("b_slice_1", "1 1", 3),
            row("a_slice_2", "4 2", 4),
            row("a_slice_1", "2 1", 4),
            row("a_slice_2", "5 3", 4),
            // Sorts between the slices of day `a`, and is of that day: its part before `_slice_` is `a`.
            row("a", "9 1", 4),
            row("a_c_slice_1", "1 12", 2),
        ];
        let volumes = volumes_by_day(rows).unwrap();
        let slices: Vec<Vec<u64>> =
            volumes.iter().map(|volume| volume.slices.iter().map(RunLengths::area).collect()).collect();
        assert_eq!(slices, [vec![1, 1, 4], vec![12], vec![1]]);
    }

    #[test]
    fn sizes_must_agree_within_a_day() {
        let other_slice = volumes_by_day(vec![row("a_slice_1", "1 1", 3), row("a_slice_2", "1 1", 4)]);
        assert_eq!(other_slice, Err(MixedSizes { id: "a_slice_2".to_owned() }));
        assert!(volumes_by_day(vec![row("a_slice_1", "1 1", 3), row("a_slice_1", "1 1", 4)]).is_err());
        assert!(volumes_by_day(vec![row("a_slice_1", "1 1", 3), row("b_slice_1", "1 1", 4)]).is_ok());
    }

    #[test]
    fn a_run_over_several_columns_is_a_box_each() {
        let volume = volumes_by_day(vec![row("a", "3 7", 4)]).unwrap().remove(0);
        let boxes: Vec<_> = volume.columns().iter().map(|b| (b.low, b.high)).collect();
        assert_eq!(boxes, [([0, 2, 0], [0, 3, 0]), ([0, 0, 1], [0, 3, 1]), ([0, 0, 2], [0, 0, 2])]);
    }
}
