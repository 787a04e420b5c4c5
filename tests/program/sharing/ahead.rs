//! Graders that are compiled before they are needed, and what compiling may take.

use assay_tests::attacks::{SPINS, VERSION, component};
use assay_tests::{Failure, assay, root};
use serde_json::Value;

use super::{GRADER, ID, Run, World, built, changed};

/// A grader in the place of the example's which takes seconds to compile, whatever the machine, and gives 0.5 for everything.
fn heavy() -> Result<Vec<u8>, Failure> {
    let (described, _) = SPINS.split_once("(func (export \"#grade\")").ok_or("the fixture is another one")?;
    let step = "(local.set 0 (i64.xor (i64.mul (local.get 0) (local.get 1)) (i64.load (i32.wrap_i64 (local.get 0)))))";
    let function = format!("(func (param i64 i64) {})\n", step.repeat(6000));
    component(GRADER, &(described.to_owned() + &function.repeat(30)), VERSION)
}

fn outcomes(run: &Run) -> Result<Vec<(String, String)>, Failure> {
    let told = run.json()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = told.as_array().ok_or("no list")?;
    Ok(told.iter().map(|told| (text(&told["grader"]), text(&told["outcome"]))).collect())
}

/// Graders, files and competitions are compiled once, and what is refused costs the others nothing.
#[test]
fn graders_are_compiled_before_they_are_needed() -> Result<(), Failure> {
    let world = World::new()?;
    world.write("graders/mine.wasm", &changed(built("accuracy")?))?;
    world.write("other.wasm", &changed(built("f1-macro")?))?;
    world.write("none.wasm", b"nothing")?;
    let examples = root().join("examples").display().to_string();
    let warm = ["graders", "warm", ID, "mine", "other.wasm", "none.wasm", "accuracy"];
    let warm = [&warm[..], &["--graders", "graders", "--competitions", &examples, "--format", "json"]].concat();
    for outcome in ["compiled", "was-there"] {
        let run = world.run(&warm)?;
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        let expected = [
            // The program carries their machine code.
            ("accuracy", "was-there"),
            (GRADER, "was-there"),
            ("mine", outcome),
            ("none.wasm", "refused"),
            ("other.wasm", outcome),
        ];
        assert_eq!(outcomes(&run)?, expected.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())));
        // Two of machine code, and why one was refused.
        assert_eq!(world.files("cache")?.len(), 3, "{:?}", world.files("cache")?);
        let why = run.json()?[3]["reason"].as_str().unwrap_or_default().to_owned();
        assert!(why.contains("not a WebAssembly component"), "{why}");
    }
    // A line for each, for people.
    let run = world.run(&["graders", "warm", "accuracy", "none.wasm", "--format", "table"])?;
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stdout);
    assert_eq!(lines[0], "accuracy: was there");
    assert!(lines[1].starts_with("none.wasm: refused: not a WebAssembly component"), "{}", lines[1]);
    // A grading finds what was compiled.
    let before = world.files("cache")?;
    assert_eq!(world.graded(&[])?.json()?["score_exact"], 0.989_973_333_333_333_4);
    assert_eq!(world.files("cache")?, before);
    Ok(())
}

/// A competition whose grader is source text has its interpreter compiled; one that is not at hand is said with the remedy.
#[test]
fn an_interpreter_that_is_not_at_hand_is_refused_with_the_remedy() -> Result<(), Failure> {
    let world = World::new()?;
    let competition = r#"
id = "of-a-source"
title = "A competition"
summary = "Whose grader is source text."
data = { answers = "private/answers.csv", sample_submission = "public/sample.csv" }
submission = { key = ["id"], rows = "same", columns = [{ names = ["target"], type = "number" }] }
answers = { columns = [] }
grader = { source = "score.py" }
"#;
    world.write("competitions/of-a-source/competition.toml", competition.as_bytes())?;
    world.write("competitions/of-a-source/score.py", b"DIRECTION = 'higher-is-better'\n")?;
    let with = ["--competitions", "competitions", "--format", "json"];
    let run = world.run(&[&["graders", "warm", "of-a-source"], &with[..]].concat())?;
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(outcomes(&run)?, [("python".to_owned(), "refused".to_owned())]);
    assert!(run.stdout.contains("`cargo xtask interpreters` builds it"), "{}", run.stdout);
    // Whatever has its name in the folder of graders is what is compiled.
    world.write("graders/python.wasm", &changed(built("accuracy")?))?;
    let run = world.run(&[&["graders", "warm", "of-a-source", "--graders", "graders"], &with[..]].concat())?;
    assert_eq!((run.code, outcomes(&run)?), (Some(0), vec![("python".to_owned(), "compiled".to_owned())]));
    Ok(())
}

