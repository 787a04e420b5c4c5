//! Distances on the Earth.

/// The radius of the Earth as a sphere, in metres.
pub const EARTH_RADIUS: f64 = 6_371_000.0;

/// A place on the Earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
}

/// The distance of two places along a great circle, in metres, by the haversine formula:
/// `2 R arcsin(sqrt(sin^2(dlat/2) + cos lat cos lat' sin^2(dlon/2)))`.
///
/// Degrees of any size are taken. NaN if a coordinate is NaN or infinite, and possibly for places nearly opposite, where rounding
/// lifts the sine above 1.
#[must_use]
pub fn haversine_distance(a: Place, b: Place) -> f64 {
    let half_sine = |from: f64, to: f64| ((to.to_radians() - from.to_radians()) / 2.0).sin();
    let latitudes = half_sine(a.latitude, b.latitude);
    let longitudes = half_sine(a.longitude, b.longitude);
    let cosines = a.latitude.to_radians().cos() * b.latitude.to_radians().cos();
    2.0 * EARTH_RADIUS * (latitudes * latitudes + cosines * (longitudes * longitudes)).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MetricError;
    use crate::sample::assert_close;

    // Expected values: sklearn.metrics.pairwise.haversine_distances times the radius.
    #[test]
    fn equals_scikit_learn() {
        let distance = |a: (f64, f64), b: (f64, f64)| {
            let place = |(latitude, longitude)| Place { latitude, longitude };
            Ok::<f64, MetricError>(haversine_distance(place(a), place(b)))
        };
        assert_close(distance((48.85, 2.35), (40.71, -74.0)), 5837140.561075903);
        assert_close(distance((-33.9, 151.2), (64.1, -21.9)), 16623890.207335837);
        assert_close(distance((37.4, -122.1), (37.4000001, -122.1000002)), 0.02087498949121157);
    }

    #[test]
    fn not_finite_gives_nan() {
        let here = Place { latitude: 0.0, longitude: 0.0 };
        assert!(haversine_distance(here, Place { latitude: f64::NAN, longitude: 0.0 }).is_nan());
        assert!(haversine_distance(here, Place { latitude: 0.0, longitude: f64::INFINITY }).is_nan());
    }
}
