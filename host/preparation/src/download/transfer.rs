//! One download, over as many tries as it takes.

use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use assay_http::{Asked, Backoff, Client, HttpError, Response, Uri, asked_to_wait, is_loopback};
use serde::Deserialize;

use super::Patience;
use super::error::{DownloadError, in_words};
use super::part::{Known, Part};
use crate::archive::is_archive;
use crate::progress::{Progress, Stage};
use crate::space;

/// How much is read at once.
const CHUNK: usize = 128 << 10;

/// How much has to arrive in the time that a server may be silent: fewer bytes are as good as none.
const LEAST: u64 = 4 << 10;

/// How much has to arrive for the tries before to be forgotten.
const GOES_ON: u64 = 1 << 20;

/// The longest time that is waited because a server asks for it.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// The longest answer that says why there is none.
const ANSWER: u64 = 64 << 10;

/// How long it is slept at once, so that whoever wants it to stop is heard.
const NAP: Duration = Duration::from_millis(50);

/// What is wanted, for messages.
pub(super) struct Wanted {
    pub(super) what: String,
    /// The page to look at if it is not there.
    pub(super) page: Option<String>,
    /// The competition's name, whose rules may have to be accepted.
    pub(super) name: Option<String>,
    /// Where the credentials are from.
    pub(super) from: Option<String>,
}

/// One download.
pub(super) struct Transfer<'a> {
    pub(super) client: &'a Client,
    pub(super) patience: Patience,
    pub(super) progress: &'a dyn Progress,
    pub(super) wanted: Wanted,
}

/// Why a try failed.
enum Try {
    /// Another one may succeed, after so long if the server says so.
    Again { why: String, wait: Option<(Duration, u16)> },
    /// No other will.
    Over(DownloadError),
}

impl Try {
    fn again(why: impl Into<String>) -> Self {
        Try::Again { why: why.into(), wait: None }
    }
}

