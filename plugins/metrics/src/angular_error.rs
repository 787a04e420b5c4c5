//! Angles between directions.

use crate::elementary::{Acos, SinCos, each, mean_of_blocks, zeros};
use crate::{MetricError, arguments};

/// Directions in spherical coordinates, in radians: one slice for each coordinate. Angles of any size are taken.
#[derive(Clone, Copy, Debug)]
pub struct Directions<'a> {
    /// The angle about the axis.
    pub azimuth: &'a [f64],
    /// The angle from the axis.
    pub zenith: &'a [f64],
}

/// The mean angle between true and predicted directions, in radians from 0 to pi (IceCube, Neutrinos in Deep Ice).
///
/// Per row `arccos(sin z sin z' (cos a cos a' + sin a sin a') + cos z cos z')`, with the argument clipped to `[-1, 1]`. Near 0
/// the arccosine magnifies rounding errors: equal directions may score up to about 2e-8 instead of 0. Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, or an angle that is NaN or infinite.
pub fn mean_angular_error(y_true: Directions<'_>, y_pred: Directions<'_>) -> Result<f64, MetricError> {
    arguments::finite_pair(y_true.azimuth, y_pred.azimuth)?;
    arguments::finite_pair(y_true.zenith, y_pred.zenith)?;
    arguments::rows(y_true.azimuth, y_true.zenith)?;
    let columns = [y_true.azimuth, y_pred.azimuth, y_true.zenith, y_pred.zenith];
    let ([mut a, mut b, mut z, mut y], mut about) = ([[zeros(); 2]; 4], zeros());
    let (mut sin_cos, mut acos) = (SinCos::new(), Acos::new());
    mean_of_blocks(columns, |count, columns, errors| {
        for (angles, [sines, cosines]) in columns.into_iter().zip([&mut a, &mut b, &mut z, &mut y]) {
            sin_cos.find(count, angles, sines, cosines);
        }
        let [[sin_a, cos_a], [sin_b, cos_b], [sin_z, cos_z], [sin_y, cos_y]] = [&a, &b, &z, &y];
        each(count, [&mut about], [sin_a, cos_a, sin_b, cos_b], |_, [sin_a, cos_a, sin_b, cos_b]| {
            [cos_a * cos_b + sin_a * sin_b]
        });
        each(count, [&mut *errors], [&about, sin_z, cos_z, sin_y, cos_y], |_, [about, sin_z, cos_z, sin_y, cos_y]| {
            [(sin_z * sin_y * about + cos_z * cos_y).clamp(-1.0, 1.0)]
        });
        acos.find(count, errors);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected value: 2 arctan2(|u - v|, |u + v|) of the unit vectors in numpy, an independent formula.
    #[test]
    fn equals_the_angle_between_vectors() {
        let mut sample = Sample(11);
        let mut angles = |factor: f64| -> Vec<f64> { sample.uniform(500).iter().map(|angle| angle * factor).collect() };
        let (azimuth, zenith, azimuth_pred, zenith_pred) = (angles(6.3), angles(3.2), angles(20.0), angles(-7.0));
        let y_true = Directions { azimuth: &azimuth, zenith: &zenith };
        let y_pred = Directions { azimuth: &azimuth_pred, zenith: &zenith_pred };
        assert_close(mean_angular_error(y_true, y_pred), 1.577600739229557);
    }

    // Rounding lifts some of the products above 1.
    #[test]
    fn equal_directions_are_nearly_0_apart() {
        let mut sample = Sample(19);
        let (azimuth, zenith) = (sample.uniform(1000), sample.uniform(1000));
        let y_true = Directions { azimuth: &azimuth, zenith: &zenith };
        assert!(mean_angular_error(y_true, y_true).unwrap() < 2e-8);
    }

    #[test]
    fn not_finite_is_an_error() {
        let y_true = Directions { azimuth: &[0.0], zenith: &[0.0] };
        let y_pred = Directions { azimuth: &[0.0], zenith: &[f64::INFINITY] };
        assert!(matches!(mean_angular_error(y_true, y_pred), Err(MetricError::NotFinite { row: 0, .. })));
    }
}
