//! `assay component`, `assay wit` and `assay new`: from a core module to a grader, and what is said where that fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch};
use assay_component::{CONTRACT, ComponentError, System, component};
use assay_sandbox::{Cancel, Execution, Outcome, Sandbox, SandboxOptions, Task, Trust};
use assay_tests::attacks::{self, VERSION};
use assay_tests::{Failure, assay, root};

/// A core module with the contract's functions; `fields` are added, and imports have to come first.
fn module(imports: &str, fields: &str) -> Result<Vec<u8>, Failure> {
    let text = attacks::module("made-here", fields, VERSION);
    Ok(wat::parse_str(text.replacen("(module\n", &format!("(module\n{imports}\n"), 1))?)
}

/// The exit code and the messages of a command.
fn said(arguments: &[&str], files: &[&Path]) -> Result<(Option<i32>, String), Failure> {
    let run = assay()?.args(arguments).args(files).output()?;
    Ok((run.status.code(), String::from_utf8_lossy(&run.stderr).into_owned()))
}

fn written(folder: &Path, name: &str, content: &[u8]) -> Result<PathBuf, Failure> {
    let path = folder.join(name);
    fs::write(&path, content)?;
    Ok(path)
}

/// What a grader gives for a table of one row.
fn score(component: &[u8]) -> Result<Outcome, Failure> {
    let options = SandboxOptions { untrusted: Execution::InProcess, ..SandboxOptions::default() };
    let grader = Sandbox::new(options)?.load(component, Trust::Others)?;
    let column: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    let table = RecordBatch::try_from_iter([("y", column)])?;
    let task = Task { submission: &table, aligned: &table, answers: &table, options: &[] };
    Ok(grader.grade(&task, &Cancel::new())?.outcome)
}

#[test]
fn a_core_module_becomes_a_grader() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let module = module("", "")?;
    let (from, to) = (written(folder.path(), "core.wasm", &module)?, folder.path().join("made-here.wasm"));
    let mut made = Vec::new();
    for _ in 0..2 {
        let (code, told) = said(&["component", "--output"], &[&to, &from])?;
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains("made-here 1.0.0") && told.contains("imports nothing"), "{told}");
        made.push(fs::read(&to)?);
    }
    assert!(made[0] == made[1], "the same module gives other bytes");
    let Outcome::Scored(score) = score(&made[0])? else { return Err("no score".into()) };
    assert_eq!(score.value, 0.5);
    Ok(())
}

