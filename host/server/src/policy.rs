//! The policy: which competitions there are, what participants see of gradings, how much they may use, and how long it is kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use crate::budget::{Budgets, Rate};
use crate::store::Retention;
use crate::time::{DAY, HOUR, MINUTE, SECOND};

/// What a participant may use if nothing is said.
const BUDGETS: Budgets = Budgets {
    validations: Some(Rate { count: 100, window: HOUR }),
    gradings: Some(Rate { count: 20, window: DAY }),
    bytes: Some(Rate { count: 10 << 30, window: DAY }),
};

/// How many submissions may wait to be graded, if nothing is said.
const QUEUED: u64 = 1000;

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: BTreeMap<String, Rules>,
    retention: Retention,
    queued: u64,
}

/// What participants see of their gradings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Show {
    /// Whether a submission is valid, and why not.
    Validity,
    /// The score, rounded.
    Score,
    /// The score on a fixed part of the rows, rounded, until the competition ends; then that on all.
    PublicPart,
}

/// The rules of a competition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rules {
    pub(crate) show: Show,
    /// To how many digits behind the point scores are rounded.
    pub(crate) digits: u8,
    /// How large the public part is.
    pub(crate) public_share: f64,
    /// When it ends: nothing is taken any more, and of all rows is shown what `show` has.
    pub(crate) end: Option<DateTime<Utc>>,
    /// Whether participants see the scores of others, as far as they see their own.
    pub(crate) leaderboard: bool,
    pub(crate) budgets: Budgets,
}

/// Why a policy cannot be used.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// It is none.
    #[error("{file}: {error}")]
    Text {
        /// The file.
        file: String,
        /// What is wrong, with the line.
        error: toml::de::Error,
    },
    /// What it says does not go together.
    #[error("{file}: {place}: {what}")]
    Meaning {
        /// The file.
        file: String,
        /// Where.
        place: String,
        /// What is wrong.
        what: String,
    },
}

/// A policy as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    default: WrittenRules,
    #[serde(default)]
    competitions: BTreeMap<String, WrittenRules>,
    #[serde(default)]
    retention: WrittenRetention,
    #[serde(default)]
    queue: WrittenQueue,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRules {
    show: Option<Show>,
    digits: Option<u8>,
    public_share: Option<f64>,
    end: Option<Moment>,
    leaderboard: Option<bool>,
    validations: Option<Bound>,
    gradings: Option<Bound>,
    bytes: Option<Bound>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRetention {
    files: Option<Span>,
    submissions: Option<Span>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQueue {
    waiting: Option<u64>,
}

/// A budget, or the word `unlimited`.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "expected a budget such as { count = 5, window = \"24h\" }, or \"unlimited\"")]
enum Bound {
    Rate(WrittenRate),
    Unlimited(Unlimited),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unlimited {
    Unlimited,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRate {
    count: Amount,
    window: Span,
}

/// A time in milliseconds, written as `90s`, `5m`, `24h` or `30d`.
#[derive(Clone, Copy)]
struct Span(i64);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let units = [('s', SECOND), ('m', MINUTE), ('h', HOUR), ('d', DAY)];
        let parsed = units.iter().find_map(|(letter, unit)| {
            let count: i64 = text.strip_suffix(*letter)?.parse().ok()?;
            // Ten years are as good as for ever, and nothing overflows.
            count.checked_mul(*unit).filter(|span| (SECOND..=3660 * DAY).contains(span))
        });
        let expected = "expected a time from 1s to 3660d, such as \"90s\", \"5m\", \"24h\" or \"30d\"";
        parsed.map(Span).ok_or_else(|| serde::de::Error::custom(expected))
    }
}

/// A time in RFC 3339, such as `2030-01-31T12:00:00Z`, in quotes or as TOML has it.
#[derive(Clone, Copy)]
struct Moment(DateTime<Utc>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a time such as 2030-01-31T12:00:00Z")]
        enum Either {
            Time(toml::value::Datetime),
            Text(String),
        }
        let text = match Either::deserialize(deserializer)? {
            Either::Time(time) => time.to_string(),
            Either::Text(text) => text,
        };
        let time = DateTime::parse_from_rfc3339(&text).map(|time| Moment(time.to_utc()));
        time.map_err(|_| serde::de::Error::custom("expected a time with its zone, such as 2030-01-31T12:00:00Z"))
    }
}

/// A number, or a number of bytes such as `10G`.
#[derive(Clone, Copy)]
struct Amount(u64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a whole number, or a number of bytes such as \"10G\"")]
        enum Either {
            Number(u64),
            Text(String),
        }
        let text = match Either::deserialize(deserializer)? {
            Either::Number(number) => return Ok(Amount(number)),
            Either::Text(text) => text,
        };
        let units = [('K', 1u64 << 10), ('M', 1 << 20), ('G', 1 << 30)];
        let parsed =
            units.iter().find_map(|(letter, unit)| text.strip_suffix(*letter)?.parse::<u64>().ok()?.checked_mul(*unit));
        parsed
            .map(Amount)
            .ok_or_else(|| serde::de::Error::custom("expected a number of bytes, such as \"800M\" or \"10G\""))
    }
}

