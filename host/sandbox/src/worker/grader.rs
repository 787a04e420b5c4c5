//! A grader that runs in worker processes. Nothing that a worker says is taken as it stands.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::array::RecordBatch;
use assay_types::competition::Setting;
use assay_types::grader::Description;

use super::answers::{another_answer, checked, not_that, possible, refused};
use super::lost::{Death, death, ended, killed, stop};
use super::parent::{Asked, Follows, Lost, Worker};
use super::pool::Workers;
use super::protocol::{Allowance, Answer, Code, Refusal, Request, Value, code_bytes};
use super::remembered;
use super::tables;
use crate::blame::Stop;
use crate::cache::{Cache, Key, Stored};
use crate::error::LoadError;
use crate::fault::{Cancel, HostFault};
use crate::limits::{Exceeded, Limits};
use crate::outcome::{Outcome, Run, Task, Validated};
use crate::sanitize;
use crate::table::TableView;

/// How much later than the worker's own clock its sandbox kills it.
const GRACE: Duration = Duration::from_secs(2);

/// How long making machine code ready may take.
const LOADING: Duration = Duration::from_secs(30);

/// What a worker needs beside the grader's memory and the tables: its own code and stacks, the grader's code.
const WORKER_BYTES: u64 = 256 << 20;

/// The least tables that a worker has room for.
const ROOM: u64 = 64 << 20;

/// The processor time of a worker's whole life. It is replaced long before: this holds one that nobody is left to kill.
const PROCESSOR_TIME: Duration = Duration::from_secs(3600);

/// A grader that runs in worker processes, any number of times and on any number of threads.
#[derive(Clone)]
pub(crate) struct ByWorkers(Arc<Inner>);

struct Inner {
    workers: Arc<Workers>,
    number: u64,
    code: Mutex<MachineCode>,
}

/// It was made by a worker, and goes to workers alone.
#[derive(Clone)]
enum MachineCode {
    /// They are sent it.
    Sent(Arc<[u8]>),
    /// They map it from the cache. Should it be gone one day, it is compiled anew.
    Stored(Stored, Arc<[u8]>),
}

/// Why there is no worker.
enum Unready {
    /// The cache has no longer what it had.
    NotStored,
    Error(LoadError),
}

impl<E: Into<LoadError>> From<E> for Unready {
    fn from(error: E) -> Self {
        Unready::Error(error.into())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.workers.retire(self.number);
    }
}

