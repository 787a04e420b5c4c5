//! Which of two scores is the better one.

use std::fmt;

/// Which of two scores is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The higher one.
    Higher,
    /// The lower one.
    Lower,
}

impl Direction {
    /// The direction as competitions, graders and reports write it.
    #[must_use]
    pub fn of(lower_is_better: bool) -> Self {
        if lower_is_better { Direction::Lower } else { Direction::Higher }
    }

    /// True if `score` is better than `other`; equal scores are not.
    #[must_use]
    pub fn is_better(self, score: f64, other: f64) -> bool {
        match self {
            Direction::Higher => score > other,
            Direction::Lower => score < other,
        }
    }
}

/// `higher` or `lower`.
impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Higher => "higher",
            Direction::Lower => "lower",
        })
    }
}
