//! Workers that wait for the next grading of their grader.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::parent::Worker;
use super::program::WorkerProgram;
use crate::limits::Limits;

/// The workers of a sandbox. Each is for one grader; there are never more that wait than gradings under way, so that a program keeps as
/// many processes as it has threads that grade.
pub(crate) struct Workers {
    pub(super) program: WorkerProgram,
    pub(super) limits: Limits,
    pool: Mutex<Pool>,
    /// True once one was confined only in part.
    partly_confined: AtomicBool,
}

#[derive(Default)]
struct Pool {
    /// Those that wait, least recently used first.
    idle: VecDeque<Idle>,
    /// How many gradings are under way.
    active: usize,
    /// How many graders there have been, by which they are told apart.
    graders: u64,
}

struct Idle {
    grader: u64,
    /// The tables that it has room for, in bytes.
    room: u64,
    worker: Worker,
}

/// A grading under way.
pub(super) struct Active<'a>(&'a Workers);

impl Workers {
    pub(crate) fn new(program: WorkerProgram, limits: Limits) -> Self {
        Workers { program, limits, pool: Mutex::default(), partly_confined: AtomicBool::new(false) }
    }

    /// Takes down that a worker is confined only in part.
    pub(super) fn lacks_confinement(&self) {
        self.partly_confined.store(true, Ordering::Relaxed);
    }

    /// True once a worker was confined only in part.
    pub(crate) fn is_partly_confined(&self) -> bool {
        self.partly_confined.load(Ordering::Relaxed)
    }

    /// A number that no other grader has.
    pub(super) fn number(&self) -> u64 {
        let mut pool = self.pool();
        pool.graders += 1;
        pool.graders
    }

    /// Counts a grading as under way until what this gives is dropped.
    pub(super) fn enter(&self) -> Active<'_> {
        self.pool().active += 1;
        Active(self)
    }

    /// A worker of this grader that waits, and has room for such tables.
    pub(super) fn take(&self, grader: u64, room: u64) -> Option<(u64, Worker)> {
        loop {
            let mut pool = self.pool();
            let fits = |idle: &Idle| idle.grader == grader && idle.room >= room;
            let found = pool.idle.iter().rposition(fits)?;
            let Idle { room, mut worker, .. } = pool.idle.remove(found)?;
            drop(pool);
            // One that the system killed while it waited costs no grading.
            if worker.is_alive() {
                return Some((room, worker));
            }
        }
    }

    /// Has a worker wait for the next grading. Where too many wait already, those that have waited longest go.
    pub(super) fn put(&self, grader: u64, room: u64, worker: Worker) {
        let mut pool = self.pool();
        pool.idle.push_back(Idle { grader, room, worker });
        let surplus = pool.idle.len().saturating_sub(pool.active);
        let surplus: Vec<Idle> = pool.idle.drain(..surplus).collect();
        // Waiting for the end of processes is no reason to hold up others.
        drop(pool);
        drop(surplus);
    }

    /// Ends the workers of a grader that nobody needs any more.
    pub(super) fn retire(&self, grader: u64) {
        let mut pool = self.pool();
        let (retired, kept) = std::mem::take(&mut pool.idle).into_iter().partition(|idle| idle.grader == grader);
        pool.idle = kept;
        drop(pool);
        let retired: VecDeque<Idle> = retired;
        drop(retired);
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.pool().active -= 1;
    }
}
