//! Calls to a model's server: tried again after what passes, given up after what does not, and never longer or larger than they may be.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use assay_http::{Asked, Backoff, Client, HttpError, Method, Response, TLS_REMEDY, Times, Uri, asked_to_wait};
use assay_types::excerpt::excerpt;
use serde_json::Value;

use crate::answer::{Answer, NoAnswer, parse};
use crate::prompt::{AnswerForm, Call};
use crate::secrets::Secrets;
use crate::server::Address;

/// The largest answer, in bytes.
const ANSWER_BYTES: u64 = 1 << 20;

/// The largest account of what went wrong, in bytes.
const ERROR_BYTES: u64 = 64 << 10;

/// How many answers of another form are enough: each is paid for.
const OTHER_FORMS: u32 = 3;

/// The longest that a server may ask to be left alone.
const LEFT_ALONE: Duration = Duration::from_secs(10 * 60);

/// How long to wait before the next try.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(60) };

/// What servers call it that an account has nothing left to pay with.
const NO_CREDIT: [&str; 3] = ["insufficient_quota", "billing_not_active", "billing_hard_limit_reached"];

/// What the longest answer is called, and what it was called before, by which some servers know it alone.
const LIMIT: (&str, &str) = ("max_completion_tokens", "max_tokens");

/// How much patience there is with a server.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long a call may take, with its answer.
    pub call: Duration,
    /// How many tries of one call may fail.
    pub tries: u32,
}

/// A model at a server.
pub struct Model {
    client: Client,
    uri: Uri,
    form: AnswerForm,
    patience: Patience,
    secrets: Secrets,
    /// Until when the server asked to be left alone, by all calls.
    pause: Mutex<Option<Instant>>,
    /// The server knows the longest answer by its old name alone.
    old_limit: AtomicBool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// This call has none; others may have.
    Call(String),
    /// The server was not reached, or failed, for this call.
    Server(String),
    /// No call will have one, until the user changes something.
    User(String),
    /// No call will have one for a long time.
    Machine(String),
    /// It was to stop.
    Stopped,
}

/// What one try came to, where it may be tried again.
enum Again {
    /// The server could not, and may ask to be left alone for this long.
    Server(String, Option<Duration>),
    /// It answered in another form.
    Form(String),
    /// It knows the longest answer by its old name, which it gets from now on.
    Renamed,
}

