//! Submissions.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InPath, InQuery, text};
use crate::handing_in::{self, Form};
use crate::identity::Caller;
use crate::problem::{Kind, Problem};
use crate::site::Site;
use crate::store::Stored;
use crate::view::{self, Submission};

/// How long an idempotency key may be.
const KEY_BYTES: usize = 255;

/// Submissions, the latest first.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Submissions {
    pub(crate) submissions: Vec<Submission>,
    /// What to give as `before` for those that follow; null if none do.
    pub(crate) next: Option<String>,
}

/// Which submissions are listed.
#[derive(Deserialize)]
pub(super) struct Wanted {
    competition: Option<String>,
    before: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn submit(
    State(site): State<Arc<Site>>,
    caller: Caller,
    id: InPath,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let taken = handing_in::submit(&site, &caller, &text(id)?, key(&headers)?, form).await?;
    let status = if taken.is_new { StatusCode::ACCEPTED } else { StatusCode::OK };
    let location = format!("/v1/submissions/{}", taken.stored.id);
    Ok((status, [(LOCATION, location)], Json(shown(&site, &taken.stored))).into_response())
}

pub(super) async fn list(
    State(site): State<Arc<Site>>,
    caller: Caller,
    wanted: InQuery<Wanted>,
) -> Result<Json<Submissions>, Problem> {
    let wrong = |detail: String| Problem::new(Kind::BadRequest, detail);
    let Query(Wanted { competition, before, limit }) =
        wanted.map_err(|error| wrong(format!("the query cannot be read: {}", error.body_text())))?;
    let limit = limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(wrong(format!("limit = {limit}: it must be 1 at least, and 100 at most")));
    }
    let (submissions, next) = page(&site, &caller, competition, before, limit).await?;
    Ok(Json(Submissions { submissions, next }))
}

pub(super) async fn get(
    State(site): State<Arc<Site>>,
    caller: Caller,
    id: InPath,
) -> Result<Json<Submission>, Problem> {
    let stored = of(&site, &caller, text(id)?).await?;
    Ok(Json(shown(&site, &stored)))
}

/// Submissions that this caller may see, and the last one's id if there are more.
pub(crate) async fn page(
    site: &Arc<Site>,
    caller: &Caller,
    competition: Option<String>,
    before: Option<String>,
    limit: u32,
) -> Result<(Vec<Submission>, Option<String>), Problem> {
    let participant = (!caller.is_operator()).then(|| caller.participant.clone());
    let mut found = site
        .store(move |store| {
            store.submissions(participant.as_deref(), competition.as_deref(), before.as_deref(), limit + 1)
        })
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| last.id.clone());
    Ok((found.iter().map(|stored| shown(site, stored)).collect(), next))
}

/// The submission of that id, if this caller may see it. Of those of others it is not told that they are there.
pub(crate) async fn of(site: &Arc<Site>, caller: &Caller, id: String) -> Result<Stored, Problem> {
    let stored = site.store(move |store| store.submission(&id)).await?;
    stored
        .filter(|stored| caller.is_operator() || stored.participant == caller.participant)
        .ok_or_else(|| Problem::new(Kind::NotFound, "there is no such submission of yours"))
}

/// A submission as far as it is shown.
pub(crate) fn shown(site: &Site, stored: &Stored) -> Submission {
    view::submission(stored, site.policy.of(&stored.competition), Utc::now())
}

/// The idempotency key, if there is one.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let is_right = |key: &&str| (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = value.to_str().ok().filter(is_right);
    let wrong = || Problem::new(Kind::BadRequest, "an `Idempotency-Key` has 1 to 255 visible ASCII characters");
    key.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}
