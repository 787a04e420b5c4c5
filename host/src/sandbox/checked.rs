//! Whatever a guest returns is hostile until it went through here.

use std::collections::HashSet;

use super::bindings;
use super::limits::{Exceeded, Limits};
use super::run::{Detail, Fault, Problem, Score};
use crate::excerpt::unprintable;

pub(super) fn count(what: &'static str, count: usize, limit: usize) -> Result<(), Fault> {
    if count > limit {
        return Err(Fault::Exceeded(Exceeded::Returned { what, limit }));
    }
    Ok(())
}

/// A name: short and of one line.
pub(super) fn name(name: &str, limits: &Limits) -> Result<String, Fault> {
    if name.is_empty() {
        return Err(Fault::Grader("it returned an empty name".into()));
    }
    if name.len() > limits.name_bytes {
        let limit = limits.name_bytes;
        return Err(Fault::Exceeded(Exceeded::Returned { what: "bytes of a name", limit }));
    }
    if name.chars().any(unprintable) {
        return Err(Fault::Grader("it returned a name with control characters".into()));
    }
    Ok(name.to_owned())
}

/// A text for people: cut to a bearable length. Controls become spaces, and what else cannot be seen its escape, since a cell that is
/// quoted may be wrong just for that.
pub(super) fn text(text: &str, limits: &Limits) -> String {
    let mut clean = String::new();
    for c in text.chars() {
        let length = clean.len();
        match c {
            c if c.is_control() => clean.push(' '),
            c if unprintable(c) => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
        if clean.len() > limits.text_bytes {
            clean.truncate(length);
            clean.push('…');
            break;
        }
    }
    clean
}

pub(super) fn problems(problems: Vec<bindings::Problem>, limits: &Limits) -> Result<Vec<Problem>, Fault> {
    count("problems", problems.len(), limits.problems)?;
    let problems: Vec<Problem> = problems
        .into_iter()
        .map(|problem| Problem {
            message: text(&problem.message, limits),
            row: problem.row.map(|row| row as usize),
            column: problem.column.map(|column| text(&column, limits)),
        })
        .collect();
    let texts = problems.iter().map(|problem| problem.message.len() + problem.column.as_ref().map_or(0, String::len));
    count("bytes of problems", texts.sum(), limits.problem_bytes)?;
    Ok(problems)
}

pub(super) fn score(score: bindings::Score, limits: &Limits) -> Result<Score, Fault> {
    count("details", score.details.len(), limits.details)?;
    let mut seen = HashSet::new();
    let mut details = Vec::with_capacity(score.details.len());
    for detail in score.details {
        let name = name(&detail.name, limits)?;
        if !seen.insert(name.clone()) {
            return Err(Fault::Grader(format!("it returned two details named `{name}`")));
        }
        details.push(Detail { name, value: positive_zero(detail.value) });
    }
    Ok(Score { value: positive_zero(score.value), details })
}

/// A score of -0.0 reads as 0.0.
fn positive_zero(value: f64) -> f64 {
    value + 0.0
}
