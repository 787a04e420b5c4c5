//! What metrics ask of their arguments before they compute.

use crate::MetricError;

/// As many rows on both sides, and at least one.
pub(crate) fn rows<A, B>(y_true: &[A], y_pred: &[B]) -> Result<(), MetricError> {
    if y_true.len() != y_pred.len() {
        return Err(MetricError::DifferentLengths { y_true: y_true.len(), y_pred: y_pred.len() });
    }
    if y_true.is_empty() { Err(MetricError::Empty) } else { Ok(()) }
}

/// As many columns on both sides, at least one, all of one length that is not 0: the number of rows.
pub(crate) fn columns<A, B>(y_true: &[&[A]], y_pred: &[&[B]]) -> Result<usize, MetricError> {
    rows(y_true, y_pred)?;
    let first = y_true.first().copied().unwrap_or_default();
    for (t, p) in y_true.iter().zip(y_pred) {
        rows(first, t)?;
        rows(first, p)?;
    }
    Ok(first.len())
}

/// The exponent of infinities and NaN.
const INFINITE: u64 = 0x7ff0_0000_0000_0000;

/// Neither NaN nor infinite.
pub(crate) fn finite(argument: &'static str, values: &[f64]) -> Result<(), MetricError> {
    // A loop without branches first, of whole numbers, since it is nearly always the answer.
    let finite = |value: &f64| value.to_bits() & INFINITE != INFINITE;
    if values.iter().fold(true, |all, value| all & finite(value)) {
        return Ok(());
    }
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        Some((row, &value)) => Err(MetricError::NotFinite { argument, row, value }),
        None => Ok(()),
    }
}

/// Two columns of finite numbers, as scikit-learn's regression metrics take them.
pub(crate) fn finite_pair(y_true: &[f64], y_pred: &[f64]) -> Result<(), MetricError> {
    rows(y_true, y_pred)?;
    finite("y_true", y_true)?;
    finite("y_pred", y_pred)
}

/// Not NaN; infinities may pass.
pub(crate) fn not_nan(argument: &'static str, values: &[f64]) -> Result<(), MetricError> {
    if values.iter().fold(true, |all, value| all & (value.to_bits() << 1 <= INFINITE << 1)) {
        return Ok(());
    }
    match values.iter().position(|value| value.is_nan()) {
        Some(row) => Err(MetricError::NotFinite { argument, row, value: f64::NAN }),
        None => Ok(()),
    }
}

/// Finite and from 0 to 1.
pub(crate) fn probabilities(argument: &'static str, values: &[f64]) -> Result<(), MetricError> {
    // Of numbers without a sign, the bits have the order of the numbers.
    let one = 1.0_f64.to_bits();
    if values.iter().fold(true, |all, value| all & (value.to_bits() <= one)) {
        return Ok(());
    }
    finite(argument, values)?;
    match values.iter().enumerate().find(|(_, value)| !(0.0..=1.0).contains(*value)) {
        Some((row, &value)) => Err(MetricError::OutOfRange { argument, row, value, range: "from 0 to 1" }),
        None => Ok(()),
    }
}

/// True and false both occur.
pub(crate) fn both_classes(y_true: &[bool]) -> Result<(), MetricError> {
    if y_true.contains(&true) && y_true.contains(&false) { Ok(()) } else { Err(MetricError::OneClass) }
}
