//! Times: milliseconds since 1970 in the store, RFC 3339 in answers.

use chrono::{DateTime, SecondsFormat, Utc};

/// Now, in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Utc::now().timestamp_millis()
}

/// A time as answers have it: UTC, with milliseconds.
pub(crate) fn written(milliseconds: i64) -> String {
    let time = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
