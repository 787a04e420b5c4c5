//! What clients may take, all together.

use std::num::NonZero;
use std::thread;
use std::time::Duration;

/// How much, how many and how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest file that is taken, in bytes.
    pub upload_bytes: u64,
    /// How many connections are open at once. The one that has been idle for longest makes room for the next.
    pub connections: usize,
    /// How many files are received, or wait to be validated or kept, at once.
    pub uploads: usize,
    /// How many submissions are validated at once.
    pub validations: usize,
    /// How many requests may wait for one of these places, before they have sent their file.
    pub waiting: usize,
    /// How long they wait before they are told to come back.
    pub wait: Duration,
    /// How long a client has for the head of a request, and between two of them.
    pub head_time: Duration,
    /// How long a body may take, however small it is; beyond that, it has to come at [`Limits::body_rate`].
    pub body_time: Duration,
    /// The least bytes a second at which a body comes.
    pub body_rate: u64,
    /// The same where others wait for a place, so that slow clients do not hold all of them.
    pub crowd_time: Duration,
    /// The least bytes a second then.
    pub crowd_rate: u64,
    /// How long a connection lasts.
    pub connection_time: Duration,
    /// How long what is under way may take once the server was asked to end.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            upload_bytes: 256 << 20,
            connections: 2048,
            uploads: 128,
            validations: thread::available_parallelism().map_or(1, NonZero::get),
            waiting: 1024,
            wait: Duration::from_secs(10),
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(20),
            body_rate: 16 << 10,
            crowd_time: Duration::from_secs(2),
            crowd_rate: 64 << 10,
            connection_time: Duration::from_secs(60 * 60),
            grace: Duration::from_secs(30),
        }
    }
}
