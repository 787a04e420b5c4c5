//! `assay check` as a contributor runs it: what it takes, its exit codes, and what it prints.

use std::fs;
use std::path::{Path, PathBuf};

use assay_tests::harmless::{EXAMPLE, Run, program, run};
use assay_tests::{Failure, root};
use serde_json::Value;

/// A folder as a contributor has it: one of our graders, under a name of its own, beside the cases of one.
pub(super) fn folder_of(grader: &str, cases: &str) -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::tempdir()?;
    fs::copy(root().join(format!("target/graders/{grader}.wasm")), folder.path().join("mine.wasm"))?;
    for case in fs::read_dir(root().join("plugins").join(cases).join("cases"))? {
        let case = case?;
        let to = folder.path().join("cases").join(case.file_name());
        fs::create_dir_all(&to)?;
        for file in fs::read_dir(case.path())? {
            let file = file?;
            fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(folder)
}

fn checked(arguments: &[&str], path: &Path) -> Result<Run, Failure> {
    run(program()?.arg("check").arg(path).args(["--format", "json"]).args(arguments))
}

/// The verdict of a check, and what was seen.
fn finding(report: &[u8], id: &str) -> Result<(String, String), Failure> {
    let report: Value = serde_json::from_slice(report)?;
    let mut findings = report["findings"].as_array().ok_or("no findings")?.iter();
    let finding = findings.find(|finding| finding["id"] == id).ok_or_else(|| format!("no finding `{id}`"))?;
    let text = |field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    Ok((text("verdict"), text("seen")))
}

#[test]
fn a_component_with_cases_is_checked_by_its_folder_or_its_file() -> Result<(), Failure> {
    let folder = folder_of("mean-absolute-error", "mean-absolute-error")?;
    for path in [folder.path().to_owned(), folder.path().join("mine.wasm")] {
        let run = checked(&[], &path)?;
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(finding(run.stdout.as_bytes(), "known-answers")?.0, "pass");
        assert_eq!(finding(run.stdout.as_bytes(), "has-cases")?.0, "pass");
        let report: Value = serde_json::from_str(&run.stdout)?;
        let rows: Vec<_> =
            report["costs"].as_array().ok_or("costs")?.iter().map(|cost| cost["rows"].as_u64()).collect();
        assert_eq!(rows, [100, 1_000, 10_000, 100_000].map(Some));
    }
    Ok(())
}

#[test]
fn a_case_that_does_not_hold_fails_with_both_scores() -> Result<(), Failure> {
    let folder = folder_of("mean-absolute-error", "mean-absolute-error")?;
    let case = folder.path().join("cases/documentation/case.toml");
    let text = fs::read_to_string(&case)?;
    fs::write(&case, text.replace("expected = 0.5", "expected = 0.25"))?;
    let run = checked(&[], folder.path())?;
    assert_eq!(run.code, 1, "{}", run.stderr);
    let (verdict, seen) = finding(run.stdout.as_bytes(), "known-answers")?;
    assert_eq!(
        (verdict.as_str(), seen.as_str()),
        ("fail", "documentation: the score is 0.5, and the case states 0.25")
    );
    Ok(())
}

/// What a table says of a check that is not passed: its id, what was seen, the remedy; and the cost.
#[test]
fn a_table_names_what_to_do() -> Result<(), Failure> {
    let folder = folder_of("mean-absolute-error", "mean-absolute-error")?;
    fs::remove_dir_all(folder.path().join("cases/infinite"))?;
    let run = run(program()?.arg("check").arg(folder.path()).args(["--format", "table"]))?;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.starts_with("warn has-cases")).ok_or("no line")?;
    assert_eq!(lines[at + 1], "there is no case with a refusal");
    assert!(lines[at + 2].starts_with("remedy: add a folder below cases/"), "{}", lines[at + 2]);
    assert!(lines.iter().any(|line| line.starts_with("100000 ") && line.ends_with('#')), "{}", run.stdout);
    assert!(lines.last().is_some_and(|line| line.starts_with("mine: ") && line.ends_with("not tried")));
    Ok(())
}

