//! Graders in other languages than Rust: what `assay new grader` writes builds and grades as it stands, and the same three metrics give the
//! same bits in each.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::buffer::NullBuffer;
use assay_sandbox::{Cancel, Execution, Fault, Grader, Outcome, Problem, Sandbox, SandboxOptions, Task, Trust};
use assay_tests::{Failure, assay, root};
use assay_types::competition::Setting;
use fastrand::Rng;
use serde::Deserialize;
use xtask::languages::tool;
use xtask::toolchain::Toolchain;

/// A language, and what the tests need of it.
struct Language {
    /// As `--language` names it.
    name: &'static str,
    /// The variables of `build.sh` that name its tools.
    tools: &'static [&'static str],
    /// A line of the template's source, what the test adds to it so that a negative tolerance makes the grader fail, and what is told then.
    fails: Option<Fails>,
    /// The source of the metric; none: there are no examples of it, since another language's would be the same.
    source: Option<&'static str>,
}

/// How a grader is made to fail.
struct Fails {
    after: &'static str,
    line: &'static str,
    told: &'static [&'static str],
}

/// What comes with a grader: the answers to a submission and the score or refusal that belongs to it.
#[derive(Deserialize)]
struct Case {
    expected: Option<f64>,
    refused: Option<String>,
}

type Options = Vec<(String, Setting)>;

#[test]
fn c() -> Result<(), Failure> {
    check(&Language { name: "c", tools: &["ZIG"], fails: None, source: Some("grader.c") })
}

#[test]
fn zig() -> Result<(), Failure> {
    check(&Language { name: "zig", tools: &["ZIG"], fails: None, source: Some("grader.zig") })
}

#[test]
fn go() -> Result<(), Failure> {
    check(&Language {
        name: "go",
        tools: &["GO"],
        fails: Some(Fails {
            after: "tolerance := options.Number(\"tolerance\", 0)\n",
            line: "if tolerance < 0 { tolerance = []float64{}[int(-tolerance)] }\n",
            told: &["index out of range [1] with length 0 (grader.go:"],
        }),
        source: Some("grader.go"),
    })
}

#[test]
fn python() -> Result<(), Failure> {
    check(&Language {
        name: "python",
        tools: &["COMPONENTIZE_PY"],
        fails: Some(Fails {
            after: "    tolerance = options.number(\"tolerance\", 0.0)\n",
            line: "    if tolerance < 0:\n        print(\"so far\", target)\n        tolerance = [][3]\n",
            told: &["IndexError: list index out of range; grader.py:", " in grade; printed: so far y"],
        }),
        source: Some("grader.py"),
    })
}

#[test]
fn javascript() -> Result<(), Failure> {
    check(&Language {
        name: "javascript",
        tools: &["COMPONENTIZE_QJS"],
        fails: Some(Fails {
            after: "const tolerance = options.number('tolerance', 0);\n",
            line: "if (tolerance < 0) { console.log('so far', target); tolerance.no.such; }\n",
            told: &["TypeError: ", "at grade (/grader.js:", "printed: so far y"],
        }),
        source: Some("grader.js"),
    })
}

#[test]
fn typescript() -> Result<(), Failure> {
    check(&Language { name: "typescript", tools: &["COMPONENTIZE_QJS", "TSC"], fails: None, source: None })
}

#[test]
fn rust() -> Result<(), Failure> {
    check(&Language { name: "rust", tools: &[], fails: None, source: None })
}

