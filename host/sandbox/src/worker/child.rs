//! The worker's side: a process that confines itself, then does what its sandbox asks until there is nothing more to do.

use std::io::{self, Read, Write};
use std::process;
use std::sync::{Arc, mpsc};
use std::thread;

use assay_confine::{Confinement, Worker};
use assay_types::competition::Setting;
use thiserror::Error;
use wasmtime::component::Component;

use super::answers::refusal;
use super::protocol::{
    Allowance, Answer, Code, ProtocolError, Refusal, Request, Value, read_bytes, read_header, write_header,
};
use super::tables::{Received, receive};
use crate::anatomy::dissect;
use crate::compile;
use crate::engine;
use crate::error::{LoadError, SandboxError};
use crate::fault::Cancel;
use crate::in_process::{InProcess, Runner, Tables};
use crate::limits::Limits;
use crate::nesting;

/// Why a worker cannot go on. Its sandbox reads it from its standard error.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// What it is asked is not understood.
    #[error("its sandbox: {0}")]
    Protocol(#[from] ProtocolError),
    /// Its limits cannot be set.
    #[error("the limits of a process cannot be set: {0}")]
    Limits(io::Error),
    /// It is to be confined in full, and the system does not do that.
    #[error("the system does not confine it in full: {0}")]
    Confinement(String),
    /// The engine cannot be set up.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The system gives no thread.
    #[error("the system gives no thread: {0}")]
    Thread(io::Error),
}

/// What is asked of a worker once it holds a grader.
enum Job {
    Describe,
    Validate(Vec<(String, Setting)>, Received),
    Grade(Vec<(String, Setting)>, [Received; 3]),
}

/// Does what a sandbox asks through `input`, and answers through `output`: the program's standard streams. The process is good for nothing
/// else from then on: it closes all other descriptors, sets limits on memory and processor time, gives up files, network and the right to
/// start programs, and ends when `input` does.
///
/// # Errors
///
/// If it cannot go on. A program writes the error to its standard error, and ends with another exit code than 0.
pub fn serve(mut input: impl Read + Send + 'static, mut output: impl Write) -> Result<(), WorkerError> {
    match read_header(&mut input, u64::MAX)? {
        None => Ok(()),
        Some(Request::Compile { limits, confined, bytes }) => {
            give_way();
            let component = component(input, bytes, &limits, confined)?;
            let (answer, code) = match compiled(&component, &limits)? {
                Ok(code) => (Answer::Compiled { bytes: code.len() as u64 }, code),
                Err(error) => (Answer::Refused(refusal(error)), Vec::new()),
            };
            let written = write_header(&mut output, &answer).and_then(|()| output.write_all(&code));
            Ok(written.and_then(|()| output.flush()).map_err(ProtocolError::Io)?)
        }
        Some(Request::Inspect { limits, confined, bytes }) => {
            give_way();
            let component = component(input, bytes, &limits, confined)?;
            let answer = match dissect(&component) {
                Ok(anatomy) => Answer::Inspected(Box::new(anatomy)),
                Err(error) => Answer::Refused(refusal(error.into())),
            };
            let written = write_header(&mut output, &answer);
            Ok(written.and_then(|()| output.flush()).map_err(ProtocolError::Io)?)
        }
        Some(Request::Load { limits, confined, allowance, code }) => {
            // The engine keeps what memories start with in files that are in memory, and their size counts as a file's.
            limit(&allowance, limits.memory_bytes as u64).map_err(WorkerError::Limits)?;
            let process = Worker::new();
            match code {
                Code::Follows(bytes) => {
                    let lacking = withdraw(process, confined)?;
                    let code = read_bytes(&mut input, bytes, u64::MAX)?;
                    let runner = Runner::new(limits.clone(), 1)?;
                    let compiled = compile::from_code(runner.engine(), &code, &limits);
                    drop(code);
                    grade(input, output, &runner, compiled, lacking)
                }
                Code::Stored(stored) => {
                    let Some(file) = stored.whole() else {
                        return Ok(write_header(&mut output, &Answer::Refused(Refusal::NotStored))
                            .map_err(ProtocolError::Io)?);
                    };
                    let engine = engine::without_clock(&limits, 1)?;
                    let compiled = compile::from_file(&engine, file, &limits);
                    // The last file is open, and no code of the grader ran yet. Threads come after it: what they may do is settled when they start.
                    let lacking = withdraw(process, confined)?;
                    engine::start_clock(&engine)?;
                    grade(input, output, &Runner::on(engine, limits, 1), compiled, lacking)
                }
            }
        }
        Some(_) => Err(ProtocolError::Malformed("it asks for a grader that it has not sent".into()).into()),
    }
}

/// Gives up what reading and compiling a component does not need, and receives it.
fn component(
    mut input: impl Read + Send + 'static,
    bytes: u64,
    limits: &Limits,
    confined: bool,
) -> Result<Vec<u8>, WorkerError> {
    let seconds = limits.compile_processor_time.as_secs().max(1);
    // The stack on which nesting is looked at comes on top.
    let memory = (limits.compile_memory_bytes as u64).saturating_add(nesting::STACK as u64);
    limit(&Allowance { memory_bytes: memory, processor_seconds: seconds }, 0).map_err(WorkerError::Limits)?;
    withdraw(Worker::new(), confined)?;
    let component = read_bytes(&mut input, bytes, u64::MAX)?;
    thread::Builder::new().spawn(move || end_with(input)).map_err(WorkerError::Thread)?;
    Ok(component)
}

