//! A server on this machine that plays Kaggle's interface, and the storage that it leads to, with whatever fault a test asks for.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use assay_tests::Failure;

/// What is answered to a request.
pub(super) enum Reply {
    /// These bytes.
    Whole(Vec<u8>),
    /// The first, and after a wait for each of them, one byte more.
    Slow(Vec<u8>, Duration),
}

/// A server, and the heads of what it was asked.
pub(super) struct Server {
    pub(super) host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server that answers by the number of the request, from 0, and its head.
    pub(super) fn start(answer: impl Fn(usize, &str) -> Reply + Send + 'static) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { return };
                let Some(head) = head(&stream) else { continue };
                log.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
                send(stream, answer(number, &head));
            }
        });
        Ok(Server { host, asked })
    }

    /// The heads of all requests, in small letters but for values.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn head(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
    Some(head)
}

fn send(mut stream: TcpStream, reply: Reply) {
    match reply {
        Reply::Whole(bytes) => drop(stream.write_all(&bytes)),
        Reply::Slow(bytes, wait) => {
            for byte in bytes.chunks(1) {
                if stream.write_all(byte).is_err() {
                    return;
                }
                thread::sleep(wait);
            }
        }
    }
}

/// A header of a request.
pub(super) fn header(head: &str, name: &str) -> Option<String> {
    let named = |line: &&str| line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name));
    head.lines().find(named).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
}

/// An answer with a length.
pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// What an honest server of ranges answers, of a file with this tag.
pub(super) fn ranged(head: &str, content: &[u8], tag: &str) -> Vec<u8> {
    let tagged = format!("ETag: \"{tag}\"\r\nAccept-Ranges: bytes\r\n");
    let range = header(head, "Range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let fits = header(head, "If-Range").is_none_or(|known| known == format!("\"{tag}\""));
    match range.filter(|start: &usize| fits && *start < content.len()) {
        Some(start) => {
            let (last, total) = (content.len() - 1, content.len());
            let headers = format!("{tagged}Content-Range: bytes {start}-{last}/{total}\r\n");
            answer("206 Partial Content", &headers, &content[start..])
        }
        None => answer("200 OK", &tagged, content),
    }
}
