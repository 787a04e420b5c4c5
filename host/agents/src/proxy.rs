//! The only way out for an agent that may reach some hosts: an HTTP proxy at a Unix socket that is mounted. It connects to the hosts of a list,
//! and logs each that is asked for.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::request::{fields, head, refuse};
use crate::timestamp;

/// What the log is called.
pub const FILE: &str = "network.jsonl";

/// How many connections there are at a time.
const CONNECTIONS: usize = 256;

/// How many requests are logged. Those behind are refused.
const LOGGED: u64 = 1_000_000;

/// How long a client may take for a request, and a host to be connected to.
const PATIENCE: Duration = Duration::from_secs(30);

/// The hosts that may be reached: `example.org`, or `*.example.org` for those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowList(Vec<String>);

impl AllowList {
    /// A list of these hosts.
    #[must_use]
    pub fn new(hosts: &[String]) -> Self {
        AllowList(hosts.iter().map(|host| host.to_ascii_lowercase()).collect())
    }

    fn has(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        self.0.iter().any(|allowed| match allowed.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => host == allowed,
        })
    }
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    host: String,
    port: u16,
    /// What is sent on to the host first; none: the client speaks to it itself.
    sent_on: Option<Vec<u8>>,
}

struct Log {
    file: File,
    room: u64,
}

