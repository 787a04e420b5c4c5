//! Which entry of a batch is next, so that none holds up the others.
//!
//! Entries of the program's own graders come first: what they take is bounded by their size. Those of graders that others made start when
//! none of the former is ready, about to be, or to come soon. Among them a grader that ran into a limit goes to the back, the one that has
//! had least goes first, and one that has not finished anything yet has half of the threads at most while others wait. An entry for which
//! there is no room in the memory is set aside until some is given back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use assay_sandbox::Cancel;
use assay_types::report::Outcome;
use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::list::Entry;
use crate::strangers::Strangers;

/// How many entries beyond those being graded are taken from the list before they can be graded.
const AHEAD: usize = 4096;

/// An entry with the caller's number.
pub(crate) type Numbered = (usize, Entry);

/// The entries of a batch, as they come.
pub(crate) type Entries = Box<dyn Iterator<Item = Numbered> + Send>;

/// What an entry waits for, as far as it is known before it is graded.
pub(crate) enum Waits {
    /// Nothing: its grader is one that others made and that cannot be used, or it has none.
    Nothing,
    /// A grader of the program's own.
    Own(String),
    /// A grader that others made.
    Stranger(String),
}

/// An entry to be graded now.
pub(crate) struct Next {
    pub(crate) entry: Numbered,
    /// The grader, if others made it.
    stranger: Option<String>,
}

/// Who loads graders.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Own,
    Strangers,
}

/// What was taken from the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Took {
    Entry,
    /// An entry whose grader somebody has to load.
    NewGrader,
    /// Nothing: there are no more.
    End,
}

/// Which entry is next.
pub(crate) struct Schedule {
    state: Mutex<State>,
    /// Whoever grades waits for an entry; whoever loads, for a grader.
    entries: Condvar,
    graders: Condvar,
    cancel: Cancel,
    threads: usize,
}

struct State {
    /// Entries that nobody looked at yet. None once they are all taken.
    entries: Option<Entries>,
    ready: VecDeque<Numbered>,
    strangers: Strangers,
    /// Entries for which there was no room, and how often something had been given back by then.
    aside: VecDeque<(u64, Next)>,
    given_back: u64,
    running: usize,
    /// Entries whose grader is not loaded yet, by its name.
    waiting: HashMap<String, Vec<Numbered>>,
    /// How many of the program's own graders entries wait for.
    own_waited_for: usize,
    /// Graders that somebody has to load.
    own_to_load: VecDeque<String>,
    strangers_to_load: VecDeque<String>,
    /// Graders that are loaded, or could not be; and whether entries of theirs run in the strangers' turn.
    loaded: HashSet<String>,
    unusable: HashSet<String>,
    taken: usize,
    finished: usize,
    stopped: bool,
}

impl Schedule {
    pub(crate) fn new(entries: Entries, threads: usize, cancel: Cancel) -> Self {
        let state = State {
            entries: Some(entries),
            ready: VecDeque::new(),
            strangers: Strangers::default(),
            aside: VecDeque::new(),
            given_back: 0,
            running: 0,
            waiting: HashMap::new(),
            own_waited_for: 0,
            own_to_load: VecDeque::new(),
            strangers_to_load: VecDeque::new(),
            loaded: HashSet::new(),
            unusable: HashSet::new(),
            taken: 0,
            finished: 0,
            stopped: false,
        };
        Schedule { state: Mutex::new(state), entries: Condvar::new(), graders: Condvar::new(), cancel, threads }
    }

    fn tell_all(&self) {
        self.entries.notify_all();
        self.graders.notify_all();
    }

    /// The next entry to be graded. Waits for one; none once all are taken. `waits` says what an entry waits for.
    pub(crate) fn next(&self, waits: impl Fn(&Entry) -> Waits) -> Option<Next> {
        let mut state = self.state.lock();
        loop {
            if state.stopped {
                return None;
            }
            // A batch that was cancelled waits for nothing.
            if self.cancel.is_cancelled() {
                state.release_all();
            }
            if let Some(next) = state.next_own() {
                return Some(state.start(next));
            }
            match state.take_one(&waits) {
                // Whoever took it grades it, or takes the next: nobody else has to wake up.
                Some(Took::Entry) => continue,
                Some(Took::NewGrader) => {
                    self.graders.notify_all();
                    continue;
                }
                // Those who wait for more wait in vain.
                Some(Took::End) => {
                    self.tell_all();
                    continue;
                }
                None => {}
            }
            if let Some(next) = state.next_aside().or_else(|| state.next_stranger(self.threads)) {
                return Some(state.start(next));
            }
            if state.is_over() {
                self.tell_all();
                return None;
            }
            wait(&self.entries, &mut state);
        }
    }

    /// The next grader to load. Waits for one; none once no entry waits any more.
    pub(crate) fn next_grader(&self, lane: Lane) -> Option<String> {
        let mut state = self.state.lock();
        loop {
            if state.stopped || self.cancel.is_cancelled() {
                return None;
            }
            if let Some(name) = state.next_to_load(lane) {
                return Some(name);
            }
            if state.entries.is_none() && state.strangers_to_load.is_empty() {
                return None;
            }
            wait(&self.graders, &mut state);
        }
    }

