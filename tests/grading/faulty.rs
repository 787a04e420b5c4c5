//! `assay check` finds what is wrong with graders: one with every fault there is, one at a time, each found by the check that is meant for
//! it; and nothing in the one without.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::PathBuf;

use assay::check::{Case, Checked, Checking, Finding, Verdict, check};
use assay::{Assay, Cache, Competitions, DataDir, Execution, GraderCatalog, Profile};
use assay_tables::Threads;
use assay_tests::cases::Cases;
use assay_tests::{Failure, assay, root};
use xtask::toolchain::Toolchain;

/// Where the grader holds which fault it has.
const MARKER: &[u8] = b"ASSAY-FAULT:";

/// How long the name of a fault may be.
const NAME: usize = 36;

/// Each fault, and the check that finds it.
const FOUND_BY: [(&str, &str); 39] = [
    ("as-text", "number-types"),
    ("clipped", "score-is-clipped"),
    ("column-ignored", "column-ignored"),
    ("column-order", "column-order"),
    ("constant", "score-is-constant"),
    ("default-unstated", "describes-itself"),
    ("details-lie", "details-lie"),
    ("details-nan", "details-are-finite"),
    ("direction", "direction-is-right"),
    ("empty", "hard-empty"),
    ("endless", "keeps-to-limits"),
    ("first-row", "row-ignored"),
    ("flag-backwards", "gold-is-best"),
    ("last-row", "row-ignored"),
    ("leaks", "texts-tell-answers"),
    ("missing-column", "hard-missing-column"),
    ("not-finite", "hard-not-finite"),
    ("null-blind", "null-blindness"),
    ("null-slot", "null-slot"),
    ("off-by-one", "known-answers"),
    ("one-class", "score-is-finite"),
    ("one-row", "hard-one-row"),
    ("option-ignored", "option-ignored"),
    ("option-kind", "options-are-checked"),
    ("other-default", "known-answers"),
    ("other-type", "hard-types"),
    ("overflow", "hard-huge"),
    ("quadratic", "grows-too-fast"),
    ("row-order", "row-order"),
    ("says-no-reason", "refusals-have-text"),
    ("says-nothing", "describes-itself"),
    ("sides-swapped", "known-answers"),
    ("sum-for-mean", "known-answers"),
    ("ties", "ties-depend-on-order"),
    ("unicode", "hard-unicode"),
    ("validate-agrees", "validate-agrees"),
    ("weights-swapped", "known-answers"),
    ("wrong-row", "problems-name-rows"),
    ("none", ""),
];

/// What no check finds, since it comes to nothing here: every call that counts is the first one of a fresh instance, in memory that is zero.
const BEYOND: [&str; 3] = ["counter", "other-description", "uninitialised"];

fn checked(component: Vec<u8>) -> Result<Checked, Failure> {
    let mut graders = GraderCatalog::built_in();
    graders.add("faulty", component);
    let assay = Assay::builder()
        .competitions(Competitions::none())
        .graders(graders)
        .profile(Profile::Strict)
        .cache(Cache::open(&root().join("target/tests-cache"))?)
        .untrusted(Execution::Workers(PathBuf::from(assay()?.get_program()).into()))
        .build()?;
    let cases = Case::read_folder(&root().join("tests/faulty_grader/cases"))?;
    Ok(check(&assay, &Checking { grader: "faulty".into(), cases, ..Checking::default() }, None)?)
}

/// The component with this fault.
fn with(component: &[u8], fault: &str) -> Result<Vec<u8>, Failure> {
    let at = component.windows(MARKER.len()).position(|window| window == MARKER).ok_or("there is no marker")?;
    let name = format!("{fault:.<NAME$}");
    let mut component = component.to_vec();
    component[at + MARKER.len()..][..NAME].copy_from_slice(name.as_bytes());
    Ok(component)
}

fn built() -> Result<Vec<u8>, Failure> {
    let toolchain = Toolchain::find_or_make(&root().join(".toolchain"))?;
    let out = root().join("target/faulty");
    xtask::graders::build(&root(), "tests/faulty_grader", &toolchain, &root().join("target/wasm"), &out)?;
    Ok(std::fs::read(out.join("faulty-grader.wasm"))?)
}

