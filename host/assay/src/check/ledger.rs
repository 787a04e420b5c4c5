//! What was seen, by check: the worst that was seen of a check is its verdict.

use std::collections::BTreeMap;

use serde::Serialize;

use super::catalogue::{ALL, Check};

/// How many things a finding tells; the others are counted.
const TOLD: usize = 4;

/// How a check ended, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It could not be tried, for the reason that is told.
    Skipped,
    /// As it should be.
    Pass,
    /// Perhaps a fault: look at it.
    Warn,
    /// A fault.
    Fail,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's stable name.
    pub id: &'static str,
    /// What has to be so.
    pub title: &'static str,
    /// Whether it is.
    pub verdict: Verdict,
    /// What was seen, or why the check was skipped. It may hold what the grader said of the answers: it is for the operator.
    pub seen: String,
    /// What to do; none if nothing is to be done.
    pub remedy: Option<&'static str>,
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Ledger(BTreeMap<&'static str, (Option<Verdict>, Vec<String>, usize)>);

impl Ledger {
    /// Adds something that was seen. Of equal verdicts all count, and a worse one takes the place of better ones.
    pub(super) fn add(&mut self, check: &Check, verdict: Verdict, seen: impl Into<String>) {
        let (worst, told, more) = self.0.entry(check.id).or_default();
        if *worst > Some(verdict) {
            return;
        }
        if *worst < Some(verdict) {
            *worst = Some(verdict);
            told.clear();
            *more = 0;
        }
        let seen = seen.into();
        if told.contains(&seen) {
            return;
        }
        if told.len() < TOLD { told.push(seen) } else { *more += 1 }
    }

    pub(super) fn pass(&mut self, check: &Check, seen: impl Into<String>) {
        self.add(check, Verdict::Pass, seen);
    }

    pub(super) fn warn(&mut self, check: &Check, seen: impl Into<String>) {
        self.add(check, Verdict::Warn, seen);
    }

    pub(super) fn fail(&mut self, check: &Check, seen: impl Into<String>) {
        self.add(check, Verdict::Fail, seen);
    }

    pub(super) fn skip(&mut self, check: &Check, why: impl Into<String>) {
        self.add(check, Verdict::Skipped, why);
    }

    /// One finding for each check; `why` is told of those that nobody tried.
    pub(super) fn findings(mut self, why: &str) -> Vec<Finding> {
        let finding = |check: &&Check| {
            let (verdict, mut told, more) = self.0.remove(check.id).unwrap_or_default();
            let verdict = verdict.unwrap_or(Verdict::Skipped);
            if told.is_empty() {
                told.push(why.to_owned());
            }
            if more > 0 {
                told.push(format!("… and {more} more"));
            }
            let remedy = (verdict >= Verdict::Warn).then_some(check.remedy);
            Finding { id: check.id, title: check.title, verdict, seen: told.join("\n"), remedy }
        };
        ALL.iter().map(finding).collect()
    }
}
