//! Average precision of boxes in space.

use assay_sdk::metrics::boxes::{CuboidError, IOU_THRESHOLDS, cuboid_average_precision, parse_cuboids};
use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};

struct CuboidAveragePrecision;

impl Grader for CuboidAveragePrecision {
    fn describe() -> Description {
        Description::higher(
            "cuboid-average-precision",
            env!("CARGO_PKG_VERSION"),
            "Upright boxes in space: the mean over samples and thresholds of intersection over union (0.5, 0.55 ... 0.95) of average \
             precision, itself the mean over the classes of the sample's true boxes of the area under the precision-recall curve's \
             envelope (nuScenes' script). A list of boxes is a text `confidence x y z width length height yaw class ...`, with one blank \
             between two tokens. Details: the mean at each threshold.",
        )
        .required("target", Kind::Column, "the column of lists of boxes; a missing cell is an empty list")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        Problem::check_texts(submission, options, "target", parse_cuboids)
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let list = |_, text| parse_cuboids(text);
        let y_true = answers.column(target)?.parse(list).map_err(GradeError::Failure)?;
        let y_pred = submission.column(target)?.parse(list).map_err(GradeError::InvalidSubmission)?;
        let mut precisions = Vec::with_capacity(y_true.len());
        for (row, (y_true, y_pred)) in y_true.iter().zip(&y_pred).enumerate() {
            let precision = cuboid_average_precision(y_true, y_pred).map_err(|error| at_fault(row, &error))?;
            let none = || GradeError::Failure(format!("row {row} (from 0) of the answers has no box"));
            precisions.push(precision.ok_or_else(none)?);
        }
        let details = IOU_THRESHOLDS.iter().enumerate().map(|(index, threshold)| {
            let values: Vec<f64> = precisions.iter().map(|precision| precision[index]).collect();
            Ok(Detail { name: format!("IoU above {threshold}"), value: metrics::mean(&values)? })
        });
        let details = details.collect::<Result<_, GradeError>>()?;
        Ok(Score { value: metrics::mean(precisions.as_flattened())?, details })
    }
}

/// A box that only turns out to be none beside the true ones, since those of other classes are not looked at.
fn at_fault(row: usize, error: &CuboidError) -> GradeError {
    let text = format!("row {row} (from 0): {error}");
    if error.predicted { GradeError::InvalidSubmission(text) } else { GradeError::Failure(text) }
}

assay_sdk::export!(CuboidAveragePrecision);
