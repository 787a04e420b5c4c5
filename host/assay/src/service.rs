//! The service: competitions, graders and answers at hand, and one way to grade.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use assay_evidence::access_log::{AccessLogError, Anchor, Purpose};
use assay_evidence::{Evidence, Recorded, Settled};
use assay_sandbox::{Cancel, HostFault};
use assay_tables::Threads;
use assay_tables::align::Expected;
use assay_tables::read::{self, Folders};
use assay_types::competition::Competition;
use assay_types::receipt::Confinement;
use assay_types::report::{Outcome, Report};
use chrono::Utc;
use thiserror::Error;

use crate::answers::{self, AnswersError, AnswersProvider, Version};
use crate::batch::{Batch, BatchOptions};
use crate::builder::Builder;
use crate::competitions::{Competitions, CompetitionsError};
use crate::context::{Context, Step};
use crate::grade::{Operator, Unrecorded, grade};
use crate::graders::Graders;
use crate::ingest::{Opened, Submission};
use crate::list::{Content, Entry, NO_SUBMISSION};
use crate::memory::{Answering, Memory, Need};
use crate::prepared::{PrepareError, PreparedCompetition};
use crate::prepared_cache::PreparedCache;
use crate::resolved::ResolvedCompetition;
use crate::validate::{Validation, validate};

/// How often an entry for which there is no room in the memory tries again.
const ROOM_PULSE: Duration = Duration::from_millis(50);

/// What a worker process takes beside its grader's memory, in bytes.
const WORKER: u64 = 128 << 20;

/// Grades submissions. A clone is another handle to the same service; any number of threads may use it at once.
#[derive(Clone)]
pub struct Assay {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) competitions: Competitions,
    pub(crate) graders: Graders,
    pub(crate) answers: Box<dyn AnswersProvider>,
    pub(crate) evidence: Evidence,
    pub(crate) limits: read::Limits,
    pub(crate) threads: Threads,
    pub(crate) folders: Folders,
    pub(crate) prepared: PreparedCache,
    pub(crate) confinement: Confinement,
    pub(crate) memory: Memory,
}

/// What a grading came to. Its use of the answers is on record, and what is outside the lock is marked.
#[derive(Clone, Debug)]
pub struct Graded {
    report: Recorded,
    operator: Operator,
    took: Duration,
}

/// Why nothing was graded.
#[derive(Debug, Error)]
pub enum GradeError {
    /// The competition is unknown, or its file is wrong.
    #[error(transparent)]
    Competition(#[from] CompetitionsError),
    /// Its grader or its answers cannot be used.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
}

impl Graded {
    /// The report, as participants may see it.
    #[must_use]
    pub fn report(&self) -> &Report {
        self.report.report()
    }

    /// The report, with the proof that it was recorded.
    #[must_use]
    pub fn recorded(&self) -> &Recorded {
        &self.report
    }

    /// The same, without what is for the operator.
    #[must_use]
    pub fn into_recorded(self) -> Recorded {
        self.report
    }

    /// What the grader said beside the answers: for the operator alone.
    #[must_use]
    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    /// How long it took. It is not in the report, which says what is the same every time.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.took
    }
}

