//! Locks: what a run was made with, held against what it should be made with.

use std::path::{Path, PathBuf};
use std::process::Output;

use assay_evidence::lock::Lock;
use assay_tests::{Failure, assay, root};
use assay_types::report::{BatchReport, Report};
use assay_types::sha256;
use serde_json::Value;
use tempfile::TempDir;

const ID: &str = "spaceship-titanic";

/// A competition of ours with two answers, a changed copy of it, and a changed copy of its grader.
struct World {
    folder: TempDir,
    /// What the changed competition's file holds.
    competition: String,
    /// What the changed grader's file holds.
    grader: Vec<u8>,
}

impl World {
    fn new() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let write = |path: &str, content: &[u8]| -> Result<(), Failure> {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            Ok(std::fs::write(path, content)?)
        };
        let rows = "PassengerId,Transported\n1,True\n2,False\n";
        write(&format!("data/{ID}/prepared/private/test.csv"), rows.as_bytes())?;
        write("submission.csv", rows.as_bytes())?;
        let entry = format!("{{\"competition_id\": \"{ID}\", \"submission_path\": \"submission.csv\"}}\n");
        write("list.jsonl", entry.repeat(2).as_bytes())?;
        // Nothing but a comment is new: what decides the score is the same.
        let mut competition = std::fs::read_to_string(root().join("competitions").join(ID).join("competition.toml"))?;
        competition.push_str("# changed\n");
        write(&format!("competitions/{ID}/competition.toml"), competition.as_bytes())?;
        // So is a custom section without content: code and scores are the same.
        let mut grader = std::fs::read(root().join("target/graders/accuracy.wasm"))?;
        grader.extend(b"\0\x02\x01x");
        write("graders/accuracy.wasm", &grader)?;
        Ok(World { folder, competition, grader })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str], with: &[&str]) -> Result<Output, Failure> {
        let mut command = assay()?;
        command.current_dir(&self.folder).args(arguments).arg("--cache-dir").arg(self.path("cache"));
        for option in with {
            command.arg(format!("--{option}")).arg(self.path(option));
        }
        Ok(command.output()?)
    }

    /// The report on the submission, graded with these folders in place of the program's own.
    fn graded(&self, with: &[&str]) -> Result<Report, Failure> {
        let output =
            self.run(&["grade-sample", "submission.csv", ID, "--data-dir", "data", "--format", "json"], with)?;
        let report = serde_json::from_slice(&output.stdout).and_then(|mut report: Value| {
            // What is written beside it.
            report.as_object_mut().and_then(|fields| fields.remove("schema"));
            serde_json::from_value(report)
        });
        report.map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)).into())
    }

    fn marks(&self) -> [String; 2] {
        [
            format!("grader `accuracy` sha256:{}", sha256(&self.grader)),
            format!("competition `{ID}` sha256:{}", sha256(self.competition.as_bytes())),
        ]
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_is_not_in_the_lock_is_marked() -> Result<(), Failure> {
    let world = World::new()?;
    let [grader, competition] = world.marks();
    let cases: [(&[&str], &[&String]); 4] = [
        (&[], &[]),
        (&["competitions"], &[&competition]),
        (&["graders"], &[&grader]),
        (&["competitions", "graders"], &[&grader, &competition]),
    ];
    for (with, expected) in cases {
        let report = world.graded(with)?;
        assert_eq!(report.score, Some(1.0), "{with:?}: {:?}", report.reason);
        assert_eq!(report.outside_lock.iter().collect::<Vec<_>>(), expected, "{with:?}");
    }
    let table =
        |with| world.run(&["grade-sample", "submission.csv", ID, "--data-dir", "data", "--format", "table"], with);
    assert!(!text(&table(&[])?.stdout).contains("lock"));
    let shown = text(&table(&["graders"])?.stdout);
    assert!(shown.contains("not in the lock") && shown.contains(&grader), "{shown}");
    Ok(())
}

/// Bytes that the lock has, but under another name, are another grader.
#[test]
fn a_grader_in_the_place_of_another() -> Result<(), Failure> {
    let world = World::new()?;
    // It takes the option that the competition gives, and a higher score is the better one.
    let other = std::fs::read(root().join("target/graders/f1-macro.wasm"))?;
    std::fs::write(world.path("graders/accuracy.wasm"), &other)?;
    let report = world.graded(&["graders"])?;
    assert!(report.receipt.is_some(), "{:?}", report.reason);
    assert_eq!(report.outside_lock, [format!("grader `accuracy` sha256:{}", sha256(&other))]);
    Ok(())
}

#[test]
fn another_lock() -> Result<(), Failure> {
    let world = World::new()?;
    let lock = text(&world.run(&["lock"], &["competitions", "graders"])?.stdout);
    for mark in world.marks() {
        assert!(lock.contains(mark.split(' ').next_back().unwrap_or("?")), "{mark}");
    }
    std::fs::write(world.path("lock"), &lock)?;
    assert_eq!(world.graded(&["competitions", "graders", "lock"])?.outside_lock, [""; 0]);
    // And now it is the program's own that are not in it.
    assert_eq!(world.graded(&["lock"])?.outside_lock.len(), 2);
    Ok(())
}

/// A batch counts them, says so, and `assay verify` finds them again.
#[test]
fn a_batch_and_its_verification() -> Result<(), Failure> {
    let world = World::new()?;
    let grade = ["grade", "--submission", "list.jsonl", "--output-dir", "out", "--data-dir", "data"];
    let output = world.run(&grade, &["graders"])?;
    assert!(text(&output.stderr).contains("2 with what is not in the lock"), "{}", text(&output.stderr));
    let path = std::fs::read_dir(world.path("out"))?.next().ok_or("no report")??.path();
    let report: BatchReport = serde_json::from_slice(&std::fs::read(&path)?)?;
    assert_eq!(report.totals.total_outside_lock, Some(2));
    assert!(report.competition_reports.iter().all(|report| report.outside_lock == [world.marks()[0].clone()]));

    let path = path.display().to_string();
    let verify = ["verify", path.as_str(), "--data-dir", "data", "--submissions", ".", "--format", "table"];
    let same = world.run(&verify, &["graders"])?;
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stdout));
    assert!(text(&same.stderr).contains("2 entries were graded again with what is not in the lock"));
    let other = world.run(&verify, &[])?;
    assert_eq!(other.status.code(), Some(1));
    for field in ["receipt.component", "outside_lock"] {
        assert!(text(&other.stdout).contains(field), "{}", text(&other.stdout));
    }

    // A report that hides its mark is found out.
    let hidden = std::fs::read_to_string(&path)?.replace(&world.marks()[0], "");
    std::fs::write(&path, hidden)?;
    assert_eq!(world.run(&verify, &["graders"])?.status.code(), Some(1));
    Ok(())
}

