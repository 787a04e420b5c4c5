//! A competition proposed from its answers and its sample submission: key, columns, types, ranges, a fitting metric with the reasons for it,
//! and thresholds if there is a leaderboard. What is proposed is a start that somebody reads, not a verdict.

mod columns;
mod leaderboard;
mod metric;

use assay_tables::read::{self, ReadError, ReadOptions, Table};
use assay_types::competition::{Competition, CompetitionError};
use assay_types::excerpt::excerpt;
use thiserror::Error;

pub use self::leaderboard::LeaderboardError;
pub use self::metric::Metric;

/// What a competition is proposed from.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The name that commands and data directories use.
    pub id: &'a str,
    /// The title; none: the id.
    pub title: Option<&'a str>,
    /// The answers, as CSV.
    pub answers: &'a [u8],
    /// A submission of the right form, as CSV.
    pub sample: &'a [u8],
    /// A leaderboard, as CSV with a column `score`.
    pub leaderboard: Option<&'a [u8]>,
    /// The grader to propose, of those that fit; none: the one that fits best.
    pub metric: Option<&'a str>,
}

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The text of `competition.toml`, which parses.
    pub text: String,
    /// The metric of the text, and why.
    pub metric: Metric,
    /// Other metrics that fit, the best first.
    pub others: Vec<Metric>,
    /// What was concluded from the files, for people.
    pub notes: Vec<String>,
}

/// Why nothing can be proposed.
#[derive(Debug, Error)]
pub enum ProposeError {
    /// A file cannot be read.
    #[error("the {what}: {error}")]
    Read {
        /// Which file.
        what: &'static str,
        /// What went wrong.
        error: ReadError,
    },
    /// No column is in both files.
    #[error("the sample submission has no column beside its key that the answers have too: a submission has to predict one of theirs")]
    Nothing,
    /// That grader does not fit.
    #[error("grader {} is none of those that fit: {}", excerpt(.name), .fit.join(", "))]
    Metric {
        /// The grader.
        name: String,
        /// Those that fit.
        fit: Vec<&'static str>,
    },
    /// The leaderboard cannot be used.
    #[error(transparent)]
    Leaderboard(#[from] LeaderboardError),
    /// The id or the title is none.
    #[error(transparent)]
    Competition(#[from] CompetitionError),
}

/// Proposes a competition.
///
/// # Errors
///
/// If a file cannot be read, or nothing fits.
pub fn propose(given: &Given<'_>) -> Result<Proposal, ProposeError> {
    let (answers, sample) = (table("answers", given.answers)?, table("sample submission", given.sample)?);
    let found = columns::found(&answers, &sample).ok_or(ProposeError::Nothing)?;
    let mut metrics = metric::fitting(&found);
    let chosen = match given.metric {
        None => 0,
        Some(name) => metrics.iter().position(|metric| metric.grader == name).ok_or_else(|| ProposeError::Metric {
            name: name.to_owned(),
            fit: metrics.iter().map(|metric| metric.grader).collect(),
        })?,
    };
    let metric = metrics.remove(chosen);
    let board = given.leaderboard.map(|bytes| leaderboard::thresholds(bytes, metric.lower_is_better)).transpose()?;
    let mut notes = found.notes.clone();
    if board.is_none() {
        notes.push("there is no leaderboard: scores earn no medals".into());
    }
    let text = written(given, &found, &metric, board.as_ref());
    // What does not parse is nothing to hand out.
    Competition::parse(&text, "competition.toml")?;
    Ok(Proposal { text, metric, others: metrics, notes })
}

fn table(what: &'static str, bytes: &[u8]) -> Result<Table, ProposeError> {
    let limits = read::Limits::default();
    read::read_csv(bytes, &ReadOptions { limits: &limits, columns: None })
        .map_err(|error| ProposeError::Read { what, error })
}

/// The text of `competition.toml`.
fn written(
    given: &Given<'_>,
    found: &columns::Found,
    metric: &Metric,
    board: Option<&leaderboard::Thresholds>,
) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let list = |names: &[String]| format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "));
    let (id, title) = (quoted(given.id), quoted(given.title.unwrap_or(given.id)));
    let summary = quoted(&format!("Predict {}; scored by {}.", found.names(), metric.called));
    let mut text = format!(
        "id = {id}\ntitle = {title}\nsummary = {summary}\n\n[data]\nanswers = \"private/answers.csv\"\nsample_submission = \
         \"public/sample_submission.csv\"\n\n[submission]\n"
    );
    if !found.key.is_empty() {
        text += &format!("key = {}\n", list(&found.key));
    }
    text += &format!("rows = \"{}\"\n", if found.key.is_empty() { "position" } else { "same" });
    for group in &found.groups {
        text += &format!("\n[[submission.columns]]\nnames = {}\ntype = \"{}\"\n", list(&group.names), group.kind);
        if group.probability {
            text += "min = 0.0\nmax = 1.0\n";
        }
    }
    if found.sums_to_one {
        text += "\n[[submission.row_sums]]\ntotal = 1.0\ntolerance = 1e-3\n";
    }
    text += &format!("\n# {}\n[grader]\ncomponent = \"{}\"\n", metric.why, metric.grader);
    if let Some(target) = &metric.target {
        text += &format!("options = {{ target = {} }}\n", quoted(target));
    }
    if let Some(board) = board {
        text += &board.written(metric.lower_is_better);
    }
    text
}
