//! Arcsine and arccosine.

use super::block::{Block, each, polynomials, zeros};
use super::pair::{Pair, Words};
use super::polynomial;

/// `(asin(x) - x) / x^3` by powers of `x^2`, for `|x|` up to 1/2.
const COEFFICIENTS: [f64; 13] = [
    0.16666666666666669,
    0.07499999999998425,
    0.04464285714637338,
    0.030381944137085216,
    0.022372173002005596,
    0.017352391265909227,
    0.013971235301124539,
    0.011478952690257387,
    0.010324318288744113,
    0.00545087818772055,
    0.017419357964884856,
    -0.014881409392818066,
    0.02877844261259304,
];

/// pi/2, and what it is more than this double.
const RIGHT_ANGLE: [f64; 2] = [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17];

/// The arccosine, from 0 to pi; NaN of numbers beyond -1 and 1.
#[cfg(test)]
pub(crate) fn acos(x: Pair) -> Pair {
    let (small, square) = square(x);
    let z = small.choose(x * x, square);
    of_series(x, square, z * polynomial(z, COEFFICIENTS))
}

/// The arccosine, by `asin(r) / r - 1`.
#[inline(always)]
fn of_series(x: Pair, square: Pair, share: Pair) -> Pair {
    let [high, low] = RIGHT_ANGLE.map(Pair::splat);
    let zero = Pair::splat(0.0);
    let Root { root, upper, rest } = root_of(square);
    // acos(x) = pi/2 - asin(x) near 0, 2 asin(r) near 1 and pi - 2 asin(r) near -1, with r the root of (1 - |x|) / 2.
    let middle = high - (x - (low - x * share));
    let negative = x.less(zero);
    let half = upper + (rest + root * share - negative.choose(low, zero));
    let outer = Pair::splat(2.0) * negative.choose(high - half, half);
    x.abs().less(Pair::splat(0.5)).choose(middle, outer)
}

/// [`acos`] of a block's numbers, to the last bit.
pub(crate) struct Acos {
    squares: Block,
    powers: Block,
    series: Block,
}

impl Acos {
    pub(crate) fn new() -> Self {
        Acos { squares: zeros(), powers: zeros(), series: zeros() }
    }

    /// Leaves the arccosines of the first `count` pairs in their place.
    pub(crate) fn find(&mut self, count: usize, numbers: &mut Block) {
        let Acos { squares, powers: z, series } = self;
        each(count, [squares, z], [numbers], |_, [x]| {
            let (small, square) = square(x);
            [square, small.choose(x * x, square)]
        });
        polynomials(count, series, z, COEFFICIENTS);
        each(count, [numbers], [squares, z, series], |[x], [square, z, series]| [of_series(x, square, z * series)]);
    }
}

/// The arcsine, from -pi/2 to pi/2; NaN of numbers beyond -1 and 1.
pub(crate) fn asin(x: Pair) -> Pair {
    let [high, low] = RIGHT_ANGLE.map(Pair::splat);
    let two = Pair::splat(2.0);
    let (small, square) = square(x);
    let z = small.choose(x * x, square);
    let share = z * polynomial(z, COEFFICIENTS);
    let Root { root, upper, rest } = root_of(square);
    // pi/2 - 2 asin(r), where the difference of pi/4 and what is exact of the latter loses the least.
    let quarter = Pair::splat(0.5) * high;
    let outer = quarter - ((two * root * share - (low - two * rest)) - (quarter - two * upper));
    let sign = x.words() & Words::splat(1 << 63);
    small.choose(x + x * share, (outer.words() | sign).numbers())
}

/// The square root of `(1 - |x|) / 2`.
struct Root {
    root: Pair,
    /// Its upper half, whose square is exact.
    upper: Pair,
    /// What the root is more than that.
    rest: Pair,
}

/// Where `|x|` is below 1/2, and `(1 - |x|) / 2`.
#[inline(always)]
fn square(x: Pair) -> (Words, Pair) {
    let half = Pair::splat(0.5);
    (x.abs().less(half), (Pair::splat(1.0) - x.abs()) * half)
}

#[inline(always)]
fn root_of(square: Pair) -> Root {
    let root = square.sqrt();
    let upper = (root.words() & Words::splat(0xffff_ffff_0000_0000)).numbers();
    let rest = (square - upper * upper) / (root + upper);
    let rest = square.equal(Pair::splat(0.0)).choose(square, rest);
    Root { root, upper, rest }
}