impl Assay {
    /// A service to be set up: with the competitions and graders that the program carries, answers from nowhere, and no log.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Assay { inner: Arc::new(inner) }
    }

    /// Grades a submission to a competition. The use of the answers is on record when this returns.
    ///
    /// # Errors
    ///
    /// If the competition is unknown, or its grader or answers cannot be used. What is wrong with the submission, or fails while it is
    /// graded, is no error: the report says so.
    pub fn grade(
        &self,
        competition_id: &str,
        submission: Submission<'_>,
        context: &Context<'_>,
    ) -> Result<Graded, GradeError> {
        self.grade_for(competition_id, submission, Purpose::Grade, context)
    }

    pub(crate) fn grade_for(
        &self,
        competition_id: &str,
        submission: Submission<'_>,
        purpose: Purpose,
        context: &Context<'_>,
    ) -> Result<Graded, GradeError> {
        context.step(Step::Prepare);
        let competition = self.inner.competitions.get(competition_id)?;
        let name = context.name_of(submission);
        let report = Report { tags: context.tags.clone(), ..Report::new(Some(competition_id), &name, Utc::now()) };
        let opened = submission.open(&self.inner.folders);
        // Before there is room for the grading, so that nobody waits for room in the possession of some.
        let loaded = self.load(&competition.grader.component, &context.cancel);
        let room = loaded.and_then(|()| self.inner.memory.take(self.need(&competition, &opened), &context.cancel));
        let _room = match room {
            Ok(room) => room,
            Err(fault) => {
                let report = report.of(&competition).refused(Outcome::HostFault, fault.to_string());
                return Ok(self.conclude(report, purpose));
            }
        };
        let _at_work = self.inner.threads.at_work();
        let prepared = self.prepare(competition)?;
        let unrecorded = grade(&prepared, &opened, &self.inner.limits, &self.inner.threads, report, context);
        context.step(Step::Record);
        Ok(self.recorded(unrecorded, purpose))
    }

    /// Loads a grader, unless that was tried before. There has to be room for compiling what others made.
    pub(crate) fn load(&self, grader: &str, cancel: &Cancel) -> Result<(), HostFault> {
        let graders = &self.inner.graders;
        if graders.is_settled(grader) {
            return Ok(());
        }
        let compiling = Need::at_most(graders.limits().compile_memory_bytes as u64);
        let _room = if graders.is_own(grader) { None } else { Some(self.inner.memory.take(compiling, cancel)?) };
        // What is wrong with it is told by whoever uses it.
        let _ = graders.get(grader);
        Ok(())
    }

    /// What grading a submission needs of the memory.
    fn need(&self, competition: &Competition, submission: &Opened<'_>) -> Need {
        let inner = &*self.inner;
        let limits = inner.graders.limits();
        let answers = match inner.prepared.weight_of(&competition.id) {
            Some(weight) => Answering::Kept(weight as u64),
            None => Answering::Unread(inner.answers.answers(competition).map_or(0, |answers| answers.size())),
        };
        // The program's own graders take what tables take. Those of others take what they may.
        let grader =
            if inner.graders.is_own(&competition.grader.component) { 0 } else { limits.memory_bytes as u64 + WORKER };
        Need::of(submission.size(&inner.limits), answers, grader)
    }

    /// Grades an entry of a list. Whatever is wrong is told by its report. None: there is no room for it in the memory now.
    pub(crate) fn grade_entry(&self, entry: &Entry, purpose: Purpose, context: &Context<'_>) -> Option<Graded> {
        let report = entry.report(Utc::now());
        if context.cancel.is_cancelled() {
            let report = report.refused(Outcome::HostFault, HostFault::Cancelled.to_string());
            return Some(self.conclude(report, purpose));
        }
        let submission = match &entry.submission {
            Ok(submission) => submission,
            Err(reason) => {
                let reason = format!("line {} of the list: {reason}", entry.line);
                return Some(self.conclude(report.refused(Outcome::NotGraded, reason), purpose));
            }
        };
        let opened = entry.submission(&submission.submission_path).open(&self.inner.folders);
        let exists = !matches!(opened, Opened::File(Err(_)));
        let competition = match self.inner.competitions.get(&submission.competition_id) {
            Ok(competition) => competition,
            Err(error) => {
                let report = Report { submission_exists: exists, ..report };
                return Some(self.conclude(report.refused(Outcome::NotGraded, error.to_string()), purpose));
            }
        };
        let refused = |outcome, reason: String| {
            let report = Report { submission_exists: exists, ..report.clone().of(&competition) };
            Some(self.conclude(report.refused(outcome, reason), purpose))
        };
        let _room = match self.inner.memory.try_take(self.need(&competition, &opened)) {
            Ok(Some(room)) => room,
            Ok(None) if context.cancel.is_cancelled() => {
                return refused(Outcome::HostFault, HostFault::Cancelled.to_string());
            }
            Ok(None) => return None,
            Err(fault) => return refused(Outcome::HostFault, fault.to_string()),
        };
        let _at_work = self.inner.threads.at_work();
        match self.prepare(Arc::clone(&competition)) {
            Ok(prepared) if matches!(entry.content, Content::File) && submission.submission_path == NO_SUBMISSION => {
                let report = Report { receipt: Some(prepared.receipt.clone()), ..report };
                let reason = "there is no submission: its path is `None`, or null";
                let report = report.of(&competition).refused(Outcome::InvalidSubmission, reason);
                Some(self.conclude(report, purpose))
            }
            Ok(prepared) => {
                let unrecorded = grade(&prepared, &opened, &self.inner.limits, &self.inner.threads, report, context);
                Some(self.recorded(unrecorded, purpose))
            }
            Err(error) => {
                let outcome = if error.is_host_fault() { Outcome::HostFault } else { Outcome::NotGraded };
                refused(outcome, error.to_string())
            }
        }
    }

    /// The report on an entry of a list that was not graded, for such a reason.
    #[must_use]
    pub fn refuse(&self, entry: &Entry, outcome: Outcome, reason: &str) -> Graded {
        self.conclude(entry.report(Utc::now()).refused(outcome, reason), Purpose::Grade)
    }

    /// A report on which there is nothing for the operator.
    pub(crate) fn conclude(&self, report: Report, purpose: Purpose) -> Graded {
        let (operator, took) = (Operator::default(), Duration::ZERO);
        self.recorded(Unrecorded { report, operator, took }, purpose)
    }

    fn recorded(&self, unrecorded: Unrecorded, purpose: Purpose) -> Graded {
        let Unrecorded { report, operator, took } = unrecorded;
        let report = self.inner.evidence.record(report, purpose);
        let operator = if report.lost().is_some() { Operator::default() } else { operator };
        Graded { report, operator, took }
    }

    /// Grades an entry of a list, as [`Assay::batch`] does, and waits for room in the memory as long as it takes: for those who have a
    /// schedule of their own. Whatever is wrong is told by its report.
    #[must_use]
    pub fn grade_listed(&self, entry: &Entry, context: &Context<'_>) -> Graded {
        if let Some(competition) = entry.competition_id().and_then(|id| self.inner.competitions.get(id).ok()) {
            // What is wrong with its grader is told by the report.
            let _ = self.load(&competition.grader.component, &context.cancel);
        }
        loop {
            if let Some(graded) = self.grade_entry(entry, Purpose::Grade, context) {
                return graded;
            }
            std::thread::sleep(ROOM_PULSE);
        }
    }

    /// Grades many submissions, each with a number of the caller's, and gives them back as they are finished.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub fn batch<I>(&self, entries: I, options: &BatchOptions) -> std::io::Result<Batch>
    where
        I: IntoIterator<Item = (usize, Entry)>,
        I::IntoIter: Send + 'static,
    {
        Batch::start(self, entries.into_iter(), options)
    }

    /// A report of an interrupted run whose use was recorded then. It is marked by the lock of this run.
    #[must_use]
    pub fn resumed(&self, report: Report) -> Recorded {
        self.inner.evidence.resumed(report)
    }

    /// A report that a service elsewhere made, which had no log, and which was told to nobody yet: its use of the answers is recorded here,
    /// and what is outside the lock of this service is marked.
    #[must_use]
    pub fn record(&self, report: Report) -> Recorded {
        self.inner.evidence.record(report, Purpose::Grade)
    }

    /// Reports as they may be written down: their uses survive a power cut, and the log's state stands beside them.
    #[must_use]
    pub fn settle(&self, reports: Vec<Recorded>) -> Settled {
        self.inner.evidence.settle(reports)
    }

    /// Makes sure that the uses on record survive a power cut, and returns the log's state; none without a log.
    ///
    /// # Errors
    ///
    /// If the log cannot be written, or was tampered with.
    pub fn sync(&self) -> Result<Option<Anchor>, AccessLogError> {
        self.inner.evidence.sync()
    }

    /// Is a submission valid? It goes the way of a grading up to the grader's own look at it, and no further. Without the `expected`
    /// rows, its rows are not looked at.
    ///
    /// # Errors
    ///
    /// If the competition is unknown, its grader cannot be used, or the host failed.
    pub fn validate(
        &self,
        competition_id: &str,
        submission: Submission<'_>,
        expected: Option<&Expected>,
        context: &Context<'_>,
    ) -> Result<Validation, ValidateError> {
        let competition = self.inner.competitions.get(competition_id)?;
        let resolved = ResolvedCompetition::new(competition, &self.inner.graders).map_err(PrepareError::from)?;
        let name = context.name_of(submission);
        let (opened, inner) = (submission.open(&self.inner.folders), &*self.inner);
        let _at_work = inner.threads.at_work();
        validate(&resolved, expected, &opened, (&inner.limits, &inner.threads), name, context)
            .map_err(|error| ValidateError::Host(error.to_string()))
    }

    /// The rows that submissions to a competition must have, as far as participants may know them.
    ///
    /// # Errors
    ///
    /// If the answers cannot be used.
    pub fn expected(&self, competition: &Competition) -> Result<Expected, AnswersError> {
        let inner = &*self.inner;
        let _at_work = inner.threads.at_work();
        answers::expected(competition, &*inner.answers, &inner.limits, &inner.threads)
    }

    /// How many threads there are.
    pub(crate) fn threads(&self) -> NonZero<usize> {
        self.inner.threads.count()
    }

    /// The competitions at hand.
    #[must_use]
    pub fn competitions(&self) -> &Competitions {
        &self.inner.competitions
    }

    /// The graders at hand.
    #[must_use]
    pub fn graders(&self) -> &Graders {
        &self.inner.graders
    }

    /// How large submissions may be.
    #[must_use]
    pub fn limits(&self) -> &read::Limits {
        &self.inner.limits
    }

    /// Where a submission's path leads.
    #[must_use]
    pub fn find(&self, given: &Path) -> PathBuf {
        self.inner.folders.find(given)
    }

    pub(crate) fn prepare(&self, competition: Arc<Competition>) -> Result<Arc<PreparedCompetition>, PrepareError> {
        let inner = &*self.inner;
        let given = inner.answers.answers(&competition);
        let version = given.as_ref().map(Version::of);
        let (id, digest) = (competition.id.clone(), competition.digest.clone());
        let prepare = || {
            let (limits, threads) = (&inner.limits, &inner.threads);
            let (graders, answers) = (&inner.graders, &*inner.answers);
            PreparedCompetition::new(competition, graders, answers, given, limits, inner.confinement, threads)
        };
        match version {
            Some(version) => inner.prepared.get_or_prepare(&id, &digest, version, prepare),
            None => prepare().map(Arc::new),
        }
    }
}

/// Why a submission was not looked at.
#[derive(Debug, Error)]
pub enum ValidateError {
    /// The competition is unknown, or its file is wrong.
    #[error(transparent)]
    Competition(#[from] CompetitionsError),
    /// Its grader cannot be used.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The host failed.
    #[error("{0}")]
    Host(String),
}
