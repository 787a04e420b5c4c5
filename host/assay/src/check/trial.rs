//! What checks try a grader on: pairs of tables with options, and how they come from competitions and cases.

use std::cell::Cell;
use std::sync::Arc;

use arrow::array::RecordBatch;
use assay_sandbox::{Cancel, Fault, Grader, HostFault, Outcome, Task};
use assay_tables::Threads;
use assay_tables::align;
use assay_tables::check::check;
use assay_tables::read::{self, Folders, Table};
use assay_types::competition::{Competition, Contract, Known, Pairing, Rows, Setting};
use assay_types::grader::Description;
use assay_types::receipt::Confinement;

use crate::answers::{Answers, DataDir};
use crate::graders::Graders;
use crate::ingest::{Against, IngestError, Ingestion, Submission, ingest};
use crate::prepared::PreparedCompetition;

/// The most rows that checks grade, where rows are paired one by one: more of them show nothing else.
const ROWS: usize = 200;

/// After so many gradings that ran into a limit nothing more is tried: each may have taken a minute.
const EXCEEDED: usize = 6;

/// A submission and the answers beside it, row by row unless the grader pairs them.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) submission: RecordBatch,
    pub(super) answers: RecordBatch,
}

/// Tables of one competition or case.
pub(super) struct Dataset {
    pub(super) name: String,
    /// What the grader says of itself; of a source, what that declares.
    pub(super) description: Description,
    pub(super) options: Vec<(String, Setting)>,
    /// A submission that the host accepts.
    pub(super) given: Pair,
    /// The answers as a submission, if they are one.
    pub(super) gold: Option<Pair>,
    /// What the competition says of its gold and sample submissions.
    pub(super) known: Known,
    /// Why the order of rows may count; none if it must not.
    pub(super) ordered: Option<&'static str>,
    /// True if the grader pairs rows, so that both sides may have other lengths.
    pub(super) unpaired: bool,
    /// The key's columns: an interpreter gets them to hand them on.
    pub(super) key: Vec<String>,
    contract: Contract,
}

/// Why there are no tables to try.
pub(super) enum Untried {
    /// The submission is refused, or the answers cannot be used.
    Refused(String),
    Host(HostFault),
}

impl Pair {
    /// The same with another submission.
    pub(super) fn with(&self, submission: RecordBatch) -> Self {
        Pair { submission, answers: self.answers.clone() }
    }
}

/// A competition with its answers.
pub(super) fn prepare(
    competition: Competition,
    graders: &Graders,
    answers: Answers,
) -> Result<PreparedCompetition, String> {
    let provider = DataDir::new("");
    let limits = read::Limits::default();
    PreparedCompetition::new(
        Arc::new(competition),
        graders,
        &provider,
        Some(answers),
        &limits,
        Confinement::Off,
        Threads::one(),
    )
    .map_err(|error| error.to_string())
}

