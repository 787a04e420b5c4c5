//! Are the answers at fault if a submission has no score? Some answers no submission can be scored on: those of one class only, say,
//! where the metric compares two. It shows when the best possible submission, the answers themselves, has no score either.

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;

use assay_sandbox::{Cancel, Outcome, Run, Task};

use crate::prepared::{PreparedCompetition, project};

/// What a report says of a submission to such answers. The grader's reason is for the operator, since it saw the answers.
pub(crate) const REASON: &str = "not the submission's fault: the answers, graded against themselves, have no score either; the \
                                 grader's reason is for the operator";

/// Why the answers have no score themselves, for the operator alone; none if they have one, or nobody can tell.
pub(crate) fn why(prepared: &PreparedCompetition) -> Option<&str> {
    // It takes a grading, and a batch may ask for every entry.
    prepared.unusable.get_or_init(|| beside_themselves(prepared)).as_deref()
}

/// Grades the answers against themselves. None if they have a score, or if that shows nothing: a submission has other columns or
/// another form than the answers, the grader fails, or the competition says why its best submission has no score. Else why they have
/// none.
fn beside_themselves(prepared: &PreparedCompetition) -> Option<String> {
    if prepared.competition().known.gold.is_some() {
        return None;
    }
    let answers = match &prepared.scored {
        None => prepared.grader_columns.clone(),
        Some(scored) => filter_record_batch(&prepared.grader_columns, &BooleanArray::from(scored.clone())).ok()?,
    };
    let resolved = &prepared.resolved;
    let submission = project(&answers, |name| resolved.gives_grader(name)).ok()?;
    let task = Task { submission: &submission, aligned: &submission, answers: &answers, options: &resolved.options };
    let Run { outcome, .. } = resolved.grader.grade(&task, &Cancel::default()).ok()?;
    match outcome {
        Outcome::Scored(score) if score.value.is_nan() => {
            Some("graded against themselves, the answers score NaN: the metric is not defined for them".into())
        }
        // An infinite score may be what perfection comes to: the logarithm of no error, say.
        Outcome::Scored(_) => None,
        Outcome::Refused(text) => Some(text),
        // What a submission of this form may hold, or the grader's own trouble, says nothing of the answers.
        Outcome::Invalid(_) | Outcome::Fault(_) => None,
    }
}
