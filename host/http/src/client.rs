//! Requests to one server and where it leads: bounded, over TLS unless it is this machine, and with credentials for it alone.

use std::io::{ErrorKind, Read};

use assay_types::excerpt::excerpt;
use ureq::http::request::Builder;
use ureq::http::uri::{Authority, Scheme, Uri};
use ureq::http::{HeaderMap, Method, Request};
use ureq::{Agent, Body};

use crate::agent::{Times, agent};
use crate::error::HttpError;
use crate::loopback::is_loopback;

/// How often a server may lead elsewhere for one thing.
const REDIRECTS: usize = 5;

/// What talks to one server.
pub struct Client {
    agent: Agent,
    scheme: Scheme,
    authority: Authority,
    loopback: bool,
    /// Whether a server on this machine may lead to another one here.
    to_neighbours: bool,
    /// What shows the server who we are. There is no way to print it.
    authorization: Option<String>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// How.
    pub method: Method,
    /// Where.
    pub uri: Uri,
    /// What is said besides. None of it is a secret: it goes along to wherever the server leads.
    pub headers: Vec<(&'static str, String)>,
    /// What is sent along, and its type.
    pub content: Option<(&'a str, &'a [u8])>,
}

impl Asked<'_> {
    /// To read what is at an address.
    #[must_use]
    pub fn get(uri: Uri) -> Self {
        Asked { method: Method::GET, uri, headers: Vec::new(), content: None }
    }
}

/// What is answered, of which the body is not read yet.
pub struct Response {
    /// The status.
    pub status: u16,
    /// Who answered.
    pub host: String,
    headers: HeaderMap,
    body: Body,
    scheme: Scheme,
}

impl Client {
    /// A client of one server. With `plain` it is used without TLS.
    ///
    /// # Errors
    ///
    /// If the authorities to trust cannot be read.
    pub fn new(authority: Authority, plain: bool, times: Times) -> Result<Self, HttpError> {
        let loopback = is_loopback(authority.as_str());
        let scheme = if plain { Scheme::HTTP } else { Scheme::HTTPS };
        Ok(Client {
            agent: agent(plain, loopback, times)?,
            scheme,
            authority,
            loopback,
            to_neighbours: false,
            authorization: None,
        })
    }

    /// The same; if the server is on this machine, it may lead to other servers here without TLS. None of them is shown who we are.
    #[must_use]
    pub fn led_to_neighbours(self) -> Self {
        Client { to_neighbours: true, ..self }
    }

