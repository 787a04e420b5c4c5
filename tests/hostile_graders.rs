//! Graders that mean harm: each attack has one outcome, the process lives on, and the next grading is right.
//!
//! Every fixture in `hostile_graders/` has a test of its name here, or this file does not compile. What came of each is left in
//! `target/attacks.md`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use assay_host::report::Report;
use assay_tests::attacks::{COMPETITION, Run, Scene, component};
use assay_tests::{Failure, root};
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/hostile_graders.rs"));

/// The competition that is graded honestly before and after each attack.
const HONEST: (&str, &str) = ("breast-cancer-wisconsin", "submission.csv");

/// What is expected of an attack. In texts `…` stands for anything.
#[derive(Clone, Copy, Default)]
struct Expected {
    outcome: &'static str,
    reason: &'static str,
    /// What the operator is told.
    operator: &'static str,
    score: Option<f64>,
}

fn scored(score: f64) -> Expected {
    Expected { outcome: "scored", score: Some(score), ..Expected::default() }
}

fn invalid(reason: &'static str) -> Expected {
    Expected { outcome: "invalid-submission", reason, ..Expected::default() }
}

fn exceeded(reason: &'static str) -> Expected {
    Expected { outcome: "limit-exceeded", reason, ..Expected::default() }
}

/// The grader failed; the operator is told how.
fn fault(operator: &'static str) -> Expected {
    let reason = "the grader failed; its reason is for the operator";
    Expected { outcome: "grader-fault", reason, operator, ..Expected::default() }
}

/// The component is not taken for a grader.
fn not_loaded(reason: &'static str) -> Expected {
    Expected { outcome: "not-graded", reason, ..Expected::default() }
}

const FUEL: &str = "the grader used up its fuel of … units: it loops, or needs more for so many rows";

/// Grades with a fixture between two honest gradings.
fn attack(fixture: &str, expected: Expected) -> Result<(), Failure> {
    let what: Vec<&str> = fixture.lines().map_while(|line| line.strip_prefix(";; ")).collect();
    attack_by(&component(fixture)?, &what.join(" "), expected)
}

fn attack_by(component: &[u8], what: &str, expected: Expected) -> Result<(), Failure> {
    let scene = Scene::new(component)?;
    let run = scene.grade(&[HONEST, (COMPETITION, "submission.csv"), HONEST])?;
    let [before, attacked, after] = &run.reports[..] else { return Err(run.visible.into()) };
    honest(before);
    honest(after);
    record(what, attacked, &run);
    let reason = attacked.reason.as_deref().unwrap_or_default();
    assert_eq!(outcome(attacked), expected.outcome, "{reason} {}", run.operator);
    let prefix = if expected.outcome == "not-graded" { "grader `attack`: " } else { "" };
    assert!(matches(&format!("{prefix}{}", expected.reason), reason), "{reason}");
    assert_eq!(attacked.score_exact.map(f64::to_bits), expected.score.map(f64::to_bits), "{:?}", attacked.score_exact);
    let told = operator(&run)?;
    assert!(matches(expected.operator, &told), "{told}");
    assert!(run.visible.len() < 60_000, "{} bytes are printed", run.visible.len());
    let graded = ["scored", "invalid-submission"].contains(&expected.outcome);
    assert_eq!(run.code, Some(i32::from(!graded)), "{}", run.visible);
    Ok(())
}

fn outcome(report: &Report) -> String {
    serde_json::to_value(report.outcome)
        .ok()
        .and_then(|outcome| outcome.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}

fn honest(report: &Report) {
    assert_eq!(report.score_exact.map(f64::to_bits), Some(0.9899733333333334_f64.to_bits()), "{report:?}");
}

/// What graders told the operator.
fn operator(run: &Run) -> Result<String, Failure> {
    let notes = run.operator.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    Ok(notes.iter().filter_map(|note| note["grader"].as_str()).collect())
}

/// True if the text is the pattern, in which `…` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == text,
        Some((start, end)) => text.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
    }
}

