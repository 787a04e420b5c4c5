//! Each fault of a server, and what a user reads of it.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use assay_tests::Failure;

use super::server::{Reply, Server, answer, header, ranged};
use super::world::{BASIC, World, download, run};

const PATH: &str = "/api/v1/competitions/data/download-all/toy";

/// The data set comes from where the interface leads to, which is not told who the user is.
#[test]
fn a_download_is_led_elsewhere_without_credentials() -> Result<(), Failure> {
    let content = download()?;
    let storage = Server::start(move |_, head| Reply::Whole(ranged(head, &content, "1")))?;
    let to = format!("Location: http://{}/toy.zip?signature=hidden-signature\r\n", storage.host);
    let kaggle = Server::start(move |_, _| Reply::Whole(answer("302 Found", &to, b"")))?;
    let world = World::new()?;
    let prepared = run(world.command(&kaggle.host)?)?;
    assert_eq!(prepared.code, Some(0), "{}", prepared.stderr);
    assert!(world.is_prepared(), "{}", prepared.stderr);
    assert!(!prepared.stderr.contains("hidden-signature"), "{}", prepared.stderr);
    let (asked, led) = (kaggle.asked(), storage.asked());
    assert!(asked[0].starts_with(&format!("GET {PATH} ")), "{asked:?}");
    assert_eq!(header(&asked[0], "Authorization").as_deref(), Some(BASIC));
    assert_eq!(header(&led[0], "Authorization"), None);
    // What is prepared is not downloaded again, nor is a download that is there.
    let again = run(world.command("127.0.0.1:1")?)?;
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("toy: is prepared: 3 files"), "{}", again.stderr);
    fs::remove_dir_all(world.path("data/toy/prepared"))?;
    let from_there = run(world.command("127.0.0.1:1")?)?;
    assert_eq!(from_there.code, Some(0), "{}", from_there.stderr);
    assert!(world.is_prepared());
    Ok(())
}

/// What is for a moment only is tried again, from where the download broke off.
#[test]
fn a_download_that_breaks_off_goes_on() -> Result<(), Failure> {
    let content = download()?;
    let third = content.len() / 3;
    let whole = content.clone();
    let kaggle = Server::start(move |number, head| {
        let sent = ranged(head, &whole, "1");
        Reply::Whole(match number {
            0 => sent[..third].to_vec(),
            1 => answer("503 Service Unavailable", "", b""),
            2 => sent[..third].to_vec(),
            _ => sent,
        })
    })?;
    let world = World::new()?;
    let prepared = run(world.command(&kaggle.host)?)?;
    assert_eq!(prepared.code, Some(0), "{}", prepared.stderr);
    assert!(world.is_prepared());
    let starts: Vec<usize> = kaggle
        .asked()
        .iter()
        .map(|head| {
            header(head, "Range")
                .map_or(0, |range| range.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0))
        })
        .collect();
    assert_eq!(starts.len(), 4);
    assert!(starts[0] == 0 && starts[1] > 0 && starts[2] == starts[1] && starts[3] > starts[2], "{starts:?}");
    assert!(starts[3] < content.len());
    Ok(())
}

/// Another state of the file than the one that a part is of is downloaded from its beginning.
#[test]
fn a_file_that_changes_meanwhile_is_downloaded_anew() -> Result<(), Failure> {
    let content = download()?;
    let half = content.len() / 2;
    let kaggle = Server::start(move |number, head| {
        let mut other = content.clone();
        match number {
            0 => {
                other[200_000] ^= 1;
                Reply::Whole(ranged(head, &other, "old")[..half].to_vec())
            }
            _ => Reply::Whole(ranged(head, &content, "new")),
        }
    })?;
    let world = World::new()?;
    let prepared = run(world.command(&kaggle.host)?)?;
    assert_eq!(prepared.code, Some(0), "{}", prepared.stderr);
    assert!(world.is_prepared());
    Ok(())
}

/// A stopped download is kept for the next call.
#[test]
fn the_next_call_goes_on_with_what_is_there() -> Result<(), Failure> {
    let content = download()?;
    let half = content.len() / 2;
    let broken = content.clone();
    let kaggle = Server::start(move |number, head| match number {
        0 => Reply::Whole(ranged(head, &broken, "1")[..half].to_vec()),
        _ => Reply::Whole(answer("500 Internal Server Error", "", b"")),
    })?;
    let world = World::new()?;
    let failed = run(world.command(&kaggle.host)?)?;
    assert_eq!(failed.code, Some(3), "{}", failed.stderr);
    assert!(failed.stderr.contains("bytes are kept, and the same command goes on"), "{}", failed.stderr);
    let part = fs::metadata(world.path("data/toy/.toy.zip.part"))?.len();
    assert!(part > 100_000);
    // The server of before has another address now, so nothing tells that it has the same file.
    let honest = Server::start(move |_, head| Reply::Whole(ranged(head, &content, "1")))?;
    let prepared = run(world.command(&honest.host)?)?;
    assert_eq!(prepared.code, Some(0), "{}", prepared.stderr);
    assert!(world.is_prepared());
    Ok(())
}

