//! Reports as they are read. Whoever wrote one may mean harm, so every field has its type and its limit, and what is no field is refused:
//! nothing takes many times the memory of its text, and nothing is believed that nobody checked.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Outcome, Report, Thresholds};
use crate::bootstrap::Bootstrap;
use crate::competition::Issue;
use crate::direction::Direction;
use crate::edition::Edition;
use crate::medal::Medals;
use crate::receipt::{MAX_NAMES, ReportedReceipt, some, there};
use crate::tags::Tags;

/// An entry of a report as it was read. The reference's have the fields up to `submission_path`, and all of these must be there; of
/// the others, none is where a report does not have the field.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "they are those of `Report`")]
pub struct Reported {
    #[serde(deserialize_with = "there")]
    pub competition_id: Option<String>,
    /// The reference has scores that are not finite.
    #[serde(deserialize_with = "there")]
    pub score: Option<f64>,
    #[serde(deserialize_with = "there")]
    pub gold_threshold: Option<f64>,
    #[serde(deserialize_with = "there")]
    pub silver_threshold: Option<f64>,
    #[serde(deserialize_with = "there")]
    pub bronze_threshold: Option<f64>,
    #[serde(deserialize_with = "there")]
    pub median_threshold: Option<f64>,
    pub any_medal: bool,
    pub gold_medal: bool,
    pub silver_medal: bool,
    pub bronze_medal: bool,
    pub above_median: bool,
    pub submission_exists: bool,
    pub valid_submission: bool,
    #[serde(rename = "is_lower_better", deserialize_with = "there")]
    pub direction: Option<Direction>,
    pub created_at: String,
    pub submission_path: String,
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub score_exact: Option<Option<f64>>,
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub reason: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub submission_is_answers: bool,
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Option<Box<ReportedReceipt>>>,
    #[serde(default, skip_serializing_if = "Edition::is_reference")]
    pub edition: Edition,
    #[serde(default, deserialize_with = "some_few", skip_serializing_if = "Option::is_none")]
    pub outside_lock: Option<Vec<String>>,
    #[serde(default, deserialize_with = "some_few", skip_serializing_if = "Option::is_none")]
    pub known_issues: Option<Vec<Issue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Bootstrap>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Reported {
    /// The medals.
    #[must_use]
    pub fn medals(&self) -> Medals {
        Medals {
            any_medal: self.any_medal,
            gold_medal: self.gold_medal,
            silver_medal: self.silver_medal,
            bronze_medal: self.bronze_medal,
            above_median: self.above_median,
        }
    }
}

impl TryFrom<Reported> for Report {
    type Error = &'static str;

    fn try_from(reported: Reported) -> Result<Self, Self::Error> {
        let medals = reported.medals();
        Ok(Report {
            competition_id: reported.competition_id,
            score: reported.score,
            thresholds: Thresholds {
                gold_threshold: reported.gold_threshold,
                silver_threshold: reported.silver_threshold,
                bronze_threshold: reported.bronze_threshold,
                median_threshold: reported.median_threshold,
            },
            medals,
            submission_exists: reported.submission_exists,
            valid_submission: reported.valid_submission,
            direction: reported.direction,
            created_at: reported.created_at,
            submission_path: reported.submission_path,
            score_exact: reported.score_exact.ok_or("missing field `score_exact`")?,
            outcome: reported.outcome.ok_or("missing field `outcome`")?,
            reason: reported.reason.ok_or("missing field `reason`")?,
            submission_is_answers: reported.submission_is_answers,
            receipt: reported.receipt.ok_or("missing field `receipt`")?.map(|receipt| (*receipt).into()),
            edition: reported.edition,
            outside_lock: reported.outside_lock.unwrap_or_default(),
            known_issues: reported.known_issues.unwrap_or_default(),
            bootstrap: reported.bootstrap,
            tags: reported.tags,
        })
    }
}

/// A list that may be left out, of no more items than there may be.
fn some_few<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    struct Few<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Few<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MAX_NAMES} items")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut few = Vec::new();
            while let Some(item) = items.next_element()? {
                few.push(item);
                if few.len() > MAX_NAMES {
                    return Err(de::Error::invalid_length(few.len(), &self));
                }
            }
            Ok(few)
        }
    }

    deserializer.deserialize_seq(Few(PhantomData)).map(Some)
}
