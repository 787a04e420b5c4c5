//! Is a competition ready to grade? Its data are looked at as a grading would, and its own files graded. What is found is for the
//! operator: it holds what the grader says of the answers.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::competition::Competition;
use crate::counted::counted;
use crate::direction::Direction;
use crate::grade::{Graded, Operator, grade};
use crate::graders::Graders;
use crate::read;
use crate::report::{Outcome, Report};
use crate::setup::{Setup, prepared};
use crate::uses::UseLog;

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
    /// Whether the answers can be read, and the grader takes its options.
    Answers,
    /// Whether the best possible submission has a score, and earns gold.
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

/// Examines a competition whose data are in `data_dir`. What it grades for that is recorded in `uses`.
#[must_use]
pub fn examine(
    competition: Competition,
    graders: &Graders,
    data_dir: &Path,
    limits: &read::Limits,
    uses: Option<&UseLog>,
) -> Diagnosis {
    let competition_id = competition.id.clone();
    let folder = prepared(data_dir, &competition_id);
    let mut findings = vec![missing(&competition, &folder)];
    let known = competition.known.clone();
    match Setup::new(competition, graders, data_dir, limits) {
        Err(error) => findings.push(Finding::fault(Examined::Answers, error.to_string())),
        Ok(setup) => {
            let message = format!("readable; {}", counted(setup.handed.num_rows(), "row", "rows"));
            findings.push(Finding { examined: Examined::Answers, state: State::Fine, message });
            let data = &setup.competition().data;
            let sample = graded(&setup, &folder.join(&data.sample_submission), limits, uses);
            let best = data.gold_submission.as_ref().unwrap_or(&data.answers);
            let gold = folder.join(best);
            let gold = if gold.is_file() {
                self::gold(&graded(&setup, &gold, limits, uses), &sample.report)
            } else {
                let message = format!(
                    "not tried: a perfect submission is another file than the answers here, and prepared/{best} is not there. \
                     Submissions can be graded without it; to have it tried, prepare the data again"
                );
                Finding { examined: Examined::Gold, state: State::Untried, message }
            };
            findings.push(gold.explained(known.gold.as_deref()));
            if folder.join(&data.sample_submission).is_file() {
                findings.push(self::sample(&sample).explained(known.sample.as_deref()));
            }
        }
    }
    let healthy = findings.iter().all(|finding| finding.state != State::Fault);
    Diagnosis { competition_id, healthy, findings }
}

/// The files that examining a competition reads.
pub fn files(competition: &Competition, data_dir: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = prepared(data_dir, &competition.id);
    let data = &competition.data;
    let files = [Some(&data.answers), Some(&data.sample_submission), data.gold_submission.as_ref()];
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

fn graded(setup: &Setup, path: &Path, limits: &read::Limits, uses: Option<&UseLog>) -> Graded {
    let graded = grade(setup, path, &path.display().to_string(), limits);
    let Some(uses) = uses else { return graded };
    let report = uses.recorded(graded.report);
    // If the use could not be recorded, nothing of its outcome may be told, the grader's words included.
    let lost = report.outcome == Outcome::NotGraded;
    Graded { report, operator: if lost { Operator::default() } else { graded.operator }, took: graded.took }
}

fn gold(graded: &Graded, sample: &Report) -> Finding {
    let gold = &graded.report;
    let Some(score) = gold.score_exact else {
        let message = format!("a perfect submission has no score: {}; prepare the data again", reason(graded));
        return Finding::fault(Examined::Gold, message);
    };
    if !gold.medals.gold_medal {
        let message = format!(
            "a perfect submission scores {score}, which does not reach gold ({}): are these the answers of another split? Prepare \
             the data again",
            gold.thresholds.gold_threshold.unwrap_or(f64::NAN)
        );
        return Finding::fault(Examined::Gold, message);
    }
    let direction = Direction::of(gold.is_lower_better == Some(true));
    if let Some(other) = sample.score_exact.filter(|&other| direction.is_better(other, score)) {
        let message =
            format!("a perfect submission scores {score}, but the sample submission {other}, which is better");
        return Finding::fault(Examined::Gold, message);
    }
    let message = format!("a perfect submission scores {score} and earns gold");
    Finding { examined: Examined::Gold, state: State::Fine, message }
}

fn sample(sample: &Graded) -> Finding {
    match sample.report.score_exact {
        Some(score) => {
            let message = format!("the sample submission is valid and scores {score}");
            Finding { examined: Examined::Sample, state: State::Fine, message }
        }
        None => Finding::fault(Examined::Sample, format!("the sample submission has no score: {}", reason(sample))),
    }
}

/// Why there is no score: in the grader's words if it had any, else in the report's.
fn reason(Graded { report, operator, .. }: &Graded) -> String {
    match (&operator.note, &report.reason) {
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