impl ByWorkers {
    /// Has workers compile a component, or takes it from the cache, and ask it what it is.
    pub(crate) fn load(
        workers: &Arc<Workers>,
        component: &[u8],
        cache: Option<(&Cache, &Key<'_>)>,
    ) -> Result<(Self, Description), LoadError> {
        if let Some(error) = cache.and_then(|(cache, key)| remembered::read(cache, key, workers)) {
            return Err(error);
        }
        let limit = code_bytes(&workers.limits);
        if let Some(stored) = cache.and_then(|(cache, key)| cache.stored(key, limit)) {
            // What is wrong with a file of the cache is not the component's fault.
            match Self::of(workers, MachineCode::Stored(stored, component.into())) {
                Err(Unready::NotStored | Unready::Error(LoadError::Component(_))) => {}
                Err(Unready::Error(error)) => return Err(error),
                Ok(described) => return Ok(described),
            }
        }
        let loaded = compile(workers, component).and_then(|code| {
            let code: Arc<[u8]> = code.into();
            match Self::of(workers, MachineCode::Sent(code.clone())) {
                Ok(described) => Ok((described, code)),
                Err(Unready::Error(error)) => Err(error),
                Err(Unready::NotStored) => Err(LoadError::Host(another_answer())),
            }
        });
        match loaded {
            Ok((described, code)) => {
                if let Some((cache, key)) = cache {
                    cache.write(key, &code);
                }
                Ok(described)
            }
            // What is no grader leaves nothing but that it is none.
            Err(error) => {
                if let Some((cache, key)) = cache {
                    remembered::write(cache, key, workers, &error);
                }
                Err(error)
            }
        }
    }

    fn of(workers: &Arc<Workers>, code: MachineCode) -> Result<(Self, Description), Unready> {
        let inner = Inner { workers: workers.clone(), number: workers.number(), code: Mutex::new(code) };
        let description = inner.describe()?;
        Ok((ByWorkers(Arc::new(inner)), description))
    }

    /// True if the system confines its workers only in part.
    pub(crate) fn is_partly_confined(&self) -> bool {
        self.0.workers.is_partly_confined()
    }

    /// Has the grader look at a submission, rows in the file's order.
    pub(crate) fn validate(
        &self,
        submission: &RecordBatch,
        options: &[(String, Setting)],
        cancel: &Cancel,
    ) -> Result<Validated, HostFault> {
        let view = TableView::new(submission)?;
        let bytes = view.bytes();
        let request = Request::Validate { options: values(options), submission: tables::head(&view) };
        let limits = &self.0.workers.limits;
        let answer = self.0.ask(request, vec![submission.clone()], bytes, cancel);
        match answer {
            Ok(Answer::Validated(Validated { problems, fuel })) => {
                let problems = match problems {
                    Ok(problems) => sanitize::problems(problems, limits),
                    Err(fault) => Err(sanitize::fault(fault, limits, limits.fuel(bytes))),
                };
                Ok(Validated { problems, fuel: possible(fuel, limits.fuel(bytes))? })
            }
            Ok(answer) => Err(not_that(answer, limits)),
            Err(Stop::Grader(fault)) => Ok(Validated { problems: Err(fault), fuel: 0 }),
            Err(Stop::Host(fault)) => Err(fault),
        }
    }

    /// Grades a submission.
    pub(crate) fn grade(&self, task: &Task<'_>, cancel: &Cancel) -> Result<Run, HostFault> {
        let batches = [task.submission, task.aligned, task.answers];
        let [submission, aligned, answers] =
            [TableView::new(task.submission)?, TableView::new(task.aligned)?, TableView::new(task.answers)?];
        let fuel_bytes = submission.bytes() + answers.bytes();
        let heads = Box::new([tables::head(&submission), tables::head(&aligned), tables::head(&answers)]);
        let request = Request::Grade { options: values(task.options), tables: heads };
        let limits = &self.0.workers.limits;
        let bytes = fuel_bytes + aligned.bytes();
        let answer = self.0.ask(request, batches.into_iter().cloned().collect(), bytes, cancel);
        match answer {
            Ok(Answer::Graded(Run { outcome, fuel })) => {
                let budget = limits.fuel(fuel_bytes);
                Ok(Run { outcome: checked(outcome, limits, budget)?, fuel: possible(fuel, budget)? })
            }
            Ok(answer) => Err(not_that(answer, limits)),
            Err(Stop::Grader(fault)) => Ok(Run { outcome: Outcome::Fault(fault), fuel: 0 }),
            Err(Stop::Host(fault)) => Err(fault),
        }
    }
}

impl Inner {
    /// What the grader says of itself, checked.
    fn describe(&self) -> Result<Description, Unready> {
        let _active = self.workers.enter();
        let (room, mut worker) = self.start(0, self.code())?;
        let limits = &self.workers.limits;
        let nothing = Asked { request: Request::Describe, follows: Follows::Nothing };
        let answer = worker.ask(nothing, limits.wall_clock.saturating_add(GRACE), &Cancel::new());
        let described = match answer {
            Ok((Answer::Described(said), _)) => sanitize::description(said, limits).map_err(LoadError::describe),
            Ok((Answer::Refused(refusal), _)) => Err(refused(refusal, limits)),
            Ok(_) => Err(LoadError::Host(another_answer())),
            Err(lost) => Err(match stop(lost, limits) {
                Stop::Grader(fault) => LoadError::describe(fault),
                Stop::Host(fault) => LoadError::Host(fault),
            }),
        }?;
        self.done(room, worker);
        Ok(described)
    }

    /// Asks a worker of this grader, one that waits or a new one.
    fn ask(&self, request: Request, tables: Vec<RecordBatch>, bytes: u64, cancel: &Cancel) -> Result<Answer, Stop> {
        cancel.check().map_err(Stop::Host)?;
        let _active = self.workers.enter();
        let limits = &self.workers.limits;
        let (room, mut worker) = match self.workers.take(self.number, bytes) {
            Some(waiting) => waiting,
            // It was a grader when it was loaded.
            None => self.worker(bytes).map_err(|error| {
                Stop::Host(match error {
                    LoadError::Host(fault) => fault,
                    error => HostFault::Worker(error.to_string()),
                })
            })?,
        };
        let asked = Asked { request, follows: Follows::Tables(tables) };
        let (answer, _) =
            worker.ask(asked, limits.wall_clock.saturating_add(GRACE), cancel).map_err(|lost| stop(lost, limits))?;
        self.done(room, worker);
        Ok(answer)
    }

