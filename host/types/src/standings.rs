//! Standings: the scores of a competition's leaderboard, the best first, and what ranks in it are worth.
//!
//! The ranks that earn medals are those of Kaggle's page on its progression system, by the number of teams:
//!
//! | teams | gold | silver | bronze |
//! |---|---|---|---|
//! | to 99 | 10 % | 20 % | 40 % |
//! | 100 to 249 | 10 | 20 % | 40 % |
//! | 250 to 999 | 10 + 0.2 % | 50 | 100 |
//! | from 1000 | 10 + 0.2 % | 5 % | 10 % |
//!
//! Shares are rounded down, and at least one team earns each medal.

use thiserror::Error;

use crate::competition::Leaderboard;
use crate::direction::Direction;

/// The scores of a leaderboard in the order of its ranks. A team without a score has a rank all the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Standings {
    scores: Vec<Option<f64>>,
}

/// Where a score would stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// How many teams are better.
    pub better: usize,
    /// How many have the same score.
    pub equal: usize,
    /// How many are worse.
    pub worse: usize,
}

impl Place {
    /// The best rank that a team with this score can have, from 1.
    #[must_use]
    pub fn position(&self) -> usize {
        self.better + 1
    }

    /// How many percent of the teams are worse; half of those with the same score count as worse.
    #[must_use]
    pub fn percentile(&self) -> f64 {
        let teams = self.better + self.equal + self.worse;
        100.0 * (self.worse as f64 + self.equal as f64 / 2.0) / teams as f64
    }
}

/// Why there are no thresholds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StandingsError {
    /// There are no teams.
    #[error("there are no teams")]
    Empty,
    /// A rank that earns a medal has no score.
    #[error("the team on rank {rank}, which is the last to earn {medal}, has no score")]
    NoScore {
        /// The rank.
        rank: usize,
        /// The medal.
        medal: &'static str,
    },
    /// A rank is better than one before.
    #[error("the team on rank {rank} is better than the one before, so this is not the order of the ranks")]
    Order {
        /// The rank.
        rank: usize,
    },
}

impl Standings {
    /// Scores in the order of the ranks.
    #[must_use]
    pub fn new(scores: Vec<Option<f64>>) -> Self {
        Standings { scores: scores.into_iter().map(|score| score.filter(|score| score.is_finite())).collect() }
    }

    /// How many teams there are.
    #[must_use]
    pub fn teams(&self) -> usize {
        self.scores.len()
    }

    /// Which scores are better, by the first and the last; none if these are equal.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let (first, last) = (self.scores().next()?, self.scores().next_back()?);
        (first != last).then_some(if first < last { Direction::Lower } else { Direction::Higher })
    }

    /// That every rank is no better than the one before.
    ///
    /// # Errors
    ///
    /// With the first that is better.
    pub fn ordered(&self, direction: Direction) -> Result<(), StandingsError> {
        let mut before: Option<f64> = None;
        for (index, score) in self.scores.iter().enumerate() {
            let Some(score) = *score else { continue };
            if before.is_some_and(|before| direction.is_better(score, before)) {
                return Err(StandingsError::Order { rank: index + 1 });
            }
            before = Some(score);
        }
        Ok(())
    }

    /// The thresholds: scores at the last ranks that earn each medal, and the median.
    ///
    /// # Errors
    ///
    /// If there are no teams, or one of these ranks has no score.
    pub fn leaderboard(&self, direction: Direction) -> Result<Leaderboard, StandingsError> {
        let teams = self.teams();
        if teams == 0 {
            return Err(StandingsError::Empty);
        }
        let at = |rank: usize, medal: &'static str| {
            self.scores.get(rank - 1).copied().flatten().ok_or(StandingsError::NoScore { rank, medal })
        };
        let [gold, silver, bronze] = ranks(teams);
        Ok(Leaderboard {
            teams: u32::try_from(teams).ok(),
            direction,
            gold: at(gold, "gold")?,
            silver: at(silver, "silver")?,
            bronze: at(bronze, "bronze")?,
            median: self.median().ok_or(StandingsError::Empty)?,
        })
    }

    /// Where a score would stand among the teams with a score.
    #[must_use]
    pub fn place(&self, score: f64, direction: Direction) -> Place {
        let better = self.scores().filter(|&other| direction.is_better(other, score)).count();
        let equal = self.scores().filter(|&other| other == score).count();
        Place { better, equal, worse: self.scores().count() - better - equal }
    }

    /// The mean of the two in the middle where their number is even.
    fn median(&self) -> Option<f64> {
        let mut scores: Vec<f64> = self.scores().collect();
        scores.sort_by(f64::total_cmp);
        let half = scores.len() / 2;
        let upper = *scores.get(half)?;
        Some(if scores.len() % 2 == 1 { upper } else { f64::midpoint(*scores.get(half - 1)?, upper) })
    }

    fn scores(&self) -> impl DoubleEndedIterator<Item = f64> {
        self.scores.iter().flatten().copied()
    }
}

