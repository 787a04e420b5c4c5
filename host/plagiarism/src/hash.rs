//! The hashes of tokens and of k tokens in a row, as Dolos computes them: equal figures need equal hashes, since winnowing chooses by them,
//! and since two that collide count as shared.

/// The modulus of all hashes, a prime below 2^25: the product of two of them is exact in the numbers of JavaScript.
const MODULUS: u64 = 33_554_393;

/// The base for the characters of a token.
const TOKEN_BASE: u64 = 747_287;

/// The base for tokens in a row.
const ROLLING_BASE: u64 = 4_194_301;

/// The hash of a token: the kind of a node of the syntax tree, or a bracket around it.
pub(crate) fn of_token(token: &str) -> u32 {
    let hash = token.encode_utf16().fold(0, |hash, unit| (hash + u64::from(unit)) * TOKEN_BASE % MODULUS);
    small(hash)
}

/// The hashes of all k tokens in a row, in their order: none if there are fewer.
pub(crate) fn of_kgrams(tokens: impl ExactSizeIterator<Item = u32> + Clone, k: usize) -> Vec<u32> {
    let Some(last) = tokens.len().checked_sub(k).filter(|_| k > 0) else { return Vec::new() };
    let mut hashes = Vec::with_capacity(last + 1);
    // What a token weighs when it leaves.
    let leaving = MODULUS - (0..k).fold(1, |power, _| power * ROLLING_BASE % MODULUS);
    // What left: nothing, for the first k tokens.
    let mut left = std::iter::repeat_n(0, k).chain(tokens.clone().map(u64::from));
    let mut hash = 0;
    for (place, token) in tokens.enumerate() {
        hash = (ROLLING_BASE * hash + u64::from(token) + leaving * left.next().unwrap_or_default()) % MODULUS;
        if place + 1 >= k {
            hashes.push(small(hash));
        }
    }
    hashes
}

/// A remainder of the modulus, which has 25 bits.
fn small(hash: u64) -> u32 {
    u32::try_from(hash).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures are those of `TokenHash` and `RollingHash` of @dodona/dolos-core 1.2.1.
    #[test]
    fn hashes_are_those_of_dolos() {
        let tokens = ["(", "module", "(", "identifier", ")", ")", "é𝄞", ""].map(of_token);
        assert_eq!(tokens, [29_891_480, 24_767_747, 29_891_480, 258_688, 30_638_767, 30_638_767, 25_374_893, 0]);
        let of = |k| of_kgrams(tokens.iter().copied(), k);
        assert_eq!(of(1), tokens);
        assert_eq!(of(3), [13_646_275, 28_560_385, 22_964_965, 17_692_820, 31_677_917, 21_599_055]);
        assert_eq!(of(8), [17_220_094]);
        assert!(of(9).is_empty());
    }

    #[test]
    fn a_hash_depends_on_its_own_tokens_alone() {
        let one = of_kgrams([1, 2, 3, 4, 5].into_iter(), 3);
        let other = of_kgrams([9, 9, 3, 4, 5].into_iter(), 3);
        assert_eq!((one.len(), one.last()), (3, other.last()));
        assert_ne!(one.first(), other.first());
    }
}
