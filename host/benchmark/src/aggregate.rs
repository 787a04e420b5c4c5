//! Aggregates: for each seed the shares of competitions that earn something, and over the seeds their mean with its uncertainty.
//!
//! The uncertainty is the reference's: the standard error of the mean (with the sample's variance, n - 1), and mean ± 1.96 of it as an
//! interval of 95 %. Of one seed it is 0, which says nothing of it. With few seeds the interval is too narrow, as 1.96 is the normal
//! distribution's: for three seeds Student's t would give 4.30.

use schemars::JsonSchema;
use serde::Serialize;

use crate::seeds::{Cell, Seeds};

/// What 95 % of a normal distribution lie within, in standard deviations.
const NORMAL_95: f64 = 1.96;

/// The shares of one seed, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SeedMetrics {
    pub total_competitions: usize,
    pub submission_exists_percentage: f64,
    pub valid_submissions_percentage: f64,
    pub above_median_percentage: f64,
    pub gold_medal_percentage: f64,
    pub silver_medal_percentage: f64,
    pub bronze_medal_percentage: f64,
    pub any_medal_percentage: f64,
}

/// A figure over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Metric {
    /// The mean.
    pub mean: f64,
    /// The lower end of the interval of 95 %.
    pub ci_lower: f64,
    /// Its upper end.
    pub ci_upper: f64,
    /// The standard error of the mean.
    pub standard_error: f64,
}

/// All figures over seeds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Aggregate {
    /// How many seeds.
    pub num_seeds_averaged: usize,
    /// How many competitions each has.
    pub num_competitions_per_seed: usize,
    /// The figures.
    pub metrics: Metrics,
}

/// The figures of an [`Aggregate`]: those of [`SeedMetrics`] over the seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Metrics {
    pub total_competitions: Metric,
    pub submission_exists_percentage: Metric,
    pub valid_submissions_percentage: Metric,
    pub above_median_percentage: Metric,
    pub gold_medal_percentage: Metric,
    pub silver_medal_percentage: Metric,
    pub bronze_medal_percentage: Metric,
    pub any_medal_percentage: Metric,
}

impl SeedMetrics {
    /// The shares of a seed's competitions.
    #[must_use]
    pub fn of(seed: &[Cell<'_>]) -> Self {
        let total = seed.len();
        let percentage = |counts: &dyn Fn(&crate::reading::Entry) -> bool| {
            let count = seed.iter().filter_map(Cell::entry).filter(|entry| counts(entry)).count();
            count as f64 / total as f64 * 100.0
        };
        SeedMetrics {
            total_competitions: total,
            submission_exists_percentage: percentage(&|entry| entry.submission_exists),
            valid_submissions_percentage: percentage(&|entry| entry.valid_submission),
            above_median_percentage: percentage(&|entry| entry.won.above_median),
            gold_medal_percentage: percentage(&|entry| entry.won.gold_medal),
            silver_medal_percentage: percentage(&|entry| entry.won.silver_medal),
            bronze_medal_percentage: percentage(&|entry| entry.won.bronze_medal),
            any_medal_percentage: percentage(&|entry| entry.medals().any_medal),
        }
    }
}

impl Metric {
    /// The mean of these values, one a seed, and its uncertainty.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let standard_error = if values.len() > 1 {
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            (squares / (count - 1.0)).sqrt() / count.sqrt()
        } else {
            0.0
        };
        let half = NORMAL_95 * standard_error;
        Metric { mean, ci_lower: mean - half, ci_upper: mean + half, standard_error }
    }
}

impl Aggregate {
    /// The figures over these seeds, of which there is at least one.
    #[must_use]
    pub fn of(seeds: &Seeds<'_>) -> Self {
        let each = per_seed(seeds);
        let over = |value: fn(&SeedMetrics) -> f64| Metric::of(&each.iter().map(value).collect::<Vec<_>>());
        Aggregate {
            num_seeds_averaged: each.len(),
            num_competitions_per_seed: seeds.ids.len(),
            metrics: Metrics {
                total_competitions: over(|seed| seed.total_competitions as f64),
                submission_exists_percentage: over(|seed| seed.submission_exists_percentage),
                valid_submissions_percentage: over(|seed| seed.valid_submissions_percentage),
                above_median_percentage: over(|seed| seed.above_median_percentage),
                gold_medal_percentage: over(|seed| seed.gold_medal_percentage),
                silver_medal_percentage: over(|seed| seed.silver_medal_percentage),
                bronze_medal_percentage: over(|seed| seed.bronze_medal_percentage),
                any_medal_percentage: over(|seed| seed.any_medal_percentage),
            },
        }
    }
}

impl Metrics {
    /// The percentages with names for people, the most important last.
    #[must_use]
    pub fn percentages(&self) -> [(&'static str, Metric); 7] {
        [
            ("submission exists", self.submission_exists_percentage),
            ("valid submission", self.valid_submissions_percentage),
            ("above median", self.above_median_percentage),
            ("bronze medal", self.bronze_medal_percentage),
            ("silver medal", self.silver_medal_percentage),
            ("gold medal", self.gold_medal_percentage),
            ("any medal", self.any_medal_percentage),
        ]
    }
}

/// The shares of each seed.
#[must_use]
pub fn per_seed(seeds: &Seeds<'_>) -> Vec<SeedMetrics> {
    seeds.seeds.iter().map(|seed| SeedMetrics::of(seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python: `statistics.stdev([4.5, 9.1, 0.2]) / math.sqrt(3)` is 2.569695182961071; of one value the reference takes 0.
    #[test]
    fn the_standard_error_is_the_samples() {
        let metric = Metric::of(&[4.5, 9.1, 0.2]);
        assert!((metric.standard_error - 2.569_695_182_961_071).abs() < 1e-12, "{metric:?}");
        assert!((metric.ci_upper - (4.6 + 1.96 * 2.569_695_182_961_071)).abs() < 1e-12);
        let one = Metric::of(&[7.0]);
        assert_eq!((one.mean, one.standard_error, one.ci_lower), (7.0, 0.0, 7.0));
    }
}
