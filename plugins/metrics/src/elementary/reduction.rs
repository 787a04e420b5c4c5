//! Angles less their multiples of a right angle.

use super::block::{Block, any, each, zeros};
use super::pair::{Pair, Words};

/// pi/2 in three parts of 33 bits, whose products with whole numbers below 2^20 are exact, and the rest.
const RIGHT_ANGLE: [f64; 4] = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];

/// Less than pi/4.
const SMALL: f64 = 0.785;

/// Up to this angle, a multiple of pi/2 is taken away in parts. It is less than 2^20 right angles.
const USUAL: f64 = 1e6;

/// An angle from about -pi/4 to pi/4, as the unrounded sum of two doubles, and how many right angles were taken away (modulo 4, in the
/// last two bits).
pub(super) struct Reduced {
    pub(super) high: Pair,
    pub(super) low: Pair,
    pub(super) quadrant: Words,
}

/// Reduces finite angles of any size; infinite ones become NaN.
#[inline(always)]
pub(super) fn reduce(x: Pair) -> Reduced {
    // Whose nearest multiple of pi/2 is 0 is reduced already.
    let small = x.abs().less(Pair::splat(SMALL));
    if !(small ^ Words::splat(u64::MAX)).any() {
        return Reduced { high: x, low: Pair::splat(0.0), quadrant: Words::splat(0) };
    }
    let usual = x.abs().less(Pair::splat(USUAL));
    let reduced = by_parts(usual.choose(x, Pair::splat(0.0)));
    if !(usual ^ Words::splat(u64::MAX)).any() {
        return reduced;
    }
    let [a, b] = x.numbers().map(by_integers);
    Reduced {
        high: usual.choose(reduced.high, Pair::new([a.0, b.0])),
        low: usual.choose(reduced.low, Pair::new([a.1, b.1])),
        quadrant: usual.choose(reduced.quadrant.numbers(), Pair::new([a.2, b.2].map(f64::from_bits))).words(),
    }
}

/// Cody and Waite's reduction, with what rounding takes from each difference.
#[inline(always)]
fn by_parts(x: Pair) -> Reduced {
    let shifted = shifted(x);
    let n = shifted - Pair::splat(WHOLE);
    let [first, second, third, rest] = RIGHT_ANGLE.map(|part| n * Pair::splat(part));
    let high = x - first;
    let sum = high - second;
    let less = sum - third;
    let low = lost(high, second, sum) + lost(sum, third, less) - rest;
    let high = less + low;
    Reduced { high, low: (less - high) + low, quadrant: shifted.words() }
}

/// Added to this, a number is rounded to a whole one, which the last bits of the sum hold.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// The right angles nearest to an angle, as the last bits.
#[inline(always)]
fn shifted(x: Pair) -> Pair {
    x * Pair::splat(std::f64::consts::FRAC_2_PI) + Pair::splat(WHOLE)
}

/// The angles of a block, reduced as [`by_parts`] does it.
pub(super) struct Reduction {
    pub(super) high: Block,
    pub(super) low: Block,
    /// How many right angles were taken away, as words.
    pub(super) quadrant: Block,
    n: Block,
    sum: Block,
}

impl Reduction {
    pub(super) fn new() -> Self {
        Reduction { high: zeros(), low: zeros(), quadrant: zeros(), n: zeros(), sum: zeros() }
    }

