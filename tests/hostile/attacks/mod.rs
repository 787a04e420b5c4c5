//! Each hostile grader comes to what it must, and costs nobody else anything: a batch grades an honest submission before it and
//! after it, with the same bits.

mod arena;
mod bombs;
mod expected;
mod files;
mod shape;
mod sources;
mod state;
mod table;

use assay_tests::Failure;
use assay_tests::attacks::Attack;
use assay_types::report::{Outcome, Report};
use serde_json::{Value, json};

use arena::{CANARY, Hostile, Run, run};
use expected::{Expected, fault, invalid, limit, no_component, no_grader, refuses_all, scored, starting, undescribed};

/// The example's area under the ROC curve, as scikit-learn has it.
const HONEST_SCORE: f64 = 0.989_973_333_333_333_4;

/// What a participant is told. How much fuel there was depends on the size of the answers.
const FUEL: &str = "the grader used up its fuel: it loops, or needs more for so many rows";

/// What the operator is told of a grading: 10,000 units more for each byte of 200 rows: two numbers of 8 bytes, a text of 15, and its 201
/// offsets of 4.
const FUEL_TO_GRADE: &str = "its fuel was 10070040000 units, by the size of submission and answers";

/// What one call may return.
const TOO_MUCH: &str = "the grader returned more than 4194304 bytes";

/// What the operator is told of a grader that scores even the answers NaN.
const NAN: &str = "graded against themselves, the answers score NaN: the metric is not defined for them";

const TABLES: &str = "the grader asked for tables of more than 100000 elements in all";

const MEMORY: &str = "the grader asked for more than 1073741824 bytes of memory";

