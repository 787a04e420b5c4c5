//! The reference's checker: `POST /validate` and `GET /health`, in its words, so that an image made for it works unchanged.
//!
//! It says whether a submission is valid and never a score. It holds submissions against key files: no answers are opened for it.

use std::sync::Arc;

use assay::{Validation, Verdict};
use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::{App, Unvalidated};
use crate::problem::{Kind, Problem};

/// What the checker found.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Checked {
    /// Whether the submission is valid, and if not, why.
    result: String,
}

/// Why the checker found nothing.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Failed {
    /// What happened.
    error: String,
    /// More of it.
    details: String,
}

/// That the server runs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    status: &'static str,
}

pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "running" })
}

pub(crate) async fn validate(
    State(app): State<Arc<App>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<Checked>, Response> {
    let Some(id) = &app.checked else {
        return Err(failed(
            StatusCode::NOT_FOUND,
            "this server has no competition to check; start it with --competition",
        ));
    };
    let form = form.map_err(|_| {
        refused(Problem::new(
            Kind::BadRequest,
            "the body has to be `multipart/form-data`, with the submission as its field `file`",
        ))
    })?;
    let upload = app.uploads.receive(form).await.map_err(refused)?;
    match app.validate(id, upload).await {
        Ok(validation) => {
            told(&validation).map(Json).map_err(|notes| failed(StatusCode::INTERNAL_SERVER_ERROR, &notes))
        }
        Err(Unvalidated::Busy(problem)) => Err(refused(problem)),
        Err(Unvalidated::Failed(error)) => Err(failed(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())),
        Err(Unvalidated::Panicked) => Err(failed(StatusCode::INTERNAL_SERVER_ERROR, "internal error")),
    }
}

/// A verdict in the reference's words; an error if there is none.
fn told(validation: &Validation) -> Result<Checked, String> {
    let result = match validation.verdict {
        Verdict::Valid => "Submission is valid.".into(),
        Verdict::Invalid => format!(
            "Submission invalid! The attempt to grade the submission has resulted in the following error message:\n{}",
            validation.problems.join("\n")
        ),
        Verdict::Unknown => return Err(validation.notes.join("\n")),
    };
    Ok(Checked { result })
}

fn failed(status: StatusCode, details: &str) -> Response {
    let error = if status.is_server_error() { "An unexpected error occurred." } else { "The request is refused." };
    (status, Json(Failed { error: error.into(), details: details.to_owned() })).into_response()
}

/// What the request is at fault for, in the form that clients of the checker read.
fn refused(problem: Problem) -> Response {
    let mut response = failed(problem.kind.status(), &problem.detail);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validation(verdict: Verdict) -> Validation {
        Validation {
            competition_id: "a".into(),
            submission_path: "b.csv".into(),
            verdict,
            problems: vec!["one".into(), "two".into()],
            notes: vec!["fuel".into()],
        }
    }

    /// The words are those of `validate_submission` in the reference's `mlebench/grade.py`.
    #[test]
    fn verdicts_are_in_the_references_words() {
        let result = |verdict| told(&validation(verdict)).map(|checked| checked.result);
        assert_eq!(result(Verdict::Valid).unwrap(), "Submission is valid.");
        assert_eq!(
            result(Verdict::Invalid).unwrap(),
            "Submission invalid! The attempt to grade the submission has resulted in the following error message:\none\ntwo"
        );
        assert_eq!(result(Verdict::Unknown).unwrap_err(), "fuel");
    }
}
