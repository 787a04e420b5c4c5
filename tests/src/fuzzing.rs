//! Targets for fuzzing: each takes any bytes and panics if a promise is broken.
//!
//! [`TARGETS`] lists them. `tests/fuzz/` runs them with libFuzzer; the test `fuzzing` replays its corpus, and mutations of it.

mod mutation;
mod tables;

use std::sync::OnceLock;

use arrow::array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use assay_host::align::{self, Expected};
use assay_host::batch;
use assay_host::competition::{ColumnType, Competition, Pairing};
use assay_host::read::{self, Limits, ReadError, ReadOptions, Table};
use assay_host::report::{BatchReport, Report};
use assay_host::sandbox::{self, Grader, Outcome, Sandbox, Task};
use assay_host::{check, verify};

pub use self::mutation::mutated;

/// What is fuzzed, and words of its format, of which mutations are made.
pub struct Target {
    /// The name of its function, and of its folder of the corpus.
    pub name: &'static str,
    /// The function.
    pub run: fn(&[u8]),
    /// The words.
    pub words: &'static [&'static str],
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "reader", run: reader, words: CSV },
    Target { name: "json_lines", run: json_lines, words: JSON },
    Target { name: "contract", run: contract, words: CONTRACT },
    Target { name: "list", run: list, words: LIST },
    Target { name: "report", run: report, words: REPORT },
    Target { name: "component", run: component, words: COMPONENT },
];

const CSV: &[&str] = &[
    ",",
    "\"",
    "\"\"",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "\0",
    "\u{feff}",
    "NA",
    "nan",
    "-0",
    "inf",
    "-inf",
    "true",
    "False",
    "1e400",
    "-1e400",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "99999999999999999999",
    "0.1",
    ".5e-3",
    "\u{202e}",
    "x,x.1,x",
    "Unnamed: 0",
];
const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\n",
    "\\u0000",
    "\\ud800",
    "\\u202e",
    "null",
    "true",
    "false",
    "-0",
    "1e400",
    "0.1",
    "18446744073709551615",
    "-9223372036854775808",
    "{\"a\":1}",
    "\"a\":",
    "\u{feff}",
];
const LIST: &[&str] = &[
    "{\"competition_id\":\"a\",\"submission_path\":\"b\"}",
    "\"competition_id\":",
    "\"submission_path\":",
    "\n",
    "#",
    "//",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    "\\u0000",
    "\\u202e",
    "\u{feff}",
    "../",
    "null",
    "1e400",
];
const REPORT: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "1",
    "-0.0",
    "1e400",
    "\\u202e",
    "\"competition_reports\":",
    "\"receipt\":",
    "\"details\":",
    "\"limits\":",
    "\"outcome\":",
    "\"scored\"",
    "\"not-graded\"",
    "\"fuel\":",
    "\"score\":",
    "\"created_at\":",
];
const CONTRACT: &[&str] = &[
    "\n",
    "\"",
    "[",
    "]",
    "=",
    ",",
    "[submission]",
    "[[submission.columns]]",
    "[[submission.row_sums]]",
    "key = [\"id\"]",
    "key = []",
    "rows = \"same\"",
    "rows = \"set\"",
    "rows = \"superset\"",
    "rows = \"known\"",
    "rows = \"merge\"",
    "rows = \"subset\"",
    "rows = \"sorted\"",
    "rows = \"position\"",
    "pairing = \"grader\"",
    "type = \"number\"",
    "type = \"integer\"",
    "type = \"text\"",
    "type = \"any\"",
    "min = 0.0",
    "max = 1.0",
    "above = 0",
    "nan",
    "inf",
    "missing = \"allow\"",
    "one_of = true",
    "column_order = \"exact\"",
    "extra_columns = \"refuse\"",
    "numbers_as_text = \"allow\"",
    "infinite = \"allow\"",
    "decimals = 255",
    "tolerance = 0.1",
    "total = 1.0",
    "[answers]",
    "scored = { column = \"y\", min = 0.5 }",
    SEPARATOR,
    "id,y\n",
    "a,1\n",
    "1,0.5\n",
    "1_0",
    "NA",
    "-0",
    "1e300",
    "18446744073709551615",
    "\u{202e}",
];
const COMPONENT: &[&str] = &[
    "(func $grade",
    "(func $validate",
    "(func $describe",
    "(func $realloc",
    "(param i32 i32 i32 i32 i32)",
    "(result i32)",
    ")",
    "(",
    "(i32.const ",
    "0",
    "640",
    "576",
    "512",
    "65536",
    "0x7fffffff",
    "-1",
    "(unreachable)",
    "(loop $l (br $l))",
    "(i32.store ",
    "(f64.store ",
    "(memory.grow ",
    "(call $grade)",
    "(global.get $score)",
    "(data (i32.const 640) \"\\01\")",
    "\\ff",
    "nan",
    "\0asm",
];