impl Model {
    /// A model that is shown this key, and whose words never show these secrets.
    ///
    /// # Errors
    ///
    /// If the authorities to trust cannot be read, or the key cannot be sent.
    pub fn new(
        address: &Address,
        key: Option<&str>,
        form: AnswerForm,
        patience: Patience,
        secrets: Secrets,
    ) -> Result<Self, HttpError> {
        let times = Times { whole: Some(patience.call), silence: None };
        let (mut client, uri) = address.client(times)?;
        if let Some(key) = key {
            if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(HttpError::Setup("the key has characters that no key has".into()));
            }
            client.authorize(format!("Bearer {key}"));
        }
        Ok(Model { client, uri, form, patience, secrets, pause: Mutex::new(None), old_limit: AtomicBool::new(false) })
    }

    /// Asks until there is an answer, or there is none to be had. It stops when `stop` says so.
    pub(crate) fn ask(&self, call: &Call, stop: &dyn Fn() -> bool) -> Result<Answer, Failed> {
        let (mut failures, mut other_forms) = (0, 0);
        loop {
            self.wait(stop)?;
            let (said, pause, is_form) = match self.once(&call.body)? {
                Ok(answer) => return Ok(answer),
                Err(Again::Server(said, pause)) => (said, pause, false),
                Err(Again::Form(said)) => (said, None, true),
                Err(Again::Renamed) => continue,
            };
            failures += 1;
            other_forms += u32::from(is_form);
            if failures >= self.patience.tries || other_forms >= OTHER_FORMS {
                let tries = if failures == 1 { String::new() } else { format!(" ({failures} tries)") };
                let said = format!("{said}{tries}");
                return Err(if is_form { Failed::Call(said) } else { Failed::Server(said) });
            }
            match pause {
                Some(pause) => self.leave_alone(pause),
                None => sleep(BACKOFF.wait(failures), stop)?,
            }
        }
    }

    fn once(&self, body: &[u8]) -> Result<Result<Answer, Again>, Failed> {
        let with_old = self.old_limit.load(Ordering::Relaxed).then(|| with_old_limit(body));
        let body = with_old.as_deref().unwrap_or(body);
        let asked = Asked {
            method: Method::POST,
            uri: self.uri.clone(),
            headers: vec![("Accept", "application/json".into())],
            content: Some(("application/json", body)),
        };
        let response = match self.client.once(&asked) {
            Ok(response) => response,
            Err(error) => return unheard(&error).map(Err),
        };
        if response.status != 200 {
            return self.refused(response, with_old.is_some()).map(Err);
        }
        let sent = match response.read(ANSWER_BYTES) {
            Ok(sent) => sent,
            Err(error) => return unheard(&error).map(Err),
        };
        match parse(&sent, self.form) {
            Ok(answer) => Ok(Ok(Answer { reason: self.secrets.masked(&answer.reason), ..answer })),
            Err(no @ NoAnswer::Failed(_)) => {
                Ok(Err(Again::Server(self.secrets.masked(&format!("the model {no}")), None)))
            }
            Err(no @ NoAnswer::Form(_)) => Ok(Err(Again::Form(self.secrets.masked(&format!("the model {no}"))))),
            Err(no) => Err(Failed::Call(self.secrets.masked(&format!("the model {no}")))),
        }
    }

    /// What is to be done where the server says no; whether it was asked with the old name of the longest answer.
    fn refused(&self, response: Response, is_old: bool) -> Result<Again, Failed> {
        let (status, host) = (response.status, self.client.host().to_owned());
        // Some servers are more precise than the standard.
        let milliseconds = response.header("retry-after-ms").and_then(|header| header.trim().parse::<f64>().ok());
        let precise = milliseconds.and_then(|wait| Duration::try_from_secs_f64(wait / 1000.0).ok());
        let asked = || response.header("Retry-After").and_then(|header| asked_to_wait(header, SystemTime::now()));
        let pause = precise.or_else(asked);
        // Why it cannot be read matters less than the status.
        let sent = response.read(ERROR_BYTES).unwrap_or_default();
        let (said, code) = told(&sent);
        let said = said.map(|said| format!(": {}", excerpt(&self.secrets.masked(&said)).unquoted(300)));
        let said = said.unwrap_or_default();
        let user = |what: &str| Err(Failed::User(format!("{host} {what} (HTTP status {status}){said}")));
        match status {
            401 | 403 if self.client.is_authorized() => {
                user("does not accept the key in OPENAI_API_KEY: set that of an account that may use the model")
            }
            401 | 403 => user("wants to know who asks: set OPENAI_API_KEY"),
            402 => user("wants to be paid first"),
            404 => user("has no such model, or nothing at this address: look at --model and --base-url"),
            300..=399 => user("leads elsewhere, where nothing is sent: name that place by --base-url"),
            429 if code.as_deref().is_some_and(|code| NO_CREDIT.contains(&code)) => {
                user("says that the account has no credit left")
            }
            408 | 409 | 425 | 429 | 500..=599 => match pause {
                Some(pause) if pause > LEFT_ALONE => {
                    let minutes = pause.as_secs().div_ceil(60);
                    let said = format!("{host} wants to be left alone for {minutes} min (HTTP status {status}){said}");
                    Err(Failed::Machine(said))
                }
                pause => Ok(Again::Server(format!("{host} answers with HTTP status {status}{said}"), pause)),
            },
            400 | 422 if !is_old && said.contains(LIMIT.0) => {
                self.old_limit.store(true, Ordering::Relaxed);
                Ok(Again::Renamed)
            }
            _ => {
                let is_long = status == 413
                    || code.as_deref() == Some("context_length_exceeded")
                    || said.to_lowercase().contains("context length");
                let hint = if said.contains("response_format") {
                    "; `--answers first-word` asks without it"
                } else if said.contains("temperature") {
                    "; `--temperature default` sends none"
                } else if is_long {
                    "; a smaller --chunk makes shorter ones"
                } else {
                    ""
                };
                Err(Failed::Call(format!("{host} does not take the question (HTTP status {status}){said}{hint}")))
            }
        }
    }

    /// From now on, no call is made for so long.
    fn leave_alone(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut known = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(known.map_or(until, |known| known.max(until)));
    }

    fn wait(&self, stop: &dyn Fn() -> bool) -> Result<(), Failed> {
        let until = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        sleep(until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default(), stop)
    }
}

