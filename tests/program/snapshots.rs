//! What the main commands print, kept word for word in `snapshots/`: exit code, stdout and stderr. Digests, fuel, times, versions and places
//! are left out, so that only words and form are compared.
//!
//! `INSTA_UPDATE=always cargo xtask test --test program snapshots` writes them anew; look at the difference before it is committed.

use std::fmt::Write;
use std::path::Path;

use assay_tests::harmless::{EXAMPLE, Run, program, run};
use assay_tests::{Failure, root};
use insta::Settings;

/// A submission whose medal is known, from the workspace.
const SUBMISSION: &str = "examples/breast-cancer-wisconsin/logistic-regression.csv";

/// Calls and what came of them. Files that a test makes are in a folder of its own, which is called `FOLDER` in what is kept.
struct Session {
    folder: tempfile::TempDir,
    kept: String,
}

impl Session {
    fn new() -> Result<Self, Failure> {
        Ok(Session { folder: tempfile::tempdir()?, kept: String::new() })
    }

    /// Writes a file and gives its path.
    fn file(&self, name: &str, content: &str) -> Result<String, Failure> {
        std::fs::write(self.folder.path().join(name), content)?;
        Ok(self.path(name))
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs the program, which knows the example.
    fn call(&mut self, arguments: &[&str]) -> Result<Run, Failure> {
        let mut command = program()?;
        command.current_dir(root()).args(arguments).args(["--competitions", "examples"]);
        // The surroundings of whoever runs the tests are none of their business.
        let run = run(command.env_remove("ASSAY_USE_LOG").env_remove("COLUMNS"))?;
        let shown = |text: &str| {
            let text = text.replace(&self.path(""), "FOLDER/").replace(&root().display().to_string(), "ROOT");
            text.lines().map(|line| plain(line) + "\n").collect::<String>()
        };
        let call: String = arguments.iter().map(|argument| format!(" {}", shown(argument).trim_end())).collect();
        let (code, stdout, stderr) = (run.code, shown(&run.stdout), shown(&run.stderr));
        write!(self.kept, "$ assay{call}\n--- exit code {code}\n--- stdout\n{stdout}--- stderr\n{stderr}\n")?;
        Ok(run)
    }

    /// Compares all of it with what is kept under that name.
    fn assert_kept_as(self, name: &str) {
        let mut settings = Settings::new();
        settings.set_snapshot_path("snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, self.kept));
    }
}

/// A line without what differs from build to build and from run to run.
fn plain(line: &str) -> String {
    // Fuel and sizes of components are the compiler's.
    let name = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|word| !word.is_empty());
    let measured = matches!(name, Some("fuel" | "bytes"));
    let mut text = String::new();
    let mut rest = line.trim_end();
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !is_of_a_word(c)).map_or(rest, |end| &rest[..end]);
        if word.is_empty() {
            text.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        text.push_str(if is_digest(word) {
            "DIGEST"
        } else if is_time(word) {
            "TIME"
        } else if is_version(word) {
            "VERSION"
        } else if matches!(word, "full" | "partial" | "off") && name == Some("confinement") {
            // The system's.
            "WORD"
        } else if measured && word.bytes().all(|byte| byte.is_ascii_digit()) {
            "NUMBER"
        } else {
            word
        });
        let minutes = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.');
        rest = &rest[word.len()..];
        rest = if is_time(word) { rest.trim_start_matches(minutes) } else { rest };
    }
    // Columns are as wide as their widest cell, which may have been a number.
    let aligned = text.trim_start();
    let indent = &text[..text.len() - aligned.len()];
    indent.to_owned() + &aligned.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
}

