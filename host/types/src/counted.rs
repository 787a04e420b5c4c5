//! Numbers of things in words.

use std::fmt;

/// `1 row`, `2 rows`: a number with the noun that goes with it.
#[must_use]
pub fn counted<N: fmt::Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_no_things() {
        assert_eq!(
            [0_usize, 1, 2].map(|count| counted(count, "entry", "entries")),
            ["0 entries", "1 entry", "2 entries"]
        );
    }
}
