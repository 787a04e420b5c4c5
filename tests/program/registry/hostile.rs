//! Servers that are no honest registries.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use assay_tests::Failure;
use assay_types::sha256;
use serde_json::{Value, json};

use super::{PASSWORD, Run, USER, World, grader};

/// What a server answers.
enum Reply {
    Whole(Vec<u8>),
    /// These bytes, then others for as long as somebody reads.
    Endless(Vec<u8>),
}

/// A server on this machine that answers as it is told to, and what it was asked.
struct Server {
    host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str, &str) -> Reply + Send + 'static) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, own) = (Arc::clone(&asked), host.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut reader = BufReader::new(match stream.try_clone() {
                    Ok(stream) => stream,
                    Err(_) => return,
                });
                let mut head = String::new();
                while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
                log.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
                let path = head.split(' ').nth(1).unwrap_or_default();
                match answer(path, &format!("{own}\n{head}")) {
                    Reply::Whole(bytes) => drop(stream.write_all(&bytes)),
                    Reply::Endless(bytes) => {
                        let mut written = stream.write_all(&bytes);
                        while written.is_ok() {
                            written = stream.write_all(&[b' '; 1 << 16]);
                        }
                    }
                }
            }
        });
        Ok(Server { host, asked })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The manifest of a component, with something changed.
fn manifest(component: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let layer = json!({
        "mediaType": "application/wasm", "size": component.len(), "digest": format!("sha256:{}", sha256(component)),
    });
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": { "mediaType": "application/vnd.wasm.config.v0+json", "size": 2, "digest": format!("sha256:{}", sha256(b"{}")) },
        "layers": [layer],
    });
    change(&mut manifest);
    manifest.to_string().into_bytes()
}

/// What comes of adding an artifact from a server which has this manifest, and gives this in the place of manifest and component.
fn added(
    manifest: &[u8],
    given: impl Fn(&str, &str) -> Option<Reply> + Send + 'static,
) -> Result<(Run, World, Server), Failure> {
    let (whole, component) = (manifest.to_vec(), grader()?);
    let server = Server::start(move |path, head| {
        let honest = || if path.contains("/manifests/") { &whole } else { &component };
        given(path, head).unwrap_or_else(|| Reply::Whole(answer("200 OK", "", honest())))
    })?;
    let world = World::new()?;
    let run = world.run(&["add", &format!("oci://{}/mine:1.0@sha256:{}", server.host, sha256(manifest))])?;
    Ok((run, world, server))
}

