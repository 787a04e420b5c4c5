//! Attacks of the shape of a large runtime: dozens of core instances in one component, with memories and tables of their own, that call one
//! another through a table which the grader's own module has and the others fill, as libraries that are linked when they are loaded do.

use assay_tests::Failure;
use assay_tests::attacks::{VERSION, component};

use super::bombs::{leb128, section};
use super::expected::{Expected, fault, limit, scored, undescribed};
use super::{FUEL, FUEL_TO_GRADE, MEMORY, TABLES, check, table};

/// As many core instances as there may be, but for the grader's own.
const OTHERS: usize = 63;

/// The sections that modules and their instances are in.
const CORE_MODULE: u8 = 1;
const CORE_INSTANCES: u8 = 2;

/// What the grader's own module has for the others: a table for their functions, and how to call the one at a place of it.
const OWN: &str = "
(table $others (export \"others\") 64 funcref)
(type $other (func (param i32) (result i32)))
(func $call (export \"call\") (param $place i32) (param $with i32) (result i32)
  (call_indirect $others (type $other) (local.get $with) (local.get $place)))
;; The sum of what all others return.
(func $all (param $count i32) (param $with i32) (result i32)
  (local $place i32) (local $sum i32)
  (loop $next
    (local.set $sum (i32.add (local.get $sum) (call $call (local.get $place) (local.get $with))))
    (local.set $place (i32.add (local.get $place) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $place) (local.get $count))))
  (local.get $sum))
";

/// Another module: it puts its function `$f` at its place in the grader's table.
fn other(place: usize, text: &str) -> String {
    format!(
        "(module
           (import \"own\" \"others\" (table $others 64 funcref))
           (import \"own\" \"call\" (func $call (param i32 i32) (result i32)))
           (elem (table $others) (i32.const {place}) func $f)
           {})",
        text.replace("PLACE", &place.to_string())
    )
}

/// A grader with this text in its own module, and with these others beside it.
fn shaped(name: &str, own: &str, others: &[String]) -> Result<Vec<u8>, Failure> {
    let grader = component(name, &[OWN, own].concat(), VERSION)?;
    // The grader's own module and its instance come first. What follows is told apart by its number, so the others come right behind them.
    let mut at = 8;
    loop {
        let id = *grader.get(at).ok_or("the grader's module has no instance")?;
        let (size, digits) = size(grader.get(at + 1..).unwrap_or_default());
        at += 1 + digits + size;
        if id == CORE_INSTANCES {
            break;
        }
    }
    let (start, rest) = grader.split_at_checked(at).ok_or("the component is cut short")?;
    let mut whole = start.to_vec();
    let mut instances = leb128(others.len());
    for (number, text) in others.iter().enumerate() {
        whole.extend(section(CORE_MODULE, &wat::parse_str(text)?));
        // An instance of that module, which is given the grader's own instance by the name `own`.
        instances.push(0);
        instances.extend(leb128(number + 1));
        instances.extend([1, 3, b'o', b'w', b'n', 0x12, 0]);
    }
    whole.extend(section(CORE_INSTANCES, &instances));
    whole.extend(rest);
    Ok(whole)
}

/// A number in the form of [`leb128`], and how many bytes it takes.
fn size(bytes: &[u8]) -> (usize, usize) {
    let digits = bytes.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    let number = bytes.iter().take(digits).rev().fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f));
    (number, digits)
}

/// A grader with `count` others, whose texts are made by their places.
fn comes_to(
    name: &str,
    does: &str,
    own: &str,
    count: usize,
    others: impl Fn(usize) -> String,
    expected: Expected,
) -> Result<(), Failure> {
    let others: Vec<String> = (0..count).map(|place| other(place, &others(place))).collect();
    let run = check(name, &shaped(name, own, &others)?, &expected.of(name))?;
    table::add(name, does, &run)
}

/// A score that is the sum of what `count` others return, over twice their number.
fn grades_by_all(count: usize) -> String {
    format!(
        "(func (export \"#grade\") (type $grade)
           (call $score (f64.div (f64.convert_i32_u (call $all (i32.const {count}) (i32.const 1))) (f64.const {}))))",
        2 * count
    )
}

