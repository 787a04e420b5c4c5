//! Graders that run in this process.

use std::borrow::Cow;
use std::iter;
use std::sync::Arc;

use assay_engine::MachineCode;
use assay_types::competition::Setting;
use assay_types::grader::Description;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::bindings::GraderPre;
use crate::blame::{Stop, host_fault, said};
use crate::cache::{Cache, Key};
use crate::compile;
use crate::engine;
use crate::error::{LoadError, SandboxError};
use crate::fault::{Cancel, HostFault};
use crate::instance::{Instance, State};
use crate::limits::Limits;
use crate::outcome::{Outcome, Run, Validated};
use crate::slots::Slots;
use crate::table::TableView;

/// What all graders of this process share: the engine, and the places in it.
pub(crate) struct Runner {
    engine: Engine,
    linker: Linker<State>,
    limits: Limits,
    slots: Slots,
}

/// A grader that runs in this process, any number of times and on any number of threads.
#[derive(Clone)]
pub(crate) struct InProcess {
    runner: Arc<Runner>,
    grader: GraderPre<State>,
}

/// Where the machine code of a component may be kept.
pub(crate) struct Kept<'a> {
    /// With the program itself.
    pub(crate) carried: Option<MachineCode<'static>>,
    /// In a cache.
    pub(crate) cache: Option<(&'a Cache, &'a Key<'a>)>,
}

/// What is graded, in the contract's form.
pub(crate) struct Tables<'a> {
    pub(crate) submission: TableView<'a>,
    pub(crate) aligned: TableView<'a>,
    pub(crate) answers: TableView<'a>,
}

impl Runner {
    /// A runner of at most `concurrent` graders at once; whoever comes later waits.
    pub(crate) fn new(limits: Limits, concurrent: u32) -> Result<Arc<Self>, SandboxError> {
        Ok(Self::on(engine::engine(&limits, concurrent)?, limits, concurrent))
    }

    /// The same on an engine of these limits, with so much room, whose clock ticks.
    pub(crate) fn on(engine: Engine, limits: Limits, concurrent: u32) -> Arc<Self> {
        let linker = Linker::new(&engine);
        Arc::new(Runner { engine, linker, limits, slots: Slots::new(concurrent) })
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Compiles a component in this process, or takes its machine code from where it is kept, and asks it what it is.
    pub(crate) fn load(
        self: &Arc<Self>,
        component: &[u8],
        Kept { carried, cache }: Kept<'_>,
    ) -> Result<(InProcess, Description), LoadError> {
        let described = |code: &[u8]| -> Result<_, LoadError> {
            let grader = self.ready(&compile::from_code(&self.engine, code, &self.limits)?)?;
            let description = grader.describe()?;
            Ok((grader, description))
        };
        let carried = carried.map(|code| Cow::Borrowed(code.bytes()));
        let cached = || cache.and_then(|(cache, key)| cache.read(key, u64::MAX)).map(Cow::Owned);
        for code in [carried].into_iter().chain(iter::once_with(cached)).flatten() {
            // What is wrong with kept machine code is not the component's fault.
            match described(&code) {
                Err(LoadError::Component(_)) => {}
                described => return described,
            }
        }
        compile::check(component, &self.limits)?;
        let code = compile::compile(&self.engine, component, &self.limits)?;
        let described = described(&code)?;
        if let Some((cache, key)) = cache {
            cache.write(key, &code);
        }
        Ok(described)
    }

    /// Makes ready what was compiled.
    pub(crate) fn ready(self: &Arc<Self>, compiled: &Component) -> Result<InProcess, LoadError> {
        let grader = self.linker.instantiate_pre(compiled).and_then(GraderPre::new);
        let grader = grader.map_err(|error| match host_fault(&error) {
            Some(fault) => LoadError::Host(fault),
            None => LoadError::World(said(&error, &self.limits)),
        })?;
        Ok(InProcess { runner: self.clone(), grader })
    }
}

impl InProcess {
    /// What the grader says of itself, checked.
    pub(crate) fn describe(&self) -> Result<Description, LoadError> {
        let described = self.instance(0, &Cancel::new()).and_then(|mut instance| instance.describe());
        described.map_err(|stop| match stop {
            Stop::Grader(fault) => LoadError::describe(fault),
            Stop::Host(fault) => LoadError::Host(fault),
        })
    }

    /// Has the grader look at a submission, rows in the file's order.
    pub(crate) fn validate(
        &self,
        submission: &TableView<'_>,
        options: &[(String, Setting)],
        cancel: &Cancel,
    ) -> Result<Validated, HostFault> {
        let mut fuel = 0;
        let problems = self.instance(submission.bytes(), cancel).and_then(|mut instance| {
            let problems = instance.validate(submission, options);
            fuel = instance.fuel_used();
            problems
        });
        match problems {
            Ok(problems) => Ok(Validated { problems: Ok(problems), fuel }),
            Err(Stop::Grader(fault)) => Ok(Validated { problems: Err(fault), fuel }),
            Err(Stop::Host(fault)) => Err(fault),
        }
    }

    /// Grades a submission in an instance of its own.
    pub(crate) fn grade(
        &self,
        tables: &Tables<'_>,
        options: &[(String, Setting)],
        cancel: &Cancel,
    ) -> Result<Run, HostFault> {
        let mut fuel = 0;
        let outcome = self.instance(tables.fuel_bytes(), cancel).and_then(|mut instance| {
            let outcome = instance.validate(&tables.submission, options).and_then(|problems| {
                if problems.is_empty() {
                    instance.grade(&tables.aligned, &tables.answers, options)
                } else {
                    Ok(Outcome::Invalid(problems))
                }
            });
            fuel = instance.fuel_used();
            outcome
        });
        match outcome {
            Ok(outcome) => Ok(Run { outcome, fuel }),
            Err(Stop::Grader(fault)) => Ok(Run { outcome: Outcome::Fault(fault), fuel }),
            Err(Stop::Host(fault)) => Err(fault),
        }
    }

    fn instance(&self, bytes: u64, cancel: &Cancel) -> Result<Instance<'_>, Stop> {
        let slot = self.runner.slots.take(cancel)?;
        Instance::new(&self.runner.engine, &self.grader, &self.runner.limits, bytes, slot, cancel)
    }
}

impl Tables<'_> {
    /// How many bytes a grading has fuel for. The submission counts once, in whichever order its rows are.
    pub(crate) fn fuel_bytes(&self) -> u64 {
        self.submission.bytes() + self.answers.bytes()
    }
}
