//! Reports that may be told: their use of answers is on record, and what is outside the lock is marked.

use std::ops::Deref;

use assay_types::medal::Medals;

use crate::access_log::{AccessLog, AccessLogError, Anchor, Purpose};
use crate::lock::Lock;
use crate::report::{Outcome, Report};

/// What a grading leaves behind beside its report: a line in the log of uses, if there is one, and what it is held against.
pub struct Evidence {
    /// Where uses of answers are recorded. None: nowhere.
    log: Option<AccessLog>,
    /// What graders and competitions should be.
    lock: Lock,
}

/// A report that may be told. Only [`Evidence`] makes one of a report, so none is told that was not recorded and marked.
#[derive(Clone, Debug)]
pub struct Recorded {
    report: Report,
    lost: Option<String>,
}

impl Recorded {
    /// The report. If its use of answers could not be recorded, it says so and has no score.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Why the use could not be recorded, if it could not.
    #[must_use]
    pub fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// The report alone.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }
}

impl Deref for Recorded {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.report
    }
}

impl Evidence {
    /// Records uses in `log`, if there is one, and marks what `lock` does not have.
    #[must_use]
    pub fn new(log: Option<AccessLog>, lock: Lock) -> Self {
        Evidence { log, lock }
    }

    /// True if uses are recorded.
    #[must_use]
    pub fn has_log(&self) -> bool {
        self.log.is_some()
    }

    /// Records the use that a report is on, and marks the report. What could not be recorded is not told: the report then says why there
    /// is no outcome.
    #[must_use]
    pub fn record(&self, report: Report, purpose: Purpose) -> Recorded {
        let recorded = self.log.as_ref().map_or(Ok(()), |log| log.record(&report, purpose));
        match recorded {
            Ok(()) => self.marked(report),
            Err(error) => withheld(&report, &error),
        }
    }

    /// A report of an interrupted run, which recorded its use. It is marked again, since the lock of this run may be another.
    #[must_use]
    pub fn resumed(&self, report: Report) -> Recorded {
        self.marked(report)
    }

    /// Makes sure that the uses on record survive a power cut, and returns the log's state, for a report on all of them to hold; none if
    /// there is no log.
    ///
    /// # Errors
    ///
    /// If the log cannot be written, or was tampered with.
    pub fn sync(&self) -> Result<Option<Anchor>, AccessLogError> {
        self.log.as_ref().map(AccessLog::sync).transpose()
    }

    /// Reports whose uses survive a power cut, and the log's state, as [`Evidence::sync`] gives it. If that cannot be had, reports on
    /// answers that were used say why there is no outcome, and the error comes with them.
    #[must_use]
    pub fn settle(&self, reports: Vec<Recorded>) -> Settled {
        match self.sync() {
            Ok(anchor) => {
                Settled { reports: reports.into_iter().map(Recorded::into_report).collect(), anchor, lost: false }
            }
            Err(error) => {
                let settle = |recorded: Recorded| match used(&recorded.report) {
                    true => withheld(&recorded.report, &error).into_report(),
                    false => recorded.report,
                };
                Settled { reports: reports.into_iter().map(settle).collect(), anchor: None, lost: true }
            }
        }
    }

    fn marked(&self, report: Report) -> Recorded {
        let outside_lock = self.lock.outside(&report);
        Recorded { report: Report { outside_lock, ..report }, lost: None }
    }
}

/// Reports of a whole run, as they may be written down.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The reports, in their order.
    pub reports: Vec<Report>,
    /// The state of the log once all of them were in it; none without a log.
    pub anchor: Option<Anchor>,
    /// True if the log could not be made to survive a power cut, so that outcomes were withheld.
    pub lost: bool,
}

/// True if a submission was held against answers.
fn used(report: &Report) -> bool {
    report.receipt.as_ref().is_some_and(|receipt| receipt.submission.is_some())
}

/// What is left of a report whose use of answers is not on record.
fn withheld(report: &Report, error: &AccessLogError) -> Recorded {
    let left = Report {
        score: None,
        score_exact: None,
        medals: Medals::default(),
        valid_submission: false,
        receipt: None,
        outside_lock: Vec::new(),
        ..report.clone()
    };
    let lost = error.to_string();
    Recorded { report: left.refused(Outcome::HostFault, lost.clone()), lost: Some(lost) }
}
