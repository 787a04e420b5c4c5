//! What a single cell would be if it decided its column alone.

use super::cell::{Integer, boolean, float, is_missing, signed};

/// What pandas would take a cell for if it stood alone. A column is text as soon as it has a cell of text, or numbers beside truth values,
/// and then this tells which cells keep it from being what the others are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing.
    Missing,
    /// A number: [`Table::batch`](super::Table::batch) would have it as one in a column of numbers.
    Number,
    /// `True` or `False`, in any case.
    TruthValue,
    /// A number that is larger than any double.
    TooLarge,
    /// Text.
    Text,
}

impl Meaning {
    /// What pandas would take a cell for.
    #[must_use]
    pub fn of(cell: &str) -> Self {
        let bytes = cell.as_bytes();
        if is_missing(bytes) {
            Meaning::Missing
        } else if number(cell).is_some() {
            Meaning::Number
        } else if boolean(bytes).is_some() {
            Meaning::TruthValue
        } else if cell.trim_ascii().parse() == Ok(f64::INFINITY) && cell.contains(|c: char| c.is_ascii_digit()) {
            Meaning::TooLarge
        } else {
            Meaning::Text
        }
    }
}

/// A cell as a number, if pandas would read it as one in a column of decimals.
#[must_use]
pub fn number(cell: &str) -> Option<f64> {
    float(cell.as_bytes())
}

/// True for a whole number beyond the signed integers of 64 bits, which can make a column text although all its cells are numbers.
#[must_use]
pub fn is_beyond_64_bits(cell: &str) -> bool {
    signed(cell.as_bytes()) == Integer::TooLarge
}

// The types that pandas 2.3.3 gives a column of that cell alone.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_mean_what_pandas_makes_of_them() {
        for (cell, expected) in [
            ("", Meaning::Missing),
            ("NaN", Meaning::Missing),
            ("-nan", Meaning::Missing),
            ("7", Meaning::Number),
            (" +1.00E+09\t", Meaning::Number),
            ("-1e400", Meaning::Number),
            ("inf", Meaning::Number),
            ("tRuE", Meaning::TruthValue),
            ("1e400", Meaning::TooLarge),
            ("+1e400 ", Meaning::TooLarge),
            // What Rust's `trim().parse()` takes and pandas does not.
            ("NAN", Meaning::Text),
            ("Nan", Meaning::Text),
            ("+nan", Meaning::Text),
            ("inf ", Meaning::Text),
            ("0.5\u{a0}", Meaning::Text),
            ("\u{2003}0.5", Meaning::Text),
            ("True ", Meaning::Text),
            (" ", Meaning::Text),
            ("0,5", Meaning::Text),
            ("1_0", Meaning::Text),
            ("abc", Meaning::Text),
        ] {
            assert_eq!(Meaning::of(cell), expected, "{cell:?}");
        }
        assert!(is_beyond_64_bits("9223372036854775808") && is_beyond_64_bits("-9223372036854775809"));
        assert!(!is_beyond_64_bits("9223372036854775807") && !is_beyond_64_bits("1e30") && !is_beyond_64_bits("x"));
    }
}
