//! Submissions that mean harm are refused, with a reason, within their limits: cells without an end, rows without number, quotes in
//! quotes, other encodings and formats, and every way in which CSV can be broken.

use std::io::Write;
use std::path::Path;

use assay_tests::{Failure, harmless, root};
use serde_json::Value;

/// Grades a submission to the example competition and gives the report and the exit code.
fn grade(submission: &Path) -> Result<(Value, i32), Failure> {
    let mut command = harmless::program()?;
    command.arg("grade-sample").arg(submission).arg("breast-cancer-wisconsin").args(["--format", "json"]);
    command.arg("--competitions").arg(root().join("examples")).arg("--data-dir").arg(root().join("examples"));
    let run = harmless::run(&mut command)?;
    let report = serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {}", run.stderr))?;
    Ok((report, run.code))
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
    assert_eq!(code, 1);
    let reason = report["reason"].as_str().unwrap_or_default();
    assert!(reason.len() < 2500, "the reason has {} bytes", reason.len());
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
fn a_column_too_many() -> Result<(), Failure> {
    let header = |columns: usize| {
        move |out: &mut dyn Write| {
            out.write_all(b"id,malignant")?;
            (2..columns).try_for_each(|column| write!(out, ",{column}"))?;
            out.write_all(b"\nsample_001,0.5\n")
        }
    };
    refused(header(8193), &["line 1", "more than 8192 columns"])?;
    refused(header(8192), &["the submission has 1 rows"])
}

/// Names that have to be told apart, each by another number.
#[test]
fn a_header_of_equal_names() -> Result<(), Failure> {
    let header = |out: &mut dyn Write| {
        (0..4096).try_for_each(|_| out.write_all(b"id,"))?;
        (1..4096).try_for_each(|number| write!(out, "id.{number},"))?;
        out.write_all(b"\n")
    };
    refused(header, &["columns that are missing: `malignant`"])
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
fn two_million_rows_of_a_byte() -> Result<(), Failure> {
    let rows = |out: &mut dyn Write| {
        out.write_all(b"id,malignant\n")?;
        (0..2_000_000).try_for_each(|_| out.write_all(b"1\n"))
    };
    refused(rows, &["the submission has 2000000 rows", "the key `id` must be text", "missing values: line 2"])
}

#[test]
fn quotes_in_quotes() -> Result<(), Failure> {
    // Ten million quotes are a cell of five million less two, which no answer has for a key.
    let paired = |out: &mut dyn Write| {
        out.write_all(b"id,malignant\n")?;
        (0..10).try_for_each(|_| out.write_all(&[b'"'; 1 << 20]))?;
        out.write_all(b",0.5\n")
    };
    refused(paired, &["the submission has 1 rows", "keys that are not expected: line 2: `\"\"\"", "\"…`"])?;
    // A quote more, and nothing closes the last.
    let open = |out: &mut dyn Write| {
        out.write_all(b"id,malignant\n\"")?;
        (0..10).try_for_each(|_| out.write_all(&[b'"'; 1 << 20]))?;
        out.write_all(b",0.5\n")
    };
    refused(open, &["line 2, column `id`: a quote opens here", "never closes"])?;
    // A cell of a million lines.
    let lines = |out: &mut dyn Write| {
        out.write_all(b"id,malignant\n\"")?;
        (0..1_000_000).try_for_each(|_| out.write_all(b"\n"))?;
        out.write_all(b"\",0.5\nx\0,0.5\n")
    };
    refused(lines, &["line 1000003, column `id`", "NUL"])
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

/// What is wrong with the form is said with its line.
#[test]
fn broken_files() -> Result<(), Failure> {
    for (content, expected) in [
        (&b""[..], "columns that are missing: `id`, `malignant`; the header is empty"),
        (b"\n \t\n\r\n", "the header is empty"),
        (b"\xef\xbb\xbf", "the header is empty"),
        (b"id;malignant\na;0.5\n", "cells are separated by semicolons, not by commas: the header is `id;malignant`"),
        (b"id\tmalignant\na\t0.5\n", r"cells are separated by tabs, not by commas: the header is `id\tmalignant`"),
        (b"id,malignant\n\na,0.5\n\n\"b\n\",0.5,1\n", "line 5: 3 cells, but 2 are expected"),
        (b"id,malignant\r\na,0.5\r\nb,1,2\r\n", "line 3: 3 cells"),
        (b"id,malignant\ra,0.5\rb,1,2\r", "line 3: 3 cells"),
        (b"id,malignant\na,\"0.5\nb,1\n", "line 2, column `malignant`: a quote opens here in `0.5\\nb,1\\n`"),
        (b"id,malignant\r a,0.5\r", "line 2: after a line that ends in a bare carriage return"),
        (b"i\0d,malignant\na,0.5\n", "line 1, cell 1: a NUL character"),
        (b"id,malignant\na,0.5\nb,\xc3\x28\n", "line 3, column `malignant`: bytes that are not UTF-8"),
        (b"id,malignant\na,0.5\nb,\xed\xa0\x80\n", "line 3, column `malignant`: bytes that are not UTF-8"),
        (b"\xff\xfei\0d\0,\0m\0\n\0", "the file is text in UTF-16, not in UTF-8"),
        (b"i\0d\0,\0m\0\n\0a\0,\x001\0\n\0", "the file is text in UTF-16, not in UTF-8"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbL\xd1\xc9", "this is a gzip file, not a text file; unpack it"),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "this is a ZIP archive"),
        (b"id,id.1\nsample_001,1\n", "columns that are missing: `malignant`; the header is `id`, `id.1`"),
        (b"id,Malignant\na,1\n", "columns that are missing: `malignant`"),
        (b"id,malignant\n\"\x1b[2J\xe2\x80\xae\",1\n", r"keys that are not expected: line 2: `\u{1b}[2J\u{202e}`"),
        (
            b"id,malignant\na,1e400\nb,nan\n",
            "column `malignant` has numbers beyond a double's range (some 1.8e308): line 2: `1e400`",
        ),
        (b"id,malignant\na,inf\n", "infinite values: line 2: `inf`"),
    ] {
        refused(|out| out.write_all(content), &[expected])
            .map_err(|error| format!("{:?}: {error}", String::from_utf8_lossy(content)))?;
    }
    Ok(())
}

/// A byte order mark twice is once a name.
#[test]
fn byte_order_marks() -> Result<(), Failure> {
    refused(
        |out| out.write_all("\u{feff}\u{feff}id,malignant\na,0.5\n".as_bytes()),
        &["columns that are missing: `id`", r"the header is `\u{feff}id`, `malignant`"],
    )
}

#[test]
fn everything_that_is_wrong_is_said_at_once() -> Result<(), Failure> {
    refused(
        |out| out.write_all(b"id,malignant\nsample_001,1.5\nsample_002,\nnobody,-1\nnobody,0.5\n"),
        &["4 rows", "`1.5`", "missing values: line 3", "`-1`", "`nobody`", "keys that are missing"],
    )
}

#[cfg(unix)]
#[test]
fn what_is_not_a_regular_file() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let link = folder.path().join("submission.csv");
    std::os::unix::fs::symlink("/dev/zero", &link)?;
    let (report, code) = grade(&link)?;
    assert_eq!((report["outcome"].as_str(), code), (Some("invalid-submission"), 1));
    assert!(
        report["reason"].as_str().is_some_and(|reason| reason.contains("its path leads through a link")),
        "{report}"
    );
    Ok(())
}
