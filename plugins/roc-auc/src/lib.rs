//! Area under the ROC curve of one column, or the mean over several.

use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct RocAuc;

impl Grader for RocAuc {
    fn describe() -> Description {
        Description::higher(
            "roc-auc",
            env!("CARGO_PKG_VERSION"),
            "Area under the ROC curve (scikit-learn's roc_auc_score: ties count half), averaged over the columns.",
        )
        .required("targets", Kind::Columns, "the columns of scores; the answers hold 1 for positive and 0 for negative")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let area = |name: &String| {
            let y_true: Vec<bool> = answers.numbers(name)?.iter().map(|&label| label > 0.5).collect();
            let value = metrics::roc_auc_score(&y_true, &submission.numbers(name)?)?;
            Ok(Detail { name: name.clone(), value })
        };
        Score::mean_of(options.texts("targets")?.iter().map(area).collect::<Result<_, GradeError>>()?)
    }
}

assay_sdk::export!(RocAuc);
