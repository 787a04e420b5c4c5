//! Competitions, as participants see them.

use std::sync::Arc;

use assay_types::competition;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::{InPath, text};
use crate::identity::Caller;
use crate::policy::{Rules, Show};
use crate::problem::{Kind, Problem};
use crate::site::Site;
use crate::time::written;
use crate::view::Rows;

/// How many lines a leaderboard has at most.
const LINES: u32 = 1000;

/// The competitions that there are.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Competitions {
    pub(crate) competitions: Vec<Competition>,
}

/// A competition.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Competition {
    /// Its id.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// What a submission predicts and how it is scored.
    pub(crate) summary: String,
    /// The columns that say which answer a row belongs to.
    pub(crate) key: Vec<String>,
    /// The columns that a submission must have beside them.
    pub(crate) columns: Vec<String>,
    /// What participants see of their gradings.
    pub(crate) shows: Shows,
    /// Whether there is a leaderboard.
    pub(crate) leaderboard: bool,
    /// When it ends: RFC 3339, UTC; null if it does not.
    pub(crate) ends_at: Option<String>,
    /// Whether it has ended, so that nothing is taken any more.
    pub(crate) has_ended: bool,
}

/// What participants see of their gradings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shows {
    /// Whether a submission is valid.
    Validity,
    /// The score.
    Score,
    /// The score on a public part of the rows, and once it has ended that on all.
    PublicPart,
}

/// The best submission of each participant.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Leaderboard {
    /// The competition.
    pub(crate) competition: String,
    /// What the scores are of.
    pub(crate) score_of: Rows,
    /// The best first.
    pub(crate) entries: Vec<Line>,
}

/// A line of a leaderboard.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Line {
    /// Its place, from 1.
    pub(crate) place: usize,
    /// Whose it is.
    pub(crate) participant: String,
    /// The score, rounded.
    pub(crate) score: f64,
    /// When that submission was accepted: RFC 3339, UTC.
    pub(crate) accepted_at: String,
}

pub(super) async fn list(State(site): State<Arc<Site>>, _: Caller) -> Result<Json<Competitions>, Problem> {
    Ok(Json(Competitions { competitions: all(&site)? }))
}

pub(super) async fn get(State(site): State<Arc<Site>>, _: Caller, id: InPath) -> Result<Json<Competition>, Problem> {
    let id = text(id)?;
    let rules = site.rules(&id)?;
    one(&site, &id, rules).map(Json)
}

pub(super) async fn leaderboard(
    State(site): State<Arc<Site>>,
    _: Caller,
    id: InPath,
) -> Result<Json<Leaderboard>, Problem> {
    let id = text(id)?;
    if !site.rules(&id)?.leaderboard {
        return Err(Problem::new(Kind::Forbidden, "this competition has no leaderboard that is shown"));
    }
    standings(&site, &id).await.map(Json)
}

/// The competitions that there are.
pub(crate) fn all(site: &Site) -> Result<Vec<Competition>, Problem> {
    let there = site.policy.competitions().filter_map(|id| site.policy.of(id).map(|rules| (id, rules)));
    there.map(|(id, rules)| one(site, id, rules)).collect()
}

fn one(site: &Site, id: &str, rules: &Rules) -> Result<Competition, Problem> {
    let competition = site.app.service.competitions().get(id).map_err(|error| Problem::internal(&error))?;
    let names =
        |rule: &competition::ColumnRule| if rule.one_of { vec![rule.names.join(" or ")] } else { rule.names.clone() };
    Ok(Competition {
        id: competition.id.clone(),
        title: competition.title.clone(),
        summary: competition.summary.clone(),
        key: competition.submission.key.clone(),
        columns: competition.submission.columns.iter().flat_map(names).collect(),
        shows: match rules.show {
            Show::Validity => Shows::Validity,
            Show::Score => Shows::Score,
            Show::PublicPart => Shows::PublicPart,
        },
        leaderboard: rules.leaderboard,
        ends_at: rules.end.map(|end: DateTime<Utc>| end.to_rfc3339_opts(SecondsFormat::Millis, true)),
        has_ended: rules.has_ended(Utc::now()),
    })
}

/// The leaderboard of a competition, as far as scores are shown.
pub(crate) async fn standings(site: &Arc<Site>, id: &str) -> Result<Leaderboard, Problem> {
    let rules = site.rules(id)?.clone();
    let on_part = rules.shows_part(Utc::now());
    let competition = id.to_owned();
    let best = site.store(move |store| store.leaderboard(&competition, on_part, LINES)).await?;
    let line = |(index, entry): (usize, crate::store::Entry)| Line {
        place: index + 1,
        participant: entry.participant,
        score: assay_types::medal::rounded(entry.score, rules.digits),
        accepted_at: written(entry.accepted_at),
    };
    Ok(Leaderboard {
        competition: id.to_owned(),
        score_of: if on_part { Rows::PublicPart } else { Rows::All },
        entries: best.into_iter().enumerate().map(line).collect(),
    })
}
