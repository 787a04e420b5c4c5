//! The fuzz targets on what fuzzing has found before: the corpus of `fuzz/`, and mutations of it that are the same every time.
//!
//! `ASSAY_MUTATIONS=100000` makes more of them. An input that breaks a promise is left in `target/`.

use std::panic::catch_unwind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use assay_tests::fuzzing::{TARGETS, Target, mutated};
use assay_tests::{Failure, root};

/// Mutations of a target's corpus, unless there is no more time for them: components take longer than text.
const MUTATIONS: u64 = 3000;

/// The time for the mutations of one target.
const TIME: Duration = Duration::from_secs(15);

/// The inputs that are kept for a target, in the order of their names.
fn corpus(target: &Target) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let folder = root().join("tests/fuzz/corpus").join(target.name);
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Failure>>()?;
    paths.sort();
    paths.into_iter().map(|path| Ok((path.clone(), std::fs::read(path)?))).collect()
}

/// Runs a target; an input that it panics on is kept, and named.
fn run(target: &Target, input: &[u8], origin: &str) -> Result<(), Failure> {
    let outcome = catch_unwind(|| (target.run)(input));
    outcome.map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or(panic.downcast_ref().copied()).unwrap_or_default();
        let path = root().join(format!("target/broken-promise-{}", target.name));
        let kept = std::fs::write(&path, input).map(|()| path.display().to_string());
        format!("{} breaks a promise on {origin}; the input is in {kept:?}: {said}", target.name).into()
    })
}

fn replay(name: &str) -> Result<(), Failure> {
    let target = TARGETS.iter().find(|target| target.name == name).ok_or("there is no such target")?;
    let corpus = corpus(target)?;
    assert!(!corpus.is_empty(), "there are no inputs for {name}");
    for (path, input) in &corpus {
        run(target, input, &path.display().to_string())?;
    }
    let more = std::env::var("ASSAY_MUTATIONS").ok().and_then(|number| number.parse().ok());
    let start = Instant::now();
    for seed in 0..more.unwrap_or(MUTATIONS) {
        if more.is_none() && start.elapsed() > TIME {
            println!("{name}: no time for more than {seed} mutations");
            break;
        }
        let (path, input) = &corpus[usize::try_from(seed)? % corpus.len()];
        let input = mutated(input, target.words, seed);
        run(target, &input, &format!("mutation {seed} of {}", path.display()))?;
    }
    Ok(())
}

#[test]
fn reader() -> Result<(), Failure> {
    replay("reader")
}

#[test]
fn json_lines() -> Result<(), Failure> {
    replay("json_lines")
}

#[test]
fn contract() -> Result<(), Failure> {
    replay("contract")
}

#[test]
fn list() -> Result<(), Failure> {
    replay("list")
}

#[test]
fn report() -> Result<(), Failure> {
    replay("report")
}

#[test]
fn component() -> Result<(), Failure> {
    replay("component")
}

/// Every target has its folder, and the other way round.
#[test]
fn every_target_has_a_corpus_and_a_place_in_the_fuzzer() -> Result<(), Failure> {
    let mut names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    names.sort_unstable();
    for (folder, suffix) in [("corpus", ""), ("fuzz_targets", ".rs")] {
        let entries = std::fs::read_dir(root().join("tests/fuzz").join(folder))?;
        let found = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut found = found.collect::<Result<Vec<_>, Failure>>()?;
        found.sort();
        assert_eq!(found, names.iter().map(|name| format!("{name}{suffix}")).collect::<Vec<_>>());
    }
    Ok(())
}
