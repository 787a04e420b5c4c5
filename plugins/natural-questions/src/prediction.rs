//! Predictions as a submission spells them.

use assay_sdk::pytext::{self, NotAnInteger};

use super::annotation::Answer;

/// What a cell predicts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Prediction {
    /// That there is no answer.
    None,
    /// An answer.
    Some(Answer),
    /// A span that no example has, since its numbers are beyond 64 bits.
    Beyond,
}

impl Prediction {
    /// Reads a cell: `start:end`, `YES`, `NO`, or nothing but white space. The numbers are those that Python's `int()` takes.
    pub(crate) fn read(cell: &str) -> Result<Self, &'static str> {
        let cell = cell.trim_matches(pytext::is_whitespace);
        let mut parts = cell.split(':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(start), Some(end), None) => match (token(start)?, token(end)?) {
                (Some(start), Some(end)) => Ok(Prediction::Some(Answer::Span(start, end))),
                _ => Ok(Prediction::Beyond),
            },
            (Some(""), None, _) => Ok(Prediction::None),
            (Some("YES"), None, _) => Ok(Prediction::Some(Answer::Yes)),
            (Some("NO"), None, _) => Ok(Prediction::Some(Answer::No)),
            _ => Err("is neither `start:end` nor `YES`, `NO` or blank"),
        }
    }

    pub(crate) fn is_right(&self, answers: &[Answer]) -> bool {
        match self {
            Prediction::None => answers.is_empty(),
            Prediction::Some(answer) => answers.contains(answer),
            Prediction::Beyond => false,
        }
    }
}

/// The number of a token; none if it is beyond 64 bits.
fn token(text: &str) -> Result<Option<i64>, &'static str> {
    match pytext::parse_int(text) {
        Ok(token) => Ok(Some(token)),
        Err(NotAnInteger::Malformed) => Err("is no span: `start` and `end` are whole numbers"),
        Err(_) => Ok(None),
    }
}
