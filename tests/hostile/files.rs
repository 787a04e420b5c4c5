//! Submissions' paths that lead somewhere else, names that play tricks, and lists that mean harm: every run ends, says what is wrong in
//! few and printable words, and has the exit code of the one who is at fault.

#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use assay_tables::read;
use assay_tests::Failure;
use assay_tests::harmless::{EXAMPLE, ODD, Run, TRICKS, examples, odd, prediction, program, run};
use serde_json::{Value, json};

/// The program with these arguments, on the example's data.
fn assay<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command, Failure> {
    let mut command = program()?;
    // If a message shows this, it shows the environment.
    command.args(arguments).env("SECRET", "s3cr3t");
    Ok(command)
}

/// What is said of a link where links are not followed.
const LINK: &str = "its path leads through a link";

/// Grades a file, and gives its report.
fn grade(submission: &Path) -> Result<(Value, i32), Failure> {
    grade_with(submission, &[])
}

/// The same with other arguments.
fn grade_with(submission: &Path, others: &[&str]) -> Result<(Value, i32), Failure> {
    let on_data = ["--competitions".into(), examples(), "--data-dir".into(), examples()];
    let graded = |command: &str, form: &str| -> Result<Run, Failure> {
        let mut command = assay([command, "--format", form])?;
        let run = run(command.arg(submission).arg(EXAMPLE).args(&on_data).args(others))?;
        assert!(!(run.stdout.clone() + &run.stderr).contains("s3cr3t"), "{}", run.stdout);
        Ok(run)
    };
    let (json, table, validated) =
        (graded("grade-sample", "json")?, graded("grade-sample", "table")?, graded("validate", "json")?);
    assert_eq!([table.code, validated.code], [json.code; 2], "{submission:?}: {}", validated.stdout);
    let report = serde_json::from_str(&json.stdout).map_err(|error| format!("{error}: {}", json.stderr))?;
    Ok((report, json.code))
}

#[test]
fn submissions_that_are_no_files() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    for (index, (kind, expected)) in ODD.iter().chain(&[("a link to nothing", "there is no such file")]).enumerate() {
        let path = folder.path().join(format!("{index}.csv"));
        odd(kind, &path)?;
        // Where links are not followed, a link is refused as one, wherever it leads.
        let as_a_link = if path.is_symlink() { LINK } else { expected };
        for (others, expected) in [(&["--follow-links"][..], *expected), (&[], as_a_link)] {
            let (report, code) = grade_with(&path, others)?;
            assert_eq!((report["outcome"].as_str(), code), (Some("invalid-submission"), 1), "{kind}: {report}");
            let reason = report["reason"].as_str().unwrap_or_default();
            assert!(reason.contains(expected) && reason.len() < 200, "{kind}: {reason}");
            assert_eq!(report["submission_exists"], false, "{kind}");
        }
    }
    Ok(())
}

/// Which file is graded is the operator's choice: a path may lead anywhere that the operator can read. What participants put beside
/// it has no say in that, but for links.
#[test]
fn paths_lead_where_they_say() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("inner"))?;
    std::fs::copy(prediction(), folder.path().join("submission.csv"))?;
    symlink(folder.path().join("submission.csv"), folder.path().join("link.CSV"))?;
    for path in ["submission.csv", "inner/../submission.csv"] {
        let (report, code) = grade(&folder.path().join(path))?;
        assert_eq!((report["outcome"].as_str(), code), (Some("scored"), 0), "{path}: {report}");
    }
    let link = folder.path().join("link.CSV");
    let (report, code) = grade(&link)?;
    assert_eq!((report["outcome"].as_str(), code), (Some("invalid-submission"), 1), "{report}");
    let (report, code) = grade_with(&link, &["--follow-links"])?;
    assert_eq!((report["outcome"].as_str(), code), (Some("scored"), 0), "{report}");
    Ok(())
}