/// Adds a row to `target/attacks.md`.
fn record(what: &str, report: &Report, run: &Run) {
    static ROWS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let said = report.reason.clone().or(report.score.map(|score| score.to_string())).unwrap_or_default();
    let said: String = said.replace('\n', " ").chars().take(120).collect();
    let row = format!("| {name} | {what} | {} | {said} | {:.2} |", outcome(report), run.took.as_secs_f64());
    let mut rows = ROWS.lock().unwrap_or_else(PoisonError::into_inner);
    rows.insert(name, row);
    let rows: Vec<&str> = rows.values().map(String::as_str).collect();
    let head = "| attack | what it does | outcome | reason or score | seconds, with two honest gradings |\n|---|---|---|---|--:|";
    // The table is for people; a test does not fail over it.
    let _ = std::fs::write(root().join("target/attacks.md"), format!("{head}\n{}\n", rows.join("\n")));
}

/// One test for each fixture: its name, the fixture, and what is expected.
macro_rules! attacks {
    ($($name:ident $fixture:ident: $expected:expr;)*) => {
        $(#[test]
        fn $name() -> Result<(), Failure> {
            attack(fixture::$fixture, $expected)
        })*
    };
}

attacks! {
    // Time and space.
    spin_in_grade SPIN_IN_GRADE: exceeded(FUEL);
    spin_in_validate SPIN_IN_VALIDATE: exceeded(FUEL);
    spin_in_realloc SPIN_IN_REALLOC: exceeded(FUEL);
    spin_in_describe SPIN_IN_DESCRIBE: not_loaded("`describe` failed: the grader used up its fuel of 10000000000 units: it loops, or needs more for so many rows");
    spin_in_start SPIN_IN_START: not_loaded("`describe` failed: the grader used up its fuel of 10000000000 units: it loops, or needs more for so many rows");
    grow_without_end GROW_WITHOUT_END: exceeded("the grader asked for more than 1073741824 bytes of memory");
    grow_past_the_limit GROW_PAST_THE_LIMIT: exceeded("the grader asked for more than 1073741824 bytes of memory");
    grow_to_the_limit GROW_TO_THE_LIMIT: scored(0.5);
    grow_a_table GROW_A_TABLE: exceeded("the grader asked for a table of more than 100000 elements");
    declare_a_huge_memory DECLARE_A_HUGE_MEMORY: not_loaded("not a WebAssembly component that this engine takes: …memory has a minimum byte size of 4294967296 which exceeds the limit of 0x40000000 bytes");
    declare_two_memories DECLARE_TWO_MEMORIES: not_loaded("not a WebAssembly component that this engine takes: …defined memories count of 2 exceeds the per-instance limit of 1");
    declare_a_huge_table DECLARE_A_HUGE_TABLE: not_loaded("not a WebAssembly component that this engine takes: …table index 0 has a minimum element size of 10000000 which exceeds the limit of 100000");
    recurse RECURSE: exceeded("the grader used more than 1048576 bytes of stack");

    // Traps.
    trap TRAP: fault("it trapped: wasm trap: wasm `unreachable` instruction executed");
    read_out_of_bounds READ_OUT_OF_BOUNDS: fault("it trapped: wasm trap: out of bounds memory access");
    divide_by_zero DIVIDE_BY_ZERO: fault("it trapped: wasm trap: integer divide by zero");
    call_what_is_not_there CALL_WHAT_IS_NOT_THERE: fault("it trapped: wasm trap: uninitialized element");

    // What is returned is not what the contract says.
    huge_text HUGE_TEXT: exceeded("the grader returned more than 4194304 bytes");
    text_of_4_gib TEXT_OF_4_GIB: fault("string pointer/length out of bounds of memory");
    text_that_is_not_utf_8 TEXT_THAT_IS_NOT_UTF_8: fault("invalid utf-8 sequence of 1 bytes from index 0");
    text_out_of_bounds TEXT_OUT_OF_BOUNDS: fault("string pointer/length out of bounds of memory");
    refusal_of_unknown_kind REFUSAL_OF_UNKNOWN_KIND: fault("unexpected discriminant: 7");
    outcome_of_unknown_kind OUTCOME_OF_UNKNOWN_KIND: fault("invalid expected discriminant");
    return_out_of_bounds RETURN_OUT_OF_BOUNDS: fault("pointer out of bounds of memory");
    list_of_4_gib LIST_OF_4_GIB: fault("list pointer/length out of bounds of memory");
    list_out_of_bounds LIST_OUT_OF_BOUNDS: fault("list pointer/length out of bounds of memory");
    list_that_is_misaligned LIST_THAT_IS_MISALIGNED: fault("list pointer is not aligned");
    a_million_details A_MILLION_DETAILS: exceeded("the grader returned more than 4194304 bytes");

    // It is, but goes too far.
    details_at_the_limit DETAILS_AT_THE_LIMIT: scored(0.5);
    details_past_the_limit DETAILS_PAST_THE_LIMIT: exceeded("the grader returned more than 1024 details");
    detail_without_a_name DETAIL_WITHOUT_A_NAME: fault("it returned an empty name");
    detail_with_a_long_name DETAIL_WITH_A_LONG_NAME: exceeded("the grader returned more than 256 bytes of a name");
    detail_with_control_characters DETAIL_WITH_CONTROL_CHARACTERS: fault("it returned a name with control characters");
    detail_with_bidi_characters DETAIL_WITH_BIDI_CHARACTERS: fault("it returned a name with control characters");
    two_details_of_one_name TWO_DETAILS_OF_ONE_NAME: fault("it returned two details named `same`");
    detail_that_is_not_a_number DETAIL_THAT_IS_NOT_A_NUMBER: scored(0.5);
    long_problem LONG_PROBLEM: invalid("pp…pp…");
    problem_with_control_characters PROBLEM_WITH_CONTROL_CHARACTERS: invalid("a [2J b error: c ");
    problems_past_the_limit PROBLEMS_PAST_THE_LIMIT: exceeded("the grader returned more than 256 problems");
    problem_in_a_row_that_is_not_there PROBLEM_IN_A_ROW_THAT_IS_NOT_THERE: invalid("problem");
    score_that_is_not_a_number SCORE_THAT_IS_NOT_A_NUMBER: invalid("its score is NaN: the metric is not defined for these values");
    score_that_is_infinite SCORE_THAT_IS_INFINITE: invalid("its score is inf: the metric is not defined for these values");
    score_that_is_minus_infinite SCORE_THAT_IS_MINUS_INFINITE: invalid("its score is -inf: the metric is not defined for these values");
    negative_zero NEGATIVE_ZERO: scored(0.0);

    // What it says of itself.
    direction_of_unknown_kind DIRECTION_OF_UNKNOWN_KIND: not_loaded("`describe` failed: unexpected discriminant: 2");
    description_out_of_bounds DESCRIPTION_OUT_OF_BOUNDS: not_loaded("`describe` failed: string pointer/length out of bounds of memory");
    description_without_a_name DESCRIPTION_WITHOUT_A_NAME: not_loaded("`describe` failed: it returned an empty name");
    long_summary LONG_SUMMARY: scored(0.5);
    options_past_the_limit OPTIONS_PAST_THE_LIMIT: not_loaded("`describe` failed: the grader returned more than 64 options");
    two_options_of_one_name TWO_OPTIONS_OF_ONE_NAME: not_loaded("`describe` failed: it lists two options named `the-same`");

    // Determinism.
    bits_of_a_nan BITS_OF_A_NAN: scored(f64::from(0x7ff8_0000_u32));

    // What is no grader.
    import_files IMPORT_FILES: not_loaded("the component imports `wasi:filesystem/types@0.2.0`: a grader imports nothing");
    import_sockets IMPORT_SOCKETS: not_loaded("the component imports `wasi:sockets/tcp@0.2.0`: a grader imports nothing");
    import_clocks IMPORT_CLOCKS: not_loaded("the component imports `wasi:clocks/wall-clock@0.2.0`: a grader imports nothing");
    import_random IMPORT_RANDOM: not_loaded("the component imports `wasi:random/random@0.2.0`: a grader imports nothing");
    import_what_nobody_knows IMPORT_WHAT_NOBODY_KNOWS: not_loaded("the component imports `evil:exfiltration/upload@1.0.0`: a grader imports nothing");
    import_many IMPORT_MANY: not_loaded("the component imports `wasi:cli/thing0@0.2.0`, …, 4 more: a grader imports nothing");
    core_module CORE_MODULE: not_loaded("it is a core module, not a component: `wasm-tools component new` makes one of it");
    component_of_another_world COMPONENT_OF_ANOTHER_WORLD: not_loaded("the component does not export `assay:grader/grading@0.1.0` as a grader does: no exported instance named `assay:grader/grading@0.1.0`");
    component_of_a_later_version COMPONENT_OF_A_LATER_VERSION: not_loaded("the component keeps assay:grader/grading@9.9.9; this program keeps 0.1.0");
    interface_of_other_types INTERFACE_OF_OTHER_TYPES: not_loaded("`describe` failed: failed to convert function to given type: type mismatch with results: expected 1-tuple, found 0-tuple");
}