impl Policy {
    /// Reads a policy. `also` is a competition that is there whether or not the policy names it.
    ///
    /// # Errors
    ///
    /// If it is not one; it names file, line and remedy.
    pub fn parse(text: &str, file: &str, also: Option<&str>) -> Result<Self, PolicyError> {
        let written: Written =
            toml::from_str(text).map_err(|error| PolicyError::Text { file: file.to_owned(), error })?;
        let Written { default, mut competitions, retention, queue } = written;
        if let Some(id) = also {
            competitions.entry(id.to_owned()).or_default();
        }
        let wrong =
            |place: &str, what: String| PolicyError::Meaning { file: file.to_owned(), place: place.to_owned(), what };
        if competitions.is_empty() {
            return Err(wrong(
                "competitions",
                "there is none: add a table `[competitions.ID]`, or start with --competition ID".into(),
            ));
        }
        let mut rules = BTreeMap::new();
        for (id, written) in competitions {
            let one = written.over(&default);
            one.check().map_err(|what| wrong(&format!("competitions.{id}"), what))?;
            rules.insert(id, one);
        }
        let span = |span: Option<Span>| span.map(|Span(span)| span);
        let retention = Retention { files: span(retention.files), submissions: span(retention.submissions) };
        Ok(Policy { rules, retention, queued: queue.waiting.unwrap_or(QUEUED) })
    }

    /// The ids of the competitions that are there, in order.
    pub fn competitions(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }

    /// True if a competition's score on a part of its rows is wanted.
    #[must_use]
    pub fn wants_part(&self, id: &str) -> bool {
        self.of(id).is_some_and(|rules| rules.show == Show::PublicPart)
    }

    /// The rules of a competition; none if it is not there.
    pub(crate) fn of(&self, id: &str) -> Option<&Rules> {
        self.rules.get(id)
    }

    pub(crate) fn retention(&self) -> Retention {
        self.retention
    }

    /// How many submissions may wait to be graded.
    pub(crate) fn queued(&self) -> u64 {
        self.queued
    }

    /// The longest time that any budget looks back, in milliseconds.
    pub(crate) fn longest_window(&self) -> i64 {
        self.rules.values().map(|rules| rules.budgets.longest_window()).max().unwrap_or(0)
    }
}

