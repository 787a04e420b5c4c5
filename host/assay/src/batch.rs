//! Many submissions at once. Each is graded by itself, so that a failure costs one entry, and told as soon as it is finished.
//!
//! An entry waits until its grader is loaded, and no thread waits with it: loading, which may mean compiling, has threads of its own. So a
//! grader that compiles for long holds up none but its own entries.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use assay_evidence::access_log::Purpose;
use assay_sandbox::Cancel;
use assay_types::report::Outcome;

use crate::context::Context;
use crate::list::Entry;
use crate::service::{Assay, Graded};

/// How many entries beyond those being graded are taken from the list before they can be graded.
const AHEAD: usize = 4096;

/// How many finished entries a thread, and those before it, may leave for whoever takes them.
const ROOM: usize = 32;

/// How a batch is graded.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    /// How many gradings run at once. None: one a core.
    pub threads: Option<usize>,
    /// Why the answers are used.
    pub purpose: Purpose,
    /// Stops the batch: entries that are not finished yet come to a host fault.
    pub cancel: Cancel,
}

impl Default for BatchOptions {
    fn default() -> Self {
        BatchOptions { threads: None, purpose: Purpose::Grade, cancel: Cancel::default() }
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
        let threads = options.threads.unwrap_or(cores).max(1);
        let (sender, finished) = sync_channel(threads * ROOM);
        let schedule = Arc::new(Schedule::new(Box::new(entries), options.cancel.clone()));
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
        for number in 0..threads.min(cores) {
            let (assay, schedule) = (assay.clone(), Arc::clone(&schedule));
            let work = move || load_all(&assay, &schedule);
            match thread::Builder::new().name("assay-load".into()).spawn(work) {
                Ok(thread) => batch.threads.push(thread),
                Err(_) if number > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(batch)
    }
}

impl Iterator for Batch {
    type Item = (usize, Graded);

    fn next(&mut self) -> Option<(usize, Graded)> {
        self.finished.as_ref()?.recv().ok()
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
    while let Some((number, entry)) = schedule.next_ready(assay) {
        let context = Context { cancel: options.cancel.clone(), ..Context::default() };
        let graded = catch_unwind(AssertUnwindSafe(|| assay.grade_entry(&entry, options.purpose, &context)));
        let graded = graded.unwrap_or_else(|_| {
            let reason = "internal error: the program failed on this entry; please report it";
            let report = entry.report().refused(Outcome::HostFault, reason);
            assay.conclude(report, options.purpose)
        });
        schedule.finished();
        if sender.send((number, graded)).is_err() {
            schedule.stop();
            return;
        }
    }
}

/// Loads the graders that entries wait for, until there are no more.
fn load_all(assay: &Assay, schedule: &Schedule) {
    while let Some(name) = schedule.next_grader() {
        // What is wrong with it is told by each entry that asks for it.
        let _ = catch_unwind(AssertUnwindSafe(|| assay.graders().get(&name)));
        schedule.loaded(&name);
    }
}

type Entries = Box<dyn Iterator<Item = (usize, Entry)> + Send>;

/// Which entry is next.
struct Schedule {
    state: Mutex<State>,
    changed: Condvar,
    cancel: Cancel,
}

struct State {
    /// Entries that nobody looked at yet. None once they are all taken.
    entries: Option<Entries>,
    ready: VecDeque<(usize, Entry)>,
    /// Entries whose grader is not loaded yet, by its name.
    waiting: HashMap<String, Vec<(usize, Entry)>>,
    /// Graders that somebody has to load.
    to_load: VecDeque<String>,
    /// Graders that are loaded, or could not be.
    loaded: HashSet<String>,
    taken: usize,
    finished: usize,
    stopped: bool,
}

impl Schedule {
    fn new(entries: Entries, cancel: Cancel) -> Self {
        let state = State {
            entries: Some(entries),
            ready: VecDeque::new(),
            waiting: HashMap::new(),
            to_load: VecDeque::new(),
            loaded: HashSet::new(),
            taken: 0,
            finished: 0,
            stopped: false,
        };
        Schedule { state: Mutex::new(state), changed: Condvar::new(), cancel }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change. Nobody tells of a cancellation, so it is looked for now and then.
    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout(state, Duration::from_millis(100));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// The next entry whose grader is loaded. Waits for one; none once all are taken.
    fn next_ready(&self, assay: &Assay) -> Option<(usize, Entry)> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            // A batch that was cancelled waits for no grader.
            if self.cancel.is_cancelled() {
                let waiting: Vec<_> = state.waiting.drain().flat_map(|(_, entries)| entries).collect();
                state.ready.extend(waiting);
                state.to_load.clear();
            }
            if let Some(entry) = state.ready.pop_front() {
                return Some(entry);
            }
            if state.entries.is_none() && state.waiting.is_empty() {
                self.changed.notify_all();
                return None;
            }
            match state.take_one(assay) {
                Taken::Ready => {}
                // Somebody has to load its grader; or those who wait for more entries wait in vain.
                Taken::Waits | Taken::End => self.changed.notify_all(),
                Taken::Nothing => state = self.wait(state),
            }
        }
    }

    /// The next grader to load. Waits for one; none once no entry waits any more.
    fn next_grader(&self) -> Option<String> {
        let mut state = self.lock();
        loop {
            if state.stopped || self.cancel.is_cancelled() {
                return None;
            }
            if let Some(name) = state.to_load.pop_front() {
                return Some(name);
            }
            state.entries.as_ref()?;
            state = self.wait(state);
        }
    }

    /// Entries that waited for this grader are ready.
    fn loaded(&self, name: &str) {
        let mut state = self.lock();
        state.loaded.insert(name.to_owned());
        let waiting = state.waiting.remove(name).unwrap_or_default();
        state.ready.extend(waiting);
        self.changed.notify_all();
    }

    fn finished(&self) {
        let mut state = self.lock();
        let was_full = state.is_full();
        state.finished += 1;
        // Only then does anybody wait for room.
        if was_full {
            self.changed.notify_all();
        }
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

/// What came of taking an entry from the list.
enum Taken {
    /// It can be graded.
    Ready,
    /// It waits for its grader.
    Waits,
    /// There are no more.
    End,
    /// There is no room for it, or there were no more before.
    Nothing,
}

impl State {
    fn is_full(&self) -> bool {
        self.taken - self.finished >= AHEAD
    }

    /// Takes an entry from the list, if there is room for it.
    fn take_one(&mut self, assay: &Assay) -> Taken {
        if self.is_full() {
            return Taken::Nothing;
        }
        let Some(next) = self.entries.as_mut().map(Iterator::next) else { return Taken::Nothing };
        let Some((number, entry)) = next else {
            self.entries = None;
            return Taken::End;
        };
        self.taken += 1;
        // An entry whose competition is unknown waits for nothing.
        let competition = entry.competition_id().and_then(|id| assay.competitions().get(id).ok());
        let grader = competition.map(|competition| competition.grader.component.clone());
        match grader {
            Some(name) if !self.loaded.contains(&name) => {
                let waiting = self.waiting.entry(name.clone()).or_default();
                if waiting.is_empty() {
                    self.to_load.push_back(name);
                }
                waiting.push((number, entry));
                Taken::Waits
            }
            _ => {
                self.ready.push_back((number, entry));
                Taken::Ready
            }
        }
    }
}
