//! Precision of masks over thresholds of intersection over union.

use assay_sdk::metrics::masks::{RunLengths, mean_precision_over_iou};
use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};

struct MaskPrecisionOverIou;

impl Grader for MaskPrecisionOverIou {
    fn describe() -> Description {
        Description::higher(
            "mask-precision-over-iou",
            env!("CARGO_PKG_VERSION"),
            "Masks of one object an image: the mean over images of the share of thresholds (0.5, 0.55 ... 0.95) that the intersection over \
             union of the true and the predicted mask exceeds. An image without true pixels scores 1 if none is predicted, else 0. A mask \
             is a text of run lengths, `start length start length ...`, with pixels counted from 1.",
        )
        .required("target", Kind::Column, "the column of masks; a missing cell is an empty mask")
        .required("pixels", Kind::Integer, "how many pixels each image has: height times width")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let Ok(pixels) = options.size("pixels") else { return Ok(()) };
        Problem::check_texts(submission, options, "target", |text| RunLengths::parse(text, pixels as u64))
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let (target, pixels) = (options.text("target")?, options.size("pixels")? as u64);
        let mask = |_, text| RunLengths::parse(text, pixels);
        let y_true = answers.column(target)?.parse(mask).map_err(GradeError::Failure)?;
        let y_pred = submission.column(target)?.parse(mask).map_err(GradeError::InvalidSubmission)?;
        let pairs = y_true.iter().zip(&y_pred);
        let scores: Vec<f64> = pairs.map(|(t, p)| mean_precision_over_iou(t, p, pixels)).collect();
        Ok(metrics::mean(&scores)?.into())
    }
}

assay_sdk::export!(MaskPrecisionOverIou);
