//! What a registry may send, and how it is reached.

use std::time::Duration;

use assay_http::Times;

/// What a registry may send, and how it is reached.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The largest component, in bytes.
    pub component_bytes: u64,
    /// The time for each request with its answer.
    pub time: Duration,
    /// Use a registry that is not this machine without TLS.
    pub plain_http: bool,
}

impl Bounds {
    /// True if a registry is used without TLS.
    pub(crate) fn is_plain(&self, loopback: bool) -> bool {
        loopback || self.plain_http
    }

    pub(crate) fn times(&self) -> Times {
        Times { whole: Some(self.time), silence: None }
    }
}
