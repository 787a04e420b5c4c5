//! How cells become labels, as a competition's options say it.

use crate::{Description, GradeError, Kind, Labels, Options, Problem, Table};

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

    /// The labels of column `target` of both sides: those of the answers, and those of the submission.
    ///
    /// # Errors
    ///
    /// If a side has a cell that is no label.
    pub fn both<'t>(
        self,
        answers: &'t Table,
        submission: &'t Table,
        target: &str,
    ) -> Result<(Labels<'t>, Labels<'t>), GradeError>
    where
        'a: 't,
    {
        let y_true =
            Labels::read(&answers.column(target)?, self).map_err(|bad| GradeError::Failure(bad.to_string()))?;
        Ok((y_true, Labels::read(&submission.column(target)?, self)?))
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