/// The tables that a grader gets when it grades a submission.
pub(super) fn pair(prepared: &PreparedCompetition, submission: &[u8]) -> Result<Pair, Untried> {
    let refused = |text: String| Untried::Refused(text);
    let against =
        Against { expected: Some(&prepared.expected), scored: prepared.scored.as_deref(), answers_file: None };
    let opened = Submission::Bytes(submission).open(&Folders::default());
    let Ingestion { submission, .. } =
        ingest(&prepared.resolved, against, &opened, &read::Limits::default(), Threads::one(), &Cancel::new())
            .map_err(|error| match error {
                IngestError::Host(fault) => Untried::Host(fault),
                error @ IngestError::Arrow(_) => refused(error.to_string()),
            })?;
    let ingested = submission
        .map_err(|refusal| refused(refusal.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let apply = |batch, rows| align::apply(batch, rows, Threads::one()).map_err(|error| refused(error.to_string()));
    Ok(Pair {
        submission: apply(&ingested.grader_columns, ingested.alignment.submission.as_ref())?,
        answers: apply(&prepared.grader_columns, ingested.alignment.answers.as_ref())?,
    })
}

impl Dataset {
    /// Tables of a prepared competition: a submission, and the best one.
    pub(super) fn new(
        name: &str,
        prepared: &PreparedCompetition,
        given: Pair,
        gold: Option<Pair>,
        by_place: bool,
    ) -> Self {
        let competition = prepared.competition();
        let contract = competition.submission.clone();
        let unpaired = contract.pairing == Pairing::Grader;
        let ordered = match (&contract, by_place) {
            (Contract { pairing: Pairing::Grader, .. }, _) => Some("the grader pairs the rows"),
            (Contract { rows: Rows::Position, .. }, true) => Some("the contract says `rows = \"position\"`"),
            _ => None,
        };
        let cut = |pair: Pair| {
            if unpaired || pair.submission.num_rows() != pair.answers.num_rows() {
                pair
            } else {
                let rows = pair.submission.num_rows().min(ROWS);
                Pair { submission: pair.submission.slice(0, rows), answers: pair.answers.slice(0, rows) }
            }
        };
        Dataset {
            name: name.to_owned(),
            description: prepared.resolved.description.clone(),
            options: prepared.resolved.options.clone(),
            given: cut(given),
            gold: gold.map(cut),
            known: competition.known.clone(),
            ordered,
            unpaired,
            key: contract.key.clone(),
            contract: Contract { key: Vec::new(), rows: Rows::Position, ..contract },
        }
    }

    /// The pairs to start from: the submission, and the best one.
    pub(super) fn bases(&self) -> impl Iterator<Item = &Pair> {
        [Some(&self.given), self.gold.as_ref()].into_iter().flatten()
    }

    /// The submission as the host would hand it over; none if it would refuse it.
    pub(super) fn handed_over(&self, submission: &RecordBatch) -> Option<RecordBatch> {
        Table::from_batch(submission, None).ok().and_then(|table| check(&self.contract, &table).ok())
    }
}

/// A grader being tried.
pub(super) struct Trial<'a> {
    pub(super) grader: &'a Grader,
    pub(super) cancel: &'a Cancel,
    /// How many gradings ran into a limit, of all graders that are tried together.
    pub(super) exceeded: &'a Cell<usize>,
}

/// Why nothing more is tried.
pub(super) enum Stop {
    /// The host failed.
    Host(HostFault),
    /// Gradings ran into a limit again and again: others would take as long.
    Limits(String),
}

impl From<HostFault> for Stop {
    fn from(fault: HostFault) -> Self {
        Stop::Host(fault)
    }
}

/// What came of one grading.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) fuel: u64,
}

impl Trial<'_> {
    pub(super) fn grade(&self, pair: &Pair, options: &[(String, Setting)]) -> Result<Seen, Stop> {
        let Pair { submission, answers } = pair;
        let task = Task { submission, aligned: submission, answers, options };
        let run = self.grader.grade(&task, self.cancel)?;
        if let Outcome::Fault(Fault::Exceeded(exceeded)) = &run.outcome {
            self.exceeded.update(|count| count + 1);
            if self.exceeded.get() >= EXCEEDED {
                return Err(Stop::Limits(exceeded.to_string()));
            }
        }
        Ok(Seen { outcome: run.outcome, fuel: run.fuel })
    }

    pub(super) fn score(&self, pair: &Pair, options: &[(String, Setting)]) -> Result<Option<f64>, Stop> {
        Ok(self.grade(pair, options)?.score())
    }
}

impl Seen {
    /// The score, if it is finite.
    pub(super) fn score(&self) -> Option<f64> {
        match &self.outcome {
            Outcome::Scored(score) if score.value.is_finite() => Some(score.value),
            _ => None,
        }
    }

    /// What the grader did that no input excuses: it trapped or ran into a limit.
    pub(super) fn crash(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Fault(Fault::Exceeded(exceeded)) => Some(exceeded.to_string()),
            Outcome::Fault(Fault::Grader(text)) if text.starts_with("it trapped") => Some(text.clone()),
            _ => None,
        }
    }

    /// The texts of a refusal or failure; none if there is a score.
    pub(super) fn refusal(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Scored(score) if score.value.is_finite() => None,
            Outcome::Scored(score) => Some(format!("its score is {}", score.value)),
            Outcome::Invalid(problems) => {
                Some(problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n"))
            }
            Outcome::Refused(text) | Outcome::Fault(Fault::Grader(text)) => Some(text.clone()),
            Outcome::Fault(Fault::Exceeded(exceeded)) => Some(exceeded.to_string()),
        }
    }

    /// True if both are the same to the bit.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (&self.outcome, &other.outcome) {
            (Outcome::Scored(one), Outcome::Scored(two)) => {
                one.value.to_bits() == two.value.to_bits()
                    && one.details.len() == two.details.len()
                    && one
                        .details
                        .iter()
                        .zip(&two.details)
                        .all(|(one, two)| one.name == two.name && one.value.to_bits() == two.value.to_bits())
            }
            (one, two) => one == two,
        }
    }

    /// What came of it, in a few words.
    pub(super) fn told(&self) -> String {
        match self.refusal() {
            None => format!("scores {}", self.score().unwrap_or(f64::NAN)),
            Some(text) => format!("is refused ({})", text.chars().take(120).collect::<String>()),
        }
    }
}
