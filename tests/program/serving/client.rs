//! A client that sends what it is told to, right or wrong.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use assay_tests::Failure;
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a server listens.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Tcp(String),
    Unix(PathBuf),
}

/// A stream of either kind.
pub(super) trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// What was answered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Result<Value, Failure> {
        Ok(serde_json::from_str(&self.body).map_err(|error| format!("{error}: {self:?}"))?)
    }

    /// What a header says.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Place {
    pub(super) fn connect(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Place::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Box::new(stream)
            }
            Place::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Box::new(stream)
            }
        })
    }

    /// Sends these bytes and reads all that comes.
    pub(super) fn raw(&self, bytes: &[u8]) -> Result<Answer, Failure> {
        let mut stream = self.connect()?;
        // A server that has heard enough closes the connection.
        let _ = stream.write_all(bytes);
        answer(&mut *stream)
    }

    /// Sends a request with these lines in its head.
    pub(super) fn send(&self, line: &str, headers: &[&str], body: &[u8]) -> Result<Answer, Failure> {
        let mut request = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for header in headers {
            request += &format!("{header}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n", body.len());
        self.raw(&[request.as_bytes(), body].concat())
    }

    /// Gets a page, by a token if there is one.
    pub(super) fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, Failure> {
        let authorization = token.map(|token| format!("Authorization: Bearer {token}"));
        self.send(&format!("GET {path}"), &authorization.iter().map(String::as_str).collect::<Vec<_>>(), b"")
    }

    /// Posts a file as a form has it.
    pub(super) fn post(&self, path: &str, headers: &[&str], file: &str) -> Result<Answer, Failure> {
        let kind = "Content-Type: multipart/form-data; boundary=XX";
        self.send(&format!("POST {path}"), &[&[kind], headers].concat(), form(file).as_bytes())
    }

    /// Posts a file by a token.
    pub(super) fn hand_in(&self, path: &str, token: &str, file: &str) -> Result<Answer, Failure> {
        self.post(path, &[&format!("Authorization: Bearer {token}")], file)
    }
}

/// A form with a file.
pub(super) fn form(file: &str) -> String {
    format!(
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"submission.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--XX--\r\n"
    )
}

/// Reads an answer up to the end of the connection.
pub(super) fn answer(stream: &mut dyn Stream) -> Result<Answer, Failure> {
    let mut bytes = Vec::new();
    // What came before a reset is what counts.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| format!("no answer: {text:?}"))?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
