//! Jaccard index, also called intersection over union.

use std::collections::BTreeSet;

use crate::MetricError;

/// The Jaccard index of two sets: what they share over what either holds, `|A and B| / |A or B|`. Cost: O(n log n).
///
/// # Errors
///
/// Undefined if both are empty. A grader that gives a value there says so with `unwrap_or`.
pub fn jaccard_score_sets<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> Result<f64, MetricError> {
    let shared = a.intersection(b).count();
    let either = a.len() + b.len() - shared;
    if either == 0 {
        return Err(MetricError::Undefined("both sets are empty"));
    }
    Ok(shared as f64 / either as f64)
}

/// The Jaccard index of the words of two texts: lower case, split at white space by Python's rules, each word once.
///
/// # Errors
///
/// Undefined if neither has a word.
pub fn jaccard_words(a: &str, b: &str) -> Result<f64, MetricError> {
    let (a, b) = (pytext::lower(a), pytext::lower(b));
    jaccard_score_sets(&pytext::split(&a).collect(), &pytext::split(&b).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Worked by hand; the words by Python's str.lower() and str.split().
    #[test]
    fn words_count_once_in_any_case() {
        assert_eq!(jaccard_words("The cat sat", "the CAT"), Ok(2.0 / 3.0));
        assert_eq!(jaccard_words("a a b", "b b a"), Ok(1.0));
        assert_eq!(jaccard_words("good", "bad"), Ok(0.0));
        assert_eq!(jaccard_words("", "x"), Ok(0.0));
        assert_eq!(
            jaccard_words("\u{39f}\u{394}\u{39f}\u{3a3}\u{1c}x", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}\u{3000}x"),
            Ok(1.0)
        );
        assert_eq!(jaccard_words("a\u{200b}b", "a b"), Ok(0.0));
    }

    #[test]
    fn two_empty_sets_are_undefined() {
        assert!(matches!(jaccard_words(" ", ""), Err(MetricError::Undefined(_))));
        assert_eq!(jaccard_score_sets(&BTreeSet::from([1, 2]), &BTreeSet::from([2, 3])), Ok(1.0 / 3.0));
    }
}
