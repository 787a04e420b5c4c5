//! Is a grader fit to be used? It is tried on the data of competitions and on known-answer cases, and on what becomes of them when they are
//! changed. What is found may hold what the grader said of answers: it is for the operator.
//!
//! Each check has a stable id ([`ALL`]); `docs/checks.md` explains each.

mod case;
mod catalogue;
mod cost;
mod counted;
mod described;
mod details;
mod gold;
mod hard;
mod known;
mod ledger;
mod order;
mod repeated;
mod tables;
mod trial;

use std::cell::Cell;
use std::collections::BTreeMap;

use assay_evidence::access_log::Purpose;
use assay_sandbox::{Cancel, Grader, HostFault, LoadError, Trust};
use assay_tables::read::OpenFile;
use assay_types::competition::{Competition, GraderSource, Leaderboard};
use serde::Serialize;
use thiserror::Error;

pub use self::case::{Case, CaseError};
pub use self::catalogue::{ALL, Check};
pub use self::cost::Cost;
pub use self::known::Answered;
pub use self::ledger::{Finding, Verdict};

use self::catalogue::{
    DIRECTION, GOLD_BEST, GROWS, IMPORTS_NOTHING, KEEPS_LIMITS, OPTIONS_CHECKED, SAME_DESCRIPTION, SAMPLE_VALID,
};
use self::known::Came;
pub(crate) use self::known::answers;
use self::ledger::Ledger;
use self::trial::{Dataset, Stop, Trial, Untried, pair, prepare};
use crate::answers::{AnswersProvider, DataDir};
use crate::catalog::CatalogError;
use crate::context::Context;
use crate::ingest::Submission;
use crate::service::Assay;

/// What is checked.
#[derive(Clone, Debug, Default)]
pub struct Checking {
    /// The grader, by its name among those at hand.
    pub grader: String,
    /// Competitions that it is tried on, if their data are at hand.
    pub competitions: Vec<String>,
    /// Known-answer cases.
    pub cases: Vec<Case>,
    /// The grader itself, where it is source text and `grader` the interpreter.
    pub source: Option<GraderSource>,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// The grader.
    pub grader: String,
    /// SHA-256 of its component.
    pub sha256: String,
    /// True if nothing failed.
    pub passed: bool,
    /// One finding for each check, in the order of [`ALL`].
    pub findings: Vec<Finding>,
    /// What gradings of more and more rows cost, on the first tables that could be tried.
    pub costs: Vec<Cost>,
}

/// Why nothing was checked.
#[derive(Debug, Error)]
pub enum CheckError {
    /// There is no such grader, or its file cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Others made the component, and there is no worker program to run it.
    #[error(transparent)]
    NoWorker(LoadError),
    /// The host failed: the grader is not to blame, and another try may succeed.
    #[error(transparent)]
    Host(#[from] HostFault),
}

/// Checks a grader. Data of its competitions are taken from `data`.
///
/// # Errors
///
/// If there is no such grader, or the host fails. A component that is no grader is no error: the findings say so.
pub fn check(assay: &Assay, checking: &Checking, data: Option<&DataDir>) -> Result<Checked, CheckError> {
    let graders = assay.graders();
    let component = graders.catalog().component(&checking.grader)?;
    let trust = if graders.is_own(&checking.grader) { Trust::Own } else { Trust::Others };
    let mut ledger = Ledger::default();
    let mut checked = Checked {
        grader: checking.source.as_ref().map_or_else(|| checking.grader.clone(), |source| source.file.clone()),
        sha256: assay_types::sha256(&component),
        passed: false,
        findings: Vec::new(),
        costs: Vec::new(),
    };
    // The first load is the one that a grading uses.
    let loaded = graders.load(&component, trust).and_then(|first| Ok((first, graders.load(&component, trust)?)));
    match loaded {
        Ok((grader, elsewhere)) => {
            ledger.pass(IMPORTS_NOTHING, "it is a grader, and imports nothing");
            if grader.description() == elsewhere.description() {
                ledger.pass(SAME_DESCRIPTION, "both are the same");
            } else {
                ledger.fail(SAME_DESCRIPTION, "another load gave another description");
            }
            described::description(grader.description(), &mut ledger);
            let subject = Tried { assay, grader: &grader, elsewhere: &elsewhere };
            checked.costs = subject.all(checking, data, &mut ledger)?;
        }
        Err(LoadError::Host(fault)) => return Err(fault.into()),
        Err(error @ LoadError::Untrusted) => return Err(CheckError::NoWorker(error)),
        Err(error) => ledger.fail(IMPORTS_NOTHING, error.to_string()),
    }
    checked.findings =
        ledger.findings("there are no tables on which this can be tried: give it a case, or data that show it");
    checked.passed = checked.findings.iter().all(|finding| finding.verdict != Verdict::Fail);
    Ok(checked)
}

/// A grader that is tried.
struct Tried<'a> {
    assay: &'a Assay,
    grader: &'a Grader,
    elsewhere: &'a Grader,
}

