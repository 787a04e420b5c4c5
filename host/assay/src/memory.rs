//! The memory of all gradings of a service together. Each takes what it may need before it starts, all at once, so that none waits for
//! another with something in its hands; who finds no room waits, and what can never fit is refused.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assay_sandbox::{Cancel, HostFault};
use parking_lot::{Condvar, Mutex};

/// What a submission takes while it is read, checked and aligned, and its grader's copy of it: so many times its size.
const TIMES: u64 = 6;

/// The same for one that has the memory to itself: a file whose cells are of 8 bytes and more.
const TIMES_ALONE: u64 = 3;

/// What any grading takes beside its files: buffers, and the stack of a thread.
const BESIDE: u64 = 8 << 20;

/// What this process takes before it grades, and beside all gradings: the engine, graders, reports.
const PROGRAM: u64 = 128 << 20;

/// The memory of a machine that does not say how much it has.
const UNKNOWN: u64 = 4 << 30;

/// Memory that gradings share. A clone is the same memory.
#[derive(Clone)]
pub(crate) struct Memory(Arc<Inner>);

struct Inner {
    total: u64,
    taken: Mutex<u64>,
    freed: Condvar,
}

/// Memory that was taken, given back when this is dropped.
pub(crate) struct Room {
    memory: Memory,
    bytes: u64,
}

/// What a grading may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// What it takes if others run beside it.
    bytes: u64,
    /// What it takes at the very least.
    least: u64,
}

/// Answers, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answering {
    /// They were read before, and take so much.
    Kept(u64),
    /// They have yet to be read.
    Unread(u64),
}

impl Need {
    /// The need of a grading: of a submission of so many bytes; of answers; and of a grader, which takes so much beside the tables.
    pub(crate) fn of(submission: u64, answers: Answering, grader: u64) -> Self {
        let beside = BESIDE.saturating_add(grader);
        // The operator's own files are never refused: at worst, they are read while nothing else is.
        let answers = match answers {
            // In the order of a submission, and in the grader's memory.
            Answering::Kept(weight) => weight.saturating_mul(2),
            Answering::Unread(bytes) => bytes.saturating_mul(TIMES),
        };
        let bytes = submission.saturating_mul(TIMES).saturating_add(answers).saturating_add(beside);
        Need { bytes, least: submission.saturating_mul(TIMES_ALONE).saturating_add(beside) }
    }

    /// The need of what may take up to so much, and waits until nothing else runs if that is more than there is.
    pub(crate) fn at_most(bytes: u64) -> Self {
        Need { bytes, least: 0 }
    }
}

impl Memory {
    /// Of so many bytes in all, of which prepared competitions keep some.
    pub(crate) fn new(bytes: u64, kept: u64) -> Self {
        let total = bytes.saturating_sub(kept).saturating_sub(PROGRAM);
        Memory(Arc::new(Inner { total, taken: Mutex::new(0), freed: Condvar::new() }))
    }

    /// Takes memory if there is room for it now. What would take all that there is waits until nothing else is taken.
    ///
    /// # Errors
    ///
    /// [`HostFault::Resources`] if there can never be room.
    pub(crate) fn try_take(&self, need: Need) -> Result<Option<Room>, HostFault> {
        let bytes = self.fitted(need)?;
        let mut taken = self.0.taken.lock();
        if self.0.total - *taken < bytes {
            return Ok(None);
        }
        *taken += bytes;
        Ok(Some(Room { memory: self.clone(), bytes }))
    }

    /// Waits for room, and takes it.
    ///
    /// # Errors
    ///
    /// If there can never be room, or the grading is called off.
    pub(crate) fn take(&self, need: Need, cancel: &Cancel) -> Result<Room, HostFault> {
        loop {
            if cancel.is_cancelled() {
                return Err(HostFault::Cancelled);
            }
            if let Some(room) = self.try_take(need)? {
                return Ok(room);
            }
            // Nobody wakes those who wait when they are called off.
            self.0.freed.wait_for(&mut self.0.taken.lock(), Duration::from_millis(20));
        }
    }

    fn fitted(&self, need: Need) -> Result<u64, HostFault> {
        if need.least > self.0.total {
            return Err(HostFault::Resources(format!(
                "this grading needs {} MiB of memory, but gradings have a budget of {} MiB here: it needs a larger one, or a larger machine",
                need.least.div_ceil(1 << 20),
                self.0.total >> 20
            )));
        }
        Ok(need.bytes.min(self.0.total))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        *self.memory.0.taken.lock() -= self.bytes;
        self.memory.0.freed.notify_all();
    }
}

/// Three quarters of the memory that this process may take now: of the machine's, or of what the control groups that it is in leave it.
#[must_use]
pub fn at_hand() -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let groups = read("/proc/self/cgroup");
    let limits = groups.lines().flat_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (controllers, path) = (parts.nth(1).unwrap_or_default(), parts.next().unwrap_or_default());
        match controllers {
            "" => limits("/sys/fs/cgroup", path, "memory.max"),
            "memory" => limits("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"),
            _ => Vec::new(),
        }
    });
    let least = limits.chain(available(&read("/proc/meminfo"))).min();
    least.unwrap_or(UNKNOWN) / 4 * 3
}

/// The limits of a control group and of those that it is in.
fn limits(root: &str, group: &str, file: &str) -> Vec<u64> {
    let group = Path::new(group.trim_start_matches('/'));
    // A container may see its own group in the place of the root.
    let folders = group.ancestors().map(|group| Path::new(root).join(group));
    folders.filter_map(|folder| std::fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()).collect()
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn who_finds_no_room_waits_and_what_can_never_fit_is_refused() {
        let memory = Memory::new(1000 * MIB + PROGRAM, 0);
        let need = |submission| Need::of(submission, Answering::Kept(0), 0);
        let first = memory.try_take(need(100 * MIB)).unwrap();
        assert!(first.is_some() && memory.try_take(need(100 * MIB)).unwrap().is_none());
        // Others fit beside it.
        assert!(memory.try_take(need(10 * MIB)).unwrap().is_some());
        let refused = memory.try_take(need(400 * MIB)).map(|room| room.is_some()).unwrap_err().to_string();
        assert!(refused.contains("needs 1208 MiB") && refused.contains("a budget of 1000 MiB"), "{refused}");
        // What is large runs alone.
        let large = need(300 * MIB);
        assert!(memory.try_take(large).unwrap().is_none());
        drop(first);
        let alone = memory.take(large, &Cancel::new()).unwrap();
        assert!(memory.try_take(need(0)).unwrap().is_none());
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(memory.take(large, &cancel).err(), Some(HostFault::Cancelled));
        drop(alone);
        assert!(memory.try_take(Need::at_most(u64::MAX)).unwrap().is_some());
    }

    #[test]
    fn what_is_available_is_read() {
        assert_eq!(available("MemTotal: 7 kB\nMemAvailable:   2048 kB\nBuffers: 1 kB\n"), Some(2 << 20));
        assert_eq!(available(""), None);
        assert!(at_hand() > 0);
    }
}
