//! scikit-learn's `train_test_split`.

use thiserror::Error;

use crate::RandomState;

/// How much of the whole the parts get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// This fraction is the test part, rounded up; the rest is the train part.
    Test(f64),
    /// This fraction is the train part, rounded down; the rest is the test part.
    Train(f64),
    /// So many are the test part; the rest is the train part.
    TestCount(u32),
    /// So many are the test part, and so many the train part; what remains is in neither.
    Counts {
        /// How many are the test part.
        test: u32,
        /// How many are the train part.
        train: u32,
    },
}

/// The positions of the two parts, in drawn order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Those of the train part.
    pub train: Vec<u32>,
    /// Those of the test part.
    pub test: Vec<u32>,
}

/// Why something cannot be split.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum SplitError {
    /// A part would have nothing, or both more than there is.
    #[error("{count} items cannot be split into {train} for the train part and {test} for the test part")]
    Sizes { count: u32, train: i64, test: i64 },
    /// A fraction that is none.
    #[error("{0} is no fraction between 0 and 1")]
    Fraction(f64),
    /// A class that cannot stand in both parts.
    #[error("a class has only one item; each needs two to stand in both parts")]
    Class,
}

impl Share {
    /// How many of `count` items are in the train part, and how many in the test part.
    ///
    /// # Errors
    ///
    /// If one would be empty, or there are not that many.
    pub fn sizes(self, count: u32) -> Result<(u32, u32), SplitError> {
        let fraction = |share: f64| {
            if share > 0.0 && share < 1.0 { Ok(share * f64::from(count)) } else { Err(SplitError::Fraction(share)) }
        };
        let all = i64::from(count);
        let (train, test) = match self {
            Share::Test(share) => {
                let test = fraction(share)?.ceil() as i64;
                (all - test, test)
            }
            Share::Train(share) => {
                let train = fraction(share)?.floor() as i64;
                (train, all - train)
            }
            Share::TestCount(test) => (all - i64::from(test), i64::from(test)),
            Share::Counts { test, train } => (i64::from(train), i64::from(test)),
        };
        match (u32::try_from(train), u32::try_from(test)) {
            (Ok(some), Ok(others)) if some > 0 && others > 0 && train + test <= all => Ok((some, others)),
            _ => Err(SplitError::Sizes { count, train, test }),
        }
    }
}

/// `train_test_split(range(count), …, random_state=seed)`: the first of a permutation are the test part, the next the train part.
///
/// # Errors
///
/// If the share leaves a part without items.
pub fn split(count: u32, share: Share, seed: u32) -> Result<Parts, SplitError> {
    let (train, test) = share.sizes(count)?;
    let mut drawn = RandomState::new(seed).permutation(count);
    let mut rest = drawn.split_off(test as usize);
    rest.truncate(train as usize);
    Ok(Parts { train: rest, test: drawn })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_scikit_learns() {
        for (count, share, test) in [(10, 0.1, 1), (11, 0.1, 2), (45, 0.1, 5), (7, 0.2, 2), (3, 0.2, 1), (2, 0.2, 1)] {
            assert_eq!(Share::Test(share).sizes(count), Ok((count - test, test)), "{count} × {share}");
        }
        // The product is a double's: 665.0000000000001.
        assert_eq!(Share::Test(0.14).sizes(4750), Ok((4084, 666)));
        assert_eq!(Share::Train(0.75).sizes(10), Ok((7, 3)));
        assert!(Share::Test(0.9).sizes(1).is_err());
        assert!(Share::TestCount(10).sizes(10).is_err());
        assert!(Share::Test(f64::NAN).sizes(10).is_err());
    }

    #[test]
    fn parts_are_in_drawn_order() {
        let parts = split(10, Share::Test(0.3), 0);
        assert_eq!(parts, Ok(Parts { test: vec![2, 8, 4], train: vec![9, 1, 6, 7, 3, 0, 5] }));
        let parts = split(10, Share::Counts { test: 3, train: 4 }, 0);
        assert_eq!(parts, Ok(Parts { test: vec![2, 8, 4], train: vec![9, 1, 6, 7] }));
    }
}