/// A fresh instance for every submission: nothing is left of the last one.
#[test]
fn another_score_each_time() -> Result<(), Failure> {
    let scene = Scene::new(&component(fixture::ANOTHER_SCORE_EACH_TIME)?)?;
    let run = scene.grade(&[(COMPETITION, "submission.csv"); 3])?;
    for report in &run.reports {
        record("Scores by how often it was asked.", report, &run);
        assert_eq!(report.score_exact, Some(2.0), "{report:?}");
    }
    Ok(())
}

/// Memory that another instance wrote to reads as zeros.
fn marks(first: &str) -> Result<(), Failure> {
    let graders = [component(first)?, component(fixture::LOOK_FOR_MARKS)?];
    let scene = Scene::new(&graders[0])?;
    let mark = scene.grade(&[(COMPETITION, "submission.csv"); 3])?;
    assert!(mark.reports.iter().all(|report| report.score_exact.is_some()), "{}", mark.visible);
    // Both in one process: the grader of the second competition looks.
    let folder = scene.folder();
    let looking = std::fs::read_to_string(folder.join("competitions/attack/competition.toml"))?
        .replace("id = \"attack\"", "id = \"looking\"")
        .replace("\"attack\"", "\"looking\"");
    std::fs::create_dir_all(folder.join("competitions/looking"))?;
    std::fs::write(folder.join("competitions/looking/competition.toml"), looking)?;
    std::fs::write(folder.join("graders/looking.wasm"), &graders[1])?;
    std::fs::create_dir_all(folder.join("data/looking/prepared/private"))?;
    let answers = "prepared/private/answers.csv";
    std::fs::copy(folder.join("data/attack").join(answers), folder.join("data/looking").join(answers))?;
    std::fs::remove_dir_all(folder.join("out"))?;
    let (marking, looking) = ((COMPETITION, "submission.csv"), ("looking", "submission.csv"));
    let run = scene.grade(&[marking, looking, marking, marking, looking, looking])?;
    for report in run.reports.iter().filter(|report| report.competition_id.as_deref() == Some("looking")) {
        record("Looks for what the instance before it left in memory.", report, &run);
        assert_eq!(report.score_exact, Some(0.0), "{report:?}");
    }
    Ok(())
}