#[test]
fn each_fault_is_found_by_its_check() -> Result<(), Failure> {
    let component = built()?;
    let faults = FOUND_BY.into_iter().chain(BEYOND.map(|fault| (fault, ""))).collect();
    let findings = |(fault, expected)| {
        let checked = with(&component, fault).and_then(checked).map_err(|error| error.to_string());
        (fault, expected, checked.map(|checked| checked.findings))
    };
    let mut wrong = Vec::new();
    let mut table = String::from("| fault | found by |\n|---|---|\n");
    // Much of a check is waiting for a worker to start.
    for (fault, expected, findings) in Threads::new(NonZero::new(4).ok_or("none")?).map(faults, findings) {
        let findings = findings?;
        let bad = |finding: &&Finding| finding.verdict >= Verdict::Warn;
        let found: BTreeSet<&str> = findings.iter().filter(bad).map(|finding| finding.id).collect();
        table += &format!("| {fault} | {} |\n", found.iter().copied().collect::<Vec<_>>().join(", "));
        if found.contains(expected) == expected.is_empty() || (expected.is_empty() && !found.is_empty()) {
            let seen = findings.iter().filter(bad).map(|finding| format!("{}: {}", finding.id, finding.seen));
            wrong.push(format!("{fault}: not {expected:?}, but {:#?}", seen.collect::<Vec<_>>()));
        }
    }
    std::fs::write(root().join("target/faults.md"), table)?;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// No fault of the grader is left out here.
#[test]
fn every_fault_is_listed() -> Result<(), Failure> {
    let source = std::fs::read_to_string(root().join("tests/faulty_grader/src/lib.rs"))?;
    let there: BTreeSet<&str> =
        source.split("has(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name).collect();
    let listed: BTreeSet<&str> =
        FOUND_BY.iter().map(|(fault, _)| *fault).chain(BEYOND).filter(|fault| *fault != "none").collect();
    assert_eq!(there, listed);
    assert!(listed.len() >= 30 && BEYOND.len() <= 3);
    Ok(())
}

/// Each check is explained where its id leads, and nothing else is.
#[test]
fn each_check_is_explained() -> Result<(), Failure> {
    let page = std::fs::read_to_string(root().join("docs/checks.md"))?;
    let explained: BTreeMap<&str, &str> =
        page.split("\n### `").skip(1).filter_map(|section| section.split_once("`\n")).collect();
    let checks: BTreeSet<&str> = assay::check::ALL.iter().map(|check| check.id).collect();
    assert_eq!(explained.keys().copied().collect::<BTreeSet<_>>(), checks);
    for (id, text) in explained {
        assert!(text.trim().len() > 60, "{id} is not explained");
    }
    Ok(())
}

/// What is found in the graders that the program carries. Each was looked at: it is as the reference or the competition has it, or the data
/// of the tests do not show it.
const IN_OURS: [(&str, &str); 21] = [
    // Its competition hands over columns that it does not score, or that only say which rows belong together.
    ("haversine-quantiles", "column-ignored"),
    ("mask-dice-hausdorff", "column-ignored"),
    ("mask-f-beta", "column-ignored"),
    ("mean-columnwise-rmse", "column-ignored"),
    // No prediction of the sample is right, and the answers are no submission.
    ("natural-questions", "column-ignored"),
    // A group of another size, and answers that are no sequence, are told as the submission's fault.
    ("haversine-quantiles", "texts-tell-answers"),
    ("sequence-error-rate", "texts-tell-answers"),
    // The contract takes any cell, since some rows do not count; the grader refuses those that do.
    ("mean-absolute-error", "validate-agrees"),
    ("roc-auc", "validate-agrees"),
    // Orders of one cell have no correlation.
    ("kendall-tau", "validate-agrees"),
    // The n-th column is graded against the n-th, as the reference does.
    ("roc-auc", "column-order"),
    // Labels are compared as pandas writes them.
    ("map-at-k", "number-types"),
    // `key` goes with another option.
    ("mean-columnwise-rmse", "describes-itself"),
    // The logarithm of an error that is zero.
    ("log-mae-by-group", "details-are-finite"),
    ("log-mae-by-group", "score-is-finite"),
    // A prediction of zero where something is.
    ("kl-divergence", "score-is-finite"),
    // The mean of nothing.
    ("natural-questions", "score-is-finite"),
    // The data have neither subgroups of predictions that are truth values, nor kinds whose weights differ.
    ("unintended-bias-auc", "option-ignored"),
    ("weighted-log-loss", "option-ignored"),
    // The column is looked for only where there is a subgroup.
    ("unintended-bias-auc", "options-are-checked"),
    // The answers hold a confidence that is not the best one.
    ("laplace-log-likelihood", "gold-is-best"),
];

/// The graders that the program carries, on the data of the competitions that use them, and on the cases in their folders: nothing fails
/// and no warning is false.
#[test]
fn nothing_false_is_found_in_the_programs_graders() -> Result<(), Failure> {
    let unpacked = Cases::unpack(|_| true)?;
    let data = DataDir::new(unpacked.data());
    let assay = Assay::builder()
        .data_dir(unpacked.data())
        .cache(Cache::open(&root().join("target/tests-cache"))?)
        .untrusted(Execution::Workers(PathBuf::from(assay()?.get_program()).into()))
        .build()?;
    let competitions = assay.competitions();
    let (mut found, mut failed) = (BTreeSet::new(), Vec::new());
    for (grader, _) in assay.graders().catalog().sources() {
        let of = |id: &&str| competitions.get(id).is_ok_and(|competition| competition.grader.component == grader);
        let folder = root().join("plugins").join(grader).join("cases");
        let checking = Checking {
            grader: grader.to_owned(),
            competitions: competitions.ids().filter(of).map(ToOwned::to_owned).collect(),
            cases: if folder.is_dir() { Case::read_folder(&folder)? } else { Vec::new() },
            source: None,
        };
        for finding in check(&assay, &checking, Some(&data))?.findings {
            // Most have no cases; and sums differ in their last bits.
            let usual = ["has-cases", "row-order-bits"].contains(&finding.id) && finding.verdict == Verdict::Warn;
            if finding.verdict >= Verdict::Warn && !usual {
                found.insert((grader.to_owned(), finding.id));
            }
            if finding.verdict == Verdict::Fail {
                failed.push((grader.to_owned(), finding.id));
            }
        }
    }
    assert_eq!(found, IN_OURS.map(|(grader, id)| (grader.to_owned(), id)).into());
    assert_eq!(failed, [("laplace-log-likelihood".to_owned(), "gold-is-best")]);
    Ok(())
}
