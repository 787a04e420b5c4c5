//! One instance of a grader: made, asked, thrown away.

use assay_types::competition::Setting;
use assay_types::grader::Description;
use wasmtime::{Engine, Store, UpdateDeadline};

use crate::bindings::{self, GraderPre};
use crate::blame::{Stop, stop};
use crate::describe;
use crate::engine::ticks;
use crate::fault::{Cancel, HostFault};
use crate::limiter::Limiter;
use crate::limits::{Exceeded, Limits};
use crate::outcome::{Detail, Fault, Outcome, Problem, Score};
use crate::sanitize;
use crate::slots::Slot;
use crate::table::TableView;

/// What a store holds: nothing that a guest could reach.
pub(crate) struct State {
    limiter: Limiter,
}

/// An instance and its store. It takes one of the engine's places, which is given back last.
pub(crate) struct Instance<'a> {
    limits: &'a Limits,
    store: Store<State>,
    grader: bindings::Grader,
    fuel: u64,
    _slot: Slot<'a>,
}

impl<'a> Instance<'a> {
    /// A fresh instance with the fuel for handing over `bytes` bytes.
    pub(crate) fn new(
        engine: &Engine,
        grader: &GraderPre<State>,
        limits: &'a Limits,
        bytes: u64,
        slot: Slot<'a>,
        cancel: &Cancel,
    ) -> Result<Self, Stop> {
        let fuel = limits.fuel(bytes);
        let mut store = Store::new(engine, State { limiter: Limiter::new(limits) });
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits.returned_bytes);
        watch(&mut store, limits, cancel.clone());
        let grader = store
            .set_fuel(fuel)
            .and_then(|()| grader.instantiate(&mut store))
            .map_err(|error| stop(&error, limits, fuel))?;
        Ok(Instance { limits, store, grader, fuel, _slot: slot })
    }

    /// What the grader says of itself, checked.
    pub(crate) fn describe(&mut self) -> Result<Description, Stop> {
        let described = self.grader.assay_grader_grading().call_describe(&mut self.store);
        let described = described.map_err(|error| stop(&error, self.limits, self.fuel))?;
        Ok(sanitize::description(describe::description(described), self.limits)?)
    }

    /// What is wrong with the submission, in the words of a grader that has not seen the answers.
    pub(crate) fn validate(
        &mut self,
        submission: &TableView<'_>,
        options: &[(String, Setting)],
    ) -> Result<Vec<Problem>, Stop> {
        let texts = texts(options);
        let columns = submission.columns();
        let grading = self.grader.assay_grader_grading();
        let validated = grading.call_validate(&mut self.store, submission.table(&columns), &bound(options, &texts));
        let problems = validated.map_err(|error| stop(&error, self.limits, self.fuel))?.err().unwrap_or_default();
        let problems = problems.into_iter().map(|problem| Problem {
            message: problem.message,
            row: problem.row.map(|row| row as usize),
            column: problem.column,
        });
        Ok(sanitize::problems(problems.collect(), self.limits)?)
    }

    /// What a submission that `validate` accepted is worth.
    pub(crate) fn grade(
        &mut self,
        aligned: &TableView<'_>,
        answers: &TableView<'_>,
        options: &[(String, Setting)],
    ) -> Result<Outcome, Stop> {
        let texts = texts(options);
        let (submission, key) = (aligned.columns(), answers.columns());
        let grading = self.grader.assay_grader_grading();
        let graded = grading.call_grade(
            &mut self.store,
            aligned.table(&submission),
            answers.table(&key),
            &bound(options, &texts),
        );
        match graded.map_err(|error| stop(&error, self.limits, self.fuel))? {
            Ok(score) => {
                let details =
                    score.details.into_iter().map(|detail| Detail { name: detail.name, value: detail.value }).collect();
                Ok(Outcome::Scored(sanitize::score(Score { value: score.value, details }, self.limits)?))
            }
            Err(bindings::GradeError::InvalidSubmission(text)) => {
                Ok(Outcome::Refused(sanitize::text(&text, self.limits)))
            }
            Err(bindings::GradeError::Failure(text)) => Err(Fault::Grader(sanitize::text(&text, self.limits)).into()),
        }
    }

    pub(crate) fn fuel_used(&self) -> u64 {
        self.fuel - self.store.get_fuel().unwrap_or(0).min(self.fuel)
    }
}

/// Has the engine look at every tick of its clock whether the run is called off, or has taken too long. Neither changes what the guest
/// computes, or how much fuel it takes.
fn watch(store: &mut Store<State>, limits: &Limits, cancel: Cancel) {
    let wall_clock = limits.wall_clock;
    let mut left = ticks(limits);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        if cancel.is_cancelled() {
            return Err(HostFault::Cancelled.into());
        }
        left = left.saturating_sub(1);
        if left == 0 {
            return Err(Exceeded::WallClock(wall_clock).into());
        }
        Ok(UpdateDeadline::Continue(1))
    });
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
