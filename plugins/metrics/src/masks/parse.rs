//! Run-length text to mask.

use pytext::NotAnInteger;

use super::error::{RunLengthError, RunLengthProblem};
use super::run_lengths::{Run, RunLengths};

impl RunLengths {
    /// The mask of a text `start length start length …` on an image of `pixels` pixels (height times width), counted from 1.
    ///
    /// Numbers are what Python's `int()` reads, between what `str.split()` takes as white space. Starts are positive and never
    /// decrease, lengths are positive, no run covers a pixel that an earlier one covers; runs may touch. A text without numbers
    /// is an empty mask. What stands for an empty mask otherwise (a missing cell, `-`) is for the caller to know.
    ///
    /// Rules that a corrected grader would drop:
    /// - *lone number*: `a` alone is an empty mask;
    /// - *shared length*: `a n b` is `a n b n` (numpy's broadcasting); five numbers, or more that are odd in number, are an error;
    /// - *silent cut*: pixels past the end of the image are dropped, and so are runs that start there;
    /// - *numpy integers*: numpy holds starts, and likewise lengths, as int64 if all are below 2^63, as uint64 if all lie from
    ///   2^63 to 2^64 - 1, as Python integers if one is 2^64 or more, as floats otherwise. Floats, or uint64 beside int64, cannot
    ///   be used as indices: an error. Two lists of int64 are added with wrap-around: a run that ends beyond 2^63 is empty. The
    ///   order of two starts of 2^64 and more is not looked at (the one point where the reference is stricter).
    ///
    /// Time and memory are linear in the length of the text.
    ///
    /// # Errors
    ///
    /// At the first number that breaks a rule; overlaps come after all others.
    pub fn parse(text: &str, pixels: u64) -> Result<Self, RunLengthError> {
        let pairs = Pairs::read(text)?;
        let mut mask = RunLengths::default();
        let mut covered = 0;
        for index in 0..pairs.starts.len() {
            let run = pairs.run(index, pixels);
            if run.is_empty() {
                continue;
            }
            if run.start < covered {
                return Err(error(text, 2 * index, RunLengthProblem::Overlap));
            }
            covered = run.end;
            mask.add(run);
        }
        Ok(mask)
    }

    /// What [`RunLengths::parse`] can say of a text without knowing the image: everything but overlaps, which the reference only
    /// looks for within the image.
    ///
    /// # Errors
    ///
    /// At the first number that breaks a rule.
    pub fn check(text: &str) -> Result<(), RunLengthError> {
        Pairs::read(text).map(|_| ())
    }
}

/// A positive integer. The order of variants is that of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    /// Below 2^63.
    Int64(u64),
    /// From 2^63 to 2^64 - 1.
    Uint64(u64),
    /// 2^64 or more.
    Big,
}

/// How numpy holds a list of positive integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Int64,
    Uint64,
    Float64,
    Objects,
}

impl Held {
    fn of(numbers: &[Number]) -> Self {
        let all = |is: fn(&Number) -> bool| numbers.iter().all(is);
        if numbers.contains(&Number::Big) {
            Held::Objects
        } else if all(|number| matches!(number, Number::Int64(_))) {
            Held::Int64
        } else if all(|number| matches!(number, Number::Uint64(_))) {
            Held::Uint64
        } else {
            Held::Float64
        }
    }
}

/// Starts and lengths by the rules that need no image. There may be one length for two starts, or none for one.
#[derive(Debug)]
struct Pairs {
    starts: Vec<Number>,
    lengths: Vec<Number>,
    /// Starts and lengths are added as int64, with wrap-around.
    wraps: bool,
}

impl Pairs {
    fn read(text: &str) -> Result<Self, RunLengthError> {
        match Pairs::plain(text.as_bytes()) {
            Some(pairs) => Ok(pairs),
            None => Pairs::any(text),
        }
    }

