//! What calls will cost, before any is made: a simple estimate, whose rule is told with it.

/// How many characters are taken for a token. English text and code have some four.
pub const CHARACTERS_PER_TOKEN: u64 = 4;

/// How many tokens an answer is taken to have.
pub const ANSWER_TOKENS: u64 = 150;

/// Prices in money per million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Of tokens that are read.
    pub read: f64,
    /// Of tokens that are written.
    pub written: f64,
}

impl Prices {
    /// What so many tokens cost.
    #[must_use]
    pub fn of(&self, read: u64, written: u64) -> f64 {
        (read as f64 * self.read + written as f64 * self.written) / 1e6
    }
}

/// Calls, and what they are taken to need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// How many.
    pub calls: u64,
    /// The characters that are sent.
    pub characters: u64,
}

impl Estimate {
    /// One call more.
    pub fn add(&mut self, characters: usize) {
        self.calls += 1;
        self.characters += characters as u64;
    }

    /// The tokens that are read.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.characters.div_ceil(CHARACTERS_PER_TOKEN)
    }

    /// The tokens that are written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.calls * ANSWER_TOKENS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_of_characters_and_calls() {
        let mut estimate = Estimate::default();
        estimate.add(1000);
        estimate.add(1);
        assert_eq!((estimate.calls, estimate.read(), estimate.written()), (2, 251, 300));
        let prices = Prices { read: 2.0, written: 10.0 };
        assert!((prices.of(1_000_000, 500_000) - 7.0).abs() < 1e-12);
    }
}
