//! Reports: what is written about a submission, and about a batch of them.
//!
//! The reference's fields keep their names and places; ours follow.

mod reported;

use std::fmt;
use std::io::{self, BufWriter, Write};

use chrono::{DateTime, Utc};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

pub use self::reported::Reported;
use crate::bootstrap::Bootstrap;
use crate::competition::{Competition, Issue, Leaderboard};
use crate::direction::Direction;
use crate::edition::Edition;
use crate::medal::{self, Medals};
use crate::receipt::Receipt;
use crate::tags::Tags;

/// The version of what a report holds. A reader of it can read those before. Schema 1 had `receipt.fuel`, and no `list`;
/// schema 2 had no `known_issues` and no `bootstrap`.
pub const SCHEMA: u32 = 3;

/// How much of a batch's report is written at once, in bytes.
const BUFFER: usize = 256 << 10;

/// What came of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It has a score.
    Scored,
    /// It is not what the competition asks for, so it has none.
    InvalidSubmission,
    /// The grader failed. That says nothing about the submission.
    GraderFault,
    /// The grader ran into a limit. That says nothing about the submission, unless it was made for this.
    LimitExceeded,
    /// No grader ran: the competition is unknown, or its data are not there.
    NotGraded,
    /// The host failed: it lacked memory or processes, could not record the use of the answers, or was told to stop. That says nothing
    /// about submission or grader; another try may succeed.
    HostFault,
}

impl Outcome {
    /// True if there is a verdict on the submission.
    #[must_use]
    pub fn is_verdict(self) -> bool {
        matches!(self, Outcome::Scored | Outcome::InvalidSubmission)
    }

    /// True if another try may come to another outcome, with nothing changed but the host's condition or the data at hand.
    #[must_use]
    pub fn is_worth_another_try(self) -> bool {
        matches!(self, Outcome::NotGraded | Outcome::HostFault)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Scored => "scored",
            Outcome::InvalidSubmission => "invalid submission",
            Outcome::GraderFault => "grader fault",
            Outcome::LimitExceeded => "limit exceeded",
            Outcome::NotGraded => "not graded",
            Outcome::HostFault => "host fault",
        })
    }
}

/// The report on one submission.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Reported")]
#[schemars(!try_from)]
pub struct Report {
    /// The competition.
    pub competition_id: Option<String>,
    /// The score, rounded to 5 decimals.
    pub score: Option<f64>,
    /// The thresholds; none if the competition is unknown, or has no leaderboard.
    #[serde(flatten)]
    pub thresholds: Thresholds,
    /// What the score earns.
    #[serde(flatten)]
    pub medals: Medals,
    /// True if there is a file, and its name ends in `.csv`.
    pub submission_exists: bool,
    /// True if it has a score.
    pub valid_submission: bool,
    /// True if a lower score is the better one.
    #[serde(rename = "is_lower_better")]
    #[schemars(with = "Option<bool>")]
    pub direction: Option<Direction>,
    /// When the report was made: UTC, ISO 8601.
    pub created_at: String,
    /// The path as it was given.
    pub submission_path: String,
    /// The score in full precision.
    pub score_exact: Option<f64>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why there is no score, in words that a participant may read.
    pub reason: Option<String>,
    /// True if the submission has the digest of the answers: it was copied, or the answers are no secret.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub submission_is_answers: bool,
    /// What the score rests on; none if no grader was at hand.
    pub receipt: Option<Receipt>,
    /// Which edition of the answers it was graded against; not there for the reference's.
    #[serde(skip_serializing_if = "Edition::is_reference")]
    pub edition: Edition,
    /// The grader and the competition of this run, if the lock does not have them as they are.
    pub outside_lock: Vec<String>,
    /// What is known to be wrong with the competition or its data, leaks of answers above all.
    pub known_issues: Vec<Issue>,
    /// What resampling says of the score; not there unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Bootstrap>,
    /// What the list says of it besides, such as a run's id or seed.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub tags: Tags,
}

/// A leaderboard's thresholds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Thresholds {
    pub gold_threshold: Option<f64>,
    pub silver_threshold: Option<f64>,
    pub bronze_threshold: Option<f64>,
    pub median_threshold: Option<f64>,
}

impl From<&Leaderboard> for Thresholds {
    fn from(leaderboard: &Leaderboard) -> Self {
        Thresholds {
            gold_threshold: Some(leaderboard.gold),
            silver_threshold: Some(leaderboard.silver),
            bronze_threshold: Some(leaderboard.bronze),
            median_threshold: Some(leaderboard.median),
        }
    }
}

impl Report {
    /// The report on a submission that has not been looked at: without thresholds, score and reason. Others are made from it.
    #[must_use]
    pub fn new(competition_id: Option<&str>, submission_path: &str, now: DateTime<Utc>) -> Self {
        Report {
            competition_id: competition_id.map(ToOwned::to_owned),
            score: None,
            thresholds: Thresholds::default(),
            medals: Medals::default(),
            submission_exists: false,
            valid_submission: false,
            direction: None,
            created_at: timestamp(now),
            submission_path: submission_path.to_owned(),
            score_exact: None,
            outcome: Outcome::NotGraded,
            reason: None,
            submission_is_answers: false,
            receipt: None,
            edition: Edition::Reference,
            outside_lock: Vec::new(),
            known_issues: Vec::new(),
            bootstrap: None,
            tags: Tags::default(),
        }
    }

