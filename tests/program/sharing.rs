//! Graders that are compiled ahead, and graders that are added to a folder.

use std::fs;
use std::path::{Path, PathBuf};

use assay_tests::attacks::{SPINS, VERSION, component};
use assay_tests::{Failure, assay, root};
use assay_types::sha256;
use serde_json::Value;
use tempfile::TempDir;

/// The competition that these tests grade, and its grader.
const ID: &str = "breast-cancer-wisconsin";
const GRADER: &str = "roc-auc";

/// What came of a run.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn json(&self) -> Result<Value, Failure> {
        serde_json::from_str(&self.stdout).map_err(|error| format!("{error}: {}{}", self.stdout, self.stderr).into())
    }
}

/// A folder with a cache, graders and whatever else a test needs.
struct World(TempDir);

impl World {
    fn new() -> Result<Self, Failure> {
        Ok(World(tempfile::tempdir()?))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.path(name);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(&path, content)?;
        Ok(path)
    }

    /// Runs the program in this folder, with a cache of its own.
    fn run(&self, arguments: &[&str]) -> Result<Run, Failure> {
        let output = assay()?.current_dir(&self.0).args(["--cache-dir", "cache"]).args(arguments).output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    /// Grades the example's submission with the graders of `graders`.
    fn graded(&self, arguments: &[&str]) -> Result<Run, Failure> {
        let examples = root().join("examples");
        let submission = examples.join(ID).join("logistic-regression.csv").display().to_string();
        let examples = examples.display().to_string();
        let grade = ["grade-sample", &submission, ID, "--competitions", &examples, "--data-dir", &examples];
        self.run(&[&grade, ["--format", "json", "--graders", "graders"].as_slice(), arguments].concat())
    }

    /// The names of the files below a folder, in order.
    fn files(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&self.0)?.display().to_string());
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

fn built(name: &str) -> Result<Vec<u8>, Failure> {
    Ok(fs::read(root().join(format!("target/graders/{name}.wasm")))?)
}

/// The same grader with other bytes: a custom section without content is added.
fn changed(mut grader: Vec<u8>) -> Vec<u8> {
    grader.extend(b"\0\x02\x01x");
    grader
}

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
    for (outcome, files) in [("compiled", 5), ("was-there", 5)] {
        let run = world.run(&warm)?;
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        let expected = [
            ("accuracy", outcome),
            (GRADER, outcome),
            ("mine", outcome),
            ("none.wasm", "refused"),
            ("other.wasm", outcome),
        ];
        assert_eq!(outcomes(&run)?, expected.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())));
        // Four of machine code, and why one was refused.
        assert_eq!(world.files("cache")?.len(), files, "{:?}", world.files("cache")?);
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

/// A component comes with its cases, both are pinned, and nothing takes the place of another unless that is said.
#[test]
fn a_grader_is_added_and_pinned() -> Result<(), Failure> {
    let world = World::new()?;
    let (one, other) = (changed(built(GRADER)?), changed(changed(built(GRADER)?)));
    world.write("one/mine.wasm", &one)?;
    world.write("one/notes.txt", b"not a case")?;
    for file in ["case.toml", "submission.csv", "answers.csv", "notes.txt"] {
        let case = root().join("plugins").join(GRADER).join("cases");
        let first = fs::read_dir(case)?.next().ok_or("no case")??.path();
        world.write(&format!("one/cases/first/{file}"), &fs::read(first.join(file)).unwrap_or_default())?;
    }
    world.write("two/mine.wasm", &other)?;
    let add = |from: &str, more: &[&str]| {
        world.run(&[&["graders", "add", from, "--graders", "graders", "--format", "json"], more].concat())
    };
    for outcome in ["new", "was-there"] {
        let run = add("one", &[])?;
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let told = run.json()?;
        assert_eq!((&told["outcome"], &told["cases"]), (&outcome.into(), &1.into()), "{told}");
        assert_eq!(told["sha256"], sha256(&one));
    }
    let cases = ["answers.csv", "case.toml", "submission.csv"].map(|file| format!("graders/mine/cases/first/{file}"));
    let expected: Vec<String> =
        ["graders/assay.lock".to_owned()].into_iter().chain(["graders/mine.wasm".into()]).chain(cases).collect();
    let mut found = world.files("graders")?;
    found.sort();
    let mut sorted = expected.clone();
    sorted.sort();
    assert_eq!(found, sorted);
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, one);
    let lock = fs::read_to_string(world.path("graders/assay.lock"))?;
    assert!(lock.contains(&format!("mine = \"sha256:{}\"", sha256(&one))) && lock.contains("[cases]"), "{lock}");
    // The lock of all that is at hand has the same digests.
    let all = world.run(&["lock", "--graders", "graders"])?.stdout;
    for line in lock.lines().filter(|line| line.starts_with("mine")) {
        assert!(all.contains(line), "{line}");
    }

    let refused = add("two/mine.wasm", &[])?;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for part in [&sha256(&one), &sha256(&other), "--replace", "in the folder"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, one);
    assert_eq!(add("two/mine.wasm", &["--name", "second"])?.json()?["outcome"], "new");
    assert_eq!(add("two/mine.wasm", &["--replace"])?.json()?["outcome"], "replaced");
    assert_eq!(fs::read(world.path("graders/mine.wasm"))?, other);
    // Cases stay where none come along.
    assert!(world.path("graders/mine/cases/first/case.toml").is_file());
    // Other cases are others.
    world.write("two/cases/first/case.toml", b"expected = 0.25\nsource = \"by hand\"\n")?;
    for file in ["submission.csv", "answers.csv"] {
        world.write(&format!("two/cases/first/{file}"), &fs::read(world.path(&format!("one/cases/first/{file}")))?)?;
    }
    let refused = add("two", &[])?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("cases of grader `mine`"), "{}", refused.stderr);
    assert_eq!(add("two", &["--replace"])?.json()?["outcome"], "replaced");
    assert!(fs::read_to_string(world.path("graders/mine/cases/first/case.toml"))?.contains("0.25"));
    // The program's own are others too.
    let refused = add("one", &["--name", "accuracy"])?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("among those that the program carries"), "{}", refused.stderr);
    Ok(())
}

