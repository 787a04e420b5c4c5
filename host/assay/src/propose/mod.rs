//! A competition proposed from its answers and its sample submission: key, columns, types, ranges, a fitting metric with the reasons for it,
//! and thresholds if there is a leaderboard. What is proposed is a start that somebody reads, not a verdict.

mod columns;
mod leaderboard;
mod metric;
mod own;

use assay_tables::read::{self, ReadError, ReadOptions, Table};
use assay_types::competition::source::Language;
use assay_types::competition::{ColumnType, Competition, CompetitionError};
use assay_types::excerpt::excerpt;
use thiserror::Error;

use self::columns::{Found, Rules, listed};
pub use self::leaderboard::LeaderboardError;
pub use self::metric::Metric;
use self::metric::Options;
pub use self::own::Own;

/// How far from 1 the probabilities of a row may add up.
const SUM_TOLERANCE: f64 = 1e-3;

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
    /// What is to score it; none: what fits best.
    pub grader: Option<Choice<'a>>,
}

/// Who scores a competition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// A grader that is at hand, of those that fit.
    AtHand(&'a str),
    /// A grader of the competition's own, as source text.
    Own(Language),
}

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The text of `competition.toml`, which parses.
    pub text: String,
    /// Who scores it.
    pub grader: Grader,
    /// The metrics that fit, the best first.
    pub fitting: Vec<Metric>,
    /// What was concluded from the files, for people.
    pub notes: Vec<String>,
}

/// Who scores a competition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grader {
    /// A grader that is at hand.
    AtHand(Metric),
    /// One of its own.
    Own(Own),
}

impl Grader {
    /// What it computes, for people.
    #[must_use]
    pub fn called(&self) -> &'static str {
        match self {
            Grader::AtHand(metric) => metric.called,
            Grader::Own(own) => own.called,
        }
    }

    fn lower_is_better(&self) -> bool {
        match self {
            Grader::AtHand(metric) => metric.lower_is_better,
            Grader::Own(own) => own.lower_is_better,
        }
    }
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
    #[error(
        "no column but the key is both in the sample submission and in the answers: a submission predicts columns of the answers, by their \
         names"
    )]
    Nothing,
    /// A file has no rows.
    #[error("the {0} has no rows")]
    Empty(&'static str),
    /// There is no key, and not as many rows.
    #[error(
        "the answers have {answers} rows and the sample submission {sample}, and no column is a key: its values would be there once each, \
         the same in both files"
    )]
    Rows {
        /// Rows of the answers.
        answers: usize,
        /// Rows of the sample submission.
        sample: usize,
    },
    /// An answer is missing.
    #[error("the answers have no value of {} in line {line}: take rows that do not count out of the answers", excerpt(.column))]
    NoAnswer {
        /// The column.
        column: String,
        /// The line of the file, from 1.
        line: u64,
    },
    /// That grader does not fit.
    #[error("{} is no metric that fits: {}", excerpt(.name), would_fit(.fit))]
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

fn would_fit(names: &[&str]) -> String {
    match names {
        [] => "none at hand does, so that it needs a grader of its own".into(),
        names => format!("{} would, or a grader of its own", names.join(", ")),
    }
}

/// Proposes a competition.
///
/// # Errors
///
/// If a file cannot be read, or nothing fits.
pub fn propose(given: &Given<'_>) -> Result<Proposal, ProposeError> {
    let (answers, sample) = (table("answers", given.answers)?, table("sample submission", given.sample)?);
    let found = columns::found(&answers, &sample)?;
    let mut notes = found.notes.clone();
    let mut fitting = metric::fitting(&found);
    let board = given.leaderboard.map(leaderboard::Board::read).transpose()?;
    let order = board.as_ref().and_then(leaderboard::Board::lower_is_better);
    if let Some(lower_is_better) = order {
        // The order among those that agree with the leaderboard stays.
        fitting.sort_by_key(|metric| metric.lower_is_better != lower_is_better);
    }
    let grader = match given.grader {
        Some(Choice::Own(language)) => Grader::Own(own::own(language, given.title.unwrap_or(given.id), &found)),
        Some(Choice::AtHand(name)) => {
            let metric = fitting.iter().find(|metric| metric.grader == name).ok_or_else(|| ProposeError::Metric {
                name: name.to_owned(),
                fit: fitting.iter().map(|metric| metric.grader).collect(),
            })?;
            Grader::AtHand(metric.clone())
        }
        None => match fitting.first() {
            Some(metric) => Grader::AtHand(metric.clone()),
            None => {
                notes.push("no grader at hand scores such columns: it has one of its own, in Python".into());
                Grader::Own(own::own(Language::Python, given.title.unwrap_or(given.id), &found))
            }
        },
    };
    match (&board, order) {
        (None, _) => notes.push("there is no leaderboard: scores earn no medals".into()),
        (Some(_), Some(lower)) if lower != grader.lower_is_better() => notes.push(format!(
            "the leaderboard goes {}, and of {} the {} is better: look whether it is the right one",
            if lower { "up, as if lower scores were better" } else { "down, as if higher scores were better" },
            grader.called(),
            if lower { "higher" } else { "lower" },
        )),
        _ => {}
    }
    let thresholds = board.map(|board| board.thresholds(grader.lower_is_better()));
    let text = written(given, &found, &grader, thresholds.as_ref());
    // What does not parse is nothing to hand out.
    Competition::parse(&text, "competition.toml")?;
    Ok(Proposal { text, grader, fitting, notes })
}