impl Transfer<'_> {
    /// Downloads what is at an address into a part of it, which takes its place as soon as it is whole.
    pub(super) fn run(&self, uri: &Uri, part: &Path, whole: &Path) -> Result<(), DownloadError> {
        let failed = |error: io::Error| DownloadError::Io { path: part.to_owned(), error };
        let mut part = Part::open(part, &uri.to_string()).map_err(failed)?;
        let file = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let backoff = self.backoff();
        let mut failures = 0;
        loop {
            let before = part.length;
            let (why, wait) = match self.once(uri, &mut part, &file, whole) {
                Ok(()) => break,
                Err(Try::Over(error)) => return Err(error),
                Err(Try::Again { why, wait }) => (why, wait),
            };
            failures = if part.length >= before.saturating_add(GOES_ON) { 1 } else { failures + 1 };
            if failures >= self.patience.tries {
                return Err(DownloadError::Failed { tries: failures, last: why, kept: part.length });
            }
            let wait = match wait {
                Some((wait, status)) if wait > LONGEST_WAIT => {
                    return Err(DownloadError::Busy { host: self.client.host().to_owned(), status, wait });
                }
                Some((wait, _)) => wait,
                None => backoff.wait(failures),
            };
            self.progress.note(&format!("{why}; trying again{}", in_a_while(wait)));
            self.sleep(wait)?;
        }
        part.finish(whole).map_err(failed)
    }

    fn backoff(&self) -> Backoff {
        // This machine needs no rest.
        let first = if is_loopback(self.client.host()) { 10 } else { 1000 };
        Backoff { first: Duration::from_millis(first), longest: Duration::from_secs(60) }
    }

    fn sleep(&self, wait: Duration) -> Result<(), DownloadError> {
        let until = Instant::now() + wait;
        loop {
            if self.progress.cancelled() {
                return Err(DownloadError::Cancelled);
            }
            match until.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => std::thread::sleep(left.min(NAP)),
                _ => return Ok(()),
            }
        }
    }

    /// One try, from where the last one ended.
    fn once(&self, uri: &Uri, part: &mut Part, file: &str, whole: &Path) -> Result<(), Try> {
        if part.known.total.is_some_and(|total| total == part.length) {
            return Ok(());
        }
        let mut asked = Asked::get(uri.clone());
        // What is packed on the way would have other ranges.
        asked.headers.push(("Accept-Encoding", "identity".into()));
        if let Some(validator) = part.known.validator.clone().filter(|_| part.length > 0) {
            asked.headers.push(("Range", format!("bytes={}-", part.length)));
            asked.headers.push(("If-Range", validator));
        }
        let response = self.client.follow(&asked).map_err(of_http)?;
        match response.status {
            200 => self.restarted(uri, &response, part)?,
            206 => self.goes_on(&response, part)?,
            _ => return Err(self.refused(response, part)),
        }
        let folder = whole.parent().unwrap_or(Path::new("."));
        let total = part.known.total;
        if let Some(lacking) = total.and_then(|total| space::lacking(folder, total.saturating_sub(part.length))) {
            return Err(Try::Over(DownloadError::Space { folder: folder.to_owned(), lacking }));
        }
        self.progress.stage(Stage::Download { file, total, done: part.length });
        self.receive(response, part)
    }

    /// The server sends the whole: it has another state now, or knows no ranges.
    fn restarted(&self, uri: &Uri, response: &Response, part: &mut Part) -> Result<(), Try> {
        // A page to sign in at, for one.
        let kind = response.header("Content-Type").unwrap_or_default();
        if kind.trim_start().to_ascii_lowercase().starts_with("text/html") {
            return Err(self.sent(&response.host, "sends a page in the place of the data: look at it in a browser"));
        }
        let tag = response.header("ETag").filter(|tag| tag.starts_with('"'));
        let validator = tag.or_else(|| response.header("Last-Modified")).map(ToOwned::to_owned);
        let total = response.header("Content-Length").and_then(|length| length.trim().parse().ok());
        part.restart(Known { address: uri.to_string(), validator, total }).map_err(|error| unwritten(part, error))
    }

    /// The server sends the rest.
    fn goes_on(&self, response: &Response, part: &mut Part) -> Result<(), Try> {
        let range = response.header("Content-Range").and_then(content_range);
        let fits = |&(start, total): &(u64, Option<u64>)| {
            start == part.length && part.known.total.is_none_or(|known| total.is_none_or(|total| known == total))
        };
        match range.filter(fits) {
            Some((_, total)) => {
                part.known.total = part.known.total.or(total);
                Ok(())
            }
            None => {
                let length = part.length;
                let known = Known { address: part.known.address.clone(), ..Known::default() };
                part.restart(known).map_err(|error| unwritten(part, error))?;
                let host = &response.host;
                Err(Try::again(format!(
                    "{host} sends another part than that from byte {length}, so all of it is asked for"
                )))
            }
        }
    }

    fn receive(&self, response: Response, part: &mut Part) -> Result<(), Try> {
        let host = response.host.clone();
        let mut content = response.into_reader();
        let mut buffer = vec![0; CHUNK];
        let (mut since, mut arrived) = (Instant::now(), 0_u64);
        loop {
            if self.progress.cancelled() {
                return Err(Try::Over(DownloadError::Cancelled));
            }
            let read = match content.read(&mut buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let length = part.length;
                    return Err(Try::again(format!("{host} broke off after {length} bytes ({error})")));
                }
            };
            if read == 0 {
                break;
            }
            let bytes = buffer.get(..read).unwrap_or_default();
            if part.length == 0 && !is_archive(bytes) && read >= 512 {
                return Err(self.sent(&host, "sends what is no archive"));
            }
            if part.known.total.is_some_and(|total| part.length + read as u64 > total) {
                return Err(self.sent(&host, "sends more bytes than it says that there are"));
            }
            part.add(bytes).map_err(|error| unwritten(part, error))?;
            self.progress.bytes(read as u64);
            arrived += read as u64;
            if since.elapsed() >= self.patience.silence {
                if arrived < LEAST {
                    let seconds = self.patience.silence.as_secs();
                    return Err(Try::again(format!(
                        "{host} sent {arrived} bytes in {seconds} s, which is as good as nothing"
                    )));
                }
                (since, arrived) = (Instant::now(), 0);
            }
        }
        match part.known.total {
            Some(total) if total != part.length => {
                Err(Try::again(format!("{host} broke off after {} of {total} bytes", part.length)))
            }
            _ => {
                part.known.total = Some(part.length);
                Ok(())
            }
        }
    }

    /// The server says why it sends nothing.
    fn refused(&self, response: Response, part: &mut Part) -> Try {
        let (status, host) = (response.status, response.host.clone());
        let is_own = host == self.client.host();
        let wait = response.header("Retry-After").and_then(|header| asked_to_wait(header, SystemTime::now()));
        let body = match response.read(ANSWER) {
            Ok(body) => body,
            Err(error) => return of_http(error),
        };
        let said = said(&body);
        let failed = || {
            format!(
                "{host} answers with HTTP status {status}{}",
                if said.is_empty() { String::new() } else { format!(" ({said})") }
            )
        };
        match (status, &self.wanted.name, &self.wanted.from) {
            // Where the data are, an address is good for a while only: another one is asked for.
            (401 | 403, _, Some(_)) if !is_own => Try::again(failed()),
            (401, _, Some(from)) => Try::Over(DownloadError::Unknown { host, from: from.clone(), said }),
            (403, Some(name), Some(from)) => {
                Try::Over(DownloadError::Rules { host, name: name.clone(), from: from.clone(), said })
            }
            (404 | 410, ..) => {
                let (what, page) = (self.wanted.what.clone(), self.wanted.page.clone());
                Try::Over(DownloadError::Absent { host, what, page, said })
            }
            (416, ..) => {
                let known = Known { address: part.known.address.clone(), ..Known::default() };
                match part.restart(known) {
                    Ok(()) => Try::again(format!("{host} has no part from there on, so all of it is asked for")),
                    Err(error) => unwritten(part, error),
                }
            }
            (408 | 425 | 429 | 500.., ..) => Try::Again { why: failed(), wait: wait.map(|wait| (wait, status)) },
            _ => Try::Over(DownloadError::Sent {
                host: host.clone(),
                what: failed().trim_start_matches(&host).trim_start().to_owned(),
            }),
        }
    }

    fn sent(&self, host: &str, what: &str) -> Try {
        Try::Over(DownloadError::Sent { host: host.to_owned(), what: what.to_owned() })
    }
}

