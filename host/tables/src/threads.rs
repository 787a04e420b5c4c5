//! The threads that work is spread over: a number that a process, with all that it does at once, does not go beyond.
//!
//! Work on a large table is cut into pieces, and whoever is idle takes the next. Who works already is no longer idle, so that a grading among
//! many has one thread, and the last of them has all. Pieces are put together in their order: no result depends on who was idle.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

/// Threads that work may be spread over. A clone shares them.
#[derive(Clone, Debug)]
pub struct Threads(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    count: NonZero<usize>,
    /// How many nobody works on. Negative, where more are at work than there should be.
    idle: AtomicIsize,
}

/// One of the threads, taken until this is dropped.
#[derive(Debug)]
pub struct AtWork(Arc<Shared>);

impl Default for Threads {
    /// One a core.
    fn default() -> Self {
        Threads::new(thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN))
    }
}

impl Threads {
    /// So many threads, none of them at work.
    #[must_use]
    pub fn new(count: NonZero<usize>) -> Self {
        let idle = AtomicIsize::new(isize::try_from(count.get()).unwrap_or(isize::MAX));
        Threads(Arc::new(Shared { count, idle }))
    }

    /// The calling thread alone.
    #[must_use]
    pub fn one() -> &'static Self {
        static ONE: LazyLock<Threads> =
            LazyLock::new(|| Threads(Arc::new(Shared { count: NonZero::<usize>::MIN, idle: AtomicIsize::new(0) })));
        &ONE
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> NonZero<usize> {
        self.0.count
    }

    /// The calling thread is one of them until what is returned is dropped. It never waits.
    #[must_use]
    pub fn at_work(&self) -> AtWork {
        self.0.idle.fetch_sub(1, Ordering::Relaxed);
        AtWork(Arc::clone(&self.0))
    }

    /// Does the work for each item, here and on whatever threads are idle or become so meanwhile, and gives the results in the items' order.
    pub fn map<T: Send, R: Send>(&self, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let count = items.len();
        if count < 2 || self.0.count.get() == 1 {
            return items.into_iter().map(work).collect();
        }
        let queue = Mutex::new(items.into_iter().enumerate());
        let done = Mutex::new(Vec::with_capacity(count));
        let next = || locked(&queue).next();
        let finish = |(place, item)| {
            let result = work(item);
            locked(&done).push((place, result));
        };
        thread::scope(|scope| {
            let mut helped = true;
            loop {
                while helped
                    && locked(&queue).len() > 1
                    && let Some(idle) = self.idle()
                {
                    let help = || {
                        let idle = idle;
                        // Who began to work meanwhile goes before those that help.
                        while idle.is_spare()
                            && let Some(item) = next()
                        {
                            finish(item);
                        }
                    };
                    // The system may have no more: those that there are do all of the work.
                    helped = Builder::new().name("assay-table".into()).spawn_scoped(scope, help).is_ok();
                }
                let Some(item) = next() else { break };
                finish(item);
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|&(place, _)| place);
        done.into_iter().map(|(_, result)| result).collect()
    }

    /// Does both, at once if a thread is idle: the first there, the second here.
    pub fn join<A: Send, B>(&self, first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
        let Some(idle) = self.idle() else {
            let first = first();
            return (first, second());
        };
        // Whoever finds it there does it.
        let waiting = Mutex::new(Some(first));
        let begin = || locked(&waiting).take();
        thread::scope(|scope| {
            let help = || {
                let _idle = idle;
                begin().map(|first| first())
            };
            let helper = Builder::new().name("assay-table".into()).spawn_scoped(scope, help);
            let second = second();
            let here = begin().map(|first| first());
            let there = helper.ok().and_then(|helper| helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
            match here.or(there) {
                Some(first) => (first, second),
                None => unreachable!("one of both found it"),
            }
        })
    }

    /// One that nobody works on.
    fn idle(&self) -> Option<AtWork> {
        let lent = self.0.idle.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |idle| (idle > 0).then(|| idle - 1));
        lent.is_ok().then(|| AtWork(Arc::clone(&self.0)))
    }
}

impl AtWork {
    /// No more are at work than there should be.
    fn is_spare(&self) -> bool {
        self.0.idle.load(Ordering::Relaxed) >= 0
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.idle.fetch_add(1, Ordering::Relaxed);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;

    fn threads(count: usize) -> Threads {
        Threads::new(NonZero::new(count).unwrap())
    }

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for count in [1, 2, 3, 7] {
            let threads = threads(count);
            let work = |item: u64| {
                thread::sleep(Duration::from_micros(100 - item));
                2 * item
            };
            let doubled: Vec<u64> = (0..100).map(|item| 2 * item).collect();
            assert_eq!(threads.map((0..100).collect(), work), doubled);
            assert_eq!(threads.join(|| 1, || 2), (1, 2));
            assert_eq!(threads.0.idle.load(Ordering::Relaxed), count.cast_signed());
        }
        assert_eq!(Threads::one().map(vec![1, 2], |item| item), [1, 2]);
    }

    /// Who is at work lends nothing, however the work is nested.
    #[test]
    fn no_more_threads_are_at_work_than_there_are() {
        let threads = threads(3);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |_: i32| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(1));
            now.fetch_sub(1, Ordering::SeqCst);
        };
        let both = Barrier::new(2);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _at_work = threads.at_work();
                    both.wait();
                    threads.join(|| threads.map((0..10).collect(), work), || threads.map((0..10).collect(), work));
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 3, "{most:?}");
        assert_eq!(threads.0.idle.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn who_is_idle_helps() {
        let threads = threads(2);
        let _at_work = threads.at_work();
        let both = Barrier::new(2);
        // Neither returns without the other.
        threads.map(vec![(), ()], |()| both.wait());
        threads.join(|| both.wait(), || both.wait());
    }
}