/// Whatever a registry sends in the place of what its digest names, nothing is added, and what it sent is named.
#[test]
fn a_registry_that_means_harm_adds_nothing() -> Result<(), Failure> {
    let component = grader()?;
    let honest = manifest(&component, |_| {});
    let (run, world, _server) = added(&honest, |_, _| None)?;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, component);

    type Given = Box<dyn Fn(&str, &str) -> Option<Reply> + Send>;
    let at = |part: &'static str, bytes: Vec<u8>| -> Given {
        Box::new(move |path, _| path.contains(part).then(|| Reply::Whole(bytes.clone())))
    };
    let endless = |part: &'static str, head: &'static str| -> Given {
        Box::new(move |path, _| path.contains(part).then(|| Reply::Endless(head.as_bytes().to_vec())))
    };
    let moved = |to: &str| answer("307 Temporary Redirect", &format!("Location: {to}\r\n"), b"");
    let (mut other, mut longer) = (component.clone(), component.clone());
    other[100] ^= 1;
    longer.push(0);
    let without_length = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    let long = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n";
    let cases: Vec<(&str, i32, &str, Vec<u8>, Given)> = vec![
        (
            "another manifest",
            1,
            "sent a manifest of sha256:",
            honest.clone(),
            at("/manifests/", answer("200 OK", "", b"{}")),
        ),
        (
            "another component",
            1,
            "sent a component of sha256:",
            honest.clone(),
            at("/blobs/", answer("200 OK", "", &other)),
        ),
        ("a longer one", 1, "sends more than", honest.clone(), at("/blobs/", answer("200 OK", "", &longer))),
        (
            "half of it",
            1,
            "sent a component of sha256:",
            honest.clone(),
            at("/blobs/", answer("200 OK", "", &component[..1000])),
        ),
        (
            "a cut answer",
            3,
            "cannot be reached",
            honest.clone(),
            at("/blobs/", answer("200 OK", "", &component)[..2000].to_vec()),
        ),
        (
            "an endless manifest",
            1,
            "sends more than 262144 bytes",
            honest.clone(),
            endless("/manifests/", without_length),
        ),
        ("a huge manifest", 1, "sends more than 262144 bytes", honest.clone(), endless("/manifests/", long)),
        ("an endless component", 1, "sends more than", honest.clone(), endless("/blobs/", without_length)),
        (
            "endless headers",
            1,
            "answers with what is no HTTP",
            honest.clone(),
            endless("/manifests/", "HTTP/1.1 200 OK\r\nA: "),
        ),
        (
            "an endless error",
            1,
            "sends more than 65536 bytes",
            honest.clone(),
            endless("/blobs/", "HTTP/1.1 403 No\r\n\r\n"),
        ),
        (
            "no HTTP",
            1,
            "answers with what is no HTTP",
            honest.clone(),
            at("/manifests/", b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
        ),
        (
            "a file",
            1,
            "leads to `file:///etc/passwd`, which is no address",
            honest.clone(),
            at("/blobs/", moved("file:///etc/passwd")),
        ),
        (
            "another scheme",
            1,
            "by another scheme than http",
            honest.clone(),
            at("/blobs/", moved("https://127.0.0.1/x")),
        ),
        ("another host", 1, "another host, without TLS", honest.clone(), at("/blobs/", moved("http://192.0.2.1/x"))),
        (
            "a circle",
            1,
            "leads elsewhere more than 5 times",
            honest.clone(),
            at("/blobs/", moved("/v2/mine/blobs/again")),
        ),
        ("nowhere", 1, "which is no address", honest.clone(), at("/blobs/", moved("x y"))),
        (
            "a fault of its own",
            3,
            "failed with HTTP status 503",
            honest.clone(),
            at("/blobs/", answer("503 No", "", b"")),
        ),
        (
            "a list of others",
            1,
            "`application/vnd.oci.image.index.v1+json`",
            manifest(&component, |manifest| {
                *manifest = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [] });
            }),
            Box::new(|_, _| None),
        ),
        (
            "an image",
            1,
            "has no WebAssembly component there",
            manifest(&component, |manifest| {
                manifest["config"]["mediaType"] = "application/vnd.oci.image.config.v1+json".into();
            }),
            Box::new(|_, _| None),
        ),
        (
            "two layers",
            1,
            "has an artifact of 2 layers there",
            manifest(&component, |manifest| {
                manifest["layers"] = json!([manifest["layers"][0], manifest["layers"][0]]);
            }),
            Box::new(|_, _| None),
        ),
        (
            "another layer",
            1,
            "has a layer of the type `text/plain\\u{1b}[2J` there",
            manifest(&component, |manifest| {
                manifest["layers"][0]["mediaType"] = "text/plain\u{1b}[2J".into();
            }),
            Box::new(|_, _| None),
        ),
        (
            "another path",
            1,
            "in the place of a digest",
            manifest(&component, |manifest| {
                manifest["layers"][0]["digest"] = "../../../x".into();
            }),
            Box::new(|_, _| None),
        ),
        (
            "a large component",
            1,
            "has a component of 33554433 bytes there, more than the limit of 33554432",
            manifest(&component, |manifest| {
                manifest["layers"][0]["size"] = ((32 << 20) + 1).into();
            }),
            Box::new(|_, _| None),
        ),
        ("no manifest", 1, "sent what is no manifest", b"[".repeat(100_000), Box::new(|_, _| None)),
    ];
    for (does, code, expected, manifest, given) in cases {
        let (run, world, _server) = added(&manifest, given)?;
        assert_eq!(run.code, Some(code), "{does}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{does}: {}", run.stderr);
        assert!(run.stderr.len() < 1000 && !run.stderr.contains('\u{1b}'), "{does}: {}", run.stderr);
        assert!(world.is_empty(), "{does}");
    }
    // What the digests are of is no grader.
    let none = wat::parse_str("(component)")?;
    let body = none.clone();
    let (run, world, _server) = added(&manifest(&none, |_| {}), move |path, _| {
        path.contains("/blobs/").then(|| Reply::Whole(answer("200 OK", "", &body)))
    })?;
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(world.is_empty());
    // Nobody is there.
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let run = world.run(&["add", &format!("oci://{nobody}/mine@sha256:{}", sha256(b""))])?;
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("cannot be reached"), "{}", run.stderr);
    Ok(())
}

