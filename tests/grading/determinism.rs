//! The same inputs give the same bits and use the same fuel: a thousand times over, whoever compiled the grader, and whatever ran
//! before. That neither threads nor the order of a batch matter is in `properties.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use assay::Competitions;
use assay_tests::cases::Cases;
use assay_tests::verdict::Verdict;
use assay_tests::{Failure, root, service, verdict, verdicts};
use assay_types::report::Outcome;

/// How often each grader grades the same submission.
const TIMES: usize = 1000;

/// One competition of each grader, and the case that is graded.
fn one_of_each_grader() -> Result<BTreeMap<String, String>, Failure> {
    let registry = Competitions::built_in();
    let ids = registry.ids();
    let uses = ids.map(|id| Ok::<_, Failure>((registry.get(id)?.grader.component.clone(), id.to_owned())));
    uses.collect()
}

#[test]
fn a_thousand_times_the_same() -> Result<(), Failure> {
    let cases = Cases::unpack(|case| case == "no-final-newline")?;
    let assay = service(&cases.data())?;
    for (grader, id) in one_of_each_grader()? {
        let submission = cases.folder().join(format!("submissions/{id}/no-final-newline.csv"));
        let verdict = || verdict(&assay, &id, &submission);
        let first = verdict()?;
        assert_eq!(first.outcome, Outcome::Scored, "{id}: {first:?}");
        for time in 1..TIMES {
            assert_eq!(verdict()?, first, "{grader} in {id}, time {time}");
        }
    }
    Ok(())
}

#[test]
fn it_does_not_matter_who_compiled_a_grader() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let folder = tempfile::tempdir()?;
    let cache = folder.path().join("cache");
    let verdicts = |arguments: &[&std::ffi::OsStr]| -> Result<Vec<Verdict>, Failure> {
        let arguments: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
        verdicts(&cases.jsonl(), &cases.data(), &arguments)
    };
    let with = |cache: &Path| vec!["--cache-dir".into(), cache.as_os_str().to_owned()];
    let cold = with(&cache);
    let cold: Vec<&std::ffi::OsStr> = cold.iter().map(AsRef::as_ref).collect();
    let here = verdicts(&cold)?;
    assert_eq!(here.len(), cases.list.len());
    assert!(here == verdicts(&cold)?, "a warm cache gives other verdicts");
    // The same components as if others had made them: compiled in a child.
    let graders = root().join("target/graders");
    let other = with(&folder.path().join("other"));
    let mut caged: Vec<&std::ffi::OsStr> = other.iter().map(AsRef::as_ref).collect();
    caged.extend(["--graders".as_ref(), graders.as_os_str()]);
    assert!(here == verdicts(&caged)?, "compiled in a child, graders give other verdicts");
    Ok(())
}