    /// Reduces the first `count` pairs of angles. False, if some are too large for that.
    pub(super) fn reduce(&mut self, count: usize, angles: &Block) -> bool {
        let usual = |x: Pair| x.abs().less(Pair::splat(USUAL));
        if any(count, angles, |x| usual(x) ^ Words::splat(u64::MAX)) {
            return false;
        }
        let Reduction { high, low, quadrant, n, sum } = self;
        let [first, second, third, rest] = RIGHT_ANGLE.map(Pair::splat);
        each(count, [quadrant, n], [angles], |_, [x]| {
            let shifted = shifted(x);
            [shifted, shifted - Pair::splat(WHOLE)]
        });
        each(count, [high, low, sum], [angles, n], |_, [x, n]| {
            let (high, low) = (x - n * first, n * second);
            [high, low, high - low]
        });
        each(count, [low], [high, sum], |[low], [high, sum]| [lost(high, low, sum)]);
        each(count, [sum, low], [n], |[sum, low], [n]| {
            let third = n * third;
            let less = sum - third;
            [less, low + lost(sum, third, less) - n * rest]
        });
        each(count, [high, low], [sum], |[_, low], [sum]| {
            let high = sum + low;
            [high, (sum - high) + low]
        });
        true
    }
}

/// What rounding took from the difference of two doubles (Dekker). That is exact where the first is the larger one, and also where it is a multiple of
/// what the last bit of the second is worth: here, all of the first are multiples of 2^-65, and these bits are worth 2^-67 at most.
#[inline(always)]
fn lost(a: Pair, b: Pair, difference: Pair) -> Pair {
    (a - difference) - b
}

/// 2/pi, of which the first bit is worth 1/2. Further bits are worth nothing to any double.
const TWO_OVER_PI: [u64; 20] = [
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
    0xf0cf_bc20_9af4_361d,
];

/// Payne and Hanek's reduction: of `x * 2/pi`, only the bits below 4 are computed, in whole numbers.
fn by_integers(x: f64) -> (f64, f64, u64) {
    if !x.is_finite() {
        return (f64::NAN, f64::NAN, 0);
    }
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1075;
    // 256 bits of 2/pi, from the first one that, times the mantissa, is not surely a multiple of 4.
    let word =
        |place: i32| usize::try_from(place).ok().and_then(|place| TWO_OVER_PI.get(place)).copied().unwrap_or_default();
    let window = |place: i32| {
        let start = exponent - 2 + 64 * place;
        let (at, bits) = (start.div_euclid(64), start.rem_euclid(64));
        word(at) << bits | (word(at + 1) >> 1) >> (63 - bits)
    };
    let (mut product, mut carry) = ([0_u64; 4], 0_u128);
    for (place, digit) in (0..4).zip(product.iter_mut()).rev() {
        carry += u128::from(window(place)) * u128::from(mantissa);
        *digit = carry as u64;
        carry >>= 64;
    }
    let [a, b, c, _] = product;
    // Two bits of quadrant, then the fraction of a right angle: one above a half is one below 0 of the next.
    let fraction = (u128::from(a) << 66 | u128::from(b) << 2 | u128::from(c >> 62)) as i128;
    let quadrant = (a >> 62) + u64::from(fraction < 0);
    const SCALE: f64 = 1.0 / ((1_u128 << 64) as f64 * (1_u128 << 64) as f64);
    let high = fraction as f64;
    let low = fraction.wrapping_sub(high as i128) as f64;
    let (high, low) = (high * SCALE, low * SCALE);
    let (product, lost) = product_and_rest(high, std::f64::consts::FRAC_PI_2);
    // The second part is what pi/2 is more than its double.
    let low = lost + (high * 6.123233995736766e-17 + low * std::f64::consts::FRAC_PI_2);
    let sum = product + low;
    let rest = (product - sum) + low;
    if x < 0.0 { (-sum, -rest, quadrant.wrapping_neg()) } else { (sum, rest, quadrant) }
}

/// The product of two doubles, and what rounding took from it (Dekker).
fn product_and_rest(a: f64, b: f64) -> (f64, f64) {
    let halves = |x: f64| {
        let scaled = x * 134_217_729.0;
        let high = scaled - (scaled - x);
        (high, x - high)
    };
    let product = a * b;
    let ((a, a_low), (b, b_low)) = (halves(a), halves(b));
    (product, ((a * b - product) + a * b_low + a_low * b) + a_low * b_low)
}