/// The machine code of a component, or why there is none.
fn compiled(component: &[u8], limits: &Limits) -> Result<Result<Vec<u8>, LoadError>, WorkerError> {
    if let Err(error) = compile::check(component, limits) {
        return Ok(Err(error));
    }
    // The places for instances that an engine comes with are not the compiler's.
    let engine = engine::engine(limits, 1)?;
    limit_memory(limits.compile_memory_bytes as u64).map_err(WorkerError::Limits)?;
    Ok(compile::compile(&engine, component, limits))
}

/// Holds one grader, and has it do what is asked.
fn grade(
    input: impl Read + Send + 'static,
    mut output: impl Write,
    runner: &Arc<Runner>,
    compiled: Result<Component, LoadError>,
    lacking: Option<String>,
) -> Result<(), WorkerError> {
    let loaded = compiled.and_then(|compiled| runner.ready(&compiled));
    let mut answer =
        |answer: &Answer| write_header(&mut output, answer).and_then(|()| output.flush()).map_err(ProtocolError::Io);
    let grader = match loaded {
        Ok(grader) => grader,
        Err(error) => return Ok(answer(&Answer::Refused(refusal(error)))?),
    };
    // Whoever reads notices the end of the input even while a grader runs.
    let (jobs, received) = mpsc::sync_channel(0);
    thread::Builder::new().spawn(move || read(input, &jobs)).map_err(WorkerError::Thread)?;
    answer(&Answer::Loaded { lacking })?;
    for job in received {
        answer(&done(&grader, job?))?;
    }
    Ok(())
}

fn read(mut input: impl Read, jobs: &mpsc::SyncSender<Result<Job, ProtocolError>>) {
    loop {
        let job = next(&mut input).transpose();
        let Some(job) = job else { process::exit(0) };
        let failed = job.is_err();
        if jobs.send(job).is_err() || failed {
            return;
        }
    }
}

/// Waits until the sandbox is gone, and ends this process.
fn end_with(mut input: impl Read) {
    let _ = io::copy(&mut input, &mut io::sink());
    process::exit(0);
}

fn next(input: &mut impl Read) -> Result<Option<Job>, ProtocolError> {
    Ok(match read_header(&mut *input, u64::MAX)? {
        None => None,
        Some(Request::Describe) => Some(Job::Describe),
        Some(Request::Validate { options, submission }) => {
            Some(Job::Validate(settings(options), receive(submission, &mut *input)?))
        }
        Some(Request::Grade { options, tables }) => {
            let [submission, aligned, answers] = *tables;
            let tables =
                [receive(submission, &mut *input)?, receive(aligned, &mut *input)?, receive(answers, &mut *input)?];
            Some(Job::Grade(settings(options), tables))
        }
        Some(Request::Compile { .. } | Request::Inspect { .. } | Request::Load { .. }) => {
            return Err(ProtocolError::Malformed("a worker holds one grader".into()));
        }
    })
}

fn settings(options: Vec<(String, Value)>) -> Vec<(String, Setting)> {
    options.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn done(grader: &InProcess, job: Job) -> Answer {
    let nobody = Cancel::new();
    let answer = match job {
        Job::Describe => grader.describe().map(Answer::Described),
        Job::Validate(options, submission) => {
            grader.validate(&submission.view(), &options, &nobody).map(Answer::Validated).map_err(LoadError::Host)
        }
        Job::Grade(options, [submission, aligned, answers]) => {
            let tables = Tables { submission: submission.view(), aligned: aligned.view(), answers: answers.view() };
            grader.grade(&tables, &options, &nobody).map(Answer::Graded).map_err(LoadError::Host)
        }
    };
    answer.unwrap_or_else(|error| Answer::Refused(refusal(error)))
}

/// How much a process that compiles gives way to those that grade: a third of a processor is left to it beside one that is always busy, so
/// that it still ends in time.
#[cfg(unix)]
const NICE: i32 = 5;

/// Lets others go first. Where that fails, it takes its share.
fn give_way() {
    #[cfg(unix)]
    let _ = rustix::process::nice(NICE);
}

/// Gives up what a worker does not need. Where the system cannot do all of it, the rest still holds, and what it lacks is returned; unless
/// it has to be confined in full.
fn withdraw(process: Worker, confined: bool) -> Result<Option<String>, WorkerError> {
    match process.confine() {
        Confinement::Full => Ok(None),
        Confinement::Partial(lacking) | Confinement::Off(lacking) if confined => Err(WorkerError::Confinement(lacking)),
        Confinement::Partial(lacking) | Confinement::Off(lacking) => Ok(Some(lacking)),
    }
}

/// So much memory for everything, from now on.
#[cfg(unix)]
fn limit_memory(bytes: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Address space would be the wrong measure: the engine reserves much of it without using any.
    Ok(setrlimit(Resource::Data, Rlimit { current: Some(bytes), maximum: Some(bytes) })?)
}

#[cfg(unix)]
fn limit(allowance: &Allowance, file_bytes: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
    limit_memory(allowance.memory_bytes)?;
    // The signal at the first limit says that it was this one. At the second the system kills whoever ignores it.
    let seconds = allowance.processor_seconds;
    setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds.saturating_add(1)) })?;
    setrlimit(Resource::Fsize, both(file_bytes))?;
    setrlimit(Resource::Core, both(0))?;
    Ok(())
}

#[cfg(not(unix))]
fn limit_memory(_: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn limit(_: &Allowance, _: u64) -> io::Result<()> {
    Ok(())
}