    /// The server's name, with its port if it has one.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.as_str()
    }

    /// The scheme of everything that is asked.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// From now on, the server is shown who we are by this value of the header `Authorization`.
    pub fn authorize(&mut self, authorization: String) {
        self.authorization = Some(authorization);
    }

    /// True if the server is shown who we are.
    #[must_use]
    pub fn is_authorized(&self) -> bool {
        self.authorization.is_some()
    }

    /// Something on the server: a path, perhaps with a query.
    ///
    /// # Errors
    ///
    /// If it is no path.
    pub fn uri(&self, path: &str) -> Result<Uri, HttpError> {
        let parts = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        parts.path_and_query(path).build().map_err(|error| HttpError::Setup(format!("{path}: {error}")))
    }

    /// True if an address is on the server itself.
    #[must_use]
    pub fn is_own(&self, uri: &Uri) -> bool {
        uri.authority() == Some(&self.authority)
    }

    /// Where the server leads: within the scheme, and without TLS to itself alone, unless neighbours are allowed.
    ///
    /// # Errors
    ///
    /// If it leads anywhere else.
    pub fn led(&self, from: &Uri, location: &str) -> Result<Uri, HttpError> {
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
            let to = excerpt(place(location));
            return Err(self.sent(format!("leads to {to}, by another scheme than {}", self.scheme)));
        }
        let within = to
            .authority()
            .is_some_and(|authority| self.to_neighbours && self.loopback && is_loopback(authority.as_str()));
        if self.scheme == Scheme::HTTP && !self.is_own(&to) && !within {
            return Err(self.sent(format!("leads to {}, another host, without TLS", excerpt(place(location)))));
        }
        if to.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(self.sent("leads to an address with a user's name in it"));
        }
        Ok(to)
    }

    /// Where an answer leads; none if it leads nowhere.
    ///
    /// # Errors
    ///
    /// If it leads where nobody goes.
    pub fn led_by(&self, from: &Uri, response: &Response) -> Result<Option<Uri>, HttpError> {
        match (response.header("Location"), response.status) {
            (Some(location), 301 | 302 | 303 | 307 | 308) => self.led(from, location).map(Some),
            _ => Ok(None),
        }
    }

    /// An error if something was led elsewhere too often.
    ///
    /// # Errors
    ///
    /// If so.
    pub fn bounded(&self, redirects: usize) -> Result<(), HttpError> {
        if redirects <= REDIRECTS {
            return Ok(());
        }
        Err(self.sent(format!("leads elsewhere more than {REDIRECTS} times")))
    }

    /// One request. Only the server itself is shown who we are.
    ///
    /// # Errors
    ///
    /// If there is no answer. Any status is one.
    pub fn once(&self, asked: &Asked<'_>) -> Result<Response, HttpError> {
        self.asked_as(asked, self.authorization.as_deref().filter(|_| self.is_own(&asked.uri)))
    }

    /// One request that shows who we are in its own way, to wherever it goes.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub fn asked_as(&self, asked: &Asked<'_>, authorization: Option<&str>) -> Result<Response, HttpError> {
        let mut request = Request::builder().method(asked.method.clone()).uri(asked.uri.clone());
        for (name, value) in &asked.headers {
            request = request.header(*name, value);
        }
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let host = asked.uri.authority().map_or_else(String::new, ToString::to_string);
        self.run(request, asked.content, host)
    }

    /// A request to read something, and wherever the server leads for it.
    ///
    /// # Errors
    ///
    /// If there is no answer, or it leads where nobody goes.
    pub fn follow(&self, asked: &Asked<'_>) -> Result<Response, HttpError> {
        let mut asked = asked.clone();
        for redirects in 0.. {
            self.bounded(redirects)?;
            let response = self.once(&asked)?;
            match self.led_by(&asked.uri, &response)? {
                Some(uri) => asked.uri = uri,
                None => return Ok(response),
            }
        }
        Err(self.sent("leads nowhere"))
    }

    fn run(&self, request: Builder, content: Option<(&str, &[u8])>, host: String) -> Result<Response, HttpError> {
        let run = match content {
            Some((kind, content)) => {
                request.header("Content-Type", kind).body(content).map(|request| self.agent.run(request))
            }
            None => request.body(()).map(|request| self.agent.run(request)),
        };
        let run = run.map_err(|error| HttpError::Setup(error.to_string()))?;
        let response = run.map_err(|error| failed(&host, &self.scheme, &error, 0))?;
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        Ok(Response { status, host, headers: parts.headers, body, scheme: self.scheme.clone() })
    }

    fn sent(&self, what: impl Into<String>) -> HttpError {
        HttpError::Sent { host: self.authority.to_string(), what: what.into() }
    }
}

impl Response {
    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_of(name).next()
    }

    /// All headers of a name that are text.
    pub fn headers_of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
    }

    /// The whole body, if it has no more than so many bytes.
    ///
    /// # Errors
    ///
    /// If it is longer, or does not arrive.
    pub fn read(mut self, limit: u64) -> Result<Vec<u8>, HttpError> {
        let body = self.body.with_config().limit(limit).read_to_vec();
        body.map_err(|error| failed(&self.host, &self.scheme, &error, limit))
    }

    /// The body as a stream, as long as it is. Whoever reads it bounds it.
    pub fn into_reader(self) -> impl Read {
        self.body.into_with_config().limit(u64::MAX).reader()
    }
}

fn failed(host: &str, scheme: &Scheme, error: &ureq::Error, limit: u64) -> HttpError {
    let sent = |what| HttpError::Sent { host: host.to_owned(), what };
    let said = error.to_string();
    match error {
        ureq::Error::BodyExceedsLimit(_) => sent(format!("sends more than {limit} bytes")),
        ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::LargeResponseHeader(..) => {
            sent(format!("answers with what is no HTTP: {}", excerpt(&said).unquoted(200)))
        }
        error => {
            // This kind of error is TLS's.
            let tls = *scheme == Scheme::HTTPS
                && matches!(error, ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData);
            HttpError::Unreachable { host: host.to_owned(), said: excerpt(&said).unquoted(300).to_string(), tls }
        }
    }
}

/// An address without its query, which may let whoever has it do what is not theirs.
fn place(location: &str) -> &str {
    location.split('?').next().unwrap_or_default()
}