/// SHA-256, or a part of one that is shown for it.
fn is_digest(word: &str) -> bool {
    word.len() >= 12 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What starts like `2026-01-01T00`.
fn is_time(word: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00";
    let matches = |(byte, form): (u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form };
    word.len() >= FORM.len() && word.bytes().zip(FORM).all(matches)
}

/// Three numbers, such as `0.1.0`.
fn is_version(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn grade_sample() -> Result<(), Failure> {
    let mut session = Session::new()?;
    let rows = "id,malignant\nsample_001,1.5\nsample_002,\nsample_003,0.5\nnobody,0.5\nnobody,0.5\n";
    let wrong = session.file("wrong.csv", rows)?;
    for (submission, form) in [(SUBMISSION, "table"), (SUBMISSION, "json"), (&wrong, "table")] {
        session.call(&["grade-sample", submission, EXAMPLE, "--data-dir", "examples", "--format", form])?;
    }
    session.assert_kept_as("grade_sample");
    Ok(())
}

#[test]
fn validate() -> Result<(), Failure> {
    let mut session = Session::new()?;
    let wrong = session.file("wrong.csv", "id,malignant\nsample_001,1.5\nnobody,0.5,1\n")?;
    for (submission, form) in [(SUBMISSION, "table"), (SUBMISSION, "json"), (&wrong, "table")] {
        session.call(&["validate", submission, EXAMPLE, "--data-dir", "examples", "--format", form])?;
    }
    session.assert_kept_as("validate");
    Ok(())
}

/// Batches, and what verifying a report says: as it is, and once a score in it was changed.
#[test]
fn grade_and_verify() -> Result<(), Failure> {
    let mut session = Session::new()?;
    let entry = |competition: &str, path: &str| {
        format!("{{\"competition_id\": \"{competition}\", \"submission_path\": \"{path}\"}}\n")
    };
    let honest = root().join(SUBMISSION).display().to_string();
    let (list, out) = (session.file("list.jsonl", &entry(EXAMPLE, &honest))?, session.path("out"));
    session.call(&["grade", "--submission", &list, "--output-dir", &out, "--data-dir", "examples"])?;

    let path = std::fs::read_dir(Path::new(&out))?.next().ok_or("no report")??.path();
    let report = std::fs::read_to_string(path)?;
    let kept = session.file("report.json", &report)?;
    session.call(&["verify", &kept, "--data-dir", "examples", "--format", "table"])?;
    let changed = session.file("changed.json", &report.replace("0.98997", "0.99997"))?;
    session.call(&["verify", &changed, "--data-dir", "examples", "--format", "table"])?;

    let some = [entry(EXAMPLE, "missing.csv"), entry("no-such", &honest), "{\"competition_id\": 3}\n".into()].concat();
    let (list, out) = (session.file("some.jsonl", &some)?, session.path("some"));
    session.call(&["grade", "--submission", &list, "--output-dir", &out, "--data-dir", "examples"])?;
    session.assert_kept_as("grade_and_verify");
    Ok(())
}

#[test]
fn doctor() -> Result<(), Failure> {
    let mut session = Session::new()?;
    let empty = session.path("");
    for data in ["examples", &empty] {
        session.call(&["doctor", EXAMPLE, "--data-dir", data, "--format", "table"])?;
    }
    session.assert_kept_as("doctor");
    Ok(())
}

#[test]
fn competitions_and_graders() -> Result<(), Failure> {
    let mut session = Session::new()?;
    for form in ["table", "json"] {
        session.call(&["competitions", "show", EXAMPLE, "--format", form])?;
        session.call(&["graders", "show", "roc-auc", "--format", form])?;
    }
    session.assert_kept_as("competitions_and_graders");
    Ok(())
}

/// Calls that are wrong: exit code 2, and nothing on stdout.
#[test]
fn wrong_calls() -> Result<(), Failure> {
    let mut session = Session::new()?;
    let (out, empty) = (session.path("out"), session.file("empty.jsonl", "")?);
    let no_report = session.file("no-report.json", "{\"total_runs\": 1}")?;
    let on_data = ["--data-dir", "examples"];
    for arguments in [
        vec![],
        vec!["grade-samples"],
        vec!["grade-sample", SUBMISSION, EXAMPLE, "--operators"],
        [&["grade-sample", SUBMISSION, "breast"][..], &on_data].concat(),
        vec!["grade-sample", SUBMISSION, EXAMPLE, "--data-dir", "no/such/folder"],
        [&["grade-sample", SUBMISSION, "spaceship-titanic"][..], &on_data].concat(),
        [&["grade", "--submission", "no/such.jsonl", "--output-dir", &out][..], &on_data].concat(),
        [&["grade", "--submission", &empty, "--output-dir", &out][..], &on_data].concat(),
        [&["verify", &no_report][..], &on_data].concat(),
        vec!["graders", "show", "no-such"],
    ] {
        let run = session.call(&arguments)?;
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
    }
    session.assert_kept_as("wrong_calls");
    Ok(())
}
