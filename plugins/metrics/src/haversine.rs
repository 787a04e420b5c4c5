//! Distances on the Earth.

use crate::elementary::{Pair, asin, sin_cos};

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
    let [distance, _] = distances([a; 2], [b; 2]);
    distance
}

/// The [`haversine_distance`] of each place to the one beside it on the other side, as long as both sides have one.
#[must_use]
pub fn haversine_distances(a: &[Place], b: &[Place]) -> Vec<f64> {
    let (a, b) = (a.get(..b.len()).unwrap_or(a), b.get(..a.len()).unwrap_or(b));
    let ((a, last_a), (b, last_b)) = (a.as_chunks(), b.as_chunks());
    let mut all: Vec<f64> = Vec::with_capacity(2 * a.len() + 1);
    all.extend(a.iter().zip(b).flat_map(|(a, b)| distances(*a, *b)));
    all.extend(last_a.iter().zip(last_b).map(|(a, b)| haversine_distance(*a, *b)));
    all
}

fn distances(a: [Place; 2], b: [Place; 2]) -> [f64; 2] {
    let (two, factor) = (Pair::splat(2.0), Pair::splat(std::f64::consts::PI / 180.0));
    let radians = |places: [Place; 2], degrees: fn(Place) -> f64| Pair::new(places.map(degrees)) * factor;
    let half_sine = |from: Pair, to: Pair| sin_cos((to - from) / two).0;
    let (a_latitude, b_latitude) = (radians(a, |place| place.latitude), radians(b, |place| place.latitude));
    let latitudes = half_sine(a_latitude, b_latitude);
    let longitudes = half_sine(radians(a, |place| place.longitude), radians(b, |place| place.longitude));
    let cosines = sin_cos(a_latitude).1 * sin_cos(b_latitude).1;
    let sine = (latitudes * latitudes + cosines * (longitudes * longitudes)).sqrt();
    (two * Pair::splat(EARTH_RADIUS) * asin(sine)).numbers()
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
