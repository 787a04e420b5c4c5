//! The log of uses: every use of answers is in it, none can be changed, removed or moved unseen, and it is safe among processes.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use assay_evidence::access_log::{AccessLog, verify};
use assay_tests::{Failure, assay, root};
use assay_types::report::{BatchReport, Outcome};
use serde_json::Value;
use tempfile::TempDir;

/// A place to grade the example in, with a log.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Result<Self, Failure> {
        Ok(Scene { folder: tempfile::tempdir()? })
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("uses.jsonl")
    }

    fn head(&self) -> PathBuf {
        self.folder.path().join("uses.jsonl.head")
    }

    fn command(&self, command: &str) -> Result<Command, Failure> {
        let mut assay = assay()?;
        let examples = root().join("examples");
        assay.arg(command).arg("--use-log").arg(self.log());
        assay.arg("--competitions").arg(&examples).arg("--data-dir").arg(&examples);
        Ok(assay)
    }

    /// Grades the example's submission so many times in one batch, into a folder of its own.
    fn batch(&self, times: usize, out: &str) -> Result<Child, Failure> {
        Ok(self.batch_command(times, out)?.spawn()?)
    }

    fn batch_command(&self, times: usize, out: &str) -> Result<Command, Failure> {
        let submission = root().join("examples/breast-cancer-wisconsin/logistic-regression.csv");
        let line = serde_json::json!({"competition_id": "breast-cancer-wisconsin", "submission_path": submission});
        let list = self.folder.path().join(format!("{out}.jsonl"));
        std::fs::write(&list, format!("{line}\n").repeat(times))?;
        let mut command = self.command("grade")?;
        command.arg("--submission").arg(list).arg("--output-dir").arg(self.folder.path().join(out));
        command.stderr(Stdio::null());
        Ok(command)
    }

    /// The newest report in that folder.
    fn report(&self, out: &str) -> Result<PathBuf, Failure> {
        let files = std::fs::read_dir(self.folder.path().join(out))?;
        let paths = files.map(|file| file.map(|file| file.path())).collect::<Result<Vec<_>, _>>()?;
        let reports = paths.into_iter().filter(|path| path.to_string_lossy().ends_with("_grading_report.json"));
        let written = |path: &PathBuf| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        Ok(reports.max_by_key(written).ok_or("no report")?)
    }

    fn graded(&self, times: usize, out: &str) -> Result<(), Failure> {
        assert!(self.batch(times, out)?.wait()?.success());
        Ok(())
    }

    fn lines(&self) -> Result<Vec<String>, Failure> {
        Ok(std::fs::read_to_string(self.log())?.lines().map(ToOwned::to_owned).collect())
    }

    fn write(&self, lines: &[String]) -> Result<(), Failure> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        Ok(std::fs::write(self.log(), text)?)
    }
}

/// What `assay log verify` says, and whether it is content.
fn verified(log: &Path, reports: &[&Path]) -> Result<(bool, String), Failure> {
    let mut command = assay()?;
    command.args(["log", "verify", "--format", "table"]).arg(log);
    for report in reports {
        command.arg("--report").arg(report);
    }
    let run = command.output()?;
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    match run.status.code() {
        Some(0) => Ok((true, said)),
        Some(1) => Ok((false, said)),
        other => Err(format!("{other:?}: {said}").into()),
    }
}

fn refused(scene: &Scene, expected: &str) -> Result<(), Failure> {
    let (holds, said) = verified(&scene.log(), &[])?;
    assert!(!holds && said.contains(expected), "{said}");
    Ok(())
}

fn summary(log: &Path) -> Result<Value, Failure> {
    let run = assay()?.args(["log", "summary", "--format", "json"]).arg(log).output()?;
    Ok(serde_json::from_slice(&run.stdout)?)
}