#[test]
fn what_is_no_grader_is_refused_with_the_remedy() -> Result<(), Failure> {
    const WRITE: &str =
        r#"(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))"#;
    let folder = tempfile::tempdir()?;
    let whole = component(&module("", "")?, System::None)?;
    let cases: [(&str, Vec<u8>, &[&str]); 8] = [
        ("text", b"(module)".to_vec(), &["not a WebAssembly module"]),
        ("component", whole, &["it is a component already", "assay audit"]),
        ("empty", wat::parse_str("(module)")?, &["`assay:grader/grading@0.1.0#describe`", "assay new grader"]),
        ("program", wat::parse_str(r#"(module (func (export "_start")))"#)?, &["_start", "reactor"]),
        ("system", module(WRITE, "")?, &["`fd_write` from wasi_snapshot_preview1", "--stub-wasi"]),
        ("undefined", module(r#"(import "env" "log" (func))"#, "")?, &["`env.log`", "declared and not defined"]),
        (
            "signature",
            module("", r##"(func (export "#describe") (param i32) (result i32) (i32.const 0))"##)?,
            &["does not fit the contract"],
        ),
        (
            "describe",
            module("", r##"(func (export "#describe") (result i32) (unreachable))"##)?,
            &["`describe` failed", "unreachable"],
        ),
    ];
    for (name, module, words) in cases {
        let (from, to) = (written(folder.path(), name, &module)?, folder.path().join("none.wasm"));
        let (code, told) = said(&["component", "-o"], &[&to, &from])?;
        assert_eq!(code, Some(1), "{name}: {told}");
        assert!(words.iter().all(|word| told.contains(word)), "{name}: {told}");
        assert!(!to.exists(), "{name} was written");
    }
    let missing = folder.path().join("missing.wasm");
    assert_eq!(said(&["component", "-o"], &[&missing, &missing])?.0, Some(2));
    Ok(())
}

/// The system interface that has nothing behind it: what it promises, as a score of a module that asks.
#[test]
fn the_stub_of_a_system_has_nothing_behind_it() -> Result<(), Failure> {
    const I32: &str = "f64.convert_i32_u";
    const I64: &str = "f64.convert_i64_u";
    // Imports, what is done first, and the number that is the score.
    let asks: [(&str, &str, String, f64); 8] = [
        (
            r#""clock_time_get" (func $f (param i32 i64 i32) (result i32))"#,
            "(drop (call $f (i32.const 0) (i64.const 0) (i32.const 64)))
             (drop (call $f (i32.const 1) (i64.const 0) (i32.const 72)))",
            format!("({I64} (i64.sub (i64.load (i32.const 72)) (i64.load (i32.const 64))))"),
            1000.0,
        ),
        (
            r#""random_get" (func $f (param i32 i32) (result i32))"#,
            "(drop (call $f (i32.const 64) (i32.const 2)))",
            format!("({I32} (i32.load16_u (i32.const 64)))"),
            // The upper bytes of x = 6364136223846793005 x + 1442695040888963407 from 0, the first one the lower.
            f64::from(0x14_u16 + 0x100 * 0x1a),
        ),
        (
            r#""fd_write" (func $f (param i32 i32 i32 i32) (result i32))"#,
            "(i32.store (i32.const 68) (i32.const 5)) (i32.store (i32.const 76) (i32.const 7))
             (drop (call $f (i32.const 1) (i32.const 64) (i32.const 2) (i32.const 96)))",
            format!("({I32} (i32.load (i32.const 96)))"),
            12.0,
        ),
        (
            r#""fd_write" (func $f (param i32 i32 i32 i32) (result i32))"#,
            "",
            format!("({I32} (call $f (i32.const 3) (i32.const 64) (i32.const 0) (i32.const 96)))"),
            8.0,
        ),
        (
            r#""path_open" (func $f (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32))"#,
            "",
            format!(
                "({I32} (call $f (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i64.const 0)
                 (i32.const 0) (i32.const 0)))"
            ),
            8.0,
        ),
        (
            r#""environ_sizes_get" (func $f (param i32 i32) (result i32))"#,
            "(i32.store (i32.const 64) (i32.const 9)) (i32.store (i32.const 68) (i32.const 9))
             (drop (call $f (i32.const 64) (i32.const 68)))",
            format!("({I32} (i32.add (i32.load (i32.const 64)) (i32.load (i32.const 68))))"),
            0.0,
        ),
        // A wait of an hour is over at once, and all that was waited for has happened.
        (
            r#""poll_oneoff" (func $f (param i32 i32 i32 i32) (result i32))"#,
            "(i64.store (i32.const 88) (i64.const 3600000000000))
             (drop (call $f (i32.const 64) (i32.const 256) (i32.const 2) (i32.const 320)))",
            format!("({I32} (i32.load (i32.const 320)))"),
            2.0,
        ),
        (
            r#""sched_yield" (func $f (result i32))"#,
            "",
            format!("({I32} (call $f))"),
            0.0,
        ),
    ];
    for (import, first, score_of, expected) in asks {
        let name = import.split('"').nth(1).unwrap_or_default();
        let import = format!(r#"(import "wasi_snapshot_preview1" {import})"#);
        let fields = format!(r##"(func (export "#grade") (type $grade) {first} (call $score {score_of}))"##);
        let made = component(&module(&import, &fields)?, System::Stub)?;
        let Outcome::Scored(score) = score(&made)? else { return Err(format!("{name}: no score").into()) };
        assert_eq!(score.value, expected, "{name}");
    }
    let exit = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;
    let fields = r##"(func (export "#grade") (type $grade) (call $exit (i32.const 0)) (unreachable))"##;
    let outcome = score(&component(&module(exit, fields)?, System::Stub)?)?;
    assert!(matches!(outcome, Outcome::Fault(_)), "{outcome:?}");
    // What is no function of that interface is not supplied.
    let unknown = r#"(import "wasi_snapshot_preview1" "no_such_thing" (func))"#;
    assert!(matches!(component(&module(unknown, "")?, System::Stub), Err(ComponentError::Contract(_))));
    Ok(())
}

/// A component that imports a system interface is refused in the words of the toolchain that made it. These are its own claims.
#[test]
fn a_refusal_names_the_toolchain_and_its_remedy() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let rust = r#"(@producers (processed-by "rustc" "1.95.0"))"#;
    let cases: [(&str, &[&str]); 8] = [
        (r#"(@name "componentize_py_runtime.wasm")"#, &["componentize-py", "`--stub-wasi`"]),
        (r#"(@producers (processed-by "ComponentizeJS" "0.23.0"))"#, &["componentize-js", "--disable"]),
        (&format!(r#"{rust} (@custom "dylink.0" "")"#), &["componentize-qjs", "`--sync --stub-wasi`"]),
        (r#"(@producers (language "Go" "go1.27.3"))"#, &["Go", "-buildmode=c-shared", "assay component --stub-wasi"]),
        (r#"(@producers (processed-by "TinyGo" "0.40"))"#, &["TinyGo", "assay component --stub-wasi"]),
        (r#"(@producers (processed-by "clang" "22"))"#, &["Clang", "-mexec-model=reactor"]),
        (rust, &["Rust", "wasm32-unknown-unknown"]),
        ("", &["a grader imports nothing"]),
    ];
    for (number, (signs, words)) in cases.iter().enumerate() {
        let text = format!(r#"(component (import "wasi:cli/environment@0.2.0" (instance)) (core module $m {signs}))"#);
        let file = written(folder.path(), &format!("g{number}.wasm"), &wat::parse_str(text)?)?;
        let run = assay()?.args(["audit", "--format", "table", "--kind", "file"]).arg(&file).output()?;
        assert_eq!(run.status.code(), Some(1));
        // The table breaks lines where they are long.
        let told = String::from_utf8_lossy(&run.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.iter().all(|word| told.contains(word)), "{signs}: {told}");
        assert_eq!(told.contains("It seems to be built by"), !signs.is_empty(), "{told}");
    }
    Ok(())
}

#[test]
fn the_contract_is_printed_as_it_is() -> Result<(), Failure> {
    let file = fs::read_to_string(root().join("wit/0.1.0/grader.wit"))?;
    let run = assay()?.arg("wit").output()?;
    assert_eq!(String::from_utf8_lossy(&run.stdout).trim_end(), file.trim_end());
    assert_eq!(CONTRACT, file);
    let (code, told) = said(&["wit", "--version", "9.9.9"], &[])?;
    assert_eq!(code, Some(2));
    assert!(told.contains("there is only 0.1.0"), "{told}");
    Ok(())
}

#[test]
fn a_new_grader_overwrites_nothing() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let new = |name: &str| said(&["new", "grader", name, "--language", "c", "--dir"], &[folder.path()]);
    assert_eq!(new("my-metric")?.0, Some(0));
    let source = folder.path().join("my-metric/grader.c");
    assert!(fs::read_to_string(&source)?.contains(r#".name = "my-metric""#));
    fs::write(&source, "mine")?;
    let (code, told) = new("my-metric")?;
    assert_eq!(code, Some(2));
    assert!(told.contains("is there already"), "{told}");
    assert_eq!(fs::read_to_string(&source)?, "mine");
    for name in ["My-metric", "my_metric", "-x", "x-", "a--b", "", "9a", "../x", &"x".repeat(65)] {
        let (code, told) = new(name)?;
        assert_eq!(code, Some(2), "{name}: {told}");
    }
    assert_eq!(fs::read_dir(&folder)?.count(), 1);
    let (code, told) = said(&["new", "grader", "mine", "--language", "c", "--dir"], &[&folder.path().join("none")])?;
    assert!(code == Some(2) && told.contains("no folder to make it in"), "{told}");
    Ok(())
}

/// Every placeholder of a template is filled in, in every language.
#[test]
fn a_new_grader_is_whole() -> Result<(), Failure> {
    fn check(folder: &Path) -> Result<(), Failure> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                check(&path)?;
            } else {
                let text = fs::read_to_string(&path)?;
                let placeholders = ["name", "language", "needs", "source", "sdk", "test"];
                let left = placeholders.iter().find(|word| text.contains(&["{{", word, "}}"].concat()));
                assert_eq!(left, None, "{}", path.display());
            }
        }
        Ok(())
    }
    let folder = tempfile::tempdir()?;
    for language in ["rust", "python", "javascript", "typescript", "c", "zig", "go"] {
        let (code, told) = said(&["new", "grader", language, "--language", language, "--dir"], &[folder.path()])?;
        assert_eq!(code, Some(0), "{told}");
        let made = folder.path().join(language);
        check(&made)?;
        for file in ["README.md", "build.sh", ".gitignore", "wit/0.1.0/grader.wit", "cases/known-value/case.toml"] {
            assert!(made.join(file).is_file(), "{language} has no {file}");
        }
    }
    Ok(())
}
