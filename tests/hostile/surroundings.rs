//! Competitions, graders and reports that mean harm: whoever names one by `--competitions`, `--graders` or `assay verify` is told what is
//! wrong with it in few and printable words, and the run ends.

#![cfg(unix)]

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use assay_tests::Failure;
use assay_tests::harmless::{EXAMPLE, ODD, Run, TRICKS, examples, odd, prediction, program, run};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program with these arguments.
fn assay<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command, Failure> {
    let mut command = program()?;
    command.args(arguments);
    Ok(command)
}

/// A folder with one competition, whose file is made by `make`.
fn competitions(id: &str, make: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<TempDir, Failure> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join(id))?;
    make(&folder.path().join(id).join("competition.toml"))?;
    Ok(folder)
}

/// Grading for this competition, listing it and showing it are refused, with the same message.
fn not_usable(folder: &TempDir, id: &str, expected: &str) -> Result<(), Failure> {
    let submission = prediction();
    let grading = [OsStr::new("grade-sample"), submission.as_os_str(), OsStr::new(id)];
    let showing = ["competitions", "show", id].map(OsStr::new);
    let listing = ["competitions"].map(OsStr::new);
    for arguments in [&grading[..], &showing, &listing] {
        let run = run(assay(arguments)?.arg("--competitions").arg(folder.path()))?;
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(expected) && run.stderr.len() < 6000, "{arguments:?}: {expected}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
    }
    Ok(())
}

#[test]
fn competitions_that_mean_harm() -> Result<(), Failure> {
    let example = std::fs::read_to_string(examples().join(EXAMPLE).join("competition.toml"))?;
    let example = example.replace(EXAMPLE, "evil");
    let with = |part: &str, replacement: &str| {
        assert!(example.contains(part), "{part}");
        example.replacen(part, replacement, 1).into_bytes()
    };
    let many = |names: usize| (0..names).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
    for (content, expected) in [
        (b"".to_vec(), "missing field `id`"),
        (b"\0".to_vec(), "TOML parse error at line 1"),
        (b"\xff".to_vec(), "the file cannot be read: invalid utf-8"),
        (format!("x = {}", "[".repeat(500_000)).into(), "TOML parse error at line 1"),
        (format!("x = {}", "{x=".repeat(200_000)).into(), "TOML parse error at line 1"),
        ("x.".repeat(500_000).into(), "TOML parse error at line 1"),
        ("[[x]]\n".repeat(150_000).into(), "unknown field `x`"),
        ("#".repeat((1 << 20) + 1).into(), "the file has more than 1048576 bytes"),
        (format!("id = \"{}\"", "x".repeat(900_000)).into(), "missing field `title`"),
        (format!("{} = 1", "x".repeat(900_000)).into(), "unknown field `xxx"),
        (with("id = \"evil\"", "id = 3"), "expected a string"),
        (with("id = \"evil\"", "id = \"evil\"\nid = \"evil\""), "duplicate key"),
        (with("id = \"evil\"", "id = \"evil\"\n\"\\u202e\" = 3"), "unknown field `"),
        (with("id = \"evil\"", "id = \"other\""), "`id` is `other`, but the folder's name is `evil`"),
        (with("id = \"evil\"", "id = \"../evil\""), "`id` must be of letters, digits"),
        (with("id = \"evil\"", "id = \"\\u202e\""), "`id` must be of letters, digits"),
        (with("private/answers.csv", "../../../etc/passwd"), "without `..`"),
        (with("private/answers.csv", "/etc/passwd"), "must be a path below the competition's folder"),
        (with("private/answers.csv", ".hidden"), "must be a path below the competition's folder"),
        (with("private/answers.csv", "\\u0000"), r"`\u{0}` must be a path below"),
        (with("names = [\"malignant\"]", "names = [\"malignant\", \"id\"]"), "names column `id` twice"),
        (
            with("names = [\"malignant\"]", &format!("names = [\"malignant\", {0}, {0}]", many(50_000))),
            "names column `0` twice",
        ),
        (with("max = 1.0", "max = nan"), "must be finite"),
        (with("max = 1.0", "max = \"1\""), "expected f64"),
        (with("gold = ", "gold = nan # "), "thresholds must be finite"),
        (with("gold = ", "gold = -inf # "), "thresholds must be finite"),
        (with("gold = ", "gold = 1e999 # "), "TOML parse error"),
        (with("teams = ", "teams = -1 # "), "TOML parse error"),
    ] {
        let folder = competitions("evil", |path| Ok(std::fs::write(path, &content)?))?;
        let start = String::from_utf8_lossy(&content).chars().take(100).collect::<String>();
        not_usable(&folder, "evil", expected).map_err(|error| format!("{start}: {error}"))?;
    }
    Ok(())
}

