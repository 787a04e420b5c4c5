//! What is wrong with a run-length text.

use std::error::Error;
use std::fmt;

/// A number of a run-length text that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLengthError {
    /// Which number of the text it is, counted from 1. Odd ones are starts, even ones lengths.
    pub position: usize,
    /// The number as it stands in the text, cut to 40 characters.
    pub token: String,
    /// What is wrong with it.
    pub problem: RunLengthProblem,
}

/// What is wrong with a number of a run-length text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunLengthProblem {
    /// Python's `int()` does not read it.
    NotAnInteger,
    /// It is 0 or less.
    NotPositive,
    /// A start that is smaller than the one before.
    Unsorted,
    /// A start on a pixel that an earlier run covers.
    Overlap,
    /// A start without a length.
    Unpaired,
    /// A number of 2^63 or more, in a text where numpy cannot use it as an index.
    OutOfRange,
}

const EXCERPT: usize = 40;

impl RunLengthError {
    pub(super) fn new(position: usize, token: &str, problem: RunLengthProblem) -> Self {
        let mut excerpt: String = token.chars().take(EXCERPT).collect();
        if excerpt.len() < token.len() {
            excerpt.push('…');
        }
        RunLengthError { position, token: excerpt, problem }
    }
}

impl fmt::Display for RunLengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RunLengthError { position, token, .. } = self;
        write!(f, "run lengths, number {position} (`{token}`): ")?;
        f.write_str(match self.problem {
            RunLengthProblem::NotAnInteger => {
                "not a whole number: write pairs of a start and a length, such as `1 3 10 5`"
            }
            RunLengthProblem::NotPositive => "must be 1 or more: pixels are counted from 1, and no run is empty",
            RunLengthProblem::Unsorted => "a start smaller than the one before: sort the runs",
            RunLengthProblem::Overlap => "starts on a pixel that an earlier run covers: merge the two runs",
            RunLengthProblem::Unpaired => "a start without a length: write pairs of a start and a length",
            RunLengthProblem::OutOfRange => "far beyond any image: give pixels of the image",
        })
    }
}

impl Error for RunLengthError {}
