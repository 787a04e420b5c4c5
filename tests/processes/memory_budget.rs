//! The memory of a whole batch: entries wait for room, and what can never have it costs nobody else anything.

#![cfg(target_os = "linux")]

use std::io::Write;
use std::path::Path;

use assay_tests::Failure;
use assay_tests::cgroup::Group;
use assay_tests::harmless::{EXAMPLE, Run, examples, prediction, program, run};
use serde_json::{Value, json};

fn entry(path: &str) -> Value {
    json!({"competition_id": EXAMPLE, "submission_path": path})
}

/// The run, and the reports on these paths of a folder.
fn grade(
    folder: &Path,
    paths: &[&str],
    arguments: &[&str],
    group: Option<&Group>,
) -> Result<(Run, Vec<Value>), Failure> {
    let (list, out) = (folder.join("list.jsonl"), tempfile::tempdir()?);
    std::fs::write(&list, paths.iter().map(|path| format!("{}\n", entry(path))).collect::<String>())?;
    let mut command = program()?;
    command.arg("grade").args(arguments).arg("--submission").arg(&list).arg("--output-dir").arg(out.path());
    command.arg("--data-dir").arg(examples()).arg("--competitions").arg(examples());
    let run = match group {
        Some(group) => run(&mut group.confine(&command))?,
        None => run(&mut command)?,
    };
    let file = std::fs::read_dir(&out)?.next().ok_or_else(|| run.stderr.clone())??;
    let report: Value = serde_json::from_slice(&std::fs::read(file.path())?)?;
    Ok((run, report["competition_reports"].as_array().cloned().ok_or("no reports")?))
}

/// A file of so many MiB that is read in whole, and has no row that is asked for.
fn large(path: &Path, mebibytes: usize) -> Result<(), Failure> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(b"id,malignant\n")?;
    let rows = "a-long-name-of-a-row,0.123456789\n".repeat((1 << 20) / 33);
    for _ in 0..mebibytes {
        file.write_all(rows.as_bytes())?;
    }
    Ok(())
}

#[test]
fn what_can_never_fit_is_refused_and_costs_nobody_else_anything() -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    std::fs::copy(prediction(), folder.path().join("good.csv"))?;
    large(&folder.path().join("large.csv"), 100)?;
    let (run, reports) = grade(folder.path(), &["large.csv", "good.csv", "large.csv"], &["--memory", "400M"], None)?;
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(reports[1]["outcome"], "scored", "{}", reports[1]);
    for report in [&reports[0], &reports[2]] {
        assert_eq!(report["outcome"], "host-fault", "{report}");
        assert!(report["reason"].as_str().is_some_and(|reason| reason.contains("a budget of ")), "{report}");
    }
    // With more, it is only invalid.
    let (_, reports) = grade(folder.path(), &["large.csv"], &["--memory", "800M"], None)?;
    assert_eq!(reports[0]["outcome"], "invalid-submission", "{}", reports[0]);
    Ok(())
}

/// Eight at once would take twice what there is.
#[test]
fn a_batch_keeps_within_its_memory() -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    large(&folder.path().join("large.csv"), 100)?;
    std::fs::File::create(folder.path().join("sparse.csv"))?.set_len(1 << 30)?;
    std::fs::copy(prediction(), folder.path().join("good.csv"))?;
    let Some(group) = Group::of(1 << 30, "budget") else { return Ok(()) };
    let paths = ["large.csv", "sparse.csv", "large.csv", "good.csv"].repeat(4);
    let (run, reports) = grade(folder.path(), &paths, &["--threads", "8"], Some(&group))?;
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (path, report) in paths.iter().zip(&reports) {
        let expected = if *path == "good.csv" { "scored" } else { "invalid-submission" };
        assert_eq!(report["outcome"], expected, "{path}: {report}");
    }
    println!("peak {} MiB, pages of files included; {} kills", group.peak()? >> 20, group.kills()?);
    assert_eq!(group.kills()?, 0);
    Ok(())
}
