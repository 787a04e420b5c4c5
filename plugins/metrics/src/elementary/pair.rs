//! Two doubles, and two words of 64 bits, on which every operation works alike: a vector where Wasm has them, an array elsewhere.
//!
//! Everything is inlined, so that an array is two registers and not memory.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Sub};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod lanes {
    use core::arch::wasm32 as vector;

    pub(super) type Lanes = vector::v128;

    #[inline(always)]
    pub(super) fn of_numbers([a, b]: [f64; 2]) -> Lanes {
        vector::f64x2(a, b)
    }

    #[inline(always)]
    pub(super) fn numbers(lanes: Lanes) -> [f64; 2] {
        [vector::f64x2_extract_lane::<0>(lanes), vector::f64x2_extract_lane::<1>(lanes)]
    }

    #[inline(always)]
    pub(super) fn of_words([a, b]: [u64; 2]) -> Lanes {
        vector::u64x2(a, b)
    }

    #[inline(always)]
    pub(super) fn any(lanes: Lanes) -> bool {
        vector::v128_any_true(lanes)
    }

    #[inline(always)]
    pub(super) fn shift_left(lanes: Lanes, bits: u32) -> Lanes {
        vector::u64x2_shl(lanes, bits)
    }

    #[inline(always)]
    pub(super) fn shift_right(lanes: Lanes, bits: u32) -> Lanes {
        vector::u64x2_shr(lanes, bits)
    }

    #[inline(always)]
    pub(super) fn choose(mask: Lanes, then: Lanes, otherwise: Lanes) -> Lanes {
        vector::v128_bitselect(then, otherwise, mask)
    }

    pub(super) use vector::{
        f64x2_abs as abs, f64x2_add as add, f64x2_div as div, f64x2_eq as equal, f64x2_lt as less, f64x2_mul as mul,
        f64x2_neg as neg, f64x2_sqrt as sqrt, f64x2_sub as sub, u64x2_add as add_words, u64x2_sub as sub_words,
        v128_and as and, v128_or as or, v128_xor as xor,
    };
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    pub(super) type Lanes = [f64; 2];

    #[inline(always)]
    pub(super) fn of_numbers(numbers: [f64; 2]) -> Lanes {
        numbers
    }

    #[inline(always)]
    pub(super) fn numbers(lanes: Lanes) -> [f64; 2] {
        lanes
    }

    #[inline(always)]
    pub(super) fn of_words(words: [u64; 2]) -> Lanes {
        let [a, b] = words;
        [f64::from_bits(a), f64::from_bits(b)]
    }

    #[inline(always)]
    pub(super) fn any(lanes: Lanes) -> bool {
        let [a, b] = lanes;
        (a.to_bits() | b.to_bits()) != 0
    }

    #[inline(always)]
    fn one([a, b]: Lanes, f: impl Fn(f64) -> f64) -> Lanes {
        [f(a), f(b)]
    }

    #[inline(always)]
    fn two([a, c]: Lanes, [b, d]: Lanes, f: impl Fn(f64, f64) -> f64) -> Lanes {
        [f(a, b), f(c, d)]
    }

    #[inline(always)]
    fn mask([a, c]: Lanes, [b, d]: Lanes, f: impl Fn(f64, f64) -> bool) -> Lanes {
        let word = |holds| if holds { u64::MAX } else { 0 };
        of_words([word(f(a, b)), word(f(c, d))])
    }

    #[inline(always)]
    fn words([a, c]: Lanes, [b, d]: Lanes, f: impl Fn(u64, u64) -> u64) -> Lanes {
        of_words([f(a.to_bits(), b.to_bits()), f(c.to_bits(), d.to_bits())])
    }

    #[inline(always)]
    pub(super) fn add(a: Lanes, b: Lanes) -> Lanes {
        two(a, b, |a, b| a + b)
    }

    #[inline(always)]
    pub(super) fn sub(a: Lanes, b: Lanes) -> Lanes {
        two(a, b, |a, b| a - b)
    }

    #[inline(always)]
    pub(super) fn mul(a: Lanes, b: Lanes) -> Lanes {
        two(a, b, |a, b| a * b)
    }

    #[inline(always)]
    pub(super) fn div(a: Lanes, b: Lanes) -> Lanes {
        two(a, b, |a, b| a / b)
    }

    #[inline(always)]
    pub(super) fn neg(a: Lanes) -> Lanes {
        one(a, |a| -a)
    }

    #[inline(always)]
    pub(super) fn abs(a: Lanes) -> Lanes {
        one(a, f64::abs)
    }

    #[inline(always)]
    pub(super) fn sqrt(a: Lanes) -> Lanes {
        one(a, f64::sqrt)
    }

    #[inline(always)]
    pub(super) fn less(a: Lanes, b: Lanes) -> Lanes {
        mask(a, b, |a, b| a < b)
    }

    #[inline(always)]
    pub(super) fn equal(a: Lanes, b: Lanes) -> Lanes {
        mask(a, b, |a, b| a == b)
    }

    #[inline(always)]
    pub(super) fn add_words(a: Lanes, b: Lanes) -> Lanes {
        words(a, b, u64::wrapping_add)
    }

    #[inline(always)]
    pub(super) fn sub_words(a: Lanes, b: Lanes) -> Lanes {
        words(a, b, u64::wrapping_sub)
    }

    #[inline(always)]
    pub(super) fn and(a: Lanes, b: Lanes) -> Lanes {
        words(a, b, |a, b| a & b)
    }

    #[inline(always)]
    pub(super) fn or(a: Lanes, b: Lanes) -> Lanes {
        words(a, b, |a, b| a | b)
    }

    #[inline(always)]
    pub(super) fn xor(a: Lanes, b: Lanes) -> Lanes {
        words(a, b, |a, b| a ^ b)
    }

    #[inline(always)]
    pub(super) fn shift_left(lanes: Lanes, bits: u32) -> Lanes {
        words(lanes, lanes, |word, _| word << bits)
    }

    #[inline(always)]
    pub(super) fn shift_right(lanes: Lanes, bits: u32) -> Lanes {
        words(lanes, lanes, |word, _| word >> bits)
    }

    #[inline(always)]
    pub(super) fn choose(mask: Lanes, then: Lanes, otherwise: Lanes) -> Lanes {
        or(and(mask, then), words(mask, otherwise, |mask, other| !mask & other))
    }
}

