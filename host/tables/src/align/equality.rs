//! However keys are looked up, and on however many threads, the same rows belong together, and the same is said of the others.

use std::num::NonZero;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, Float64Array, Int64Array, StringArray, UInt64Array};
use fastrand::Rng;

use super::hashed::{Hashed, Sizes, find_texts};
use super::keys::Keys;
use super::*;

const TEXTS: [&str; 14] = [
    "",
    "a",
    "A",
    "a\0",
    "ab",
    "b",
    "é",
    "e\u{301}",
    "12",
    "12.0",
    "日本",
    "🙂",
    "0123456789abcdef",
    "0123456789abcdeg",
];

fn threads() -> [Threads; 4] {
    [1, 2, 3, 7].map(|count| Threads::new(NonZero::new(count).unwrap()))
}

/// A column of keys of one kind: few or many, with some missing or none.
fn column(random: &mut Rng, kind: u8, rows: usize, range: u64, holes: bool) -> ArrayRef {
    let mut missing = || holes && random.u8(..9) == 0;
    let missing: Vec<bool> = (0..rows).map(|_| missing()).collect();
    let numbers: Vec<u64> = (0..rows).map(|_| random.u64(..range)).collect();
    let values = numbers.into_iter().zip(missing).map(|(number, missing)| (!missing).then_some(number));
    match kind {
        0 => Arc::new(values.map(|number| number.map(|n| TEXTS[n as usize % TEXTS.len()])).collect::<StringArray>()),
        1 => Arc::new(values.map(|number| number.map(|n| format!("key-{n}"))).collect::<StringArray>()),
        2 => Arc::new(values.map(|number| number.map(|n| n.cast_signed() - 3)).collect::<Int64Array>()),
        // Far apart.
        3 => Arc::new(values.map(|number| number.map(|n| n.cast_signed() << 55)).collect::<Int64Array>()),
        4 => Arc::new(values.map(|number| number.map(|n| u64::MAX - n)).collect::<UInt64Array>()),
        5 => Arc::new(values.map(|number| number.map(|n| n as f64 / 2.0 - 1.0)).collect::<Float64Array>()),
        _ => Arc::new(values.map(|number| number.map(|n| n % 2 == 0)).collect::<BooleanArray>()),
    }
}

fn table(id: ArrayRef) -> Table {
    Table::from_batch(&RecordBatch::try_from_iter([("id", id)]).unwrap(), None).unwrap()
}

/// Both sides: as they come, or one of them shuffled, with more rows or with fewer.
fn sides(random: &mut Rng) -> (Table, Table) {
    let (kind, rows, range) = (random.u8(..7), random.usize(..60), random.u64(1..200));
    let holes = random.u8(..4) == 0;
    let theirs = column(random, kind, rows, range, holes);
    if random.u8(..3) == 0 {
        let rows = random.usize(..60);
        let holes = random.u8(..4) == 0;
        return (table(column(random, kind, rows, range, holes)), table(theirs));
    }
    let mut order: Vec<u32> = (0..rows as u32).collect();
    if random.bool() {
        // Each key once, so far as there are so many.
        let unique = Keys::of(std::slice::from_ref(&theirs), std::slice::from_ref(&theirs)).unwrap();
        let index = Index::new(&unique, Threads::one()).unwrap();
        order.retain(|&row| index.answer(row as usize) == row as usize);
    }
    let theirs =
        gather::gather(&RecordBatch::try_from_iter([("id", theirs)]).unwrap(), &order, Threads::one()).unwrap();
    let mut order: Vec<u32> = (0..order.len() as u32).collect();
    random.shuffle(&mut order);
    match random.u8(..6) {
        0 => order.truncate(order.len().saturating_sub(2)),
        1 if !order.is_empty() => order.push(order[0]),
        2 if order.len() > 1 => order[0] = order[1],
        _ => {}
    }
    let ours = gather::gather(&theirs, &order, Threads::one()).unwrap();
    (Table::from_batch(&ours, None).unwrap(), Table::from_batch(&theirs, None).unwrap())
}

#[test]
fn looking_up_changes_nothing() {
    let mut random = Rng::with_seed(11);
    let threads = threads();
    for round in 0..6_000 {
        let (ours, theirs) = sides(&mut random);
        let names = ["id".to_owned()];
        let columns = [theirs.column("id").unwrap().clone()];
        let Ok(keys) = Keys::new(&names, &ours, &columns) else { continue };
        let encoded = keys.encoded().unwrap();
        for rows in ["same", "set", "superset", "known", "merge", "subset", "position"] {
            let contract: Contract = toml::from_str(&format!("key = [\"id\"]\nrows = \"{rows}\"")).unwrap();
            let threads = &threads[random.usize(..threads.len())];
            let of = |keys: &Keys| {
                let ours = [ours.column("id").unwrap().clone()];
                let matching = Matching {
                    contract: &contract,
                    submission: &table(ours[0].clone()),
                    keys,
                    ours: &ours,
                    theirs: &columns,
                    scored: None,
                    threads,
                };
                let mut findings = Vec::new();
                let alignment = matching.alignment(&mut findings);
                (alignment, findings)
            };
            assert_eq!(of(&keys), of(&encoded), "round {round}, {rows}: {ours:?} {theirs:?}");
        }
        let expected = Index::new(&encoded, Threads::one()).unwrap();
        let (ours, theirs) = (&keys.submission, &keys.answers);
        for threads in &threads {
            assert_eq!(Index::new(&keys, threads).unwrap(), expected);
            assert!(direct::find(ours, theirs, threads).is_none_or(|found| found == expected));
            assert!(matches!(ours, Side::Several(_)) || hashed::find(ours, theirs, threads).unwrap() == expected);
        }
    }
}

