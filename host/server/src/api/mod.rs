//! The server's own interface, version 1. [`operations`] is the one list of what there is: the router is made of it, and the OpenAPI
//! document too.

mod competitions;
mod operator;
mod state;
mod submissions;
mod validations;

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::routing::{MethodRouter, get, post};

pub(crate) use self::competitions::{Competition, Leaderboard, Shows, all as competitions, standings};
pub(crate) use self::operator::{Queue, UseLog, log_state, waiting};
pub(crate) use self::state::{Allowance, Budgets, budgets_of};
use crate::identity::Caller;
use crate::openapi::{Access, Answer, Body, Operation, Parameter};
use crate::problem::{Kind, Problem};
use crate::site::Site;
use crate::view::Submission;

/// A part of the path, if it can be read.
type InPath = Result<Path<String>, PathRejection>;

/// What the query says, if it can be read.
type InQuery<T> = Result<Query<T>, QueryRejection>;

/// An operation and what carries it out.
pub(crate) type Handled = (Operation, MethodRouter<Arc<Site>>);

/// What any operation that needs a token may be answered with.
const FOR_CALLERS: &[Kind] = &[Kind::Unauthorized, Kind::Busy, Kind::Internal];

/// What an upload may be answered with.
const FOR_UPLOADS: &[Kind] = &[
    Kind::BadRequest,
    Kind::Unauthorized,
    Kind::NotFound,
    Kind::TooSlow,
    Kind::TooLarge,
    Kind::UnsupportedMediaType,
    Kind::BudgetSpent,
    Kind::Busy,
    Kind::Internal,
];

