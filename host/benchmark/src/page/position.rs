//! Where a score stands between a competition's thresholds, on one scale for all competitions.
//!
//! The median is at 0.25, bronze at 0.5, silver at 0.65 and gold at 0.8; between two of them the scale is linear in the score. Beyond the
//! ends it is squeezed, so that any score has a place: at a distance of d spans from median to gold, d / (1 + d) of the rest.

use assay_types::Direction;
use assay_types::report::Thresholds;

/// The places of the median, bronze, silver and gold, from 0 to 1.
pub(super) const PLACES: [f64; 4] = [0.25, 0.5, 0.65, 0.8];

/// Where a score stands, from 0 to 1, the better the higher. None without thresholds or if one of the numbers is not finite.
pub(super) fn position(score: f64, thresholds: &Thresholds, direction: Direction) -> Option<f64> {
    let better = |value: f64| if direction == Direction::Lower { -value } else { value };
    let marks = [
        thresholds.median_threshold?,
        thresholds.bronze_threshold?,
        thresholds.silver_threshold?,
        thresholds.gold_threshold?,
    ]
    .map(better);
    let score = better(score);
    if !score.is_finite() || marks.iter().any(|mark| !mark.is_finite()) {
        return None;
    }
    let [median, .., gold] = marks;
    let [lowest, .., highest] = PLACES;
    let span = if gold > median { gold - median } else { 1.0 };
    let squeezed = |distance: f64| (distance / span).min(f64::MAX) / (1.0 + (distance / span).min(f64::MAX));
    if score >= gold {
        return Some(highest + (1.0 - highest) * squeezed(score - gold));
    }
    // The highest threshold that the score reaches; those of equal scores, or out of order, have no room between them.
    for at in (0..3).rev() {
        let (Some(&mark), Some(&next)) = (marks.get(at), marks.get(at + 1)) else { continue };
        let (Some(&place), Some(&next_place)) = (PLACES.get(at), PLACES.get(at + 1)) else { continue };
        if score >= mark {
            let share = if next > mark { ((score - mark) / (next - mark)).clamp(0.0, 1.0) } else { 0.0 };
            return Some(place + (next_place - place) * share);
        }
    }
    Some(lowest * (1.0 - squeezed(median - score)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thresholds([median, bronze, silver, gold]: [f64; 4]) -> Thresholds {
        Thresholds {
            gold_threshold: Some(gold),
            silver_threshold: Some(silver),
            bronze_threshold: Some(bronze),
            median_threshold: Some(median),
        }
    }

    #[test]
    fn thresholds_are_at_their_places_in_either_direction() {
        let higher = thresholds([0.5, 0.7, 0.8, 0.9]);
        let lower = thresholds([0.9, 0.8, 0.7, 0.5]);
        let at = |score: f64| position(score, &higher, Direction::Higher).unwrap();
        for (score, place) in [(0.5, 0.25), (0.6, 0.375), (0.7, 0.5), (0.8, 0.65), (0.9, 0.8), (0.1, 0.125), (1.3, 0.9)]
        {
            assert!((at(score) - place).abs() < 1e-12, "{score}: {}", at(score));
        }
        for (score, place) in [(0.9, 0.25), (0.8, 0.5), (0.7, 0.65), (0.5, 0.8), (1.3, 0.125), (0.1, 0.9)] {
            let found = position(score, &lower, Direction::Lower).unwrap();
            assert!((found - place).abs() < 1e-12, "{score}: {found}");
        }
    }

    #[test]
    fn any_score_has_a_place_within() {
        let marks = [[0.5, 0.7, 0.8, 0.9], [1.0; 4], [0.9, 0.2, 0.3, 0.1], [-1e308, 0.0, 1.0, 1e308]].map(thresholds);
        for marks in &marks {
            for score in [-f64::MAX, -1.0, 0.0, 0.25, 0.85, 1.0, f64::MAX] {
                for direction in [Direction::Higher, Direction::Lower] {
                    let place = position(score, marks, direction).unwrap();
                    assert!((0.0..=1.0).contains(&place), "{marks:?} {score} {place}");
                }
            }
        }
        assert_eq!(position(f64::NAN, &marks[0], Direction::Higher), None);
        assert_eq!(position(1.0, &Thresholds::default(), Direction::Higher), None);
    }
}
