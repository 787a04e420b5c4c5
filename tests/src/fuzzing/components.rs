//! The target that loads components and grades with them.

use std::sync::{Arc, OnceLock};

use arrow::array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use assay_sandbox::{Cancel, Carried, Execution, Grader, Limits, Outcome, Sandbox, SandboxOptions, Task, Trust};

use super::{is_bearable, plays_tricks};

/// Loads a component, given as it is or as the text of a fixture, and grades with it.
///
/// # Panics
///
/// If a second time gives something else, or if anything that comes back is beyond the limits.
pub fn component(data: &[u8]) {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    // Fuzzers look for holes in this process.
    let options = || SandboxOptions {
        limits: small_limits(),
        cache: None,
        carried: Carried::default(),
        untrusted: Execution::InProcess,
    };
    let sandbox = SANDBOX.get_or_init(|| Sandbox::new(options()).expect("the sandbox can be set up"));
    let fixture = str::from_utf8(data)
        .ok()
        .and_then(|text| crate::attacks::component("attack", text, crate::attacks::VERSION).ok());
    let component = fixture.as_deref().unwrap_or(data);
    match (sandbox.load(component, Trust::Others), sandbox.load(component, Trust::Others)) {
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

fn small_limits() -> Limits {
    Limits {
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
        ..Limits::default()
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
        ("id", Arc::new(StringArray::from(vec![Some("a"), None, Some("b")]))),
        ("y", Arc::new(Float64Array::from(vec![0.0, 0.5, f64::NAN]))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let table = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("this is a table");
    let run = grader
        .grade(&Task { submission: &table, aligned: &table, answers: &table, options: &[] }, &Cancel::new())
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
