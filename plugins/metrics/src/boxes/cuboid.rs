//! A box in space that stands upright.

use std::error::Error;
use std::fmt;

use super::polygon::{Point, shared_area};

/// An upright box in space, turned about the vertical axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Cuboid {
    ground: [Point; 4],
    bottom: f64,
    top: f64,
    volume: f64,
}

/// Why numbers are no box in space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CuboidProblem {
    /// A number is NaN.
    NotANumber,
    /// A width, length or height is 0 or less.
    NotPositive,
    /// A number is infinite, or so large that the ground corners, rounded to doubles, do not make right angles.
    NotSquare,
}

impl fmt::Display for CuboidProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CuboidProblem::NotANumber => "a number is NaN: give finite numbers",
            CuboidProblem::NotPositive => "width, length and height must be larger than 0",
            CuboidProblem::NotSquare => "it is too large, or too far from the origin, to be computed with",
        })
    }
}

impl Error for CuboidProblem {}

/// How far from 0 the dot product of two sides may be: the tolerance of `numpy.isclose(x, 0)`.
const SQUARE_WITHIN: f64 = 1e-8;

impl Cuboid {
    /// From centre (x, y, z), width, length, height, and yaw in radians. The length is along the x axis where yaw is 0.
    ///
    /// *Square corners*: numpy's `isclose` must find the sides at each corner at right angles. Rounding prevents that for many boxes
    /// from about 10^9 from the origin, and for most from 10^5 long. A corrected grader takes them.
    ///
    /// # Errors
    ///
    /// If the numbers are no box by these rules.
    pub fn new(numbers: [f64; 7]) -> Result<Self, CuboidProblem> {
        let [x, y, z, width, length, height, yaw] = numbers;
        if numbers.iter().any(|number| number.is_nan()) {
            return Err(CuboidProblem::NotANumber);
        }
        if !(width > 0.0 && length > 0.0 && height > 0.0) {
            return Err(CuboidProblem::NotPositive);
        }
        // By way of a unit quaternion, whose rounding decides which boxes are parallel to the axes.
        let (sine, cosine) = (yaw / 2.0).sin_cos();
        let (cos, sin) = (cosine * cosine - sine * sine, cosine * sine + sine * cosine);
        let corner = |along: f64, across: f64| {
            [
                x + along * (length / 2.0 * cos) - across * (width / 2.0 * sin),
                y + along * (length / 2.0 * sin) + across * (width / 2.0 * cos),
            ]
        };
        let ground = [corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0), corner(-1.0, -1.0)];
        let square = |a: Point, b: Point, c: Point| {
            ((b[0] - a[0]) * (c[0] - a[0]) + (b[1] - a[1]) * (c[1] - a[1])).abs() <= SQUARE_WITHIN
        };
        let [a, b, c, d] = ground;
        if !(square(a, b, d) && square(b, a, c) && square(c, b, d) && square(d, a, c)) {
            return Err(CuboidProblem::NotSquare);
        }
        Ok(Cuboid { ground, bottom: z - height / 2.0, top: z + height / 2.0, volume: width * length * height })
    }

    /// The intersection over union of two boxes, by volume, from 0 to 1.
    #[must_use]
    pub fn iou(&self, other: &Cuboid) -> f64 {
        let height = (self.top.min(other.top) - self.bottom.max(other.bottom)).max(0.0);
        if height == 0.0 {
            return 0.0;
        }
        let intersection = height * shared_area(&self.ground, &other.ground);
        (intersection / (self.volume + other.volume - intersection)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iou(numbers: [f64; 7]) -> f64 {
        let car = Cuboid::new([0.0, 0.0, 0.0, 2.0, 4.0, 1.5, 0.0]).unwrap();
        Cuboid::new(numbers).unwrap().iou(&car)
    }

    /// With pyquaternion 0.9.9, shapely 2.2.0 and numpy 2.4.6.
    #[test]
    fn ious_are_those_of_shapely() {
        let close =
            |numbers, expected: f64| assert!((iou(numbers) - expected).abs() < 1e-15, "{} {expected}", iou(numbers));
        close([0.5, 0.25, 0.25, 2.0, 4.0, 1.5, 0.3], 0.459_989_277_125_795);
        close([1.0, -0.5, 0.0, 1.0, 6.0, 1.0, 2.1], 0.147_734_834_236_073_17);
        close([0.0, 0.0, 0.0, 2.0, 4.0, 1.5, std::f64::consts::FRAC_PI_2], 0.333_333_333_333_333_3);
        close([0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.7], 0.010_416_666_666_666_666);
        close([3.1, 2.2, 0.0, 2.0, 4.0, 1.5, -0.8], 0.0);
        // Above the car, not beside it.
        close([0.0, 0.0, 1.5, 2.0, 4.0, 1.5, 0.0], 0.0);
    }

    /// Three quarters shared: 0.6, which `0.6` as a threshold must not be below.
    #[test]
    fn parallel_boxes_meet_thresholds_exactly() {
        for at in [1.1, 100.3, 1000.7] {
            let a = Cuboid::new([at, at, 0.0, 2.0, 4.0, 1.5, 0.0]).unwrap();
            let b = Cuboid::new([at + 1.0, at, 0.0, 2.0, 4.0, 1.5, 0.0]).unwrap();
            assert_eq!(a.iou(&b), 0.6);
        }
    }

    /// Accepted and refused by the reference's checks, with numpy 2.4.6: rounding decides, not the distance alone.
    #[test]
    fn corners_must_be_square() {
        let new = |x, y, length| Cuboid::new([x, y, 0.0, 2.0, length, 1.5, 0.3]).map(|_| ());
        assert_eq!(new(1e7, 1e7, 4.0), Ok(()));
        assert_eq!(new(1e9, 1e9, 4.0), Err(CuboidProblem::NotSquare));
        assert_eq!(new(1e11, 1e11, 4.0), Ok(()));
        assert_eq!(new(3.0, 4.0, 1e4), Ok(()));
        assert_eq!(new(3.0, 4.0, 1e5), Err(CuboidProblem::NotSquare));
        assert_eq!(new(f64::INFINITY, f64::INFINITY, 4.0), Err(CuboidProblem::NotSquare));
    }

    #[test]
    fn numbers_must_make_a_box() {
        let new = |z, height, yaw| Cuboid::new([0.0, 0.0, z, 2.0, 4.0, height, yaw]).map(|_| ());
        assert_eq!(new(f64::NAN, 1.0, 0.0), Err(CuboidProblem::NotANumber));
        assert_eq!(new(0.0, 1.0, f64::NAN), Err(CuboidProblem::NotANumber));
        assert_eq!(new(0.0, 0.0, 0.0), Err(CuboidProblem::NotPositive));
        assert_eq!(new(0.0, -1.0, 0.0), Err(CuboidProblem::NotPositive));
        // An infinite height passes, and shares nothing with any box.
        assert_eq!(new(0.0, f64::INFINITY, 0.0), Ok(()));
        assert_eq!(iou([0.0, 0.0, 0.0, 2.0, 4.0, f64::INFINITY, 0.0]), 0.0);
    }
}