/// All that there is.
pub(crate) fn operations() -> Vec<Handled> {
    let competition = Parameter::path("competition", "The competition's id.");
    let id = Parameter::path("id", "The submission's id.");
    let listed = [FOR_CALLERS, &[Kind::BadRequest]].concat();
    let found = [FOR_CALLERS, &[Kind::NotFound]].concat();
    let operators = [FOR_CALLERS, &[Kind::Forbidden]].concat();
    vec![
        (
            Operation::get("/v1/competitions", "listCompetitions", "The competitions that there are.")
                .answers(Answer::json::<competitions::Competitions>(200, "The competitions."))
                .problems(FOR_CALLERS),
            get(competitions::list),
        ),
        (
            Operation::get("/v1/competitions/{competition}", "getCompetition", "A competition.")
                .parameter(competition.clone())
                .answers(Answer::json::<competitions::Competition>(200, "The competition."))
                .problems(&found),
            get(competitions::get),
        ),
        (
            Operation::get(
                "/v1/competitions/{competition}/leaderboard",
                "getLeaderboard",
                "The best submission of each participant, if the policy shows it.",
            )
            .parameter(competition.clone())
            .answers(Answer::json::<competitions::Leaderboard>(200, "The leaderboard."))
            .problems(&[found.as_slice(), &[Kind::Forbidden]].concat()),
            get(competitions::leaderboard),
        ),
        (
            Operation::post(
                "/v1/competitions/{competition}/validations",
                "validate",
                "Is a file valid? There is no score, and the answers are not looked at.",
            )
            .parameter(competition.clone())
            .body(Body::Upload)
            .answers(Answer::json::<validations::Validation>(200, "What was found."))
            .problems(FOR_UPLOADS),
            post(validations::validate),
        ),
        (
            Operation::post(
                "/v1/competitions/{competition}/submissions",
                "submit",
                "Hand a file in to be graded. Once it is accepted it is kept, and graded once.",
            )
            .parameter(competition)
            .parameter(Parameter::header(
                "Idempotency-Key",
                "A text of your own, of 1 to 255 visible ASCII characters. Whoever hands the same file in by the same key again gets the \
                 submission that there is.",
            ))
            .body(Body::Upload)
            .answers(Answer::json::<Submission>(202, "It is accepted, and will be graded.").located())
            .answers(Answer::json::<Submission>(200, "It was accepted before, by the same key.").located())
            .problems(&[FOR_UPLOADS, &[Kind::Forbidden, Kind::KeyReused]].concat()),
            post(submissions::submit),
        ),
        (
            Operation::get("/v1/submissions", "listSubmissions", "Your submissions, the latest first; for operators, all.")
                .parameter(Parameter::query("competition", "Only those to this competition.", Parameter::text()))
                .parameter(Parameter::query("before", "Only those before the submission of this id.", Parameter::text()))
                .parameter(Parameter::query("limit", "How many: 1 to 100.", Parameter::number(1, 100, 50)))
                .answers(Answer::json::<submissions::Submissions>(200, "The submissions."))
                .problems(&listed),
            get(submissions::list),
        ),
        (
            Operation::get("/v1/submissions/{id}", "getSubmission", "A submission, with what came of it as far as it is shown.")
                .parameter(id.clone())
                .answers(Answer::json::<Submission>(200, "The submission."))
                .problems(&found),
            get(submissions::get),
        ),
        (
            Operation::get(
                "/v1/submissions/{id}/report",
                "getReport",
                "The library's report on a submission, and what the grader said beside the answers: for operators.",
            )
            .parameter(id)
            .answers(Answer::json::<operator::Report>(200, "The report."))
            .problems(&[found.as_slice(), &[Kind::Forbidden]].concat()),
            get(operator::report),
        ),
        (
            Operation::get("/v1/budget", "getBudget", "What is left of your budgets, by competition.")
                .answers(Answer::json::<state::Budgets>(200, "The budgets."))
                .problems(FOR_CALLERS),
            get(state::budget),
        ),
        (
            Operation::get("/v1/queue", "getQueue", "How many submissions wait: for operators.")
                .answers(Answer::json::<operator::Queue>(200, "The queue."))
                .problems(&operators),
            get(operator::queue),
        ),
        (
            Operation::get("/v1/use-log", "getUseLog", "Does the log of uses hold, and what is in it: for operators.")
                .answers(Answer::json::<operator::UseLog>(200, "The log's state."))
                .problems(&operators),
            get(operator::use_log),
        ),
        (
            Operation::get("/v1/health", "getHealth", "The server runs.")
                .access(Access::Anybody)
                .answers(Answer::json::<state::Health>(200, "It runs.")),
            get(state::health),
        ),
        (
            Operation::get("/v1/ready", "getReady", "The server takes submissions.")
                .access(Access::Anybody)
                .answers(Answer::json::<state::Health>(200, "It does."))
                .problems(&[Kind::Busy, Kind::Internal]),
            get(state::ready),
        ),
        (
            Operation::get("/metrics", "getMetrics", "Figures in the text form of Prometheus: for operators.")
                .answers(Answer::text(200, "The figures."))
                .problems(&operators),
            get(operator::metrics),
        ),
        (
            Operation::get("/openapi.json", "getOpenApi", "This document.")
                .access(Access::Anybody)
                .answers(Answer::any(200, "The document.")),
            get(state::openapi),
        ),
    ]
}

/// A caller's latest submissions; for operators, everybody's.
pub(crate) async fn submissions_of(
    site: &Arc<Site>,
    caller: &Caller,
    limit: u32,
) -> Result<(Vec<Submission>, Option<String>), Problem> {
    submissions::page(site, caller, None, None, limit).await
}

/// A submission that a caller may see, as far as it is shown.
pub(crate) async fn submission_of(site: &Arc<Site>, caller: &Caller, id: String) -> Result<Submission, Problem> {
    Ok(submissions::shown(site, &submissions::of(site, caller, id).await?))
}

/// The text of a part of the path.
fn text(path: InPath) -> Result<String, Problem> {
    path.map(|Path(text)| text).map_err(|_| Problem::new(Kind::NotFound, "the path is not UTF-8"))
}
