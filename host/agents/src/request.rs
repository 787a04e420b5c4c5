//! Requests of agents, as far as what is between them and a server reads them.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// The longest head of a request, in bytes.
pub(crate) const HEAD: usize = 16 << 10;

/// How much of a request that is refused is read all the same, in bytes.
const UNREAD: u64 = 1 << 20;

/// A request's head, and what came behind it; none if it is too long, or breaks off.
pub(crate) async fn head(client: &mut UnixStream) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = client.read(&mut buffer).await?;
        let seen = head.len().saturating_sub(3);
        head.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let end = head.get(seen..).unwrap_or_default().windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(end) = end {
            let rest = head.split_off(seen + end + 4);
            return Ok(Some((head, rest)));
        }
        if read == 0 || head.len() > HEAD {
            return Ok(None);
        }
    }
}

/// Answers with an error, and ends.
pub(crate) async fn refuse(client: &mut UnixStream, status: &str, why: &str) -> io::Result<()> {
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{why}\n", why.len() + 1);
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await?;
    // Closing with something unread takes the answer from whoever has not read it yet.
    let mut unread = client.take(UNREAD);
    let mut nowhere = tokio::io::sink();
    let read = timeout(Duration::from_secs(1), tokio::io::copy(&mut unread, &mut nowhere)).await;
    read.map_or(Ok(()), |read| read.map(|_| ()))
}

/// The fields of a head but for those that concern one connection.
pub(crate) fn fields(lines: &str) -> impl Iterator<Item = &str> {
    let concerns_one = |field: &&str| {
        let name = field.split(':').next().unwrap_or_default();
        let hop = ["connection", "proxy-connection", "proxy-authorization", "keep-alive", "upgrade"];
        hop.iter().any(|hop| name.eq_ignore_ascii_case(hop))
    };
    lines.split("\r\n").filter(|field| !field.is_empty()).filter(move |field| !concerns_one(field))
}

/// The value of a field; none if there is none of this name, or several.
pub(crate) fn value<'a>(lines: &'a str, name: &str) -> Option<&'a str> {
    let mut values = lines.split("\r\n").filter_map(|field| field.split_once(':'));
    let mut values =
        values.by_ref().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    let value = values.next()?;
    values.next().is_none().then_some(value)
}
