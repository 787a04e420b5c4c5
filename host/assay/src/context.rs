//! What a caller wants around a grading.

use assay_sandbox::Cancel;
use assay_types::tags::Tags;

use crate::bootstrap::Bootstrap;
use crate::ingest::Submission;
use crate::part::Part;

/// What a caller wants around a grading.
#[derive(Default)]
pub struct Context<'a> {
    /// Stops the grading from another thread. Its outcome is then a host fault.
    pub cancel: Cancel,
    /// Called as the grading comes to each step.
    pub progress: Option<&'a (dyn Fn(Step) + Sync)>,
    /// What the report carries beside: the run, the seed, whatever belongs to the submission.
    pub tags: Tags,
    /// What the report calls the submission [default: its path as it was given; `-` where there is none].
    pub name: Option<&'a str>,
    /// Whether a score is computed on resampled rows as well, which [`crate::Operator`] then has.
    pub bootstrap: Option<Bootstrap>,
    /// Whether a score is computed on a part of the rows as well, which [`crate::Operator`] then has.
    pub part: Option<Part>,
}

/// A step of a grading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The competition is resolved, and its answers are read, unless they were kept.
    Prepare,
    /// The submission is read, checked and aligned.
    Read,
    /// The grader runs.
    Grade,
    /// The use of the answers is recorded.
    Record,
}

impl Context<'_> {
    /// What reports call a submission.
    pub(crate) fn name_of(&self, submission: Submission<'_>) -> String {
        match (self.name, submission) {
            (Some(name), _) => name.to_owned(),
            (None, Submission::Path(path)) => path.display().to_string(),
            (None, Submission::Bytes(_) | Submission::Table(_)) => "-".to_owned(),
        }
    }

    pub(crate) fn step(&self, step: Step) {
        if let Some(progress) = self.progress {
            progress(step);
        }
    }
}
