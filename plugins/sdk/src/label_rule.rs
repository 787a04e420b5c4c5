//! How cells become labels, as a competition's options say it, and labels a score.

use std::fmt::Display;

use crate::{Description, GradeError, Kind, Labels, Options, Problem, Score, Table};

/// How the cells of a column become labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelRule<'a> {
    /// As scikit-learn takes them: [`Labels::exact`].
    Exact {
        /// What a missing label counts as.
        missing: Option<&'a str>,
    },
    /// As Python's `int()` makes them: [`Labels::python_int`].
    PythonInt,
    /// The first of a list: [`Labels::python_int_of_first_word`].
    PythonIntOfFirstWord,
}

/// A label as a metric gets it.
pub trait Label: Ord + Copy + Display {}

impl Label for i64 {}
impl Label for i128 {}
impl Label for &str {}

/// A metric of labels, be they whole numbers or text.
pub trait LabelMetric {
    /// The score of two columns of labels, row by row.
    ///
    /// # Errors
    ///
    /// If there is no score.
    fn score<T: Label>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError>;
}

impl Description {
    /// Adds the options that [`LabelRule::of`] reads.
    #[must_use]
    pub fn label_options(self) -> Self {
        self.optional(
            "labels",
            Kind::Text,
            "how cells become labels: `exact` (the default; whole numbers, or text), `python-int` (Python's int() of a cell, which cuts \
             fractions off) or `python-int-of-first-word` (int() of what stands before the first white space)",
        )
        .optional(
            "missing",
            Kind::Text,
            "with `exact`: labels are text, and a missing one counts as this text; by default none may be missing",
        )
    }
}

impl<'a> LabelRule<'a> {
    /// What the options `labels` and `missing` say.
    ///
    /// # Errors
    ///
    /// If they name no rule, or contradict each other.
    pub fn of(options: &'a Options) -> Result<Self, GradeError> {
        match (options.text_or("labels", "exact")?, options.text_or_none("missing")?) {
            ("exact", missing) => Ok(LabelRule::Exact { missing }),
            ("python-int", None) => Ok(LabelRule::PythonInt),
            ("python-int-of-first-word", None) => Ok(LabelRule::PythonIntOfFirstWord),
            ("python-int" | "python-int-of-first-word", Some(_)) => {
                Err(GradeError::Failure("option `missing` only goes with `labels = \"exact\"`".into()))
            }
            (other, _) => Err(GradeError::Failure(format!("option `labels` cannot be `{other}`"))),
        }
    }

    /// The score by a metric of the labels in column `target`.
    ///
    /// # Errors
    ///
    /// If a side has a cell that is no label, if one side has numbers for labels and the other text, or if the metric has no value.
    pub fn grade<Metric: LabelMetric>(
        self,
        answers: &Table,
        submission: &Table,
        target: &str,
    ) -> Result<Score, GradeError> {
        let y_true =
            Labels::read(&answers.column(target)?, self).map_err(|bad| GradeError::Failure(bad.to_string()))?;
        match (y_true, Labels::read(&submission.column(target)?, self)?) {
            (Labels::Integers(y_true), Labels::Integers(y_pred)) => match (narrow(&y_true), narrow(&y_pred)) {
                (Some(y_true), Some(y_pred)) => Metric::score(&y_true, &y_pred),
                _ => Metric::score(&y_true, &y_pred),
            },
            (Labels::Texts(y_true), Labels::Texts(y_pred)) => Metric::score(&y_true, &y_pred),
            _ => Err(GradeError::InvalidSubmission(format!(
                "column `{target}`: one side has numbers for labels, and the other has text"
            ))),
        }
    }

    /// Looks for cells of the submission's column `target` that are no labels.
    ///
    /// # Errors
    ///
    /// The problem found.
    pub fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        // Whatever is wrong with the options is for `grade` to say.
        let (Ok(rule), Ok(target)) = (LabelRule::of(options), options.text("target")) else { return Ok(()) };
        let Ok(column) = submission.column(target) else { return Ok(()) };
        Labels::read(&column, rule).map(drop).map_err(|bad| vec![bad.into()])
    }
}

/// The labels in 64 bits, which are compared much faster, if they all fit.
fn narrow(labels: &[i128]) -> Option<Vec<i64>> {
    labels.iter().map(|&label| i64::try_from(label).ok()).collect()
}
