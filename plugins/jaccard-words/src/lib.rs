//! The mean Jaccard index of the words of texts.

use std::borrow::Cow;

use assay_sdk::{ColumnView, Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct JaccardWords;

impl Grader for JaccardWords {
    fn describe() -> Description {
        Description::higher(
            "jaccard-words",
            env!("CARGO_PKG_VERSION"),
            "The mean over rows of the Jaccard index of the words of two texts: how many they share over how many either has. Words are in \
             lower case, stand between white space, and count once. A missing text has none.",
        )
        .required("target", Kind::Column, "the column of texts")
        .optional(
            "both_empty",
            Kind::Number,
            "the index of two texts without words (default: there is none, and the submission is invalid)",
        )
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let (y_true, y_pred) = (answers.column(target)?, submission.column(target)?);
        let both_empty = options.number_or_none("both_empty")?;
        let index = |row| {
            let index = metrics::jaccard_words(&text(&y_true, row), &text(&y_pred, row));
            // Quirk: where neither text has a word, the original divides by 0, so a right answer makes the whole submission invalid. A
            // corrected grader would score such a row 1.
            index.ok().or(both_empty).ok_or_else(|| {
                GradeError::InvalidSubmission(format!(
                    "row {row} of the answers has no word, and neither has the submission there: the index is 0/0"
                ))
            })
        };
        let indices = (0..y_true.len()).map(index).collect::<Result<Vec<f64>, GradeError>>()?;
        Ok(metrics::mean(&indices)?.into())
    }
}

/// Quirk: where a contract takes any column, cells that are not text are spelled as Python spells them after pandas gave the column a
/// type: `007` among whole numbers is `7`. A corrected grader would compare the text that the file holds.
fn text<'a>(column: &ColumnView<'a>, row: usize) -> Cow<'a, str> {
    if column.is_missing(row) { Cow::Borrowed("") } else { column.python_text(row) }
}

assay_sdk::export!(JaccardWords);