#[test]
fn every_use_is_recorded() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(3, "out")?;
    let example = root().join("examples/breast-cancer-wisconsin");
    let sample = example.join("prepared/public/sample_submission.csv");
    let run = |command: &mut Command| -> Result<Output, Failure> { Ok(command.output()?) };
    assert!(run(scene.command("grade-sample")?.arg(&sample).arg("breast-cancer-wisconsin"))?.status.success());
    assert!(run(scene.command("verify")?.arg(scene.report("out")?))?.status.success());
    assert!(run(scene.command("doctor")?.arg("breast-cancer-wisconsin"))?.status.success());
    // A submission that cannot be read never meets the answers.
    assert_eq!(
        run(scene.command("grade-sample")?.args(["nowhere.csv", "breast-cancer-wisconsin"]))?.status.code(),
        Some(1)
    );

    assert!(verified(&scene.log(), &[])?.0);
    let summary = summary(&scene.log())?;
    let uses = |index: usize| &summary["usages"][index];
    assert_eq!(summary["uses"], 3 + 1 + 3 + 2);
    assert_eq!(uses(0)["submission"], "2a7e50dba3fe4ff7b8fb7488d0af770a5c2386216af063c78725166c43912fc0");
    assert_eq!(uses(0)["purposes"], serde_json::json!({"grade": 3, "verify": 3}));
    assert_eq!(uses(1)["purposes"], serde_json::json!({"grade": 1, "doctor": 1}), "the sample submission");
    assert_eq!(uses(2)["purposes"], serde_json::json!({"doctor": 1}), "the perfect submission");
    Ok(())
}

#[test]
fn nothing_can_be_changed_unseen() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(5, "out")?;
    let lines = scene.lines()?;
    let head = std::fs::read(scene.head())?;
    assert!(verified(&scene.log(), &[])?.0);

    // Any field of any line.
    for index in 0..lines.len() {
        let entry: serde_json::Map<String, Value> = serde_json::from_str(&lines[index])?;
        for (field, value) in &entry {
            let other = match value {
                Value::String(text) if field == "outcome" && text == "scored" => "invalid-submission".into(),
                Value::String(_) if field == "purpose" => "verify".into(),
                Value::String(text) => format!("{}x", &text[..text.len() - 1]).into(),
                _ => Value::from(7),
            };
            let mut changed = lines.clone();
            let mut entry = entry.clone();
            entry.insert(field.clone(), other);
            changed[index] = serde_json::to_string(&entry)?;
            scene.write(&changed)?;
            let (holds, said) = verified(&scene.log(), &[])?;
            assert!(!holds, "{field} of line {} was changed: {said}", index + 1);
        }
    }
    let tampered = |tamper: &dyn Fn(&mut Vec<String>), expected: &str| -> Result<(), Failure> {
        let mut changed = lines.clone();
        tamper(&mut changed);
        scene.write(&changed)?;
        refused(&scene, expected)
    };
    tampered(&|lines| drop(lines.remove(0)), "line 1: it is entry 1 where entry 0 should be")?;
    tampered(&|lines| drop(lines.remove(2)), "line 3: it is entry 3 where entry 2 should be")?;
    tampered(&|lines| drop(lines.pop()), "its last lines are gone: it has 4 entries, but there were 5")?;
    tampered(&|lines| lines.clear(), "its last lines are gone: it has 0 entries, but there were 5")?;
    tampered(&|lines| lines.swap(1, 2), "line 2: it is entry 2 where entry 1 should be")?;
    tampered(&|lines| lines.insert(2, lines[1].clone()), "line 3: it is entry 1 where entry 2 should be")?;
    tampered(&|lines| lines.push("{}".into()), "line 6: it is no entry")?;
    tampered(
        &|lines| lines[3] = lines[3].replace("\"scored\"", "\"scored\" "),
        "line 5: it does not continue the line before",
    )?;
    tampered(
        &|lines| lines[4] = lines[4].replace("\"scored\"", "\"scored\" "),
        "line 5: the log's head knows another line here",
    )?;
    scene.write(&lines)?;
    std::fs::remove_file(scene.head())?;
    refused(&scene, "its head is gone")?;
    std::fs::write(scene.head(), "{}")?;
    refused(&scene, "its head cannot be read")?;
    for (field, value, expected) in [
        ("entries", Value::from(4), "line 4: the log's head knows another line here"),
        ("entries", Value::from(6), "its last lines are gone: it has 5 entries, but there were 6"),
        ("bytes", Value::from(7), "its head was changed: it says 7 bytes for 5 entries"),
        ("head", Value::from("0".repeat(64)), "line 5: the log's head knows another line here"),
    ] {
        let mut changed: Value = serde_json::from_slice(&head)?;
        changed[field] = value;
        std::fs::write(scene.head(), changed.to_string())?;
        refused(&scene, expected)?;
    }

    // And nothing can be graded with a log that was cut.
    std::fs::write(scene.head(), head)?;
    scene.write(&lines[..3])?;
    let run = scene
        .command("grade-sample")?
        .arg(root().join("examples/breast-cancer-wisconsin/logistic-regression.csv"))
        .arg("breast-cancer-wisconsin")
        .output()?;
    assert_eq!(run.status.code(), Some(3));
    assert!(run.stdout.is_empty(), "a score came out that is not on record");

    // Of a batch no entry has a score, and all say why.
    assert_eq!(scene.batch(3, "cut")?.wait()?.code(), Some(1));
    let text = std::fs::read_to_string(scene.report("cut")?)?;
    let batch: BatchReport = serde_json::from_str(&text)?;
    assert_eq!(batch.competition_reports.len(), 3);
    for report in &batch.competition_reports {
        assert_eq!((report.outcome, report.score_exact), (Outcome::HostFault, None));
        assert!(report.reason.as_ref().is_some_and(|reason| reason.contains("its last lines are gone")));
    }
    assert!(batch.use_log.is_none() && !text.contains("0.98997"));
    Ok(())
}