fn table(what: &'static str, bytes: &[u8]) -> Result<Table, ProposeError> {
    let limits = read::Limits::default();
    let table =
        read::read_csv(bytes, &ReadOptions { limits: &limits, columns: None, threads: assay_tables::Threads::one() })
            .map_err(|error| ProposeError::Read { what, error })?;
    if table.batch.num_rows() == 0 {
        return Err(ProposeError::Empty(what));
    }
    Ok(table)
}

/// The text of `competition.toml`.
fn written(given: &Given<'_>, found: &Found, grader: &Grader, thresholds: Option<&leaderboard::Thresholds>) -> String {
    let list = |names: &[String]| format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "));
    let (id, title) = (quoted(given.id), quoted(given.title.unwrap_or(given.id)));
    let summary = quoted(&format!("Predict {}. Scored by {}.", listed(found.names()), grader.called()));
    let mut text = format!(
        "id = {id}\ntitle = {title}\nsummary = {summary}\n\n[data]\nanswers = \"private/answers.csv\"\nsample_submission = \
         \"public/sample_submission.csv\"\n"
    );
    if let Some((column, line)) = &found.lacks {
        text += &format!("sample = {}\n", quoted(&format!("Line {line} lacks a value of {}.", excerpt(column))));
    }
    text += "\n[submission]\n";
    if !found.key.is_empty() {
        text += &format!("key = {}\n", list(&found.key));
    }
    text += &format!("rows = \"{}\"\n", if found.key.is_empty() { "position" } else { "same" });
    for group in &found.groups {
        text += &format!("\n[[submission.columns]]\nnames = {}\n{}", list(&group.names), rules(group.rule));
    }
    if found.sums_to_one {
        text += &format!("\n[[submission.row_sums]]\ntotal = 1.0\ntolerance = {SUM_TOLERANCE}\n");
    }
    match grader {
        Grader::AtHand(metric) => {
            text += &format!("\n# {}\n[grader]\ncomponent = \"{}\"\n", metric.why, metric.grader);
            let target = found.names().next().map(|name| quoted(name)).unwrap_or_default();
            match metric.options {
                Options::None => {}
                Options::Target => text += &format!("options = {{ target = {target} }}\n"),
                Options::TargetAndK(k) => text += &format!("options = {{ target = {target}, k = {k} }}\n"),
            }
        }
        Grader::Own(own) => text += &format!("\n[grader]\nsource = \"{}\"\n", own.file),
    }
    if let Some(thresholds) = thresholds {
        text += &thresholds.written(grader.lower_is_better());
    }
    text
}

fn rules(rule: Rules) -> String {
    let kind = match rule.kind {
        ColumnType::Number => "number",
        ColumnType::Integer => "integer",
        ColumnType::Boolean => "boolean",
        ColumnType::Text => "text",
        ColumnType::Any => "any",
    };
    let mut text = format!("type = \"{kind}\"\n");
    if rule.probability {
        text += "min = 0.0\nmax = 1.0\n";
    }
    if rule.missing {
        text += "missing = \"allow\"\n";
    }
    if rule.all_missing {
        text += "all_missing = \"allow\"\n";
    }
    text
}

/// A text as TOML has it, on one line.
fn quoted(text: &str) -> String {
    toml::Value::String(text.replace(['\n', '\r'], " ")).to_string()
}
