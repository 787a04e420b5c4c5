//! Hostile input, and runs on it: they end, by themselves and with an exit code of the call or the submission, and what they print is
//! harmless.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::fuzzing::plays_tricks;
use crate::{Failure, assay, root};

/// The time for any run. Most take a fraction of a second.
const TIME: Duration = Duration::from_secs(120);

/// The longest that messages may be, in bytes.
const MESSAGES: usize = 20_000;

/// What is in a name that could play tricks: an escape sequence, a line end, marks that reorder text, a hidden character, a stack of
/// marks.
pub const TRICKS: &str = "\u{1b}[2J\r\n\u{202e}\u{2066}\u{200b}\u{9b}x\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";

/// The competition that most runs are on.
pub const EXAMPLE: &str = "breast-cancer-wisconsin";

/// Where it and its data are.
#[must_use]
pub fn examples() -> PathBuf {
    root().join("examples")
}

/// An honest submission to it.
#[must_use]
pub fn prediction() -> PathBuf {
    examples().join(EXAMPLE).join("logistic-regression.csv")
}

/// Makes something that is not a regular file, of a kind of [`ODD`]: what is no kind is where a link leads.
///
/// # Errors
///
/// If it cannot be made.
#[cfg(unix)]
pub fn odd(kind: &str, path: &Path) -> Result<(), Failure> {
    use std::os::unix::{fs::symlink, net::UnixListener};

    match kind {
        "a folder" => std::fs::create_dir(path)?,
        "a pipe" => drop(Command::new("mkfifo").arg(path).status()?),
        // The file stays when nobody listens any more.
        "a socket" => drop(UnixListener::bind(path)?),
        "a link to itself" => symlink(path, path)?,
        "a link to nothing" => symlink("nothing", path)?,
        link => symlink(link, path)?,
    }
    Ok(())
}

const NOT_A_FILE: &str = "this is not a regular file";

/// Things that are not regular files, and how they are refused.
pub const ODD: &[(&str, &str)] = &[
    ("a folder", NOT_A_FILE),
    ("a pipe", NOT_A_FILE),
    ("a socket", NOT_A_FILE),
    ("a link to itself", "Too many levels of symbolic links"),
    ("/dev/zero", NOT_A_FILE),
    ("/dev/null", NOT_A_FILE),
    ("/dev/tty", NOT_A_FILE),
    ("/dev/stdin", NOT_A_FILE),
    ("/proc/self/mem", NOT_A_FILE),
    ("/proc/self/environ", NOT_A_FILE),
    ("/proc/self/fd/0", NOT_A_FILE),
    ("/sys/kernel/uevent_seqnum", NOT_A_FILE),
    ("/", NOT_A_FILE),
];

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// The data.
    pub stdout: String,
    /// The messages.
    pub stderr: String,
}

/// The program, with a cache that tests share.
///
/// # Errors
///
/// If it is not built.
pub fn program() -> Result<Command, Failure> {
    let mut command = assay()?;
    command.arg("--cache-dir").arg(crate::root().join("target/tests-cache"));
    Ok(command)
}

/// Runs a command to its end.
///
/// # Errors
///
/// If it does not end in time, fails by itself, says too much, or prints what could play tricks on a terminal.
pub fn run(command: &mut Command) -> Result<Run, Failure> {
    let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command.stdin(Stdio::null()).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let mut child = command.spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > TIME {
            child.kill()?;
            child.wait()?;
            return Err(format!("it does not end: {command:?}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |file: &mut std::fs::File| -> Result<String, Failure> {
        let mut text = String::new();
        file.rewind()?;
        file.read_to_string(&mut text)?;
        Ok(text)
    };
    let (stdout, stderr) = (text(&mut stdout)?, text(&mut stderr)?);
    let code = status.code().filter(|code| (0..=2).contains(code));
    let Some(code) = code else { return Err(format!("{status}: {stderr}").into()) };
    if stderr.len() > MESSAGES {
        return Err(format!("{} bytes of messages: {stderr:.1000}", stderr.len()).into());
    }
    if let Some(text) = [&stdout, &stderr].into_iter().find(|text| plays_tricks(text)) {
        return Err(format!("{text:?} plays tricks").into());
    }
    Ok(Run { code, stdout, stderr })
}