/// An entry that has no score for want of a log is not finished: a resumed run grades it, and only with the same log.
#[test]
fn what_could_not_be_recorded_is_tried_again() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(1, "out")?;
    let lines = scene.lines()?;
    scene.write(&[])?;
    assert_eq!(scene.batch(3, "again")?.wait()?.code(), Some(1));
    scene.write(&lines)?;

    let mut resumed = scene.batch_command(3, "again")?;
    resumed.arg("--resume");
    let arguments: Vec<_> = resumed.get_args().map(ToOwned::to_owned).collect();
    let log = arguments.iter().position(|argument| argument == "--use-log").ok_or("no log")?;
    let mut without = assay()?;
    without.args(&arguments[..log]).args(&arguments[log + 2..]).env_remove("ASSAY_USE_LOG");
    let run = without.output()?;
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("--use-log was"), "{run:?}");

    assert!(resumed.status()?.success());
    let batch: BatchReport = serde_json::from_slice(&std::fs::read(scene.report("again")?)?)?;
    assert!(batch.competition_reports.iter().all(|report| report.outcome == Outcome::Scored));
    assert_eq!(batch.use_log.map(|anchor| anchor.entries), Some(4));
    Ok(())
}

/// Whoever rewrites the whole log, head and all, is found out by a report that was written before.
#[test]
fn a_report_anchors_the_log() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(2, "first")?;
    scene.graded(2, "second")?;
    let (first, second) = (scene.report("first")?, scene.report("second")?);
    let batch: BatchReport = serde_json::from_slice(&std::fs::read(&first)?)?;
    assert_eq!(batch.use_log.map(|anchor| anchor.entries), Some(2));
    assert!(verified(&scene.log(), &[&first, &second])?.0);

    let other = Scene::new()?;
    other.graded(4, "out")?;
    assert!(verified(&other.log(), &[])?.0, "in itself it is whole");
    let (holds, said) = verified(&other.log(), &[&first])?;
    assert!(!holds && said.contains("line 2: the log was rewritten"), "{said}");
    // One that is too short.
    let short = Scene::new()?;
    short.graded(1, "out")?;
    let (holds, said) = verified(&short.log(), &[&second])?;
    assert!(!holds && said.contains("it has 1 entries, but there were 4"), "{said}");
    Ok(())
}