/// Who can put a file into a folder can put a link to the answers there, or the answers' own file under another name.
#[test]
fn the_answers_are_no_submission() -> Result<(), Failure> {
    // On the file system of the answers, so that they can have a second name.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let at = |name: &str| folder.path().join(name);
    let prepared = at("data").join(EXAMPLE).join("prepared/private");
    std::fs::create_dir_all(&prepared)?;
    let answers = prepared.join("answers.csv");
    std::fs::copy(examples().join(EXAMPLE).join("prepared/private/answers.csv"), &answers)?;
    std::fs::create_dir(at("runs"))?;
    symlink(&prepared, at("runs/linked"))?;
    symlink(&answers, at("runs/link.csv"))?;
    std::fs::hard_link(&answers, at("runs/name.csv"))?;
    std::fs::copy(&answers, at("runs/copy.csv"))?;
    let report = |submission: &str, others: &[&str]| -> Result<Value, Failure> {
        let mut command = assay(["grade-sample", "--format", "json"])?;
        command
            .arg(at(submission))
            .arg(EXAMPLE)
            .arg("--competitions")
            .arg(examples())
            .arg("--data-dir")
            .arg(at("data"));
        let run = run(command.args(others))?;
        Ok(serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {}", run.stderr))?)
    };
    for submission in ["runs/link.csv", "runs/linked/answers.csv", "runs/name.csv"] {
        for others in [&[][..], &["--confine", "off"], &["--follow-links"]] {
            let report = report(submission, others)?;
            assert_eq!(report["outcome"], "invalid-submission", "{submission} {others:?}: {report}");
            assert_eq!((&report["score"], &report["gold_medal"]), (&Value::Null, &Value::Bool(false)));
        }
    }
    // A copy is a submission like others, but it is marked.
    let copy = report("runs/copy.csv", &[])?;
    assert_eq!((&copy["score"], &copy["submission_is_answers"]), (&Value::from(1.0), &Value::Bool(true)), "{copy}");
    let (honest, _) = grade(&prediction())?;
    assert!(honest.get("submission_is_answers").is_none(), "{honest}");
    Ok(())
}

#[test]
fn files_that_may_not_be_read() -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("submission.csv");
    std::fs::copy(prediction(), &path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0))?;
    // Nothing keeps the administrator out.
    if std::fs::File::open(&path).is_err() {
        let (report, code) = grade(&path)?;
        assert_eq!((report["outcome"].as_str(), code), (Some("invalid-submission"), 1), "{report}");
        assert!(report["reason"].as_str().is_some_and(|reason| reason.contains("Permission denied")), "{report}");
    }
    Ok(())
}

#[test]
fn names_that_play_tricks() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let names = [
        format!("{TRICKS}.csv").into_bytes(),
        b"\xff\xfe\x80.csv".to_vec(),
        [&b"x".repeat(251)[..], b".csv"].concat(),
        b"-.csv".to_vec(),
        "\u{1f600}\u{301}\u{301}.csv".into(),
    ];
    for name in names {
        let path = folder.path().join(OsStr::from_bytes(&name));
        std::fs::copy(prediction(), &path)?;
        let (report, code) = grade(&path)?;
        assert_eq!((report["outcome"].as_str(), code), (Some("scored"), 0), "{report}");
        // JSON escapes, so the path is still what it was.
        assert_eq!(report["submission_path"], path.display().to_string());
    }
    let (report, code) = grade(&folder.path().join("x".repeat(300) + ".csv"))?;
    assert_eq!((report["outcome"].as_str(), code), (Some("invalid-submission"), 1), "{report}");
    assert!(report["reason"].as_str().is_some_and(|reason| reason.contains("File name too long")), "{report}");
    Ok(())
}

/// Grades a list and gives the run and the reports.
fn grade_list(list: &[u8], arguments: &[&str]) -> Result<(Run, Vec<Value>), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("list.jsonl");
    std::fs::write(&path, list)?;
    std::fs::copy(prediction(), folder.path().join("good.csv"))?;
    std::fs::copy(prediction(), folder.path().join(format!("{TRICKS}.csv")))?;
    let out = folder.path().join("out");
    let mut command = assay(["grade", "--submission"])?;
    command.arg(&path).arg("--output-dir").arg(&out).arg("--data-dir").arg(examples());
    let run = run(command.arg("--competitions").arg(examples()).args(arguments))?;
    let reports = match std::fs::read_dir(&out).ok().and_then(|mut files| files.next()) {
        Some(file) => serde_json::from_slice::<Value>(&std::fs::read(file?.path())?)?["competition_reports"].take(),
        None => Value::Null,
    };
    Ok((run, reports.as_array().cloned().unwrap_or_default()))
}

fn entry(competition: &str, path: &str) -> String {
    json!({"competition_id": competition, "submission_path": path}).to_string()
}

