//! Times: milliseconds since 1970 in the store, RFC 3339 in answers.

use chrono::{DateTime, SecondsFormat, Utc};

/// Units of time, in milliseconds.
pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Now, in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Utc::now().timestamp_millis()
}

/// A time as answers have it: UTC, with milliseconds.
pub(crate) fn written(milliseconds: i64) -> String {
    let time = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// How long something takes, as policies write it.
pub(crate) fn span(milliseconds: i64) -> String {
    let units = [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm')];
    let whole = units.iter().find(|(unit, _)| milliseconds % unit == 0 && milliseconds / unit > 1);
    let (unit, letter) = whole.copied().unwrap_or((SECOND, 's'));
    format!("{}{letter}", milliseconds / unit)
}
