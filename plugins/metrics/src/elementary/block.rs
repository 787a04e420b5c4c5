//! Blocks of pairs, of which functions take one small step after the other.
//!
//! Within a function, each operation waits for the one before it, and a processor looks only so far ahead for others that it could do meanwhile. So
//! what takes long goes by steps over a whole block: within a step, what is done to one pair waits for no other.

use super::pair::{Pair, Words};
use crate::summation;

/// The most pairs of a block: as many numbers as are summed at once.
const PAIRS: usize = summation::BLOCK / 2;

/// Some pairs. Behind those that are in use, there may be any.
pub(crate) type Block = [Pair; PAIRS];

/// A block to begin with.
pub(crate) fn zeros() -> Block {
    [Pair::splat(0.0); PAIRS]
}

/// A step: in each of the first `count` places, leaves in some blocks what `f` makes of their pairs and of those of others.
#[inline(always)]
pub(crate) fn each<const M: usize, const N: usize>(
    count: usize,
    mut to: [&mut Block; M],
    from: [&Block; N],
    f: impl Fn([Pair; M], [Pair; N]) -> [Pair; M],
) {
    let zero = Pair::splat(0.0);
    for place in 0..count.min(PAIRS) {
        // Loops rather than `map`, which compilers do not always unroll.
        let (mut here, mut others) = ([zero; M], [zero; N]);
        for (pair, block) in here.iter_mut().zip(&to) {
            *pair = block.get(place).copied().unwrap_or(zero);
        }
        for (pair, block) in others.iter_mut().zip(&from) {
            *pair = block.get(place).copied().unwrap_or(zero);
        }
        let made = f(here, others);
        for (block, pair) in to.iter_mut().zip(&made) {
            if let Some(to) = block.get_mut(place) {
                *to = *pair;
            }
        }
    }
}

/// True if a mask is set for any of the first `count` pairs of a block.
#[inline(always)]
pub(super) fn any(count: usize, block: &Block, mask: impl Fn(Pair) -> Words) -> bool {
    block.iter().take(count).fold(Words::splat(0), |all, pair| all | mask(*pair)).any()
}

/// Leaves in `to` the polynomials of numbers with these coefficients, the constant one first, by Horner's rule.
#[inline(always)]
pub(super) fn polynomials<const N: usize>(count: usize, to: &mut Block, x: &Block, coefficients: [f64; N]) {
    let [others @ .., highest] = coefficients.as_slice() else { return };
    each(count, [&mut *to], [], |_, []| [Pair::splat(*highest)]);
    let (rest, twos) = others.as_rchunks();
    for [second, first] in twos.iter().rev().map(|two| two.map(Pair::splat)) {
        each(count, [&mut *to], [x], |[sum], [x]| [(sum * x + first) * x + second]);
    }
    for coefficient in rest.iter().rev().map(|one| Pair::splat(*one)) {
        each(count, [&mut *to], [x], |[sum], [x]| [sum * x + coefficient]);
    }
}