    fn code(&self) -> MachineCode {
        self.code.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A new worker with room for tables of so many bytes.
    fn worker(&self, bytes: u64) -> Result<(u64, Worker), LoadError> {
        let code = self.code();
        let again = match (self.start(bytes, code.clone()), code) {
            (Err(Unready::NotStored), MachineCode::Stored(_, component)) => {
                let compiled = MachineCode::Sent(compile(&self.workers, &component)?.into());
                self.code.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&compiled);
                self.start(bytes, compiled)
            }
            (started, _) => started,
        };
        again.map_err(|unready| match unready {
            Unready::Error(error) => error,
            Unready::NotStored => LoadError::Host(another_answer()),
        })
    }

    /// Starts a worker with this machine code.
    fn start(&self, bytes: u64, code: MachineCode) -> Result<(u64, Worker), Unready> {
        let limits = &self.workers.limits;
        // Somewhat more, so that the next submission fits too.
        let room = bytes.saturating_add(bytes / 2).max(ROOM);
        let memory_bytes = (limits.memory_bytes as u64).saturating_add(room).saturating_add(WORKER_BYTES);
        let allowance = Allowance { memory_bytes, processor_seconds: processor_time(limits).as_secs() };
        let mut worker = Worker::start(&self.workers.program, limits)?;
        let confined = self.workers.program.confined;
        let (code, follows) = match code {
            MachineCode::Sent(code) => (Code::Follows(code.len() as u64), Follows::Bytes(code)),
            MachineCode::Stored(stored, _) => (Code::Stored(stored), Follows::Nothing),
        };
        let asked = Asked { request: Request::Load { limits: limits.clone(), confined, allowance, code }, follows };
        match worker.ask(asked, LOADING, &Cancel::new()) {
            Ok((Answer::Loaded { lacking }, _)) => {
                if lacking.is_some() {
                    self.workers.lacks_confinement();
                }
                Ok((room, worker))
            }
            Ok((Answer::Refused(Refusal::NotStored), _)) => Err(Unready::NotStored),
            Ok((Answer::Refused(refusal), _)) => Err(refused(refusal, limits).into()),
            Ok(_) => Err(another_answer().into()),
            Err(Lost::TimedOut { .. }) => Err(HostFault::Worker(format!("it was not ready in {LOADING:?}")).into()),
            Err(lost) => Err(match stop(lost, limits) {
                Stop::Grader(fault) => LoadError::describe(fault).into(),
                Stop::Host(fault) => fault.into(),
            }),
        }
    }

    /// Has a worker wait for the next grading, unless its time may run out in one.
    fn done(&self, room: u64, worker: Worker) {
        let limits = &self.workers.limits;
        // It reads on one thread while it computes on another.
        let used = worker.busy().saturating_mul(2);
        if used.saturating_add(limits.wall_clock.saturating_mul(2)) < processor_time(limits) {
            self.workers.put(self.number, room, worker);
        }
    }
}

fn processor_time(limits: &Limits) -> Duration {
    PROCESSOR_TIME.max(limits.wall_clock.saturating_mul(8))
}

/// Has a worker compile a component.
pub(super) fn compile(workers: &Workers, component: &[u8]) -> Result<Vec<u8>, LoadError> {
    let limits = &workers.limits;
    let mut worker = Worker::start(&workers.program, limits)?;
    let request =
        Request::Compile { limits: limits.clone(), confined: workers.program.confined, bytes: component.len() as u64 };
    let asked = Asked { request, follows: Follows::Bytes(component.into()) };
    match worker.ask(asked, limits.compile_time, &Cancel::new()) {
        Ok((Answer::Compiled { .. }, code)) => Ok(code),
        Ok((Answer::Refused(refusal), _)) => Err(refused(refusal, limits)),
        Ok(_) => Err(LoadError::Host(another_answer())),
        Err(lost) => Err(lost_compiler(lost, limits)),
    }
}

/// Who is to blame that a worker is lost that was given a component.
pub(super) fn lost_compiler(lost: Lost, limits: &Limits) -> LoadError {
    match lost {
        Lost::TimedOut { .. } => Exceeded::CompileTime(limits.compile_time).into(),
        Lost::Cancelled => LoadError::Host(HostFault::Cancelled),
        Lost::Broke(said) => LoadError::Host(HostFault::Worker(said)),
        Lost::Died(status, words) => match death(status, &words) {
            Death::OutOfTime => Exceeded::CompileProcessorTime(limits.compile_processor_time).into(),
            Death::OutOfMemory => Exceeded::CompileMemory(limits.compile_memory_bytes).into(),
            Death::Killed => LoadError::Host(killed(status)),
            Death::Crashed | Death::Panicked => LoadError::Compiler(format!("{status}: {words}")),
            Death::Ended => LoadError::Host(ended(status, &words)),
        },
    }
}

fn values(options: &[(String, Setting)]) -> Vec<(String, Value)> {
    options.iter().map(|(name, setting)| (name.clone(), setting.into())).collect()
}
