//! Clients that mean harm, or mean well and are slow: the server stays bounded, and answers others.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use assay_tests::Failure;

use super::client::{Stream, answer, form};
use super::world::{Server, World, off_by};

const POST: &str = "POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=XX\r\n";

/// It still does what it is there for, in a time that people wait.
fn is_alive(server: &Server) -> Result<(), Failure> {
    let start = Instant::now();
    let answer = server.place.post("/validate", &[], &off_by(1.0))?;
    assert_eq!(answer.json()?["result"], "Submission is valid.", "{answer:?}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    Ok(())
}

/// How much memory the process has, in bytes.
fn memory(server: &Server) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kilobytes << 10)
}

#[test]
fn broken_requests_are_refused_and_cost_nobody_else_anything() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&["--max-upload", "1M"])?;
    let cut = form("id,y\n0,1\n");
    let cut = &cut[..cut.len() - 10];
    let long = "x".repeat(3 << 20);
    for (what, bytes, statuses) in [
        ("no HTTP", "\0\u{1}\u{2}nonsense\r\n\r\n".to_owned(), &[400][..]),
        ("a head without end", format!("GET /health HTTP/1.1\r\nX: {}", "x".repeat(100 << 10)), &[400, 431]),
        ("too many headers", format!("GET /health HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(500)), &[400, 431]),
        ("a negative length", format!("{POST}Content-Length: -1\r\n\r\n"), &[400]),
        ("two lengths", format!("{POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), &[400]),
        (
            "a form that is cut",
            format!("{POST}Connection: close\r\nContent-Length: {}\r\n\r\n{cut}", cut.len()),
            &[400],
        ),
        ("no form at all", format!("{POST}Connection: close\r\nContent-Length: 4\r\n\r\nabcd"), &[400]),
        (
            "a file that is too large",
            format!("{POST}Connection: close\r\nContent-Length: {}\r\n\r\n{}", form(&long).len(), form(&long)),
            &[413],
        ),
        ("a wrong chunk", format!("{POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nZZ\r\nabc"), &[400]),
        ("an unknown method", "BREW /validate HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[405]),
    ] {
        match server.place.raw(bytes.as_bytes()) {
            Ok(answer) => assert!(statuses.contains(&answer.status), "{what}: {answer:?}"),
            // Who does not speak HTTP, or goes on sending what nobody reads, may find the connection closed.
            Err(error) => assert!(what == "a file that is too large" || what == "no HTTP", "{what}: {error}"),
        }
        is_alive(&server)?;
    }
    for file in
        ["\u{0}\u{1}", "\u{feff}id,y\n0,1\n", &"\"".repeat(1000), &",".repeat(100_000), "id,y\r\n0,\u{202e}\r\n"]
    {
        let answer = server.place.post("/validate", &[], file)?;
        assert!(answer.status == 200 && answer.body.contains("Submission invalid!"), "{answer:?}");
    }
    // Bytes that are no UTF-8.
    let (head, tail) = ("--XX\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n", "\r\n--XX--\r\n");
    let body = [head.as_bytes(), b"id,y\n\xff\xfe,1\n", tail.as_bytes()].concat();
    let answer = server.place.send("POST /validate", &["Content-Type: multipart/form-data; boundary=XX"], &body)?;
    assert!(answer.status == 200 && answer.body.contains("Submission invalid!"), "{answer:?}");
    assert_eq!(server.end()?, Some(0));
    Ok(())
}

/// A body without end is cut off where a file may be no larger, and none of it stays.
#[test]
fn a_body_without_end_ends() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&["--max-upload", "4M"])?;
    is_alive(&server)?;
    let before = memory(&server)?;
    let mut stream = server.place.connect()?;
    write!(stream, "{POST}Transfer-Encoding: chunked\r\n\r\n")?;
    let start = form("id,y\n");
    let start = &start[..start.len() - "\r\n--XX--\r\n".len()];
    write!(stream, "{:x}\r\n{start}\r\n", start.len())?;
    let chunk = format!("10000\r\n{}\r\n", "1,1\n".repeat(1 << 14));
    let mut sent = 0u64;
    while stream.write_all(chunk.as_bytes()).is_ok() {
        sent += 1 << 16;
        assert!(sent < 1 << 30, "it reads on for ever");
    }
    assert!(memory(&server)? < before + (64 << 20));
    is_alive(&server)
}

#[test]
fn slow_clients_are_left_behind() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&[])?;
    // One begins a head, one a body, and nothing more comes.
    let mut head = server.place.connect()?;
    head.write_all(b"GET /health HTTP/1.1\r\nHost:")?;
    let mut body = server.place.connect()?;
    write!(body, "{POST}Content-Length: 1000\r\n\r\n--XX\r\n")?;
    is_alive(&server)?;
    let start = Instant::now();
    let ended = |mut stream: Box<dyn Stream>| {
        thread::spawn(move || {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
            (Instant::now(), String::from_utf8_lossy(&rest).into_owned())
        })
    };
    let (head, body) = (ended(head), ended(body));
    let (head, body) = (head.join().map_err(|_| "panicked")?, body.join().map_err(|_| "panicked")?);
    assert!(head.0 - start < Duration::from_secs(15), "a head has 10 s");
    assert!(body.0 - start < Duration::from_secs(30), "a body has 20 s");
    assert!(body.1.starts_with("HTTP/1.1 408"), "{body:?}");
    is_alive(&server)
}

