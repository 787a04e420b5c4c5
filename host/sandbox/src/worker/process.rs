//! A process that lives no longer than what holds it.

use std::io::{self, Read};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::program::{COMMAND, WorkerProgram};
use crate::fault::HostFault;
use crate::limits::Limits;
use crate::sanitize;

/// How long a process that has closed its streams has to end, and the last words of one that has ended have to arrive.
const LAST: Duration = Duration::from_secs(1);

/// A worker's process. It is killed, with all that it may have started, when this is dropped.
pub(super) struct Process {
    child: Child,
    words: Receiver<Vec<u8>>,
    ended: Option<ExitStatus>,
}

/// The streams of a process.
pub(super) struct Streams {
    pub(super) input: ChildStdin,
    pub(super) output: ChildStdout,
}

impl Process {
    /// Starts a worker.
    ///
    /// # Errors
    ///
    /// [`HostFault::Resources`] if it cannot be started.
    pub(super) fn start(program: &WorkerProgram, limits: &Limits) -> Result<(Self, Streams), HostFault> {
        let path = program.program.display();
        let lacking = |error: io::Error| HostFault::Resources(format!("the worker {path} cannot be started: {error}"));
        let mut command = Command::new(&program.program);
        command.args(&program.arguments).arg(COMMAND).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // In a group of its own, keys of the terminal do not reach it, and one kill reaches all of it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(lacking)?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (said, words) = mpsc::channel();
        let mut process = Process { child, words, ended: None };
        let (Some(input), Some(output), Some(errors)) = streams else {
            process.kill();
            return Err(HostFault::Resources(format!("the worker {path} has no standard streams")));
        };
        let text_bytes = limits.text_bytes as u64;
        let listening = thread::Builder::new().name("assay-worker-words".into()).spawn(move || {
            let mut errors = errors;
            let mut first = Vec::new();
            let _ = errors.by_ref().take(text_bytes).read_to_end(&mut first);
            // The rest is read and thrown away, so that nobody waits for room in the pipe.
            let _ = io::copy(&mut errors, &mut io::sink());
            let _ = said.send(first);
        });
        listening.map_err(lacking)?;
        Ok((process, Streams { input, output }))
    }

    /// True if it has not ended by itself.
    pub(super) fn is_alive(&mut self) -> bool {
        self.ended().is_none()
    }

    /// Waits a little for the end of a process that has closed its streams. None: it goes on.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + LAST;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// What it wrote to its standard error, for people: once it has ended.
    pub(super) fn last_words(&self, limits: &Limits) -> String {
        let words = self.words.recv_timeout(LAST).unwrap_or_default();
        sanitize::text(String::from_utf8_lossy(&words).trim_end(), limits)
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    fn kill(&mut self) {
        // While it has not been waited for, its number is nobody else's.
        #[cfg(unix)]
        if self.ended.is_none() {
            use rustix::process::{Pid, Signal, kill_process_group};
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
