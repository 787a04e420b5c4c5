//! What of a submission may be seen: the one place that decides it.
//!
//! Nothing of a report leaves for a participant but what is copied here: not the receipt, whose digest of the answers could be tried, not
//! that a submission is a copy of the answers, and nothing that the grader said beside them.

use assay_types::medal::{Medals, rounded};
use assay_types::report::Report;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::{Rules, Show};
use crate::store::{State, Stored};
use crate::time::written;

/// A submission, as its participant may see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Submission {
    /// Its id.
    pub(crate) id: String,
    /// The competition.
    pub(crate) competition: String,
    /// Whose it is.
    pub(crate) participant: String,
    /// What its file was called.
    pub(crate) name: String,
    /// SHA-256 of its file.
    pub(crate) sha256: String,
    /// The size of its file.
    pub(crate) bytes: u64,
    /// Where it is on its way.
    pub(crate) status: Status,
    /// When it was accepted: RFC 3339, UTC.
    pub(crate) accepted_at: String,
    /// When it was graded: RFC 3339, UTC.
    pub(crate) finished_at: Option<String>,
    /// What came of it; null until it is done.
    pub(crate) result: Option<Outcome>,
}

/// Where a submission is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    /// It waits to be graded.
    Queued,
    /// It is being graded.
    Grading,
    /// It is done.
    Done,
}

/// What came of a submission, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Outcome {
    /// Whether it is valid.
    pub(crate) verdict: Verdict,
    /// Why it is not, or why nobody knows.
    pub(crate) problems: Vec<String>,
    /// The score, as far as it is shown.
    pub(crate) score: Option<f64>,
    /// What the score is of; null where none is shown.
    pub(crate) score_of: Option<Rows>,
    /// The medal that the score on all rows earns, `none` for none; null where that score is not shown.
    pub(crate) medal: Option<String>,
}

/// Whether a submission is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// It is what the competition asks for.
    Valid,
    /// It is not.
    Invalid,
    /// It was not graded, which says nothing about it.
    Failed,
}

/// What a score is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rows {
    /// All rows.
    All,
    /// The public part of them.
    PublicPart,
}

/// What is read of a report.
#[derive(Deserialize)]
struct Reported {
    reason: Option<String>,
    #[serde(flatten)]
    medals: Medals,
}

/// A submission as it is shown under these rules.
pub(crate) fn submission(stored: &Stored, rules: Option<&Rules>, now: DateTime<Utc>) -> Submission {
    Submission {
        id: stored.id.clone(),
        competition: stored.competition.clone(),
        participant: stored.participant.clone(),
        name: stored.name.clone(),
        sha256: stored.file.clone(),
        bytes: stored.bytes,
        status: match stored.state {
            State::Queued => Status::Queued,
            State::Grading => Status::Grading,
            State::Done => Status::Done,
        },
        accepted_at: written(stored.accepted_at),
        finished_at: stored.finished_at.map(written),
        result: (stored.state == State::Done).then(|| outcome(stored, rules, now)),
    }
}

fn outcome(stored: &Stored, rules: Option<&Rules>, now: DateTime<Utc>) -> Outcome {
    let reported: Option<Reported> = stored.report.as_deref().and_then(|report| serde_json::from_str(report).ok());
    let (reason, medals) = reported.map_or((None, None), |reported| (reported.reason, Some(reported.medals)));
    let verdict = match stored.outcome.as_deref() {
        Some("scored") => Verdict::Valid,
        Some("invalid-submission") => Verdict::Invalid,
        _ => Verdict::Failed,
    };
    let problems = match (verdict, reason) {
        (Verdict::Valid, _) => Vec::new(),
        (_, Some(reason)) => reason.lines().map(ToOwned::to_owned).collect(),
        (_, None) => vec!["it was not graded; the operator finds the reason in the server's messages".into()],
    };
    // A competition that is offered no longer shows the least.
    let shown = rules.and_then(|rules| match rules.show {
        Show::Validity => None,
        _ if rules.shows_part(now) => Some((rounded(stored.part_score?, rules.digits), Rows::PublicPart)),
        _ => Some((rounded(stored.score?, rules.digits), Rows::All)),
    });
    let (score, score_of) = shown.unzip();
    let medal = medals.filter(|_| score_of == Some(Rows::All)).map(|medals| medals.to_string());
    Outcome { verdict, problems, score, score_of, medal }
}

/// What a library's report says of which score is better; none if nobody knows.
pub(crate) fn lower_is_better(report: &Report) -> Option<bool> {
    report.direction.map(|direction| direction == assay_types::Direction::Lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    const REPORT: &str = r#"{"competition_id":"a","reason":null,"any_medal":true,"gold_medal":true,"silver_medal":false,
        "bronze_medal":false,"above_median":true,"submission_is_answers":true,"receipt":{"digests":{"answers":"CANARY"}}}"#;

    fn stored() -> Stored {
        Stored {
            id: "sub_1".into(),
            participant: "ada".into(),
            competition: "a".into(),
            file: "f".into(),
            name: "s.csv".into(),
            bytes: 10,
            accepted_at: 0,
            state: State::Done,
            finished_at: Some(1),
            outcome: Some("scored".into()),
            score: Some(0.123_456_789),
            part_score: Some(0.987_654_321),
            report: Some(REPORT.into()),
            operator: Some("CANARY".into()),
        }
    }

    fn shown(rules: &str, stored: &Stored) -> Outcome {
        let policy = Policy::parse(&format!("[competitions.a]\n{rules}"), "p", None).unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let text = serde_json::to_string(&submission(stored, policy.of("a"), now)).unwrap();
        assert!(!text.contains("CANARY") && !text.contains("receipt") && !text.contains("is_answers"), "{text}");
        submission(stored, policy.of("a"), now).result.unwrap()
    }

    #[test]
    fn a_score_is_shown_as_far_as_the_policy_has_it() {
        let none = shown("", &stored());
        assert_eq!((none.verdict, none.score, none.score_of, none.medal), (Verdict::Valid, None, None, None));
        let all = shown("show = \"score\"\ndigits = 3", &stored());
        assert_eq!((all.score, all.score_of, all.medal.as_deref()), (Some(0.123), Some(Rows::All), Some("gold")));
        let part = shown("show = \"public-part\"\ndigits = 2", &stored());
        assert_eq!((part.score, part.score_of, part.medal), (Some(0.99), Some(Rows::PublicPart), None));
        let ended = shown("show = \"public-part\"\ndigits = 2\nend = \"2020-01-01T00:00:00Z\"", &stored());
        assert_eq!((ended.score, ended.score_of, ended.medal.as_deref()), (Some(0.12), Some(Rows::All), Some("gold")));
        // Of a part without a score, none is shown: not that on all rows.
        let lacking = shown("show = \"public-part\"", &Stored { part_score: None, ..stored() });
        assert_eq!((lacking.score, lacking.score_of), (None, None));
    }

    #[test]
    fn a_competition_that_is_offered_no_longer_shows_no_score() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let result = submission(&stored(), None, now).result.unwrap();
        assert_eq!((result.verdict, result.score, result.medal), (Verdict::Valid, None, None));
    }
}
