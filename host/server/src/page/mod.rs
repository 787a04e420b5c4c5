//! The page at `/`, for people: made by the server, of forms that work without scripts.

mod session;
mod show;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form as Fields, FromRequest, Path, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tokio::time::timeout;

use self::session::{Session, SignedIn};
use self::show::Home;
use crate::api;
use crate::handing_in::{self, Form};
use crate::site::Site;

/// How many submissions the page lists.
const LISTED: u32 = 50;

/// How many bytes what is typed in may have, and how long it may take to come.
const TYPED_BYTES: usize = 4096;
const TYPED: Duration = Duration::from_secs(10);

/// What is typed in to sign in.
#[derive(Deserialize)]
struct Given {
    token: String,
}

/// The page's paths.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in).layer(DefaultBodyLimit::max(TYPED_BYTES)))
        .route("/sign-out", post(sign_out))
        .route("/competitions/{competition}/validate", post(validate))
        .route("/competitions/{competition}/submit", post(submit))
        .route("/submissions/{id}", get(submission))
        .route("/style.css", get(async || asset("text/css; charset=utf-8", include_str!("style.css"))))
        .route("/drop.js", get(async || asset("text/javascript; charset=utf-8", include_str!("drop.js"))))
}

async fn home(State(site): State<Arc<Site>>, session: Session) -> Response {
    let Session(Some(caller)) = session else { return show::sign_in(None) };
    let asked = async {
        let competitions = api::competitions(&site)?;
        let (submissions, _) = api::submissions_of(&site, &caller, LISTED).await?;
        let budgets = api::budgets_of(&site, &caller).await?;
        let mut leaderboards = Vec::new();
        for competition in competitions.iter().filter(|competition| competition.leaderboard) {
            leaderboards.push(api::standings(&site, &competition.id).await?);
        }
        let operator =
            if caller.is_operator() { Some((api::waiting(&site).await?, api::log_state(&site).await?)) } else { None };
        Ok(Home { competitions, submissions, budgets, leaderboards, operator })
    };
    match asked.await {
        Ok(home) => show::home(&caller, &home),
        Err(problem) => show::problem(Some(&caller), &problem),
    }
}

async fn sign_in(State(site): State<Arc<Site>>, request: Request) -> Response {
    if let Err(problem) = session::of_this_site(request.headers()) {
        return show::problem(None, &problem);
    }
    let Ok(Ok(Fields(Given { token }))) = timeout(TYPED, Fields::from_request(request, &())).await else {
        return show::sign_in(Some("Type the token in."));
    };
    match site.caller(token.trim()).await {
        Ok(Some(_)) => {
            let cookie = session::cookie(token.trim(), site.app.is_encrypted);
            ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        Ok(None) => show::sign_in(Some("This token is unknown or was revoked.")),
        Err(problem) => show::problem(None, &problem),
    }
}

async fn sign_out(headers: HeaderMap) -> Response {
    match session::of_this_site(&headers) {
        Ok(()) => ([(SET_COOKIE, session::no_cookie())], Redirect::to("/")).into_response(),
        Err(problem) => show::problem(None, &problem),
    }
}

async fn validate(
    State(site): State<Arc<Site>>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    form: Form,
) -> Response {
    match handing_in::validate(&site, &caller, &id, form).await {
        Ok(found) => show::validation(&caller, &found),
        Err(problem) => show::problem(Some(&caller), &problem),
    }
}

async fn submit(
    State(site): State<Arc<Site>>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    form: Form,
) -> Response {
    match handing_in::submit(&site, &caller, &id, None, form).await {
        Ok(taken) => Redirect::to(&format!("/submissions/{}", taken.stored.id)).into_response(),
        Err(problem) => show::problem(Some(&caller), &problem),
    }
}

async fn submission(State(site): State<Arc<Site>>, session: Session, Path(id): Path<String>) -> Response {
    let Session(Some(caller)) = session else { return show::sign_in(None) };
    match api::submission_of(&site, &caller, id).await {
        Ok(submission) => show::submission(&caller, &submission),
        Err(problem) => show::problem(Some(&caller), &problem),
    }
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")], text).into_response()
}
