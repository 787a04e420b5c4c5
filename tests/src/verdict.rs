//! What a grading decides, without what may differ: paths and times.

use assay_types::report::{Outcome, Report};

/// What a grading decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What came of it.
    pub outcome: Outcome,
    /// The bits of the score.
    pub score: Option<u64>,
    /// Why there is no score.
    pub reason: Option<String>,
    /// The fuel that the grader used.
    pub fuel: Option<u64>,
}

impl Verdict {
    /// What a report and the operator's log say of it.
    #[must_use]
    pub fn of(report: &Report, fuel: Option<u64>) -> Self {
        Verdict {
            outcome: report.outcome,
            score: report.score_exact.map(f64::to_bits),
            reason: report.reason.clone(),
            fuel,
        }
    }

    /// True if the submission is refused for a reason that this is part of.
    #[must_use]
    pub fn refuses(&self, part: &str) -> bool {
        self.outcome == Outcome::InvalidSubmission && self.reason.as_ref().is_some_and(|reason| reason.contains(part))
    }

    /// True if both have a score, and they differ by no more than sums in another order do.
    #[must_use]
    pub fn is_close_to(&self, other: &Self) -> bool {
        let scores = [self, other].map(|verdict| verdict.score.map_or(f64::NAN, f64::from_bits));
        (scores[0] - scores[1]).abs() <= 1e-12 * scores[1].abs()
    }
}
