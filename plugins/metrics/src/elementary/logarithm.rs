//! Natural logarithms.

use super::pair::{Pair, Words};
use super::polynomial;

/// ln 2, whose first part has 32 bits, so that its product with an exponent is exact.
const LN_2: [f64; 2] = [0.6931471803691238, 1.9082149292705877e-10];

/// `(ln((1 + s) / (1 - s)) - 2 s) / s^3` by powers of `s^2`, for `|s|` up to 0.1716.
const COEFFICIENTS: [f64; 7] = [
    0.666666666666667,
    0.39999999999899455,
    0.2857142862599856,
    0.2222221113102852,
    0.1818288939967772,
    0.15331712479381301,
    0.14616562422104645,
];

/// The natural logarithm: minus infinity of 0, NaN of numbers below 0.
pub(crate) fn ln(x: Pair) -> Pair {
    let tiny = x.less(Pair::splat(f64::MIN_POSITIVE));
    let scaled = tiny.choose(x * Pair::splat(TWO_POW_54), x);
    let shift = tiny.choose(Pair::splat(54.0), Pair::splat(0.0));
    special(x, of_normal(scaled, shift, Pair::splat(0.0)))
}

/// `ln(1 + x)`, exact in relation to small `x` too: minus infinity of -1, NaN of numbers below -1.
pub(crate) fn ln_1p(x: Pair) -> Pair {
    let one = Pair::splat(1.0);
    let sum = one + x;
    // What rounding took from the sum, as a share of it. Of large numbers it is less than half an ulp of their logarithm.
    let lost = sum.less(one + one).choose(x - (sum - one), one - (sum - x));
    let value = special(sum, of_normal(sum, Pair::splat(0.0), lost / sum));
    // A sum of 1 has the logarithm 0, and `x`, which may be -0, is its own.
    x.abs().less(Pair::splat(f64::EPSILON / 2.0)).choose(x, value)
}

const TWO_POW_54: f64 = 18_014_398_509_481_984.0;

/// The square root of 1/2, in front of which a power of 2 puts the number.
const ROOT_OF_HALF: u64 = 0x3fe6_a09e_0000_0000;

const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;

/// `ln(x) - shift ln 2 + small`, for normal numbers: `x` is `2^k m` with `m` from the square root of 1/2 to that of 2, and `ln(m)` a
/// series in `s = (m - 1) / (m + 1)`.
#[inline(always)]
fn of_normal(x: Pair, shift: Pair, small: Pair) -> Pair {
    let above = x.words() + Words::splat((1023 << 52) - ROOT_OF_HALF);
    // In front of 2^52, a whole number is the last bits of a double.
    let exponent = ((above.shift_right(52)) | Words::splat(0x4330_0000_0000_0000)).numbers();
    let exponent = exponent - Pair::splat(4_503_599_627_370_496.0 + 1023.0) - shift;
    let m = ((above & Words::splat(MANTISSA)) + Words::splat(ROOT_OF_HALF)).numbers();

    let f = m - Pair::splat(1.0);
    let s = f / (f + Pair::splat(2.0));
    let z = s * s;
    let series = z * polynomial(z, COEFFICIENTS);
    // ln(m) = f - (f^2/2 - s (f^2/2 + series)), where the bracket is small against f.
    let half = Pair::splat(0.5) * f * f;
    let bracket = half - (s * (half + series) + (exponent * Pair::splat(LN_2[1]) + small));
    exponent * Pair::splat(LN_2[0]) - (bracket - f)
}

/// The logarithm where `x` is not a positive finite number.
#[inline(always)]
fn special(x: Pair, value: Pair) -> Pair {
    let (zero, infinity) = (Pair::splat(0.0), Pair::splat(f64::INFINITY));
    let value = zero.less(x).choose(value, Pair::splat(f64::NAN));
    let value = x.equal(infinity).choose(infinity, value);
    x.equal(zero).choose(-infinity, value)
}