/// Reports from before there were locks can still be verified.
#[test]
fn an_older_report() -> Result<(), Failure> {
    let world = World::new()?;
    let mut report = serde_json::to_value(world.graded(&[])?)?;
    report.as_object_mut().ok_or("no object")?.remove("outside_lock").ok_or("no such field")?;
    report["receipt"].as_object_mut().ok_or("no object")?.remove("competition").ok_or("no such field")?;
    report["receipt"]["grader"].as_object_mut().ok_or("no object")?.remove("id").ok_or("no such field")?;
    std::fs::write(world.path("report.json"), serde_json::to_vec(&report)?)?;
    let verify = ["verify", "report.json", "--data-dir", "data"];
    let output = world.run(&verify, &[])?;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    report["receipt"]["options"] = "0".into();
    std::fs::write(world.path("report.json"), serde_json::to_vec(&report)?)?;
    assert_eq!(world.run(&verify, &[])?.status.code(), Some(1));
    Ok(())
}

#[test]
fn a_lock_is_checked() -> Result<(), Failure> {
    let world = World::new()?;
    let lock = text(&world.run(&["lock"], &[])?.stdout);
    std::fs::write(world.path("own.lock"), &lock)?;
    let check = |with| world.run(&["lock", "--check", "own.lock", "--format", "json"], with);
    let output = check(&[])?;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));

    let output = check(&["competitions", "graders"])?;
    assert_eq!(output.status.code(), Some(1));
    let differences = &serde_json::from_slice::<Value>(&output.stdout)?["differences"];
    assert_eq!(differences.as_array().map(Vec::len), Some(2));
    for (index, (kind, name, digest)) in
        [("grader", "accuracy", sha256(&world.grader)), ("competition", ID, sha256(world.competition.as_bytes()))]
            .into_iter()
            .enumerate()
    {
        let difference = &differences[index];
        assert_eq!((&difference["kind"], &difference["name"]), (&kind.into(), &name.into()));
        assert_eq!(difference["at_hand"], digest);
        assert!(difference["locked"].as_str().is_some_and(|locked| locked != digest && lock.contains(locked)));
    }

    // One that is only in the lock, one that is only at hand, and names that need quotes.
    std::fs::rename(world.path("graders/accuracy.wasm"), world.path("graders/a \"b\"\n\u{7f}.wasm"))?;
    let surplus = format!("[competitions]\nno-such = \"sha256:{}\"\n", "0".repeat(64));
    std::fs::write(world.path("own.lock"), lock.replace("[competitions]\n", &surplus))?;
    let output = world.run(&["lock", "--check", "own.lock", "--format", "table"], &["graders"])?;
    let shown = text(&output.stdout);
    for line in [
        r#"grader `a "b"\n\u{7f}`: at hand, but not in the lock"#,
        "competition `no-such`: in the lock, but not at hand",
        "2 differences",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let quoted = world.run(&["lock"], &["graders"])?.stdout;
    assert_eq!(Lock::parse(&quoted)?.differences(&Lock::parse(lock.as_bytes())?).len(), 1);
    Ok(())
}

