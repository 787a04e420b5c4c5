//! Dice of the masks of slices, and Hausdorff distance of the volumes they make.

use assay_sdk::metrics::masks::{
    PixelCounts, RunLengths, SliceMask, dice, normalized_hausdorff_distance, volumes_by_day,
};
use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct MaskDiceHausdorff;

impl Grader for MaskDiceHausdorff {
    fn describe() -> Description {
        Description::higher(
            "mask-dice-hausdorff",
            env!("CARGO_PKG_VERSION"),
            "Masks of slices of scans: w dice + (1 - w) (1 - distance). Dice is the mean over rows; the distance is the mean over days of \
             scans of the Hausdorff distance in space, as a share of the largest possible one, of all that is marked on the day's slices. \
             Rows and days where nothing is true and nothing predicted do not count. A mask is a text of run lengths by columns, \
             `start length start length ...`, with pixels counted from 1. Details: both parts.",
        )
        .required("slice", Kind::Column, "the column of slices: the name of the day, `_slice_` and the slice")
        .required("target", Kind::Column, "the column of masks; a missing cell is an empty mask")
        .required("height", Kind::Column, "the answers' column of image heights, in pixels")
        .required("width", Kind::Column, "the answers' column of image widths, in pixels")
        .required("dice_weight", Kind::Number, "the weight w of Dice, from 0 to 1")
    }

    // Masks are read beside the answers only, for those of rows beyond theirs are not looked at.
    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let y_true = masks(answers, answers, options, GradeError::Failure)?;
        let y_pred = masks(submission, answers, options, GradeError::InvalidSubmission)?;
        let pairs = y_true.iter().zip(&y_pred);
        let dice: Vec<f64> = pairs.filter_map(|(t, p)| dice(&PixelCounts::new(&t.mask, &p.mask))).collect();

        let y_true = volumes_by_day(y_true).map_err(|error| GradeError::Failure(error.to_string()))?;
        let y_pred = volumes_by_day(y_pred).map_err(|error| GradeError::InvalidSubmission(error.to_string()))?;
        let pairs = y_true.iter().zip(&y_pred);
        let distances: Vec<f64> = pairs.filter_map(|(t, p)| normalized_hausdorff_distance(t, p)).collect();

        let weight = options.number("dice_weight")?;
        let (dice, distance) = (metrics::mean(&dice)?, metrics::mean(&distances)?);
        let detail = |name: &str, value| Detail { name: name.into(), value };
        let details = vec![detail("dice", dice), detail("Hausdorff distance", distance)];
        Ok(Score { value: weight * dice + (1.0 - weight) * (1.0 - distance), details })
    }
}

/// The masks of one side; `fault` says whose fault it is if they cannot be read.
///
/// Quirk *paired by position* (see [`volumes_by_day`]): row `i` belongs to row `i` of the answers and has the size of its image,
/// whatever slice and class it names. Rows beyond those of the answers are left out. A corrected grader would pair rows by slice
/// and class, which a contract with a key does.
fn masks<'a>(
    table: &'a Table,
    answers: &Table,
    options: &Options,
    fault: fn(String) -> GradeError,
) -> Result<Vec<SliceMask<'a>>, GradeError> {
    let (heights, widths) = (answers.sizes(options.text("height")?)?, answers.sizes(options.text("width")?)?);
    let sizes: Vec<(u32, u32)> = heights.into_iter().zip(widths).collect();
    let column = |option| Ok::<_, GradeError>(table.column(options.text(option)?)?.first(sizes.len()));
    let named = |_, id: &'a str| if id.is_empty() { Err("the slice is missing") } else { Ok(id) };
    let ids = column("slice")?.parse(named).map_err(fault)?;
    let mask = |row: usize, text| {
        let (height, width) = sizes.get(row).copied().unwrap_or_default();
        RunLengths::parse(text, u64::from(height) * u64::from(width))
    };
    let masks = column("target")?.parse(mask).map_err(fault)?;
    let rows = ids.into_iter().zip(masks).zip(sizes);
    Ok(rows.map(|((id, mask), (height, width))| SliceMask { id, mask, height, width }).collect())
}

assay_sdk::export!(MaskDiceHausdorff);