#[test]
fn competitions_that_are_no_files() -> Result<(), Failure> {
    for (kind, expected) in ODD.iter().filter(|(kind, _)| *kind != "a link to itself") {
        let folder = competitions("evil", |path| odd(kind, path))?;
        not_usable(&folder, "evil", expected).map_err(|error| format!("{kind}: {error}"))?;
    }
    Ok(())
}

/// A name that could not be an id is told apart from one, in printable words.
#[test]
fn folders_of_competitions_with_names_that_play_tricks() -> Result<(), Failure> {
    let example = std::fs::read(examples().join(EXAMPLE).join("competition.toml"))?;
    let folder = competitions(TRICKS, |path| Ok(std::fs::write(path, &example)?))?;
    not_usable(&folder, TRICKS, r"the folder's name is `\u{1b}[2J")
}

/// A competition of many columns and a submission that has none of them: the refusal is still short.
#[test]
fn a_competition_of_fifty_thousand_columns() -> Result<(), Failure> {
    let names = (0..50_000).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
    let example = std::fs::read_to_string(examples().join(EXAMPLE).join("competition.toml"))?;
    let example = example.replace("names = [\"malignant\"]", &format!("names = [\"malignant\", {names}]"));
    let folder = competitions(EXAMPLE, |path| Ok(std::fs::write(path, example)?))?;
    let mut command = assay([OsStr::new("grade-sample"), prediction().as_os_str(), OsStr::new(EXAMPLE)])?;
    let run = run(command.arg("--competitions").arg(folder.path()).arg("--data-dir").arg(examples()))?;
    let report: Value = serde_json::from_str(&run.stdout)?;
    let reason = report["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("… (50000 in all)") && reason.len() < 1000, "{reason}");
    assert_eq!(run.code, 1);
    Ok(())
}

#[test]
fn graders_that_mean_harm() -> Result<(), Failure> {
    let bytes = |content: &'static [u8]| move |path: &Path| Ok(std::fs::write(path, content)?);
    type Make = Box<dyn Fn(&Path) -> Result<(), Failure>>;
    let mut graders: Vec<(&str, Make, &str)> = vec![
        ("empty", Box::new(bytes(b"")), "not a WebAssembly component"),
        ("text", Box::new(bytes(b"(component)")), "not a WebAssembly component"),
        ("magic", Box::new(bytes(b"\0asm\x0d\0\x01\0")), "does not export"),
        ("module", Box::new(bytes(b"\0asm\x01\0\0\0")), "it is a core module"),
        (
            "a file of 1 TiB",
            Box::new(|path| Ok(std::fs::File::create(path)?.set_len(1 << 40)?)),
            "the file has more than 33554432 bytes",
        ),
        ("a link to nothing", Box::new(|path| odd("a link to nothing", path)), "No such file"),
    ];
    for &(kind, expected) in ODD {
        graders.push((kind, Box::new(move |path| odd(kind, path)), expected));
    }
    for (kind, make, expected) in graders {
        // In the place of the example's grader, under a name of its own, and under one that plays tricks.
        for name in ["roc-auc", "evil", TRICKS] {
            let folder = tempfile::tempdir()?;
            make(&folder.path().join(format!("{name}.wasm")))?;
            let submission = prediction();
            let grading = [OsStr::new("grade-sample"), submission.as_os_str(), OsStr::new(EXAMPLE)];
            let showing = ["graders", "show", name].map(OsStr::new);
            let (grades, shows) = (&grading[..], &showing[..]);
            for arguments in if name == "roc-auc" { vec![grades, shows] } else { vec![shows] } {
                let mut command = assay(arguments)?;
                command.arg("--competitions").arg(examples()).arg("--graders").arg(folder.path());
                let run = run(command
                    .args(if arguments == grades { Some("--data-dir") } else { None })
                    .args(if arguments == grades { Some(examples()) } else { None }))?;
                assert_eq!(run.code, 2, "{kind}: {arguments:?}: {}", run.stderr);
                assert!(run.stderr.contains(expected) && run.stderr.len() < 6000, "{kind}: {expected}: {}", run.stderr);
            }
        }
    }
    Ok(())
}

/// Verifies a report, in both forms.
fn verify(content: &[u8]) -> Result<[Run; 2], Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("report.json");
    std::fs::write(&path, content)?;
    odd("/dev/zero", &folder.path().join("zero.csv"))?;
    odd("a pipe", &folder.path().join("pipe.csv"))?;
    std::fs::copy(prediction(), folder.path().join("good.csv"))?;
    let verified = |form: &str| {
        let mut command = assay(["verify", "--format", form])?;
        run(command.arg(&path).arg("--data-dir").arg(examples()).arg("--competitions").arg(examples()))
    };
    Ok([verified("json")?, verified("table")?])
}

