//! A paired test: do two runs differ over competitions by more than the choice of competitions explains?
//!
//! Of each competition there is one difference, that of the means over its seeds. The test is Fisher's: if both runs were the same, each
//! difference could as well have the other sign, so p is the share of all choices of signs under which the sum is as far from 0 as it is
//! (R. A. Fisher, The Design of Experiments, 1935, § 21). With at most 16 differences that are not 0, all choices are counted; with more,
//! 20,000 are drawn, and p is (b + 1) / (m + 1) of them, which never is 0 (B. Phipson and G. K. Smyth, Statistical Applications in Genetics
//! and Molecular Biology 9, 2010). The interval is the percentile bootstrap's of the mean difference: competitions are drawn again 10,000
//! times, with the seeds that they have (B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, § 13.3). Draws have a fixed
//! seed, so a comparison is the same every time.

use fastrand::Rng;
use schemars::JsonSchema;
use serde::Serialize;

/// Up to so many differences, all choices of signs are counted.
const COUNTED: usize = 16;
const SIGNS: usize = 20_000;
const RESAMPLES: usize = 10_000;
const SEED: u64 = 0x5eed;

/// How far the sums of two choices of signs that are equal may be apart, relative to the largest that there can be.
const EQUAL: f64 = 1e-12;

/// A difference over competitions, the second less the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Paired {
    /// The mean of the competitions' differences.
    pub mean: f64,
    /// The lower end of its interval of 95 %.
    pub ci_lower: f64,
    /// The upper end.
    pub ci_upper: f64,
    /// How probable so large a difference is, in either direction, if there is none.
    pub p_value: f64,
    /// How many competitions have a higher value in the second.
    pub higher: usize,
    /// How many have a lower one.
    pub lower: usize,
    /// How many have the same.
    pub same: usize,
}

impl Paired {
    /// Of one difference a competition. None if there are none.
    #[must_use]
    pub fn of(differences: &[f64]) -> Option<Self> {
        if differences.is_empty() {
            return None;
        }
        let count = differences.len();
        let mean = differences.iter().sum::<f64>() / count as f64;
        let (ci_lower, ci_upper) = interval(differences);
        let higher = differences.iter().filter(|&&one| one > 0.0).count();
        let lower = differences.iter().filter(|&&one| one < 0.0).count();
        Some(Paired {
            mean,
            ci_lower,
            ci_upper,
            p_value: p_value(differences),
            higher,
            lower,
            same: count - higher - lower,
        })
    }
}

fn p_value(differences: &[f64]) -> f64 {
    let some: Vec<f64> = differences.iter().copied().filter(|&one| one != 0.0).collect();
    let largest: f64 = some.iter().map(|one| one.abs()).sum();
    let at_least = some.iter().sum::<f64>().abs() - EQUAL * largest;
    // One bit a difference: where it is set, the sign is the other one.
    let sum = |bits: &dyn Fn(usize) -> bool| -> f64 {
        some.iter().enumerate().map(|(place, one)| if bits(place) { -one } else { *one }).sum()
    };
    if some.len() <= COUNTED {
        let all = 1_usize << some.len();
        let far = (0..all).filter(|choice| sum(&|place| choice >> place & 1 == 1).abs() >= at_least).count();
        return far as f64 / all as f64;
    }
    let mut draws = Rng::with_seed(SEED);
    let mut signs = vec![false; some.len()];
    let far = (0..SIGNS)
        .filter(|_| {
            signs.fill_with(|| draws.bool());
            sum(&|place| signs.get(place).copied().unwrap_or(false)).abs() >= at_least
        })
        .count();
    (far + 1) as f64 / (SIGNS + 1) as f64
}

fn interval(differences: &[f64]) -> (f64, f64) {
    let mut draws = Rng::with_seed(SEED);
    let count = differences.len();
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| (0..count).filter_map(|_| differences.get(draws.usize(..count))).sum::<f64>() / count as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means.get((share * (RESAMPLES - 1) as f64).round() as usize).copied().unwrap_or(f64::NAN);
    (at(0.025), at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fisher's own example, Darwin's maize in eighths of an inch: of the 32,768 choices of signs, 1,726 have a sum as far from 0 as 314,
    /// so p = 0.05267.
    #[test]
    fn darwins_maize() {
        let maize = [49., -67., 8., 16., 6., 23., 28., 41., 14., 29., 56., 24., 75., 60., -48.];
        let paired = Paired::of(&maize).unwrap();
        assert_eq!(paired.p_value, 1726.0 / 32768.0);
        assert_eq!((paired.higher, paired.lower, paired.same), (13, 2, 0));
    }

    #[test]
    fn no_difference_is_no_evidence() {
        assert_eq!(Paired::of(&[0.0; 5]).unwrap().p_value, 1.0);
        assert_eq!(Paired::of(&[]), None);
        let one = Paired::of(&[0.5]).unwrap();
        assert_eq!((one.p_value, one.ci_lower, one.ci_upper), (1.0, 0.5, 0.5));
    }

    /// Drawn signs come close to all of them: of 20 equal differences, two choices in 2^20 are as far.
    #[test]
    fn draws_come_close() {
        assert!(Paired::of(&[1.0; 20]).unwrap().p_value < 2e-4);
        let mixed: Vec<f64> = (0..40).map(|place| if place % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert_eq!(Paired::of(&mixed).unwrap().p_value, 1.0);
    }

    /// Where there is no difference, p is below 0.05 one time in twenty, and the interval misses 0 about as often.
    #[test]
    fn rates_are_as_stated() {
        let mut draws = Rng::with_seed(7);
        let (mut small, mut missed) = (0, 0);
        for _ in 0..200 {
            let differences: Vec<f64> = (0..30).map(|_| draws.f64() - draws.f64()).collect();
            let paired = Paired::of(&differences).unwrap();
            small += usize::from(paired.p_value <= 0.05);
            missed += usize::from(paired.ci_lower > 0.0 || paired.ci_upper < 0.0);
        }
        // 10 are expected of each, with a standard deviation of 3.1; the bootstrap's interval of 30 is a little narrow.
        assert!((2..=20).contains(&small) && (2..=26).contains(&missed), "{small} {missed}");
    }
}
