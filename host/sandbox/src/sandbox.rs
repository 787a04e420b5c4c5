//! The sandbox, and graders in it, in process or by workers behind one face.

use std::sync::Arc;

use arrow::array::RecordBatch;
use assay_types::competition::Setting;
use assay_types::grader::Description;
use assay_types::sha256;

use crate::cache::{Cache, CompiledBy, Key};
use crate::engine;
use crate::error::{LoadError, SandboxError};
use crate::fault::{Cancel, HostFault};
use crate::in_process::{InProcess, Runner, Tables};
use crate::limits::Limits;
use crate::outcome::{Run, Task, Validated};
use crate::table::TableView;
use crate::worker::{ByWorkers, WorkerProgram, Workers};
use crate::{nesting, outline};

/// How many graders run in this process at once. Whoever comes later waits.
const CONCURRENT: u32 = 64;

/// Loads graders, and runs each of their gradings in an instance of its own, which has nothing but its own memory.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    limits: Limits,
    cache: Option<Cache>,
    runner: Arc<Runner>,
    untrusted: Untrusted,
}

/// [`Execution`], made ready.
enum Untrusted {
    Refuse,
    Workers(Arc<Workers>),
    InProcess,
}

/// How a sandbox is set up.
#[derive(Clone, Debug, Default)]
pub struct SandboxOptions {
    /// What graders may use.
    pub limits: Limits,
    /// Where compiled components are kept, if anywhere.
    pub cache: Option<Cache>,
    /// Where components that others made are compiled and run.
    pub untrusted: Execution,
}

/// Where components that others made are compiled and run. Whoever sets up a sandbox chooses; unless they do, nothing of others runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Execution {
    /// Nowhere: they are refused.
    #[default]
    Refuse,
    /// In worker processes.
    Workers(WorkerProgram),
    /// In this process, where a hole in the engine or its compiler is a hole in the program, and compiling takes the time and memory
    /// that it takes.
    InProcess,
}

/// Who made a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Whoever made this program: it is as trusted as the program itself, compiled and run in this process.
    Own,
    /// Anybody.
    Others,
}

/// A grader that is ready to run, any number of times and on any number of threads.
#[derive(Clone)]
pub struct Grader {
    sandbox: Sandbox,
    runs: Runs,
    description: Arc<Description>,
    digest: Arc<str>,
}

#[derive(Clone)]
enum Runs {
    InProcess(InProcess),
    ByWorkers(ByWorkers),
}

impl Sandbox {
    /// Sets up a sandbox.
    ///
    /// # Errors
    ///
    /// If the engine cannot be set up on this machine.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let SandboxOptions { limits, cache, untrusted } = options;
        let runner = Runner::new(limits.clone(), CONCURRENT)?;
        let untrusted = match untrusted {
            Execution::Refuse => Untrusted::Refuse,
            Execution::Workers(program) => Untrusted::Workers(Arc::new(Workers::new(program, limits.clone()))),
            Execution::InProcess => Untrusted::InProcess,
        };
        Ok(Sandbox(Arc::new(Inner { limits, cache, runner, untrusted })))
    }

    /// The limits that graders run under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The name and version of the engine.
    #[must_use]
    pub fn engine_version() -> &'static str {
        engine::VERSION
    }

    /// Compiles a component, or takes it from the cache, and asks it what it is.
    ///
    /// # Errors
    ///
    /// If the component is no grader, or may not run here; or if the host fails ([`LoadError::is_host_fault`]).
    pub fn load(&self, component: &[u8], trust: Trust) -> Result<Grader, LoadError> {
        let Inner { limits, cache, runner, untrusted } = &*self.0;
        if component.len() > limits.component_bytes {
            return Err(LoadError::Size { size: component.len(), limit: limits.component_bytes });
        }
        outline::check(component, limits)?;
        nesting::check(component)?;
        let digest: Arc<str> = sha256(component).into();
        let (runs, description) = match (trust, untrusted) {
            (Trust::Others, Untrusted::Refuse) => return Err(LoadError::Untrusted),
            (Trust::Others, Untrusted::Workers(workers)) => {
                let engine = engine::fingerprint(runner.engine());
                let key = Key { digest: &digest, engine, compiled_by: CompiledBy::Worker };
                let cache = cache.as_ref().map(|cache| (cache, &key));
                let (grader, description) = ByWorkers::load(workers, component, cache)?;
                (Runs::ByWorkers(grader), description)
            }
            (Trust::Own, _) | (Trust::Others, Untrusted::InProcess) => {
                let grader = runner.load(component, &digest, cache.as_ref())?;
                let description = grader.describe()?;
                (Runs::InProcess(grader), description)
            }
        };
        Ok(Grader { sandbox: self.clone(), runs, description: Arc::new(description), digest })
    }
}

impl Grader {
    /// What the grader says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// SHA-256 of the component, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The limits that it runs under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.sandbox.limits()
    }

    /// Has the grader look at one submission, rows in the file's order, as [`Grader::grade`] does first. The answers are not at hand.
    ///
    /// # Errors
    ///
    /// If the host fails, or the grading is called off.
    pub fn validate(
        &self,
        submission: &RecordBatch,
        options: &[(String, Setting)],
        cancel: &Cancel,
    ) -> Result<Validated, HostFault> {
        match &self.runs {
            Runs::InProcess(grader) => grader.validate(&TableView::new(submission)?, options, cancel),
            Runs::ByWorkers(grader) => grader.validate(submission, options, cancel),
        }
    }

    /// Grades one submission in an instance of its own.
    ///
    /// # Errors
    ///
    /// If the host fails, or the grading is called off. A grader that fails is no error, but an [outcome](crate::Outcome::Fault).
    pub fn grade(&self, task: &Task<'_>, cancel: &Cancel) -> Result<Run, HostFault> {
        match &self.runs {
            Runs::InProcess(grader) => {
                let tables = Tables {
                    submission: TableView::new(task.submission)?,
                    aligned: TableView::new(task.aligned)?,
                    answers: TableView::new(task.answers)?,
                };
                grader.grade(&tables, task.options, cancel)
            }
            Runs::ByWorkers(grader) => grader.grade(task, cancel),
        }
    }
}
