//! Texts as sequences of words and numbers, which are the same whatever stands between: as a table, a list or a dictionary.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A word or a number, by a hash of its own.
pub(crate) type Token = u64;

/// What multiplies the hash of a window when it moves on.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The words and numbers of a text: letters, digits, `_`, points within, and whatever is not ASCII. A number has no sign, and no zeros at its
/// end behind the point.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let is_between = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || !c.is_ascii());
    text.split(is_between).map(|word| word.trim_matches('.')).filter(|word| !word.is_empty()).map(token)
}

fn token(word: &str) -> Token {
    let is_decimal = word.contains('.') && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let word = if is_decimal { word.trim_end_matches('0').trim_end_matches('.') } else { word };
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// The hashes of all windows of so many tokens, one after another.
pub(crate) fn windows(tokens: &[Token], length: usize) -> impl Iterator<Item = u64> {
    let leaving = (1..length).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
    let mut hash = 0_u64;
    tokens.iter().enumerate().filter_map(move |(at, token)| {
        if let Some(gone) = at.checked_sub(length).and_then(|gone| tokens.get(gone)) {
            hash = hash.wrapping_sub(gone.wrapping_mul(leaving));
        }
        hash = hash.wrapping_mul(FACTOR).wrapping_add(*token);
        (at + 1 >= length).then_some(hash)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Token> {
        tokens(text).collect()
    }

    #[test]
    fn the_same_values_are_the_same_tokens() {
        let table = of("id,y\na_1,0.50\nb.jpg,-2\n");
        assert_eq!(table, of("[('id', 'y'), ('a_1', 0.5), {\"b.jpg\": 2.}]"));
        assert_eq!(table.len(), 6);
        assert_ne!(of("10"), of("1"));
        assert_eq!(of("1.0"), of("1"));
    }

    #[test]
    fn windows_have_the_hashes_of_their_tokens() {
        let all: Vec<Token> = (0..100).map(|n| n * n % 7).collect();
        for length in [1, 2, 8] {
            let hashes: Vec<u64> = windows(&all, length).collect();
            assert_eq!(hashes.len(), all.len() + 1 - length);
            for (at, hash) in hashes.iter().enumerate() {
                assert_eq!(windows(&all[at..at + length], length).collect::<Vec<_>>(), [*hash]);
            }
        }
        assert_eq!(windows(&all[..3], 4).count(), 0);
    }
}
