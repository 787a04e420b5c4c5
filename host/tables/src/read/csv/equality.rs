//! However a file is cut into pieces, and on however many threads it is read, the table is the same, and so is what is refused and why.

use std::num::NonZero;

use arrow::array::RecordBatch;
use fastrand::Rng;

use super::super::pieces::Surveyed;
use super::super::{Limits, ReadError, ReadOptions, Table};
use super::{Column, File, STEPS, Steps, read};
use crate::threads::Threads;

/// Cells of all kinds, and what is no cell.
const CELLS: [&[u8]; 44] = [
    b"1",
    b"-0",
    b"0",
    b"7",
    b"-12",
    b"0.5",
    b"0.30000000000000004",
    b"1e5",
    b"x",
    b"text",
    b"",
    b"NA",
    b"nan",
    b"None",
    b"true",
    b"False",
    b" 5",
    b"5 ",
    b" ",
    b"\t",
    b"+3",
    b"inf",
    b"-inf",
    b"1e400",
    b"-1e400",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"9223372036854775808",
    b"18446744073709551615",
    b"99999999999999999999",
    b"\"a,b\"",
    b"\"q\"\"q\"",
    b"\"\"\"\"",
    b"\"\"",
    b"\" \"",
    b"\"12\"",
    b"\"0.25\"",
    b"\"two\nlines\"",
    b"\"cr\rlf\r\nin\"",
    b"5\"",
    b"\"x\"y",
    b"\xc3\xa9",
    b"123456789012345678901234567890",
    b"000000000000000000000000001",
];

/// Cells that end a file in one way or another.
const BAD: [&[u8]; 4] = [b"\xff", b"\0", b"\"open", b"\xc3"];

fn file(random: &mut Rng) -> Vec<u8> {
    let mut bytes = if random.u8(..8) == 0 { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
    let width = random.usize(1..5);
    let names: Vec<String> = (0..width).map(|index| format!("c{index}")).collect();
    let end: &[u8] = match random.u8(..12) {
        0 => b"\r",
        1..4 => b"\r\n",
        _ => b"\n",
    };
    bytes.extend(names.join(",").as_bytes());
    bytes.extend(end);
    // Mostly a column has cells of few kinds.
    let palettes: Vec<Vec<&[u8]>> =
        (0..width).map(|_| (0..random.usize(1..4)).map(|_| CELLS[random.usize(..CELLS.len())]).collect()).collect();
    let (odd, bad) = (random.u8(..3) == 0, random.u8(..6) == 0);
    for _ in 0..random.usize(..60) {
        let cells = match random.u8(..40) {
            0 => width.saturating_sub(1),
            1 if odd => width + 1,
            _ => width,
        };
        for cell in 0..cells {
            if cell > 0 {
                bytes.push(b',');
            }
            let palette = palettes.get(cell).map_or(&CELLS[..], Vec::as_slice);
            bytes.extend(match random.u8(..200) {
                0 if bad => BAD[random.usize(..BAD.len())],
                1..4 if odd => CELLS[random.usize(..CELLS.len())],
                _ => palette[random.usize(..palette.len())],
            });
        }
        bytes.extend(match random.u8(..60) {
            0 => &b"\n\n"[..],
            1 => b"\n \t\n",
            2 => b"\r\n",
            3 if odd => b"\r",
            _ => end,
        });
    }
    if random.bool() {
        bytes.pop();
    }
    bytes
}

/// All that a table tells. Doubles are equal to their last bit where they are equal here.
type Told = (Vec<String>, RecordBatch, usize, Vec<u64>);

fn told(read: Result<Table, ReadError>) -> Result<Told, String> {
    let table = read.map_err(|error| error.to_string())?;
    let lines = (0..table.batch.num_rows()).map(|row| table.line(row)).collect();
    Ok((table.header, table.batch, table.labels, lines))
}

fn limits(random: &mut Rng) -> Limits {
    let mut limits = Limits::default();
    match random.u8(..8) {
        0 => limits.rows = random.usize(1..40),
        1 => limits.cells = random.usize(1..100),
        2 => limits.cell_bytes = random.usize(1..20),
        3 => limits.columns = random.usize(1..5),
        _ => {}
    }
    limits
}

#[test]
fn pieces_and_threads_change_nothing() {
    let mut random = Rng::with_seed(7);
    let threads: Vec<Threads> = [1, 2, 3, 7].map(|count| Threads::new(NonZero::new(count).unwrap())).into();
    for round in 0..6_000 {
        let (bytes, limits) = (file(&mut random), limits(&mut random));
        let kept = random.u8(..);
        let keep = |name: &str| kept & 1 == 0 || name.bytes().any(|byte| byte & kept & 14 != 0);
        let threads = &threads[if round % 16 == 0 { random.usize(..4) } else { 0 }];
        let options = ReadOptions { limits: &limits, columns: Some(&keep), threads };
        let expected = told(read(&bytes, &options, Steps { sample: usize::MAX, piece: usize::MAX }));
        for piece in [1, 7, 50, 1000] {
            let steps = Steps { sample: random.usize(1..8), piece };
            let found = told(read(&bytes, &options, steps));
            assert_eq!(
                found,
                expected,
                "{:?}, sample {}, piece {piece}",
                bytes.escape_ascii().to_string(),
                steps.sample
            );
        }
    }
}

/// With the steps and the sizes that files have.
#[test]
fn large_files_are_the_same_on_any_number_of_threads() {
    let mut random = Rng::with_seed(8);
    let mut bytes = b"id,text,number\n".to_vec();
    while bytes.len() < 3 * STEPS.piece {
        let (id, number) = (random.u64(..), random.f64());
        bytes.extend(format!("{id:x},\"a \"\"{id}\"\",\n{number}\",{number}\n").into_bytes());
    }
    let limits = Limits::default();
    let one = ReadOptions { limits: &limits, columns: None, threads: Threads::one() };
    let expected = read(&bytes, &one, Steps { sample: usize::MAX, ..STEPS }).unwrap();
    for count in [1, 2, 3, 7] {
        let threads = Threads::new(NonZero::new(count).unwrap());
        let found = read(&bytes, &ReadOptions { threads: &threads, ..one }, STEPS).unwrap();
        assert_eq!(found.batch, expected.batch);
        assert!((0..found.batch.num_rows()).all(|row| found.line(row) == expected.line(row)));
    }
}

#[test]
fn ordinary_files_are_read_side_by_side() {
    let limits = Limits::default();
    let options = ReadOptions { limits: &limits, columns: None, threads: Threads::one() };
    for csv in [
        "a,b\n1,x\n2,y\n3,z\n",
        "a,b\r\n1,x\r\n2,y\r\n\r\n3,z",
        "a,b\n1,\"x\ny\"\n2,\"z\"\"\"\n3,\n",
        "a,b\n\n1,x\n \t\n2\n",
        "\u{feff}a,b\n1.5,true\n,\n",
    ] {
        let surveyed = Surveyed::new(csv.as_bytes(), 4, Threads::one());
        let file = File::new(&surveyed, csv.as_bytes(), &options).unwrap();
        let mut columns: Vec<_> = file.kept.iter().map(|&(cell, _)| (cell, Column::new())).collect();
        let sample = file.scan(&mut columns, 1).unwrap().end;
        assert!(file.side_by_side(&surveyed, &columns, sample, Threads::one()).unwrap().is_some(), "{csv:?}");
    }
}
