//! What the handlers of the server's own interface and of its page share: the store, the policy, the queue, and who calls.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::app::App;
use crate::connection::Connections;
use crate::identity::{self, Caller};
use crate::policy::{Policy, Rules};
use crate::problem::{Kind, Problem};
use crate::queue::Signals;
use crate::shutdown::Ending;
use crate::store::{Store, StoreError};

/// What they share.
pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) store: Store,
    pub(crate) policy: Policy,
    pub(crate) signals: Signals,
    pub(crate) connections: Arc<Connections>,
    pub(crate) use_log: std::path::PathBuf,
    pub(crate) ending: Ending,
}

impl Site {
    /// Asks the store, on a thread that may wait for the disk.
    pub(crate) async fn store<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let site = Arc::clone(self);
        match tokio::task::spawn_blocking(move || ask(&site.store)).await {
            Ok(asked) => asked.map_err(|error| Problem::internal(&error)),
            Err(error) => Err(Problem::internal(&error)),
        }
    }

    /// The rules of a competition that is there.
    pub(crate) fn rules(&self, id: &str) -> Result<&Rules, Problem> {
        self.policy
            .of(id)
            .ok_or_else(|| Problem::new(Kind::NotFound, "there is no such competition; `/v1/competitions` lists them"))
    }

    /// Who shows this token.
    pub(crate) async fn caller(self: &Arc<Self>, token: &str) -> Result<Option<Caller>, Problem> {
        let hash = identity::hash(token);
        self.store(move |store| store.caller(&hash)).await
    }
}

impl FromRequestParts<Arc<Site>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Problem> {
        let unauthorized = |detail: &str| Problem::new(Kind::Unauthorized, detail);
        let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        let token = header
            .and_then(|header| header.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let Some(token) = token else {
            return Err(unauthorized("send the token that the operator gave you, as `Authorization: Bearer TOKEN`"));
        };
        let caller = site.caller(token).await?;
        caller.ok_or_else(|| unauthorized("this token is unknown or was revoked; ask the operator for another one"))
    }
}

/// An operator.
pub(crate) struct Operator;

impl FromRequestParts<Arc<Site>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, site).await?;
        if caller.is_operator() { Ok(Operator) } else { Err(Problem::new(Kind::Forbidden, "this is for operators")) }
    }
}
