//! Between an agent and its checker: each use is counted and logged, in numbers that an agent has no hand in.
//!
//! A connection carries one request, whose length is said beforehand, so that none can hide behind another.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::request::{fields, head, refuse, value};
use crate::timestamp;

/// What the log of uses is called.
pub(crate) const FILE: &str = "checker.jsonl";

/// How many uses are logged one by one. Those behind are counted.
const LOGGED: u64 = 100_000;

/// How many connections there are at a time; others wait.
const CONNECTIONS: usize = 64;

/// How long a client may take for the head of its request, and for all of it.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(600);

/// Relays the requests of a run until it is dropped.
pub(crate) struct Relay {
    task: JoinHandle<()>,
    uses: Arc<Uses>,
}

/// How often the checker was used.
struct Uses {
    count: AtomicU64,
    log: Mutex<File>,
}

impl Relay {
    /// Listens on a socket, and hands on what comes to another; uses are logged in the folder of the run.
    pub(crate) fn start(socket: &Path, checker: PathBuf, run: &Path) -> io::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(run.join(FILE))?;
        let uses = Arc::new(Uses { count: AtomicU64::new(0), log: Mutex::new(log) });
        let listener = UnixListener::bind(socket)?;
        // Who is root in a container may be somebody else outside. The folder around it is this process's own.
        std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o666))?;
        let (room, counted) = (Arc::new(Semaphore::new(CONNECTIONS)), Arc::clone(&uses));
        let task = tokio::spawn(async move {
            // They end with this task.
            let mut connections = JoinSet::new();
            loop {
                let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
                match listener.accept().await {
                    Ok((client, _)) => {
                        let (checker, uses) = (checker.clone(), Arc::clone(&counted));
                        connections.spawn(async move {
                            // A connection that breaks or lasts too long concerns nobody else.
                            let _ = timeout(PATIENCE, serve(client, &checker, &uses)).await;
                            drop(permit);
                        });
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Relay { task, uses })
    }

    /// How many submissions were checked, or were to be.
    pub(crate) fn uses(&self) -> u64 {
        self.uses.count.load(Ordering::Relaxed)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut client: UnixStream, checker: &Path, uses: &Uses) -> io::Result<()> {
    let head = match timeout(HEAD_PATIENCE, head(&mut client)).await {
        Ok(head) => head?,
        Err(_) => return refuse(&mut client, "408 Request Timeout", "the request did not come in time").await,
    };
    let Some((head, rest)) = head else {
        return refuse(&mut client, "400 Bad Request", "a request of HTTP is expected").await;
    };
    let Some((line, lines)) = std::str::from_utf8(&head).ok().and_then(|head| head.split_once("\r\n")) else {
        return refuse(&mut client, "400 Bad Request", "a request of HTTP is expected").await;
    };
    let is_use = line.starts_with("POST ");
    let has_body = lines.to_ascii_lowercase().contains("transfer-encoding:");
    let length = match value(lines, "content-length") {
        Some(length) => length.parse().ok(),
        None => (!is_use).then_some(0),
    };
    let Some(length) = length.filter(|_| !has_body) else {
        return refuse(&mut client, "411 Length Required", "the length of the body has to be said, by Content-Length")
            .await;
    };
    if is_use {
        uses.add(length)?;
    }
    if value(lines, "expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
        client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let mut server = UnixStream::connect(checker).await?;
    let fields = fields(lines).filter(|field| !field.to_ascii_lowercase().starts_with("expect:"));
    let fields: String = fields.map(|field| format!("{field}\r\n")).collect();
    server.write_all(format!("{line}\r\n{fields}Connection: close\r\n\r\n").as_bytes()).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let body = async {
        let early = rest.get(..usize::try_from(length).unwrap_or(usize::MAX).min(rest.len())).unwrap_or_default();
        to_server.write_all(early).await?;
        let missing = length - u64::try_from(early.len()).unwrap_or(length);
        copy(&mut (&mut from_client).take(missing), &mut to_server).await
    };
    let answer = async {
        let answered = copy(&mut from_server, &mut to_client).await;
        to_client.shutdown().await?;
        answered
    };
    tokio::pin!(body, answer);
    let mut is_sent = false;
    loop {
        tokio::select! {
            // The server may have answered before all was sent.
            sent = &mut body, if !is_sent => is_sent = { let _ = sent; true },
            answered = &mut answer => return answered.map(|_| ()),
        }
    }
}

impl Uses {
    fn add(&self, bytes: u64) -> io::Result<()> {
        let before = self.count.fetch_add(1, Ordering::Relaxed);
        if before >= LOGGED {
            return Ok(());
        }
        let line = format!("{}\n", json!({"at": timestamp::now(), "bytes": bytes}));
        self.log.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_counted_and_none_hides_behind_another() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let (inner, outer) = (folder.path().join("inner"), folder.path().join("outer"));
            let server = UnixListener::bind(&inner).unwrap();
            let task = tokio::spawn(async move {
                let mut seen = Vec::new();
                while let Ok((mut stream, _)) = server.accept().await {
                    let mut request = Vec::new();
                    let mut buffer = [0; 64];
                    while !request.ends_with(b"!") && !request.starts_with(b"GET") {
                        let read = stream.read(&mut buffer).await.unwrap();
                        request.extend_from_slice(&buffer[..read]);
                    }
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nanswer").await.unwrap();
                    seen.push(String::from_utf8(request).unwrap());
                    if seen.len() == 3 {
                        return seen;
                    }
                }
                seen
            });
            let relay = Relay::start(&outer, inner, folder.path()).unwrap();
            let ask = async |request: &str| {
                let mut client = UnixStream::connect(&outer).await.unwrap();
                client.write_all(request.as_bytes()).await.unwrap();
                let mut answer = String::new();
                client.read_to_string(&mut answer).await.unwrap();
                answer
            };
            let post = "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nab!";
            assert!(ask(post).await.ends_with("answer"));
            // What follows is not handed on.
            assert!(ask(&format!("{post}{post}")).await.ends_with("answer"));
            assert!(ask("GET /health HTTP/1.1\r\n\r\n").await.ends_with("answer"));
            let chunked = "POST /validate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
            assert!(ask(chunked).await.starts_with("HTTP/1.1 411"));
            let twice = "POST /validate HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nab!";
            assert!(ask(twice).await.starts_with("HTTP/1.1 411"));
            assert!(ask("POST /validate HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 411"));
            let seen = task.await.unwrap();
            let expected = "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nab!";
            assert_eq!(seen[..2], [expected, expected]);
            assert_eq!(relay.uses(), 2);
            assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap().lines().count(), 2);
        });
    }
}
