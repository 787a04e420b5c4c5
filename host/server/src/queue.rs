//! The queue: submissions that were accepted are graded in turn by a few threads, once each, whatever ends the server meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use assay::{Assay, Cancel, Context, Detail, Graded, Operator, Part, Submission};
use assay_types::report::{Outcome, SCHEMA, SampleReport};
use serde_json::json;

use crate::messages::say;
use crate::metrics::Metrics;
use crate::policy::Policy;
use crate::store::{Job, Store, StoreError, Verdict};
use crate::time::now;
use crate::view::lower_is_better;

/// How often a grading is tried that the host fails at.
const TRIES: i64 = 3;

/// How long it waits between looks at the queue, when nobody says that there is something.
const PAUSE: Duration = Duration::from_secs(1);

/// What wakes and ends those who grade.
#[derive(Default)]
pub(crate) struct Signals {
    state: Mutex<State>,
    woken: Condvar,
    cancel: Cancel,
}

#[derive(Default)]
struct State {
    news: u64,
    ending: bool,
}

impl Signals {
    /// There is something to grade.
    pub(crate) fn wake(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).news += 1;
        self.woken.notify_one();
    }

    /// Nothing more is begun.
    pub(crate) fn end(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ending = true;
        self.woken.notify_all();
    }

    /// What is under way is put back.
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
    }

    fn is_ending(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ending
    }

    fn wait(&self, seen: &mut u64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ending || state.news != *seen {
            *seen = state.news;
            return;
        }
        let (state, _) = self.woken.wait_timeout(state, PAUSE).unwrap_or_else(PoisonError::into_inner);
        *seen = state.news;
    }
}

/// What grades.
#[derive(Clone, Copy)]
pub(crate) struct Grader<'a> {
    pub(crate) service: &'a Assay,
    pub(crate) store: &'a Store,
    pub(crate) policy: &'a Policy,
    pub(crate) metrics: &'a Metrics,
    pub(crate) signals: &'a Signals,
}

impl Grader<'_> {
    /// Grades until the server is to end.
    pub(crate) fn work(self) {
        let mut seen = 0;
        while !self.signals.is_ending() {
            let done = match self.store.begin(now()) {
                Ok(Some(job)) => self.grade(&job),
                Ok(None) => {
                    self.signals.wait(&mut seen);
                    Ok(())
                }
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                // What is lost here is begun again by the next server.
                say(&format!("error: {error}"));
                std::thread::sleep(PAUSE);
            }
        }
    }

    fn grade(self, job: &Job) -> Result<(), StoreError> {
        let started = std::time::Instant::now();
        let graded = catch_unwind(AssertUnwindSafe(|| self.graded(job)));
        let mut verdict = graded.unwrap_or_else(|_| failed("internal error"));
        if self.signals.cancel.is_cancelled() && verdict.is_free {
            return self.store.put_back(&job.id);
        }
        if verdict.is_free && job.attempts < TRIES {
            let reason = verdict.operator.take().unwrap_or_default();
            say(&format!("warning: {} is graded again: {reason}", job.id));
            return self.store.again(&job.id, now() + (1000 << job.attempts.clamp(0, 10)));
        }
        if verdict.is_free {
            say(&format!("error: {} was not graded: {}", job.id, verdict.operator.as_deref().unwrap_or_default()));
        }
        self.metrics.graded(&verdict.outcome, started.elapsed());
        self.store.finish(&job.id, &verdict, now())
    }

    fn graded(self, job: &Job) -> Verdict {
        let path = self.store.file(&job.file);
        let context = Context {
            cancel: self.signals.cancel.clone(),
            name: Some(&job.name),
            part: self.part(&job.competition),
            ..Context::default()
        };
        let graded = match self.service.grade(&job.competition, Submission::Path(&path), &context) {
            Ok(graded) => graded,
            Err(error) => return failed(&error.to_string()),
        };
        // The use is on record, and survives a power cut before anybody is told what came of it.
        match self.service.sync() {
            Ok(use_log) => {
                let report = SampleReport { report: graded.report().clone(), schema: SCHEMA, use_log };
                verdict(&graded, serde_json::to_string(&report).ok())
            }
            Err(error) => failed(&error.to_string()),
        }
    }

    /// The part of the rows that is public while the competition runs.
    fn part(self, id: &str) -> Option<Part> {
        let rules = self.policy.of(id).filter(|_| self.policy.wants_part(id))?;
        let competition = self.service.competitions().get(id).ok()?;
        Some(Part { share: rules.public_share, seed: competition.digest.clone() })
    }
}

fn verdict(graded: &Graded, report: Option<String>) -> Verdict {
    let Operator { note, fuel, details, part, .. } = graded.operator();
    let told = graded.report();
    let details: serde_json::Map<_, _> =
        details.iter().map(|Detail { name, value }| (name.clone(), (*value).into())).collect();
    let lost = graded.recorded().lost();
    let (score, reason) = match part {
        Some(Ok(part)) => (part.score, None),
        Some(Err(error)) => (None, Some(error.to_string())),
        None => (None, None),
    };
    Verdict {
        outcome: name(told.outcome),
        score: told.score_exact,
        part_score: score,
        lower_is_better: lower_is_better(told),
        report,
        operator: Some(
            json!({ "grader": note, "fuel": fuel, "details": details, "part": reason, "lost": lost }).to_string(),
        ),
        is_free: told.outcome.is_worth_another_try(),
    }
}

/// What is left of a grading that failed before there was a report: nobody but the server is at fault.
fn failed(reason: &str) -> Verdict {
    Verdict {
        outcome: name(Outcome::HostFault),
        operator: Some(json!({ "lost": reason }).to_string()),
        is_free: true,
        ..Verdict::default()
    }
}

/// An outcome as reports write it.
fn name(outcome: Outcome) -> String {
    serde_json::to_value(outcome).ok().and_then(|name| name.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}
