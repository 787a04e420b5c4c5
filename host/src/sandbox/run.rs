//! One grading: a fresh instance, `validate`, `grade`, and what came of it.

use arrow::array::RecordBatch;
use wasmtime::{Store, Trap};

use super::bindings::{self, GraderPre};
use super::checked;
use super::engine::{Grader, Sandbox};
use super::limits::{Exceeded, Limiter};
use super::table::{Prepared, Unsupported};
use crate::competition::Setting;

/// What a store holds: nothing that a guest could reach.
pub(super) struct State {
    limiter: Limiter,
}

/// A score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Its value, perhaps not finite.
    pub value: f64,
    /// Figures beside it.
    pub details: Vec<Detail>,
}

/// A figure beside a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// What it is.
    pub name: String,
    /// The figure.
    pub value: f64,
}

/// One thing that is wrong with a submission, in the words of a grader that never saw the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// The row of the submission's file, from 0.
    pub row: Option<usize>,
    /// The column.
    pub column: Option<String>,
}

/// What came of a grading.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// There is a score.
    Scored(Score),
    /// `validate` refused the submission.
    Invalid(Vec<Problem>),
    /// `grade` refused the submission. The text is for the operator alone: it may hold anything that the answers hold.
    Refused(String),
    /// The grader, the answers or the options are at fault. The text is for the operator alone.
    Fault(Fault),
}

/// A grader's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It ran into a limit.
    Exceeded(Exceeded),
    /// It trapped, gave up, or returned what no grader may return.
    Grader(String),
}

/// What is graded.
pub struct Task<'a> {
    /// The submission, rows in the file's order, for `validate`.
    pub submission: &'a RecordBatch,
    /// The submission, rows in the answers' order, for `grade`.
    pub aligned: &'a RecordBatch,
    /// The answers.
    pub answers: &'a RecordBatch,
    /// The options of the competition.
    pub options: &'a [(String, Setting)],
}

/// What came of a grading, and what it used.
#[derive(Clone, Debug)]
pub struct Run {
    /// What came of it.
    pub outcome: Outcome,
    /// Fuel used, the same for the same inputs on every machine.
    pub fuel: u64,
}

/// What came of looking at a submission without the answers.
#[derive(Clone, Debug)]
pub struct Validated {
    /// What is wrong with it, or with the grader.
    pub problems: Result<Vec<Problem>, Fault>,
    /// Fuel used, the same for the same inputs on every machine.
    pub fuel: u64,
}

impl Grader {
    /// Has the grader look at one submission, rows in the file's order, as [`Grader::grade`] does first. The answers are not at hand.
    ///
    /// # Errors
    ///
    /// If the table is not of the contract's types.
    pub fn validate(&self, submission: &RecordBatch, options: &[(String, Setting)]) -> Result<Validated, Unsupported> {
        let submission = Prepared::new(submission)?;
        Ok(match Instance::new(&self.sandbox, &self.instance, submission.bytes()) {
            Err(fault) => Validated { problems: Err(fault), fuel: 0 },
            Ok(mut instance) => {
                let texts = texts(options);
                let problems = instance.validate(&submission, &bound(options, &texts));
                Validated { problems, fuel: instance.fuel_used() }
            }
        })
    }

    /// Grades one submission in an instance of its own.
    ///
    /// # Errors
    ///
    /// If a table is not of the contract's types.
    pub fn grade(&self, task: &Task<'_>) -> Result<Run, Unsupported> {
        let submission = Prepared::new(task.submission)?;
        let aligned = Prepared::new(task.aligned)?;
        let answers = Prepared::new(task.answers)?;
        let bytes = submission.bytes() + answers.bytes();
        let (outcome, fuel) = match Instance::new(&self.sandbox, &self.instance, bytes) {
            Err(fault) => (Outcome::Fault(fault), 0),
            Ok(mut instance) => {
                let outcome = instance.grade(&submission, &aligned, &answers, task.options);
                (outcome.unwrap_or_else(Outcome::Fault), instance.fuel_used())
            }
        };
        Ok(Run { outcome, fuel })
    }
}

/// An instance and its store.
pub(super) struct Instance<'a> {
    sandbox: &'a Sandbox,
    store: Store<State>,
    grader: bindings::Grader,
    fuel: u64,
}

impl<'a> Instance<'a> {
    /// A fresh instance with the fuel for handing over `bytes` bytes.
    pub(super) fn new(sandbox: &'a Sandbox, grader: &GraderPre<State>, bytes: u64) -> Result<Self, Fault> {
        let limits = sandbox.limits();
        let fuel = limits.fuel(bytes);
        let mut store = Store::new(sandbox.engine(), State { limiter: Limiter::new(limits) });
        store.limiter(|state| &mut state.limiter);
        store.epoch_deadline_trap();
        store.set_epoch_deadline(sandbox.ticks());
        store.set_hostcall_fuel(limits.returned_bytes);
        let grader = store
            .set_fuel(fuel)
            .and_then(|()| grader.instantiate(&mut store))
            .map_err(|error| fault(&error, sandbox, fuel))?;
        Ok(Instance { sandbox, store, grader, fuel })
    }

