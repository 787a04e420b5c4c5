//! The checker of a run: a server outside of the container, which has the keys of the answers and nothing else, at a Unix socket that is
//! mounted.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Signal, set_parent_process_death_signal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::Child;
use tokio::time::{sleep, timeout};

use crate::AgentsError;

/// How long a checker may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// How the checker of a competition is started.
#[derive(Clone, Debug)]
pub struct CheckerProgram {
    /// The program.
    pub program: PathBuf,
    /// Its arguments, to which the socket is added.
    pub arguments: Vec<OsString>,
    /// The option that the socket is named by, and what is put before its path.
    pub socket: (OsString, OsString),
}

/// A checker that answers.
#[derive(Debug)]
pub struct Checker {
    child: Child,
}

impl Checker {
    /// Starts a checker that listens on a socket, and waits until it answers. What it says goes to a log.
    ///
    /// # Errors
    ///
    /// If it cannot be started, ends, or does not answer in time.
    pub async fn start(program: &CheckerProgram, socket: &Path, log: std::fs::File) -> Result<Self, AgentsError> {
        let failed = |message: String| AgentsError::Machine(format!("the checker cannot be started: {message}"));
        let mut address = program.socket.1.clone();
        address.push(socket);
        let mut command = Command::new(&program.program);
        command.args(&program.arguments).arg(&program.socket.0).arg(address);
        command.stdin(Stdio::null()).stderr(log.try_clone().map_err(|error| failed(error.to_string()))?).stdout(log);
        // Ctrl-C is for this process alone: agents still need their checkers in the time of grace.
        command.process_group(0);
        // SAFETY: between fork and exec only a system call is made.
        unsafe { command.pre_exec(die_with_parent) };
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn();
        let mut checker = Checker { child: child.map_err(|error| failed(error.to_string()))? };
        let answers = async {
            loop {
                if let Some(status) = checker.child.try_wait().map_err(|error| failed(error.to_string()))? {
                    return Err(failed(format!("it ended ({status}); checker.log says why")));
                }
                if is_healthy(socket).await {
                    return Ok(());
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        match timeout(PATIENCE, answers).await {
            Ok(answers) => answers?,
            Err(_) => return Err(failed("it does not answer; checker.log may say why".into())),
        }
        Ok(checker)
    }

    /// Asks it to end, and makes it.
    pub async fn end(mut self) {
        if let Some(id) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)) {
            // One that has ended is not there any more.
            let _ = rustix::process::kill_process(id, Signal::TERM);
        }
        if timeout(GRACE, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

/// A checker is of no use to anybody once the process that runs the agent is gone, however that ended.
fn die_with_parent() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

async fn is_healthy(socket: &Path) -> bool {
    let asked = async {
        let mut stream = UnixStream::connect(socket).await?;
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        io::Result::Ok(answer.ends_with(b" 200"))
    };
    timeout(Duration::from_secs(5), asked).await.is_ok_and(|answer| answer.unwrap_or(false))
}
