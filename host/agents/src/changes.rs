//! How many files and folders a container has made, changed or removed. The engine lists them by name, and a list of a hostile agent's may be
//! of millions: it is counted as it comes, kept nowhere, and read no further than is needed.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use crate::engine::address;

/// The longest head of an answer, in bytes.
const HEAD: usize = 16 << 10;

/// Asks an engine at a host such as `unix:///var/run/docker.sock`, and counts no further than to one more than `most`.
pub(crate) async fn count(host: &str, container: &str, most: u64) -> io::Result<u64> {
    if let Some(path) = host.strip_prefix("unix://") {
        return counted(UnixStream::connect(path).await?, container, most).await;
    }
    counted(TcpStream::connect(address(host)).await?, container, most).await
}

async fn counted(mut stream: impl AsyncRead + AsyncWrite + Unpin, container: &str, most: u64) -> io::Result<u64> {
    // An answer of this version ends with its connection.
    let request = format!("GET /containers/{container}/changes HTTP/1.0\r\nHost: engine\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    answer(stream, most).await
}

async fn answer(mut stream: impl AsyncRead + Unpin, most: u64) -> io::Result<u64> {
    let (mut head, mut objects) = (Vec::new(), Objects::default());
    let mut buffer = vec![0; 64 << 10];
    let mut is_head = true;
    while objects.count <= most {
        let read = stream.read(&mut buffer).await?;
        let chunk = buffer.get(..read).unwrap_or_default();
        if is_head {
            head.extend_from_slice(chunk);
            if let Some(end) = head.windows(4).position(|end| end == b"\r\n\r\n") {
                is_head = false;
                objects.read(&head.split_off(end + 4));
                is_fine(&head)?;
            } else if head.len() > HEAD || read == 0 {
                return Err(io::Error::other("it answers with what is no HTTP"));
            }
        } else {
            objects.read(chunk);
        }
        if read == 0 {
            return if objects.is_whole() { Ok(objects.count) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    }
    Ok(most.saturating_add(1))
}

/// An answer's status.
fn is_fine(head: &[u8]) -> io::Result<()> {
    let line = String::from_utf8_lossy(head.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
    if line.split_whitespace().nth(1) == Some("200") { Ok(()) } else { Err(io::Error::other(line)) }
}

/// Counts the objects of a list of JSON that comes in pieces: an opening brace is one unless it is in a text.
#[derive(Default)]
struct Objects {
    count: u64,
    is_text: bool,
    is_escaped: bool,
    last: u8,
}

impl Objects {
    fn read(&mut self, piece: &[u8]) {
        for &byte in piece {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_text => self.is_escaped = true,
                b'"' => self.is_text = !self.is_text,
                b'{' if !self.is_text => self.count += 1,
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                self.last = byte;
            }
        }
    }

    /// Whether it came to its end: that of a list, or `null`, which is said of none.
    fn is_whole(&self) -> bool {
        !self.is_text && (self.last == b']' || self.last == b'l')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_as_they_come() {
        let runtime = crate::runtime().unwrap();
        let count = |sent: &str, most: u64| runtime.block_on(answer(sent.as_bytes(), most));
        let head = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";
        let list = r#"[{"Path":"/a","Kind":1},{"Path":"/{\"{\\","Kind":1},{"Path":"/home/x\"},{","Kind":0}]"#;
        let sent = format!("{head}{list}\n");
        assert_eq!((count(&sent, 100).unwrap(), count(&sent, 1).unwrap()), (3, 2));
        assert_eq!(count(&format!("{head}null\n"), 100).unwrap(), 0);
        // A list that breaks off is not taken for a short one.
        assert!(count(&sent[..sent.len() - 9], 100).is_err());
        assert!(count(head, 100).is_err() && count("", 100).is_err());
        let gone = count("HTTP/1.0 404 Not Found\r\n\r\n{\"message\": \"no such container\"}", 100).unwrap_err();
        assert_eq!(gone.to_string(), "HTTP/1.0 404 Not Found");

        let mut pieces = Objects::default();
        list.as_bytes().chunks(1).for_each(|piece| pieces.read(piece));
        assert_eq!((pieces.count, pieces.is_whole()), (3, true));
    }
}
