//! Sine and cosine.

use super::block::{Block, each, polynomials, zeros};
use super::pair::{Pair, Words};
use super::polynomial;
use super::reduction::{Reduced, Reduction, reduce};

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
    // Both at the sum of the two parts, to the first order in the lower one.
    let z = high * high;
    let [constant, others @ ..] = SINE;
    let sine = sine(high, low, z, constant, polynomial(z, others));
    let cosine = cosine(high, low, z, polynomial(z, COSINE));
    (turned_sine(x, sine, cosine, quadrant), turned_cosine(sine, cosine, quadrant))
}

/// The sine of a reduced angle, by what the series comes to.
#[inline(always)]
fn sine(high: Pair, low: Pair, z: Pair, constant: f64, series: Pair) -> Pair {
    let cubic = z * high;
    high - ((z * (Pair::splat(0.5) * low - cubic * series) - low) - cubic * Pair::splat(constant))
}

/// The cosine of a reduced angle, by what the series comes to.
#[inline(always)]
fn cosine(high: Pair, low: Pair, z: Pair, series: Pair) -> Pair {
    let (one, square) = (Pair::splat(1.0), Pair::splat(0.5) * z);
    let near = one - square;
    near + (((one - near) - square) + (z * z * series - high * low))
}

/// The sine of the angle that so many right angles were taken from.
#[inline(always)]
fn turned_sine(x: Pair, sine: Pair, cosine: Pair, quadrant: Words) -> Pair {
    let turned = (odd(quadrant).choose(cosine, sine).words() ^ sign(quadrant)).numbers();
    // Of zeros the sign is kept.
    x.equal(Pair::splat(0.0)).choose(x, turned)
}

/// The cosine of the angle that so many right angles were taken from.
#[inline(always)]
fn turned_cosine(sine: Pair, cosine: Pair, quadrant: Words) -> Pair {
    (odd(quadrant).choose(sine, cosine).words() ^ sign(quadrant + Words::splat(1))).numbers()
}

/// Where a whole number is odd.
#[inline(always)]
fn odd(quadrant: Words) -> Words {
    Words::splat(0) - (quadrant & Words::splat(1))
}

#[inline(always)]
fn sign(quadrant: Words) -> Words {
    (quadrant & Words::splat(2)).shift_left(62)
}

/// [`sin_cos`] of a block's angles, to the last bit.
pub(crate) struct SinCos {
    reduction: Reduction,
    squares: Block,
}

impl SinCos {
    pub(crate) fn new() -> Self {
        SinCos { reduction: Reduction::new(), squares: zeros() }
    }

    /// Leaves sines and cosines of the first `count` pairs.
    pub(crate) fn find(&mut self, count: usize, angles: &Block, sines: &mut Block, cosines: &mut Block) {
        let SinCos { reduction, squares: z } = self;
        if !reduction.reduce(count, angles) {
            each(count, [sines, cosines], [angles], |_, [x]| sin_cos(x).into());
            return;
        }
        let Reduction { high, low, quadrant, .. } = reduction;
        each(count, [z], [high], |_, [high]| [high * high]);
        let [constant, others @ ..] = SINE;
        polynomials(count, sines, z, others);
        polynomials(count, cosines, z, COSINE);
        each(count, [sines], [high, low, z], |[series], [high, low, z]| [sine(high, low, z, constant, series)]);
        each(count, [cosines], [high, low, z], |[series], [high, low, z]| [cosine(high, low, z, series)]);
        each(count, [sines, cosines], [angles, quadrant], |[sine, cosine], [x, quadrant]| {
            let quadrant = quadrant.words();
            [turned_sine(x, sine, cosine, quadrant), turned_cosine(sine, cosine, quadrant)]
        });
    }
}
