//! Graders that are added to a folder.

use std::fs;

use assay_tests::{Failure, assay, root};
use assay_types::sha256;

use super::{GRADER, World, built, changed};

/// A component comes with its cases, both are pinned, and nothing takes the place of another unless that is said.
#[test]
fn a_grader_is_added_and_pinned() -> Result<(), Failure> {
    let world = World::new()?;
    let (one, other) = (changed(built(GRADER)?), changed(changed(built(GRADER)?)));
    world.write("one/mine.wasm", &one)?;
    world.write("one/notes.txt", b"not a case")?;
    for file in ["case.toml", "submission.csv", "answers.csv", "notes.txt"] {
        let case = root().join("plugins").join(GRADER).join("cases");
        let first = fs::read_dir(case)?.next().ok_or("no case")??.path();
        world.write(&format!("one/cases/first/{file}"), &fs::read(first.join(file)).unwrap_or_default())?;
    }
    world.write("two/mine.wasm", &other)?;
    let add = |from: &str, more: &[&str]| {
        world.run(&[&["graders", "add", from, "--graders", "graders", "--format", "json"], more].concat())
    };
    for outcome in ["new", "was-there"] {
        let run = add("one", &[])?;
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let told = run.json()?;
        assert_eq!((&told["outcome"], &told["cases"]), (&outcome.into(), &1.into()), "{told}");
        assert_eq!(told["sha256"], sha256(&one));
    }
    let cases = ["answers.csv", "case.toml", "submission.csv"].map(|file| format!("graders/mine/cases/first/{file}"));
    let expected: Vec<String> =
        ["graders/assay.lock".to_owned()].into_iter().chain(["graders/mine.wasm".into()]).chain(cases).collect();
    let mut found = world.files("graders")?;
    found.sort();
    let mut sorted = expected.clone();
    sorted.sort();
    assert_eq!(found, sorted);
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, one);
    let lock = fs::read_to_string(world.path("graders/assay.lock"))?;
    assert!(lock.contains(&format!("mine = \"sha256:{}\"", sha256(&one))) && lock.contains("[cases]"), "{lock}");
    // The lock of all that is at hand has the same digests.
    let all = world.run(&["lock", "--graders", "graders"])?.stdout;
    for line in lock.lines().filter(|line| line.starts_with("mine")) {
        assert!(all.contains(line), "{line}");
    }

    let refused = add("two/mine.wasm", &[])?;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for part in [&sha256(&one), &sha256(&other), "--replace", "in the folder"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, one);
    assert_eq!(add("two/mine.wasm", &["--name", "second"])?.json()?["outcome"], "new");
    assert_eq!(add("two/mine.wasm", &["--replace"])?.json()?["outcome"], "replaced");
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, other);
    // Cases stay where none come along.
    assert!(world.path("graders/mine/cases/first/case.toml").is_file());
    // Other cases are others.
    world.write("two/cases/first/case.toml", b"expected = 0.25\nsource = \"by hand\"\n")?;
    for file in ["submission.csv", "answers.csv"] {
        world.write(&format!("two/cases/first/{file}"), &fs::read(world.path(&format!("one/cases/first/{file}")))?)?;
    }
    let refused = add("two", &[])?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("cases of grader `mine`"), "{}", refused.stderr);
    assert_eq!(add("two", &["--replace"])?.json()?["outcome"], "replaced");
    assert!(fs::read_to_string(world.path("graders/mine/cases/first/case.toml"))?.contains("0.25"));
    // The program's own are others too.
    let refused = add("one", &["--name", "accuracy"])?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("among those that the program carries"), "{}", refused.stderr);
    Ok(())
}

/// A grader whose file was changed after it was pinned is not used, until it is pinned anew.
#[test]
fn what_is_pinned_is_not_changed_unseen() -> Result<(), Failure> {
    let world = World::new()?;
    let (one, other) = (changed(built(GRADER)?), changed(changed(built(GRADER)?)));
    let file = world.write("roc-auc.wasm", &one)?.display().to_string();
    let add = ["graders", "add", file.as_str(), "--graders", "graders", "--replace", "--format", "json"];
    assert_eq!(world.run(&add)?.code, Some(0));
    let score = 0.989_973_333_333_333_4;
    assert_eq!(world.graded(&[])?.json()?["score_exact"], score);
    fs::write(world.path("graders/roc-auc.wasm"), &other)?;
    let run = world.graded(&[])?;
    assert_eq!(run.code, Some(2), "{}", run.stdout);
    for part in [&sha256(&one), &sha256(&other), "assay.lock", "--replace"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert!(!run.stderr.contains(&world.0.path().display().to_string()), "{}", run.stderr);
    fs::write(&file, &other)?;
    assert_eq!(world.run(&add)?.code, Some(0));
    assert_eq!(world.graded(&[])?.json()?["score_exact"], score);
    // A lock that is none is said, with its line.
    fs::write(world.path("graders/assay.lock"), "version = 1\nnothing\n")?;
    let run = world.graded(&[])?;
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("assay.lock: line 2"), "{}", run.stderr);
    Ok(())
}

#[test]
fn what_is_no_grader_is_not_added() -> Result<(), Failure> {
    let world = World::new()?;
    world.write("core.wasm", &wat::parse_str("(module)")?)?;
    world.write("files.wasm", &wat::parse_str("(component (import \"files\" (func)))")?)?;
    world.write("source/competition.toml", b"")?;
    world.write("source/score.py", b"")?;
    world.write("empty/README.md", b"")?;
    for name in ["one", "two"] {
        world.write(&format!("several/{name}.wasm"), b"")?;
    }
    world.write("good.wasm", &built("accuracy")?)?;
    let cases: [(&[&str], i32, &str); 9] = [
        (&["core.wasm"], 1, "`assay component MODULE.wasm -o NAME.wasm`"),
        (&["files.wasm"], 1, "the component imports `files`"),
        (&["source"], 2, "belongs to its competition: name the folder above both by `--competitions`"),
        (&["empty"], 2, "build the grader first"),
        (&["several"], 2, "there are several components in it"),
        (&["absent"], 2, "there is no such file or folder"),
        (&["good.wasm", "--name", "../good"], 2, "is no name of a grader"),
        (&["good.wasm", "--verify-with-key", "key"], 2, "signatures are of artifacts in registries"),
        (&["oci://localhost:1/a:b@sha256:0"], 2, "the digest must be `sha256:` and 64 digits"),
    ];
    for (arguments, code, expected) in cases {
        let run = world.run(&[&["graders", "add", "--graders", "graders"], arguments].concat())?;
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
    assert!(!world.path("graders/assay.lock").exists());
    let run = world.run(&["graders", "add", "good.wasm"])?;
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--graders DIR, or set ASSAY_GRADERS"), "{}", run.stderr);
    // The variable is as good as the option.
    let output = assay()?
        .current_dir(&world.0)
        .args(["graders", "add", "good.wasm", "--name", "mine"])
        .env("ASSAY_GRADERS", world.path("graders"))
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(world.path("graders/mine.wasm").is_file());
    Ok(())
}