fn check(language: &Language) -> Result<(), Failure> {
    let Some(tools) = language.environment()? else {
        eprintln!("{}: its tools are not installed, so it is not tested: `cargo xtask languages`", language.name);
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let grader = language.written(folder.path(), "errors")?;
    if let (Some(fails), Some(source)) = (&language.fails, language.source) {
        let text = fs::read_to_string(grader.join(source))?;
        let changed = text.replacen(fails.after, &[fails.after, fails.line].concat(), 1);
        assert_ne!(text, changed);
        fs::write(grader.join(source), changed)?;
    }
    let built = language.built(&grader, &tools)?;
    as_it_stands(&built, &grader)?;
    if let Some(fails) = &language.fails {
        a_failure_is_told(&built, fails.told)?;
    }
    let Some(source) = language.source else { return Ok(()) };
    for metric in METRICS {
        let folder = language.written(folder.path(), &metric.name.replace('_', "-"))?;
        let extension = Path::new(source).extension().unwrap_or_default().to_string_lossy();
        let example = root().join(format!("examples/languages/{}/{}.{extension}", language.name, metric.name));
        let text = fs::read_to_string(&example)?.replace("{{name}}", &metric.name.replace('_', "-"));
        fs::write(folder.join(source), text)?;
        same_as_in_rust(&language.built(&folder, &tools)?, metric)?;
    }
    Ok(())
}

impl Language {
    /// What the command that builds a grader is told of its tools; none if one is not installed.
    fn environment(&self) -> Result<Option<Vec<(String, OsString)>>, Failure> {
        if self.name == "rust" {
            let toolchain = Toolchain::find_or_make(&root().join(".toolchain"))?;
            let mut set: Vec<(String, OsString)> = toolchain
                .cargo(&[])
                .get_envs()
                .filter_map(|(name, value)| Some((name.to_string_lossy().into_owned(), value?.to_owned())))
                .collect();
            set.push(("CARGO_TARGET_DIR".into(), root().join("target/tests-rust").into()));
            return Ok(Some(set));
        }
        let found = self.tools.iter().map(|name| Some(((*name).to_owned(), tool(&root(), name)?)));
        Ok(found.collect())
    }

    /// The folder that `assay new grader` writes.
    fn written(&self, parent: &Path, name: &str) -> Result<PathBuf, Failure> {
        let run = assay()?.args(["new", "grader", name, "--language", self.name, "--dir"]).arg(parent).output()?;
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        Ok(parent.join(name))
    }

    /// The component that its `build.sh` makes, loaded: it imports nothing.
    fn built(&self, folder: &Path, tools: &[(String, OsString)]) -> Result<Grader, Failure> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if self.name == "rust" {
            // The versions that this workspace has, so that nothing is downloaded.
            fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        }
        let program: PathBuf = assay()?.get_program().into();
        let mut build = Command::new(folder.join("build.sh"));
        let run = build.env("ASSAY", program).envs(tools.iter().map(|(name, value)| (name, value))).output()?;
        let said = || [run.stdout.as_slice(), &run.stderr].map(String::from_utf8_lossy).concat();
        assert!(run.status.success(), "{}: {}", self.name, said());
        let sandbox = Sandbox::new(SandboxOptions { untrusted: Execution::InProcess, ..SandboxOptions::default() })?;
        let grader = sandbox.load(&fs::read(folder.join(format!("{name}.wasm")))?, Trust::Others)?;
        assert_eq!(grader.description().name, name);
        Ok(grader)
    }
}

/// The grader of the template: its cases, and what is refused.
fn as_it_stands(grader: &Grader, folder: &Path) -> Result<(), Failure> {
    let options = vec![text("target", "y")];
    let mut cases = 0;
    for case in fs::read_dir(folder.join("cases"))? {
        let folder = case?.path();
        let case: Case = toml::from_str(&fs::read_to_string(folder.join("case.toml"))?)?;
        let table = |name: &str| Ok::<_, Failure>(numbers(cells(&fs::read_to_string(folder.join(name))?)));
        let outcome = graded(grader, &table("submission.csv")?, &table("answers.csv")?, &options)?;
        match (case.expected, case.refused, &outcome) {
            (Some(expected), None, Outcome::Scored(score)) => assert_eq!(score.value, expected),
            (None, Some(words), Outcome::Invalid(problems)) => {
                assert!(problems[0].message.contains(&words), "{problems:?}");
                assert_eq!((problems[0].row, problems[0].column.as_deref()), (Some(1), Some("y")));
            }
            _ => panic!("{}: {outcome:?}", folder.display()),
        }
        cases += 1;
    }
    assert_eq!(cases, 2);
    let answers = numbers(vec![Some(1.0), Some(2.0)]);

    // An option, and a figure beside the score.
    let tolerant = [options.clone(), vec![("tolerance".to_owned(), Setting::Number(1.0))]].concat();
    let outcome = graded(grader, &numbers(vec![Some(2.0), Some(5.0)]), &answers, &tolerant)?;
    let Outcome::Scored(score) = outcome else { panic!("{outcome:?}") };
    assert_eq!((score.value, score.details[0].name.as_str(), score.details[0].value), (1.5, "largest error", 3.0));

    // Text where numbers are needed, and a column that is not there.
    let words = texts(vec!["a".into(), "b".into()]);
    let problems = grader.validate(&words, &options, &Cancel::new())?.problems;
    let expected = Problem { message: "it is not of numbers".into(), row: None, column: Some("y".into()) };
    assert_eq!(problems, Ok(vec![expected]));
    let outcome = graded(grader, &numbers(vec![Some(1.0), Some(2.0)]), &numbers(vec![None, None]), &options)?;
    assert_eq!(outcome, Outcome::Fault(Fault::Grader("no row has an answer".into())));
    Ok(())
}

/// An error that nobody caught: what it was, where, and what was printed before.
fn a_failure_is_told(grader: &Grader, told: &[&str]) -> Result<(), Failure> {
    let options = vec![text("target", "y"), ("tolerance".into(), Setting::Number(-1.0))];
    let table = numbers(vec![Some(1.0)]);
    let Outcome::Fault(Fault::Grader(said)) = graded(grader, &table, &table, &options)? else { panic!("no failure") };
    assert!(told.iter().all(|words| said.contains(words)), "{said}");
    Ok(())
}

/// One of the three metrics.
struct Metric {
    /// The name of its source.
    name: &'static str,
    /// The grader of this project that computes it too.
    rust: &'static str,
    options: fn() -> Options,
    rust_options: fn() -> Options,
    /// A column of submissions and one of answers, of so many rows.
    columns: fn(&mut Rng, usize) -> [ArrayRef; 2],
}

