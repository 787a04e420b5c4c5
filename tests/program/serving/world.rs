//! A competition with answers that are easily recognised, and servers for it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use assay_tests::{Failure, TOY, assay, root};
use serde_json::Value;
use tempfile::TempDir;

use super::client::Place;

/// What the answers hold and nothing else does.
pub(super) const CANARY: &str = "CANARY-7f3a";

/// How many rows there are.
pub(super) const ROWS: usize = 40;

/// A folder with the competition `toy` in it.
pub(super) struct World {
    folder: TempDir,
}

/// A server that runs.
pub(super) struct Server {
    pub(super) place: Place,
    child: Child,
    said: Arc<Mutex<String>>,
}

/// The number that is the answer of a row. Its digits are found again wherever they are told.
fn truth(row: usize) -> f64 {
    row as f64 + 0.731_337
}

impl World {
    pub(super) fn new() -> Result<Self, Failure> {
        let world = World { folder: tempfile::tempdir()? };
        fs::create_dir_all(world.path("competitions/toy"))?;
        fs::write(world.path("competitions/toy/competition.toml"), TOY)?;
        let (public, private) = (world.path("data/toy/prepared/public"), world.path("data/toy/prepared/private"));
        fs::create_dir_all(&public)?;
        fs::create_dir_all(&private)?;
        fs::create_dir(world.path("tmp"))?;
        let rows = |value: &dyn Fn(usize) -> String| {
            (0..ROWS).map(|row| format!("{row},{}\n", value(row))).collect::<String>()
        };
        fs::write(public.join("sample_submission.csv"), format!("id,y\n{}", rows(&|_| "0".into())))?;
        let answers = rows(&|row| format!("{},{CANARY}-{row}", truth(row)));
        fs::write(private.join("test.csv"), format!("id,y,secret\n{answers}"))?;
        Ok(world)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command of the program, in this world.
    pub(super) fn command(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let mut command = assay()?;
        command.current_dir(&self.folder).args(arguments).args(["--competitions", "competitions"]);
        command.arg("--cache-dir").arg(root().join("target/tests-cache")).env_remove("COMPETITION_ID");
        command.env("TMPDIR", self.path("tmp"));
        Ok(command)
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Result<Output, Failure> {
        Ok(self.command(arguments)?.output()?)
    }

    /// Makes the key file `toy.keys.jsonl`.
    pub(super) fn keys(&self) -> Result<(), Failure> {
        let made = self.run(&["keys", "toy", "--data-dir", "data", "--output", "toy.keys.jsonl"])?;
        assert!(made.status.success(), "{made:?}");
        Ok(())
    }

    /// Makes a token.
    pub(super) fn token(&self, participant: &str, role: &str) -> Result<String, Failure> {
        let made = self.run(&["token", "create", participant, "--role", role, "--store", "store"])?;
        assert!(made.status.success(), "{made:?}");
        Ok(String::from_utf8(made.stdout)?.trim().to_owned())
    }

    /// Starts the checker alone.
    pub(super) fn checker(&self, arguments: &[&str]) -> Result<Server, Failure> {
        self.serve(&[&["--competition", "toy", "--keys", "toy.keys.jsonl"], arguments].concat())
    }

    /// Starts a server with a store and this policy.
    pub(super) fn host(&self, policy: &str, arguments: &[&str]) -> Result<Server, Failure> {
        fs::write(self.path("policy.toml"), policy)?;
        self.serve(&[&["--store", "store", "--policy", "policy.toml", "--data-dir", "data"], arguments].concat())
    }

    fn serve(&self, arguments: &[&str]) -> Result<Server, Failure> {
        let own = if arguments.contains(&"--unix") { &[][..] } else { &["--listen", "127.0.0.1:0"][..] };
        let mut command = self.command(&[&["serve"], own, arguments].concat())?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no stderr")?).lines();
        let mut said = String::new();
        let place = loop {
            let Some(line) = lines.next() else { return Err(format!("it did not start: {said}").into()) };
            let line = line?;
            if let Some(at) = line.strip_prefix("listening on ") {
                break match at.strip_prefix("unix:") {
                    Some(path) => Place::Unix(self.path(path)),
                    None => Place::Tcp(at.split("//").last().unwrap_or_default().to_owned()),
                };
            }
            said += &format!("{line}\n");
        };
        let said = Arc::new(Mutex::new(said));
        let told = Arc::clone(&said);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *told.lock().unwrap_or_else(PoisonError::into_inner) += &format!("{line}\n");
            }
        });
        Ok(Server { place, child, said })
    }

    /// All files of the store, as they are.
    pub(super) fn stored(&self) -> Result<Vec<u8>, Failure> {
        fn all(folder: &Path, bytes: &mut Vec<u8>) -> std::io::Result<()> {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() { all(&path, bytes)? } else { bytes.extend(fs::read(path)?) }
            }
            Ok(())
        }
        let mut bytes = Vec::new();
        all(&self.path("store"), &mut bytes)?;
        Ok(bytes)
    }
}

impl Server {
    /// What it said on stderr.
    pub(super) fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and gives its exit code.
    pub(super) fn end(self) -> Result<Option<i32>, Failure> {
        self.terminate()?;
        self.ended()
    }

    /// Waits until it has ended, and gives its exit code.
    pub(super) fn ended(mut self) -> Result<Option<i32>, Failure> {
        Ok(self.child.wait()?.code())
    }

    /// Asks it to end, and does not wait.
    pub(super) fn terminate(&self) -> Result<(), Failure> {
        let id = rustix::process::Pid::from_child(&self.child);
        Ok(rustix::process::kill_process(id, rustix::process::Signal::TERM)?)
    }

    /// Ends it by `kill -9`.
    pub(super) fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// A submission once it is done.
    pub(super) fn done(&self, id: &str, token: &str) -> Result<Value, Failure> {
        let start = Instant::now();
        loop {
            let submission = self.place.get(&format!("/v1/submissions/{id}"), Some(token))?.json()?;
            if submission["status"] == "done" {
                return Ok(submission);
            }
            if start.elapsed() > Duration::from_secs(60) {
                return Err(format!("it is not graded: {submission}; {}", self.said()).into());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A submission that is off by so much in every row.
pub(super) fn off_by(error: f64) -> String {
    let row = |row: usize| format!("{row},{}\n", truth(row) + error);
    format!("id,y\n{}", (0..ROWS).map(row).collect::<String>())
}
