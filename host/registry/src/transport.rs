//! HTTP to a registry and where it leads, with the challenge that a registry answers strangers with.

use assay_http::{Client, HttpError, Method, Response, TLS_REMEDY, Uri, with_query};
use assay_types::excerpt::excerpt;
use serde::Deserialize;

use crate::bounds::Bounds;
use crate::credentials::{Credentials, remedy};
use crate::error::RegistryError;
use crate::reference::Reference;

/// The longest answer that is not asked for what is in it, in bytes.
const ANSWER: u64 = 64 << 10;

/// A connection to a registry, for one repository.
pub(crate) struct Transport {
    client: Client,
    registry: String,
    /// What is to be done: a scope, such as `repository:a/b:pull`.
    scope: String,
    /// True if credentials would be sent to another machine without TLS.
    in_the_open: bool,
}

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
        let authority = registry.parse().map_err(|_| RegistryError::Setup(format!("{registry} is no host")))?;
        let plain = bounds.is_plain(loopback);
        let client = Client::new(authority, plain, bounds.times()).map_err(|error| of_http(registry, error))?;
        Ok(Transport {
            client,
            registry: registry.to_owned(),
            scope: format!("repository:{}:{actions}", reference.repository()),
            in_the_open: plain && !loopback,
        })
    }

    /// Something below the registry's interface.
    pub(crate) fn uri(&self, path: &str) -> Result<Uri, RegistryError> {
        self.client.uri(path).map_err(|error| self.failed(error))
    }

    /// Asks, shows who we are if that is wanted, and goes where reading is led to.
    pub(crate) fn ask(&mut self, asked: Asked<'_>) -> Result<Answer, RegistryError> {
        let reads = asked.method == Method::GET;
        let mut asked = asked;
        for redirects in 0.. {
            self.client.bounded(redirects).map_err(|error| self.failed(error))?;
            let mut answer = self.once(&asked)?;
            if answer.status == 401 && !self.client.is_authorized() && self.client.is_own(&asked.uri) {
                let authorization = self.authorize(&answer)?;
                self.client.authorize(authorization);
                answer = self.once(&asked)?;
            }
            match (&answer.location, answer.status) {
                (Some(location), 301 | 302 | 303 | 307 | 308) if reads => {
                    asked.uri = self.led(&asked.uri, location)?;
                }
                _ => return Ok(answer),
            }
        }
        Err(self.sent("leads nowhere"))
    }

    /// Where a registry leads: within the scheme, and without TLS to itself alone.
    pub(crate) fn led(&self, from: &Uri, location: &str) -> Result<Uri, RegistryError> {
        self.client.led(from, location).map_err(|error| self.failed(error))
    }

    /// One request. Only the registry itself is shown who we are.
    fn once(&self, asked: &Asked<'_>) -> Result<Answer, RegistryError> {
        let headers = match asked.accept {
            "" => Vec::new(),
            accept => vec![("Accept", accept.to_owned())],
        };
        let (method, uri) = (asked.method.clone(), asked.uri.clone());
        let response = self.client.once(&assay_http::Asked { method, uri, headers, content: asked.content });
        self.answer(response.map_err(|error| self.failed(error))?, asked.limit)
    }

    fn answer(&self, response: Response, limit: u64) -> Result<Answer, RegistryError> {
        let location = response.header("Location").map(ToOwned::to_owned);
        let challenges = response.headers_of("WWW-Authenticate").map(ToOwned::to_owned).collect();
        let status = response.status;
        let body = response.read(if status == 200 { limit } else { ANSWER }).map_err(|error| self.failed(error))?;
        Ok(Answer { status, location, body, challenges })
    }

    fn failed(&self, error: HttpError) -> RegistryError {
        of_http(&self.registry, error)
    }

    /// What shows that we may, by what the registry wants to be shown.
    fn authorize(&self, answer: &Answer) -> Result<String, RegistryError> {
        let credentials = Credentials::find(&self.registry)?;
        if credentials.is_some() && self.in_the_open {
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
        let pairs = [Some(("scope", self.scope.as_str())), service.as_deref().map(|service| ("service", service))];
        let pairs: Vec<(&str, &str)> = pairs.into_iter().flatten().collect();
        let uri = with_query(self.led(&own, realm)?, &pairs).map_err(|error| self.failed(error))?;
        let shown = credentials.map(Credentials::basic);
        let response = self.client.asked_as(&assay_http::Asked::get(uri), shown.as_deref());
        let answer = self.answer(response.map_err(|error| self.failed(error))?, ANSWER)?;
        if answer.status != 200 {
            return Err(self.denied(&answer, credentials.is_some()));
        }
        let token: Option<Token> = serde_json::from_slice(&answer.body).ok();
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
            401 | 403 => self.denied(answer, self.client.is_authorized()),
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

/// An error of HTTP, as one of the registry.
fn of_http(registry: &str, error: HttpError) -> RegistryError {
    match error {
        HttpError::Unreachable { host, said, tls } => {
            let remedy =
                if tls { format!("; {TLS_REMEDY}, and `--plain-http` does without TLS") } else { String::new() };
            RegistryError::Unreachable { registry: host, said: format!("{said}{remedy}") }
        }
        HttpError::Sent { what, .. } => RegistryError::Sent { registry: registry.to_owned(), what },
        HttpError::Setup(what) => RegistryError::Setup(what),
    }
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