/// As many as may send a file at once say nothing more: who waits takes the place of one of them.
#[test]
fn slow_clients_do_not_hold_all_places() -> Result<(), Failure> {
    /// As docs/server.md has it.
    const PLACES: usize = 128;
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&[])?;
    let slow: Vec<_> = (0..PLACES)
        .map(|_| {
            let mut stream = server.place.connect()?;
            write!(stream, "{POST}Content-Length: 1000\r\n\r\n--XX\r\n")?;
            Ok::<_, std::io::Error>(stream)
        })
        .collect::<Result<_, _>>()?;
    thread::sleep(Duration::from_millis(300));
    for _ in 0..3 {
        is_alive(&server)?;
    }
    drop(slow);
    is_alive(&server)
}

/// More connections than there may be, all of which say nothing.
#[test]
fn ten_thousand_idle_connections_lock_nobody_out() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&["--max-connections", "500"])?;
    is_alive(&server)?;
    let before = memory(&server)?;
    // This process may have fewer descriptors than that, so that they come and go in groups.
    for _ in 0..20 {
        let idle: Vec<_> = (0..500).map_while(|_| server.place.connect().ok()).collect();
        assert!(idle.len() > 100);
        is_alive(&server)?;
        assert!(memory(&server)? < before + (64 << 20), "{before} {}", memory(&server)?);
    }
    is_alive(&server)
}

/// Where all connections that there may be are at work, others are told when to come back.
#[test]
fn too_many_at_work_are_told_to_come_back() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&["--max-connections", "2"])?;
    let at_work: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = server.place.connect()?;
            write!(stream, "{POST}Content-Length: 1000\r\n\r\n--XX\r\n")?;
            Ok::<_, std::io::Error>(stream)
        })
        .collect::<Result<_, _>>()?;
    thread::sleep(Duration::from_millis(300));
    // Nothing is sent, so that nothing unread resets the connection before it is answered.
    let told = server.place.raw(b"")?;
    assert_eq!((told.status, told.header("retry-after")), (503, Some("5")), "{told:?}");
    drop(at_work);
    thread::sleep(Duration::from_millis(300));
    is_alive(&server)
}

/// Who is at work when the server is asked to end is answered first; nobody else is let in.
#[test]
fn what_is_under_way_is_finished() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&[])?;
    let mut stream = server.place.connect()?;
    let body = form(&off_by(1.0));
    let (start, rest) = body.split_at(body.len() / 2);
    write!(stream, "{POST}Content-Length: {}\r\n\r\n{start}", body.len())?;
    thread::sleep(Duration::from_millis(300));
    server.terminate()?;
    thread::sleep(Duration::from_millis(300));
    assert!(server.place.get("/health", None).is_err(), "it takes no more");
    stream.write_all(rest.as_bytes())?;
    assert_eq!(answer(&mut *stream)?.json()?["result"], "Submission is valid.");
    assert_eq!(server.ended()?, Some(0));
    Ok(())
}

/// Ten times as many as there are places: each is answered, by a result or by when to come back.
#[test]
fn overload_is_answered() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&["--workers", "1"])?;
    let rows: String = (0..50_000).map(|row| format!("{row},1\n")).collect();
    let file = format!("id,y\n{rows}");
    let place = &server.place;
    let statuses = thread::scope(|scope| {
        let clients: Vec<_> = (0..300).map(|_| scope.spawn(|| place.post("/validate", &[], &file).ok())).collect();
        clients.into_iter().map(|client| client.join().map_err(|_| "panicked")).collect::<Result<Vec<_>, _>>()
    })?;
    for answer in &statuses {
        match answer {
            Some(answer) if answer.status == 503 => assert!(answer.header("retry-after").is_some(), "{answer:?}"),
            Some(answer) => assert_eq!(answer.status, 200, "{answer:?}"),
            // It was told so before it had sent everything.
            None => {}
        }
    }
    assert!(statuses.iter().flatten().any(|answer| answer.status == 200));
    is_alive(&server)
}
