//! F-beta of the pixels of masks, Dice included.

use assay_sdk::metrics::masks::{PixelCounts, RunLengths, fbeta_score};
use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};

struct MaskFBeta;

impl Grader for MaskFBeta {
    fn describe() -> Description {
        Description::higher(
            "mask-f-beta",
            env!("CARGO_PKG_VERSION"),
            "F-beta of the pixels of masks: (1 + β²) both / (β² true + predicted), which for β = 1 is the Dice coefficient; either the mean \
             over rows, or of the pixels of all rows together. A mask is a text of run lengths, `start length start length ...`, with pixels \
             counted from 1; whether images are flattened by rows or by columns does not matter.",
        )
        .required("target", Kind::Column, "the column of predicted masks; a missing cell is an empty mask")
        .optional("truth", Kind::Column, "the answers' column of true masks (default: the target)")
        .required("height", Kind::Column, "the answers' column of image heights, in pixels")
        .required("width", Kind::Column, "the answers' column of image widths, in pixels")
        .optional("beta", Kind::Number, "how much more recall weighs than precision (default 1)")
        .optional("pooled", Kind::Boolean, "true: of the pixels of all rows together (default: the mean over rows)")
        .optional("empty", Kind::Text, "a cell that stands for an empty mask too, such as `-` (default: none)")
        .optional(
            "both_empty",
            Kind::Number,
            "the score where nothing is true and nothing predicted (default: none, the submission is refused)",
        )
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let empty = options.text_or("empty", "").unwrap_or_default();
        Problem::check_texts(submission, options, "target", |text| RunLengths::check(runs(text, empty)))
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let truth = options.text_or("truth", target)?;
        let empty = options.text_or("empty", "")?;
        let (heights, widths) = (answers.sizes(options.text("height")?)?, answers.sizes(options.text("width")?)?);
        let pixels: Vec<u64> = heights.into_iter().zip(widths).map(|(h, w)| u64::from(h) * u64::from(w)).collect();
        let mask = |row: usize, text| RunLengths::parse(runs(text, empty), pixels.get(row).copied().unwrap_or(0));
        let y_true = answers.column(truth)?.parse(mask).map_err(GradeError::Failure)?;
        let y_pred = submission.column(target)?.parse(mask).map_err(GradeError::InvalidSubmission)?;
        let counts = y_true.iter().zip(&y_pred).map(|(y_true, y_pred)| PixelCounts::new(y_true, y_pred));

        let beta = options.number_or_none("beta")?.unwrap_or(1.0);
        let both_empty = options.number_or_none("both_empty")?;
        let score = |counts: PixelCounts| match counts {
            PixelCounts { y_true: 0, y_pred: 0, .. } => both_empty.ok_or_else(undefined),
            counts => Ok(fbeta_score(&counts, beta)),
        };
        if options.boolean_or("pooled", false)? {
            return Ok(score(counts.sum())?.into());
        }
        Ok(metrics::mean(&counts.map(score).collect::<Result<Vec<f64>, _>>()?)?.into())
    }
}

/// The run lengths of a cell.
fn runs<'a>(text: &'a str, empty: &str) -> &'a str {
    if text == empty { "" } else { text }
}

fn undefined() -> GradeError {
    GradeError::InvalidSubmission("nothing is true and nothing predicted, which is 0 / 0".into())
}

assay_sdk::export!(MaskFBeta);
