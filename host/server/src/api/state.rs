//! Budgets, health, and the document of all this.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::budget::{Kind as Spending, Left, Rate};
use crate::identity::Caller;
use crate::openapi;
use crate::problem::Problem;
use crate::site::Site;
use crate::time::{now, written};

/// A participant's budgets.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Budgets {
    /// Whose they are.
    pub(crate) participant: String,
    pub(crate) budgets: Vec<Budget>,
}

/// The budgets in a competition. Null: there is no bound.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Budget {
    /// The competition.
    pub(crate) competition: String,
    /// Validations.
    pub(crate) validations: Option<Allowance>,
    /// Gradings.
    pub(crate) gradings: Option<Allowance>,
    /// Bytes of all files.
    pub(crate) bytes: Option<Allowance>,
}

/// What there is of something.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Allowance {
    /// How many there are within the window.
    pub(crate) count: u64,
    /// How long the window is, which ends now, in seconds.
    pub(crate) window_seconds: u64,
    /// How many were used within it.
    pub(crate) used: u64,
    /// How many are left.
    pub(crate) left: u64,
    /// When the oldest use no longer counts: RFC 3339, UTC; null if there is none.
    pub(crate) more_at: Option<String>,
}

/// That the server runs, or takes submissions.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Health {
    /// `running` or `ready`.
    status: &'static str,
}

pub(super) async fn budget(State(site): State<Arc<Site>>, caller: Caller) -> Result<Json<Budgets>, Problem> {
    budgets_of(&site, &caller).await.map(Json)
}

pub(super) async fn health() -> Json<Health> {
    Json(Health { status: "running" })
}

pub(super) async fn ready(State(site): State<Arc<Site>>) -> Result<Json<Health>, Problem> {
    if site.ending.is_asked() {
        return Err(Problem::busy("the server is about to end"));
    }
    if site.store(|store| store.queued()).await? >= site.policy.queued() {
        return Err(Problem::busy("as many submissions as may be wait to be graded"));
    }
    Ok(Json(Health { status: "ready" }))
}

pub(super) async fn openapi() -> Json<Value> {
    Json(openapi::document(super::operations().iter().map(|(operation, _)| operation)))
}

/// What is left of a participant's budgets.
pub(crate) async fn budgets_of(site: &Arc<Site>, caller: &Caller) -> Result<Budgets, Problem> {
    let mut budgets = Vec::new();
    for id in site.policy.competitions() {
        let Some(rules) = site.policy.of(id) else { continue };
        let (participant, competition, rates) = (caller.participant.clone(), id.to_owned(), rules.budgets);
        let now = now();
        let uses =
            site.store(move |store| store.uses(&participant, &competition, now - rates.longest_window())).await?;
        budgets.push(Budget {
            competition: id.to_owned(),
            validations: rates.left_of(Spending::Validation, &uses, now).map(allowance),
            gradings: rates.left_of(Spending::Grading, &uses, now).map(allowance),
            bytes: rates.bytes_left(&uses, now).map(allowance),
        });
    }
    Ok(Budgets { participant: caller.participant.clone(), budgets })
}

fn allowance((rate, Left { used, left, more_at }): (Rate, Left)) -> Allowance {
    Allowance {
        count: rate.count,
        window_seconds: u64::try_from(rate.window / 1000).unwrap_or_default(),
        used,
        left,
        more_at: more_at.map(written),
    }
}
