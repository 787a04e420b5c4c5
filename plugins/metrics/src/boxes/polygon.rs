//! The area that two convex polygons share.
//!
//! Sutherland and Hodgman's clipping (1974) of a quadrilateral by the sides of another, in double precision. It is written here
//! because it decides scores where boxes are parallel to the axes and an overlap is exactly at a threshold: there the result must
//! have the last bits that GEOS gives, which the formulas below do. Crates for general polygons snap coordinates to an integer
//! grid, and differ from GEOS in the ninth digit.

/// A point of the plane.
pub(super) type Point = [f64; 2];

/// The area that two convex quadrilaterals share, both with corners in counter-clockwise order and finite coordinates.
pub(super) fn shared_area(a: &[Point; 4], b: &[Point; 4]) -> f64 {
    if apart(a, b) {
        return 0.0;
    }
    let mut polygon = a.to_vec();
    for (index, &from) in b.iter().enumerate() {
        let to = b[(index + 1) % b.len()];
        polygon = clip(&polygon, from, to);
    }
    area(&polygon)
}

/// True if the smallest upright rectangles around both do not overlap.
fn apart(a: &[Point; 4], b: &[Point; 4]) -> bool {
    (0..2).any(|axis| {
        let low = |points: &[Point; 4]| points.iter().fold(f64::INFINITY, |low, point| low.min(point[axis]));
        let high = |points: &[Point; 4]| points.iter().fold(f64::NEG_INFINITY, |high, point| high.max(point[axis]));
        high(a) <= low(b) || high(b) <= low(a)
    })
}

/// The part of a polygon to the left of the line from `from` to `to`.
fn clip(polygon: &[Point], from: Point, to: Point) -> Vec<Point> {
    let side = |p: Point| (to[0] - from[0]) * (p[1] - from[1]) - (to[1] - from[1]) * (p[0] - from[0]);
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    let Some(&last) = polygon.last() else { return kept };
    let (mut previous, mut previous_side) = (last, side(last));
    for &point in polygon {
        let point_side = side(point);
        if (previous_side < 0.0) != (point_side < 0.0) {
            kept.push(crossing(previous, point, previous_side / (previous_side - point_side), from, to));
        }
        if point_side >= 0.0 {
            kept.push(point);
        }
        (previous, previous_side) = (point, point_side);
    }
    kept
}

/// The point at `share` of the way from `a` to `b`, which is on the line from `from` to `to`. On a line parallel to an axis it has
/// the line's own coordinate, free of rounding.
fn crossing(a: Point, b: Point, share: f64, from: Point, to: Point) -> Point {
    std::array::from_fn(|axis| if from[axis] == to[axis] { from[axis] } else { a[axis] + share * (b[axis] - a[axis]) })
}

/// The area of a polygon by the shoelace formula, with abscissas relative to the first point, as GEOS has them.
fn area(polygon: &[Point]) -> f64 {
    let [first, .., last] = polygon else { return 0.0 };
    let before = std::iter::once(last).chain(polygon);
    let after = polygon.iter().skip(1).chain(std::iter::once(first));
    let twice: f64 = polygon.iter().zip(before.zip(after)).map(|(p, (b, a))| (p[0] - first[0]) * (a[1] - b[1])).sum();
    (twice / 2.0).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPRIGHT: [Point; 4] = [[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0]];

    /// `Polygon(a).intersection(Polygon(b)).area`, shapely 2.2.0.
    #[test]
    fn areas_are_those_of_shapely() {
        let diamond = [[1.0, -1.0], [3.0, 1.0], [1.0, 3.0], [-1.0, 1.0]];
        assert_eq!(shared_area(&UPRIGHT, &diamond), 5.0);
        assert_eq!(shared_area(&diamond, &UPRIGHT), 5.0);
        let corner = [[3.0, 1.0], [7.0, 1.0], [7.0, 5.0], [3.0, 5.0]];
        assert_eq!(shared_area(&UPRIGHT, &corner), 1.0);
        let turned = [[0.1, 0.2], [5.3, 1.1], [4.2, 6.6], [-0.7, 4.9]];
        let other = [[2.5, -1.5], [7.5, 3.5], [3.5, 7.5], [-1.5, 2.5]];
        assert!((shared_area(&turned, &other) - 24.936_220_235_730_715).abs() < 1e-14);
    }

    #[test]
    fn apart_or_touching_is_no_area() {
        let touching = [[4.0, 0.0], [6.0, 0.0], [6.0, 2.0], [4.0, 2.0]];
        assert_eq!(shared_area(&UPRIGHT, &touching), 0.0);
        // The upright rectangles around both overlap; the polygons do not.
        let near = [[3.2, 3.0], [4.7, 1.5], [6.2, 3.0], [4.7, 4.5]];
        assert_eq!(shared_area(&UPRIGHT, &near), 0.0);
    }

    /// Of rectangles parallel to the axes GEOS gives the product of the sides, in the last bit too: here shapely 2.2.0.
    #[test]
    fn upright_rectangles_are_exact() {
        let rectangle =
            |left: f64, low: f64, right: f64, high: f64| [[right, low], [right, high], [left, high], [left, low]];
        let a = rectangle(24.8, -0.300_000_000_000_000_04, 29.2, 1.3);
        let b = rectangle(24.150_000_000_000_002, -0.299_999_999_999_999_93, 28.05, -0.099_999_999_999_999_95);
        assert_eq!(shared_area(&a, &b), 0.649_999_999_999_999_9);
    }
}
