//! The download is verified while it is unpacked and worked on: neither waits for the other, and both have to end well.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::PreparationError;
use crate::progress::{Progress, Stage};

/// Verifies a download of this size on a thread of its own, while `make` works on it. What verification finds is told first, since whatever
/// else fails may come of it; making stops as soon as verification failed.
pub(crate) fn beside<V: Send, M>(
    progress: &dyn Progress,
    size: u64,
    verify: impl FnOnce(&dyn Progress) -> Result<V, PreparationError> + Send,
    make: impl FnOnce(&dyn Progress) -> Result<M, PreparationError>,
) -> Result<(V, M), PreparationError> {
    let failed = AtomicBool::new(false);
    let quiet = Quiet { progress, done: Mutex::default() };
    thread::scope(|scope| {
        let verifying = scope.spawn(|| {
            let verified = verify(&quiet);
            failed.store(verified.is_err(), Ordering::Relaxed);
            verified
        });
        let made = make(&Making { progress, failed: &failed });
        if !verifying.is_finished() {
            quiet.tell(size);
        }
        let verified = verifying.join().unwrap_or_else(|panic| resume_unwind(panic));
        Ok((verified?, made?))
    })
}

/// The progress of making, which stops also when verification failed.
struct Making<'a> {
    progress: &'a dyn Progress,
    failed: &'a AtomicBool,
}

impl Progress for Making<'_> {
    fn stage(&self, stage: Stage<'_>) {
        self.progress.stage(stage);
    }

    fn bytes(&self, more: u64) {
        self.progress.bytes(more);
    }

    fn note(&self, text: &str) {
        self.progress.note(text);
    }

    fn cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.progress.cancelled()
    }
}

/// The progress of verification, whose bytes are told once it is all that is waited for.
struct Quiet<'a> {
    progress: &'a dyn Progress,
    done: Mutex<Done>,
}

/// How much is verified, and whether that is told.
#[derive(Default)]
struct Done {
    bytes: u64,
    told: bool,
}

impl Quiet<'_> {
    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, size: u64) {
        let mut done = self.done();
        done.told = true;
        self.progress.stage(Stage::Check { total: size });
        self.progress.bytes(done.bytes);
    }
}

impl Progress for Quiet<'_> {
    fn stage(&self, _: Stage<'_>) {}

    fn bytes(&self, more: u64) {
        let mut done = self.done();
        done.bytes += more;
        if done.told {
            self.progress.bytes(more);
        }
    }

    fn note(&self, text: &str) {
        self.progress.note(text);
    }

    fn cancelled(&self) -> bool {
        self.progress.cancelled()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// Hears what is told, and stops if it is to.
    #[derive(Default)]
    struct Heard {
        told: Mutex<Vec<String>>,
        stop: AtomicBool,
    }

    impl Progress for Heard {
        fn stage(&self, stage: Stage<'_>) {
            self.told.lock().unwrap().push(format!("{stage:?}"));
        }

        fn bytes(&self, more: u64) {
            self.told.lock().unwrap().push(more.to_string());
        }

        fn note(&self, text: &str) {
            self.told.lock().unwrap().push(text.to_owned());
        }

        fn cancelled(&self) -> bool {
            self.stop.load(Ordering::Relaxed)
        }
    }

    fn checksums<V>() -> Result<V, PreparationError> {
        Err(PreparationError::Checksums("another one".to_owned()))
    }

    /// Works until it is stopped, for a minute at most.
    fn work<V>(progress: &dyn Progress) -> Result<V, PreparationError> {
        let start = Instant::now();
        while !progress.cancelled() {
            assert!(start.elapsed() < Duration::from_secs(60), "nobody stopped it");
            thread::sleep(Duration::from_millis(1));
        }
        Err(PreparationError::Cancelled)
    }

    #[test]
    fn another_checksum_is_told_before_what_came_of_it() {
        let later = |_: &dyn Progress| {
            thread::sleep(Duration::from_millis(50));
            checksums::<()>()
        };
        let damaged = |_: &dyn Progress| Err::<(), _>(PreparationError::Lacking(vec!["public/a.csv".to_owned()]));
        let error = beside(&Heard::default(), 1, later, damaged).unwrap_err();
        assert!(matches!(error, PreparationError::Checksums(_)), "{error}");
        let error = beside(&Heard::default(), 1, |_| Ok(()), damaged).unwrap_err();
        assert!(matches!(error, PreparationError::Lacking(_)), "{error}");
    }

    #[test]
    fn work_stops_once_verification_failed_or_somebody_wants_it_to() {
        let error = beside(&Heard::default(), 1, |_| checksums::<()>(), |progress| work::<()>(progress)).unwrap_err();
        assert!(matches!(error, PreparationError::Checksums(_)), "{error}");
        let heard = Heard::default();
        heard.stop.store(true, Ordering::Relaxed);
        let error = beside(&heard, 1, |progress| work::<()>(progress), |progress| work::<()>(progress)).unwrap_err();
        assert!(matches!(error, PreparationError::Cancelled), "{error}");
    }

    #[test]
    fn verification_is_told_of_once_it_is_waited_for() {
        let heard = Heard::default();
        let is_told = || heard.told.lock().unwrap().iter().any(|told| told.starts_with("Check"));
        let started = AtomicBool::new(false);
        let verify = |progress: &dyn Progress| {
            progress.bytes(5);
            started.store(true, Ordering::Relaxed);
            while !is_told() {
                thread::sleep(Duration::from_millis(1));
            }
            progress.bytes(7);
            Ok(1)
        };
        let make = |progress: &dyn Progress| {
            progress.stage(Stage::Unpack { total: None });
            while !started.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(1));
            }
            Ok(2)
        };
        assert_eq!(beside(&heard, 12, verify, make).unwrap(), (1, 2));
        assert_eq!(heard.told.into_inner().unwrap(), ["Unpack { total: None }", "Check { total: 12 }", "5", "7"]);
    }
}
