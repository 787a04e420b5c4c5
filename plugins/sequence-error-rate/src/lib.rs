//! The edit distance of sequences of whole numbers, over how long the true ones are.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, excerpt, metrics, pytext};

struct SequenceErrorRate;

impl Grader for SequenceErrorRate {
    fn describe() -> Description {
        Description::lower(
            "sequence-error-rate",
            env!("CARGO_PKG_VERSION"),
            "The sum over rows of the Levenshtein distance between true and predicted sequences of whole numbers, over the number of true \
             items. It can exceed 1.",
        )
        .required("target", Kind::Column, "the column of sequences: whole numbers between white space")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let Ok(column) = options.text("target").and_then(|target| submission.column(target)) else { return Ok(()) };
        let problems = Problem::of_cells(&column, |row| {
            let sequence = column.python_text(row);
            let wrong = pytext::split(&sequence).find(|item| symbol(item).is_none())?;
            Some(format!("{} is not a whole number: sequences are whole numbers between blanks", excerpt(wrong)))
        });
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let (y_true, y_pred) = (sequences(answers, target)?, sequences(submission, target)?);
        let items: usize = y_true.iter().map(Vec::len).sum();
        if items == 0 {
            return Err(GradeError::Failure("the answers have no items".into()));
        }
        let distance: usize = y_true.iter().zip(&y_pred).map(|(t, p)| metrics::levenshtein_distance(t, p)).sum();
        Ok((distance as f64 / items as f64).into())
    }
}

/// Quirk: cells are spelled as Python spells them after pandas gave the column a type: a missing sequence is the word `nan`, and a
/// single missing one among sequences of one number makes `5.0` of `5`; neither is a whole number. A corrected grader would take
/// a missing sequence for an empty one.
fn sequences(table: &Table, target: &str) -> Result<Vec<Vec<i64>>, GradeError> {
    let column = table.column(target)?;
    let sequence = |row| {
        let cell = column.python_text(row);
        let symbols: Option<Vec<i64>> = pytext::split(&cell).map(symbol).collect();
        symbols.ok_or_else(|| GradeError::InvalidSubmission(format!("{} is not a sequence", excerpt(&cell))))
    };
    (0..column.len()).map(sequence).collect()
}

/// What two items are compared by.
///
/// Quirk `numbers-by-hash`: the library that the original uses compares numbers by Python's hash of them, but for -1. So `v` and
/// `v + 2^61 - 1` are equal. A corrected grader would compare the numbers.
fn symbol(item: &str) -> Option<i64> {
    match pytext::parse_int(item) {
        Ok(-1) => Some(-1),
        _ => pytext::int_hash(item),
    }
}

assay_sdk::export!(SequenceErrorRate);