#[test]
fn leave_a_mark() -> Result<(), Failure> {
    marks(fixture::LEAVE_A_MARK)
}

#[test]
fn look_for_marks() -> Result<(), Failure> {
    attack(fixture::LOOK_FOR_MARKS, scored(0.0))
}

/// A text that is in the answers and nowhere else.
const CANARY: &str = "canary-3f1d0c9a";

/// Nothing of the answers reaches what participants may see, and the grading right after says what it would have said anyway.
fn leak(fixture: &str, expected: Expected, told: bool) -> Result<(), Failure> {
    let competition = std::fs::read_to_string(root().join("examples/breast-cancer-wisconsin/competition.toml"))?;
    let start = competition.find("[submission]").ok_or("the example has no contract")?;
    let end = competition.find("[leaderboard]").ok_or("the example has no leaderboard")?;
    let contract = "[submission]\nkey = [\"id\"]\nrows = \"same\"\n[[submission.columns]]\nnames = [\"label\"]\ntype = \"text\"\n\n\
                    [grader]\ncomponent = \"attack\"\n\n";
    let competition = format!("{}{contract}{}", &competition[..start], &competition[end..])
        .replace("id = \"breast-cancer-wisconsin\"", "id = \"attack\"");
    let answers = format!("id,label\n1,{CANARY}\n2,{CANARY}\n");
    let scene = Scene::with(&[("attack", &component(fixture)?)], &competition, answers.as_bytes())?;
    std::fs::write(scene.folder().join("labels.csv"), "id,label\n1,a\n2,b\n")?;
    let run = scene.grade(&[HONEST, (COMPETITION, "labels.csv"), (COMPETITION, "labels.csv"), HONEST])?;
    let [before, attacked, again, after] = &run.reports[..] else { return Err(run.visible.into()) };
    honest(before);
    honest(after);
    record("Tells the answers.", attacked, &run);
    for report in [attacked, again] {
        assert_eq!(outcome(report), expected.outcome, "{}", run.visible);
        assert!(matches(expected.reason, report.reason.as_deref().unwrap_or_default()), "{report:?}");
        assert_eq!(report.score_exact, expected.score, "{report:?}");
    }
    assert!(!run.visible.contains(CANARY), "{}", run.visible);
    assert_eq!(run.operator.contains(CANARY), told, "{}", run.operator);
    Ok(())
}

