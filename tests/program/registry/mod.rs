//! Graders in registries: a real one on this machine, and servers that mean harm.

mod hostile;

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use assay_tests::{Failure, assay, root};
use assay_types::sha256;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program that keeps artifacts, as Debian has it.
const REGISTRY: &str = "docker-registry";

/// A user of the registry that wants one, with the password's hash as `htpasswd` makes it.
const USER: &str = "someone";
const PASSWORD: &str = "s3cret";
const HASH: &str = "$2y$04$TtQ2Kt3p5a4AtSf4cf8iauHgkI013lLRHOc1ntZUpg8YbbWu6bd3G";

/// What came of a run of `assay graders`.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn field(&self, name: &str) -> Result<String, Failure> {
        let told: Value = serde_json::from_str(&self.stdout).map_err(|error| format!("{error}: {}", self.stderr))?;
        Ok(told[name].as_str().ok_or_else(|| format!("no {name}: {told}"))?.to_owned())
    }
}

/// A folder that graders are added to, and the environment that this is done in.
struct World {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl World {
    fn new() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        // No credentials of whoever runs the tests.
        let variables = vec![("DOCKER_CONFIG", folder.path().join("docker").display().to_string())];
        Ok(World { folder, variables })
    }

    /// The same with these variables.
    fn with(variables: &[(&'static str, &str)]) -> Result<Self, Failure> {
        let mut world = World::new()?;
        world.variables.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Ok(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Result<Run, Failure> {
        let output = assay()?
            .current_dir(&self.folder)
            .arg("graders")
            .args(arguments)
            .args(["--graders", "graders", "--format", "json", "--cache-dir"])
            .arg(root().join("target/tests-cache"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    /// True if nothing was added.
    fn is_empty(&self) -> bool {
        !self.path("graders").exists()
    }
}

/// A grader that the program does not carry by these bytes.
fn grader() -> Result<Vec<u8>, Failure> {
    let mut grader = fs::read(root().join("target/graders/accuracy.wasm"))?;
    grader.extend(b"\0\x02\x01x");
    Ok(grader)
}

/// A registry on this machine, which ends when this is dropped.
struct Registry {
    child: Child,
    host: String,
    _folder: TempDir,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Registry {
    /// None if the program is not installed, which is said. Where `ASSAY_REGISTRY` is set, it has to be.
    fn start(with_user: bool) -> Result<Option<Self>, Failure> {
        let installed = Command::new(REGISTRY).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if installed.is_err() {
            assert!(std::env::var_os("ASSAY_REGISTRY").is_none(), "{REGISTRY} is not installed");
            eprintln!("not tested: {REGISTRY} is not installed");
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("users"), format!("{USER}:{HASH}\n"))?;
        // Another process may take the port meanwhile, so it is tried again.
        for _ in 0..5 {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            let host = format!("127.0.0.1:{port}");
            let mut config = json!({
                "version": "0.1",
                "log": { "level": "error" },
                "storage": { "filesystem": { "rootdirectory": folder.path().join("data") } },
                "http": { "addr": host },
            });
            if with_user {
                config["auth"] = json!({ "htpasswd": { "realm": "tests", "path": folder.path().join("users") } });
            }
            // JSON is YAML.
            let file = folder.path().join("config.yml");
            fs::write(&file, config.to_string())?;
            let child =
                Command::new(REGISTRY).arg("serve").arg(file).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            let mut registry = Registry { child, host, _folder: tempfile::tempdir()? };
            for _ in 0..500 {
                if TcpStream::connect(&registry.host).is_ok() {
                    registry._folder = folder;
                    return Ok(Some(registry));
                }
                if registry.child.try_wait()?.is_some() {
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        Err("the registry does not start".into())
    }

    /// Something of the registry by plain HTTP, as any other tool would read it.
    fn read(&self, path: &str, accept: &str) -> Result<Vec<u8>, Failure> {
        let mut stream = TcpStream::connect(&self.host)?;
        let host = &self.host;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let start = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or("no answer")?;
        assert!(answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200"), "{path}");
        Ok(answer.split_off(start + 4))
    }
}

/// What is put into a registry is added from it by its digest, whoever asks; a tag alone is refused with the digest that it has.
#[test]
fn a_registry_keeps_graders() -> Result<(), Failure> {
    let Some(registry) = Registry::start(false)? else { return Ok(()) };
    let world = World::new()?;
    fs::write(world.path("mine.wasm"), grader()?)?;
    let tagged = format!("oci://{}/metrics/mine:1.0", registry.host);
    let pushed = world.run(&["push", "mine.wasm", &tagged])?;
    assert_eq!(pushed.code, Some(0), "{}", pushed.stderr);
    let reference = pushed.field("reference")?;
    assert!(reference.starts_with(&format!("{tagged}@sha256:")), "{reference}");
    // The same component is the same artifact.
    assert_eq!(world.run(&["push", "mine.wasm", &tagged])?.field("reference")?, reference);

    let refused = world.run(&["add", &tagged])?;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains(&reference), "{}", refused.stderr);
    assert!(world.is_empty());

    for outcome in ["new", "was-there"] {
        let added = world.run(&["add", &reference])?;
        assert_eq!(added.code, Some(0), "{}", added.stderr);
        assert_eq!((added.field("outcome")?, added.field("sha256")?), (outcome.into(), sha256(&grader()?)));
    }
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, grader()?);
    assert!(fs::read_to_string(world.path("graders/assay.lock"))?.contains(&sha256(&grader()?)));

    // In the form of the CNCF's working group, which other tools take.
    let digest = reference.split_once('@').ok_or("no digest")?.1;
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let text = registry.read(&format!("/v2/metrics/mine/manifests/{digest}"), kind)?;
    assert_eq!(format!("sha256:{}", sha256(&text)), digest);
    let manifest: Value = serde_json::from_slice(&text)?;
    assert_eq!((&manifest["schemaVersion"], &manifest["mediaType"]), (&json!(2), &json!(kind)));
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    let layers = manifest["layers"].as_array().ok_or("no layers")?;
    assert_eq!(layers.len(), 1);
    assert_eq!(layers[0]["mediaType"], "application/wasm");
    assert_eq!(layers[0]["digest"], format!("sha256:{}", sha256(&grader()?)));
    let config = manifest["config"]["digest"].as_str().ok_or("no digest")?;
    let config: Value = serde_json::from_slice(&registry.read(&format!("/v2/metrics/mine/blobs/{config}"), "*/*")?)?;
    assert_eq!((&config["architecture"], &config["os"]), (&json!("wasm"), &json!("wasip2")));
    assert_eq!(config["layerDigests"], json!([layers[0]["digest"]]));
    assert_eq!(config["component"]["imports"], json!([]));
    assert_eq!(config["component"]["exports"], json!(["assay:grader/grading@0.1.0"]));

    // What is not there, or has a digest already, is the call's fault.
    let other = reference.replace(digest, &format!("sha256:{}", sha256(b"other")));
    for (arguments, expected) in [
        (["add", other.as_str()].as_slice(), "has no `metrics/mine/manifests/sha256:"),
        (&["add", &format!("oci://{}/metrics/absent:1.0", registry.host)], "has no `metrics/absent/manifests/1.0`"),
        (&["push", "mine.wasm", &reference], "leave out the digest"),
    ] {
        let run = world.run(arguments)?;
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
    // What is no grader is not put there.
    fs::write(world.path("none.wasm"), wat::parse_str("(module)")?)?;
    assert_eq!(world.run(&["push", "none.wasm", &tagged])?.code, Some(1));
    Ok(())
}

/// A registry that wants to know who asks takes the environment's credentials, or docker's, and no message holds them.
#[test]
fn a_registry_may_want_credentials() -> Result<(), Failure> {
    let Some(registry) = Registry::start(true)? else { return Ok(()) };
    let target = format!("oci://{}/mine:1.0", registry.host);
    let push = |world: &World| -> Result<Run, Failure> {
        fs::write(world.path("mine.wasm"), grader()?)?;
        world.run(&["push", "mine.wasm", &target])
    };
    let stranger = push(&World::new()?)?;
    assert_eq!(stranger.code, Some(2), "{}", stranger.stderr);
    assert!(stranger.stderr.contains("does not let strangers do that"), "{}", stranger.stderr);
    assert!(stranger.stderr.contains(&format!("`docker login {}`", registry.host)), "{}", stranger.stderr);

    let environment = |password| World::with(&[("ASSAY_REGISTRY_USER", USER), ("ASSAY_REGISTRY_PASSWORD", password)]);
    let wrong = push(&environment("hunter2-not-it")?)?;
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("does not let these credentials do that"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("hunter2") && !wrong.stderr.contains(USER), "{}", wrong.stderr);
    let half = push(&World::with(&[("ASSAY_REGISTRY_USER", USER)])?)?;
    assert_eq!(half.code, Some(2));
    assert!(half.stderr.contains("both, or none of them"), "{}", half.stderr);
    let reference = push(&environment(PASSWORD)?)?.field("reference")?;

    // As `docker login` leaves them: user and password in base 64.
    let docker = World::new()?;
    fs::create_dir(docker.path("docker"))?;
    let auths = json!({ "auths": { registry.host.as_str(): { "auth": "c29tZW9uZTpzM2NyZXQ=" } } });
    fs::write(docker.path("docker/config.json"), auths.to_string())?;
    let added = docker.run(&["add", &reference])?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert_eq!(added.field("sha256")?, sha256(&grader()?));
    Ok(())
}
