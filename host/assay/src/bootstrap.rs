//! The bootstrap: what the score could have been with other rows of the same kind.
//!
//! Rows of the aligned tables are drawn with replacement, submission and answer together, as many as there are, and the same sandboxed
//! grader scores them. That is right where a row is a unit by itself. Where rows belong together, [groups](Units) of them are drawn, and where
//! nothing can be drawn as a whole, the reason is told instead.

mod units;

use std::num::NonZero;
use std::thread;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use assay_sandbox::{self as sandbox, Cancel, HostFault, Run, Task};
use assay_types::bootstrap::{self as reported, Interval, Unit};
use assay_types::competition::Leaderboard;
use assay_types::excerpt::excerpt;
use thiserror::Error;

use self::units::Drawing;
pub use self::units::Units;
use crate::prepared::PreparedCompetition;

/// The most replicates of a score.
pub const MAX_REPLICATES: u32 = 100_000;

/// How a score is resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How often: at most [`MAX_REPLICATES`].
    pub replicates: NonZero<u32>,
    /// What the draws depend on, and nothing else but the number of units.
    pub seed: u64,
    /// On how many threads. The scores are the same on any number.
    pub threads: NonZero<usize>,
}

/// Scores of resampled units. They tell of the answers, so they are the operator's.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// What was drawn.
    pub unit: Unit,
    /// The column that names the groups, if these were drawn.
    pub group: Option<String>,
    /// How many units were drawn each time.
    pub units: u32,
    /// The scores, in the order of the draws. None where the metric is not defined for what was drawn, such as answers of one class.
    pub scores: Vec<Option<f64>>,
}

/// Why a score is not resampled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BootstrapError {
    /// There is nothing that could be drawn as a whole.
    #[error("nothing is resampled: no row of {} is a unit that could be drawn: the grader pairs rows of submission and answers, and {why}", excerpt(.id))]
    NoUnit {
        /// The competition.
        id: String,
        /// What its grader does.
        why: &'static str,
    },
    /// Rows are asked for, and groups of them are the units.
    #[error("no part of the rows of {} has a score: its grader scores them in groups of {}", excerpt(.id), excerpt(.group))]
    Grouped {
        /// The competition.
        id: String,
        /// The column that names the groups.
        group: String,
    },
    /// There is too little to draw from.
    #[error("nothing is resampled: {0} rows or groups are too few to tell anything of others; 2 are the least")]
    Few(usize),
    /// More were asked for than there may be.
    #[error("{0} replicates are more than {MAX_REPLICATES}")]
    Many(u32),
    /// The tables are not paired row by row.
    #[error("nothing is resampled: the grader gets {submission} rows and {answers} answers, which are no pairs")]
    Unequal {
        /// Rows of the submission.
        submission: usize,
        /// Rows of the answers.
        answers: usize,
    },
    /// The host failed, or was told to stop.
    #[error("nothing was resampled: {0}")]
    Host(String),
}

impl From<HostFault> for BootstrapError {
    fn from(fault: HostFault) -> Self {
        BootstrapError::Host(fault.to_string())
    }
}

impl From<ArrowError> for BootstrapError {
    fn from(error: ArrowError) -> Self {
        BootstrapError::Host(error.to_string())
    }
}

/// Tables that are paired row by row, and what they are graded with.
pub(crate) struct Paired<'a> {
    pub(crate) prepared: &'a PreparedCompetition,
    /// The submission as it is, for the grader's own look at it.
    pub(crate) submission: &'a RecordBatch,
    pub(crate) aligned: &'a RecordBatch,
    pub(crate) answers: &'a RecordBatch,
}

impl Paired<'_> {
    /// Scores of resampled rows.
    pub(crate) fn resample(&self, bootstrap: &Bootstrap, cancel: &Cancel) -> Result<Resampled, BootstrapError> {
        let replicates = bootstrap.replicates.get();
        if replicates > MAX_REPLICATES {
            return Err(BootstrapError::Many(replicates));
        }
        let units = Units::of(self.prepared.competition())?;
        let drawing = &Drawing::new(&units, self.aligned, self.answers)?;
        // Each replicate has its own seed, so that it does not matter which thread takes it.
        let mut random = fastrand::Rng::with_seed(bootstrap.seed);
        let seeds: Vec<u64> = (0..replicates).map(|_| random.u64(..)).collect();
        let share = seeds.len().div_ceil(bootstrap.threads.get()).max(1);
        let scores = thread::scope(|scope| {
            let work = |seeds: &[u64]| seeds.iter().map(|&seed| self.score(seed, drawing, cancel)).collect::<Vec<_>>();
            let mut shares = seeds.chunks(share);
            let first = shares.next();
            // A share that there is no thread for is done here.
            let others: Vec<_> = shares
                .map(|seeds| {
                    (
                        seeds,
                        thread::Builder::new().name("assay-resample".into()).spawn_scoped(scope, move || work(seeds)),
                    )
                })
                .collect();
            let mut scores = first.map(work).unwrap_or_default();
            for (seeds, thread) in others {
                match thread.map(thread::ScopedJoinHandle::join) {
                    Ok(Ok(more)) => scores.extend(more),
                    Ok(Err(_)) => scores.push(Err(BootstrapError::Host("internal error".into()))),
                    Err(_) => scores.extend(work(seeds)),
                }
            }
            scores
        });
        let (unit, group) = units.described();
        let scores = scores.into_iter().collect::<Result<_, _>>()?;
        Ok(Resampled { unit, group: group.map(ToOwned::to_owned), units: drawing.count(), scores })
    }

    fn score(&self, seed: u64, drawing: &Drawing<'_>, cancel: &Cancel) -> Result<Option<f64>, BootstrapError> {
        let mut random = fastrand::Rng::with_seed(seed);
        let drawn = (0..drawing.count()).map(|_| random.u32(0..drawing.count())).collect();
        let [aligned, answers] = &drawing.tables(drawn)?;
        let resolved = &self.prepared.resolved;
        let task = Task { submission: self.submission, aligned, answers, options: &resolved.options };
        let Run { outcome, .. } = resolved.grader.grade(&task, cancel)?;
        Ok(match outcome {
            sandbox::Outcome::Scored(score) => Some(score.value).filter(|value| value.is_finite()),
            _ => None,
        })
    }
}

impl Bootstrap {
    /// What a report has of it: nothing of single draws, and of a failure of the host's only that there was one.
    pub(crate) fn reported(
        &self,
        resampled: &Result<Resampled, BootstrapError>,
        leaderboard: Option<&Leaderboard>,
    ) -> reported::Bootstrap {
        let Bootstrap { replicates, seed, .. } = *self;
        let draws = replicates.get();
        let nothing =
            reported::Bootstrap { draws, seed, unit: None, group: None, units: None, interval: None, reason: None };
        match resampled {
            Ok(Resampled { unit, group, units, scores }) => {
                let interval = Interval::of(scores, leaderboard);
                let without = || "no draw has a score, or their scores have no finite spread".to_owned();
                let (unit, units, group) = (Some(*unit), Some((*units).into()), group.clone());
                let reason = interval.is_none().then(without);
                reported::Bootstrap { unit, group, units, interval, reason, ..nothing }
            }
            Err(BootstrapError::Host(_)) => reported::Bootstrap { reason: Some(FAILED.into()), ..nothing },
            Err(error) => reported::Bootstrap { reason: Some(error.to_string()), ..nothing },
        }
    }
}

/// What is told of a failure of the host's.
const FAILED: &str = "nothing was resampled: the host failed; what it said is for the operator";
