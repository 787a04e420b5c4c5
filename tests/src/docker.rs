//! A container engine of the tests' own: `dockerd` with its data, socket and containers in a folder that is gone afterwards.
//!
//! `ASSAY_DOCKERD` names a folder with `dockerd`, `containerd` and `runc`; without it they are looked for where programs are. Where there are
//! none, or they cannot be started, tests that need them say so and do nothing. Nothing is fetched: images are made of this machine's own
//! programs.
//!
//! `ASSAY_ENGINE` names the socket of an engine that runs instead, such as Podman's. It is taken to be there for one test at a time and
//! nothing else (`--test-threads 1`): all its containers are removed.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::Failure;

/// The programs of an image, beside bash.
const PROGRAMS: [&str; 13] =
    ["bash", "sh", "cat", "chmod", "cp", "dd", "find", "grep", "ln", "mkdir", "mkfifo", "rm", "sleep"];

/// How long the engine may take to start and to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// An engine that runs.
pub struct Docker {
    /// None if somebody else started it.
    child: Option<Child>,
    socket: PathBuf,
    folder: TempDir,
}

impl Docker {
    /// Starts an engine; none where there is none, which is said.
    ///
    /// # Errors
    ///
    /// If a folder or file cannot be made.
    pub fn start() -> Result<Option<Self>, Failure> {
        let folder = tempfile::Builder::new().prefix("docker-").tempdir()?;
        if let Some(socket) = std::env::var_os("ASSAY_ENGINE") {
            let docker = Docker { child: None, socket: socket.into(), folder };
            docker.ask("GET", "/_ping", &[])?;
            docker.clear();
            return Ok(Some(docker));
        }
        let named = std::env::var_os("ASSAY_DOCKERD").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = named.iter().cloned().chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders.chain(["/usr/sbin".into(), "/sbin".into()]))?;
        let of = |name: &str| folder.path().join(name);
        let mut command = Command::new("dockerd");
        // Where containers are stored is the engine's own choice: layers where the file system has them, whole copies elsewhere.
        command.args(["--iptables=false", "--ip6tables=false", "--bridge=none"]);
        command.arg("--data-root").arg(of("data")).arg("--exec-root").arg(of("exec")).arg("--pidfile").arg(of("pid"));
        command.arg("--host").arg(format!("unix://{}", of("socket").display())).env("PATH", path);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(of("log"))?);
        let skipped = |why: &str| {
            eprintln!("not tested: {why}; `ASSAY_DOCKERD` names a folder with dockerd, containerd and runc")
        };
        let Ok(child) = command.spawn() else {
            skipped("there is no dockerd");
            return Ok(None);
        };
        let mut docker = Docker { child: Some(child), socket: of("socket"), folder };
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if docker.ask("GET", "/_ping", &[]).is_ok_and(|(status, _)| status == 200) {
                // An engine can answer where the machine lets it start no container.
                static RUNS: OnceLock<Option<String>> = OnceLock::new();
                return match RUNS.get_or_init(|| docker.tried().err().map(|error| error.to_string())) {
                    None => Ok(Some(docker)),
                    Some(why) => {
                        skipped(&format!("dockerd runs no container ({why})"));
                        Ok(None)
                    }
                };
            }
            if let Some(child) = &mut docker.child
                && child.try_wait()?.is_some()
            {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(docker.folder.path().join("log")).unwrap_or_default();
        skipped(&format!("dockerd does not start ({})", log.lines().last().unwrap_or("it says nothing")));
        Ok(None)
    }

    /// Where it listens, as `DOCKER_HOST` has it.
    #[must_use]
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Makes an image of bash and a few programs, with a user `nonroot`, an empty folder `/private`, and these files; changes are lines of a
    /// Dockerfile such as `WORKDIR /home`.
    ///
    /// # Errors
    ///
    /// If a program is missing, or the engine does not take it.
    pub fn import(&self, name: &str, files: &[(&str, &str)], changes: &[&str]) -> Result<(), Failure> {
        let archive = image(files)?;
        let changes: String = changes.iter().map(|line| format!("&changes={}", encoded(line))).collect();
        let path = format!("/images/create?fromSrc=-&repo={name}&tag=latest{changes}");
        let (status, body) = self.ask("POST", &path, &archive)?;
        if status == 200 { Ok(()) } else { Err(String::from_utf8_lossy(&body).into()) }
    }

    /// Runs a container that does nothing.
    fn tried(&self) -> Result<(), Failure> {
        self.import("tried", &[], &[])?;
        let container =
            br#"{"Image": "tried", "Cmd": ["bash", "-c", "exit 7"], "HostConfig": {"NetworkMode": "none"}}"#;
        let (_, made) = self.ask("POST", "/containers/create", container)?;
        let made: Value = serde_json::from_slice(&made)?;
        let id = made["Id"].as_str().ok_or_else(|| made.to_string())?;
        let (_, started) = self.ask("POST", &format!("/containers/{id}/start"), &[])?;
        let (_, ended) = self.ask("POST", &format!("/containers/{id}/wait"), &[])?;
        self.ask("DELETE", &format!("/containers/{id}?force=1"), &[])?;
        self.ask("DELETE", "/images/tried?force=1", &[])?;
        let ended: Value = serde_json::from_slice(&ended)?;
        if ended["StatusCode"] == 7 { Ok(()) } else { Err(String::from_utf8_lossy(&started).into()) }
    }

    /// All containers, whether they run or not.
    ///
    /// # Errors
    ///
    /// If the engine does not list them.
    pub fn containers(&self) -> Result<Vec<Value>, Failure> {
        let (_, body) = self.ask("GET", "/containers/json?all=1", &[])?;
        Ok(serde_json::from_slice(&body)?)
    }

    fn clear(&self) {
        for container in self.containers().unwrap_or_default() {
            if let Some(id) = container["Id"].as_str() {
                let _ = self.ask("DELETE", &format!("/containers/{id}?force=1"), &[]);
            }
        }
    }

    /// A request to the engine: the status and the body.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<(u16, Vec<u8>), Failure> {
        let mut stream = UnixStream::connect(&self.socket)?;
        let kind = if body.starts_with(b"{") { "application/json" } else { "application/x-tar" };
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: docker\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|end| end == b"\r\n\r\n").ok_or("no answer")?;
        let status = std::str::from_utf8(answer.get(9..12).ok_or("no status")?)?.parse()?;
        Ok((status, answer.split_off(end + 4)))
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        self.clear();
        let Some(child) = &mut self.child else { return };
        if let Some(id) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, Signal::TERM);
        }
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A text as the value of a field in an address.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The root of an image, as an archive.
fn image(files: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |name: &str, mode: u32, kind: tar::EntryType, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_entry_type(kind);
        header.set_size(u64::try_from(content.len()).unwrap_or_default());
        archive.append_data(&mut header, name.trim_start_matches('/'), content)
    };
    let folders =
        [("home", 0o755), ("home/agent", 0o755), ("private", 0o700), ("tmp", 0o1777), ("etc", 0o755), ("bin", 0o755)];
    for (name, mode) in folders {
        add(name, mode, tar::EntryType::Directory, b"")?;
    }
    let usual = [
        ("etc/passwd", "root:x:0:0::/root:/bin/bash\nnonroot:x:1000:1000::/home/nonroot:/bin/bash\n"),
        ("etc/group", "root:x:0:\nnonroot:x:1000:\n"),
        ("etc/hosts", "127.0.0.1 localhost\n"),
    ];
    for (name, content) in usual.into_iter().filter(|(name, _)| files.iter().all(|(given, _)| given != name)) {
        add(name, 0o644, tar::EntryType::Regular, content.as_bytes())?;
    }
    let mut libraries = BTreeSet::new();
    for program in PROGRAMS {
        let path = ["/bin", "/usr/bin"].iter().map(|folder| Path::new(folder).join(program)).find(|path| path.exists());
        let path = path.ok_or_else(|| format!("there is no {program} to make an image of"))?;
        add(&format!("bin/{program}"), 0o755, tar::EntryType::Regular, &std::fs::read(&path)?)?;
        let listed = String::from_utf8(Command::new("ldd").arg(&path).output()?.stdout)?;
        // `libc.so.6 => /lib/…/libc.so.6 (0x…)`, or the path alone.
        let paths = listed.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
        libraries.extend(paths.map(ToOwned::to_owned));
    }
    // A folder that is not named is the engine's own, and nobody else's.
    let above = libraries.iter().flat_map(|library| Path::new(library).ancestors().skip(1));
    let above: BTreeSet<&Path> = above.filter(|folder| folder.parent().is_some()).collect();
    for folder in above {
        add(&folder.to_string_lossy(), 0o755, tar::EntryType::Directory, b"")?;
    }
    for library in &libraries {
        add(library, 0o755, tar::EntryType::Regular, &std::fs::read(library)?)?;
    }
    for (name, content) in files {
        add(name, 0o755, tar::EntryType::Regular, content.as_bytes())?;
    }
    Ok(archive.into_inner()?)
}