    /// What nearly every text is: pairs of positive numbers of at most 18 digits, between blanks, whose starts ascend. None of any other
    /// text, whether or not something is wrong with it.
    fn plain(text: &[u8]) -> Option<Self> {
        const DIGITS: usize = 18;
        let (mut starts, mut lengths) = (Vec::new(), Vec::new());
        let (mut last, mut at) = (0, 0);
        while at < text.len() {
            let (mut number, first) = (0, at);
            while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
                number = number * 10 + u64::from(digit);
                at += 1;
                if at - first > DIGITS {
                    return None;
                }
            }
            if number == 0 || text.get(at).is_some_and(|byte| *byte != b' ') {
                return None;
            }
            at += 1;
            if starts.len() > lengths.len() {
                lengths.push(Number::Int64(number));
            } else if number < last {
                return None;
            } else {
                starts.push(Number::Int64(number));
                last = number;
            }
        }
        (starts.len() == lengths.len()).then_some(Pairs { wraps: !lengths.is_empty(), starts, lengths })
    }

    fn any(text: &str) -> Result<Self, RunLengthError> {
        let (mut starts, mut lengths) = (Vec::new(), Vec::new());
        for (index, token) in pytext::split(text).enumerate() {
            let number = positive(token).map_err(|problem| RunLengthError::new(index + 1, token, problem))?;
            if index % 2 == 1 {
                lengths.push(number);
            } else if starts.last().is_some_and(|&last| number < last) {
                return Err(RunLengthError::new(index + 1, token, RunLengthProblem::Unsorted));
            } else {
                starts.push(number);
            }
        }
        // A lone number, or a shared length, is the only way to leave starts unpaired.
        if starts.len() > lengths.len() && starts.len() > 2 {
            return Err(error(text, starts.len() + lengths.len() - 1, RunLengthProblem::Unpaired));
        }
        let wraps = match (Held::of(&starts), Held::of(&lengths)) {
            _ if lengths.is_empty() => false,
            (Held::Int64, Held::Int64) => true,
            (Held::Float64, _) | (_, Held::Float64) | (Held::Int64, Held::Uint64) | (Held::Uint64, Held::Int64) => {
                let large = |token: &str| !matches!(positive(token), Ok(Number::Int64(_)));
                let index = pytext::split(text).position(large).unwrap_or_default();
                return Err(error(text, index, RunLengthProblem::OutOfRange));
            }
            _ => false,
        };
        Ok(Pairs { starts, lengths, wraps })
    }

    /// The pixels of a run within the image.
    fn run(&self, index: usize, pixels: u64) -> Run {
        let length =
            if self.lengths.len() < self.starts.len() { self.lengths.first() } else { self.lengths.get(index) };
        let (Some(&Number::Int64(start)), Some(&length)) = (self.starts.get(index), length) else {
            return Run { start: 0, end: 0 };
        };
        let start = start - 1;
        let end = match length {
            Number::Int64(length) | Number::Uint64(length) => start.saturating_add(length),
            Number::Big => u64::MAX,
        };
        let end = if self.wraps && i64::try_from(end).is_err() { 0 } else { end };
        Run { start, end: end.min(pixels) }
    }
}

fn positive(token: &str) -> Result<Number, RunLengthProblem> {
    match pytext::parse_int(token) {
        Ok(number) => match u64::try_from(number) {
            Ok(number) if number > 0 => Ok(Number::Int64(number)),
            _ => Err(RunLengthProblem::NotPositive),
        },
        Err(NotAnInteger::BeyondI64(number)) => Ok(Number::Uint64(number)),
        Err(NotAnInteger::BeyondU64) => Ok(Number::Big),
        Err(NotAnInteger::BelowI64) => Err(RunLengthProblem::NotPositive),
        Err(NotAnInteger::Malformed) => Err(RunLengthProblem::NotAnInteger),
    }
}

