//! Area under the ROC curve of one column, or the mean over several.

use std::collections::BTreeMap;

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct RocAuc;

impl Grader for RocAuc {
    fn describe() -> Description {
        Description::higher(
            "roc-auc",
            env!("CARGO_PKG_VERSION"),
            "Area under the ROC curve (scikit-learn's roc_auc_score: ties count half), averaged over the columns.",
        )
        .optional(
            "targets",
            Kind::Columns,
            "the columns of scores; the answers hold 1 for positive and 0 for negative (default: all columns of the contract)",
        )
        .optional(
            "by_position",
            Kind::Boolean,
            "whether the n-th of these columns of the submission is graded against the n-th of the answers, whatever their \
             names (default: false)",
        )
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let targets = options.columns("targets", answers)?;
        let scores_of = if options.boolean_or("by_position", false)? {
            columns_by_position(&targets, submission, answers)
        } else {
            targets.iter().map(|&name| (name, name)).collect()
        };
        Score::mean_over(&targets, |name| {
            let y_true: Vec<bool> = answers.numbers(name)?.iter().map(|&label| label > 0.5).collect();
            let y_score = submission.numbers_or_text(scores_of.get(name).copied().unwrap_or(name))?;
            Ok(metrics::roc_auc_score(&y_true, &y_score)?)
        })
    }
}

/// For each target column of the answers, the column of the submission that is graded against it.
///
/// The quirk `columns-by-position`: the n-th target column of one file belongs to the n-th of the other. Scores in columns of another
/// order are held against the wrong answers, silently. A corrected grader pairs columns by name, which is what this one does without
/// the option.
fn columns_by_position<'a>(
    targets: &[&'a str],
    submission: &'a Table,
    answers: &'a Table,
) -> BTreeMap<&'a str, &'a str> {
    let in_order = |table: &'a Table| {
        table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|name| targets.contains(name))
            .collect::<Vec<_>>()
    };
    in_order(answers).into_iter().zip(in_order(submission)).collect()
}

assay_sdk::export!(RocAuc);