/// The last ranks that earn gold, silver and bronze, from 1.
#[must_use]
pub fn ranks(teams: usize) -> [usize; 3] {
    let last = match teams {
        0..100 => [teams / 10, teams / 5, teams * 2 / 5],
        100..250 => [10, teams / 5, teams * 2 / 5],
        250..1000 => [10 + teams / 500, 50, 100],
        _ => [10 + teams / 500, teams / 20, teams / 10],
    };
    last.map(|rank| rank.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the table above, at the ends of its rows.
    #[test]
    fn medals_go_to_kaggles_ranks() {
        for (teams, expected) in [
            (1, [1, 1, 1]),
            (4, [1, 1, 1]),
            (5, [1, 1, 2]),
            (50, [5, 10, 20]),
            (99, [9, 19, 39]),
            (100, [10, 20, 40]),
            (249, [10, 49, 99]),
            (250, [10, 50, 100]),
            (500, [11, 50, 100]),
            (999, [11, 50, 100]),
            (1000, [12, 50, 100]),
            (2000, [14, 100, 200]),
            (5000, [20, 250, 500]),
        ] {
            assert_eq!(ranks(teams), expected, "{teams}");
        }
    }

    #[test]
    fn thresholds_are_the_scores_at_those_ranks() {
        for teams in [1, 99, 100, 249, 250, 999, 1000, 5000] {
            // Ranks are scores, so the lower one is better; and the other way about.
            let lower = Standings::new((1..=teams).map(|rank| Some(rank as f64)).collect());
            let higher = Standings::new((1..=teams).map(|rank| Some(-(rank as f64))).collect());
            let [gold, silver, bronze] = ranks(teams).map(|rank| rank as f64);
            let median = (teams + 1) as f64 / 2.0;
            for (standings, direction, sign) in [(&lower, Direction::Lower, 1.0), (&higher, Direction::Higher, -1.0)] {
                assert_eq!(standings.direction(), (teams > 1).then_some(direction));
                assert_eq!(standings.ordered(direction), Ok(()));
                let board = standings.leaderboard(direction).unwrap();
                let thresholds = [board.gold, board.silver, board.bronze, board.median];
                assert_eq!(thresholds, [gold, silver, bronze, median].map(|one| sign * one), "{teams}");
                assert_eq!(board.teams, u32::try_from(teams).ok());
            }
        }
    }

    #[test]
    fn ties_share_a_place() {
        let ties = Standings::new([0.9, 0.8, 0.8, 0.8, 0.7].map(Some).to_vec());
        let place = ties.place(0.8, Direction::Higher);
        assert_eq!((place.position(), place.equal, place.worse), (2, 3, 1));
        assert_eq!(place.percentile(), 50.0);
        assert_eq!(ties.place(1.0, Direction::Higher).percentile(), 100.0);
        assert_eq!(ties.place(0.1, Direction::Higher).position(), 6);
        let board = ties.leaderboard(Direction::Higher).unwrap();
        assert_eq!((board.gold, board.bronze, board.median), (0.9, 0.8, 0.8));
        assert_eq!(Standings::new(vec![Some(1.0); 3]).direction(), None);
    }

    #[test]
    fn what_are_no_standings_says_why() {
        assert_eq!(Standings::new(Vec::new()).leaderboard(Direction::Higher).unwrap_err(), StandingsError::Empty);
        let hole = Standings::new(vec![Some(f64::NAN), Some(1.0)]);
        let error = hole.leaderboard(Direction::Higher).unwrap_err().to_string();
        assert_eq!(error, "the team on rank 1, which is the last to earn gold, has no score");
        let mixed = Standings::new([3.0, 1.0, 2.0].map(Some).to_vec());
        assert_eq!(mixed.ordered(Direction::Higher), Err(StandingsError::Order { rank: 3 }));
    }
}
