//! F1 over sets of labels, counts pooled.

use std::collections::{BTreeSet, HashMap, HashSet};

use assay_sdk::metrics::{ClassCount, class_counts_of_sets, f1_score_micro_sets};
use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, class_details, pytext};

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
        let (y_true, y_pred) = (lists(answers, target)?, lists(submission, target)?);
        let distinct: HashSet<&str> = y_true.iter().flat_map(|list| pytext::split(list)).collect();
        let mut classes: Vec<&str> = distinct.into_iter().collect();
        classes.sort_unstable();
        // Numbers in place of names: they compare much faster.
        let codes: HashMap<&str, usize> = classes.iter().enumerate().map(|(code, &class)| (class, code)).collect();
        // Quirk: the binarizer drops predicted labels that no answer has, so they cost nothing. A corrected grader would count each of
        // them as a false positive.
        let set = |list: &&str| pytext::split(list).filter_map(|label| codes.get(label).copied()).collect();
        let y_true: Vec<BTreeSet<usize>> = y_true.iter().map(set).collect();
        let y_pred: Vec<BTreeSet<usize>> = y_pred.iter().map(set).collect();

        let rows = y_true.iter().zip(&y_pred).map(|(t, p)| (t.iter().copied(), p.iter().copied()));
        let named = |(code, count): (usize, ClassCount)| Some((classes.get(code)?, count));
        let counts = class_counts_of_sets(rows).into_iter().filter_map(named);
        let details = class_details(counts, ClassCount::f1);
        Ok(Score { value: f1_score_micro_sets(&y_true, &y_pred)?, details })
    }
}

/// The list of each row; a missing one is empty.
fn lists<'a>(table: &'a Table, target: &str) -> Result<Vec<&'a str>, GradeError> {
    let column = table.column(target)?;
    if !column.is_text() && (0..column.len()).any(|row| !column.is_missing(row)) {
        let message =
            format!("column `{target}`: lists of labels are text, but every cell is a number or a truth value");
        return Err(GradeError::InvalidSubmission(message));
    }
    Ok((0..column.len()).map(|row| column.text(row).unwrap_or_default()).collect())
}

assay_sdk::export!(F1MicroSets);