#[test]
fn what_cannot_be_compiled_ahead_is_the_calls_fault() -> Result<(), Failure> {
    let world = World::new()?;
    world.write("file", b"")?;
    let cases: [(&[&str], &str); 4] = [
        (&["graders", "warm", "roc-acu"], "there is no grader `roc-acu` (did you mean `roc-auc`?)"),
        (&["graders", "warm", "spaceship-titanik"], "(did you mean `spaceship-titanic`?)"),
        (&["graders", "warm", "absent.wasm"], "absent.wasm: the file cannot be read"),
        (&["graders", "warm", "accuracy", "--cache-dir", "file"], "there is no cache to compile into"),
    ];
    for (arguments, expected) in cases {
        let arguments: Vec<&str> = arguments.to_vec();
        let output = assay()?.current_dir(&world.0).args(&arguments).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    Ok(())
}

/// A limit on compiling is the operator's: what is refused under it is graded without it, though the refusal is remembered.
#[test]
fn compiling_has_the_limits_that_the_operator_sets() -> Result<(), Failure> {
    let world = World::new()?;
    world.write("graders/roc-auc.wasm", &heavy()?)?;
    let limits: [(&[&str], &str); 2] = [
        (&["--compile-cpu-time", "1s"], "compiling the component took more than 1s of processor time"),
        (&["--compile-memory", "64M"], "compiling the component needed more than 67108864 bytes of memory"),
    ];
    for _ in 0..2 {
        for (arguments, expected) in limits {
            let run = world.graded(arguments)?;
            assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
            assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
        }
    }
    let report =
        world.graded(&["--compile-cpu-time", "2m", "--compile-time", "1h", "--compile-memory", "1G"])?.json()?;
    assert_eq!(report["score_exact"], 0.5, "{report}");
    let limits = &report["receipt"]["limits"];
    let named = ["compile_processor_time", "compile_time", "compile_memory_bytes"].map(|name| limits[name].as_f64());
    assert_eq!(named, [Some(120.0), Some(3600.0), Some(f64::from(1 << 30))]);
    // What is compiled needs no compiling.
    assert_eq!(world.graded(&["--compile-cpu-time", "1s"])?.json()?["score_exact"], 0.5);
    // An honest grader compiles within the least memory that may be named.
    world.write("graders/roc-auc.wasm", &changed(built(GRADER)?))?;
    let report = world.graded(&["--compile-cpu-time", "20s", "--compile-memory", "64M"])?.json()?;
    assert_eq!(report["score_exact"], 0.989_973_333_333_333_4, "{report}");
    Ok(())
}

#[test]
fn limits_that_cannot_be_meant_are_refused() -> Result<(), Failure> {
    let (range, time) =
        ("it must be a second at least, and a day (24h) at most", "a time of whole seconds is expected");
    let (memory, bytes) = ("it must be 64M at least", "a number of bytes is expected");
    let cases = [
        ("--compile-cpu-time", ["0", "0s", "25h", "86401"].as_slice(), range),
        ("--compile-time", &["", "s", "1.5s", "500ms", "+1s", "1d", "soon", "é", "18446744073709551615h"], time),
        ("--compile-memory", &["0", "1M", "65535K", "1048576G"], memory),
        ("--compile-memory", &["", "M", "much", "+1G", "1.5G", "1 G", "1é", "18446744073709551615K"], bytes),
    ];
    let given = |option: &str, value: &str| {
        assay()?.arg("schema").arg(format!("{option}={value}")).output().map_err(Failure::from)
    };
    for (option, values, expected) in cases {
        for value in values {
            let output = given(option, value)?;
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{option} {value}: {said}");
            assert!(said.contains(expected) && said.contains(option), "{option} {value}: {said}");
        }
    }
    for (option, values) in [
        ("--compile-cpu-time", ["1", "90s", "5m", "24h"]),
        ("--compile-time", ["1S", "86400", "1440M", "1H"]),
        ("--compile-memory", ["64M", "65536k", "67108864", "4g"]),
    ] {
        for value in values {
            let output = given(option, value)?;
            assert!(output.status.success(), "{option} {value}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    Ok(())
}
