//! Which path leads where, and what holds for every answer.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::app::App;
use crate::problem::{Kind, Problem};
use crate::site::Site;
use crate::{api, checker, page};

/// All that the server answers.
pub(crate) fn router(app: &Arc<App>, site: Option<Arc<Site>>) -> Router {
    let mut router = Router::new().route("/health", get(checker::health));
    if app.checked.is_some() {
        router = router.route("/validate", post(checker::validate));
    }
    let mut router = router.with_state(Arc::clone(app));
    if let Some(site) = site {
        let mut own = page::routes();
        for (operation, handler) in api::operations() {
            own = own.route(operation.path, handler);
        }
        router = router.merge(own.with_state(site));
    }
    router
        .fallback(async || Problem::new(Kind::NotFound, "there is nothing at this path"))
        .method_not_allowed_fallback(async || {
            Problem::new(Kind::MethodNotAllowed, "the header `Allow` names those that are")
        })
        // Bodies are bounded where they are read.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(Arc::clone(app), around))
}

/// Around every request: bodies are read as they are, answers are not kept by anybody, and all is counted.
async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let mut response = match request.headers().get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Problem::new(Kind::UnsupportedMediaType, "bodies are not unpacked: send it without `Content-Encoding`")
                .into_response()
        }
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    app.metrics.answered(&route, response.status().as_u16(), start.elapsed());
    response
}