/// So does the report on one submission; it can be verified like any other.
#[test]
fn one_report_anchors_the_log_too() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(1, "out")?;
    let single = scene.folder.path().join("single.json");
    let mut command = scene.command("grade-sample")?;
    command.arg(root().join("examples/breast-cancer-wisconsin/logistic-regression.csv"));
    std::fs::write(&single, command.arg("breast-cancer-wisconsin").output()?.stdout)?;
    assert!(verified(&scene.log(), &[&single])?.0);
    assert!(scene.command("verify")?.arg(&single).output()?.status.success());

    let other = Scene::new()?;
    other.graded(2, "out")?;
    let (holds, said) = verified(&other.log(), &[&single])?;
    assert!(!holds && said.contains("line 2: the log was rewritten"), "{said}");

    // A digest alone will do.
    let report: Value = serde_json::from_slice(&std::fs::read(&single)?)?;
    let head = format!("sha256:{}", report["use_log"]["head"].as_str().ok_or("no anchor")?);
    let with_head = |log: &Path, head: &str| -> Result<Option<i32>, Failure> {
        Ok(assay()?.args(["log", "verify", "--head", head]).arg(log).output()?.status.code())
    };
    assert_eq!(with_head(&scene.log(), &head)?, Some(0));
    assert_eq!(with_head(&other.log(), &head)?, Some(1));
    assert_eq!(with_head(&scene.log(), "sha256:7")?, Some(2));
    Ok(())
}

/// Times are compared as times, not as text.
#[test]
fn a_summary_is_of_the_time_that_was_asked_for() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(1, "out")?;
    let entry: Value = serde_json::from_str(&scene.lines()?[0])?;
    // Such as 2026-01-31T12:00:00.123456Z.
    let time = entry["time"].as_str().ok_or("no time")?;
    let (day, second) = (&time[..10], &time[..19]);
    let count = |option: &str, time: &str| -> Result<Value, Failure> {
        let run = assay()?.args(["log", "summary", "--format", "json", option, time]).arg(scene.log()).output()?;
        assert_eq!(run.status.code(), Some(0), "{option} {time}");
        let summary: Value = serde_json::from_slice(&run.stdout)?;
        assert_eq!(summary["log"]["holds"], true);
        Ok(summary["uses"].clone())
    };
    let second_utc = format!("{second}Z");
    // The same second, seven hours further east.
    let hour: u32 = time[11..13].parse()?;
    let east = if hour < 17 { format!("{day}T{:02}{}+07:00", hour + 7, &second[13..]) } else { second_utc.clone() };
    for since in [day, second, &second_utc, time, &east] {
        assert_eq!(count("--since", since)?, 1, "since {since}");
        assert_eq!(count("--until", since)?, 0, "until {since}");
    }
    assert_eq!(count("--since", "2999-01-01")?, 0);
    assert_eq!(count("--until", "2999-01-01")?, 1);
    for wrong in ["yesterday", "2026-01-31 12:00", "2026-02-30"] {
        let run = assay()?.args(["log", "summary", "--since", wrong]).arg(scene.log()).output()?;
        assert_eq!(run.status.code(), Some(2), "{wrong}");
    }
    Ok(())
}

#[test]
fn processes_write_side_by_side() -> Result<(), Failure> {
    let scene = Scene::new()?;
    let batches = ["a", "b", "c", "d"].map(|out| scene.batch(50, out));
    for batch in batches {
        assert!(batch?.wait()?.success());
    }
    assert_eq!(scene.lines()?.len(), 200);
    let (holds, said) = verified(&scene.log(), &[])?;
    assert!(holds && said.contains("200 uses"), "{said}");
    Ok(())
}