const ONE: &str = "(func $f (param i32) (result i32) (i32.const 1))";

/// All limits on shape at once: 64 core instances, 4 memories, 16 tables.
#[test]
fn everything_that_there_may_be() -> Result<(), Failure> {
    let does = "It has 64 core instances, 4 memories and 16 tables, and all of them count: no harm in that.";
    let text = |place: usize| match place {
        0..3 => format!("(memory 100) {ONE}"),
        3..18 => format!("(table 1000 funcref) {ONE}"),
        _ => ONE.to_owned(),
    };
    comes_to("everything-there-may-be", does, &grades_by_all(OTHERS), OTHERS, text, scored(0.5))
}

#[test]
fn memories_that_grow_in_turn() -> Result<(), Failure> {
    let does = "`grade` has three other instances grow and fill their memories in turn, without end.";
    let own = "(func (export \"#grade\") (type $grade)
        (loop $again (drop (call $all (i32.const 40) (i32.const 16))) (br $again))
        (unreachable))";
    let text = |place: usize| match place {
        0..3 => "(memory 1) (func $f (param $pages i32) (result i32) (local $at i32)
            (local.set $at (i32.mul (memory.grow (local.get $pages)) (i32.const 65536)))
            (memory.fill (local.get $at) (i32.const 0xaa) (i32.mul (local.get $pages) (i32.const 65536)))
            (i32.const 0))"
            .to_owned(),
        _ => ONE.to_owned(),
    };
    comes_to("memories-grow-in-turn", does, own, 40, text, limit(MEMORY))
}

#[test]
fn tables_that_grow_in_turn() -> Result<(), Failure> {
    let does = "`grade` has 15 other instances grow their tables in turn, without end.";
    let own = "(func (export \"#grade\") (type $grade)
        (loop $again (drop (call $all (i32.const 50) (i32.const 100))) (br $again))
        (unreachable))";
    let text = |place: usize| match place {
        0..15 => "(table $own 1 funcref) (func $f (param i32) (result i32)
            (table.grow $own (ref.func $f) (local.get 0)))"
            .to_owned(),
        _ => ONE.to_owned(),
    };
    comes_to("tables-grow-in-turn", does, own, 50, text, limit(TABLES))
}

#[test]
fn recursion_through_all_instances() -> Result<(), Failure> {
    let does = "Each instance calls the next one, the last one the first, and so on without end.";
    let own = "(func (export \"#grade\") (type $grade)
        (drop (call $call (i32.const 0) (i32.const 0)))
        (unreachable))";
    let text = |place: usize| {
        let next = (place + 1) % OTHERS;
        format!(
            "(func $f (param i32) (result i32)
            (i32.add (call $call (i32.const {next}) (i32.add (local.get 0) (i32.const 1))) (local.get 0)))"
        )
    };
    let stack = limit("the grader used more than 1048576 bytes of stack");
    comes_to("recursion-through-instances", does, own, OTHERS, text, stack)
}

#[test]
fn a_trap_in_one_of_many() -> Result<(), Failure> {
    let does = "The last of 64 instances traps when `grade` calls it.";
    let text = |place: usize| match place {
        62 => "(func $f (param i32) (result i32) unreachable)".to_owned(),
        _ => ONE.to_owned(),
    };
    let trapped = fault("it trapped: wasm trap: wasm `unreachable` instruction executed");
    comes_to("trap-in-one-of-many", does, &grades_by_all(OTHERS), OTHERS, text, trapped)
}

#[test]
fn one_of_many_that_spins() -> Result<(), Failure> {
    let does = "The 40th of 64 instances never ends when `grade` calls it.";
    let text = |place: usize| match place {
        40 => format!(
            "(func $f (param i32) (result i32) (loop $again {} (br $again)) (unreachable))",
            "(drop (i32.const 0))".repeat(1000)
        ),
        _ => ONE.to_owned(),
    };
    let spins = limit(FUEL).noted(FUEL_TO_GRADE);
    comes_to("one-of-many-spins", does, &grades_by_all(OTHERS), OTHERS, text, spins)
}

