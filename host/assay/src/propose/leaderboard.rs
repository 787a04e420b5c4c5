//! The thresholds of a leaderboard whose order is not known, by the [ranks] that earn medals.

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use assay_tables::read::{self, ReadError, ReadOptions};
use assay_types::standings::ranks;
use thiserror::Error;

/// Why a leaderboard cannot be used.
#[derive(Debug, Error)]
pub enum LeaderboardError {
    /// It cannot be read.
    #[error("the leaderboard: {0}")]
    Read(#[from] ReadError),
    /// It has no scores.
    #[error("the leaderboard needs a column `score` of numbers, one for each team")]
    NoScores,
}

/// What a leaderboard comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thresholds {
    teams: usize,
    gold: f64,
    silver: f64,
    bronze: f64,
    median: f64,
}

impl Thresholds {
    pub(super) fn written(&self, lower_is_better: bool) -> String {
        let Thresholds { teams, gold, silver, bronze, median } = self;
        format!(
            "\n[leaderboard]\nteams = {teams}\nlower_is_better = {lower_is_better}\ngold = {gold:?}\nsilver = {silver:?}\nbronze = {bronze:?}\nmedian = \
             {median:?}\n"
        )
    }
}

/// A leaderboard's scores, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Board(Vec<f64>);

impl Board {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, LeaderboardError> {
        let limits = read::Limits::default();
        let table = read::read_csv(
            bytes,
            &ReadOptions { limits: &limits, columns: None, threads: assay_tables::Threads::one() },
        )?;
        let name = table.header.iter().find(|name| name.eq_ignore_ascii_case("score"));
        let column = name.and_then(|name| table.column(name)).filter(|column| *column.data_type() != DataType::Utf8);
        let column =
            column.and_then(|column| cast(column, &DataType::Float64).ok()).ok_or(LeaderboardError::NoScores)?;
        let scores: Vec<f64> =
            column.as_primitive::<Float64Type>().iter().flatten().filter(|score| score.is_finite()).collect();
        if scores.is_empty() { Err(LeaderboardError::NoScores) } else { Ok(Board(scores)) }
    }

    /// Which scores are better, if the file lists the best first. None if it has another order.
    pub(super) fn lower_is_better(&self) -> Option<bool> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        let ordered = if first < last { self.0.is_sorted() } else { self.0.is_sorted_by(|one, other| one >= other) };
        (ordered && first != last).then_some(first < last)
    }

    pub(super) fn thresholds(mut self, lower_is_better: bool) -> Thresholds {
        let scores = &mut self.0;
        scores.sort_by(|one, other| if lower_is_better { one.total_cmp(other) } else { other.total_cmp(one) });
        let teams = scores.len();
        let at = |rank: usize| scores[rank.clamp(1, teams) - 1];
        let [gold, silver, bronze] = ranks(teams).map(at);
        let half = teams / 2;
        let median = if teams % 2 == 1 { scores[half] } else { f64::midpoint(scores[half - 1], scores[half]) };
        Thresholds { teams, gold, silver, bronze, median }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_the_scores_at_those_ranks() {
        let board = |order: &str| format!("team,score\n{order}").into_bytes();
        let ten: String = (1..=10).map(|team| format!("t{team},{team}\n")).collect();
        let lower = Board::read(&board(&ten)).unwrap();
        assert_eq!(lower.lower_is_better(), Some(true));
        let lower = lower.thresholds(true);
        assert_eq!(lower, Thresholds { teams: 10, gold: 1.0, silver: 2.0, bronze: 4.0, median: 5.5 });
        let higher = Board::read(&board(&ten)).unwrap().thresholds(false);
        assert_eq!((higher.gold, higher.silver, higher.bronze), (10.0, 9.0, 7.0));
        assert!(matches!(Board::read(b"team,points\na,1\n"), Err(LeaderboardError::NoScores)));
        assert_eq!(Board::read(b"score\n1\n3\n2\n").unwrap().lower_is_better(), None);
    }
}
