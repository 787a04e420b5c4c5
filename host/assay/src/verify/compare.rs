//! What differs between what a report says of an entry and the same grading done again.

use serde_json::{Map, Value};

use super::Difference;
use assay_types::medal::SCORE_DECIMALS;
use assay_types::report::{Outcome, Report, Reported};

/// Fields that older reports do not have. In those they are not compared.
const ADDED: [&str; 3] = ["receipt.competition", "receipt.grader.id", "outside_lock"];

/// What differs between an entry of a report and the same grading done again, which used so much `fuel`: reports up to schema 1 say how
/// much it was. Numbers are equal if their bits are. Fields that the entry [lacks](super::lacks) are not compared.
///
/// # Errors
///
/// If either cannot be written as JSON.
pub fn differences(
    reported: &Reported,
    found: &Report,
    fuel: Option<u64>,
) -> Result<Vec<Difference>, serde_json::Error> {
    let mut ours = serde_json::to_value(reported)?;
    let mut theirs = serde_json::to_value(found)?;
    let exact = reported.score_exact.flatten();
    for (name, score) in [("score", reported.score), ("score_exact", exact)] {
        // As JSON, it would be null.
        if let (Some(score), Some(field)) = (score.filter(|score| !score.is_finite()), ours.get_mut(name)) {
            *field = score.to_string().into();
        }
    }
    let lacking = super::lacks(reported);
    let receipt = reported.receipt.as_ref().and_then(Option::as_ref);
    if receipt.is_some_and(|receipt| receipt.fuel.is_some())
        && let Some(receipt) = theirs.get_mut("receipt").and_then(Value::as_object_mut)
    {
        receipt.insert("fuel".into(), fuel.into());
    }
    let older = receipt.is_some_and(|receipt| receipt.competition.is_none());
    let mut differences = values(&ours, &theirs);
    differences.retain(|Difference { field, .. }| match field.as_str() {
        // Whoever verifies may be confined otherwise, and have the same answers from another preparation.
        "created_at" | "receipt.confinement" | "receipt.manifest" => false,
        "score" => !is_refused(reported, found) && !is_rounded_by_numpy(reported, found),
        "valid_submission" => !is_refused(reported, found),
        field => !(lacking.contains(&field) || older && ADDED.contains(&field)),
    });
    Ok(differences)
}

/// True if the reference counts a score that is not finite, and the submission is refused here, as it is for such a score.
#[must_use]
pub fn is_refused(reported: &Reported, found: &Report) -> bool {
    reported.outcome.is_none()
        && reported.score.is_some_and(|score| !score.is_finite())
        && (found.outcome == Outcome::InvalidSubmission && found.submission_exists)
}

/// True if the reference rounded the score as numpy does, which scales it and may end up on the other side of a half.
fn is_rounded_by_numpy(reported: &Reported, found: &Report) -> bool {
    let scale = 10_f64.powi(i32::from(SCORE_DECIMALS));
    let rounded = found.score_exact.map(|score| (score * scale).round_ties_even() / scale);
    reported.outcome.is_none() && reported.score.is_some() && reported.score == rounded
}

/// What differs between two JSON values.
pub(super) fn values(reported: &Value, found: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare("", reported, found, &mut differences);
    differences
}

fn compare(field: &str, reported: &Value, found: &Value, differences: &mut Vec<Difference>) {
    if let (Value::Object(ours), Value::Object(theirs)) = (reported, found) {
        let only_found = theirs.keys().filter(|name| !ours.contains_key(*name));
        for name in ours.keys().chain(only_found) {
            let inner = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
            let side = |object: &Map<String, Value>| object.get(name).cloned().unwrap_or(Value::Null);
            compare(&inner, &side(ours), &side(theirs), differences);
        }
        return;
    }
    // As text, which tells -0.0 from 0.0.
    let [ours, theirs] = [reported, found].map(Value::to_string);
    if ours != theirs {
        differences.push(Difference { field: field.to_owned(), reported: reported.clone(), found: found.clone() });
    }
}
