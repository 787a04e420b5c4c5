//! Many submissions at once: a JSON-lines list of them, each graded by itself, so that one failure costs one entry.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rayon::prelude::*;

use crate::grade::{Graded, Operator, grade};
use crate::graders::Graders;
use crate::lock::Lock;
use crate::read;
use crate::registry::Registry;
use crate::report::{Outcome, Report};
use crate::setup::{self, Setup};
use crate::uses::UseLog;

pub use crate::list::{Entry, Submission, entries};

/// What gradings need beside the submissions.
pub struct Batch<'a> {
    /// The competitions at hand.
    pub registry: &'a Registry,
    /// Where the data are.
    pub data_dir: &'a Path,
    /// The folder of the list, where paths are looked up that are not in the working directory.
    pub list_dir: &'a Path,
    /// The limits on files.
    pub limits: &'a read::Limits,
    /// Where uses of answers are recorded.
    pub uses: Option<&'a UseLog>,
    /// What graders and competitions should be.
    pub lock: &'a Lock,
}

type Ready = Arc<OnceLock<Result<Setup, String>>>;

/// The competitions that entries still wait for. One is made ready when its first entry is graded, and dropped after its last, so
/// that the answers of one competition at a time are in memory where a list is sorted.
struct Setups<'e>(Mutex<HashMap<&'e str, (Ready, usize)>>);

impl<'e> Setups<'e> {
    fn new(entries: impl Iterator<Item = &'e Entry>) -> Self {
        let mut setups: HashMap<&str, (Ready, usize)> = HashMap::new();
        for submission in entries.filter_map(|entry| entry.submission.as_ref().ok()) {
            setups.entry(&submission.competition_id).or_default().1 += 1;
        }
        Setups(Mutex::new(setups))
    }

    /// The competition for one entry.
    fn take(&self, id: &str) -> Ready {
        let mut setups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((ready, waiting)) = setups.get_mut(id) else { return Ready::default() };
        *waiting -= 1;
        let ready = Arc::clone(ready);
        if *waiting == 0 {
            setups.remove(id);
        }
        ready
    }
}

impl Batch<'_> {
    /// Grades all entries, on as many threads as the current pool has, but for those that are `finished`, by their places. The reports come
    /// in the order of the entries; `done` is called after each, with its place. A use of answers is recorded before.
    pub fn grade(
        &self,
        graders: &Graders,
        entries: &[Entry],
        finished: &HashMap<usize, Report>,
        done: impl Fn(usize, &Graded) + Sync,
    ) -> Vec<Graded> {
        let waiting = |index: &usize| !finished.contains_key(index);
        let setups = Setups::new((0..entries.len()).filter(waiting).filter_map(|index| entries.get(index)));
        entries
            .par_iter()
            .enumerate()
            .map(|(index, entry)| {
                if let Some(report) = finished.get(&index) {
                    // The lock of this run may be another.
                    let report = Report { outside_lock: self.lock.outside(report), ..report.clone() };
                    return Graded { report, operator: Operator::default(), took: Duration::ZERO };
                }
                let graded = catch_unwind(AssertUnwindSafe(|| self.grade_one(graders, entry, &setups)));
                let graded = graded.unwrap_or_else(|_| {
                    let report = self.nothing(entry);
                    not_graded(report, "internal error: the program failed on this entry; please report it".into())
                });
                let mut graded = self.recorded(graded);
                graded.report.tags =
                    entry.submission.as_ref().map(|submission| submission.tags.clone()).unwrap_or_default();
                graded.report.outside_lock = self.lock.outside(&graded.report);
                done(index, &graded);
                graded
            })
            .collect()
    }

    /// What was graded, once its use of the answers is on record.
    fn recorded(&self, graded: Graded) -> Graded {
        let Some(uses) = self.uses else { return graded };
        let report = uses.recorded(graded.report);
        let lost = report.outcome == Outcome::NotGraded;
        Graded { report, operator: if lost { Operator::default() } else { graded.operator }, took: graded.took }
    }

    /// The files that grading these entries reads: submissions, and the answers of their competitions.
    #[must_use]
    pub fn files(&self, entries: &[Entry]) -> Vec<PathBuf> {
        let submissions = || entries.iter().filter_map(|entry| entry.submission.as_ref().ok());
        let competitions: BTreeSet<&str> = submissions().map(|submission| submission.competition_id.as_str()).collect();
        let answers = competitions.into_iter().filter_map(|id| self.registry.get(id).ok());
        submissions()
            .map(|submission| self.find(&submission.submission_path))
            .chain(answers.map(|competition| setup::answers(self.data_dir, &competition)))
            .collect()
    }

    fn grade_one(&self, graders: &Graders, entry: &Entry, setups: &Setups<'_>) -> Graded {
        let report = self.nothing(entry);
        let submission = match &entry.submission {
            Ok(submission) => submission,
            Err(reason) => return not_graded(report, format!("line {} of the list: {reason}", entry.line)),
        };
        let path = self.find(&submission.submission_path);
        let ready = setups.take(&submission.competition_id);
        let setup = ready.get_or_init(|| {
            let competition = self.registry.get(&submission.competition_id).map_err(|error| error.to_string())?;
            Setup::new(competition, graders, self.data_dir, self.limits).map_err(|error| error.to_string())
        });
        match setup {
            Ok(setup) => grade(setup, &path, &submission.submission_path, self.limits),
            Err(reason) => {
                let report = match self.registry.get(&submission.competition_id) {
                    Ok(competition) => report.against(&competition.leaderboard),
                    Err(_) => report,
                };
                not_graded(Report { submission_exists: path.is_file(), ..report }, reason.clone())
            }
        }
    }

    fn nothing(&self, entry: &Entry) -> Report {
        match &entry.submission {
            Ok(submission) => Report::new(Some(&submission.competition_id), &submission.submission_path),
            Err(_) => Report::new(None, ""),
        }
    }

    fn find(&self, given: &str) -> PathBuf {
        let path = Path::new(given);
        if path.is_absolute() || path.exists() { path.to_owned() } else { self.list_dir.join(path) }
    }
}

fn not_graded(report: Report, reason: String) -> Graded {
    Graded { report: report.refused(Outcome::NotGraded, reason), operator: Operator::default(), took: Duration::ZERO }
}
