//! The score on a part of the rows, as leaderboards show one while a competition runs.
//!
//! Which rows are in it depends on a seed, on the answers' digest, and on nothing else: not on the submission, and not on its order. Whoever
//! knows the seed but not the answers cannot tell which rows those are.

use arrow::array::RecordBatch;
use assay_sandbox::{self as sandbox, Cancel, Run, Task};
use assay_tables::{Threads, align};
use assay_types::sha256;

use crate::bootstrap::{BootstrapError, Units};
use crate::prepared::PreparedCompetition;

/// A part of the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// How large it is: more than 0, less than 1.
    pub share: f64,
    /// What it is drawn by.
    pub seed: String,
}

/// The score on a part of the rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartScore {
    /// How many rows are in it, of those that the grader gets.
    pub rows: usize,
    /// The score; none where the metric is not defined for these rows.
    pub score: Option<f64>,
}

impl Part {
    /// Which of so many rows of the answers are in it: as many as its share says, to the nearest.
    fn rows(&self, answers: &str, count: u32) -> Vec<bool> {
        let digest = sha256(format!("{}\n{answers}", self.seed).as_bytes());
        let seed = u64::from_str_radix(digest.get(..16).unwrap_or_default(), 16).unwrap_or_default();
        let mut random = fastrand::Rng::with_seed(seed);
        let mut rows: Vec<u32> = (0..count).collect();
        random.shuffle(&mut rows);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a part of `count`")]
        let size = (f64::from(count) * self.share.clamp(0.0, 1.0)).round() as usize;
        let mut chosen = vec![false; count as usize];
        rows.iter().take(size).for_each(|&row| chosen[row as usize] = true);
        chosen
    }
}

/// Tables that are paired row by row, and what they are graded with.
pub(crate) struct PairedRows<'a> {
    pub(crate) prepared: &'a PreparedCompetition,
    /// The submission as it is, for the grader's own look at it.
    pub(crate) submission: &'a RecordBatch,
    pub(crate) aligned: &'a RecordBatch,
    pub(crate) answers: &'a RecordBatch,
    /// Which row of the answers each pair has. None: its own place.
    pub(crate) places: Option<&'a [u32]>,
}

impl PairedRows<'_> {
    /// The score on a part of the pairs.
    pub(crate) fn score(&self, part: &Part, cancel: &Cancel) -> Result<PartScore, BootstrapError> {
        Units::are_rows(self.prepared.competition())?;
        let (rows, answers) = (self.aligned.num_rows(), self.answers.num_rows());
        if rows != answers {
            return Err(BootstrapError::Unequal { submission: rows, answers });
        }
        let Ok(all) = u32::try_from(self.prepared.grader_columns.num_rows()) else {
            return Err(BootstrapError::Few(rows));
        };
        let chosen = part.rows(&self.prepared.receipt.digests.answers, all);
        let is_chosen = |pair: usize| {
            let place = self.places.map_or(pair, |places| places.get(pair).map_or(usize::MAX, |&row| row as usize));
            chosen.get(place) == Some(&true)
        };
        let pairs: Vec<u32> =
            (0..rows).filter(|&pair| is_chosen(pair)).filter_map(|pair| u32::try_from(pair).ok()).collect();
        if pairs.is_empty() {
            return Err(BootstrapError::Few(0));
        }
        let resolved = &self.prepared.resolved;
        let task = Task {
            submission: self.submission,
            aligned: &align::apply(self.aligned, Some(&pairs), Threads::one())?,
            answers: &align::apply(self.answers, Some(&pairs), Threads::one())?,
            options: &resolved.options,
        };
        let Run { outcome, .. } = resolved.grader.grade(&task, cancel)?;
        let score = match outcome {
            sandbox::Outcome::Scored(score) => Some(score.value).filter(|value| value.is_finite()),
            _ => None,
        };
        Ok(PartScore { rows: pairs.len(), score })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_drawn_by_its_seed_and_the_answers() {
        let part = |seed: &str| Part { share: 0.3, seed: seed.into() };
        let rows = part("a").rows("answers", 1000);
        assert_eq!(rows.iter().filter(|&&chosen| chosen).count(), 300);
        assert_eq!(rows, part("a").rows("answers", 1000));
        assert_ne!(rows, part("b").rows("answers", 1000));
        assert_ne!(rows, part("a").rows("others", 1000));
    }
}