/// Between the parts of an input that has several.
const SEPARATOR: &str = "\n---\n";

/// The longest message, in bytes, that is still bearable.
const MESSAGE: usize = 8192;

/// The words of a target.
#[must_use]
pub fn words(target: &str) -> &'static [&'static str] {
    TARGETS.iter().find(|known| known.name == target).map_or(&[], |known| known.words)
}

/// True for what could move a cursor, reorder text or hide in it. A message may have several lines.
#[must_use]
pub fn plays_tricks(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    })
}

/// A message is short, and harmless to a terminal.
fn is_bearable(message: &impl ToString) {
    let message = message.to_string();
    assert!(!message.is_empty(), "an empty message");
    assert!(message.len() <= MESSAGE, "a message of {} bytes: {message:.200}", message.len());
    assert!(!plays_tricks(&message), "{message:?}");
}

/// Limits that inputs of some hundred bytes meet, tighter or wider by the first byte of the input.
fn limits(data: &[u8]) -> (Limits, &[u8]) {
    let (selector, rest) = data.split_first().map_or((0, data), |(first, rest)| (usize::from(*first), rest));
    let of = |shift: usize, choices: [usize; 4]| choices[(selector >> shift) & 3];
    let limits = Limits {
        bytes: u64::MAX,
        rows: of(0, [5, 1200, 100_000, 0]),
        columns: of(2, [64, 3, 1, 8192]),
        cells: of(4, [100_000, 24, 0, 3000]),
        cell_bytes: of(6, [1 << 20, 12, 300, 0]),
    };
    (limits, rest)
}

/// Reads CSV: limits are kept, lines are right, columns do not depend on which others are kept, and reading again gives the same.
///
/// # Panics
///
/// If one of this is not so.
pub fn reader(data: &[u8]) {
    let (limits, file) = limits(data);
    let all = reads(read::read_csv, file, &limits);
    // A line end that is missing in the end, and a byte order mark, are nothing to see.
    if let Ok(table) = &all {
        let ended = read::read_csv(&[file, b"\n"].concat(), &ReadOptions { limits: &limits, columns: None });
        tables::are_equal(table, &ended.expect("a line end more can be read"));
        if !file.starts_with("\u{feff}".as_bytes()) {
            let marked = ["\u{feff}".as_bytes(), file].concat();
            let marked = read::read_csv(&marked, &ReadOptions { limits: &limits, columns: None });
            tables::are_equal(table, &marked.expect("a byte order mark can be read"));
        }
    }
}

/// Reads JSON lines: the same promises.
///
/// # Panics
///
/// If one of them is broken.
pub fn json_lines(data: &[u8]) {
    let (limits, file) = limits(data);
    let _ = reads(read::read_json_lines, file, &limits);
}