/// Two doubles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair(lanes::Lanes);

/// Two words; as a mask, all bits of a word are set where something holds, and none where it does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(lanes::Lanes);

impl Pair {
    #[inline(always)]
    pub(crate) fn new(numbers: [f64; 2]) -> Self {
        Pair(lanes::of_numbers(numbers))
    }

    #[inline(always)]
    pub(crate) fn splat(number: f64) -> Self {
        Pair::new([number; 2])
    }

    #[inline(always)]
    pub(crate) fn numbers(self) -> [f64; 2] {
        lanes::numbers(self.0)
    }

    #[inline(always)]
    pub(super) fn words(self) -> Words {
        Words(self.0)
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        Pair(lanes::abs(self.0))
    }

    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        Pair(lanes::sqrt(self.0))
    }

    #[inline(always)]
    pub(super) fn less(self, other: Self) -> Words {
        Words(lanes::less(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn equal(self, other: Self) -> Words {
        Words(lanes::equal(self.0, other.0))
    }

    /// The number, or a bound that it is beyond. NaN stays NaN.
    #[inline(always)]
    pub(crate) fn clamp(self, low: f64, high: f64) -> Self {
        let (low, high) = (Pair::splat(low), Pair::splat(high));
        high.less(self).choose(high, self.less(low).choose(low, self))
    }

    /// 0 where `self` is 0, else `other`.
    #[inline(always)]
    pub(crate) fn zero_or(self, other: Self) -> Self {
        let zero = Pair::splat(0.0);
        self.equal(zero).choose(zero, other)
    }

    /// The number, or 0 for NaN.
    #[inline(always)]
    pub(crate) fn or_zero(self) -> Self {
        self.equal(self).choose(self, Pair::splat(0.0))
    }
}

impl Words {
    #[inline(always)]
    pub(super) fn splat(word: u64) -> Self {
        Words(lanes::of_words([word; 2]))
    }

    #[inline(always)]
    pub(super) fn numbers(self) -> Pair {
        Pair(self.0)
    }

    #[inline(always)]
    pub(super) fn any(self) -> bool {
        lanes::any(self.0)
    }

    /// `then` where the mask is set, else `otherwise`.
    #[inline(always)]
    pub(super) fn choose(self, then: Pair, otherwise: Pair) -> Pair {
        Pair(lanes::choose(self.0, then.0, otherwise.0))
    }

    #[inline(always)]
    pub(super) fn shift_left(self, bits: u32) -> Self {
        Words(lanes::shift_left(self.0, bits))
    }

    #[inline(always)]
    pub(super) fn shift_right(self, bits: u32) -> Self {
        Words(lanes::shift_right(self.0, bits))
    }
}

macro_rules! operations {
    ($($type:ident $trait:ident $method:ident $lanes:ident)*) => {
        $(impl $trait for $type {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                $type(lanes::$lanes(self.0, other.0))
            }
        })*
    };
}

operations! {
    Pair Add add add
    Pair Sub sub sub
    Pair Mul mul mul
    Pair Div div div
    Words Add add add_words
    Words Sub sub sub_words
    Words BitAnd bitand and
    Words BitOr bitor or
    Words BitXor bitxor xor
}

impl Neg for Pair {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Pair(lanes::neg(self.0))
    }
}