impl WrittenRules {
    /// These rules, where they say something, over others.
    fn over(self, default: &WrittenRules) -> Rules {
        let rate = |own: Option<Bound>, others: Option<Bound>, known: Option<Rate>| match own.or(others) {
            None => known,
            Some(Bound::Unlimited(Unlimited::Unlimited)) => None,
            Some(Bound::Rate(WrittenRate { count: Amount(count), window: Span(window) })) => {
                Some(Rate { count, window })
            }
        };
        Rules {
            show: self.show.or(default.show).unwrap_or(Show::Validity),
            digits: self.digits.or(default.digits).unwrap_or(4),
            public_share: self.public_share.or(default.public_share).unwrap_or(0.3),
            end: self.end.or(default.end).map(|Moment(end)| end),
            leaderboard: self.leaderboard.or(default.leaderboard).unwrap_or(false),
            budgets: Budgets {
                validations: rate(self.validations, default.validations, BUDGETS.validations),
                gradings: rate(self.gradings, default.gradings, BUDGETS.gradings),
                bytes: rate(self.bytes, default.bytes, BUDGETS.bytes),
            },
        }
    }
}

impl Rules {
    /// What does not go together in them.
    fn check(&self) -> Result<(), String> {
        if !(self.public_share > 0.0 && self.public_share < 1.0) {
            return Err(format!("public_share = {}: it must be more than 0 and less than 1", self.public_share));
        }
        if self.digits > 15 {
            return Err(format!("digits = {}: 15 are the most that a number has", self.digits));
        }
        if self.leaderboard && self.show == Show::Validity {
            return Err("leaderboard = true: with show = \"validity\" there are no scores to show; say `score` or `public-part`".into());
        }
        Ok(())
    }

    /// True once the competition has ended.
    pub(crate) fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.end.is_some_and(|end| now >= end)
    }

    /// True if what is shown is the score on a part of the rows.
    pub(crate) fn shows_part(&self, now: DateTime<Utc>) -> bool {
        self.show == Show::PublicPart && !self.has_ended(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_competition_says_what_the_default_does_not() {
        let text = r#"
            [default]
            show = "score"
            gradings = { count = 3, window = "24h" }
            bytes = { count = "2G", window = "7d" }

            [competitions.a]

            [competitions.b]
            show = "public-part"
            digits = 2
            end = "2030-01-31T12:00:00Z"
            gradings = "unlimited"
        "#;
        let policy = Policy::parse(text, "policy.toml", Some("c")).unwrap();
        assert_eq!(policy.competitions().collect::<Vec<_>>(), ["a", "b", "c"]);
        let (a, b) = (policy.of("a").unwrap(), policy.of("b").unwrap());
        assert_eq!((a.show, a.digits, a.end), (Show::Score, 4, None));
        assert_eq!(a.budgets.gradings, Some(Rate { count: 3, window: DAY }));
        assert_eq!(a.budgets.bytes, Some(Rate { count: 2 << 30, window: 7 * DAY }));
        assert_eq!(a.budgets.validations, BUDGETS.validations);
        assert_eq!((b.show, b.digits, b.budgets.gradings), (Show::PublicPart, 2, None));
        let time = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        assert!(b.shows_part(time("2030-01-31T11:59:59Z")) && !b.shows_part(time("2030-01-31T12:00:00Z")));
        assert_eq!(policy.of("d"), None);
        let unquoted = Policy::parse("[competitions.b]\nend = 2030-01-31T13:00:00+01:00", "policy.toml", None).unwrap();
        assert_eq!(unquoted.of("b").unwrap().end, b.end);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        let refused = |text: &str| Policy::parse(text, "policy.toml", None).unwrap_err().to_string();
        for (text, said) in [
            ("", "there is none: add a table `[competitions.ID]`"),
            ("[competitions.a]\nshow = \"all\"", "line 2"),
            ("[competitions.a]\nsee = \"score\"", "line 2"),
            ("[competitions.a]\ngradings = { count = 3, window = \"3 days\" }", "line 2"),
            ("[competitions.a]\nend = 2030-01-31", "line 2"),
            ("[competitions.a]\ngradings = { count = -3, window = \"3d\" }", "line 2"),
            ("[competitions.a]\npublic_share = 1.0", "competitions.a: public_share = 1: it must be"),
            ("[competitions.a]\nleaderboard = true", "competitions.a: leaderboard = true"),
        ] {
            let refusal = refused(text);
            assert!(refusal.starts_with("policy.toml: ") && refusal.contains(said), "{text}: {refusal}");
        }
    }
}