type Read = fn(&[u8], &ReadOptions<'_>) -> Result<Table, ReadError>;

/// What both readers promise.
fn reads(read: Read, file: &[u8], limits: &Limits) -> Result<Table, ReadError> {
    let all = read(file, &ReadOptions { limits, columns: None });
    let again = read(file, &ReadOptions { limits, columns: None });
    match (&all, &again) {
        (Ok(all), Ok(again)) => {
            tables::are_equal(all, again);
            tables::keeps(all, limits, file);
            let some = |name: &str| name.len().is_multiple_of(2);
            let some =
                read(file, &ReadOptions { limits, columns: Some(&some) }).expect("fewer columns can be read too");
            tables::is_projection(&some, all, |name| name.len().is_multiple_of(2));
        }
        (Err(all), Err(again)) => {
            assert_eq!(all.to_string(), again.to_string());
            is_bearable(all);
        }
        _ => panic!("{all:?}, but then {again:?}"),
    }
    all.map_err(|error| error.withheld(|_| false)).inspect_err(is_bearable)
}

/// Holds a submission against a contract and aligns it with answers. The input is a `competition.toml`, a submission and answers, between
/// lines of `---`.
///
/// # Panics
///
/// If a message is unbearable, if the contract does not survive being written as JSON, if a submission passes that breaks it, or if rows
/// of unequal keys are paired.
pub fn contract(data: &[u8]) {
    let mut parts = split(data, SEPARATOR.as_bytes()).into_iter();
    let Some(Ok(text)) = parts.next().map(str::from_utf8) else { return };
    let competition = match Competition::parse(text, "competition.toml") {
        Ok(competition) => competition,
        Err(error) => return is_bearable(&error),
    };
    // The receipt's digests are of this form, so it must say everything.
    let json = serde_json::to_string(&competition).expect("a competition can be written");
    let read: Competition = serde_json::from_str(&json).expect("what was written can be read");
    assert_eq!(serde_json::to_string(&read).expect("it can be written again"), json);

    let limits = Limits { bytes: u64::MAX, rows: 5000, columns: 64, cells: 20_000, cell_bytes: 1 << 16 };
    let mut table = || read::read_csv(parts.next()?, &ReadOptions { limits: &limits, columns: None }).ok();
    let (Some(submission), Some(answers)) = (table(), table()) else { return };
    let contract = &competition.submission;
    match check::check(contract, &submission) {
        Ok(checked) => tables::meets(&checked, &submission, contract),
        Err(findings) => {
            assert!(!findings.is_empty(), "refused for nothing");
            findings.iter().for_each(is_bearable);
        }
    }
    let scored: Option<Vec<bool>> =
        competition.answers.scored.is_some().then(|| (0..answers.batch.num_rows()).map(|row| row % 3 != 0).collect());
    let Ok(expected) = Expected::of(contract, &answers) else { return };
    let aligned = align::align(contract, &submission, &expected, scored.as_deref());
    assert_eq!(aligned, align::align(contract, &submission, &expected, scored.as_deref()));
    match aligned {
        Ok(alignment) => {
            let ours =
                align::apply(&submission.batch, alignment.submission.as_ref()).expect("rows are in the submission");
            let theirs = align::apply(&answers.batch, alignment.answers.as_ref()).expect("rows are in the answers");
            if contract.pairing == Pairing::Host {
                tables::pair_up(&ours, &theirs, contract);
            }
        }
        Err(findings) => {
            assert!(!findings.is_empty(), "refused for nothing");
            findings.iter().for_each(is_bearable);
        }
    }
}

/// The parts of an input.
fn split<'a>(data: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

/// Reads the list of a batch.
///
/// # Panics
///
/// If lines are wrong, if an entry could not be a file's name, or if a message is unbearable.
pub fn list(data: &[u8]) {
    let entries = batch::entries(data);
    let lines = data.split(|&byte| byte == b'\n').count();
    let mut last = 0;
    for entry in &entries {
        assert!(last < entry.line && entry.line <= lines, "line {} of {lines}, after {last}", entry.line);
        last = entry.line;
        match &entry.submission {
            Ok(batch::Submission { competition_id, submission_path }) => {
                assert!(!competition_id.contains('\0') && !submission_path.contains('\0'));
                let line = serde_json::json!({"competition_id": competition_id, "submission_path": submission_path});
                let again = batch::entries(line.to_string().as_bytes());
                assert!(matches!(again.as_slice(), [again] if again.submission == entry.submission), "{again:?}");
            }
            Err(reason) => is_bearable(reason),
        }
    }
}

/// Reads a report.
///
/// # Panics
///
/// If it differs from itself, if it does not survive being written, or if a message is unbearable.
pub fn report(data: &[u8]) {
    let reports = match verify::parse(data) {
        Ok(reports) => reports,
        Err(error) => return is_bearable(&error),
    };
    assert_eq!(verify::entries(&reports).len(), reports.len());
    let written = serde_json::to_vec(&BatchReport::new(reports.clone())).expect("reports can be written");
    let again = verify::parse(&written).expect("what was written can be read");
    assert_eq!(reports.len(), again.len());
    for (report, again) in reports.iter().zip(&again) {
        is_same(report, report);
        is_same(report, again);
        let alone = serde_json::to_vec(report).expect("a report can be written");
        let alone = verify::parse(&alone).expect("what was written can be read");
        assert_eq!(alone.len(), 1);
        is_same(report, &alone[0]);
    }
}

fn is_same(report: &Report, again: &Report) {
    let differences = verify::differences(report, again);
    assert!(differences.is_empty(), "{differences:?}");
}

/// Loads a component, given as it is or as the text of a fixture, and grades with it.
///
/// # Panics
///
/// If a second time gives something else, or if anything that comes back is beyond the limits.
pub fn component(data: &[u8]) {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    let sandbox = SANDBOX.get_or_init(|| Sandbox::new(small_limits(), None).expect("the sandbox can be set up"));
    let fixture = str::from_utf8(data)
        .ok()
        .and_then(|text| crate::attacks::component("attack", text, crate::attacks::VERSION).ok());
    let component = fixture.as_deref().unwrap_or(data);
    match (sandbox.load(component), sandbox.load(component)) {
        (Ok(grader), Ok(again)) => {
            describes(&grader);
            assert_eq!(grader.digest(), again.digest());
            let (first, second) = (grades(&grader), grades(&again));
            assert_eq!(first, second);
        }
        (Err(error), Err(again)) => {
            assert_eq!(error.to_string(), again.to_string());
            is_bearable(&error);
        }
        (first, second) => panic!("{:?}, but then {:?}", first.err(), second.err()),
    }
}

fn small_limits() -> sandbox::Limits {
    sandbox::Limits {
        component_bytes: 64 << 10,
        fuel_base: 100_000,
        fuel_per_byte: 100,
        memory_bytes: 4 << 20,
        stack_bytes: 64 << 10,
        table_elements: 1000,
        details: 4,
        problems: 4,
        options: 4,
        name_bytes: 32,
        text_bytes: 100,
        returned_bytes: 64 << 10,
        ..sandbox::Limits::default()
    }
}

/// What a grader says of itself is within limits.
fn describes(grader: &Grader) {
    let (description, limits) = (grader.description(), grader.limits());
    let is_name = |name: &str| {
        assert!(
            !name.is_empty() && name.len() <= limits.name_bytes && !plays_tricks(name) && !name.contains('\n'),
            "{name:?}"
        );
    };
    // A text that is cut ends with an ellipsis.
    let is_text = |text: &str| assert!(text.len() <= limits.text_bytes + "…".len() && !plays_tricks(text), "{text:?}");
    is_name(&description.name);
    is_name(&description.version);
    is_text(&description.summary);
    assert!(description.options.len() <= limits.options);
    for option in &description.options {
        is_name(&option.name);
        is_text(&option.summary);
    }
}

/// What comes of grading a small table: it is within limits. The outcome is in words, as NaN is not equal to itself.
fn grades(grader: &Grader) -> (String, u64) {
    let columns: [(&str, ArrayRef); 2] = [
        ("id", std::sync::Arc::new(StringArray::from(vec![Some("a"), None, Some("b")]))),
        ("y", std::sync::Arc::new(Float64Array::from(vec![0.0, 0.5, f64::NAN]))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let table = RecordBatch::try_new(std::sync::Arc::new(Schema::new(fields)), arrays).expect("this is a table");
    let run = grader
        .grade(&Task { submission: &table, aligned: &table, answers: &table, options: &[] })
        .expect("the types are the contract's");
    let limits = grader.limits();
    assert!(run.fuel <= limits.fuel(10_000), "{} units of fuel", run.fuel);
    let is_text = |text: &str| assert!(text.len() <= limits.text_bytes + 100 && !plays_tricks(text), "{text:?}");
    match &run.outcome {
        Outcome::Scored(score) => assert!(score.details.len() <= limits.details),
        Outcome::Invalid(problems) => {
            assert!(!problems.is_empty() && problems.len() <= limits.problems);
            problems.iter().for_each(|problem| is_text(&problem.message));
        }
        Outcome::Refused(text) => is_text(text),
        Outcome::Fault(fault) => is_text(&format!("{fault:?}")),
    }
    (format!("{:?}", run.outcome), run.fuel)
}

/// True for what a rule calls a number.
fn is_number(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Number | ColumnType::Integer)
}

/// True for a column of text.
fn is_text(array: &ArrayRef) -> bool {
    *array.data_type() == DataType::Utf8
}
