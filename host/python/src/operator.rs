//! What a grading tells Python's half: its report, and what is for the operator alone.

use assay::Graded;
use assay_evidence::access_log::Anchor;

use crate::failure::Failure;

/// The entries and the head of a log of uses.
pub(crate) type Uses = (u64, String);

/// The grader's note, its fuel, the figures beside the score, and the seconds that it took.
type Aside = (Option<String>, Option<u64>, Vec<(String, f64)>, f64);

/// A report's JSON text, the state of the log of uses, and what is for the operator.
pub(crate) type Told = (String, Option<Uses>, Aside);

/// What Python's half makes a report of.
pub(crate) fn told(graded: &Graded, use_log: Option<Anchor>) -> Result<Told, Failure> {
    let operator = graded.operator();
    let details = operator.details.iter().map(|detail| (detail.name.clone(), detail.value)).collect();
    let json = serde_json::to_string(graded.report()).map_err(Failure::host)?;
    let aside = (operator.note.clone(), operator.fuel, details, graded.took().as_secs_f64());
    Ok((json, use_log.map(|anchor| (anchor.entries, anchor.head)), aside))
}
