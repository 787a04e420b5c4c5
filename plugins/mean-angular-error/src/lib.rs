//! The mean angle between true and predicted directions.

use assay_sdk::metrics::{Directions, mean_angular_error};
use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table};

struct MeanAngularError;

impl Grader for MeanAngularError {
    fn describe() -> Description {
        Description::lower(
            "mean-angular-error",
            env!("CARGO_PKG_VERSION"),
            "The mean angle between true and predicted directions, in radians, by the arccosine of their product. It magnifies rounding \
             where directions agree: a perfect submission scores some 1e-9.",
        )
        .required("azimuth", Kind::Column, "the column of angles about the axis, in radians")
        .required("zenith", Kind::Column, "the column of angles from the axis, in radians")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let (azimuth, zenith) = (options.text("azimuth")?, options.text("zenith")?);
        let (azimuth_true, zenith_true) = (answers.numbers(azimuth)?, answers.numbers(zenith)?);
        let (azimuth_pred, zenith_pred) = (submission.numbers(azimuth)?, submission.numbers(zenith)?);
        let y_true = Directions { azimuth: &azimuth_true, zenith: &zenith_true };
        let y_pred = Directions { azimuth: &azimuth_pred, zenith: &zenith_pred };
        Ok(mean_angular_error(y_true, y_pred)?.into())
    }
}

assay_sdk::export!(MeanAngularError);
