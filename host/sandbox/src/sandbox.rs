//! The sandbox, and graders in it, in process or by workers behind one face.

use std::sync::Arc;

use arrow::array::RecordBatch;
use assay_engine::Carried;
use assay_types::competition::Setting;
use assay_types::grader::Description;
use assay_types::sha256;

use crate::anatomy::{Anatomy, dissect};
use crate::cache::{Cache, Key, RunBy, Warmed};
use crate::engine;
use crate::error::{LoadError, SandboxError};
use crate::fault::{Cancel, HostFault};
use crate::in_process::{InProcess, Kept, Runner, Tables};
use crate::limits::Limits;
use crate::outcome::{Run, Task, Validated};
use crate::table::TableView;
use crate::worker::{self, ByWorkers, WorkerProgram, Workers, code_bytes};

/// How many graders run in this process at once. Whoever comes later waits.
const CONCURRENT: u32 = 64;

/// Loads graders, and runs each of their gradings in an instance of its own, which has nothing but its own memory.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    limits: Limits,
    cache: Option<Cache>,
    carried: Carried,
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
    /// The machine code of the program's own components, as far as it carries it.
    pub carried: Carried,
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
        let SandboxOptions { limits, cache, carried, untrusted } = options;
        let runner = Runner::new(limits.clone(), CONCURRENT)?;
        let untrusted = match untrusted {
            Execution::Refuse => Untrusted::Refuse,
            Execution::Workers(program) => Untrusted::Workers(Arc::new(Workers::new(program, limits.clone()))),
            Execution::InProcess => Untrusted::InProcess,
        };
        Ok(Sandbox(Arc::new(Inner { limits, cache, carried, runner, untrusted })))
    }

    /// The limits that graders run under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The name and version of the engine.
    #[must_use]
    pub fn engine_version() -> &'static str {
        assay_engine::VERSION
    }

    /// Compiles a component, or takes it from the cache, and asks it what it is. Of one that others made, this process reads nothing but how
    /// long it is and its digest, unless it was set up to run such components itself.
    ///
    /// # Errors
    ///
    /// If the component is no grader, or may not run here; or if the host fails ([`LoadError::is_host_fault`]).
    pub fn load(&self, component: &[u8], trust: Trust) -> Result<Grader, LoadError> {
        let Inner { cache, carried, runner, untrusted, limits } = &*self.0;
        within_size(component, trust, limits.component_bytes)?;
        let digest: Arc<str> = sha256(component).into();
        let engine = engine::fingerprint(runner.engine());
        let key = |run_by| Key { digest: &digest, engine, of: trust, run_by };
        let (runs, description) = match (trust, untrusted) {
            (Trust::Others, Untrusted::Refuse) => return Err(LoadError::Untrusted),
            (Trust::Others, Untrusted::Workers(workers)) => {
                let key = key(RunBy::Workers);
                let cache = cache.as_ref().map(|cache| (cache, &key));
                let (grader, description) = ByWorkers::load(workers, component, cache)?;
                (Runs::ByWorkers(grader), description)
            }
            (Trust::Own, _) | (Trust::Others, Untrusted::InProcess) => {
                let key = key(RunBy::ThisProcess);
                let kept = Kept {
                    carried: carried.of(&digest).filter(|_| trust == Trust::Own),
                    cache: cache.as_ref().map(|cache| (cache, &key)),
                };
                let (grader, description) = runner.load(component, kept)?;
                (Runs::InProcess(grader), description)
            }
        };
        Ok(Grader { sandbox: self.clone(), runs, description: Arc::new(description), digest })
    }

    /// Loads a component that others made once, so that its machine code is in the cache before it is needed. A component that is no grader
    /// leaves the reason there.
    ///
    /// # Errors
    ///
    /// As [`Sandbox::load`] has them, and if there is no cache or it does not keep the code.
    pub fn warm(&self, component: &[u8]) -> Result<Warmed, LoadError> {
        let Inner { cache, runner, untrusted, limits, .. } = &*self.0;
        within_size(component, Trust::Others, limits.component_bytes)?;
        let cache = cache.as_ref().ok_or_else(|| HostFault::Resources("there is no cache to keep it in".into()))?;
        let (run_by, limit) = match untrusted {
            Untrusted::InProcess => (RunBy::ThisProcess, u64::MAX),
            Untrusted::Workers(_) | Untrusted::Refuse => (RunBy::Workers, code_bytes(limits)),
        };
        let digest = sha256(component);
        let key = Key { digest: &digest, engine: engine::fingerprint(runner.engine()), of: Trust::Others, run_by };
        cache.warmed(&key, limit, || self.load(component, Trust::Others).map(|_| ()))
    }

    /// Takes a component apart, without running it, in [`Limits::compile_time`] and [`Limits::compile_memory_bytes`] if others made it and
    /// workers run such components. It need not be a grader, and may be as large as a grader may be under the default limits.
    ///
    /// # Errors
    ///
    /// If it is not WebAssembly, or not valid by the rules of any proposal ([`LoadError::Component`]); if it takes too long or too much
    /// memory; if others made it and the sandbox is set to run nothing of others; or if the host fails.
    pub fn inspect(&self, component: &[u8], trust: Trust) -> Result<Anatomy, LoadError> {
        let limit = self.0.limits.component_bytes.max(Limits::default().component_bytes);
        within_size(component, trust, limit)?;
        match (trust, &self.0.untrusted) {
            (Trust::Others, Untrusted::Refuse) => Err(LoadError::Untrusted),
            (Trust::Others, Untrusted::Workers(workers)) => worker::inspect(workers, component),
            (Trust::Own, _) | (Trust::Others, Untrusted::InProcess) => dissect(component).map_err(LoadError::from),
        }
    }
}

/// The size of what the program carries is known, and no stranger's doing.
fn within_size(component: &[u8], trust: Trust, limit: usize) -> Result<(), LoadError> {
    if trust == Trust::Others && component.len() > limit {
        return Err(LoadError::Size { size: component.len(), limit });
    }
    Ok(())
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

    /// True if it runs in worker processes that the system confines only in part.
    #[must_use]
    pub fn is_partly_confined(&self) -> bool {
        match &self.runs {
            Runs::InProcess(_) => false,
            Runs::ByWorkers(grader) => grader.is_partly_confined(),
        }
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
