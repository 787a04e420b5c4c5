//! Sine and cosine.

use super::pair::{Pair, Words};
use super::polynomial;
use super::reduction::{Reduced, reduce};

/// `(sin(x) - x) / x^3` by powers of `x^2`, for `|x|` up to pi/4.
const SINE: [f64; 6] = [
    -0.16666666666666666,
    0.008333333333330948,
    -0.00019841269836758574,
    2.7557316102552418e-06,
    -2.5051131844998664e-08,
    1.5918129294509297e-10,
];

/// `(cos(x) - 1 + x^2/2) / x^4` by powers of `x^2`, for `|x|` up to pi/4.
const COSINE: [f64; 6] = [
    0.041666666666666664,
    -0.0013888888888887398,
    2.480158729876569e-05,
    -2.7557317271729777e-07,
    2.0876146268400097e-09,
    -1.1382632425298186e-11,
];

/// The sine and the cosine of angles in radians, of any size; NaN of infinite ones.
pub(crate) fn sin_cos(x: Pair) -> (Pair, Pair) {
    let Reduced { high, low, quadrant } = reduce(x);
    let (one, half) = (Pair::splat(1.0), Pair::splat(0.5));
    let z = high * high;
    // Both at the sum of the two parts, to the first order in the lower one.
    let cubic = z * high;
    let [constant, others @ ..] = SINE;
    let series = polynomial(z, others);
    let sine = high - ((z * (half * low - cubic * series) - low) - cubic * Pair::splat(constant));
    let square = half * z;
    let near = one - square;
    let cosine = near + (((one - near) - square) + (z * z * polynomial(z, COSINE) - high * low));

    let odd = Words::splat(0) - (quadrant & Words::splat(1));
    let (sine, cosine) = (odd.choose(cosine, sine), odd.choose(sine, cosine));
    let sign = |quadrant: Words| (quadrant & Words::splat(2)).shift_left(62);
    let sine = (sine.words() ^ sign(quadrant)).numbers();
    let cosine = (cosine.words() ^ sign(quadrant + Words::splat(1))).numbers();
    // Of zeros the sign is kept.
    (x.equal(Pair::splat(0.0)).choose(x, sine), cosine)
}
