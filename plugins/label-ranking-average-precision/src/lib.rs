//! Label ranking average precision of several columns of scores.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, Values, metrics};

struct LabelRankingAveragePrecision;

impl Grader for LabelRankingAveragePrecision {
    fn describe() -> Description {
        Description::higher(
            "label-ranking-average-precision",
            env!("CARGO_PKG_VERSION"),
            "Label ranking average precision (scikit-learn's label_ranking_average_precision_score): for each true label of a row, the \
             share of true labels among all labels that score at least as high, averaged over labels and rows.",
        )
        .optional(
            "targets",
            Kind::Columns,
            "the columns of scores, one a label; the answers hold 1 for a true label and 0 for another (default: all columns of the \
             contract)",
        )
        .optional(
            "label_weighted",
            Kind::Boolean,
            "whether every true label counts the same (\"lwlrap\"), rather than every row (default: false)",
        )
    }

    /// Quirk: scikit-learn negates the table of scores, which NumPy refuses if all of it is truth values; a single column of numbers
    /// makes the others numbers too. A corrected grader would rank truth values as 1 and 0.
    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let targets = options.columns("targets", submission).unwrap_or_default();
        let mut columns = targets.iter().filter_map(|name| submission.column(name).ok());
        if columns.all(|column| matches!(column.values(), Values::Boolean(_))) {
            return Err(targets.first().map_or_else(Vec::new, |first| {
                vec![Problem::of_column(first, "all scores are truth values: write numbers, such as 1 and 0")]
            }));
        }
        Ok(())
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let targets = options.columns("targets", answers)?;
        let mut y_true: Vec<Vec<bool>> = Vec::with_capacity(targets.len());
        let mut y_score = Vec::with_capacity(targets.len());
        for name in &targets {
            y_true.push(answers.numbers(name)?.iter().map(|&label| label > 0.0).collect());
            y_score.push(submission.numbers(name)?);
        }
        let y_true: Vec<&[bool]> = y_true.iter().map(Vec::as_slice).collect();
        let y_score: Vec<&[f64]> = y_score.iter().map(AsRef::as_ref).collect();
        let value = if options.boolean_or("label_weighted", false)? {
            metrics::label_weighted_label_ranking_average_precision(&y_true, &y_score)?
        } else {
            metrics::label_ranking_average_precision_score(&y_true, &y_score, None)?
        };
        Ok(value.into())
    }
}

assay_sdk::export!(LabelRankingAveragePrecision);
