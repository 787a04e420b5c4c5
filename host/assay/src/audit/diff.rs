//! What changed between two versions of a grader, and on which cases that shows.

use std::fmt::Display;

use assay_evidence::lock::Lock;
use serde::Serialize;

use super::examine::{Examined, examine};
use super::{Anatomy, Audit, AuditError, Listing, Subject, shown};
use crate::check::{Answered, Case};
use crate::service::Assay;

/// What two graders differ in.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// True if both are the same component, and the same source and competition if they have one.
    pub same: bool,
    /// What one says of itself and is made of, where the other has something else.
    pub changes: Vec<Change>,
    /// What both come to on each case.
    pub cases: Vec<OfCase>,
    /// Both audits.
    pub audits: [Audit; 2],
}

/// Something that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What.
    pub what: String,
    /// What it is of the first; none if the first has no such thing.
    pub one: Option<String>,
    /// What it is of the second.
    pub other: Option<String>,
}

/// What both come to on a case.
#[derive(Clone, Debug, Serialize)]
pub struct OfCase {
    /// The case.
    pub name: String,
    /// True if scores, or texts of refusals, are not the same to the last bit.
    pub differs: bool,
    /// What the first comes to; none if it cannot be tried.
    pub one: Option<Answered>,
    /// What the second comes to.
    pub other: Option<Answered>,
}

/// Says what changed from one to the other, and tries both on all of these cases.
///
/// # Errors
///
/// If one of them cannot be read, or the host fails. That they differ is no error, nor that one is no grader.
pub fn diff(assay: &Assay, subjects: [&Subject; 2], cases: &[Case], lock: &Lock) -> Result<Difference, AuditError> {
    let [one, other] = subjects;
    let (mut one, mut other) = (examine(assay, one, lock)?, examine(assay, other, lock)?);
    for Examined { audit, tried } in [&mut one, &mut other] {
        if let Some(tried) = tried {
            audit.cases = tried.answers(cases)?;
        }
    }
    let of_cases = cases.iter().enumerate().map(|(at, case)| {
        let [one, other] = [&one, &other].map(|examined| examined.audit.cases.get(at).cloned());
        OfCase { name: shown(&case.name), differs: !alike(one.as_ref(), other.as_ref()), one, other }
    });
    let cases = of_cases.collect();
    let audits = [one.audit, other.audit];
    let digests = |audit: &Audit| {
        (
            audit.grader.as_ref().map(|grader| grader.sha256.clone()),
            audit.source.as_ref().map(|source| source.sha256.clone()),
            audit.competition.as_ref().map(|competition| competition.sha256.clone()),
        )
    };
    let same = digests(&audits[0]) == digests(&audits[1]);
    Ok(Difference { same, changes: changes(&audits[0], &audits[1]), cases, audits })
}

fn alike(one: Option<&Answered>, other: Option<&Answered>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one.score.map(f64::to_bits) == other.score.map(f64::to_bits) && one.refusal == other.refusal
        }
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Facts of an audit by name, in the order in which they are told.
fn facts(audit: &Audit) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |what: &str, value: Option<String>| facts.extend(value.map(|value| (what.to_owned(), value)));
    if let Some(competition) = &audit.competition {
        add("competition", Some(competition.id.clone()));
        add("competition: sha256", Some(competition.sha256.clone()));
        add("competition: contract", Some(competition.contract.clone()));
        add("competition: options", Some(competition.options.clone()));
        add("competition: thresholds", Some(competition.thresholds.clone()));
    }
    if let Some(source) = &audit.source {
        add("source", Some(source.file.clone()));
        add("source: sha256", Some(source.sha256.clone()));
        add("source: lines", Some(source.lines.to_string()));
        add("source: version", source.version.clone());
        add("source: direction", source.direction.map(better));
    }
    let Some(grader) = &audit.grader else { return facts };
    add("sha256", Some(grader.sha256.clone()));
    add("refused", grader.refused.clone());
    if let Some(description) = &grader.description {
        add("name", Some(description.name.clone()));
        add("version", Some(description.version.clone()));
        add("direction", Some(better(description.direction)));
        add("summary", Some(description.summary.clone()));
        for option in &description.options {
            let needed = if option.required { "required" } else { "optional" };
            add(&format!("option {}", option.name), Some(format!("{}, {needed}: {}", option.kind, option.summary)));
        }
    }
    add("bytes", Some(grader.bytes.to_string()));
    if let Some(anatomy) = &grader.anatomy {
        made_of(anatomy, &mut add);
    }
    facts
}

fn made_of(anatomy: &Anatomy, add: &mut impl FnMut(&str, Option<String>)) {
    let kind = if anatomy.component { "a component" } else { "a core module" };
    add("is", Some(kind.into()));
    add("imports", Some(names(&anatomy.imports, |import| import.name.clone())));
    add("exports", Some(names(&anatomy.exports, |export| export.name.clone())));
    add("runtime", anatomy.runtime.as_ref().map(ToString::to_string));
    add("toolchain", anatomy.toolchain.map(|toolchain| toolchain.name().to_owned()));
    add(
        "built by",
        Some(names(&anatomy.claims.producers, |made| format!("{} {}", made.name, made.version).trim().to_owned())),
    );
    add("functions", Some(anatomy.functions.to_string()));
    add("bytes of code", Some(anatomy.code_bytes.to_string()));
    add("bytes of data", Some(anatomy.data_bytes.to_string()));
    let footprint = &anatomy.footprint;
    add("core instances", Some(footprint.core_instances.to_string()));
    add("memories", Some(footprint.memories.to_string()));
    add("tables", Some(footprint.tables.to_string()));
    add("float instructions that may give NaN", Some(anatomy.hazards.nan.to_string()));
    let system: Vec<&str> = anatomy.hazards.system.iter().map(|system| system.name()).collect();
    add("asks a system within it for", Some(if system.is_empty() { "nothing".into() } else { system.join(", ") }));
    add("proposals", Some(anatomy.proposals.join(", ")));
}

fn better(direction: impl Display) -> String {
    format!("{direction} is better")
}

/// All names of a listing that are known, in order, so that another order is no change.
fn names<T>(listing: &Listing<T>, name: impl Fn(&T) -> String) -> String {
    if listing.total == 0 {
        return "none".into();
    }
    let mut names: Vec<String> = listing.first.iter().map(name).collect();
    names.sort();
    if listing.hidden() > 0 {
        names.push(format!("{} more", listing.hidden()));
    }
    names.join(", ")
}

/// What one side has otherwise than the other, or alone.
fn changes(one: &Audit, other: &Audit) -> Vec<Change> {
    let (one, other) = (facts(one), facts(other));
    let find = |facts: &[(String, String)], what: &str| {
        facts.iter().find(|(known, _)| known == what).map(|(_, value)| value.clone())
    };
    let of_one = one.iter().map(|(what, _)| what);
    let of_other = other.iter().map(|(what, _)| what).filter(|what| find(&one, what).is_none());
    let all = of_one.chain(of_other).map(|what| Change {
        what: what.clone(),
        one: find(&one, what),
        other: find(&other, what),
    });
    all.filter(|change| change.one != change.other).collect()
}
