//! Submissions that mean harm are refused, with a reason, within their limits.

use std::io::Write;
use std::path::Path;

use assay_tests::{Failure, assay, root};
use serde_json::Value;

/// Grades a submission to the example competition and gives the report and the exit code.
fn grade(submission: &Path) -> Result<(Value, Option<i32>), Failure> {
    let cache = tempfile::tempdir()?;
    let mut command = assay()?;
    command.arg("grade-sample").arg(submission).arg("breast-cancer-wisconsin").args(["--format", "json"]);
    command.arg("--competitions").arg(root().join("examples")).arg("--data-dir").arg(root().join("examples"));
    command.arg("--cache-dir").arg(cache.path());
    let output = command.output()?;
    let report = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok((report, output.status.code()))
}

/// A hostile submission is refused for the reason that `expected` is part of.
fn refused(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>, expected: &[&str]) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("submission.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    write(&mut file)?;
    file.flush()?;
    let (report, code) = grade(&path)?;
    assert_eq!(report["outcome"], "invalid-submission", "{report}");
    assert_eq!(report["score"], Value::Null);
    assert_eq!(report["valid_submission"], false);
    assert_eq!(code, Some(1));
    let reason = report["reason"].as_str().unwrap_or_default();
    assert!(reason.len() < 2000, "the reason has {} bytes", reason.len());
    for part in expected {
        assert!(reason.contains(part), "`{part}` is not in: {reason}");
    }
    Ok(())
}

#[test]
fn an_endless_cell() -> Result<(), Failure> {
    let cell = |out: &mut dyn Write| {
        out.write_all(b"id,malignant\nsample_001,")?;
        (0..20).try_for_each(|_| out.write_all(&[b'1'; 1 << 20]))
    };
    refused(cell, &["line 2, column `malignant`", "more than 16777216 bytes"])
}

#[test]
fn a_million_columns() -> Result<(), Failure> {
    let header = |out: &mut dyn Write| (0..1_000_000).try_for_each(|column| write!(out, "column{column},"));
    refused(header, &["line 1", "more than 8192 columns"])
}

#[test]
fn a_row_of_a_million_cells() -> Result<(), Failure> {
    let row = |out: &mut dyn Write| {
        out.write_all(b"id,malignant\nsample_001,0.5\n")?;
        (0..1_000_000).try_for_each(|_| out.write_all(b"1,"))
    };
    refused(row, &["line 3", "columns"])
}

#[test]
fn a_nul_byte() -> Result<(), Failure> {
    refused(
        |out| out.write_all(b"id,malignant\nsample_001,0.5\nsample_002,0\0.5\n"),
        &["line 3, column `malignant`", "NUL"],
    )
}

#[test]
fn an_unclosed_quote() -> Result<(), Failure> {
    let quote = |out: &mut dyn Write| {
        out.write_all(b"id,malignant\nsample_001,0.5\n\"sample_002,0.5\n")?;
        (0..1000).try_for_each(|row| writeln!(out, "sample_{row},0.5"))
    };
    refused(quote, &["line 3", "quote", "never closes"])
}

#[test]
fn bytes_that_are_not_utf_8() -> Result<(), Failure> {
    refused(|out| out.write_all(b"id,malignant\nsample_001,0.5\nsample_\xff,0.5\n"), &["line 3", "UTF-8"])
}

#[test]
fn everything_that_is_wrong_is_said_at_once() -> Result<(), Failure> {
    refused(
        |out| out.write_all(b"id,malignant\nsample_001,1.5\nsample_002,\nnobody,-1\nnobody,0.5\n"),
        &["4 rows", "`1.5`", "missing values: line 3", "`-1.0`", "`nobody`", "keys that are missing"],
    )
}

#[cfg(unix)]
#[test]
fn what_is_not_a_regular_file() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let link = folder.path().join("submission.csv");
    std::os::unix::fs::symlink("/dev/zero", &link)?;
    let (report, code) = grade(&link)?;
    assert_eq!((report["outcome"].as_str(), code), (Some("invalid-submission"), Some(1)));
    assert!(report["reason"].as_str().is_some_and(|reason| reason.contains("not a regular file")), "{report}");
    Ok(())
}