fn unwritten(part: &Part, error: io::Error) -> Try {
    Try::Over(DownloadError::Io { path: part.path().to_owned(), error })
}

fn of_http(error: HttpError) -> Try {
    match error {
        HttpError::Unreachable { .. } => Try::again(in_words(&error)),
        HttpError::Sent { host, what } => Try::Over(DownloadError::Sent { host, what }),
        HttpError::Setup(what) => Try::Over(DownloadError::Setup(what)),
    }
}

/// Where a part begins, and how much there is in all, of `bytes START-END/TOTAL`.
fn content_range(header: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end): (u64, u64) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    (start <= end && total.is_none_or(|total| end < total)).then_some((start, total))
}

/// What a server says, if it says it as Kaggle does.
fn said(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let said: Option<Said> = serde_json::from_slice(body).ok();
    said.map(|said| assay_types::excerpt::excerpt(&said.message).unquoted(300).to_string()).unwrap_or_default()
}

fn in_a_while(wait: Duration) -> String {
    match wait.as_secs() {
        0 => String::new(),
        seconds => format!(" in {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_contradict_themselves_are_none() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 0-0/*"), Some((0, None)));
        for wrong in ["bytes 5-10/10", "bytes 9-5/10", "bytes */10", "5-9/10", "bytes 5-9", "bytes a-b/c", ""] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }
}
