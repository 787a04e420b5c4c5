//! How many graders run in this process at once: whoever comes later waits.

use parking_lot::{Condvar, Mutex};

use crate::engine::TICK;
use crate::fault::{Cancel, HostFault};

pub(crate) struct Slots {
    free: Mutex<u32>,
    freed: Condvar,
}

/// A place among those that run, given back when it is dropped.
pub(crate) struct Slot<'a>(&'a Slots);

impl Slots {
    pub(crate) fn new(slots: u32) -> Self {
        Slots { free: Mutex::new(slots), freed: Condvar::new() }
    }

    /// Waits for a place.
    ///
    /// # Errors
    ///
    /// If it is called off meanwhile.
    pub(crate) fn take(&self, cancel: &Cancel) -> Result<Slot<'_>, HostFault> {
        loop {
            // Before the lock is taken: whoever is asked may do anything.
            cancel.check()?;
            let mut free = self.free.lock();
            if let Some(left) = free.checked_sub(1) {
                *free = left;
                return Ok(Slot(self));
            }
            // Nobody wakes those who wait when they are called off.
            self.freed.wait_for(&mut free, TICK);
        }
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock() += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn no_more_run_at_once_than_there_are_slots() {
        let (slots, running) = (Slots::new(2), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let slot = slots.take(&Cancel::new()).expect("nobody calls it off");
                        assert!(running.fetch_add(1, Ordering::SeqCst) < 2);
                        thread::yield_now();
                        running.fetch_sub(1, Ordering::SeqCst);
                        drop(slot);
                    }
                });
            }
        });
    }

    #[test]
    fn waiting_can_be_called_off() {
        let (slots, cancel) = (Slots::new(1), Cancel::new());
        let _taken = slots.take(&cancel).expect("there is one");
        thread::scope(|scope| {
            let waiting = scope.spawn(|| slots.take(&cancel).err());
            cancel.cancel();
            assert_eq!(waiting.join().ok().flatten(), Some(HostFault::Cancelled));
        });
    }
}
