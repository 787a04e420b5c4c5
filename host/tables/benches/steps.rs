//! What each step takes on a table of a million rows: `cargo bench -p assay-tables`. On one thread and on all; the least of several runs.

use std::fmt::Write;
use std::time::{Duration, Instant};

use assay_tables::Threads;
use assay_tables::align::{Expected, align, apply};
use assay_tables::check::check;
use assay_tables::read::{Limits, ReadOptions, Table, read_csv, read_json_lines};
use fastrand::Rng;

const ROWS: usize = 1_000_000;
const RUNS: usize = 7;

fn main() {
    let all = Threads::default();
    let _at_work = all.at_work();
    for (name, threads) in [("one thread", Threads::one()), ("all threads", &all)] {
        println!("{name}:");
        steps(threads);
    }
}

fn steps(threads: &Threads) {
    let mut random = Rng::with_seed(1);
    let ids: Vec<String> = (0..ROWS).map(|_| format!("{:032x}", random.u128(..))).collect();
    let mut order: Vec<usize> = (0..ROWS).collect();
    random.shuffle(&mut order);
    let in_order: Vec<usize> = (0..ROWS).collect();
    let whole = |row: usize| row.to_string();
    let text = |row: usize| ids[row].clone();
    let csv = |id: &dyn Fn(usize) -> String, order: &[usize]| {
        let mut text = String::from("id,label\n");
        for &row in order {
            let _ = writeln!(text, "{},{}", id(row), row as f64 / ROWS as f64);
        }
        text
    };
    let limits = Limits::default();
    let options = ReadOptions { limits: &limits, columns: None, threads };
    let read = |text: &str| read_csv(text.as_bytes(), &options).expect("a table");
    let contract = toml::from_str(
        "key = [\"id\"]\nrows = \"same\"\n[[columns]]\nnames = [\"label\"]\ntype = \"number\"\nmin = 0.0\nmax = 1.0",
    )
    .expect("a contract");
    for (kind, id) in [("whole numbers", &whole as &dyn Fn(usize) -> String), ("texts", &text)] {
        let (first, second) = (csv(id, &in_order), csv(id, &order));
        told(&format!("read CSV, {kind} as ids, {} MB", first.len() / 1_000_000), || drop(read(&first)));
        let (answers, shuffled) = (read(&first), read(&second));
        told("  check", || drop(check(&contract, &answers)));
        let expected = Expected::of(&contract, &answers).expect("keys");
        let aligned = |table: &Table| align(&contract, table, &expected, None, threads).expect("the same keys");
        told("  align, in order", || drop(aligned(&answers)));
        told("  align, shuffled", || drop(aligned(&shuffled)));
        let alignment = aligned(&shuffled);
        told("  gather", || drop(apply(&shuffled.batch, alignment.submission.as_ref(), threads)));
    }
    let lines = in_order.iter().fold(String::new(), |mut text, &row| {
        let _ =
            writeln!(text, "{{\"id\": \"{}\", \"label\": {}, \"spans\": [{row}, {{\"end\": 7}}]}}", ids[row], row % 2);
        text
    });
    let few = |name: &str| name != "spans";
    let options = ReadOptions { columns: Some(&few), ..options };
    told(&format!("read JSON lines, {} MB", lines.len() / 1_000_000), || {
        drop(read_json_lines(lines.as_bytes(), &options))
    });
}

fn told(name: &str, work: impl Fn()) {
    let run = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let least: Duration = (0..RUNS).map(|_| run()).min().unwrap_or_default();
    println!("  {name}: {:.1} ms", least.as_secs_f64() * 1000.0);
}