/// Serves a run until it is dropped.
pub struct Proxy {
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Listens on a socket; what is asked for is logged in the folder of the run.
    ///
    /// # Errors
    ///
    /// If it cannot listen, or the log cannot be opened.
    pub fn start(socket: &Path, run: &Path, allowed: AllowList) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(run.join(FILE))?;
        let log = Arc::new(Mutex::new(Log { file, room: LOGGED }));
        let listener = UnixListener::bind(socket)?;
        let (allowed, room) = (Arc::new(allowed), Arc::new(Semaphore::new(CONNECTIONS)));
        let task = tokio::spawn(async move {
            // They end with this task.
            let mut connections = JoinSet::new();
            loop {
                let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
                match listener.accept().await {
                    Ok((client, _)) => {
                        let (allowed, log) = (Arc::clone(&allowed), Arc::clone(&log));
                        connections.spawn(async move {
                            // A connection that breaks concerns nobody else.
                            let _ = serve(client, &allowed, &log).await;
                            drop(permit);
                        });
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Proxy { task })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How many connections a run made to each host, as its log has them.
#[must_use]
pub fn connections(run: &Path) -> BTreeMap<String, u64> {
    #[derive(Deserialize)]
    struct Line {
        host: String,
        allowed: bool,
    }
    let mut connections = BTreeMap::new();
    let Ok(file) = File::open(run.join(FILE)) else { return connections };
    for line in BufReader::new(file).lines().map_while(Result::ok) {
        // The last one may be torn.
        let Ok(Line { host, allowed: true }) = serde_json::from_str(&line) else { continue };
        *connections.entry(host).or_default() += 1;
    }
    connections
}

async fn serve(mut client: UnixStream, allowed: &AllowList, log: &Mutex<Log>) -> io::Result<()> {
    let head = match timeout(PATIENCE, head(&mut client)).await {
        Ok(head) => head?,
        Err(_) => return Ok(()),
    };
    let Some((wanted, rest)) = head.and_then(|(head, rest)| Some((wanted(&head)?, rest))) else {
        return refuse(&mut client, "400 Bad Request", "a request for a proxy is expected").await;
    };
    let Wanted { host, port, sent_on } = wanted;
    let is_allowed = allowed.has(&host);
    if !logged(log, &host, port, is_allowed) || !is_allowed {
        return refuse(&mut client, "403 Forbidden", "this host is not on the list of those that a run may reach")
            .await;
    }
    let mut server = match timeout(PATIENCE, TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(server)) => server,
        _ => return refuse(&mut client, "502 Bad Gateway", "the host cannot be reached").await,
    };
    match sent_on {
        None => client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?,
        Some(head) => server.write_all(&head).await?,
    }
    server.write_all(&rest).await?;
    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}

/// What a head asks for: `CONNECT host:port`, or `GET http://host/path`, which is sent on as `GET /path`.
fn wanted(head: &[u8]) -> Option<Wanted> {
    let text = std::str::from_utf8(head).ok()?;
    let (line, lines) = text.split_once("\r\n")?;
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !version.starts_with("HTTP/1.") {
        return None;
    }
    if method == "CONNECT" {
        let (host, port) = authority(target, None)?;
        return Some(Wanted { host, port, sent_on: None });
    }
    let rest = target.strip_prefix("http://")?;
    let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority(place, Some(80))?;
    let path = if path.is_empty() { "/" } else { path };
    // One request a connection: the next may be for another host.
    let fields: String = fields(lines).map(|field| format!("{field}\r\n")).collect();
    let sent_on = format!("{method} {path} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n");
    Some(Wanted { host, port, sent_on: Some(sent_on.into_bytes()) })
}

fn authority(text: &str, default: Option<u16>) -> Option<(String, u16)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (text, default?),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_';
    (!host.is_empty() && host.len() <= 253 && host.chars().all(is_name)).then(|| (host.to_owned(), port))
}

/// Logs a request; false if it cannot be.
fn logged(log: &Mutex<Log>, host: &str, port: u16, allowed: bool) -> bool {
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    if log.room == 0 {
        return false;
    }
    log.room -= 1;
    let line = json!({"at": timestamp::now(), "host": host, "port": port, "allowed": allowed});
    log.file.write_all(format!("{line}\n").as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use crate::request::HEAD;

    use super::*;

    #[test]
    fn hosts_are_told_apart() {
        let allowed = AllowList::new(&["Example.org".into(), "*.models.net".into(), "10.0.0.1".into()]);
        for host in ["example.org", "EXAMPLE.ORG", "example.org.", "api.models.net", "a.b.models.net", "10.0.0.1"] {
            assert!(allowed.has(host), "{host}");
        }
        for host in ["www.example.org", "example.org.evil.net", "models.net", "evilmodels.net", ".models.net", ""] {
            assert!(!allowed.has(host), "{host}");
        }
    }

    #[test]
    fn requests_are_read() {
        let of = |head: &str| wanted(format!("{head}\r\n\r\n").as_bytes());
        let connect = of("CONNECT a.b:443 HTTP/1.1\r\nHost: c").unwrap();
        assert_eq!((connect.host.as_str(), connect.port, connect.sent_on), ("a.b", 443, None));
        let get = of("GET http://a.b:81/c?d HTTP/1.1\r\nHost: a.b\r\nProxy-Connection: keep-alive\r\nX: y").unwrap();
        assert_eq!((get.host.as_str(), get.port), ("a.b", 81));
        let sent = String::from_utf8(get.sent_on.unwrap()).unwrap();
        assert_eq!(sent, "GET /c?d HTTP/1.1\r\nHost: a.b\r\nX: y\r\nConnection: close\r\n\r\n");
        for head in [
            "GET / HTTP/1.1",
            "CONNECT a.b HTTP/1.1",
            "CONNECT a@b:443 HTTP/1.1",
            "GET http://x y HTTP/1.1",
            "GET https://a/ HTTP/1.1",
            "CONNECT a:99999 HTTP/1.1",
        ] {
            assert_eq!(of(head), None, "{head}");
        }
    }

    #[test]
    fn listed_hosts_are_reached_and_all_are_logged() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = server.local_addr().unwrap().port();
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = server.accept().await {
                    let mut buffer = [0; 4];
                    stream.read_exact(&mut buffer).await.unwrap();
                    stream.write_all(&buffer).await.unwrap();
                }
            });
            let folder = tempfile::tempdir().unwrap();
            let socket = folder.path().join("proxy.sock");
            let _proxy = Proxy::start(&socket, folder.path(), AllowList::new(&["127.0.0.1".into()])).unwrap();
            let ask = async |request: String| {
                let mut client = UnixStream::connect(&socket).await.unwrap();
                client.write_all(request.as_bytes()).await.unwrap();
                let mut answer = String::new();
                client.read_to_string(&mut answer).await.unwrap();
                answer
            };
            let answer = ask(format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\nping")).await;
            assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\nping");
            assert!(ask("CONNECT localhost:1 HTTP/1.1\r\n\r\n".into()).await.starts_with("HTTP/1.1 403"));
            assert!(ask("nonsense\r\n\r\n".into()).await.starts_with("HTTP/1.1 400"));
            assert!(ask("x".repeat(HEAD + 5000)).await.starts_with("HTTP/1.1 400"));
            let log = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
            let log: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let said: Vec<_> =
                log.iter().map(|line| (line["host"].as_str().unwrap(), line["allowed"] == true)).collect();
            assert_eq!(said, [("127.0.0.1", true), ("localhost", false)]);
            assert_eq!(connections(folder.path()), BTreeMap::from([("127.0.0.1".to_owned(), 1)]));
        });
    }
}
