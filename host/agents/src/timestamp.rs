//! Times, as the reference writes them into names and metadata.

use chrono::{DateTime, Utc};

/// The form of times in names: `2026-11-27T13-05-09-GMT`.
const FORM: &str = "%Y-%m-%dT%H-%M-%S-GMT";

/// A time in the form of names.
#[must_use]
pub fn of(time: DateTime<Utc>) -> String {
    time.format(FORM).to_string()
}

/// This moment, in the form of names.
#[must_use]
pub fn now() -> String {
    of(Utc::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_the_reference_writes_them() {
        let time = DateTime::from_timestamp(1_730_000_000, 999).unwrap();
        assert_eq!(of(time), "2024-10-27T03-33-20-GMT");
    }
}
