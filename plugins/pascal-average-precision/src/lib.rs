//! Average precision of boxes in images, in PASCAL VOC's style.

use assay_sdk::metrics::boxes::{DETECTIONS, parse_list, pascal_average_precision};
use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table};

struct PascalAveragePrecision;

impl Grader for PascalAveragePrecision {
    fn describe() -> Description {
        Description::higher(
            "pascal-average-precision",
            env!("CARGO_PKG_VERSION"),
            "The mean over classes of the average precision of boxes, which match at an intersection over union above 0.5: scikit-learn's \
             average_precision_score of all images' predictions, with a case of confidence 0 for each box that is missed and for each \
             image without the class. A list of boxes is a text `class confidence left top right bottom ...`. Details: each class.",
        )
        .required("target", Kind::Column, "the column of lists of boxes")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        Problem::check_texts(submission, options, "target", |text| parse_list::<5>(text, DETECTIONS))
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let list = |_, text| parse_list(text, DETECTIONS);
        let y_true = answers.column(target)?.parse(list).map_err(GradeError::Failure)?;
        let y_pred = submission.column(target)?.parse(list).map_err(GradeError::InvalidSubmission)?;
        Ok(pascal_average_precision(&y_true, &y_pred)?.into())
    }
}

assay_sdk::export!(PascalAveragePrecision);