    /// The report with what is known of the competition: its thresholds, if it has a leaderboard, and its issues.
    #[must_use]
    pub fn of(mut self, competition: &Competition) -> Self {
        self.known_issues.clone_from(&competition.issues);
        self.against(competition.leaderboard.as_ref())
    }

    /// The report with these thresholds.
    #[must_use]
    pub fn against(mut self, leaderboard: Option<&Leaderboard>) -> Self {
        if let Some(leaderboard) = leaderboard {
            self.thresholds = leaderboard.into();
            self.direction = Some(leaderboard.direction);
        }
        self
    }

    /// The report on a submission without a score.
    #[must_use]
    pub fn refused(mut self, outcome: Outcome, reason: impl Into<String>) -> Self {
        self.outcome = outcome;
        self.reason = Some(reason.into());
        self
    }

    /// The report on a submission with a finite score. Without a leaderboard it earns no medal.
    #[must_use]
    pub fn scored(mut self, score: f64, leaderboard: Option<&Leaderboard>) -> Self {
        let rounded = medal::rounded(score, medal::SCORE_DECIMALS);
        self.score = Some(rounded);
        self.score_exact = Some(score);
        self.medals = leaderboard.map(|leaderboard| medal::award(rounded, leaderboard)).unwrap_or_default();
        self.valid_submission = true;
        self.outcome = Outcome::Scored;
        self
    }
}

/// The report on a batch.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BatchReport {
    /// The sums over all entries.
    #[serde(flatten)]
    pub totals: Totals,
    /// The version of what a report holds: 3. None in reports that are older than this field.
    #[serde(default)]
    pub schema: Option<u32>,
    /// The list that it is on; none if its entries are from no file.
    #[serde(default)]
    pub list: Option<ListReceipt>,
    /// What came of each entry, in the list's order.
    pub competition_reports: Vec<Report>,
    /// The state of the log of uses once all of these were in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_log: Option<Anchor>,
}

/// The sums over the entries of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Totals {
    pub total_runs: usize,
    pub total_runs_with_submissions: usize,
    pub total_valid_submissions: usize,
    pub total_medals: usize,
    pub total_gold_medals: usize,
    pub total_silver_medals: usize,
    pub total_bronze_medals: usize,
    pub total_above_median: usize,
    /// None in the reference's.
    #[serde(default)]
    #[schemars(with = "usize")]
    pub total_outside_lock: Option<usize>,
}

/// What sums are taken of.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "they are those of `Report`")]
pub struct Counts {
    pub submission_exists: bool,
    pub valid_submission: bool,
    pub medals: Medals,
    pub is_outside_lock: bool,
}

impl Totals {
    /// Adds up entries.
    pub fn of(entries: impl IntoIterator<Item = Counts>) -> Self {
        let mut totals = Totals::default();
        let mut outside = 0;
        for Counts { submission_exists, valid_submission, medals, is_outside_lock } in entries {
            totals.total_runs += 1;
            totals.total_runs_with_submissions += usize::from(submission_exists);
            totals.total_valid_submissions += usize::from(valid_submission);
            totals.total_medals += usize::from(medals.any_medal);
            totals.total_gold_medals += usize::from(medals.gold_medal);
            totals.total_silver_medals += usize::from(medals.silver_medal);
            totals.total_bronze_medals += usize::from(medals.bronze_medal);
            totals.total_above_median += usize::from(medals.above_median);
            outside += usize::from(is_outside_lock);
        }
        Totals { total_outside_lock: Some(outside), ..totals }
    }
}

impl BatchReport {
    /// Adds up the reports on the entries of a list.
    #[must_use]
    pub fn new(reports: Vec<Report>, list: Option<ListReceipt>) -> Self {
        let counts = |report: &Report| Counts {
            submission_exists: report.submission_exists,
            valid_submission: report.valid_submission,
            medals: report.medals,
            is_outside_lock: !report.outside_lock.is_empty(),
        };
        BatchReport {
            totals: Totals::of(reports.iter().map(counts)),
            schema: Some(SCHEMA),
            list,
            competition_reports: reports,
            use_log: None,
        }
    }

    /// The same, with the state of the log that its uses are in.
    #[must_use]
    pub fn anchored(self, use_log: Option<Anchor>) -> Self {
        BatchReport { use_log, ..self }
    }

    /// Writes it as JSON, a field a line. A large batch's has many megabytes, which are not gathered first.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write_json(&self, writer: &mut dyn io::Write) -> io::Result<()> {
        let mut writer = BufWriter::with_capacity(BUFFER, writer);
        serde_json::to_writer_pretty(&mut writer, self)?;
        writer.write_all(b"\n")?;
        writer.flush()
    }
}

/// The report on one submission, as it is written by itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SampleReport {
    /// The report.
    #[serde(flatten)]
    pub report: Report,
    /// The version of what a report holds: 3.
    pub schema: u32,
    /// The state of the log of uses once this one was in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_log: Option<Anchor>,
}

/// The list that a report is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListReceipt {
    /// The path as it was given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// The state of a log at some moment. Reports hold it, so that a log that was rewritten since then is found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// How many entries it had.
    pub entries: u64,
    /// SHA-256 of the last one's line.
    pub head: String,
}

/// The JSON schema of [`BatchReport`]s of this program; that of a [`SampleReport`] is among its definitions.
#[must_use]
pub fn schema() -> Schema {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.subschema_for::<SampleReport>();
    generator.into_root_schema_for::<BatchReport>()
}

fn timestamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}