/// Without tables, what needs none is checked, and the rest says what it lacks.
#[test]
fn without_cases_or_data_it_says_what_it_lacks() -> Result<(), Failure> {
    let folder = folder_of("mean-absolute-error", "mean-absolute-error")?;
    fs::remove_dir_all(folder.path().join("cases"))?;
    let run = checked(&[], folder.path())?;
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(finding(run.stdout.as_bytes(), "imports-nothing")?.0, "pass");
    for id in ["gold-is-best", "row-order", "grows-too-fast", "keeps-to-limits"] {
        let (verdict, seen) = finding(run.stdout.as_bytes(), id)?;
        assert!(verdict == "skipped" && seen.contains("give it a case"), "{id}: {verdict}: {seen}");
    }
    Ok(())
}

#[test]
fn a_component_that_imports_fails_at_the_first_check() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("reader.wasm");
    fs::write(&path, wat::parse_str(r#"(component (import "wasi:filesystem/types@0.2.0" (instance)))"#)?)?;
    let run = checked(&[], &path)?;
    assert_eq!(run.code, 1, "{}", run.stderr);
    let (verdict, seen) = finding(run.stdout.as_bytes(), "imports-nothing")?;
    assert!(verdict == "fail" && seen.contains("wasi:filesystem/types"), "{verdict}: {seen}");
    Ok(())
}

/// A check uses the answers of a competition: that is on record, or nothing is told.
#[test]
fn a_use_that_is_not_on_record_is_not_told() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("uses.jsonl");
    let example = root().join("examples");
    let check = || {
        let mut command = program()?;
        command.args(["check", EXAMPLE, "--format", "json", "--use-log"]).arg(&log);
        command.arg("--data-dir").arg(&example).arg("--competitions").arg(&example);
        Ok::<_, Failure>(command.output()?)
    };
    let checked = check()?;
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert_eq!(finding(&checked.stdout, "gold-is-best")?.0, "pass");
    let recorded = fs::read_to_string(&log)?;
    assert!(recorded.contains(EXAMPLE) && recorded.contains("doctor"), "{recorded}");

    // A log that cannot be written: its last line was cut.
    fs::write(&log, &recorded[..recorded.len() / 2])?;
    let checked = check()?;
    let told = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.code() == Some(3) && checked.stdout.is_empty(), "{told}");
    assert!(told.contains("its last lines are gone"), "{told}");
    Ok(())
}

/// A call that cannot be meant names the file and the remedy, and ends with 2.
#[test]
fn calls_that_cannot_be_meant() -> Result<(), Failure> {
    let folder = folder_of("mean-absolute-error", "mean-absolute-error")?;
    let case = folder.path().join("cases/documentation/case.toml");
    let cases: [(&str, &str); 5] = [
        ("source = \"x\"", "give either `expected`"),
        ("source = \"x\"\nexpected = 1.0\nrefused = \"y\"", "give either `expected`"),
        ("expected = 1.0", "source"),
        ("source = \"x\"\nexpected = 1.0\ntolerence = 1.0", "tolerence"),
        ("source = \"x\"\nexpected = nan", "must be finite"),
    ];
    for (text, words) in cases {
        fs::write(&case, text)?;
        let run = checked(&[], folder.path())?;
        assert_eq!(run.code, 2, "{text}: {}", run.stdout);
        assert!(run.stderr.contains("case.toml") && run.stderr.contains(words), "{text}: {}", run.stderr);
    }
    fs::write(&case, "source = \"x\"\nexpected = 0.5")?;
    fs::remove_file(folder.path().join("cases/documentation/answers.csv"))?;
    let absent = checked(&[], folder.path())?;
    assert!(absent.code == 2 && absent.stderr.contains("answers.csv"), "{}", absent.stderr);
    let nothing = checked(&[], &PathBuf::from("no-such-grader"))?;
    assert!(nothing.code == 2 && nothing.stderr.contains("assay graders"), "{}", nothing.stderr);
    Ok(())
}
