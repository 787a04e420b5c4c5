//! Generalised mean.

use crate::{MetricError, arguments, mean};

/// The power mean `(mean(x^p))^(1/p)`. A negative `p` draws it towards the smallest values. Cost: O(n).
///
/// # Errors
///
/// No values, a value that is NaN, infinite or below 0, a `p` that is 0 or not finite, or undefined because a value is 0 and `p`
/// negative.
pub fn power_mean(values: &[f64], p: f64) -> Result<f64, MetricError> {
    arguments::finite("values", values)?;
    if p == 0.0 || !p.is_finite() {
        return Err(MetricError::OutOfRange { argument: "p", row: 0, value: p, range: "finite and not 0" });
    }
    if let Some((row, &value)) = values.iter().enumerate().find(|(_, value)| **value < 0.0) {
        return Err(MetricError::OutOfRange { argument: "values", row, value, range: "0 or more" });
    }
    if p < 0.0 && values.contains(&0.0) {
        return Err(MetricError::Undefined("a negative power of 0"));
    }
    Ok(mean(&values.iter().map(|value| value.powf(p)).collect::<Vec<f64>>())?.powf(1.0 / p))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: scipy.stats.pmean.
    #[test]
    fn equals_scipy() {
        let values: Vec<f64> = Sample(18).uniform(9).iter().map(|value| value * 0.5 + 0.5).collect();
        assert_close(power_mean(&values, -5.0), 0.6135820550234814);
        assert_close(power_mean(&values, 2.0), 0.6795783107045614);
    }

    #[test]
    fn what_has_no_power_mean_is_an_error() {
        assert!(matches!(power_mean(&[0.5, 0.0], -5.0), Err(MetricError::Undefined(_))));
        assert_eq!(power_mean(&[0.5, 0.0], 1.0), Ok(0.25));
        assert!(matches!(power_mean(&[0.5, f64::NAN], 1.0), Err(MetricError::NotFinite { row: 1, .. })));
        assert!(matches!(power_mean(&[-0.5], 1.0), Err(MetricError::OutOfRange { row: 0, .. })));
        assert!(matches!(power_mean(&[0.5], 0.0), Err(MetricError::OutOfRange { .. })));
        assert_eq!(power_mean(&[], 1.0), Err(MetricError::Empty));
    }
}