/// A lock has a line for the cases of a grader, which changes with every byte of them. One from before there were cases says nothing of them.
#[test]
fn cases_are_locked() -> Result<(), Failure> {
    let world = World::new()?;
    let cases = world.path("graders/accuracy/cases/one");
    std::fs::create_dir_all(&cases)?;
    for file in ["submission.csv", "answers.csv"] {
        std::fs::write(cases.join(file), "id,y\n1,a\n")?;
    }
    std::fs::write(cases.join("case.toml"), "source = \"by hand\"\nexpected = 1.0\n")?;
    let lock = text(&world.run(&["lock"], &["graders"])?.stdout);
    let parsed = Lock::parse(lock.as_bytes())?;
    let names: Vec<&str> = parsed.cases.keys().map(String::as_str).collect();
    assert_eq!(names, ["accuracy", "map-at-k", "mean-absolute-error", "roc-auc"]);
    std::fs::write(world.path("own.lock"), &lock)?;
    let check = || world.run(&["lock", "--check", "own.lock", "--format", "table"], &["graders"]);
    assert_eq!(check()?.status.code(), Some(0));

    for (file, content) in [
        ("submission.csv", "id,y\n1,b\n"),
        ("answers.csv", "id,y\n1,b\n"),
        ("case.toml", "source = \"by hand\"\nexpected = 0.5\n"),
    ] {
        let before = std::fs::read(cases.join(file))?;
        std::fs::write(cases.join(file), content)?;
        let output = check()?;
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stdout).starts_with("cases `accuracy`: "), "{file}: {}", text(&output.stdout));
        std::fs::write(cases.join(file), before)?;
    }

    let (before, _) = lock.split_once("[cases]").ok_or("no cases")?;
    std::fs::write(world.path("own.lock"), before)?;
    assert_eq!(check()?.status.code(), Some(0));
    Ok(())
}

/// The lock of the project is up to date. Another compiler gives graders of other bytes, so they are compared only if it is the one
/// that the lock names.
#[test]
fn the_lock_of_the_project() -> Result<(), Failure> {
    let locked = Lock::parse(&std::fs::read(root().join("assay.lock"))?)?;
    let at_hand = Lock::parse(&assay()?.arg("lock").output()?.stdout)?;
    let same_compiler = locked.rustc == at_hand.rustc;
    assert!(locked.rustc.is_some() && at_hand.rustc.is_some());
    let differences = locked.differences(&at_hand);
    let differences: Vec<_> = differences
        .iter()
        .filter(|difference| {
            let missing = difference.locked.is_none() || difference.at_hand.is_none();
            same_compiler || missing || difference.kind != "grader"
        })
        .collect();
    assert!(differences.is_empty(), "`cargo xtask run lock > assay.lock` brings it up to date: {differences:#?}");
    Ok(())
}

/// Whatever a lock holds, the error is short and names the line.
#[test]
fn broken_locks() -> Result<(), Failure> {
    let world = World::new()?;
    let digest = format!("\"sha256:{}\"", "0".repeat(64));
    let tables = "[graders]\n[competitions]\n";
    for (content, expected) in [
        (tables.to_owned(), "line 1: missing field `version`"),
        (format!("version = 2\n{tables}"), "line 1: this is a lock of version 2; this program reads version 1"),
        (format!("version = 1\nother = 1\n{tables}"), "line 2: unknown field `other`"),
        (format!("version = 1\n[graders]\na = {digest}\na = {digest}\n[competitions]"), "line 4: duplicate key"),
        ("version = 1\n[graders]\n[competitions]\n\na = \"sha256:12\"".into(), "line 5: `sha256:12` is no digest"),
        (format!("version = 1\n{tables}a = {}", digest.replace('0', "A")), "line 4: `sha256:AAAA"),
        (format!("version = 1\n{tables}a = \"\u{202e}\""), r"line 4: `\u{202e}` is no digest"),
        (format!("version = 1\n{tables}a = 3"), "line 4: invalid type"),
        (format!("version = {}1", "[".repeat(100_000)), "line 1: "),
        (format!("version = 1\n{}", "x".repeat(900_000)), "line 2: "),
        ("x".repeat((1 << 20) + 1), "more than 1048576 bytes"),
        (String::new(), "line 1: missing field"),
    ] {
        std::fs::write(world.path("broken.lock"), &content)?;
        let start = &content[..content.floor_char_boundary(60)];
        for arguments in [
            vec!["lock", "--check", "broken.lock"],
            vec!["grade-sample", "submission.csv", ID, "--data-dir", "data", "--lock", "broken.lock"],
        ] {
            let output = world.run(&arguments, &[])?;
            let error = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{start}: {error}");
            assert!(error.contains(expected) && error.contains("broken.lock"), "{start}: {error}");
            assert!(error.len() < 1000 && !error.contains('\u{202e}'), "{start}: {error}");
            assert!(output.stdout.is_empty());
        }
    }
    std::fs::write(world.path("broken.lock"), b"version = 1\n\xff")?;
    let error = text(&world.run(&["lock", "--check", "broken.lock"], &[])?.stderr);
    assert!(error.contains("line 2: this is not UTF-8"), "{error}");
    Ok(())
}