/// A writer that is killed leaves a line without its end, or one that the head does not know.
#[test]
fn what_a_killed_writer_leaves_is_mended() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(2, "out")?;
    let head = std::fs::read(scene.head())?;
    scene.graded(1, "more")?;
    // The head is one line behind, and the next line is torn.
    std::fs::write(scene.head(), head)?;
    let mut log = std::fs::read(scene.log())?;
    log.extend_from_slice(b"{\"entry\":3,\"time\":\"20");
    std::fs::write(scene.log(), log)?;
    let (holds, said) = verified(&scene.log(), &[])?;
    assert!(holds && said.contains("3 uses") && said.contains("its last line was cut short"), "{said}");
    scene.graded(1, "again")?;
    let (holds, said) = verified(&scene.log(), &[])?;
    assert!(holds && said.contains("4 uses") && !said.contains("cut short"), "{said}");
    Ok(())
}

#[test]
fn scores_are_in_it_only_if_wanted() -> Result<(), Failure> {
    let scene = Scene::new()?;
    let sample = |arguments: &[&str]| -> Result<(), Failure> {
        let mut command = scene.command("grade-sample")?;
        command.arg(root().join("examples/breast-cancer-wisconsin/logistic-regression.csv"));
        assert!(command.arg("breast-cancer-wisconsin").args(arguments).output()?.status.success());
        Ok(())
    };
    sample(&[])?;
    sample(&["--use-log-scores"])?;
    let scores: Vec<Value> = scene
        .lines()?
        .iter()
        .map(|line| Ok(serde_json::from_str::<Value>(line)?["score"].clone()))
        .collect::<Result<_, Failure>>()?;
    assert_eq!(scores, [Value::Null, Value::from(0.9899733333333334)]);
    Ok(())
}

#[test]
fn a_log_that_is_none_is_refused() -> Result<(), Failure> {
    let scene = Scene::new()?;
    for (content, expected) in [
        (b"\xff\xfe\n".as_slice(), "line 1: it is no entry"),
        (b"{\"entry\": 0}\n", "line 1: it is no entry"),
        (&vec![b'['; 100_000], "line 1: it is longer than 4096 bytes"),
    ] {
        std::fs::write(scene.log(), content)?;
        refused(&scene, expected)?;
    }
    // Any bytes, as log and as head.
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..200 {
        let mut bytes: Vec<u8> = (0..random.usize(1..9000)).map(|_| random.u8(..)).collect();
        std::fs::write(scene.log(), &bytes)?;
        assert!(verify(&scene.log(), &[], &[], |_| {}).is_err(), "round {round}");
        bytes.truncate(random.usize(1..=bytes.len()));
        std::fs::write(scene.head(), &bytes)?;
        assert!(verify(&scene.log(), &[], &[], |_| {}).is_err(), "round {round}");
        let log = AccessLog::open(&scene.log(), false)?;
        assert!(log.sync().is_err(), "round {round}");
    }
    let run = assay()?.args(["log", "verify", "/dev/zero"]).output()?;
    assert_eq!(run.status.code(), Some(2));
    Ok(())
}

/// Somebody holds the log and never lets it go. This waits as long as the program does.
#[test]
#[ignore = "it takes the half minute that a lock is waited for"]
fn a_lock_that_is_never_released() -> Result<(), Failure> {
    let scene = Scene::new()?;
    scene.graded(1, "out")?;
    let holder = std::fs::File::open(scene.log())?;
    holder.lock()?;
    for mut command in [scene.command("grade-sample")?, assay()?] {
        if command.get_args().next().is_some() {
            command.arg(root().join("examples/breast-cancer-wisconsin/logistic-regression.csv"));
            command.arg("breast-cancer-wisconsin");
        } else {
            command.args(["log", "verify"]).arg(scene.log());
        }
        let ended = command.output()?;
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{said}");
        assert!(said.contains("another process has held its lock for 30 s") && said.contains("`fuser`"), "{said}");
    }
    Ok(())
}