#[test]
fn answers_in_a_refusal() -> Result<(), Failure> {
    let expected = invalid("the grader refused it beside the answers; its reason is for the operator");
    leak(fixture::ANSWERS_IN_A_REFUSAL, expected, true)
}

#[test]
fn answers_in_a_failure() -> Result<(), Failure> {
    leak(fixture::ANSWERS_IN_A_FAILURE, fault(""), true)
}

#[test]
fn answers_in_details() -> Result<(), Failure> {
    leak(fixture::ANSWERS_IN_DETAILS, scored(0.5), true)
}

#[test]
fn answers_kept_for_later() -> Result<(), Failure> {
    leak(fixture::ANSWERS_KEPT_FOR_LATER, scored(0.5), false)
}

/// A competition that gives a grader other options than it takes.
#[test]
fn other_options() -> Result<(), Failure> {
    let grader = component(fixture::OTHER_OPTIONS)?;
    for (options, reason) in [
        ("", "competition `attack`: grader `attack` needs option `rounds`: "),
        (
            "options = { rounds = \"three\" }",
            "competition `attack`: option `rounds` of grader `attack` must be an integer",
        ),
        ("options = { rounds = 3.5 }", "competition `attack`: option `rounds` of grader `attack` must be an integer"),
        ("options = { rounds = [] }", "competition `attack`: option `rounds` of grader `attack` must be an integer"),
        (
            "options = { rounds = 3, other = 1 }",
            "competition `attack`: grader `attack` has no option `other`; it has rounds",
        ),
        ("options = { rounds = 3 }", ""),
    ] {
        let scene = Scene::new(&grader)?;
        let path = scene.folder().join("competitions/attack/competition.toml");
        let competition = std::fs::read_to_string(&path)?;
        std::fs::write(
            &path,
            competition.replace("component = \"attack\"", &format!("component = \"attack\"\n{options}")),
        )?;
        let run = scene.grade(&[HONEST, (COMPETITION, "submission.csv"), HONEST])?;
        record("Takes an option that the competition does not give as it should.", &run.reports[1], &run);
        honest(&run.reports[0]);
        honest(&run.reports[2]);
        assert_eq!(run.reports[1].reason.as_deref().unwrap_or_default(), reason);
        assert_eq!(outcome(&run.reports[1]), if reason.is_empty() { "scored" } else { "not-graded" });
    }
    Ok(())
}

#[test]
fn random_bytes() -> Result<(), Failure> {
    let mut random = fastrand::Rng::with_seed(1);
    let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(5000).collect();
    attack_by(
        &bytes,
        "Is nothing but random bytes.",
        not_loaded("not a WebAssembly component that this engine takes: …"),
    )
}

#[test]
fn an_empty_file() -> Result<(), Failure> {
    attack_by(b"", "Is empty.", not_loaded("not a WebAssembly component that this engine takes: …"))
}

#[test]
fn truncated() -> Result<(), Failure> {
    let whole = std::fs::read(root().join("target/graders/roc-auc.wasm"))?;
    let end = whole.len() * 2 / 3;
    attack_by(&whole[..end], "Ends too soon.", not_loaded("not a WebAssembly component that this engine takes: …"))
}

#[test]
fn a_file_of_40_mib() -> Result<(), Failure> {
    let expected = not_loaded("the component has 41943040 bytes, more than the limit of 33554432");
    attack_by(&vec![0; 40 << 20], "Is larger than a component may be.", expected)
}

