//! Is a competition ready to grade? Its data are looked at as a grading would, and its own files graded. What is found is for the
//! operator: it holds what the grader says of the answers.

use std::path::{Path, PathBuf};

use assay_evidence::access_log::Purpose;
use assay_tables::read::OpenFile;
use assay_types::competition::Competition;
use assay_types::{Direction, counted};
use serde::Serialize;

use crate::answers::DataDir;
use crate::context::Context;
use crate::ingest::Submission;
use crate::service::{Assay, Graded};

/// What was found of a competition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The competition.
    pub competition_id: String,
    /// True if submissions can be graded, and every finding is explained.
    pub healthy: bool,
    /// What was looked at, in this order; the first that fails may end it.
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub examined: Examined,
    /// How it is.
    pub state: State,
    /// What was found, and what to do about it.
    pub message: String,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Examined {
    /// Whether the files that the competition names are there.
    Files,
    /// Whether the prepared files are those of their manifest.
    Prepared,
    /// Whether the answers can be read, and the grader takes its options.
    Answers,
    /// Whether the best possible submission scores, and earns gold.
    Gold,
    /// Whether the sample submission is valid.
    Sample,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Fine,
    /// Not as one would expect, for a reason that the competition gives.
    Explained,
    /// It cannot be looked at; submissions can be graded all the same.
    Untried,
    /// Not as it should be.
    Fault,
}

/// Examines a competition whose answers `assay` takes from `data`. What it grades for that is recorded.
#[must_use]
pub fn examine(assay: &Assay, competition: &Competition, data: &DataDir) -> Diagnosis {
    let folder = data.prepared(&competition.id);
    let mut findings = vec![missing(competition, &folder)];
    match assay
        .competitions()
        .get(&competition.id)
        .map_err(|error| error.to_string())
        .and_then(|competition| assay.prepare(competition).map_err(|error| error.to_string()))
    {
        Err(error) => findings.push(Finding::fault(Examined::Answers, error)),
        Ok(prepared) => {
            let message = format!("readable; {}", counted(prepared.grader_columns.num_rows(), "row", "rows"));
            findings.push(Finding { examined: Examined::Answers, state: State::Fine, message });
            let files = &competition.data;
            let sample = graded(assay, competition, &folder.join(&files.sample_submission));
            let best = files.gold_submission.as_ref().unwrap_or(&files.answers);
            let gold = folder.join(best);
            let gold = if gold.is_file() {
                self::gold(&graded(assay, competition, &gold), &sample)
            } else {
                let message = format!(
                    "not tried: a perfect submission is another file than the answers here, and prepared/{best} is not there. \
                     Submissions can be graded without it; to have it tried, prepare the data again"
                );
                Finding { examined: Examined::Gold, state: State::Untried, message }
            };
            findings.push(gold.explained(competition.known.gold.as_deref()));
            if folder.join(&files.sample_submission).is_file() {
                findings.push(self::sample(&sample).explained(competition.known.sample.as_deref()));
            }
        }
    }
    let healthy = findings.iter().all(|finding| finding.state != State::Fault);
    Diagnosis { competition_id: competition.id.clone(), healthy, findings }
}

/// The files that examining a competition reads.
pub fn files(competition: &Competition, data: &DataDir) -> impl Iterator<Item = PathBuf> {
    let folder = data.prepared(&competition.id);
    let names = &competition.data;
    let files = [Some(&names.answers), Some(&names.sample_submission), names.gold_submission.as_ref()];
    files.into_iter().flatten().map(move |file| folder.join(file))
}

fn missing(competition: &Competition, folder: &Path) -> Finding {
    // A missing gold submission is reported by the finding on gold.
    let missing: Vec<&str> = [&competition.data.answers, &competition.data.sample_submission]
        .into_iter()
        .map(String::as_str)
        .filter(|file| !folder.join(file).is_file())
        .collect();
    if missing.is_empty() {
        let message = "answers and sample submission are there".into();
        return Finding { examined: Examined::Files, state: State::Fine, message };
    }
    let message = format!("not in {}: {}; prepare the data", folder.display(), missing.join(", "));
    Finding::fault(Examined::Files, message)
}

/// The grading of one of the competition's own files, which may be its answers; else why there is none.
fn graded(assay: &Assay, competition: &Competition, path: &Path) -> Result<Graded, String> {
    let name = path.display().to_string();
    let context = Context { name: Some(&name), ..Context::default() };
    let bytes = OpenFile::open(path).and_then(|file| file.read(assay.limits())).map_err(|error| error.to_string())?;
    assay
        .grade_for(&competition.id, Submission::Bytes(&bytes), Purpose::Doctor, &context)
        .map_err(|error| error.to_string())
}

fn gold(graded: &Result<Graded, String>, sample: &Result<Graded, String>) -> Finding {
    let gold = graded.as_ref().ok().map(Graded::report);
    let Some((gold, score)) = gold.and_then(|gold| Some((gold, gold.score_exact?))) else {
        let message = format!("a perfect submission has no score: {}; prepare the data again", reason(graded));
        return Finding::fault(Examined::Gold, message);
    };
    let has_leaderboard = gold.thresholds.gold_threshold.is_some();
    if has_leaderboard && !gold.medals.gold_medal {
        let message = format!(
            "a perfect submission scores {score}, which does not reach gold ({}): are these the answers of another split? Prepare \
             the data again",
            gold.thresholds.gold_threshold.unwrap_or(f64::NAN)
        );
        return Finding::fault(Examined::Gold, message);
    }
    let direction = gold.direction.unwrap_or(Direction::Higher);
    if let Some(other) = score_of(sample).filter(|&other| direction.is_better(other, score)) {
        let message =
            format!("a perfect submission scores {score}, but the sample submission {other}, which is better");
        return Finding::fault(Examined::Gold, message);
    }
    let earned = if has_leaderboard { " and earns gold" } else { "; there is no leaderboard" };
    let message = format!("a perfect submission scores {score}{earned}");
    Finding { examined: Examined::Gold, state: State::Fine, message }
}

fn score_of(graded: &Result<Graded, String>) -> Option<f64> {
    graded.as_ref().ok().and_then(|graded| graded.report().score_exact)
}

fn sample(sample: &Result<Graded, String>) -> Finding {
    match score_of(sample) {
        Some(score) => {
            let message = format!("the sample submission is valid and scores {score}");
            Finding { examined: Examined::Sample, state: State::Fine, message }
        }
        None => Finding::fault(Examined::Sample, format!("the sample submission has no score: {}", reason(sample))),
    }
}

/// Why there is no score: in the grader's words if it had any, else in the report's.
fn reason(graded: &Result<Graded, String>) -> String {
    let graded = match graded {
        Ok(graded) => graded,
        Err(reason) => return reason.clone(),
    };
    match (&graded.operator().note, &graded.report().reason) {
        (Some(note), _) => format!("the grader says: {note}"),
        (None, Some(reason)) => reason.clone(),
        (None, None) => "no reason is given".into(),
    }
}

impl Finding {
    fn fault(examined: Examined, message: String) -> Self {
        Finding { examined, state: State::Fault, message }
    }

    /// The same, with the reason that the competition gives.
    fn explained(self, why: Option<&str>) -> Self {
        match why {
            Some(why) if self.state == State::Fault => {
                Finding { state: State::Explained, message: format!("{}\nwhy: {why}", self.message), ..self }
            }
            _ => self,
        }
    }
}