/// Makes a test of each line, and fails to compile where a fixture has no line or a line no fixture.
macro_rules! attacks {
    ($($(#[$attribute:meta])* $name:ident => $expected:expr;)*) => {
        $(
            #[test]
            $(#[$attribute])*
            fn $name() -> Result<(), Failure> {
                comes_to(Attack::$name, $expected)
            }
        )*

        const _: fn(Attack) = |attack| match attack {
            $(Attack::$name => (),)*
        };
    };
}

attacks! {
    spin_in_grade => limit(FUEL).noted(FUEL_TO_GRADE);
    spin_in_validate => limit(FUEL).noted(FUEL_TO_GRADE);
    spin_in_describe => undescribed(FUEL);
    spin_in_start => undescribed(FUEL);
    // The host asks for room to hand over the submission.
    spin_in_realloc => limit(FUEL).noted(FUEL_TO_GRADE);
    fill_memory_for_ever => limit(FUEL).noted(FUEL_TO_GRADE);
    #[ignore = "it takes the minute that a grading may take, twice"]
    slow_instructions => limit("the grader took more than 60s");

    grow_for_ever => limit(MEMORY);
    grow_to_the_limit => scored(0.5);
    grow_past_the_limit => limit(MEMORY);
    grow_past_its_own_maximum => scored(0.5);
    huge_memory => no_component("module memory does not fit");
    huge_table => no_component("module table does not fit");
    two_memories => undescribed("it returned an empty name");
    grow_a_table => limit(TABLES);
    deep_recursion => limit("the grader used more than 1048576 bytes of stack");

    unreachable => fault("it trapped: wasm trap: wasm `unreachable` instruction executed");
    unreachable_in_start => undescribed("it trapped: wasm trap: wasm `unreachable` instruction executed");
    load_out_of_bounds => fault("it trapped: wasm trap: out of bounds memory access");
    division_by_zero => fault("it trapped: wasm trap: integer divide by zero");
    call_to_nowhere => fault("it trapped: wasm trap: uninitialized element");
    conversion_of_nan => fault("it trapped: wasm trap: invalid conversion to integer");

    refusal_of_5_mib => limit(TOO_MUCH);
    problem_of_5_mib => limit(TOO_MUCH);
    name_of_5_mib => undescribed(TOO_MUCH);
    text_that_is_not_utf8 => fault(starting("invalid utf-8 sequence"));
    text_out_of_bounds => fault(starting("string pointer/length out of bounds"));
    text_of_4_gib => fault(starting("string pointer/length out of bounds"));
    list_of_4_gib => fault(starting("list pointer/length out of bounds"));
    list_misaligned => fault(starting("list pointer is not aligned"));
    result_out_of_bounds => fault(starting("pointer out of bounds"));
    result_misaligned => fault(starting("return pointer not aligned"));
    result_of_unknown_kind => fault(starting("invalid expected discriminant"));
    error_of_unknown_kind => fault(starting("unexpected discriminant"));
    row_of_unknown_kind => fault(starting("invalid option discriminant"));
    direction_of_unknown_kind => undescribed(starting("unexpected discriminant"));
    option_of_unknown_kind => undescribed(starting("unexpected discriminant"));
    boolean_of_7 => scored(0.5).given("weight = 1");

    a_million_details => limit(TOO_MUCH);
    details_at_the_limit => scored(0.5).detailed(numbered_details());
    details_past_the_limit => limit("the grader returned more than 1024 details");
    two_details_of_one_name => fault("it returned two details named `Is`");
    detail_without_a_name => fault("it returned an empty name");
    detail_with_a_name_at_the_limit => scored(0.5).detailed(json!({ "x".repeat(256): 0.0 }));
    detail_with_a_long_name => limit("the grader returned more than 256 bytes of a name");
    detail_with_control_characters => fault("it returned a name with control characters");
    detail_with_bidi_characters => fault("it returned a name with control characters");
    detail_that_is_not_a_number => scored(0.5).detailed(json!({ "Is": null }));

    long_problem => invalid("x".repeat(4096) + "…");
    long_problem_of_wide_characters => invalid(format!("x{}…", "é".repeat(2047)));
    problem_with_control_and_bidi_characters => invalid(r"column ` column`:  [2Jgold  \u{202e}dlog\u{200b}.");
    problems_at_the_limit => invalid(vec!["Is hostile."; 256].join("\n"));
    problems_of_1_mib => limit("the grader returned more than 65536 bytes of problems");
    problems_past_the_limit => limit("the grader returned more than 256 problems");
    no_problems => scored(0.5);
    problem_in_the_last_row => invalid("Is hostile.: line 201");
    problem_beyond_the_file => invalid("Is hostile.");

    score_that_is_not_a_number => refuses_all(NAN);
    score_that_is_infinite => invalid("its score is inf: the metric is not defined for these values");
    score_that_is_minus_infinite => invalid("its score is -inf: the metric is not defined for these values");
    score_of_minus_zero => scored(0.0);
    bits_of_a_nan => scored(1.0);

    // One time by the global, and sixteen for each by the memory.
    another_score_each_time => scored(17.0);
    memory_of_others => scored(1.0);

    options_at_the_limit => scored(0.5);
    options_past_the_limit => undescribed("the grader returned more than 64 options");
    two_options_of_one_name => undescribed("it lists two options named `weight`").given("weight = 1");
    name_in_capitals => undescribed("its name is `ROC AUC`: lower-case words with hyphens are expected");
    name_of_another => scored(0.5);
    name_with_control_characters => undescribed("it returned a name with control characters");
    empty_description => undescribed("it returned an empty name");
    weighted => scored(0.25).given("weight = 0.25");

    answers_in_a_refusal => refuses_all(CANARY);
    answers_in_a_failure => fault(CANARY);
    answers_in_a_trap => fault("it trapped: wasm trap: wasm `unreachable` instruction executed");
    answers_in_the_name_of_a_detail => scored(0.5).detailed(json!({ CANARY: 0.0 }));
    answers_in_details_of_one_name => fault(format!("it returned two details named `{CANARY}`"));
    answers_kept_for_later => scored(0.5);
    answers_in_a_nan => refuses_all(NAN);

    imports_files => imports("`wasi:filesystem/types@0.2.0`");
    imports_sockets => imports("`wasi:sockets/tcp@0.2.0`");
    imports_clocks => imports("`wasi:clocks/monotonic-clock@0.2.0`");
    imports_random => imports("`wasi:random/random@0.2.0`");
    imports_something_unknown => imports("`nobody:knows/it@1.0.0`");
    imports_several => imports("`wasi:cli/environment@0.2.0`, `tell`, `thing`");
    imports_by_an_address => imports("`url=<http://a/\\u{1b}[2J\\u{202e}>`");
    core_module => no_grader("it is a core module, not a component: it has to be made one first");
    another_world => no_contract();
    nothing => no_contract();
    grading_of_other_types => undescribed(starting("failed to convert function to given type"));
    exports_that_play_tricks => no_component("failed to parse WebAssembly module: duplicate export name");
}

/// A competition's options must be those that the grader takes, of the kinds it says.
#[test]
fn options_that_a_grader_does_not_take() -> Result<(), Failure> {
    let wrong = |options: &'static str, reason: &str| {
        let reason = format!("competition `weighted`: {reason}");
        let expected = Expected { reason: Some(reason.into()), ..no_grader("").given(options) };
        check("weighted", &Attack::weighted.component()?, &expected).map(|_| ())
    };
    wrong("weight = \"heavy\"", "option `weight` of grader `weighted` must be a number")?;
    wrong("weight = [1.0]", "option `weight` of grader `weighted` must be a number")?;
    wrong("weight = true", "option `weight` of grader `weighted` must be a number")?;
    wrong(
        "weight = 1, height = 2",
        "grader `weighted` has no option `height` (did you mean `weight`?); it has weight",
    )?;
    wrong("", "grader `weighted` needs option `weight`: Is hostile.")
}

fn imports(names: &str) -> Expected {
    no_grader(format!("the component imports {names}: a grader imports nothing"))
}

fn no_contract() -> Expected {
    no_grader(starting("the component does not export `assay:grader/grading@0.1.0` as a grader does: "))
}

/// 1,024 details: a number's three lowest hexadecimal digits in the letters a to p, and an a.
fn numbered_details() -> Value {
    let letter = |digit: u16| char::from(b'a' + (digit & 15) as u8);
    let name = |index: u16| [letter(index), letter(index >> 4), letter(index >> 8), 'a'].iter().collect::<String>();
    (0..1024).map(|index| (name(index), Value::from(0.0))).collect::<serde_json::Map<_, _>>().into()
}

fn comes_to(attack: Attack, expected: Expected) -> Result<(), Failure> {
    let run = check(attack.name(), &attack.component()?, &expected.of(attack.name()))?;
    table::add(attack.name(), attack.does(), &run)
}

/// Grades by a hostile grader twice, between honest gradings.
fn check(name: &str, component: &[u8], expected: &Expected) -> Result<Run, Failure> {
    let run = run(&[Hostile { name, component, options: expected.options }], &[name, name])?;
    let [before, first, second, after] = run.reports.as_slice() else {
        return Err(format!("{} reports of 4 entries", run.reports.len()).into());
    };
    honest(before);
    honest(after);
    assert!(run.fuel(0).is_some() && run.fuel(0) == run.fuel(3), "{name}: the honest grader's fuel: {:?}", run.notes);
    for report in [first, second] {
        meets(report, expected, name);
    }
    assert_eq!(run.fuel(1), run.fuel(2), "{name}: its fuel");
    let told = if expected.note.is_some() || expected.details != json!({}) { 2 } else { 0 };
    assert_eq!(run.notes.len(), 4, "{name}: the operator's log holds {:?}", run.notes);
    let notes: Vec<_> = run.notes.iter().filter(|note| note.grader.is_some() || note.details != json!({})).collect();
    assert_eq!(notes.len(), told, "{name}: the operator's log holds {notes:?}");
    for note in notes {
        let words = match (&expected.note, &note.grader) {
            (None, None) => true,
            (Some(words), Some(text)) => words.meet(text),
            _ => false,
        };
        assert!(words && note.details == expected.details, "{name}: the operator's log holds {note:?}");
    }
    assert_eq!(run.code, Some(expected.code()), "{name}: the exit code; {}", run.messages);
    assert!(!run.visible.contains(CANARY), "{name}: {}", run.visible);
    assert!(!run.visible.contains("panicked"), "{name}: {}", run.visible);
    Ok(run)
}

fn honest(report: &Report) {
    assert_eq!(report.outcome, Outcome::Scored, "{:?}", report.reason);
    assert_eq!(report.score_exact.map(f64::to_bits), Some(HONEST_SCORE.to_bits()), "{:?}", report.score_exact);
}

fn meets(report: &Report, expected: &Expected, name: &str) {
    let reason = report.reason.as_deref();
    assert_eq!(report.outcome, expected.outcome, "{name}: {reason:?}");
    match (&expected.reason, reason) {
        (None, None) => {}
        (Some(words), Some(reason)) => {
            assert!(words.meet(reason), "{name}: {reason:?}");
            let tricks = |c: char| {
                c != '\n' && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'))
            };
            assert!(!reason.contains(tricks), "{name}: {reason:?}");
        }
        _ => panic!("{name}: {reason:?}"),
    }
    assert_eq!(report.score_exact.map(f64::to_bits), expected.score.map(f64::to_bits), "{name}");
    assert_eq!(report.valid_submission, expected.score.is_some(), "{name}");
}