/// Hashes that are hardly any: nothing wrong is found by them.
#[test]
fn keys_with_equal_hashes_are_told_apart() {
    let mut random = Rng::with_seed(12);
    let threads = threads();
    let (mut found, mut crowded) = (0, 0);
    for _ in 0..2_000 {
        let (rows, answers) = (random.usize(..80), random.usize(..80));
        let range = random.u64(1..120);
        let holes = random.bool();
        let (ours, theirs) =
            (column(&mut random, 1, rows, range, holes), column(&mut random, 1, answers, range, holes));
        let (texts, others) = (ours.as_string::<i32>().clone(), theirs.as_string::<i32>().clone());
        let keys = Keys::of(&[ours], &[theirs]).unwrap();
        let expected = Index::new(&keys.encoded().unwrap(), Threads::one()).unwrap();
        let number = |text: &str| text[4..].parse::<u64>().unwrap();
        let spread = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (ends, weak) = (random.u64(1..100), random.u8(..3));
        // Different for the answers, but the same for some keys that they do not have, and in the last two cases crowded in one part or place.
        let known: std::collections::BTreeSet<u64> = others.iter().flatten().map(number).collect();
        let hash = |text: &str| {
            let number = number(text);
            let number = if known.contains(&number) {
                number
            } else {
                known.iter().copied().find(|known| known % ends == number % ends).unwrap_or(number)
            };
            match weak {
                0 => spread(number),
                1 => number,
                _ => number << 56,
            }
        };
        let few = |text: &str| spread(number(text) % ends);
        // Starting threads takes most of the time.
        for threads in [&threads[0], &threads[random.usize(1..threads.len())]] {
            let sizes = Sizes { chunk: random.usize(1..30), part: random.usize(1..30) };
            let (nulls, missing) = (texts.nulls(), others.nulls());
            let index = find_texts(
                (&Hashed { rows, nulls, hash: |row| hash(texts.value(row)) }, &texts),
                (&Hashed { rows: answers, nulls: missing, hash: |row| hash(others.value(row)) }, &others),
                sizes,
                threads,
            );
            assert_eq!(index.as_ref(), Some(&expected));
            let index = find_texts(
                (&Hashed { rows, nulls, hash: |row| few(texts.value(row)) }, &texts),
                (&Hashed { rows: answers, nulls: missing, hash: |row| few(others.value(row)) }, &others),
                sizes,
                threads,
            );
            found += usize::from(index.is_some());
            crowded += usize::from(index.is_none());
            assert!(index.is_none_or(|index| index == expected));
        }
    }
    assert!(found > 500 && crowded > 500, "{found} {crowded}");
}

/// Keys whose hashes all begin at one place of a table are given up after a while, not compared with each other.
#[test]
fn crowded_tables_are_given_up() {
    let keys: StringArray = (0..20_000).map(|number| Some(format!("key-{number}"))).collect();
    let hash = |row: usize| (row as u64) << 40;
    let side = Hashed { rows: keys.len(), nulls: None, hash };
    let start = std::time::Instant::now();
    let sizes = Sizes { chunk: 1 << 16, part: 1 << 16 };
    assert!(find_texts((&side, &keys), (&side, &keys), sizes, Threads::one()).is_none());
    assert!(start.elapsed().as_secs() < 5);
    // And the rows are found all the same.
    let ours: ArrayRef = Arc::new(keys.slice(1, 100));
    let keys = Keys::of(&[ours], &[Arc::new(keys)]).unwrap();
    let index = Index::new(&keys.encoded().unwrap(), Threads::one()).unwrap();
    assert!(index.submission.iter().copied().eq(1..101));
}

/// As many rows as fill several parts and chunks, and whole numbers that have their own places.
#[test]
fn large_tables_are_the_same_on_any_number_of_threads() {
    let mut random = Rng::with_seed(13);
    let mut shuffled: Vec<u32> = (0..300_000).collect();
    random.shuffle(&mut shuffled);
    let texts: [ArrayRef; 2] = [
        Arc::new(shuffled.iter().map(|row| Some(format!("{row:x}"))).collect::<StringArray>()),
        Arc::new((0..300_000).map(|row| Some(format!("{row:x}"))).collect::<StringArray>()),
    ];
    let numbers: [ArrayRef; 2] = [
        Arc::new(shuffled.iter().map(|&row| i64::from(row)).collect::<Int64Array>()),
        Arc::new((0..300_000).collect::<Int64Array>()),
    ];
    let floats: [ArrayRef; 2] = numbers.each_ref().map(|column| side::as_floats(column).unwrap());
    for [ours, theirs] in [texts, numbers, floats] {
        let keys = Keys::of(&[ours], &[theirs]).unwrap();
        for threads in &threads() {
            let index = Index::new(&keys, threads).unwrap();
            assert_eq!(index.submission, shuffled);
            let positions = index.positions().unwrap();
            assert!((0..300_000).all(|row| shuffled[positions[row as usize] as usize] == row));
        }
    }
}

/// The order of texts is numpy's, in which equal ones are neither first nor last.
#[test]
fn texts_are_ordered_as_by_comparing_them() {
    let mut random = Rng::with_seed(14);
    for _ in 0..2_000 {
        let (kind, rows, range) = (random.u8(..2), random.usize(..300), random.u64(1..400));
        let texts = column(&mut random, kind, rows, range, false);
        let values = texts.as_string::<i32>();
        let mut expected: Vec<u32> = (0..rows as u32).collect();
        numpy_order::sort(&mut expected, |a, b| values.value(a as usize) < values.value(b as usize));
        assert_eq!(order(std::slice::from_ref(&texts)), expected);
    }
}