    /// Entries that waited for this grader are ready: at once, where it is the program's own or cannot be used.
    pub(crate) fn loaded(&self, name: &str, lane: Lane, usable: bool) {
        let mut state = self.state.lock();
        state.loaded.insert(name.to_owned());
        state.given_back += 1;
        let waiting = state.waiting.remove(name).unwrap_or_default();
        match lane {
            Lane::Own => {
                state.own_waited_for -= 1;
                state.ready.extend(waiting);
            }
            Lane::Strangers if usable => state.strangers.extend(name, waiting),
            Lane::Strangers => {
                state.unusable.insert(name.to_owned());
                state.ready.extend(waiting);
            }
        }
        self.tell_all();
    }

    /// An entry for which there is no room now. It comes again once something was given back.
    pub(crate) fn set_aside(&self, next: Next) {
        let mut state = self.state.lock();
        state.running -= 1;
        if let Some(name) = &next.stranger {
            state.strangers.ended(name, None);
        }
        let now = state.given_back;
        state.aside.push_back((now, next));
        if state.running == 0 {
            // Somebody else has the memory.
            wait(&self.entries, &mut state);
            state.given_back += 1;
        }
    }

    pub(crate) fn finished(&self, stranger: Option<&str>, outcome: Outcome) {
        let mut state = self.state.lock();
        let waited_for = state.is_full() || !state.aside.is_empty() || stranger.is_some();
        state.finished += 1;
        state.running -= 1;
        state.given_back += 1;
        if let Some(name) = stranger {
            state.strangers.ended(name, Some(outcome));
        }
        // Only then does anybody wait for it.
        if waited_for {
            self.tell_all();
        }
    }

    pub(crate) fn stop(&self) {
        self.state.lock().stopped = true;
        self.tell_all();
    }
}

impl Next {
    /// The grader, if others made it.
    pub(crate) fn stranger(&self) -> Option<&str> {
        self.stranger.as_deref()
    }
}

/// Waits for a change. Nobody tells of a cancellation, or of memory that others gave back, so these are looked for now and then.
fn wait(change: &Condvar, state: &mut MutexGuard<'_, State>) {
    change.wait_for(state, Duration::from_millis(100));
}

impl State {
    fn is_full(&self) -> bool {
        self.taken - self.finished >= AHEAD
    }

    /// Nothing is left to be started. What was set aside by others is theirs to come back for.
    fn is_over(&self) -> bool {
        self.entries.is_none() && self.waiting.is_empty() && self.strangers.is_empty() && self.aside.is_empty()
    }

    fn release_all(&mut self) {
        let waiting: Vec<Numbered> = self.waiting.drain().flat_map(|(_, entries)| entries).collect();
        self.ready.extend(waiting);
        self.ready.extend(self.strangers.drain());
        self.ready.extend(self.aside.drain(..).map(|(_, next)| next.entry));
        self.own_to_load.clear();
        self.strangers_to_load.clear();
    }

    /// An entry of one of the program's own graders waits for memory.
    fn own_is_aside(&self) -> bool {
        self.aside.iter().any(|(_, next)| next.stranger.is_none())
    }

    fn start(&mut self, next: Next) -> Next {
        self.running += 1;
        if let Some(name) = &next.stranger {
            self.strangers.started(name);
        }
        next
    }

    fn next_own(&mut self) -> Option<Next> {
        self.ready.pop_front().map(|entry| Next { entry, stranger: None })
    }

    fn next_aside(&mut self) -> Option<Next> {
        let now = self.given_back;
        let found = self.aside.iter().position(|(then, _)| *then != now)?;
        self.aside.remove(found).map(|(_, next)| next)
    }

    fn next_stranger(&mut self, threads: usize) -> Option<Next> {
        if self.own_waited_for > 0 || self.own_is_aside() {
            return None;
        }
        let others_wait = !self.waiting.is_empty();
        let (name, entry) = self.strangers.next(threads, others_wait)?;
        Some(Next { entry, stranger: Some(name) })
    }

    fn next_to_load(&mut self, lane: Lane) -> Option<String> {
        match lane {
            Lane::Own => self.own_to_load.pop_front(),
            // Compiling takes much memory, for which the program's own graders come first.
            Lane::Strangers if self.own_is_aside() => None,
            Lane::Strangers => self.strangers_to_load.pop_front(),
        }
    }

    /// Takes an entry from the list. None: there is no room for it, or there are no more.
    fn take_one(&mut self, waits: impl Fn(&Entry) -> Waits) -> Option<Took> {
        if self.is_full() {
            return None;
        }
        let next = self.entries.as_mut().map(Iterator::next)?;
        let Some((number, entry)) = next else {
            self.entries = None;
            return Some(Took::End);
        };
        self.taken += 1;
        let waits = waits(&entry);
        let (name, is_own) = match waits {
            Waits::Nothing => {
                self.ready.push_back((number, entry));
                return Some(Took::Entry);
            }
            Waits::Own(name) => (name, true),
            Waits::Stranger(name) => (name, false),
        };
        if self.loaded.contains(&name) {
            if is_own || self.unusable.contains(&name) {
                self.ready.push_back((number, entry));
            } else {
                self.strangers.extend(&name, vec![(number, entry)]);
            }
            return Some(Took::Entry);
        }
        let waiting = self.waiting.entry(name.clone()).or_default();
        let is_new = waiting.is_empty();
        waiting.push((number, entry));
        if is_new {
            self.own_waited_for += usize::from(is_own);
            if is_own { self.own_to_load.push_back(name) } else { self.strangers_to_load.push_back(name) }
        }
        Some(if is_new { Took::NewGrader } else { Took::Entry })
    }
}

#[cfg(test)]
mod tests;
