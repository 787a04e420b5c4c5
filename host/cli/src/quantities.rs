//! How options are written that are numbers of bytes or times.

use std::time::Duration;

/// The longest time that an option takes: a day.
const LONGEST: u64 = 24 * 60 * 60;

/// A number of bytes: with K, M or G, of 1024, 1024^2 or 1024^3 of them.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let units = [('K', 1 << 10), ('M', 1 << 20), ('G', 1 << 30)];
    counted(text, units).ok_or_else(|| "a number of bytes is expected, such as 6442450944, 800M or 6G".into())
}

/// The longest time of an agent: 90 days.
const LONGEST_RUN: u64 = 90 * LONGEST;

/// A time of whole seconds, from one second to a day: a number with s, m or h, or with nothing, which means seconds.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    up_to(text, LONGEST, "a day (24h)")
}

/// A time of whole seconds, from one second to 90 days, written as [`time`].
pub(super) fn long_time(text: &str) -> Result<Duration, String> {
    up_to(text, LONGEST_RUN, "90 days (2160h)")
}

fn up_to(text: &str, longest: u64, words: &str) -> Result<Duration, String> {
    match counted(text, [('S', 1), ('M', 60), ('H', 60 * 60)]) {
        Some(seconds) if (1..=longest).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        Some(_) => Err(format!("it must be a second at least, and {words} at most")),
        None => Err("a time of whole seconds is expected, such as 90s, 5m or 1h".into()),
    }
}

/// A whole number of units, whose letters may be small.
fn counted<const UNITS: usize>(text: &str, units: [(char, u64); UNITS]) -> Option<u64> {
    let unit = |letter: char| units.iter().find(|(known, _)| letter.eq_ignore_ascii_case(known)).map(|(_, unit)| *unit);
    let (number, unit) = match text.char_indices().last() {
        Some((end, letter)) if !letter.is_ascii_digit() => (&text[..end], unit(letter)?),
        _ => (text, 1),
    };
    // A sign is none of a number of things.
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(unit)
}