/// Credentials are shown to the registry, and to whom it names to give tokens by the same way; never to another host without TLS.
#[test]
fn credentials_go_to_nobody_else() -> Result<(), Failure> {
    let variables = [("ASSAY_REGISTRY_USER", USER), ("ASSAY_REGISTRY_PASSWORD", PASSWORD)];
    let basic = "Basic c29tZW9uZTpzM2NyZXQ=";
    let component = grader()?;
    let whole = manifest(&component, |_| {});
    let reference = |server: &Server| format!("oci://{}/mine@sha256:{}", server.host, sha256(&whole));
    let shows = |head: &str, value: &str| {
        head.lines().any(|line| line.eq_ignore_ascii_case(&format!("authorization: {value}")))
    };

    // A token, for which the credentials are shown, and with which the rest is read.
    let (manifest_bytes, component_bytes) = (whole.clone(), component.clone());
    let server = Server::start(move |path, head| {
        let own = head.lines().next().unwrap_or_default().to_owned();
        Reply::Whole(if path.starts_with("/token?") {
            answer("200 OK", "", br#"{"token": "a-token"}"#)
        } else if !head.to_lowercase().contains("authorization: bearer a-token") {
            let wants = format!("WWW-Authenticate: Bearer realm=\"http://{own}/token\",service=\"it self\"\r\n");
            answer("401 Unauthorized", &wants, b"")
        } else if path.contains("/manifests/") {
            answer("200 OK", "", &manifest_bytes)
        } else {
            answer("200 OK", "", &component_bytes)
        })
    })?;
    let world = World::with(&variables)?;
    let run = world.run(&["add", &reference(&server)])?;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let asked = server.asked();
    let token = asked.iter().find(|head| head.starts_with("GET /token?")).ok_or("no token was asked for")?;
    assert!(token.contains("scope=repository%3Amine%3Apull") && token.contains("service=it%20self"), "{token}");
    assert!(shows(token, basic), "{token}");
    assert!(asked.iter().filter(|head| !head.starts_with("GET /token?")).all(|head| !shows(head, basic)));

    // Tokens from another host, without TLS, and a redirect there.
    let thief = Server::start(|_, _| Reply::Whole(answer("200 OK", "", br#"{"token": "x"}"#)))?;
    let to = thief.host.clone();
    let wants = Server::start(move |_, _| {
        let wants = format!("WWW-Authenticate: Bearer realm=\"http://{to}/token\"\r\n");
        Reply::Whole(answer("401 Unauthorized", &wants, b""))
    })?;
    let to = thief.host.clone();
    let leads = Server::start(move |_, head| {
        Reply::Whole(if head.to_lowercase().contains("authorization: basic") {
            answer("307 Temporary Redirect", &format!("Location: http://{to}/x\r\n"), b"")
        } else {
            answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", b"")
        })
    })?;
    for server in [wants, leads] {
        let run = world.run(&["add", &reference(&server)])?;
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains("another host, without TLS"), "{}", run.stderr);
        assert!(!run.stderr.contains(PASSWORD) && !run.stderr.contains(basic), "{}", run.stderr);
    }
    assert_eq!(thief.asked(), [""; 0]);
    Ok(())
}

/// Signatures are verified by the ecosystem's tool, before anything is fetched.
#[test]
fn signatures_are_verified_by_cosign() -> Result<(), Failure> {
    let component = grader()?;
    let whole = manifest(&component, |_| {});
    let digest = sha256(&whole);
    let server = Server::start(move |path, _| {
        Reply::Whole(answer("200 OK", "", if path.contains("/manifests/") { &whole } else { &component }))
    })?;
    let reference = format!("oci://{}/mine:1.0@sha256:{digest}", server.host);
    // In its place a script that writes down what it is called with, and finds what the key's name says.
    let tool = |folder: &Path| -> Result<(), Failure> {
        let file = folder.join("cosign");
        fs::write(
            &file,
            "#!/bin/sh\necho \"$@\" >> \"$0.log\"\ncase \"$*\" in *good*) ;; *) echo no matching signatures >&2; exit 10;; esac\n",
        )?;
        Ok(fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755))?)
    };
    let tools = tempfile::tempdir()?;
    let path = format!("{}:/usr/bin:/bin", tools.path().display());
    let world = World::with(&[("PATH", &path)])?;
    let key = |key| ["add", reference.as_str(), "--verify-with-key", key];
    let absent = World::with(&[("PATH", "/nowhere")])?.run(&key("good.pub"))?;
    assert_eq!(absent.code, Some(2), "{}", absent.stderr);
    assert!(absent.stderr.contains("cosign, which verifies signatures, is not in the path"), "{}", absent.stderr);

    tool(tools.path())?;
    let refused = world.run(&key("other.pub"))?;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("no matching signatures"), "{}", refused.stderr);
    assert!(world.is_empty() && server.asked().is_empty());
    assert_eq!(world.run(&key("good.pub"))?.code, Some(0));
    let identity = ["--verify-with-identity", "good@example.com", "--verify-with-issuer", "https://example.com"];
    assert_eq!(world.run(&[&["add", reference.as_str()], identity.as_slice()].concat())?.code, Some(0));
    let plain = format!("{}/mine@sha256:{digest}", server.host);
    let log = fs::read_to_string(tools.path().join("cosign.log"))?;
    let expected = [
        format!("verify --key=other.pub --allow-http-registry {plain}"),
        format!("verify --key=good.pub --allow-http-registry {plain}"),
        format!(
            "verify --certificate-identity=good@example.com --certificate-oidc-issuer=https://example.com \
             --allow-http-registry {plain}"
        ),
    ];
    assert_eq!(log.lines().collect::<Vec<_>>(), expected);
    Ok(())
}
