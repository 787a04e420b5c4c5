//! Who uses the page: by a cookie that holds the token, which scripts cannot read and other sites cannot send.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::show;
use crate::identity::Caller;
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// What the cookie is called.
const NAME: &str = "assay_token";

/// Who uses the page, if anybody has signed in.
pub(super) struct Session(pub(super) Option<Caller>);

/// Who has signed in and sends a form of this page.
pub(super) struct SignedIn(pub(super) Caller);

/// The cookie of a token.
pub(super) fn cookie(token: &str, is_encrypted: bool) -> String {
    let secure = if is_encrypted { "; Secure" } else { "" };
    format!("{NAME}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000{secure}")
}

/// What removes it.
pub(super) fn no_cookie() -> String {
    format!("{NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// A form has to come from a page of this site. Browsers say where it comes from.
pub(super) fn of_this_site(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let fetched = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = match (text(ORIGIN.as_str()), text(HOST.as_str())) {
        (Some(origin), Some(host)) => {
            origin.parse::<Uri>().ok().and_then(|uri| uri.authority().map(|authority| authority.as_str() == host))
                == Some(true)
        }
        (Some(_), None) => false,
        (None, _) => true,
    };
    if fetched && origin { Ok(()) } else { Err(Problem::new(Kind::Forbidden, "this form was sent from another site")) }
}

impl FromRequestParts<Arc<Site>> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Response> {
        let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let mut pairs = cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let Some((_, token)) = pairs.find(|(name, _)| *name == NAME) else { return Ok(Session(None)) };
        site.caller(token).await.map(Session).map_err(|problem| show::problem(None, &problem))
    }
}

impl FromRequestParts<Arc<Site>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Response> {
        let Session(caller) = Session::from_request_parts(parts, site).await?;
        let caller = caller.ok_or_else(|| show::sign_in(None))?;
        of_this_site(&parts.headers).map_err(|problem| show::problem(Some(&caller), &problem))?;
        Ok(SignedIn(caller))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_other_sites_are_refused() {
        let sent = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            of_this_site(&headers).is_ok()
        };
        assert!(sent(&[("host", "a:5000"), ("origin", "http://a:5000"), ("sec-fetch-site", "same-origin")]));
        assert!(sent(&[("host", "a:5000")]), "no browser");
        assert!(!sent(&[("host", "a:5000"), ("origin", "http://b:5000")]));
        assert!(!sent(&[("host", "a:5000"), ("origin", "null")]));
        assert!(!sent(&[("host", "a:5000"), ("sec-fetch-site", "cross-site")]));
    }
}