/// What starts with an instance is held by the limits before anything is asked of the grader.
#[test]
fn starts_of_many_instances() -> Result<(), Failure> {
    let start = |name: &str, does: &str, started: &str, expected: Expected| {
        let text = |place: usize| match place {
            62 => format!("{ONE} (start $start) (func $start {started})"),
            _ => format!(
                "{ONE} (global $n (mut i32) (i32.const 0)) (start $start) (func $start (global.set $n (i32.const 1)))"
            ),
        };
        comes_to(name, does, &grades_by_all(OTHERS), OTHERS, text, expected)
    };
    let spins = format!("(loop $again {} (br $again))", "(drop (i32.const 0))".repeat(1000));
    start("start-of-the-last-spins", "The last of 64 instances never ends to start.", &spins, undescribed(FUEL))?;
    let trapped = undescribed("it trapped: wasm trap: wasm `unreachable` instruction executed");
    start("start-of-the-last-traps", "The last of 64 instances traps when it starts.", "unreachable", trapped)?;
    let calls = "(drop (call $call (i32.const 0) (i32.const 0)))";
    start(
        "starts-that-call",
        "Each of 64 instances starts, and the last calls another: no harm in that.",
        calls,
        scored(0.5),
    )
}

/// Globals, memories and tables of all instances are new in each grading.
#[test]
fn nothing_is_kept_in_any_instance() -> Result<(), Failure> {
    let does = "Each of 64 instances counts how often it was called, in a global, a memory or a table.";
    let text = |place: usize| match place {
        0..3 => "(memory 64) (func $f (param i32) (result i32)
            ;; All of its memory is looked at, then filled.
            (local $at i32) (local $seen i64)
            (loop $next
              (local.set $seen (i64.or (local.get $seen) (i64.load (local.get $at))))
              (local.set $at (i32.add (local.get $at) (i32.const 8)))
              (br_if $next (i32.lt_u (local.get $at) (i32.const 4194304))))
            (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 4194304))
            (i64.eqz (local.get $seen)))"
            .to_owned(),
        3..18 => "(table $own 100 funcref) (func $f (param i32) (result i32)
            (local $null i32)
            (local.set $null (ref.is_null (table.get $own (i32.const 99))))
            (table.fill $own (i32.const 0) (ref.func $f) (i32.const 100))
            (local.get $null))"
            .to_owned(),
        _ => "(global $n (mut i32) (i32.const 0)) (func $f (param i32) (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))"
            .to_owned(),
    };
    comes_to("counts-in-each-instance", does, &grades_by_all(OTHERS), OTHERS, text, scored(0.5))
}

#[test]
fn answers_kept_in_another_instance() -> Result<(), Failure> {
    let does =
        "`grade` has 60 other instances keep a part of an answer, for `validate` to tell of it when it is asked next.";
    let own = "(func (export \"#validate\") (type $validate)
          ;; What was kept, if anything was.
          (if (call $all (i32.const 60) (i32.const 0))
            (then (return (call $problem (i32.const 32) (i32.const 11)))))
          (i32.const 768))
        (func (export \"#grade\") (type $grade)
          (drop (call $all (i32.const 60) (i32.load (call $answer (local.get 4)))))
          (call $score (f64.const 0.5)))";
    let text = |place: usize| match place {
        0..3 => "(memory 1) (func $f (param i32) (result i32)
            (i32.store (i32.const 0) (i32.or (i32.load (i32.const 0)) (local.get 0)))
            (i32.ne (i32.load (i32.const 0)) (i32.const 0)))"
            .to_owned(),
        _ => "(global $kept (mut i32) (i32.const 0)) (func $f (param i32) (result i32)
            (global.set $kept (i32.or (global.get $kept) (local.get 0)))
            (i32.ne (global.get $kept) (i32.const 0)))"
            .to_owned(),
    };
    comes_to("answers-kept-in-instances", does, own, 60, text, scored(0.5))
}
