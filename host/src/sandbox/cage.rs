//! Compiling components that others made, in a process of its own: the engine promises much of what it runs, but nothing of how long
//! and in how much memory it compiles.
//!
//! The child is this program, told to [`compile`]. It gets the limits and the component on its standard input, gives itself limits on
//! memory and processor time, gives up all files and the network, and answers on its standard output. If it does not in time, it is
//! killed.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::checked;
use super::engine::{LoadError, engine};
use super::limits::{Exceeded, Limits};
use crate::confine::{Access, confine};

/// The argument that tells the program to compile.
pub const COMPILE: &str = "compile";

/// How many bytes of machine code a byte of a component may become.
const EXPANSION: usize = 16;

/// Reads limits and a component from `input` and writes the compiled component to `output`: what the child does. It cannot do anything
/// else afterwards, since it confines itself.
///
/// # Errors
///
/// If the component cannot be compiled, or the limits cannot be set: in words.
pub fn compile(mut input: impl Read, mut output: impl Write) -> Result<(), String> {
    let mut length = [0; 8];
    input.read_exact(&mut length).map_err(|error| error.to_string())?;
    let mut limits = Vec::new();
    input
        .by_ref()
        .take(u64::from_le_bytes(length).min(1 << 16))
        .read_to_end(&mut limits)
        .map_err(|error| error.to_string())?;
    let limits: Limits = serde_json::from_slice(&limits).map_err(|error| error.to_string())?;
    limit_this_process(&limits).map_err(|error| format!("the limits of a process cannot be set: {error}"))?;
    // Where the system cannot do all of it, the limits above still hold.
    let _ = confine(&Access::default());
    let mut component = Vec::new();
    input.take(limits.component_bytes as u64).read_to_end(&mut component).map_err(|error| error.to_string())?;
    let engine = engine(&limits, 1).map_err(|error| format!("{error:#}"))?;
    let compiled = engine.precompile_component(&component).map_err(|error| format!("{error:#}"))?;
    output.write_all(&compiled).and_then(|()| output.flush()).map_err(|error| error.to_string())
}

#[cfg(unix)]
fn limit_this_process(limits: &Limits) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
    // Address space would be the wrong measure: the engine reserves much of it without using any.
    setrlimit(Resource::Data, both(limits.compile_memory_bytes as u64))?;
    // It compiles on several threads, so it may use more than one second a second; and it must end even if its parent is gone.
    setrlimit(Resource::Cpu, both(limits.compile_time.as_secs().saturating_mul(4).max(1)))?;
    setrlimit(Resource::Fsize, both(0))?;
    setrlimit(Resource::Core, both(0))?;
    Ok(())
}

#[cfg(not(unix))]
fn limit_this_process(_: &Limits) -> std::io::Result<()> {
    Ok(())
}

/// Has the program compile a component in a child process, and returns what the engine can load.
pub(super) fn compile_in_child(program: &Path, component: &[u8], limits: &Limits) -> Result<Vec<u8>, LoadError> {
    let broken = |error: std::io::Error| LoadError::Compiler(format!("{}: {error}", program.display()));
    let mut child = Command::new(program)
        .arg(COMPILE)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(broken)?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(LoadError::Compiler("it has no standard streams".into()));
    };
    let deadline = Instant::now() + limits.compile_time;
    let head = serde_json::to_vec(limits).unwrap_or_default();
    let (done, answered) = mpsc::channel();
    let (status, compiled, said) = thread::scope(|scope| {
        // A child that ended early takes no more of it, which its status tells better.
        scope.spawn(move || {
            let length = (head.len() as u64).to_le_bytes();
            let _ = stdin
                .write_all(&length)
                .and_then(|()| stdin.write_all(&head))
                .and_then(|()| stdin.write_all(component));
        });
        let said = scope.spawn(move || all_of(stderr, limits.text_bytes));
        let compiled = scope.spawn(move || {
            let compiled = all_of(stdout, limits.component_bytes.saturating_mul(EXPANSION));
            let _ = done.send(());
            compiled
        });
        let _ = answered.recv_timeout(limits.compile_time);
        let status = ended(&mut child, deadline);
        (status, compiled.join().unwrap_or_default(), said.join().unwrap_or_default())
    });
    match status.map_err(broken)? {
        Some(status) if status.success() => Ok(compiled),
        Some(status) => Err(died(status, &String::from_utf8_lossy(&said), limits)),
        None => Err(LoadError::Exceeded(Exceeded::CompileTime(limits.compile_time))),
    }
}

/// Waits for a child and returns its status. At the deadline it is killed, and there is no status.
fn ended(child: &mut Child, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// What comes out of a pipe, up to a limit; the rest is read and thrown away, so that the writer never waits for room in it.
fn all_of(mut pipe: impl Read, limit: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = pipe.by_ref().take(limit as u64).read_to_end(&mut bytes);
    let _ = std::io::copy(&mut pipe, &mut std::io::sink());
    bytes
}

/// Why a child ended without a compiled component.
fn died(status: ExitStatus, said: &str, limits: &Limits) -> LoadError {
    if status.code() == Some(1) {
        return LoadError::Component(checked::text(said.trim_end(), limits));
    }
    #[cfg(unix)]
    {
        use rustix::process::Signal;
        use std::os::unix::process::ExitStatusExt;
        let signal = status.signal();
        if signal == Some(Signal::XCPU.as_raw()) || signal == Some(Signal::KILL.as_raw()) {
            return LoadError::Exceeded(Exceeded::CompileTime(limits.compile_time));
        }
        // Rust's allocator aborts.
        if signal == Some(Signal::ABORT.as_raw()) && said.contains("memory allocation") {
            return LoadError::Exceeded(Exceeded::CompileMemory(limits.compile_memory_bytes));
        }
    }
    LoadError::Compiler(format!("it ended with {status}: {}", checked::text(said.trim_end(), limits)))
}
