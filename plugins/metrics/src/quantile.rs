//! Quantiles.

use crate::{MetricError, arguments};

/// The `q` quantile, linear between the two nearest values (`np.quantile` with its default method): `q = 0.5` is the median.
/// Cost: O(n) expected, one copy.
///
/// # Errors
///
/// No values, a value that is NaN, or a `q` outside of `[0, 1]`.
pub fn quantile(values: &[f64], q: f64) -> Result<f64, MetricError> {
    if !(0.0..=1.0).contains(&q) {
        return Err(MetricError::OutOfRange { argument: "q", row: 0, value: q, range: "from 0 to 1" });
    }
    arguments::rows(values, values)?;
    arguments::not_nan("values", values)?;
    let position = (values.len() - 1) as f64 * q;
    // `position` is at most `len - 1`.
    let below = position.floor() as usize;
    let mut values = values.to_vec();
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    let share = position - position.floor();
    // From the nearer end, as numpy does.
    Ok(if share >= 0.5 { high - (high - low) * (1.0 - share) } else { low + (high - low) * share })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    // Expected values: np.quantile, to the last bit.
    #[test]
    fn equals_numpy() {
        let mut sample = Sample(12);
        let mut thirds = |n| -> Vec<f64> { sample.uniform(n).iter().map(|value| value / 3.0).collect() };
        let (odd, even) = (thirds(101), thirds(10));
        assert_eq!(quantile(&odd, 0.0), Ok(0.00024752217965821427));
        assert_eq!(quantile(&odd, 0.05), Ok(0.012118276363859573));
        assert_eq!(quantile(&odd, 0.5), Ok(0.1502699916406224));
        assert_eq!(quantile(&odd, 0.999), Ok(0.329594535070161));
        assert_eq!(quantile(&even, 0.05), Ok(0.10227139478083701));
        assert_eq!(quantile(&even, 0.072), Ok(0.1186420624088496));
        assert_eq!(quantile(&even, 0.3), Ok(0.17077279076135407));
        assert_eq!(quantile(&even, 0.5), Ok(0.2579420489879946));
        assert_eq!(quantile(&even, 0.95), Ok(0.315754181620044));
        assert_eq!(quantile(&even, 1.0), Ok(0.3240764949781199));
    }

    #[test]
    fn what_has_no_quantile_is_an_error() {
        assert_eq!(quantile(&[], 0.5), Err(MetricError::Empty));
        assert!(matches!(quantile(&[1.0, f64::NAN], 0.5), Err(MetricError::NotFinite { row: 1, .. })));
        assert!(matches!(quantile(&[1.0], 1.1), Err(MetricError::OutOfRange { .. })));
        assert!(matches!(quantile(&[1.0], f64::NAN), Err(MetricError::OutOfRange { .. })));
    }
}
