//! So many at once, so many that wait, and not for long: whoever comes beyond that is sent away.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A place where only so many may be.
#[derive(Clone)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
    waiting: usize,
    wait: Duration,
}

/// There was no place in time.
#[derive(Debug)]
pub(crate) struct Busy;

impl Gate {
    pub(crate) fn new(places: usize, waiting: usize, wait: Duration) -> Self {
        Gate { places: Arc::new(Semaphore::new(places)), line: Arc::new(Semaphore::new(waiting)), waiting, wait }
    }

    /// True if somebody waits for a place.
    pub(crate) fn is_crowded(&self) -> bool {
        self.line.available_permits() < self.waiting
    }

    /// Takes a place, which is free again once the permit is dropped.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, Busy> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = self.line.try_acquire().map_err(|_| Busy)?;
        match timeout(self.wait, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_no_place_in_time_is_sent_away() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let gate = Gate::new(1, 1, Duration::from_millis(30));
            let first = gate.enter().await.unwrap();
            assert!(!gate.is_crowded());
            let (waiting, beyond) = tokio::join!(gate.enter(), async {
                tokio::task::yield_now().await;
                assert!(gate.is_crowded());
                let asked = std::time::Instant::now();
                (gate.enter().await.is_err(), asked.elapsed())
            });
            assert!(waiting.is_err(), "nobody left in time");
            assert!(beyond.0 && beyond.1 < Duration::from_millis(20), "there was nowhere to wait: {beyond:?}");
            drop(first);
            assert!(!gate.is_crowded());
            assert!(gate.enter().await.is_ok());
        });
    }
}
