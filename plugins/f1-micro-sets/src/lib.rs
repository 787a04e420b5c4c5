//! F1 over sets of labels, counts pooled.

use std::collections::BTreeSet;

use assay_sdk::{
    ClassRows, Description, GradeError, Grader, Kind, Options, Score, Table, class_details, metrics, pytext,
};

struct F1MicroSets;

impl Grader for F1MicroSets {
    fn describe() -> Description {
        Description::higher(
            "f1-micro-sets",
            env!("CARGO_PKG_VERSION"),
            "F1 over sets of labels, with the counts of all rows and classes pooled: 2 TP / (2 TP + FP + FN), 0 if nothing is right \
             (scikit-learn's f1_score(average=\"micro\") after a MultiLabelBinarizer with the classes of the answers). A cell is a list \
             of labels between white space, repeats count once, a missing cell is an empty set. Details: the F1 of each class.",
        )
        .required("target", Kind::Column, "the column of lists of labels")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let (y_true, y_pred) = (sets(answers, target)?, sets(submission, target)?);
        // Quirk: predicted labels that no answer has are dropped by the binarizer and cost nothing. A corrected grader would count
        // each of them as a false positive.
        let value = metrics::f1_score_micro_sets(&y_true, &y_pred)?;
        Ok(Score { value, details: class_details(y_true.iter().zip(&y_pred), ClassRows::f1) })
    }
}

/// The set of labels of each row.
fn sets<'a>(table: &'a Table, target: &str) -> Result<Vec<BTreeSet<&'a str>>, GradeError> {
    let column = table.column(target)?;
    if !column.is_text() && (0..column.len()).any(|row| !column.is_missing(row)) {
        let message = "lists of labels are text, but every cell is a number or a truth value";
        return Err(GradeError::InvalidSubmission(message.into()));
    }
    Ok((0..column.len()).map(|row| pytext::split(column.text(row).unwrap_or_default()).collect()).collect())
}

assay_sdk::export!(F1MicroSets);
