//! Correlation coefficients.

use crate::summation::sum_of;
use crate::{MetricError, arguments, mean, rank_average_numbers};

/// Pearson's correlation coefficient (`scipy.stats.pearsonr`).
///
/// `r = sum(u v)` with `u` and `v` the values less their mean, divided by their Euclidean norm. As in SciPy the norm is taken
/// of the values over their greatest magnitude, so that squares neither overflow nor vanish; the result is clipped to `[-1,
/// 1]`, and of two rows it is exactly 1 or -1. Nearly constant values amplify rounding errors. Cost: O(n).
///
/// # Errors
///
/// Different lengths, a value that is NaN or infinite, or undefined: fewer than two rows, a side that is constant, or a mean that
/// overflows.
pub fn pearson_correlation(x: &[f64], y: &[f64]) -> Result<f64, MetricError> {
    arguments::finite_pair(x, y)?;
    if x.len() < 2 {
        return Err(MetricError::Undefined("a correlation needs at least two rows"));
    }
    let (x, y) = (normalized(x)?, normalized(y)?);
    let mut products = |start: usize, block: &mut [f64]| {
        for (place, (u, v)) in block.iter_mut().zip(x.iter().zip(&y).skip(start)) {
            *place = u * v;
        }
    };
    let r = sum_of(x.len(), &mut products).clamp(-1.0, 1.0);
    if r.is_nan() {
        return Err(MetricError::Undefined("the values are too large for their mean"));
    }
    Ok(if x.len() == 2 { r.round_ties_even() } else { r })
}

fn normalized(values: &[f64]) -> Result<Vec<f64>, MetricError> {
    let first = values.first().copied().unwrap_or_default();
    if values.iter().all(|&value| value == first) {
        return Err(CONSTANT);
    }
    let mean = mean(values)?;
    let mut centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let greatest = centred.iter().fold(0.0_f64, |greatest, value| greatest.max(value.abs()));
    let mut squares = |start: usize, block: &mut [f64]| {
        for (place, value) in block.iter_mut().zip(centred.iter().skip(start)) {
            *place = (value / greatest) * (value / greatest);
        }
    };
    let norm = greatest * sum_of(values.len(), &mut squares).sqrt();
    centred.iter_mut().for_each(|value| *value /= norm);
    Ok(centred)
}

const CONSTANT: MetricError = MetricError::Undefined("all values of one side are equal");

/// Spearman's rank correlation coefficient (`scipy.stats.spearmanr`): Pearson's of the average ranks. Infinite values have ranks
/// like any other. Cost: O(n log n).
///
/// # Errors
///
/// Different lengths, no rows, a value that is NaN, or undefined because a side is constant.
pub fn spearman_correlation(x: &[f64], y: &[f64]) -> Result<f64, MetricError> {
    arguments::rows(x, y)?;
    arguments::not_nan("y_true", x)?;
    arguments::not_nan("y_pred", y)?;
    rank_correlation(&rank_average_numbers(x), &rank_average_numbers(y))
}

/// Pearson's correlation coefficient of ranks that [`rank_average`] gave. It equals [`spearman_correlation`], but the values
/// behind the ranks may be of any kind, such as text. The sums are exact integers. Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, or undefined because all ranks of a side are equal.
pub fn rank_correlation(x: &[f64], y: &[f64]) -> Result<f64, MetricError> {
    arguments::rows(x, y)?;
    // Ranks are multiples of 1/2 with mean (n + 1)/2, so twice their distance from it is a whole number.
    let twice_centred = |rank: f64| i128::from((2.0 * rank - (x.len() + 1) as f64) as i64);
    let (mut products, mut squares_x, mut squares_y) = (0, 0, 0);
    for (&x, &y) in x.iter().zip(y) {
        let (x, y) = (twice_centred(x), twice_centred(y));
        products += x * y;
        squares_x += x * x;
        squares_y += y * y;
    }
    if squares_x == 0 || squares_y == 0 {
        return Err(CONSTANT);
    }
    Ok((products as f64 / (squares_x as f64 * squares_y as f64).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rank_average;
    use crate::sample::{Sample, assert_close};

    fn sample() -> (Vec<f64>, Vec<f64>) {
        let mut sample = Sample(6);
        let x = sample.uniform(1000);
        let y = x.iter().zip(sample.uniform(1000)).map(|(x, noise)| x + noise).collect();
        (x, y)
    }

    fn map(values: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
        values.iter().map(|&value| f(value)).collect()
    }

    // Expected values: scipy.stats.pearsonr.
    #[test]
    fn pearson_equals_scipy() {
        let (x, y) = sample();
        assert_close(pearson_correlation(&x, &y), 0.6960788278026495);
        assert_close(pearson_correlation(&map(&x, |x| x * 1e300), &map(&y, |y| y * 1e-300)), 0.6960788278026495);
        assert_close(pearson_correlation(&map(&x, |x| x * 1e-310), &y), 0.696078827802647);
        assert_close(pearson_correlation(&x, &map(&x, |x| -3.0 * x)), -1.0);
        assert_eq!(pearson_correlation(&[1.0, 3.0], &[7.0, 2.0]), Ok(-1.0));
    }

    #[test]
    fn pearson_is_undefined_where_scipy_gives_nan() {
        let undefined = |x: &[f64], y: &[f64]| matches!(pearson_correlation(x, y), Err(MetricError::Undefined(_)));
        assert!(undefined(&[1.0, 1.0, 1.0], &[7.0, 2.0, 1.0]));
        assert!(undefined(&[7.0, 2.0, 1.0], &[0.1, 0.1, 0.1]));
        assert!(undefined(&[1e308, 1.7e308, 1.5e308], &[1.0, 2.0, 3.0]));
        assert!(undefined(&[1.0], &[1.0]));
        assert!(matches!(
            pearson_correlation(&[1.0, 2.0], &[1.0, f64::NAN]),
            Err(MetricError::NotFinite { row: 1, .. })
        ));
    }

    // Expected values: scipy.stats.spearmanr.
    #[test]
    fn spearman_equals_scipy() {
        let (x, y) = sample();
        assert_close(spearman_correlation(&x, &y), 0.6857810657810659);
        assert_close(
            spearman_correlation(&map(&x, |x| (x * 20.0).floor()), &map(&y, |y| (y * 10.0).floor())),
            0.6818097566395921,
        );
        let infinite = [f64::INFINITY, 1.0, f64::NEG_INFINITY, 0.0, -0.0];
        assert_close(spearman_correlation(&infinite, &[3.0, 2.0, 1.0, 1.0, 0.0]), 0.7631578947368421);
        assert_eq!(spearman_correlation(&x, &x), Ok(1.0));
    }

    // As text "10" comes before "9".
    #[test]
    fn spearman_of_text_is_that_of_its_ranks() {
        let ranks = rank_average(&["10", "9", "abc"], Ord::cmp);
        assert_close(rank_correlation(&ranks, &[2.0, 1.0, 3.0]), 0.5);
    }

    #[test]
    fn spearman_is_undefined_where_scipy_gives_nan() {
        assert_eq!(spearman_correlation(&[1.0, 1.0], &[1.0, 2.0]), Err(CONSTANT));
        assert!(matches!(
            spearman_correlation(&[1.0, f64::NAN], &[1.0, 2.0]),
            Err(MetricError::NotFinite { row: 1, .. })
        ));
    }
}
