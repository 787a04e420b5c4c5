//! Many submissions at once. Each is graded by itself, so that a failure costs one entry, and told as soon as it is finished.
//!
//! An entry waits until its grader is loaded, and no thread waits with it: loading, which may mean compiling, has threads of its own. So a
//! grader that compiles for long holds up none but its own entries. [`crate::schedule`] says which entry is next.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use assay_evidence::access_log::Purpose;
use assay_sandbox::Cancel;
use assay_types::report::Outcome;
use chrono::Utc;

use crate::bootstrap::Bootstrap;
use crate::context::Context;
use crate::list::Entry;
use crate::schedule::{Lane, Schedule, Waits};
use crate::service::{Assay, Graded};

/// How many finished entries a thread, and those before it, may leave for whoever takes them.
const ROOM: usize = 128;

/// How long finished entries may gather: well within the time in which small ones fill that room.
const GATHER: Duration = Duration::from_millis(5);

/// How a batch is graded.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    /// How many gradings run at once. None: as many as the service has threads.
    pub threads: Option<usize>,
    /// Why the answers are used.
    pub purpose: Purpose,
    /// Stops the batch: entries that are not finished yet come to a host fault.
    pub cancel: Cancel,
    /// Whether scores are computed on resampled rows as well.
    pub bootstrap: Option<Bootstrap>,
}

impl Default for BatchOptions {
    fn default() -> Self {
        BatchOptions { threads: None, purpose: Purpose::Grade, cancel: Cancel::default(), bootstrap: None }
    }
}

/// A batch that is being graded: entries as they are finished, each with the number that it came with. Dropped before its end, it stops.
pub struct Batch {
    finished: Option<Receiver<(usize, Graded)>>,
    schedule: Arc<Schedule>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Batch {
    /// Starts grading `entries`, each with a number of the caller's.
    ///
    /// # Errors
    ///
    /// If not even one thread can be started.
    pub(crate) fn start(
        assay: &Assay,
        entries: impl Iterator<Item = (usize, Entry)> + Send + 'static,
        options: &BatchOptions,
    ) -> std::io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = options.threads.unwrap_or(assay.threads().get()).max(1);
        let (sender, finished) = sync_channel(threads * ROOM);
        let schedule = Arc::new(Schedule::new(Box::new(entries), threads, options.cancel.clone()));
        let mut batch = Batch { finished: Some(finished), schedule: Arc::clone(&schedule), threads: Vec::new() };
        for number in 0..threads {
            let (assay, schedule, sender, options) =
                (assay.clone(), Arc::clone(&schedule), sender.clone(), options.clone());
            let work = move || grade_all(&assay, &schedule, &options, &sender);
            match thread::Builder::new().name("assay-grade".into()).spawn(work) {
                Ok(thread) => batch.threads.push(thread),
                // The machine has no more: those that there are do all of the work.
                Err(_) if number > 0 => break,
                Err(error) => return Err(error),
            }
        }
        // Compiling what others made takes worker processes, as many as there is memory for: it has threads of its own.
        let own = (0..threads.min(cores)).map(|number| (number, Lane::Own));
        let strangers = (0..cores.max(2)).map(|number| (number, Lane::Strangers));
        for (number, lane) in own.chain(strangers) {
            let (assay, schedule, cancel) = (assay.clone(), Arc::clone(&schedule), options.cancel.clone());
            let work = move || load_all(&assay, &schedule, lane, &cancel);
            match thread::Builder::new().name("assay-load".into()).spawn(work) {
                Ok(thread) => batch.threads.push(thread),
                Err(_) if number > 0 => {}
                Err(error) => return Err(error),
            }
        }
        Ok(batch)
    }
}

impl Iterator for Batch {
    type Item = (usize, Graded);

    fn next(&mut self) -> Option<(usize, Graded)> {
        let finished = self.finished.as_ref()?;
        finished
            .try_recv()
            .or_else(|_| {
                // Of small submissions some gather meanwhile: to wake up for each would take as much time as grading takes.
                thread::sleep(GATHER);
                finished.recv()
            })
            .ok()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.schedule.stop();
        // Whoever has something to tell finds nobody listening.
        self.finished = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Grades entries as they become ready, until there are no more.
fn grade_all(assay: &Assay, schedule: &Schedule, options: &BatchOptions, sender: &SyncSender<(usize, Graded)>) {
    while let Some(next) = schedule.next(|entry| waits(assay, entry)) {
        let (number, entry) = &next.entry;
        let context = Context { cancel: options.cancel.clone(), bootstrap: options.bootstrap, ..Context::default() };
        let graded = catch_unwind(AssertUnwindSafe(|| assay.grade_entry(entry, options.purpose, &context)));
        let graded = graded.unwrap_or_else(|_| {
            let reason = "internal error: the program failed on this entry; please report it";
            let report = entry.report(Utc::now()).refused(Outcome::HostFault, reason);
            Some(assay.conclude(report, options.purpose))
        });
        let Some(graded) = graded else {
            schedule.set_aside(next);
            continue;
        };
        schedule.finished(next.stranger(), graded.report().outcome);
        if sender.send((*number, graded)).is_err() {
            schedule.stop();
            return;
        }
    }
}

/// What an entry waits for. One whose competition is unknown waits for nothing.
fn waits(assay: &Assay, entry: &Entry) -> Waits {
    let competition = entry.competition_id().and_then(|id| assay.competitions().get(id).ok());
    match competition.map(|competition| competition.grader.component.clone()) {
        None => Waits::Nothing,
        Some(name) if assay.graders().is_own(&name) => Waits::Own(name),
        Some(name) => Waits::Stranger(name),
    }
}

/// Loads the graders that entries wait for, until there are no more.
fn load_all(assay: &Assay, schedule: &Schedule, lane: Lane, cancel: &Cancel) {
    while let Some(name) = schedule.next_grader(lane) {
        // What is wrong with it is told by each entry that asks for it.
        let _ = catch_unwind(AssertUnwindSafe(|| assay.load(&name, cancel)));
        schedule.loaded(&name, lane, assay.graders().is_usable(&name));
    }
}
