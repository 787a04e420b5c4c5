//! What the scores of resampled rows say of a score.
//!
//! The interval is Efron's percentile interval: of the scores in their order, those at 2.5 % and 97.5 %, linear between neighbours (B. Efron
//! and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). The standard error is the scores' standard deviation, with
//! n - 1 (chapter 6). Of few rows the interval is too narrow, as any bootstrap's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::competition::Leaderboard;
use crate::medal::{SCORE_DECIMALS, award, rounded};

/// Where the interval of 95 % ends.
const ENDS: [f64; 2] = [0.025, 0.975];

/// What a report has of resampling: how it was done, and what came of it or why it was not done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bootstrap {
    /// How many draws were asked for.
    pub draws: u32,
    /// What the draws depend on. With the same seed, anyone gets the same figures.
    pub seed: u64,
    /// What is drawn; none if nothing was.
    pub unit: Option<Unit>,
    /// The column that names the groups; none where rows are drawn.
    pub group: Option<String>,
    /// How many units there are, which is how many each draw has.
    pub units: Option<u64>,
    /// What the draws say of the score; none if they say nothing.
    pub interval: Option<Interval>,
    /// Why there is no interval.
    pub reason: Option<String>,
}

/// What is drawn as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A row of the submission with its row of the answers.
    Row,
    /// All rows that belong together.
    Group,
}

/// What resampled units say of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The lower end of the interval of 95 %.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// The standard error of the score.
    pub standard_error: f64,
    /// How many draws have a score.
    pub replicates: usize,
    /// How many have none, since the metric is not defined for them.
    pub without_score: usize,
    /// How likely each medal is; none without a leaderboard.
    pub medals: Option<Probabilities>,
}

/// The shares of draws that earn each medal, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Probabilities {
    pub gold: f64,
    pub silver: f64,
    pub bronze: f64,
    pub none: f64,
    pub above_median: f64,
}

impl Interval {
    /// The interval of these scores; none if there are none, or they are so large that a figure of it is not finite.
    #[must_use]
    pub fn of(scores: &[Option<f64>], leaderboard: Option<&Leaderboard>) -> Option<Self> {
        let mut sorted: Vec<f64> = scores.iter().flatten().copied().collect();
        let replicates = sorted.len();
        let mean = sorted.iter().sum::<f64>() / replicates as f64;
        let squares: f64 = sorted.iter().map(|score| (score - mean).powi(2)).sum();
        let standard_error = if replicates > 1 { (squares / (replicates as f64 - 1.0)).sqrt() } else { 0.0 };
        let medals = leaderboard.map(|leaderboard| Probabilities::of(&sorted, leaderboard));
        sorted.sort_by(f64::total_cmp);
        let [lower, upper] = ENDS.map(|end| quantile(&sorted, end));
        let without_score = scores.len() - replicates;
        let (lower, upper) = (lower?, upper?);
        let is_finite = [lower, upper, standard_error].iter().all(|figure| figure.is_finite());
        is_finite.then_some(Interval { lower, upper, standard_error, replicates, without_score, medals })
    }
}

impl Probabilities {
    fn of(scores: &[f64], leaderboard: &Leaderboard) -> Self {
        let each: Vec<_> = scores.iter().map(|&score| award(rounded(score, SCORE_DECIMALS), leaderboard)).collect();
        let share = |count: usize| if each.is_empty() { 0.0 } else { count as f64 / each.len() as f64 };
        Probabilities {
            gold: share(each.iter().filter(|medals| medals.gold_medal).count()),
            silver: share(each.iter().filter(|medals| medals.silver_medal).count()),
            bronze: share(each.iter().filter(|medals| medals.bronze_medal).count()),
            none: share(each.iter().filter(|medals| !medals.any_medal).count()),
            above_median: share(each.iter().filter(|medals| medals.above_median).count()),
        }
    }
}

/// The quantile of values in their order, linear between neighbours.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let below = place.floor();
    let (&low, &high) = (sorted.get(below as usize)?, sorted.get(place.ceil() as usize)?);
    Some(low + (high - low) * (place - below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Direction;

    /// Python: `statistics.quantiles([one * one for one in range(1, 12)], n=40, method="inclusive")` starts with 1.75 and ends with
    /// 115.75, and their `statistics.stdev` is 40.86318636621476.
    #[test]
    fn the_interval_is_between_quantiles() {
        let scores: Vec<Option<f64>> = (1..12).rev().map(|one| Some(f64::from(one * one))).chain([None]).collect();
        let interval = Interval::of(&scores, None).unwrap();
        assert_eq!((interval.lower, interval.upper), (1.75, 115.75));
        assert_eq!((interval.replicates, interval.without_score, interval.medals), (11, 1, None));
        assert!((interval.standard_error - STD).abs() < 1e-12, "{interval:?}");
        assert_eq!(Interval::of(&[None], None), None);
        assert_eq!(Interval::of(&[Some(f64::MAX), Some(f64::MIN)], None), None);
    }

    const STD: f64 = 40.863_186_366_214_76;

    #[test]
    fn medals_have_shares() {
        let leaderboard =
            Leaderboard { teams: None, direction: Direction::Lower, gold: 1.0, silver: 2.0, bronze: 3.0, median: 4.0 };
        let scores = [1.0, 1.000_001, 1.5, 3.0, 3.5, 4.0, 5.0, 6.0].map(Some);
        let medals = Interval::of(&scores, Some(&leaderboard)).unwrap().medals.unwrap();
        let expected = Probabilities { gold: 0.25, silver: 0.125, bronze: 0.125, none: 0.5, above_median: 0.625 };
        assert_eq!(medals, expected);
    }
}