/// A component of one core module with these fields.
fn core(fields: &str) -> Result<Vec<u8>, Failure> {
    Ok(wat::parse_str(format!("(component (core module {fields}))"))?)
}

/// Components that are slow to compile: they either are refused, or take their time in the cage.
fn bomb(component: &[u8], what: &str, expected: Expected) -> Result<(), Failure> {
    assert!(component.len() < 32 << 20, "{} bytes", component.len());
    attack_by(component, what, expected)
}

const NO_GRADER: &str = "the component does not export `assay:grader/grading@0.1.0` as a grader does: …";

#[test]
fn bomb_of_functions() -> Result<(), Failure> {
    let fields = "(func (param i64 i64) (result i64) (i64.add (i64.mul (local.get 0) (local.get 1)) (i64.const 7)))"
        .repeat(50_000);
    bomb(&core(&fields)?, "Has 50,000 functions.", not_loaded(NO_GRADER))
}

#[test]
fn bomb_of_branches() -> Result<(), Failure> {
    let table = "0 ".repeat(1_000_000);
    let field = format!("(func (param i32) (block (br_table {table} (local.get 0))))");
    bomb(
        &core(&field)?,
        "Has a table of a million branches.",
        not_loaded(
            "not a WebAssembly component that this engine takes: …`br_table` has 999999 targets, which exceeds the implementation limit of 65520",
        ),
    )
}

#[test]
fn bomb_of_one_function() -> Result<(), Failure> {
    let steps = "local.get 0 i64.const 3 i64.mul local.set 0 ".repeat(1_000_000);
    bomb(
        &core(&format!("(func (param i64) {steps})"))?,
        "Has a function of 8 MB.",
        not_loaded("compiling the component needed more than 2147483648 bytes of memory"),
    )
}

#[test]
fn bomb_of_locals() -> Result<(), Failure> {
    let fields = format!("(func (local {}))", "i64 ".repeat(50_000)).repeat(20);
    bomb(&core(&fields)?, "Has a million local variables.", not_loaded(NO_GRADER))
}

#[test]
fn bomb_of_nested_blocks() -> Result<(), Failure> {
    // By bytes: the text format's parser has a limit of its own.
    let depth = 1_000_000;
    let mut code = vec![0x00];
    code.extend([0x02, 0x40].repeat(depth));
    code.extend([0x0b].repeat(depth + 1));
    bomb(
        &module_with(&code),
        "Has a million nested blocks.",
        not_loaded("compiling the component needed more than 2147483648 bytes of memory"),
    )
}

#[test]
fn bomb_of_types() -> Result<(), Failure> {
    let mut fields = String::from("(type $t0 (tuple u8 u8))");
    for depth in 1..=60 {
        fields += &format!("(type $t{depth} (tuple $t{} $t{}))", depth - 1, depth - 1);
    }
    let component = wat::parse_str(format!("(component {fields} (type (func (param \"p\" $t60))))"))?;
    let expected = "not a WebAssembly component that this engine takes: …effective type size exceeds the limit of 1000000 (at offset 0x54)";
    bomb(&component, "Has a type of 2^60 fields.", not_loaded(expected))
}

#[test]
fn bomb_of_components() -> Result<(), Failure> {
    // By bytes, from the inside out: each component is a section of the next.
    let head = b"\0asm\x0d\0\x01\0";
    let mut component = head.to_vec();
    for _ in 0..3000 {
        let mut outer = head.to_vec();
        section(4, &component, &mut outer);
        component = outer;
    }
    bomb(
        &component,
        "Has 3,000 components within each other.",
        not_loaded(
            "not a WebAssembly component that this engine takes: components are nested more than 100 levels deep",
        ),
    )
}

fn number(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn section(id: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(id);
    number(content.len(), out);
    out.extend_from_slice(content);
}

/// A component of one core module with one function of this body.
fn module_with(body: &[u8]) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    section(1, &[1, 0x60, 0, 0], &mut module);
    section(3, &[1, 0], &mut module);
    let mut code = vec![1];
    number(body.len(), &mut code);
    code.extend_from_slice(body);
    section(10, &code, &mut module);
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    section(1, &module, &mut component);
    component
}
