//! A server on this machine that plays a model's interface, with whatever answer or fault a test asks for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use assay_tests::Failure;
use serde_json::{Value, json};

/// What was asked.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) head: String,
    pub(super) body: Value,
}

/// What is answered.
pub(super) enum Reply {
    /// These bytes.
    Whole(Vec<u8>),
    /// The same after a while.
    Late(Vec<u8>, Duration),
    /// A beginning, and then letters without end.
    Endless,
}

/// A server, and what it was asked.
pub(super) struct Server {
    /// Its address, as `--base-url` takes it.
    pub(super) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    most: Arc<AtomicUsize>,
}

impl Asked {
    /// What the model is told, and what it is shown and asked.
    pub(super) fn message(&self, number: usize) -> &str {
        self.body["messages"][number]["content"].as_str().unwrap_or_default()
    }

    /// What stands between the marks.
    pub(super) fn shown(&self) -> &str {
        let user = self.message(1);
        let Some(mark) = user.lines().find(|line| line.starts_with("DATA ")) else { return "" };
        user.split(mark).nth(1).unwrap_or_default().trim_start_matches('\n')
    }
}

impl Server {
    /// A server that answers by the number of the request, from 0, and what it asks.
    pub(super) fn start(answer: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = format!("http://{}/v1", listener.local_addr()?);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (log, highest, answer) = (Arc::clone(&asked), Arc::clone(&most), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                let (now, highest) = (Arc::clone(&now), Arc::clone(&highest));
                thread::spawn(move || {
                    let Some(asked) = request(&stream) else { return };
                    highest.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let number = {
                        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                        log.push(asked.clone());
                        log.len() - 1
                    };
                    let reply = answer(number, &asked);
                    if let Reply::Late(_, wait) = reply {
                        thread::sleep(wait);
                    }
                    // Whoever has its answer may ask again.
                    now.fetch_sub(1, Ordering::SeqCst);
                    send(stream, reply);
                });
            }
        });
        Ok(Server { address, asked, most })
    }

    /// All that it was asked.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests there were at a time.
    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

fn request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
    let length = header(&head, "Content-Length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { head, body: serde_json::from_slice(&body).ok()? })
}

fn send(mut stream: TcpStream, reply: Reply) {
    match reply {
        Reply::Whole(bytes) | Reply::Late(bytes, _) => drop(stream.write_all(&bytes)),
        Reply::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"choices\": \"");
            while stream.write_all(&[b'x'; 1 << 16]).is_ok() {}
        }
    }
}

/// A header of a request.
pub(super) fn header(head: &str, name: &str) -> Option<String> {
    let named = |line: &&str| line.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(name));
    head.lines().find(named).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
}

/// An answer of HTTP.
pub(super) fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

/// What a model says, in the interface's form.
pub(super) fn said(content: &str) -> Vec<u8> {
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020},
    });
    http("200 OK", "Content-Type: application/json\r\n", &body.to_string())
}

/// Yes or no, in the form that is asked for.
pub(super) fn verdict(yes: bool, reason: &str) -> Vec<u8> {
    said(&json!({"reason": reason, "answer": if yes { "yes" } else { "no" }}).to_string())
}
