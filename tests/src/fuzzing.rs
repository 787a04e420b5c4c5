//! Targets for fuzzing: each takes any bytes and panics if a promise is broken.
//!
//! [`TARGETS`] lists them. `tests/fuzz/` runs them with libFuzzer; the test `fuzzing` replays its corpus, and mutations of it.

mod components;
mod mutation;
mod tables;
mod words;

use assay::list::{self, ListedSubmission};
use assay::verify;
use assay_tables::align::{self, Expected};
use assay_tables::check;
use assay_tables::read::{self, Limits, ReadError, ReadOptions, Table};
use assay_types::competition::{Competition, Pairing};
use assay_types::report::{BatchReport, Report, Reported};

pub use self::components::component;
pub use self::mutation::mutated;

use self::words::{COMPONENT, CONTRACT, CSV, JSON, LIST, REPORT};

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

/// Between the parts of an input that has several.
const SEPARATOR: &str = "\n---\n";

/// The longest message, in bytes, that is still bearable.
const MESSAGE: usize = 8192;

/// The words of a target.
#[must_use]
pub fn words(target: &str) -> &'static [&'static str] {
    TARGETS.iter().find(|known| known.name == target).map_or(&[], |known| known.words)
}

/// True for what could move a cursor, reorder text, hide in it or be drawn over it. A message may have several lines.
#[must_use]
pub fn plays_tricks(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    }) || text.chars().collect::<Vec<_>>().windows(5).any(|stack| stack.iter().all(|c| ('\u{300}'..='\u{36f}').contains(c)))
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
        let ended = read::read_csv(
            &[file, b"\n"].concat(),
            &ReadOptions { limits: &limits, columns: None, threads: assay_tables::Threads::one() },
        );
        tables::are_equal(table, &ended.expect("a line end more can be read"));
        if !file.starts_with("\u{feff}".as_bytes()) {
            let marked = ["\u{feff}".as_bytes(), file].concat();
            let marked = read::read_csv(
                &marked,
                &ReadOptions { limits: &limits, columns: None, threads: assay_tables::Threads::one() },
            );
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
    let all = read(file, &ReadOptions { limits, columns: None, threads: assay_tables::Threads::one() });
    let again = read(file, &ReadOptions { limits, columns: None, threads: assay_tables::Threads::one() });
    match (&all, &again) {
        (Ok(all), Ok(again)) => {
            tables::are_equal(all, again);
            tables::keeps(all, limits, file);
            let keep = |name: &str| name.len().is_multiple_of(2);
            let some = read(file, &ReadOptions { limits, columns: Some(&keep), threads: assay_tables::Threads::one() })
                .expect("fewer columns can be read too");
            tables::is_projection(&some, all, keep);
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
    let mut table = || {
        read::read_csv(
            parts.next()?,
            &ReadOptions { limits: &limits, columns: None, threads: assay_tables::Threads::one() },
        )
        .ok()
    };
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
    let one = assay_tables::Threads::one();
    let aligned = align::align(contract, &submission, &expected, scored.as_deref(), one);
    assert_eq!(aligned, align::align(contract, &submission, &expected, scored.as_deref(), one));
    match aligned {
        Ok(alignment) => {
            let ours = align::apply(&submission.batch, alignment.submission.as_ref(), one)
                .expect("rows are in the submission");
            let theirs =
                align::apply(&answers.batch, alignment.answers.as_ref(), one).expect("rows are in the answers");
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
    let entries = list::entries(data);
    let lines = data.split(|&byte| byte == b'\n').count();
    let mut last = 0;
    for entry in &entries {
        assert!(last < entry.line && entry.line <= lines, "line {} of {lines}, after {last}", entry.line);
        last = entry.line;
        match &entry.submission {
            Ok(ListedSubmission { competition_id, submission_path, tags }) => {
                let mut line = serde_json::to_value(tags).expect("tags can be written");
                line["competition_id"] = competition_id.as_str().into();
                line["submission_path"] = submission_path.as_str().into();
                let again = list::entries(line.to_string().as_bytes());
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
    let claims = match verify::parse(data) {
        Ok(claims) => claims,
        Err(error) => return is_bearable(&error),
    };
    assert_eq!(claims.to_grade().len(), claims.entries.len());
    claims.wrong_totals().expect("sums can be written");
    // What is not ours lacks something.
    let reports: Result<Vec<Report>, _> = claims.entries.iter().cloned().map(Report::try_from).collect();
    let Ok(reports) = reports else {
        return assert!(claims.entries.iter().any(|entry| !verify::lacks(entry).is_empty()));
    };
    // Of the first versions, whose receipts say less.
    let is_early = |report: &Report| {
        report
            .receipt
            .as_ref()
            .is_some_and(|receipt| receipt.grader.id.is_none() || receipt.digests.competition.is_none())
    };
    if reports.iter().any(is_early) {
        return;
    }
    let written = serde_json::to_vec(&BatchReport::new(reports.clone(), None)).expect("reports can be written");
    let again = verify::parse(&written).expect("what was written can be read");
    assert_eq!(reports.len(), again.entries.len());
    assert_eq!(again.wrong_totals().expect("sums can be written"), []);
    for ((claimed, report), again) in claims.entries.iter().zip(&reports).zip(&again.entries) {
        // A score that is not finite is nothing that we write.
        if [claimed.score, claimed.score_exact.flatten()].iter().flatten().all(|score| score.is_finite()) {
            is_same(claimed, report);
        }
        is_same(again, report);
        let alone = serde_json::to_vec(report).expect("a report can be written");
        let alone = verify::parse(&alone).expect("what was written can be read");
        assert_eq!(alone.entries.len(), 1);
        is_same(&alone.entries[0], report);
    }
}

fn is_same(reported: &Reported, found: &Report) {
    let fuel = reported.receipt.as_ref().and_then(Option::as_ref).and_then(|receipt| receipt.fuel.flatten());
    let differences = verify::differences(reported, found, fuel).expect("reports can be written");
    assert!(differences.is_empty(), "{differences:?}");
}
