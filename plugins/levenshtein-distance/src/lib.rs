//! The mean edit distance of texts.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct LevenshteinDistance;

impl Grader for LevenshteinDistance {
    fn describe() -> Description {
        Description::lower(
            "levenshtein-distance",
            env!("CARGO_PKG_VERSION"),
            "The mean over rows of the Levenshtein distance: how many insertions, deletions and substitutions of code points turn the \
             predicted text into the true one.",
        )
        .required("target", Kind::Column, "the column of texts")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let (y_true, y_pred) = (answers.column(target)?, submission.column(target)?);
        let distances: Vec<f64> = (0..y_true.len())
            .map(|row| {
                // Quirk: where a contract takes any column, cells that are not text are spelled as Python spells them after pandas gave
                // the column a type: a missing one is `nan`, and `007` among whole numbers is `7`. A corrected grader would take a missing
                // text for an empty one.
                metrics::levenshtein_distance_text(&y_true.python_text(row), &y_pred.python_text(row)) as f64
            })
            .collect();
        Ok(metrics::mean(&distances)?.into())
    }
}

assay_sdk::export!(LevenshteinDistance);
