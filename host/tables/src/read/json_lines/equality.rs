//! However a file is cut into pieces, and on however many threads it is read, the table is the same as one that was read with care, and so is what is
//! refused and why.

use std::num::NonZero;

use arrow::array::RecordBatch;
use fastrand::Rng;

use super::*;
use crate::threads::Threads;

const VALUES: [&str; 46] = [
    "1",
    "0",
    "-0",
    "-12",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "0.5",
    "1.0",
    "1e5",
    "-1E-7",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "null",
    "true",
    "false",
    r#""text""#,
    r#""""#,
    r#""é 日本""#,
    r#""two\nlines \"quoted\" \\ \/ \u00e9""#,
    r#""\ud83d\ude00""#,
    r#""\ud83d""#,
    r#""NaN""#,
    "[]",
    "{}",
    "[ 1 , 2.50, null]",
    r#"{"a": 1, "b": [true, {"c": "\u0041"}]}"#,
    r#"{"a": 1, "a": 2}"#,
    r#"{"a": [1], "b": 1e2, "\u0061": NaN}"#,
    r#"[[[[["x"]]]]]"#,
    // What is none, or not quite.
    "01",
    "1.",
    ".5",
    "+1",
    "tru",
    r#""open"#,
    r#""\x""#,
    "\"tab\t\"",
    "[1,]",
    r#"{"a" 1}"#,
    "1 2",
    "nul",
];

/// As many of them as are right.
const RIGHT: usize = 34;

const NAMES: [&str; 8] = ["a", "b", "id", "text", "é", "", r"\u0061", "long name"];

fn line(random: &mut Rng, palette: &[usize], odd: bool) -> String {
    let blank = |random: &mut Rng| ["", "", "", " ", "  ", "\t"][random.usize(..6)];
    let mut text = String::from("{");
    let count = if random.u8(..8) == 0 { random.usize(..NAMES.len()) } else { palette.len().min(4) };
    for index in 0..count {
        if index > 0 {
            text.push(',');
        }
        let name = if odd && random.u8(..12) == 0 { random.usize(..NAMES.len()) } else { index };
        let value =
            if odd && random.u8(..6) == 0 { random.usize(..VALUES.len()) } else { palette[index % palette.len()] };
        text += blank(random);
        text += &format!("\"{}\"{}:{}{}", NAMES[name], blank(random), blank(random), VALUES[value]);
        text += blank(random);
    }
    text.push('}');
    match random.u8(..60) {
        0 if odd => text += " x",
        1 if odd => text = text.trim_end_matches('}').to_owned(),
        2 if odd => text = "[1]".to_owned(),
        3 => text.clear(),
        _ => {}
    }
    text
}

fn file(random: &mut Rng) -> Vec<u8> {
    let mut bytes = if random.u8(..8) == 0 { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
    let palette: Vec<usize> = (0..random.usize(1..5)).map(|_| random.usize(..RIGHT)).collect();
    let odd = random.u8(..3) == 0;
    let end: &[u8] = if random.u8(..4) == 0 { b"\r\n" } else { b"\n" };
    for _ in 0..random.usize(..30) {
        bytes.extend(line(random, &palette, odd).into_bytes());
        bytes.extend(end);
    }
    if random.bool() {
        bytes.pop();
    }
    if random.u8(..40) == 0 && !bytes.is_empty() {
        let at = random.usize(..bytes.len());
        bytes[at] = 0xff;
    }
    bytes
}

/// All that a table tells. Doubles are equal to their last bit where they are equal here.
type Told = (Vec<String>, RecordBatch, Vec<u64>);

fn told(read: Result<Table, ReadError>) -> Result<Told, String> {
    let table = read.map_err(|error| error.to_string())?;
    let lines = (0..table.batch.num_rows()).map(|row| table.line(row)).collect();
    Ok((table.header, table.batch, lines))
}

fn limits(random: &mut Rng) -> Limits {
    let mut limits = Limits::default();
    match random.u8(..8) {
        0 => limits.rows = random.usize(1..20),
        1 => limits.cells = random.usize(1..60),
        2 => limits.cell_bytes = random.usize(1..20),
        3 => limits.columns = random.usize(1..5),
        _ => {}
    }
    limits
}

#[test]
fn pieces_and_threads_change_nothing() {
    let mut random = Rng::with_seed(17);
    let threads: Vec<Threads> = [1, 2, 3, 7].map(|count| Threads::new(NonZero::new(count).unwrap())).into();
    let mut refused = 0;
    for round in 0..8_000 {
        let (bytes, limits) = (file(&mut random), limits(&mut random));
        let kept = random.u8(..);
        let keep = |name: &str| kept & 1 == 0 || name.bytes().any(|byte| byte & kept & 14 != 0);
        let threads = &threads[if round % 16 == 0 { random.usize(..4) } else { 0 }];
        let options = ReadOptions { limits: &limits, columns: Some(&keep), threads };
        let with_care = with_care(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes), &options);
        let expected = told(with_care.and_then(|read| read.table(&options)));
        refused += usize::from(expected.is_err());
        for piece in [1, 50, 1000] {
            let found = told(read(&bytes, &options, piece));
            assert_eq!(found, expected, "{:?}, piece {piece}", String::from_utf8_lossy(&bytes));
        }
    }
    assert!((400..4_000).contains(&refused), "{refused}");
}

#[test]
fn ordinary_files_are_read_side_by_side() {
    let limits = Limits::default();
    let options = ReadOptions { limits: &limits, columns: None, threads: Threads::one() };
    for text in [
        "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 0.5, \"b\": null}\n\n{\"b\": \"\\\"\\u00e9\", \"a\": 2}",
        "{\"a\": [1, {\"b\": []}], \"c\": NaN}\r\n{}\r\n{\"a\": \"x\", \"d\": true}\r\n",
        "{\"a\": 18446744073709551615}\n{\"a\": 1}\n",
    ] {
        assert!(side_by_side::read(text.as_bytes(), cut(text.as_bytes(), 1), &options).is_some(), "{text}");
        let mut row = Row::new(&options);
        for object in objects(text.as_bytes()) {
            let (line, text) = object.unwrap();
            assert!(quick::read(&mut row, text, line).is_some(), "{text}");
        }
    }
}

/// What is not kept is held to the same rules: it is passed, not read.
#[test]
fn what_is_passed_is_json() {
    let limits = Limits::default();
    let keep = |name: &str| name == "kept";
    let options = ReadOptions { limits: &limits, columns: Some(&keep), threads: Threads::one() };
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for value in VALUES.iter().map(|&value| value.to_owned()).chain([nested(99), nested(100), nested(1000)]) {
        for text in
            [format!("{{\"x\": {value}, \"kept\": 1}}"), format!("{{\"x\": [{{\"y\": {value}}}], \"kept\": 1}}")]
        {
            let expected = told(with_care(text.as_bytes(), &options).and_then(|read| read.table(&options)));
            let mut row = Row::new(&options);
            let quick = quick::read(&mut row, &text, 1);
            assert!(quick.is_none() || expected.is_ok(), "{text}");
            assert_eq!(told(read(text.as_bytes(), &options, 1)), expected, "{text}");
        }
    }
}
