//! The checker of the reference. Words and forms are those of its `environment/grading_server.py` and `mlebench/grade.py`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use assay_tests::Failure;
use serde_json::json;

use super::client::{Place, form};
use super::world::{CANARY, World, off_by};

const INVALID: &str =
    "Submission invalid! The attempt to grade the submission has resulted in the following error message:\n";

/// The answers are not there at all.
#[test]
fn it_answers_as_the_references_does_without_any_answers() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    fs::remove_dir_all(world.path("data"))?;
    let server = world.checker(&[])?;
    let health = server.place.get("/health", None)?;
    assert_eq!((health.status, health.json()?), (200, json!({ "status": "running" })));
    assert_eq!(health.header("content-type"), Some("application/json"));

    let valid = server.place.post("/validate", &[], &off_by(0.0))?;
    assert_eq!((valid.status, valid.json()?), (200, json!({ "result": "Submission is valid." })));
    let short = server.place.post("/validate", &[], "id,y\n0,1\n1,x\n")?;
    let result = short.json()?["result"].as_str().ok_or("no result")?.to_owned();
    assert!(short.status == 200 && result.starts_with(INVALID), "{short:?}");
    assert!(result.contains("line 3") && result.contains("`y`"), "{result}");
    assert!(!result.contains(CANARY));

    for (line, headers, body, status) in [
        ("POST /validate", &["Content-Type: text/csv"][..], "id,y\n", 400),
        ("POST /validate", &["Content-Type: multipart/form-data; boundary=XX"], "--XX--\r\n", 400),
        (
            "POST /validate",
            &["Content-Type: multipart/form-data; boundary=XX"],
            &form("id").replace("file\"", "other\""),
            400,
        ),
        (
            "POST /validate",
            &["Content-Type: multipart/form-data; boundary=XX", "Content-Encoding: gzip"],
            &form("id"),
            415,
        ),
        ("GET /validate", &[], "", 405),
        ("GET /v1/competitions", &[], "", 404),
    ] {
        let refused = server.place.send(line, headers, body.as_bytes())?;
        assert_eq!(refused.status, status, "{line} {headers:?}: {refused:?}");
    }
    let missing = server.place.send("POST /validate", &["Content-Type: text/csv"], b"")?.json()?;
    assert!(missing["error"].is_string() && missing["details"].is_string(), "{missing}");
    assert_eq!(fs::read_dir(world.path("tmp"))?.count(), 1, "files are received in a folder");
    assert_eq!(server.end()?, Some(0));
    assert_eq!(fs::read_dir(world.path("tmp"))?.count(), 0, "the folder goes with the server");
    Ok(())
}

/// A container without a network gets the socket.
#[test]
fn it_listens_on_a_unix_socket() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let server = world.checker(&["--unix", "checker.sock", "--unix-mode", "600"])?;
    let socket = world.path("checker.sock");
    assert_eq!(fs::metadata(&socket)?.permissions().mode() & 0o777, 0o600);
    assert_eq!(server.place.post("/validate", &[], &off_by(1.0))?.json()?["result"], "Submission is valid.");

    // The socket is taken, and stays.
    let second = world.run(&["serve", "--competition", "toy", "--keys", "toy.keys.jsonl", "--unix", "checker.sock"])?;
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another server listens there"), "{second:?}");
    server.kill()?;
    // One that was left by a kill makes way.
    let again = world.checker(&["--unix", "checker.sock"])?;
    assert_eq!(again.place.get("/health", None)?.status, 200);
    assert_eq!(again.end()?, Some(0));
    assert!(!socket.exists());
    Ok(())
}

#[test]
fn calls_that_cannot_be_meant_are_refused_with_the_remedy() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    fs::write(world.path("bad.toml"), "[competitions.toy]\nshow = \"everything\"\n")?;
    let checked = ["serve", "--competition", "toy", "--keys", "toy.keys.jsonl"];
    for (arguments, said) in [
        (&["serve"][..], "--competition or COMPETITION_ID"),
        (&["serve", "--competition", "toi", "--keys", "toy.keys.jsonl"], "there is no competition `toi`"),
        (&["serve", "--competition", "toy"], "`assay keys toy --output FILE` makes them"),
        (&["serve", "--competition", "toy", "--keys", "none.jsonl"], "`assay keys toy --output FILE` makes one"),
        (&[&checked[..], &["--listen", "0.0.0.0:0"]].concat(), "--certificate and --private-key"),
        (&[&checked[..], &["--unix", "bad.toml"]].concat(), "something else than a socket"),
        (
            &[&checked[..], &["--certificate", "bad.toml", "--private-key", "bad.toml"]].concat(),
            "no certificate can be read",
        ),
        (&["serve", "--store", "store", "--policy", "bad.toml", "--data-dir", "data"], "bad.toml"),
    ] {
        let run = world.run(arguments)?;
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.code() == Some(2) && stderr.contains(said), "{arguments:?}: {run:?}");
    }
    Ok(())
}

/// With a certificate, TCP is TLS and nothing else. Certificates are made, and TLS spoken, by the program openssl.
#[test]
fn with_a_certificate_it_speaks_tls() -> Result<(), Failure> {
    let world = World::new()?;
    world.keys()?;
    let mut made = Command::new("openssl");
    made.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "chain.pem"]);
    made.args(["-days", "2", "-subj", "/CN=localhost"]).current_dir(world.path("")).stderr(Stdio::null());
    if !made.status().is_ok_and(|status| status.success()) {
        eprintln!("not tested: there is no openssl");
        return Ok(());
    }
    let server = world.checker(&["--certificate", "chain.pem", "--private-key", "key.pem"])?;
    let Place::Tcp(address) = &server.place else { return Err("no address".into()) };
    let mut client = Command::new("openssl");
    client.args(["s_client", "-connect", address, "-CAfile", "chain.pem", "-verify_return_error", "-quiet"]);
    client.current_dir(world.path("")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut client = client.spawn()?;
    let mut stdin = client.stdin.take().ok_or("no stdin")?;
    stdin.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let answer = String::from_utf8(client.wait_with_output()?.stdout)?;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(r#"{"status":"running"}"#), "{answer}");
    assert!(server.place.get("/health", None).is_err(), "it speaks TLS alone");
    Ok(())
}