fn error(text: &str, index: usize, problem: RunLengthProblem) -> RunLengthError {
    RunLengthError::new(index + 1, pytext::split(text).nth(index).unwrap_or_default(), problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXELS: u64 = 20;

    /// The covered pixels, counted from 1, or the number at fault and the problem.
    fn pixels(text: &str) -> Result<Vec<u64>, (usize, RunLengthProblem)> {
        RunLengths::parse(text, PIXELS)
            .map(|mask| mask.runs().iter().flat_map(|run| run.start + 1..=run.end).collect())
            .map_err(|error| (error.position, error.problem))
    }

    #[test]
    fn pairs_are_runs() {
        assert_eq!(pixels("2 3 7 1"), Ok(vec![2, 3, 4, 7]));
        assert_eq!(pixels("2 3 5 1"), Ok(vec![2, 3, 4, 5]));
        assert_eq!(pixels(" \u{a0}+02\u{3000}1_0\u{1f}１２ 1\n"), Ok((2..=12).collect()));
        assert_eq!(pixels(""), Ok(vec![]));
        assert_eq!(pixels(" \t\u{1c}"), Ok(vec![]));
    }

    #[test]
    fn faults_are_named() {
        use RunLengthProblem::{NotAnInteger, NotPositive, Overlap, Unpaired, Unsorted};
        assert_eq!(pixels("2 3.0"), Err((2, NotAnInteger)));
        assert_eq!(pixels("-"), Err((1, NotAnInteger)));
        assert_eq!(pixels("0 3"), Err((1, NotPositive)));
        assert_eq!(pixels("2 -99999999999999999999"), Err((2, NotPositive)));
        assert_eq!(pixels("5 1 4 1"), Err((3, Unsorted)));
        assert_eq!(pixels("5 2 6 1"), Err((3, Overlap)));
        assert_eq!(pixels("5 1 5 1"), Err((3, Overlap)));
        assert_eq!(pixels("1 1 3 1 5"), Err((5, Unpaired)));
        let error = RunLengths::parse(&format!("1 {}", "x".repeat(1000)), PIXELS).unwrap_err();
        assert_eq!(error.token.chars().count(), 41);
        assert!(error.to_string().starts_with("run lengths, number 2 (`xxx"));
    }

    /// What numpy 2.4 makes of `np.array(starts) - 1 + lengths` as slices of twenty booleans.
    #[test]
    fn quirks_are_those_of_numpy() {
        let out_of_range = |position| Err((position, RunLengthProblem::OutOfRange));
        // Lone number, shared length.
        assert_eq!(pixels("7"), Ok(vec![]));
        assert_eq!(pixels("9223372036854775808"), Ok(vec![]));
        assert_eq!(pixels("3 2 8"), Ok(vec![3, 4, 8, 9]));
        assert_eq!(pixels("3 2 4"), Err((3, RunLengthProblem::Overlap)));
        // Silent cut: an overlap past the end is none.
        assert_eq!(pixels("19 100 30 5 31 5"), Ok(vec![19, 20]));
        // numpy integers.
        assert_eq!(pixels("5 9223372036854775803"), Ok((5..=20).collect()));
        assert_eq!(pixels("5 9223372036854775804"), Ok(vec![]));
        assert_eq!(pixels("5 9223372036854775804 6 1"), Ok(vec![6]));
        assert_eq!(pixels("5 9223372036854775808"), out_of_range(2));
        assert_eq!(pixels("5 18446744073709551616"), Ok((5..=20).collect()));
        assert_eq!(pixels("9223372036854775808 1"), out_of_range(1));
        assert_eq!(pixels("1 1 9223372036854775808 1"), out_of_range(3));
        assert_eq!(pixels("1 2 9223372036854775808"), out_of_range(3));
        assert_eq!(pixels("9223372036854775808 9223372036854775808"), Ok(vec![]));
        assert_eq!(pixels("18446744073709551616 1"), Ok(vec![]));
        assert_eq!(pixels("1 1 9223372036854775808 1 18446744073709551616 1"), Ok(vec![1]));
        assert_eq!(pixels("5 3 18446744073709551616 9223372036854775808"), out_of_range(3));
        assert_eq!(pixels("5 9223372036854775807 18446744073709551616 1"), Ok((5..=20).collect()));
    }

    #[test]
    fn the_check_without_an_image_leaves_overlaps_alone() {
        assert_eq!(RunLengths::check("5 2 6 1"), Ok(()));
        assert!(RunLengths::check("5 2 4 1").is_err());
    }
}
