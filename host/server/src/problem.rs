//! What went wrong, as RFC 9457 has it: `application/problem+json`.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::messages::say;

/// The media type.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// The kinds of problems that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request is not what it has to be.
    BadRequest,
    /// There is no token, or it is none that counts.
    Unauthorized,
    /// The token's role, or the policy, does not allow it.
    Forbidden,
    /// There is no such thing, or not for this participant.
    NotFound,
    /// There is such a place, but not for this method.
    MethodNotAllowed,
    /// The client was too slow.
    TooSlow,
    /// The file is larger than it may be.
    TooLarge,
    /// The body is of a kind that is not read.
    UnsupportedMediaType,
    /// The idempotency key was used for something else.
    KeyReused,
    /// The budget is spent for now.
    BudgetSpent,
    /// There is too much to do at the moment.
    Busy,
    /// The server is at fault.
    Internal,
}

impl Kind {
    /// The status that goes with it.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Kind::BadRequest => StatusCode::BAD_REQUEST,
            Kind::Unauthorized => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Kind::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::BudgetSpent => StatusCode::TOO_MANY_REQUESTS,
            Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What it is called, in a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::BadRequest => "The request is not what it has to be",
            Kind::Unauthorized => "A token is needed",
            Kind::Forbidden => "This is not allowed",
            Kind::NotFound => "There is no such thing",
            Kind::MethodNotAllowed => "The method is none of those that are taken here",
            Kind::TooSlow => "The request came too slowly",
            Kind::TooLarge => "The file is too large",
            Kind::UnsupportedMediaType => "The body is of a kind that is not read",
            Kind::KeyReused => "The idempotency key was used for another request",
            Kind::BudgetSpent => "The budget is spent",
            Kind::Busy => "There is too much to do at the moment",
            Kind::Internal => "The server failed",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::BadRequest => "bad-request",
            Kind::Unauthorized => "unauthorized",
            Kind::Forbidden => "forbidden",
            Kind::NotFound => "not-found",
            Kind::MethodNotAllowed => "method-not-allowed",
            Kind::TooSlow => "too-slow",
            Kind::TooLarge => "too-large",
            Kind::UnsupportedMediaType => "unsupported-media-type",
            Kind::KeyReused => "idempotency-key-reused",
            Kind::BudgetSpent => "budget-spent",
            Kind::Busy => "busy",
            Kind::Internal => "internal",
        }
    }
}

/// A problem, to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) detail: String,
    /// When to come back, in seconds from now.
    pub(crate) retry_after: Option<u64>,
}

/// A problem as it is written.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Written {
    /// What kind of problem it is: `urn:assay:problem:` and a name that stays the same.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The kind, in a few words.
    pub(crate) title: String,
    /// The status of the answer.
    pub(crate) status: u16,
    /// What is wrong here, and what to do.
    pub(crate) detail: String,
    /// When to come back, in seconds, as `Retry-After` says too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after_seconds: Option<u64>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Problem { kind, detail: detail.into(), retry_after: None }
    }

    /// There is too much to do.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Problem { retry_after: Some(5), ..Problem::new(Kind::Busy, detail) }
    }

    /// The server is at fault. Why is for its operator: it is said on stderr, and no client is told.
    pub(crate) fn internal(why: &dyn std::fmt::Display) -> Self {
        say(&format!("error: {why}"));
        Problem::new(
            Kind::Internal,
            "this is none of your doing; the operator finds the reason in the server's messages",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem { kind, detail, retry_after } = self;
        let written = Written {
            kind: format!("urn:assay:problem:{}", kind.name()),
            title: kind.title().into(),
            status: kind.status().as_u16(),
            detail,
            retry_after_seconds: retry_after,
        };
        let mut response = (kind.status(), Json(written)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if kind == Kind::Unauthorized {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
