//! HTTP to a registry and where it leads: bounded, over TLS unless it is this machine, and with credentials for it alone.

use std::io::ErrorKind;

use assay_types::excerpt::excerpt;
use serde::Deserialize;
use ureq::http::uri::{Authority, Scheme, Uri};
use ureq::http::{Method, Request, Response};
use ureq::{Agent, Body};

use crate::agent::{Bounds, agent};
use crate::credentials::{Credentials, remedy};
use crate::error::RegistryError;
use crate::reference::Reference;

/// The longest answer that is not asked for what is in it, in bytes.
const ANSWER: u64 = 64 << 10;

/// How often a registry may lead elsewhere for one thing.
const REDIRECTS: usize = 5;

/// A connection to a registry, for one repository.
pub(crate) struct Transport {
    agent: Agent,
    scheme: Scheme,
    /// Where the registry is.
    authority: Authority,
    registry: String,
    /// What is to be done: a scope, such as `repository:a/b:pull`.
    scope: String,
    loopback: bool,
    /// What shows that we may, once the registry wanted it.
    authorization: Option<String>,
}

/// What to do where TLS does not come about.
const TLS_REMEDY: &str =
    "; `SSL_CERT_FILE` names a file of the authorities to trust, and `--plain-http` does without TLS";

/// What is asked.
pub(crate) struct Asked<'a> {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) accept: &'a str,
    /// What is sent along, and its type.
    pub(crate) content: Option<(&'a str, &'a [u8])>,
    /// The longest answer, in bytes.
    pub(crate) limit: u64,
}

/// What is answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
    challenges: Vec<String>,
}

impl Transport {
    pub(crate) fn new(reference: &Reference, actions: &str, bounds: &Bounds) -> Result<Self, RegistryError> {
        let registry = reference.registry();
        let loopback = reference.is_loopback();
        let scheme = if bounds.is_plain(loopback) { Scheme::HTTP } else { Scheme::HTTPS };
        let authority = registry.parse().map_err(|_| RegistryError::Setup(format!("{registry} is no host")))?;
        Ok(Transport {
            agent: agent(loopback, bounds)?,
            scheme,
            authority,
            registry: registry.to_owned(),
            scope: format!("repository:{}:{actions}", reference.repository()),
            loopback,
            authorization: None,
        })
    }

    /// Something below the registry's interface.
    pub(crate) fn uri(&self, path: &str) -> Result<Uri, RegistryError> {
        let parts = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        parts.path_and_query(path).build().map_err(|error| RegistryError::Setup(format!("{path}: {error}")))
    }

    /// Asks, shows who we are if that is wanted, and goes where reading is led to.
    pub(crate) fn ask(&mut self, asked: Asked<'_>) -> Result<Answer, RegistryError> {
        let reads = asked.method == Method::GET;
        let mut asked = asked;
        for _ in 0..=REDIRECTS {
            let mut answer = self.once(&asked)?;
            if answer.status == 401 && self.authorization.is_none() && self.is_own(&asked.uri) {
                self.authorization = Some(self.authorize(&answer)?);
                answer = self.once(&asked)?;
            }
            match (&answer.location, answer.status) {
                (Some(location), 301 | 302 | 303 | 307 | 308) if reads => {
                    asked.uri = self.led(&asked.uri, location)?;
                }
                _ => return Ok(answer),
            }
        }
        Err(self.sent(format!("leads elsewhere more than {REDIRECTS} times")))
    }