impl Tried<'_> {
    /// Everything that needs tables.
    fn all(&self, checking: &Checking, data: Option<&DataDir>, ledger: &mut Ledger) -> Result<Vec<Cost>, HostFault> {
        let (cancel, exceeded) = (Cancel::new(), Cell::new(0));
        let trial = Trial { grader: self.grader, cancel: &cancel, exceeded: &exceeded };
        let mut costs = Vec::new();
        match self.on_tables(&trial, checking, data, &mut costs, ledger) {
            Ok(()) => {}
            Err(Stop::Host(fault)) => return Err(fault),
            Err(Stop::Limits(limit)) => {
                let seen = format!("{} gradings ran into a limit, and nothing more was tried: {limit}", exceeded.get());
                ledger.fail(KEEPS_LIMITS, seen);
            }
        }
        Ok(costs)
    }

    fn on_tables(
        &self,
        trial: &Trial<'_>,
        checking: &Checking,
        data: Option<&DataDir>,
        costs: &mut Vec<Cost>,
        ledger: &mut Ledger,
    ) -> Result<(), Stop> {
        let mut datasets = Vec::new();
        known::kinds(&checking.cases, ledger);
        for case in &checking.cases {
            datasets.extend(self.of_case(case, checking, trial, ledger)?.map(|dataset| (dataset, false)));
        }
        for id in &checking.competitions {
            match self.assay.competitions().get(id) {
                Ok(competition) => {
                    datasets.extend(self.of_competition(&competition, data, ledger)?.map(|dataset| (dataset, true)))
                }
                Err(error) => ledger.skip(SAMPLE_VALID, error.to_string()),
            }
        }
        let mut effects = BTreeMap::new();
        for (dataset, of_competition) in &datasets {
            described::options(trial, dataset, &mut effects, ledger)?;
            gold::gold(trial, dataset, ledger)?;
            gold::spread(trial, dataset, *of_competition, ledger)?;
            repeated::repeated(trial, self.elsewhere, dataset, ledger)?;
            order::order(trial, dataset, ledger)?;
            hard::hard(trial, dataset, ledger)?;
            counted::counted(trial, dataset, ledger)?;
            details::details(trial, dataset, ledger)?;
            if costs.is_empty() {
                *costs = cost::cost(trial, dataset, ledger)?;
            }
        }
        described::ignored(&effects, ledger);
        if datasets.is_empty() {
            ledger.skip(GROWS, "there are no tables to repeat: give it a case");
        }
        if trial.exceeded.get() > 0 {
            ledger.warn(KEEPS_LIMITS, format!("{} gradings ran into a limit", trial.exceeded.get()));
        } else if !datasets.is_empty() {
            ledger.pass(KEEPS_LIMITS, "no grading ran into a limit");
        }
        Ok(())
    }

    /// The tables of a case, once it was held against what it states; none if it states a refusal, or has none.
    fn of_case(
        &self,
        case: &Case,
        checking: &Checking,
        trial: &Trial<'_>,
        ledger: &mut Ledger,
    ) -> Result<Option<Dataset>, Stop> {
        let own = checking.source.as_ref().and(checking.competitions.first());
        let own = own.and_then(|id| self.assay.competitions().get(id).ok());
        let by_place = case.stated.submission.is_some() || own.is_some();
        let came = known::come_to(case, checking, own.as_deref(), self.assay.graders(), trial)?;
        let Came { seen, prepared, given } = match came {
            Ok(came) => came,
            Err(error) => {
                known::known(case, &Err(error), ledger);
                return Ok(None);
            }
        };
        let scored = seen.score().is_some();
        known::known(case, &Ok(seen), ledger);
        let gold = pair(&prepared, &case.answers).ok();
        Ok(scored.then(|| Dataset::new(&case.name, &prepared, given, gold, by_place)))
    }

    /// The tables of a competition; none without its data. That its answers are used is on record.
    fn of_competition(
        &self,
        competition: &Competition,
        data: Option<&DataDir>,
        ledger: &mut Ledger,
    ) -> Result<Option<Dataset>, Stop> {
        let id = &competition.id;
        let direction = self.grader.description().direction;
        let says_otherwise = |board: &Leaderboard| board.direction != direction;
        if competition.source.is_none() && competition.leaderboard.as_ref().is_some_and(says_otherwise) {
            ledger.fail(DIRECTION, format!("{id}: the competition's leaderboard has the other direction"));
        }
        let Some(data) = data.filter(|data| data.answers_file(competition).is_file()) else {
            ledger.skip(SAMPLE_VALID, format!("{id}: its data are not at hand"));
            return Ok(None);
        };
        let load = |file: &str| {
            let opened = OpenFile::open(&data.prepared(id).join(file));
            opened.and_then(|file| file.read(self.assay.limits())).map_err(|error| error.to_string())
        };
        let files = &competition.data;
        let answers = data.answers(competition).ok_or_else(String::new);
        let prepared = answers.and_then(|answers| prepare(competition.clone(), self.assay.graders(), answers));
        let (prepared, sample) = match prepared.and_then(|prepared| Ok((prepared, load(&files.sample_submission)?))) {
            Ok(both) => both,
            Err(error) => {
                ledger.warn(OPTIONS_CHECKED, format!("{id}: {error}"));
                return Ok(None);
            }
        };
        let context = Context { name: Some(id), ..Context::default() };
        // A use that could not be recorded is none: no score may come of it.
        let recorded = self.assay.grade_for(id, Submission::Bytes(&sample), Purpose::Doctor, &context);
        if let Ok(Some(lost)) = recorded.as_ref().map(|graded| graded.recorded().lost()) {
            return Err(HostFault::Resources(lost.to_owned()).into());
        }
        let best = load(files.gold_submission.as_ref().unwrap_or(&files.answers)).ok();
        let gold = best.and_then(|best| pair(&prepared, &best).ok());
        let given = match pair(&prepared, &sample) {
            Ok(given) => given,
            Err(Untried::Host(fault)) => return Err(fault.into()),
            Err(Untried::Refused(text)) => {
                match &competition.known.sample {
                    Some(why) => ledger.skip(SAMPLE_VALID, format!("{id}: {why}")),
                    None => ledger.warn(SAMPLE_VALID, format!("{id}: {text}")),
                }
                match &gold {
                    Some(gold) => gold.clone(),
                    None => {
                        ledger.skip(GOLD_BEST, format!("{id}: neither the sample nor the answers are a submission"));
                        return Ok(None);
                    }
                }
            }
        };
        Ok(Some(Dataset::new(id, &prepared, given, gold, true)))
    }
}