/// A question that calls the longest answer by its old name.
fn with_old_limit(body: &[u8]) -> Vec<u8> {
    let Ok(mut question) = serde_json::from_slice::<Value>(body) else { return body.to_owned() };
    if let Some(fields) = question.as_object_mut()
        && let Some(limit) = fields.remove(LIMIT.0)
    {
        fields.insert(LIMIT.1.to_owned(), limit);
    }
    question.to_string().into_bytes()
}

/// What is to be done where no whole answer came.
fn unheard(error: &HttpError) -> Result<Again, Failed> {
    match error {
        HttpError::Unreachable { tls: true, .. } => Err(Failed::User(format!("{error}; {TLS_REMEDY}"))),
        HttpError::Unreachable { .. } => Ok(Again::Server(error.to_string(), None)),
        // It was paid for, and will hardly be other.
        HttpError::Sent { .. } => Ok(Again::Form(error.to_string())),
        HttpError::Setup(_) => Err(Failed::User(error.to_string())),
    }
}

/// Waits, unless it is to stop.
fn sleep(pause: Duration, stop: &dyn Fn() -> bool) -> Result<(), Failed> {
    let until = Instant::now() + pause;
    loop {
        if stop() {
            return Err(Failed::Stopped);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(Duration::from_millis(50)));
    }
}

/// What a server says of an error, and the code that it has for it.
fn told(sent: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(value) = serde_json::from_slice::<Value>(sent) else { return (None, None) };
    // Some have a list of one.
    let value = value.get(0).unwrap_or(&value);
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let error = &value["error"];
    let detail = &value["detail"];
    let said = text(error).or_else(|| text(&error["message"])).or_else(|| text(&value["message"]));
    // What a field of the question should have been, with the field's name.
    let said = said.or_else(|| text(detail)).or_else(|| detail.is_array().then(|| detail.to_string()));
    let code = text(&error["code"]).or_else(|| text(&error["type"]));
    (said, code.or_else(|| text(&value["code"])).or_else(|| text(&value["type"])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say_of_errors_is_read_in_each_form() {
        let said = |text: &str| told(text.as_bytes());
        let both = (Some("a".to_owned()), Some("b".to_owned()));
        assert_eq!(said("{\"error\": {\"message\": \"a\", \"type\": \"c\", \"code\": \"b\"}}"), both);
        assert_eq!(said("{\"error\": {\"message\": \"a\", \"type\": \"b\", \"code\": null}}"), both);
        assert_eq!(said("{\"error\": \"a\"}"), (Some("a".into()), None));
        assert_eq!(said("{\"message\": \"a\"}"), (Some("a".into()), None));
        assert_eq!(said("[{\"error\": {\"message\": \"a\", \"code\": \"b\"}}]"), both);
        assert_eq!(said("{\"object\": \"error\", \"message\": \"a\", \"type\": \"b\", \"code\": 400}"), both);
        assert_eq!(said("{\"detail\": \"a\"}"), (Some("a".into()), None));
        let (detail, _) = said("{\"detail\": [{\"loc\": [\"body\", \"response_format\"], \"msg\": \"extra\"}]}");
        assert!(detail.is_some_and(|detail| detail.contains("response_format")));
        assert_eq!(said("<html>"), (None, None));
    }
}
