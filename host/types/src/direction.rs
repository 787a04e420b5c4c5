//! Which of two scores is the better one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which of two scores is the better one. Competitions, graders and reports write it as an answer to the question whether the lower one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum Direction {
    /// The higher one.
    Higher,
    /// The lower one.
    Lower,
}

impl From<bool> for Direction {
    fn from(lower_is_better: bool) -> Self {
        if lower_is_better { Direction::Lower } else { Direction::Higher }
    }
}

impl From<Direction> for bool {
    fn from(direction: Direction) -> Self {
        direction == Direction::Lower
    }
}

impl Direction {
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