#[test]
fn lists_that_mean_harm() -> Result<(), Failure> {
    let good = entry(EXAMPLE, "good.csv");
    let scored = "scored: ";
    let lines: Vec<(Vec<u8>, &str)> = vec![
        (good.clone().into(), scored),
        (format!("{{\"x\": {}", "[".repeat(50_000)).into(), "not-graded: line 2 of the list: more than 100 levels"),
        (
            format!("{{\"x\": {}", "{\"x\":".repeat(10_000)).into(),
            "not-graded: line 3 of the list: more than 100 levels",
        ),
        (good.replace('}', &format!(", \"x\": 1{}}}", "0".repeat(50_000))).into(), scored),
        (b"{\"competition_id\": 1e999}".into(), "not-graded: line 5 of the list: invalid type: floating point"),
        (good.replace("{", "{\"competition_id\": [], ").into(), scored),
        (b"{\"competition_id\": [], \"submission_path\": {}}".into(), "line 7 of the list: invalid type: sequence"),
        (b"[1, 2]".into(), "line 8 of the list: "),
        (b"\"text\"".into(), "line 9 of the list: invalid type: string"),
        (
            format!("{{\"x\": \"{}\"}}", "y".repeat(70_000)).into(),
            "line 10 of the list: the line has 70009 bytes, more than",
        ),
        (b"{\"competition_id\": \"\xff\"}".into(), "line 11 of the list: "),
        (entry(EXAMPLE, "good\0.csv").into(), "invalid-submission: the file cannot be read: "),
        (entry(TRICKS, "good.csv").into(), r"not-graded: there is no competition `\u{1b}[2J\r\n\u{202e}\u{2066}"),
        (entry("../examples/breast-cancer-wisconsin", "good.csv").into(), "there is no competition `../examples"),
        (entry("", "good.csv").into(), "not-graded: there is no competition ``"),
        (entry(&"x".repeat(60_000), "good.csv").into(), "not-graded: there is no competition `xxxx"),
        (entry(EXAMPLE, "").into(), "invalid-submission: the submission's name does not end in `.csv`"),
        (entry(EXAMPLE, ".csv").into(), "invalid-submission: the submission's name does not end in `.csv`"),
        (
            entry(EXAMPLE, &("../".repeat(2000) + "no/such.csv")).into(),
            "invalid-submission: the file cannot be read: File name too",
        ),
        (entry(EXAMPLE, "/no/such.csv").into(), "invalid-submission: there is no such file"),
        (entry(EXAMPLE, &format!("{TRICKS}.csv")).into(), scored),
        (
            entry(EXAMPLE, &("x".repeat(60_000) + ".csv")).into(),
            "invalid-submission: the file cannot be read: File name too long",
        ),
        (good.into(), scored),
    ];
    let list = lines.iter().map(|(line, _)| line.as_slice()).collect::<Vec<_>>().join(&b'\n');
    let (run, reports) = grade_list(&list, &["--slowest", "2"])?;
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(reports.len(), lines.len());
    for ((line, expected), report) in lines.iter().zip(&reports) {
        let reason = report["reason"].as_str().unwrap_or_default();
        let found = format!("{}: {reason}", report["outcome"].as_str().unwrap_or_default());
        let line = String::from_utf8_lossy(line);
        assert!(found.contains(expected) && found.len() < 500, "{line:.100}: {found}");
        assert!(!assay_tests::fuzzing::plays_tricks(&found), "{line:.100}: {found:?}");
    }
    Ok(())
}

/// The one that took longest is named, whatever its name is.
#[test]
fn summaries_of_names_that_play_tricks() -> Result<(), Failure> {
    let (run, reports) = grade_list(entry(EXAMPLE, &format!("{TRICKS}.csv")).as_bytes(), &["--slowest", "1"])?;
    assert_eq!((run.code, reports.len()), (0, 1), "{}", run.stderr);
    assert!(run.stderr.contains(r"\u{1b}[2J\r"), "{}", run.stderr);
    Ok(())
}

#[test]
fn lists_of_many_lines() -> Result<(), Failure> {
    // A million lines to skip, and an entry.
    let list = format!("{}\n{}", "#\n".repeat(1_000_000), entry(EXAMPLE, "good.csv"));
    let (run, reports) = grade_list(list.as_bytes(), &[])?;
    assert_eq!((run.code, reports.len()), (0, 1), "{}", run.stderr);
    // Every broken line has its report.
    let (run, reports) = grade_list("x\n".repeat(20_000).as_bytes(), &[])?;
    assert_eq!((run.code, reports.len()), (1, 20_000), "{}", run.stderr);
    assert!(reports[19_999]["reason"].as_str().is_some_and(|reason| reason.starts_with("line 20000 of the list: ")));
    Ok(())
}

#[test]
fn lists_that_are_no_files() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    for (index, (kind, expected)) in ODD.iter().enumerate() {
        let path = folder.path().join(index.to_string());
        odd(kind, &path)?;
        let mut command = assay(["grade", "--submission"])?;
        let run = run(command.arg(&path).arg("--output-dir").arg(folder.path().join("out")))?;
        assert_eq!((run.code, run.stderr.contains(expected)), (2, true), "{kind}: {}", run.stderr);
    }
    Ok(())
}

/// Who can write above a folder of submissions puts a link to the answers in its place while it is in use.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_stays_the_one_that_was_opened() -> Result<(), Failure> {
    let place = tempfile::tempdir()?;
    let at = |part: &str| place.path().join(part);
    for (folder, content) in [("runs", "own"), ("private", "secret")] {
        std::fs::create_dir(at(folder))?;
        std::fs::write(at(folder).join("a.csv"), content)?;
    }
    let folders = read::Folders::new([at("runs")], read::Links::Refuse);
    let content = || folders.clone().open("a.csv".as_ref())?.read(&read::Limits::default());
    assert_eq!(content()?, b"own");
    std::fs::rename(at("runs"), at("moved"))?;
    symlink(at("private"), at("runs"))?;
    assert_eq!(content()?, b"own");
    Ok(())
}
