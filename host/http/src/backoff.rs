//! When to try again.

use std::time::{Duration, SystemTime};

/// Waits that double from one try to the next, each shortened at random, so that clients which failed together do not return together.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The longest first wait.
    pub first: Duration,
    /// The longest wait of all.
    pub longest: Duration,
}

impl Backoff {
    /// How long to wait after so many failures, one at least.
    #[must_use]
    pub fn wait(&self, failures: u32) -> Duration {
        let doubled = self.first.saturating_mul(1_u32 << failures.saturating_sub(1).min(16));
        doubled.min(self.longest).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// How long a server asks to be left alone, by its header `Retry-After`: seconds, of which some have a fraction, or a date.
#[must_use]
pub fn asked_to_wait(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let then = httpdate::parse_http_date(header).ok()?;
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60) };
        for (failures, most) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (40, 60), (u32::MAX, 60)] {
            let wait = backoff.wait(failures).as_secs_f64();
            let most = f64::from(most);
            assert!((most / 2.0..=most).contains(&wait), "{failures}: {wait}");
        }
    }

    #[test]
    fn a_server_asks_in_seconds_or_by_a_date() {
        // The example of RFC 9110, 10.2.3, a minute before.
        let date = "Fri, 31 Dec 1999 23:59:59 GMT";
        let before = SystemTime::UNIX_EPOCH + Duration::from_secs(946_684_799 - 60);
        assert_eq!(asked_to_wait(date, before), Some(Duration::from_secs(60)));
        assert_eq!(asked_to_wait(date, before + Duration::from_secs(120)), Some(Duration::ZERO));
        assert_eq!(asked_to_wait(" 120 ", before), Some(Duration::from_secs(120)));
        // OpenAI's client for Python reads fractions too.
        assert_eq!(asked_to_wait("1.5", before), Some(Duration::from_millis(1500)));
        assert_eq!(asked_to_wait("soon", before), None);
        assert_eq!(asked_to_wait("nan", before), None);
        assert_eq!(asked_to_wait("-1", before), None);
    }
}