/// Each fault that does not pass, the exit code, what is said of it, and after how many requests.
#[test]
fn each_fault_is_told_with_its_remedy() -> Result<(), Failure> {
    let said = |text: &str| format!("{{\"code\": 403, \"message\": \"{text}\"}}").into_bytes();
    let content = download()?;
    let longer = [content.as_slice(), b"more"].concat();
    let short = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", content.len() + 7);
    let short = [short.as_bytes(), &content].concat();
    let other_range = answer("206 Partial Content", "Content-Range: bytes 5-9/10\r\n", b"12345");
    let cases: Vec<(&str, i32, &str, usize, Vec<u8>)> = vec![
        ("401", 2, "does not know the credentials from KAGGLE_USERNAME and KAGGLE_KEY", 1, answer("401 No", "", b"")),
        ("401, the remedy", 2, "https://www.kaggle.com/settings", 1, answer("401 No", "", b"")),
        (
            "403",
            2,
            "https://www.kaggle.com/competitions/toy/rules",
            1,
            answer("403 Forbidden", "", &said("You must accept this competition's rules")),
        ),
        ("403, its words", 2, "You must accept", 1, answer("403 Forbidden", "", &said("You must accept"))),
        ("404", 2, "has no data of `toy` (HTTP status 404)", 1, answer("404 Not Found", "", b"")),
        ("429 for long", 3, "wants to be left alone for 60 min", 1, answer("429 No", "Retry-After: 3600\r\n", b"")),
        ("429", 3, "4 tries in a row failed", 4, answer("429 No", "Retry-After: 0\r\n", b"")),
        ("500", 3, "answers with HTTP status 500", 4, answer("500 Oh", "", b"")),
        ("503", 3, "answers with HTTP status 503", 4, answer("503 Oh", "Retry-After: 0\r\n", b"")),
        ("418", 1, "answers with HTTP status 418", 1, answer("418 Tea", "", b"")),
        ("a page", 1, "sends a page in the place", 1, answer("200 OK", "Content-Type: text/html\r\n", b"<html>")),
        ("no archive", 1, "sends what is no archive", 1, answer("200 OK", "", &[b'x'; 2000])),
        ("a little of nothing", 1, "this is no archive", 1, answer("200 OK", "", b"abc")),
        ("too short", 3, "broke off after", 4, short),
        ("another part", 3, "sends another part", 4, other_range),
        ("no HTTP", 1, "answers with what is no HTTP", 1, b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
        (
            "a circle",
            1,
            "leads elsewhere more than 5 times",
            6,
            answer("302 Found", &format!("Location: {PATH}\r\n"), b""),
        ),
        ("a file", 1, "no address", 1, answer("302 Found", "Location: file:///etc/passwd\r\n", b"")),
        ("another host", 1, "without TLS", 1, answer("302 Found", "Location: http://192.0.2.1/x\r\n", b"")),
        ("a cut archive", 1, "damaged or cut short", 1, answer("200 OK", "", &content[..200_000])),
        ("bytes behind it", 0, "prepared", 1, answer("200 OK", "", &longer)),
    ];
    for (name, code, words, requests, reply) in cases {
        let kaggle = Server::start(move |_, _| Reply::Whole(reply.clone()))?;
        let world = World::new()?;
        let ended = run(world.command(&kaggle.host)?)?;
        assert_eq!(ended.code, Some(code), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{name}: {words:?} is not in {:?}", ended.stderr);
        assert_eq!(kaggle.asked().len(), requests, "{name}: {}", ended.stderr);
        assert_eq!(world.path("data/toy/prepared").exists(), code == 0, "{name}");
    }
    Ok(())
}

/// A server that sends a byte now and then is left, and so is one that sends nothing.
#[test]
fn a_server_that_sends_next_to_nothing_is_asked_again() -> Result<(), Failure> {
    let content = download()?;
    let requests = AtomicUsize::new(0);
    let kaggle = Server::start(move |_, head| {
        let sent = ranged(head, &content, "1");
        match requests.fetch_add(1, Ordering::Relaxed) {
            // Headers and a little of the content.
            0 => Reply::Slow(sent[..300].to_vec(), Duration::from_millis(10)),
            1 => Reply::Slow(sent[..1].to_vec(), Duration::from_secs(2)),
            _ => Reply::Whole(sent),
        }
    })?;
    let world = World::new()?;
    let prepared = run(world.command(&kaggle.host)?)?;
    assert_eq!(prepared.code, Some(0), "{}", prepared.stderr);
    assert!(world.is_prepared());
    Ok(())
}

/// Who has no credentials is told where to make them, and nothing is asked.
#[test]
fn credentials_are_found_where_kaggle_has_them() -> Result<(), Failure> {
    let content = download()?;
    let kaggle = Server::start(move |_, head| Reply::Whole(ranged(head, &content, "1")))?;
    let world = World::new()?;
    let ended = run(world.stranger(&kaggle.host)?)?;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("make a token at https://www.kaggle.com/settings"), "{}", ended.stderr);
    assert!(kaggle.asked().is_empty());

    let file = world.path("home/.kaggle/kaggle.json");
    fs::create_dir_all(world.path("home/.kaggle"))?;
    fs::write(&file, "{\"username\": \"tester\", \"key\": ")?;
    let ended = run(world.stranger(&kaggle.host)?)?;
    assert!(ended.code == Some(2) && ended.stderr.contains("is not of the form"), "{}", ended.stderr);
    let token = "KGAT_0123456789abcdef";
    let shown = [
        ("{\"username\": \"tester\", \"key\": \"0123456789abcdef-secret\"}", "kaggle.json", BASIC.to_owned()),
        (token, "access_token", format!("Bearer {token}")),
    ];
    for (number, (text, name, expected)) in shown.into_iter().enumerate() {
        fs::write(file.with_file_name(name), text)?;
        let _ = fs::remove_dir_all(world.path("data"));
        let ended = run(world.stranger(&kaggle.host)?)?;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(!ended.stderr.contains(token), "{}", ended.stderr);
        assert_eq!(header(&kaggle.asked()[number], "Authorization"), Some(expected));
    }
    fs::remove_dir_all(world.path("data"))?;
    let ended = run(world.command("192.0.2.1")?)?;
    assert!(ended.code == Some(2) && ended.stderr.contains("over TLS alone"), "{}", ended.stderr);
    Ok(())
}
