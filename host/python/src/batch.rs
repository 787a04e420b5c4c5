//! Many submissions at once, of an iterator of Python: each thread takes the next entry when it is free, so that no more tables are in the
//! memory than are being graded.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use assay::list::{Entry, ListedSubmission};
use assay::{Assay, Cancel, Context, Graded};
use assay_types::report::Outcome;
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::failure::Failure;
use crate::operator::{Told, told};
use crate::service::parsed_tags;
use crate::submission::Given;

/// How many finished entries a thread may leave for whoever takes them.
const ROOM: usize = 128;

/// How often whoever waits looks for signals.
const PULSE: Duration = Duration::from_millis(50);

/// How long finished entries may gather. To wake up for each would take longer than a small grading.
const GATHER: Duration = Duration::from_millis(5);

/// A batch that is being graded: an iterator over entries as they are finished.
#[pyclass(frozen, module = "assay._native")]
pub(crate) struct Batch {
    cancel: Cancel,
    running: Mutex<Option<Running>>,
    source: Arc<Mutex<Source>>,
}

struct Running {
    finished: Receiver<(usize, Graded)>,
    threads: Vec<JoinHandle<()>>,
}

/// Where entries come from.
struct Source {
    /// None once it is at its end, or has raised.
    entries: Option<Py<PyIterator>>,
    taken: usize,
    raised: Option<PyErr>,
}

impl Batch {
    pub(crate) fn start(assay: &Assay, entries: Py<PyIterator>, threads: NonZero<usize>) -> Result<Self, Failure> {
        let source = Arc::new(Mutex::new(Source { entries: Some(entries), taken: 0, raised: None }));
        let cancel = Cancel::new();
        let (sender, finished) = sync_channel(threads.get() * ROOM);
        let mut started = Vec::new();
        for number in 0..threads.get() {
            let (assay, source, sender, cancel) = (assay.clone(), Arc::clone(&source), sender.clone(), cancel.clone());
            let work = move || grade_all(&assay, &source, &cancel, &sender);
            match thread::Builder::new().name("assay-grade".into()).spawn(work) {
                Ok(thread) => started.push(thread),
                // The machine has no more: those that there are do all of the work.
                Err(_) if number > 0 => break,
                Err(error) => return Err(Failure::host(error)),
            }
        }
        let running = Mutex::new(Some(Running { finished, threads: started }));
        Ok(Batch { cancel, running, source })
    }

    /// An entry that is finished by now, if anyone knows without waiting.
    fn at_hand(&self) -> Option<(usize, Graded)> {
        self.running.try_lock().ok()?.as_ref()?.finished.try_recv().ok()
    }

    /// The next entry that is finished. None: there are no more.
    fn finished(&self) -> Result<Option<(usize, Graded)>, Failure> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Running { finished, .. }) = &*running else { return Ok(None) };
        thread::sleep(GATHER);
        loop {
            match finished.recv_timeout(PULSE) {
                Ok(finished) => return Ok(Some(finished)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => Python::attach(|py| py.check_signals())?,
            }
        }
        drop(running);
        match self.source.lock().unwrap_or_else(PoisonError::into_inner).raised.take() {
            Some(error) => Err(error.into()),
            None => Ok(None),
        }
    }

    /// Calls the rest off, and waits for its threads.
    fn stop(&self) {
        self.cancel.cancel();
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Running { finished, threads }) = running {
            // Whoever has something to tell finds nobody listening.
            drop(finished);
            for thread in threads {
                let _ = thread.join();
            }
        }
    }
}

#[pymethods]
impl Batch {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    /// The next entry that is finished: its number, and what it came to.
    fn __next__(&self, py: Python<'_>) -> Result<Option<(usize, Told)>, Failure> {
        let finished = match self.at_hand() {
            Some(finished) => Ok(Some(finished)),
            None => py.detach(|| self.finished()),
        };
        match finished {
            Ok(Some((number, graded))) => Ok(Some((number, told(&graded, None)?))),
            Ok(None) => Ok(None),
            Err(failure) => {
                py.detach(|| self.stop());
                Err(failure)
            }
        }
    }

    /// Calls off what is not finished. Nothing of it is told.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.stop());
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Its threads may wait for the interpreter, which the caller holds.
        Python::try_attach(|py| py.detach(|| self.stop()));
    }
}

/// Grades entries until there are no more.
fn grade_all(assay: &Assay, source: &Mutex<Source>, cancel: &Cancel, sender: &SyncSender<(usize, Graded)>) {
    while !cancel.is_cancelled() {
        let next = source.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((number, entry)) = next else { return };
        let context = Context { cancel: cancel.clone(), ..Context::default() };
        let graded = catch_unwind(AssertUnwindSafe(|| assay.grade_listed(&entry, &context)));
        let graded = graded.unwrap_or_else(|_| {
            let reason = "internal error: the package failed on this entry; please report it";
            assay.refuse(&entry, Outcome::HostFault, reason)
        });
        if sender.send((number, graded)).is_err() {
            return;
        }
    }
}

impl Source {
    /// The next entry. None: there are no more, or the interpreter ends.
    fn next(&mut self) -> Option<(usize, Entry)> {
        let entries = self.entries.as_ref()?;
        let number = self.taken;
        let next = Python::try_attach(|py| {
            let next = entries.bind(py).clone().next()?;
            Some(next.map_err(Failure::from).and_then(|item| entry(number, &item)))
        });
        match next.flatten() {
            Some(Ok(entry)) => {
                self.taken += 1;
                Some((number, entry))
            }
            Some(Err(failure)) => {
                self.raised = Some(failure.into());
                self.end();
                None
            }
            None => {
                self.end();
                None
            }
        }
    }

    fn end(&mut self) {
        let entries = self.entries.take();
        Python::try_attach(|_| drop(entries));
    }
}

/// An entry of Python: competition, submission, name, tags.
fn entry(number: usize, item: &Bound<'_, PyAny>) -> Result<Entry, Failure> {
    let (competition_id, submission, name, tags): (String, Bound<'_, PyAny>, Option<String>, Option<String>) =
        item.extract()?;
    let tags = tags.as_deref().map(parsed_tags).transpose()?.unwrap_or_default();
    let given = Given::new(&submission)?;
    let submission_path = match (name, given.path()) {
        (Some(name), None) => name,
        (_, Some(path)) => path.display().to_string(),
        (None, None) => "-".to_owned(),
    };
    let submission = Ok(ListedSubmission { competition_id, submission_path, tags });
    Ok(Entry { line: number + 1, submission, content: given.into_content() })
}