    /// Where a registry leads: within the scheme, and without TLS to itself alone.
    pub(crate) fn led(&self, from: &Uri, location: &str) -> Result<Uri, RegistryError> {
        let nowhere = || self.sent(format!("leads to {}, which is no address", excerpt(place(location))));
        let to: Uri = location.parse().map_err(|_| nowhere())?;
        let to = match (to.scheme(), to.authority(), to.path_and_query()) {
            (Some(_), Some(_), _) => to,
            (None, None, Some(path)) if path.as_str().starts_with('/') => {
                let parts = Uri::builder().scheme(self.scheme.clone());
                let parts = parts.authority(from.authority().unwrap_or(&self.authority).clone());
                parts.path_and_query(path.clone()).build().map_err(|_| nowhere())?
            }
            _ => return Err(nowhere()),
        };
        if to.scheme() != Some(&self.scheme) {
            return Err(self.sent(format!(
                "leads to {}, by another scheme than {}",
                excerpt(place(location)),
                self.scheme
            )));
        }
        if self.scheme == Scheme::HTTP && !self.is_own(&to) {
            return Err(self.sent(format!("leads to {}, another host, without TLS", excerpt(place(location)))));
        }
        if to.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(self.sent("leads to an address with a user's name in it"));
        }
        Ok(to)
    }

    fn is_own(&self, uri: &Uri) -> bool {
        uri.authority() == Some(&self.authority)
    }

    /// One request. Only the registry itself is shown who we are.
    fn once(&self, asked: &Asked<'_>) -> Result<Answer, RegistryError> {
        let mut request = Request::builder().method(asked.method.clone()).uri(asked.uri.clone());
        if !asked.accept.is_empty() {
            request = request.header("Accept", asked.accept);
        }
        if let Some(authorization) = self.authorization.as_ref().filter(|_| self.is_own(&asked.uri)) {
            request = request.header("Authorization", authorization);
        }
        let run = match asked.content {
            Some((kind, content)) => {
                request.header("Content-Type", kind).body(content).map(|request| self.agent.run(request))
            }
            None => request.body(()).map(|request| self.agent.run(request)),
        };
        let run = run.map_err(|error| RegistryError::Setup(error.to_string()))?;
        let host = asked.uri.authority().map_or_else(String::new, ToString::to_string);
        let mut response = run.map_err(|error| self.failed(&host, &error, asked.limit))?;
        let header = |name: &str| texts(&response, name).next();
        let (location, challenges) = (header("Location"), texts(&response, "WWW-Authenticate").collect());
        let status = response.status().as_u16();
        let limit = if status == 200 { asked.limit } else { ANSWER };
        let body = response.body_mut().with_config().limit(limit).read_to_vec();
        Ok(Answer { status, location, challenges, body: body.map_err(|error| self.failed(&host, &error, limit))? })
    }

    fn failed(&self, host: &str, error: &ureq::Error, limit: u64) -> RegistryError {
        match error {
            ureq::Error::BodyExceedsLimit(_) => self.sent(format!("sends more than {limit} bytes")),
            ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::LargeResponseHeader(..) => {
                let said = error.to_string();
                self.sent(format!("answers with what is no HTTP: {}", excerpt(&said).unquoted(200)))
            }
            error => {
                let said = error.to_string();
                // This kind of error is TLS's.
                let by_tls = self.scheme == Scheme::HTTPS
                    && matches!(error, ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData);
                let remedy = if by_tls { TLS_REMEDY } else { "" };
                let said = format!("{}{remedy}", excerpt(&said).unquoted(300));
                RegistryError::Unreachable { registry: host.to_owned(), said }
            }
        }
    }

    /// What shows that we may, by what the registry wants to be shown.
    fn authorize(&self, answer: &Answer) -> Result<String, RegistryError> {
        let credentials = Credentials::find(&self.registry)?;
        if credentials.is_some() && self.scheme == Scheme::HTTP && !self.loopback {
            let what = "credentials are sent over TLS alone: leave out `--plain-http`".to_owned();
            return Err(RegistryError::Credentials { registry: self.registry.clone(), what });
        }
        let denied = || self.denied(answer, credentials.is_some());
        for text in &answer.challenges {
            let challenges = http_auth::parse_challenges(text).unwrap_or_default();
            for challenge in &challenges {
                if challenge.scheme.eq_ignore_ascii_case("bearer") {
                    let value = |name: &str| {
                        let named = |(known, _): &&(&str, http_auth::ParamValue<'_>)| known.eq_ignore_ascii_case(name);
                        challenge.params.iter().find(named).map(|(_, value)| value.to_unescaped())
                    };
                    let realm = value("realm").ok_or_else(|| self.sent("names nobody who gives tokens"))?;
                    return self.token(&realm, value("service"), credentials.as_ref());
                }
                if challenge.scheme.eq_ignore_ascii_case("basic") {
                    return credentials.as_ref().map(Credentials::basic).ok_or_else(denied);
                }
            }
        }
        Err(denied())
    }

    /// A token for the scope, from whom the registry names.
    fn token(
        &self,
        realm: &str,
        service: Option<String>,
        credentials: Option<&Credentials>,
    ) -> Result<String, RegistryError> {
        #[derive(Deserialize)]
        struct Token {
            token: Option<String>,
            access_token: Option<String>,
        }
        let own = self.uri("/")?;
        let uri = self.led(&own, realm)?;
        let host = uri.authority().map_or_else(String::new, ToString::to_string);
        let mut request = self.agent.get(uri).query("scope", &self.scope);
        if let Some(service) = service {
            request = request.query("service", service);
        }
        if let Some(credentials) = credentials {
            request = request.header("Authorization", credentials.basic());
        }
        let mut response = request.call().map_err(|error| self.failed(&host, &error, ANSWER))?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(ANSWER).read_to_vec();
        let body = body.map_err(|error| self.failed(&host, &error, ANSWER))?;
        if status != 200 {
            let answer = Answer { status, location: None, challenges: Vec::new(), body };
            return Err(self.denied(&answer, credentials.is_some()));
        }
        let token: Option<Token> = serde_json::from_slice(&body).ok();
        let token = token.and_then(|token| token.token.or(token.access_token));
        // What goes into a header has no line ends.
        let plain = |token: &String| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let token = token.filter(plain).ok_or_else(|| self.sent("names somebody who gives no tokens"))?;
        Ok(format!("Bearer {token}"))
    }

    /// The error that a status is which nobody expected.
    pub(crate) fn unexpected(&self, answer: &Answer, what: &str) -> RegistryError {
        let (registry, said) = (self.registry.clone(), said(&answer.body));
        match answer.status {
            401 | 403 => self.denied(answer, self.authorization.is_some()),
            404 => RegistryError::Absent { registry, what: what.to_owned(), said },
            429 | 500.. => RegistryError::Failed { registry, status: answer.status, said },
            status => {
                let said = if said.is_empty() { said } else { format!(": {}", excerpt(&said).unquoted(300)) };
                self.sent(format!("answers with HTTP status {status} for `{what}`{said}"))
            }
        }
    }

    fn denied(&self, answer: &Answer, known: bool) -> RegistryError {
        RegistryError::Denied {
            registry: self.registry.clone(),
            status: answer.status,
            who: if known { "these credentials" } else { "strangers" },
            remedy: remedy(&self.registry),
            said: said(&answer.body),
        }
    }

    fn sent(&self, what: impl Into<String>) -> RegistryError {
        RegistryError::Sent { registry: self.registry.clone(), what: what.into() }
    }
}

/// An address without its query, which may let whoever has it do what is not theirs.
fn place(location: &str) -> &str {
    location.split('?').next().unwrap_or_default()
}

/// The values of a header that are text.
fn texts(response: &Response<Body>, name: &str) -> impl Iterator<Item = String> {
    response.headers().get_all(name).into_iter().filter_map(|value| value.to_str().ok().map(ToOwned::to_owned))
}

/// What a registry says of an error, in its own words.
fn said(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Error>,
    }
    #[derive(Deserialize)]
    struct Error {
        code: String,
        #[serde(default)]
        message: String,
    }
    let errors: Option<Errors> = serde_json::from_slice(body).ok();
    let first = errors.and_then(|errors| errors.errors.into_iter().next());
    first.map(|Error { code, message }| format!("{code}: {message}")).unwrap_or_default()
}