const METRICS: &[Metric] = &[
    Metric {
        name: "roc_auc",
        rust: "roc-auc",
        options: || vec![text("target", "y")],
        rust_options: || vec![("targets".into(), Setting::Texts(vec!["y".into()]))],
        columns: |random, rows| {
            // Few different scores, so that many are equal.
            let scores = Float64Array::from_iter_values((0..rows).map(|_| f64::from(random.u8(..50)) / 7.0));
            let labels = Int64Array::from_iter_values((0..rows).map(|row| i64::from(row % 3 == 0)));
            [Arc::new(scores), Arc::new(labels)]
        },
    },
    Metric {
        name: "map_at_k",
        rust: "map-at-k",
        options: || vec![text("target", "y"), ("k".into(), Setting::Integer(5))],
        rust_options: || vec![text("target", "y"), ("k".into(), Setting::Integer(5))],
        columns: |random, rows| {
            // Items of several lengths and bytes, some of them twice, some of them empty.
            const ITEMS: [&str; 9] = ["a", "b", "aa", "é", "日本", "10", "9", "", "x_y"];
            let mut lists = || {
                let list = |random: &mut Rng| {
                    let items: Vec<&str> = (0..random.usize(1..8)).map(|_| ITEMS[random.usize(..9)]).collect();
                    format!("z{}", items.join(" "))
                };
                (0..rows).map(|_| Some(list(random))).collect::<Vec<_>>()
            };
            [Arc::new(StringArray::from(lists())), Arc::new(StringArray::from(lists()))]
        },
    },
    Metric {
        name: "dice",
        rust: "mask-f-beta",
        options: || vec![text("target", "y"), ("both_empty".into(), Setting::Number(0.75))],
        rust_options: || {
            let columns = vec![text("target", "y"), text("height", "height"), text("width", "width")];
            [columns, vec![("both_empty".into(), Setting::Number(0.75))]].concat()
        },
        columns: |random, rows| {
            let mut masks = || {
                let mask = |random: &mut Rng| {
                    let mut at = 1;
                    let mut runs = Vec::new();
                    for _ in 0..random.u32(..5) {
                        let (start, length) = (at + random.u32(..20), random.u32(1..30));
                        at = start + length;
                        runs.push(format!("{start} {length}"));
                    }
                    (!runs.is_empty()).then(|| runs.join(" "))
                };
                (0..rows).map(|_| mask(random)).collect::<Vec<_>>()
            };
            [Arc::new(StringArray::from(masks())), Arc::new(StringArray::from(masks()))]
        },
    },
];

/// A metric's scores are those of the project's own grader, to the last bit, and of any number of rows: sums are added in one order.
fn same_as_in_rust(grader: &Grader, metric: &Metric) -> Result<(), Failure> {
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let own = fs::read(root().join(format!("target/graders/{}.wasm", metric.rust)))?;
    let own = sandbox.load(&own, Trust::Own)?;
    let mut random = Rng::with_seed(7);
    for rows in [3, 10, 127, 1000] {
        let [y_pred, y_true] = (metric.columns)(&mut random, rows);
        let size: ArrayRef = Arc::new(Int64Array::from(vec![300; rows]));
        let submission = RecordBatch::try_from_iter([("y", y_pred)])?;
        let answers = RecordBatch::try_from_iter([("y", y_true.clone())])?;
        let with_size = RecordBatch::try_from_iter([("y", y_true), ("height", size.clone()), ("width", size)])?;
        let expected = graded(&own, &submission, &with_size, &(metric.rust_options)())?;
        let found = graded(grader, &submission, &answers, &(metric.options)())?;
        let (Outcome::Scored(expected), Outcome::Scored(found)) = (&expected, &found) else {
            panic!("{}: {expected:?} {found:?}", metric.name)
        };
        assert_eq!(found.value.to_bits(), expected.value.to_bits(), "{} of {rows} rows", metric.name);
    }
    Ok(())
}

fn text(name: &str, value: &str) -> (String, Setting) {
    (name.to_owned(), Setting::Text(value.to_owned()))
}

fn graded(
    grader: &Grader,
    submission: &RecordBatch,
    answers: &RecordBatch,
    options: &Options,
) -> Result<Outcome, Failure> {
    let task = Task { submission, aligned: submission, answers, options };
    Ok(grader.grade(&task, &Cancel::new())?.outcome)
}

fn numbers(cells: Vec<Option<f64>>) -> RecordBatch {
    // What a missing number holds is NaN, as the contract has it.
    let values: Vec<f64> = cells.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect();
    let present = NullBuffer::from_iter(cells.iter().map(Option::is_some));
    let column: ArrayRef = Arc::new(Float64Array::new(values.into(), Some(present)));
    RecordBatch::try_from_iter([("y", column)]).unwrap_or_else(|error| panic!("{error}"))
}

fn texts(cells: Vec<String>) -> RecordBatch {
    let column: ArrayRef = Arc::new(StringArray::from(cells));
    RecordBatch::try_from_iter([("y", column)]).unwrap_or_else(|error| panic!("{error}"))
}

/// The second column of a file.
fn cells(file: &str) -> Vec<Option<f64>> {
    file.lines().skip(1).map(|line| line.split(',').nth(1)?.parse().ok()).collect()
}