    pub(super) fn describe(&mut self) -> Result<bindings::Description, Fault> {
        let described = self.grader.assay_grader_grading().call_describe(&mut self.store);
        described.map_err(|error| fault(&error, self.sandbox, self.fuel))
    }

    /// What is wrong with the submission, in the words of a grader that has not seen the answers.
    fn validate(
        &mut self,
        submission: &Prepared<'_>,
        options: &[(&str, bindings::Setting<'_>)],
    ) -> Result<Vec<Problem>, Fault> {
        let columns = submission.columns();
        let grading = self.grader.assay_grader_grading();
        let validated = grading.call_validate(&mut self.store, submission.table(&columns), options);
        let problems = validated.map_err(|error| fault(&error, self.sandbox, self.fuel))?.err().unwrap_or_default();
        checked::problems(problems, self.sandbox.limits())
    }

    fn grade(
        &mut self,
        submission: &Prepared<'_>,
        aligned: &Prepared<'_>,
        answers: &Prepared<'_>,
        options: &[(String, Setting)],
    ) -> Result<Outcome, Fault> {
        let texts = texts(options);
        let options = bound(options, &texts);
        let problems = self.validate(submission, &options)?;
        if !problems.is_empty() {
            return Ok(Outcome::Invalid(problems));
        }

        let limits = self.sandbox.limits();
        let grading = self.grader.assay_grader_grading();
        let (submission, key) = (aligned.columns(), answers.columns());
        let graded = grading.call_grade(&mut self.store, aligned.table(&submission), answers.table(&key), &options);
        match graded.map_err(|error| fault(&error, self.sandbox, self.fuel))? {
            Ok(score) => Ok(Outcome::Scored(checked::score(score, limits)?)),
            Err(bindings::GradeError::InvalidSubmission(text)) => Ok(Outcome::Refused(checked::text(&text, limits))),
            Err(bindings::GradeError::Failure(text)) => Err(Fault::Grader(checked::text(&text, limits))),
        }
    }

    fn fuel_used(&self) -> u64 {
        self.fuel - self.store.get_fuel().unwrap_or(0).min(self.fuel)
    }
}

/// The lists of texts among the options, for [`bound`] to borrow.
fn texts(options: &[(String, Setting)]) -> Vec<Vec<&str>> {
    let lists = options.iter().map(|(_, setting)| match setting {
        Setting::Texts(texts) => texts.as_slice(),
        _ => &[],
    });
    lists.map(|texts| texts.iter().map(String::as_str).collect()).collect()
}

/// The options in the contract's form.
fn bound<'a>(options: &'a [(String, Setting)], texts: &'a [Vec<&'a str>]) -> Vec<(&'a str, bindings::Setting<'a>)> {
    options.iter().zip(texts).map(|((name, value), texts)| (name.as_str(), setting(value, texts))).collect()
}

fn setting<'a>(setting: &'a Setting, texts: &'a [&'a str]) -> bindings::Setting<'a> {
    match setting {
        Setting::Boolean(value) => bindings::Setting::Boolean(*value),
        Setting::Integer(value) => bindings::Setting::Integer(*value),
        Setting::Number(value) => bindings::Setting::Number(*value),
        Setting::Text(text) => bindings::Setting::Text(text),
        Setting::Texts(_) => bindings::Setting::Texts(texts),
        Setting::Numbers(numbers) => bindings::Setting::Numbers(numbers),
    }
}

/// What an error of the engine says of the grader.
fn fault(error: &wasmtime::Error, sandbox: &Sandbox, fuel: u64) -> Fault {
    let limits = sandbox.limits();
    if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
        return Fault::Exceeded(*exceeded);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Fault::Exceeded(Exceeded::Fuel(fuel)),
        Some(Trap::Interrupt) => Fault::Exceeded(Exceeded::WallClock(limits.wall_clock)),
        Some(Trap::StackOverflow) => Fault::Exceeded(Exceeded::Stack(limits.stack_bytes)),
        Some(trap) => Fault::Grader(format!("it trapped: {trap}")),
        // The engine has no public type for it.
        None if error.to_string().contains("fuel allocated for hostcalls") => {
            Fault::Exceeded(Exceeded::Returned { what: "bytes", limit: limits.returned_bytes })
        }
        None => Fault::Grader(checked::text(&format!("{error:#}"), limits)),
    }
}
