//! The bootstrap: what the score could have been with other rows of the same kind.
//!
//! Rows of the aligned tables are drawn with replacement, submission and answer together, as many as there are, and the same sandboxed
//! grader scores them. That is right where a row is a unit by itself. Where it is not, the reason is told instead.

use std::num::NonZero;
use std::thread;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use assay_sandbox::{self as sandbox, Cancel, HostFault, Run, Task};
use assay_tables::{Threads, align};
use assay_types::competition::{Competition, Pairing, Setting};
use assay_types::excerpt::excerpt;
use thiserror::Error;

use crate::prepared::PreparedCompetition;

/// The most replicates of a score.
pub const MAX_REPLICATES: u32 = 100_000;

/// How a score is resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How often: at most [`MAX_REPLICATES`].
    pub replicates: NonZero<u32>,
    /// What the draws depend on, and nothing else but the number of rows.
    pub seed: u64,
    /// On how many threads. The scores are the same on any number.
    pub threads: NonZero<usize>,
}

/// Scores of resampled rows. They tell of the answers, so they are the operator's.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// How many rows were drawn each time.
    pub rows: usize,
    /// The scores, in the order of the draws. None where the metric is not defined for what was drawn, such as answers of one class.
    pub scores: Vec<Option<f64>>,
}

/// Why a score is not resampled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BootstrapError {
    /// The grader pairs rows itself.
    #[error(
        "rows are not resampled: the grader of {} pairs rows of submission and answers by itself, so that a row drawn twice is not two rows",
        excerpt(.0)
    )]
    Paired(String),
    /// Rows belong together.
    #[error("rows are not resampled: the grader of {} scores rows in groups ({}), so that a row is no unit by itself", excerpt(.id), excerpt(.group))]
    Grouped {
        /// The competition.
        id: String,
        /// The column that groups them.
        group: String,
    },
    /// There is too little to draw from.
    #[error("rows are not resampled: {0} is too few to tell anything of others; 2 are the least")]
    Few(usize),
    /// More were asked for than there may be.
    #[error("{0} replicates are more than {MAX_REPLICATES}")]
    Many(u32),
    /// The tables are not paired row by row.
    #[error("rows are not resampled: the grader gets {submission} rows and {answers} answers, which are no pairs")]
    Unequal {
        /// Rows of the submission.
        submission: usize,
        /// Rows of the answers.
        answers: usize,
    },
    /// The host failed, or was told to stop.
    #[error("rows were not resampled: {0}")]
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

/// The graders that score rows in groups, each a unit, and the option that names the column of the groups. `log-mae-by-group` is none of
/// them: its groups are kinds of rows, which stay as many as they are.
const GROUPING: &[(&str, &str)] = &[("weighted-log-loss", "group"), ("haversine-quantiles", "group")];

/// That a row is a unit of this competition.
///
/// # Errors
///
/// With the reason why it is none.
pub fn rows_are_units(competition: &Competition) -> Result<(), BootstrapError> {
    if competition.submission.pairing == Pairing::Grader {
        return Err(BootstrapError::Paired(competition.id.clone()));
    }
    let grader = &competition.grader;
    let group = GROUPING.iter().find(|(name, _)| *name == grader.component);
    match group.and_then(|(_, option)| grader.options.get(*option)) {
        Some(Setting::Text(group)) => Err(BootstrapError::Grouped { id: competition.id.clone(), group: group.clone() }),
        _ => Ok(()),
    }
}

impl Paired<'_> {
    /// Scores of resampled rows.
    pub(crate) fn resample(&self, bootstrap: &Bootstrap, cancel: &Cancel) -> Result<Resampled, BootstrapError> {
        let replicates = bootstrap.replicates.get();
        if replicates > MAX_REPLICATES {
            return Err(BootstrapError::Many(replicates));
        }
        rows_are_units(self.prepared.competition())?;
        let (rows, answers) = (self.aligned.num_rows(), self.answers.num_rows());
        if rows != answers {
            return Err(BootstrapError::Unequal { submission: rows, answers });
        }
        let Some(count) = u32::try_from(rows).ok().filter(|&count| count > 1) else {
            return Err(BootstrapError::Few(rows));
        };
        // Each replicate has its own seed, so that it does not matter which thread takes it.
        let mut random = fastrand::Rng::with_seed(bootstrap.seed);
        let seeds: Vec<u64> = (0..replicates).map(|_| random.u64(..)).collect();
        let share = seeds.len().div_ceil(bootstrap.threads.get()).max(1);
        let scores = thread::scope(|scope| {
            let work = |seeds: &[u64]| seeds.iter().map(|&seed| self.score(seed, count, cancel)).collect::<Vec<_>>();
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
        Ok(Resampled { rows, scores: scores.into_iter().collect::<Result<_, _>>()? })
    }

    fn score(&self, seed: u64, rows: u32, cancel: &Cancel) -> Result<Option<f64>, BootstrapError> {
        let mut random = fastrand::Rng::with_seed(seed);
        let drawn: Vec<u32> = (0..rows).map(|_| random.u32(0..rows)).collect();
        let drawn = Some(&drawn);
        let resolved = &self.prepared.resolved;
        let task = Task {
            submission: self.submission,
            aligned: &align::apply(self.aligned, drawn, Threads::one())?,
            answers: &align::apply(self.answers, drawn, Threads::one())?,
            options: &resolved.options,
        };
        let Run { outcome, .. } = resolved.grader.grade(&task, cancel)?;
        Ok(match outcome {
            sandbox::Outcome::Scored(score) => Some(score.value).filter(|value| value.is_finite()),
            _ => None,
        })
    }
}
