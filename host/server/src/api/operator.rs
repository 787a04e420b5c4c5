//! What only operators see.

use std::sync::Arc;

use assay_evidence::access_log::{AccessLogError, Tally, verify};
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{InPath, text};
use crate::metrics::Now;
use crate::problem::{Kind, Problem};
use crate::site::{Operator, Site};

/// The library's report on a submission.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Report {
    /// The submission's id.
    submission: String,
    /// Whose it is.
    participant: String,
    /// The score on the public part of the rows, if one was asked for.
    part_score: Option<f64>,
    /// The report, as `assay schema` describes it; null if there is none yet.
    report: Option<Value>,
    /// What the grader used and said beside the answers. It may tell of them.
    operator: Option<Value>,
}

/// How many submissions are where.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Queue {
    /// Those that wait.
    pub(crate) queued: u64,
    /// Those that are being graded.
    pub(crate) grading: u64,
    /// Those that are done.
    pub(crate) done: u64,
}

/// The state of the log of uses.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UseLog {
    /// Whether it is what was written to it.
    pub(crate) holds: bool,
    /// What is wrong with it.
    pub(crate) broken: Option<String>,
    /// How many uses are in it.
    pub(crate) uses: u64,
    /// Of how many competitions.
    pub(crate) competitions: usize,
    /// SHA-256 of its last line.
    pub(crate) head: Option<String>,
}

pub(super) async fn report(State(site): State<Arc<Site>>, _: Operator, id: InPath) -> Result<Json<Report>, Problem> {
    let id = text(id)?;
    let stored = site.store(move |store| store.submission(&id)).await?;
    let stored = stored.ok_or_else(|| Problem::new(Kind::NotFound, "there is no such submission"))?;
    let parsed = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    Ok(Json(Report {
        submission: stored.id,
        participant: stored.participant,
        part_score: stored.part_score,
        report: parsed(stored.report),
        operator: parsed(stored.operator),
    }))
}

pub(super) async fn queue(State(site): State<Arc<Site>>, _: Operator) -> Result<Json<Queue>, Problem> {
    waiting(&site).await.map(Json)
}

pub(super) async fn use_log(State(site): State<Arc<Site>>, _: Operator) -> Result<Json<UseLog>, Problem> {
    log_state(&site).await.map(Json)
}

pub(super) async fn metrics(State(site): State<Arc<Site>>, _: Operator) -> Result<Response, Problem> {
    let counts = waiting(&site).await?;
    let now = Now { queued: counts.queued, grading: counts.grading, connections: site.connections.count() };
    let text = site.app.metrics.text(&now);
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// How many submissions are where.
pub(crate) async fn waiting(site: &Arc<Site>) -> Result<Queue, Problem> {
    let counts = site.store(|store| store.counts()).await?;
    Ok(Queue { queued: counts.queued, grading: counts.grading, done: counts.done })
}

/// The state of the log of uses.
pub(crate) async fn log_state(site: &Arc<Site>) -> Result<UseLog, Problem> {
    let path = site.use_log.clone();
    let verified = tokio::task::spawn_blocking(move || {
        let mut tally = Tally::default();
        verify(&path, &[], &[], |entry| tally.add(entry)).map(|verified| (verified, tally.summary()))
    });
    match verified.await.map_err(|error| Problem::internal(&error))? {
        Ok((verified, summary)) => Ok(UseLog {
            holds: true,
            broken: None,
            uses: verified.anchor.entries,
            competitions: summary.competitions,
            head: Some(verified.anchor.head),
        }),
        Err(AccessLogError::Broken { broken, .. }) => {
            Ok(UseLog { holds: false, broken: Some(broken.to_string()), uses: 0, competitions: 0, head: None })
        }
        Err(error) => Err(Problem::internal(&error)),
    }
}
