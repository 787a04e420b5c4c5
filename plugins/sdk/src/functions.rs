//! A grader as a value, for whoever calls it without a component.

use crate::{Description, GradeError, Grader, Options, Problem, Score, Table};

/// The functions of a [`Grader`]. Natively, `export!` leaves them as `functions()` at the root of the crate, in place of a component's
/// exports: for benchmarks that hold the same source against itself, and for a debugger.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Functions {
    /// [`Grader::describe`].
    pub describe: fn() -> Description,
    /// [`Grader::validate`].
    pub validate: fn(&Table, &Options) -> Result<(), Vec<Problem>>,
    /// [`Grader::grade`].
    pub grade: fn(&Table, &Table, &Options) -> Result<Score, GradeError>,
}

impl Functions {
    /// Those of a grader.
    #[must_use]
    pub fn of<G: Grader>() -> Self {
        Functions { describe: G::describe, validate: G::validate, grade: G::grade }
    }
}
