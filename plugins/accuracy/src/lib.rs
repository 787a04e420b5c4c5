//! The share of rows with the right label.

use std::borrow::Cow;

use assay_sdk::metrics::{ClassCount, accuracy_score, class_counts};
use assay_sdk::{
    Description, GradeError, Grader, Kind, Label, LabelMetric, LabelRule, Options, Problem, Score, Table, class_details,
};

struct Accuracy;

impl Grader for Accuracy {
    fn describe() -> Description {
        Description::higher(
            "accuracy",
            env!("CARGO_PKG_VERSION"),
            "The share of rows whose label is right (scikit-learn's accuracy_score, and with one label a row its \
             f1_score(average=\"micro\") too). A label that no answer has is wrong, no more. Details: the recall of each class.",
        )
        .required("target", Kind::Column, "the column of labels")
        .label_options()
        .optional(
            "as_text",
            Kind::Boolean,
            "compare cells as Python's str() spells them after pandas read them (`nan` where one is missing) instead of labels; false \
             by default",
        )
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        // Any cell is text when spelled.
        if options.boolean_or("as_text", false).unwrap_or(true) {
            return Ok(());
        }
        LabelRule::validate(submission, options)
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        if options.boolean_or("as_text", false)? {
            return Ok(accuracy_score(&spelled(answers, target)?, &spelled(submission, target)?)?.into());
        }
        LabelRule::of(options)?.grade::<Self>(answers, submission, target)
    }
}

impl LabelMetric for Accuracy {
    fn score<T: Label>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError> {
        let details = class_details(class_counts(y_true, y_pred), ClassCount::recall);
        Ok(Score { value: accuracy_score(y_true, y_pred)?, details })
    }
}

/// Quirk: each column is spelled after pandas gave it a type. So all spellings of a missing cell are the same text, `nan`, in the
/// answers too; and where every cell of a column is a number, `007` is `7`, which one word in another row would change. A corrected
/// grader would compare the text that the files hold.
fn spelled<'a>(table: &'a Table, target: &str) -> Result<Vec<Cow<'a, str>>, GradeError> {
    let column = table.column(target)?;
    Ok((0..column.len()).map(|row| column.python_text(row)).collect())
}

assay_sdk::export!(Accuracy);
