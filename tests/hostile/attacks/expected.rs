//! What must come of an attack.

use assay_types::report::Outcome;
use serde_json::{Value, json};

/// A text that is expected.
pub(crate) enum Words {
    /// All of it is ours.
    Are(String),
    /// The engine, which is free to change its words, says the rest.
    Start(String),
}

impl Words {
    pub(crate) fn meet(&self, text: &str) -> bool {
        match self {
            Words::Are(words) => text == words,
            Words::Start(words) => text.starts_with(words),
        }
    }

    fn after(self, start: &str) -> Words {
        match self {
            Words::Are(words) => Words::Are(format!("{start}{words}")),
            Words::Start(words) => Words::Start(format!("{start}{words}")),
        }
    }
}

impl<T: Into<String>> From<T> for Words {
    fn from(text: T) -> Self {
        Words::Are(text.into())
    }
}

/// The beginning of a text of which the engine says the rest.
pub(crate) fn starting(text: &str) -> Words {
    Words::Start(text.to_owned())
}

/// What must come of an attack.
pub(crate) struct Expected {
    pub(crate) outcome: Outcome,
    pub(crate) score: Option<f64>,
    pub(crate) reason: Option<Words>,
    /// What the operator's log must say of it.
    pub(crate) note: Option<Words>,
    /// The figures beside the score that it must hold.
    pub(crate) details: Value,
    /// What the competition gives the grader, in TOML.
    pub(crate) options: &'static str,
}

impl Expected {
    fn new(outcome: Outcome) -> Self {
        Expected { outcome, score: None, reason: None, note: None, details: json!({}), options: "" }
    }

    pub(crate) fn noted(self, note: impl Into<Words>) -> Self {
        Expected { note: Some(note.into()), ..self }
    }

    pub(crate) fn detailed(self, details: Value) -> Self {
        Expected { details, ..self }
    }

    pub(crate) fn given(self, options: &'static str) -> Self {
        Expected { options, ..self }
    }

    /// The exit code of a batch with it: 1 if there is no verdict.
    pub(crate) fn code(&self) -> i32 {
        i32::from(!matches!(self.outcome, Outcome::Scored | Outcome::InvalidSubmission))
    }

    /// What it must come to for a grader of this name: that the grader is none is said with its name.
    pub(crate) fn of(self, name: &str) -> Self {
        if self.outcome != Outcome::NotGraded {
            return self;
        }
        Expected { reason: self.reason.map(|reason| reason.after(&format!("grader `{name}`: "))), ..self }
    }
}

pub(crate) fn scored(score: f64) -> Expected {
    Expected { score: Some(score), ..Expected::new(Outcome::Scored) }
}

/// The submission is refused.
pub(crate) fn invalid(reason: impl Into<Words>) -> Expected {
    Expected { reason: Some(reason.into()), ..Expected::new(Outcome::InvalidSubmission) }
}

/// The answers themselves are refused as a submission, so it is not the submission's fault.
pub(crate) fn refuses_all(note: impl Into<Words>) -> Expected {
    let reason = "not the submission's fault: the answers, graded against themselves, have no score either; the grader's reason is \
                  for the operator";
    Expected { reason: Some(reason.into()), ..Expected::new(Outcome::GraderFault) }.noted(note)
}

pub(crate) fn limit(reason: impl Into<Words>) -> Expected {
    Expected { reason: Some(reason.into()), ..Expected::new(Outcome::LimitExceeded) }
}

pub(crate) fn fault(note: impl Into<Words>) -> Expected {
    let reason = "the grader failed; its reason is for the operator";
    Expected { reason: Some(reason.into()), ..Expected::new(Outcome::GraderFault) }.noted(note)
}

/// The grader is none.
pub(crate) fn no_grader(reason: impl Into<Words>) -> Expected {
    Expected { reason: Some(reason.into()), ..Expected::new(Outcome::NotGraded) }
}

/// The grader does not say what it is.
pub(crate) fn undescribed(reason: impl Into<Words>) -> Expected {
    no_grader(reason.into().after("`describe` failed: "))
}

/// The file is not one that the engine takes.
pub(crate) fn no_component(reason: &str) -> Expected {
    no_grader(starting(reason).after("not a WebAssembly component that this engine takes: "))
}