#[test]
fn reports_that_are_none() -> Result<(), Failure> {
    for (content, expected) in [
        (Vec::new(), "EOF while parsing"),
        (b"\xff".to_vec(), "is no report"),
        (b"\x1f\x8b\x08".to_vec(), "is no report"),
        ("[".repeat(1_000_000).into(), "is no report"),
        (format!("{{\"details\": {}", "[".repeat(1_000_000)).into(), "is no report: more than 100 levels"),
        (format!("{{\"competition_reports\": {}", "[{\"receipt\":".repeat(100_000)).into(), "is no report"),
        (
            format!("{{\"total_runs\": \"{}\"}}", TRICKS.escape_default().to_string().replace(['{', '}', '\\'], ""))
                .into(),
            "is no report",
        ),
        (format!("{{\"total_runs\": \"{}\"}}", "x".repeat(1_000_000)).into(), "is no report"),
        (format!("{{\"{}\": 1}}", "x".repeat(1_000_000)).into(), "is no report"),
        (b"{\"total_runs\": 1e999}".to_vec(), "is no report"),
        (b"{\"total_runs\": -1}".to_vec(), "is no report"),
        (b"null".to_vec(), "is no report"),
    ] {
        for run in verify(&content)? {
            assert_eq!(run.code, 2, "{}", run.stderr);
            assert!(run.stderr.contains(expected) && run.stderr.len() < 2000, "{expected}: {}", run.stderr);
            assert!(run.stdout.is_empty());
        }
    }
    let folder = tempfile::tempdir()?;
    for (index, (kind, expected)) in ODD.iter().enumerate() {
        let path = folder.path().join(index.to_string());
        odd(kind, &path)?;
        let run = run(assay(["verify"])?.arg(&path))?;
        assert_eq!((run.code, run.stderr.contains(expected)), (2, true), "{kind}: {}", run.stderr);
    }
    Ok(())
}

/// Whatever a report claims is held against what grading again gives.
#[test]
fn reports_that_mean_harm() -> Result<(), Failure> {
    let mut command = assay([OsStr::new("grade-sample"), prediction().as_os_str(), OsStr::new(EXAMPLE)])?;
    let graded = run(command.arg("--competitions").arg(examples()).arg("--data-dir").arg(examples()))?;
    let honest: Value = serde_json::from_str(&graded.stdout)?;
    let claimed = |change: &dyn Fn(&mut Value)| -> Result<[Run; 2], Failure> {
        let mut report = honest.clone();
        report["submission_path"] = json!("good.csv");
        change(&mut report);
        verify(report.to_string().as_bytes())
    };
    assert_eq!(claimed(&|_| {})?.map(|run| run.code), [0, 0]);
    let many: serde_json::Map<String, Value> = (0..60).map(|key| (format!("{key}{TRICKS}"), json!(1e300))).collect();
    let many = Value::from(many);
    let long = TRICKS.repeat(100_000);
    let changes: [(&str, &str, Value); 7] = [
        ("/submission_path", "receipt.submission", json!("zero.csv")),
        ("/submission_path", "outcome", json!("pipe.csv")),
        ("/submission_path", "submission_exists", json!("/proc/self/environ")),
        ("/competition_id", "outcome", json!(long)),
        ("/reason", "reason", json!(long)),
        ("/receipt/limits", "receipt.limits.0", many),
        ("/receipt/grader/name", "receipt.grader.name", json!(TRICKS)),
    ];
    for (field, differs, value) in changes {
        let [json, table] = claimed(&|report| {
            if let Some(field) = report.pointer_mut(field) {
                *field = value.clone();
            }
        })?;
        assert_eq!([json.code, table.code], [1, 1], "{field}: {} {}", json.stderr, table.stderr);
        let verdict: Value = serde_json::from_str(&json.stdout)?;
        let differences = verdict["differing"][0]["differences"].as_array().cloned().unwrap_or_default();
        let named = |difference: &Value| difference["field"].as_str().is_some_and(|name| name.starts_with(differs));
        assert!(differences.iter().any(named), "{field}");
        assert!(table.stdout.lines().all(|line| line.len() < 4000 || line.starts_with("entry 1: ")), "{field}");
    }
    Ok(())
}