/// A grader whose file was changed after it was pinned is not used, until it is pinned anew.
#[test]
fn what_is_pinned_is_not_changed_unseen() -> Result<(), Failure> {
    let world = World::new()?;
    let (one, other) = (changed(built(GRADER)?), changed(changed(built(GRADER)?)));
    let file = world.write("roc-auc.wasm", &one)?.display().to_string();
    let add = ["graders", "add", file.as_str(), "--graders", "graders", "--replace", "--format", "json"];
    assert_eq!(world.run(&add)?.code, Some(0));
    let score = 0.989_973_333_333_333_4;
    assert_eq!(world.graded(&[])?.json()?["score_exact"], score);
    fs::write(world.path("graders/roc-auc.wasm"), &other)?;
    let run = world.graded(&[])?;
    assert_eq!(run.code, Some(2), "{}", run.stdout);
    for part in [&sha256(&one), &sha256(&other), "assay.lock", "--replace"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert!(!run.stderr.contains(&world.0.path().display().to_string()), "{}", run.stderr);
    fs::write(&file, &other)?;
    assert_eq!(world.run(&add)?.code, Some(0));
    assert_eq!(world.graded(&[])?.json()?["score_exact"], score);
    // A lock that is none is said, with its line.
    fs::write(world.path("graders/assay.lock"), "version = 1\nnothing\n")?;
    let run = world.graded(&[])?;
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("assay.lock: line 2"), "{}", run.stderr);
    Ok(())
}

#[test]
fn what_is_no_grader_is_not_added() -> Result<(), Failure> {
    let world = World::new()?;
    world.write("core.wasm", &wat::parse_str("(module)")?)?;
    world.write("files.wasm", &wat::parse_str("(component (import \"files\" (func)))")?)?;
    world.write("source/competition.toml", b"")?;
    world.write("source/score.py", b"")?;
    world.write("empty/README.md", b"")?;
    for name in ["one", "two"] {
        world.write(&format!("several/{name}.wasm"), b"")?;
    }
    world.write("good.wasm", &built("accuracy")?)?;
    let cases: [(&[&str], i32, &str); 9] = [
        (&["core.wasm"], 1, "`assay component MODULE.wasm -o NAME.wasm`"),
        (&["files.wasm"], 1, "the component imports `files`"),
        (&["source"], 2, "belongs to its competition: name the folder above both by `--competitions`"),
        (&["empty"], 2, "build the grader first"),
        (&["several"], 2, "there are several components in it"),
        (&["absent"], 2, "there is no such file or folder"),
        (&["good.wasm", "--name", "../good"], 2, "is no name of a grader"),
        (&["good.wasm", "--verify-with-key", "key"], 2, "signatures are of artifacts in registries"),
        (&["oci://localhost:1/a:b@sha256:0"], 2, "the digest must be `sha256:` and 64 digits"),
    ];
    for (arguments, code, expected) in cases {
        let run = world.run(&[&["graders", "add", "--graders", "graders"], arguments].concat())?;
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
    assert!(!world.path("graders/assay.lock").exists());
    let run = world.run(&["graders", "add", "good.wasm"])?;
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--graders DIR, or set ASSAY_GRADERS"), "{}", run.stderr);
    // The variable is as good as the option.
    let output = assay()?
        .current_dir(&world.0)
        .args(["graders", "add", "good.wasm", "--name", "mine"])
        .env("ASSAY_GRADERS", world.path("graders"))
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(Path::new(&world.path("graders/mine.wasm")).is_file());
    Ok(())
}
