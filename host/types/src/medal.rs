//! Medals: a score against the thresholds of a leaderboard.
//!
//! The rule is Kaggle's: gold, silver and bronze go to fixed ranks, so each has a score that a submission must reach. A submission
//! earns the best medal that it reaches and no other. Scores are compared as they are shown, rounded to 5 decimals; thresholds are
//! not rounded. To be above the median, a score must be better than it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::competition::Leaderboard;

/// How many decimals a score is shown and compared with.
pub const SCORE_DECIMALS: u8 = 5;

/// What a score earns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Medals {
    /// One of the three.
    pub any_medal: bool,
    /// Gold.
    pub gold_medal: bool,
    /// Silver, and not gold.
    pub silver_medal: bool,
    /// Bronze, and neither of the others.
    pub bronze_medal: bool,
    /// Better than half of the leaderboard.
    pub above_median: bool,
}

impl fmt::Display for Medals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Medals { gold_medal: true, .. } => "gold",
            Medals { silver_medal: true, .. } => "silver",
            Medals { bronze_medal: true, .. } => "bronze",
            _ => "none",
        })
    }
}

/// What `score`, already [`rounded`], earns on this leaderboard.
#[must_use]
pub fn award(score: f64, leaderboard: &Leaderboard) -> Medals {
    let direction = leaderboard.direction;
    let reaches = |threshold: f64| score == threshold || direction.is_better(score, threshold);
    let gold_medal = reaches(leaderboard.gold);
    let silver_medal = !gold_medal && reaches(leaderboard.silver);
    let bronze_medal = !gold_medal && !silver_medal && reaches(leaderboard.bronze);
    Medals {
        any_medal: gold_medal || silver_medal || bronze_medal,
        gold_medal,
        silver_medal,
        bronze_medal,
        above_median: direction.is_better(score, leaderboard.median),
    }
}

/// `value` rounded to so many decimals: the nearest decimal to its exact binary value, halves to the even digit. A value that is
/// not finite stays as it is.
#[must_use]
pub fn rounded(value: f64, decimals: u8) -> f64 {
    // Rust formats the exact binary value, as Python's round() does.
    format!("{value:.*}", usize::from(decimals)).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direction::Direction;

    const HIGHER: Leaderboard =
        Leaderboard { teams: None, direction: Direction::Higher, gold: 0.9, silver: 0.8, bronze: 0.7, median: 0.5 };
    const LOWER: Leaderboard =
        Leaderboard { teams: None, direction: Direction::Lower, gold: 0.1, silver: 0.2, bronze: 0.3, median: 0.5 };

    fn won(medals: Medals) -> (&'static str, bool) {
        let medal = match (medals.gold_medal, medals.silver_medal, medals.bronze_medal) {
            (true, false, false) => "gold",
            (false, true, false) => "silver",
            (false, false, true) => "bronze",
            (false, false, false) => "none",
            _ => "several",
        };
        assert_eq!(medals.any_medal, medal != "none");
        (medal, medals.above_median)
    }

    #[test]
    fn a_threshold_is_reached_by_the_score_itself() {
        for (score, expected) in
            [(0.9, "gold"), (0.89999, "silver"), (0.8, "silver"), (0.7, "bronze"), (0.69999, "none")]
        {
            assert_eq!(won(award(score, &HIGHER)), (expected, true), "{score}");
        }
        for (score, expected) in
            [(0.1, "gold"), (0.10001, "silver"), (0.2, "silver"), (0.3, "bronze"), (0.30001, "none")]
        {
            assert_eq!(won(award(score, &LOWER)), (expected, true), "{score}");
        }
    }

    #[test]
    fn the_median_itself_is_not_above_the_median() {
        assert!(!award(0.5, &HIGHER).above_median);
        assert!(award(0.50001, &HIGHER).above_median);
        assert!(!award(0.5, &LOWER).above_median);
        assert!(award(0.49999, &LOWER).above_median);
    }

    /// Expected values from Python 3.11's `round(x, 5)`.
    #[test]
    fn rounds_as_python_does() {
        for (value, expected) in [
            (0.003125, 0.00313),
            (0.015625, 0.01562),
            (0.046875, 0.04688),
            (0.123455, 0.12345),
            (0.123465, 0.12347),
            (2.5e-6, 0.0),
            (1e300, 1e300),
            (-0.000015, -0.00002),
            (0.999995, 0.99999),
        ] {
            assert_eq!(rounded(value, 5), expected, "{value}");
        }
        assert!(rounded(f64::NAN, 5).is_nan());
    }
}
