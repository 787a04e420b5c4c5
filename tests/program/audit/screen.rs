//! The first screen: what it holds for graders of all kinds, and that it is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_tests::attacks::{VERSION, component, module, wrap};
use assay_tests::{Failure, interpreters, root};
use serde_json::{Value, json};

use super::{audit, run, table};

/// A screen: so many lines of so many columns.
const LINES: usize = 40;
const COLUMNS: usize = 100;

/// How many lines a table takes where what is too wide is broken into lines of its column of values.
fn lines(table: &str) -> usize {
    let broken = |line: &str| {
        // Names stand before values: as many columns as the longest, and two.
        let of_values = COLUMNS - 20;
        let width = line.chars().count();
        if width <= COLUMNS { 1 } else { 1 + (width - COLUMNS).div_ceil(of_values) }
    };
    table.trim_end().lines().map(broken).sum()
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> Result<String, Failure> {
    let path = folder.join(name);
    fs::write(&path, bytes)?;
    Ok(path.display().to_string())
}

/// A grader of this text, with sections of these signs in its module.
fn signed(signs: &str) -> Result<Vec<u8>, Failure> {
    let text = module("signed", "", VERSION);
    let text = text.strip_suffix(')').ok_or("no module")?;
    wrap(&wat::parse_str(format!("{text}\n{signs})"))?, VERSION)
}

/// The folder of a grader in C as `assay new grader` writes and builds it; none without the compiler, which is said.
fn grader_in_c(folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let Some(zig) = xtask::languages::tool(&root(), "ZIG") else {
        eprintln!("not tested for C: `cargo xtask languages` installs the compiler");
        return Ok(None);
    };
    let made =
        assay_tests::assay()?.args(["new", "grader", "in-c", "--language", "c", "--dir"]).arg(folder).output()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let program = PathBuf::from(assay_tests::assay()?.get_program());
    let built =
        Command::new("./build.sh").current_dir(folder.join("in-c")).env("ZIG", zig).env("ASSAY", program).output()?;
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Ok(Some(folder.join("in-c")))
}

#[test]
fn it_is_one_screen_for_any_grader() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut names: Vec<String> = assay_builtin::graders().map(|(name, _)| name.to_owned()).collect();
    names.extend(["spaceship-titanic", "jigsaw-unintended-bias-in-toxicity-classification"].map(str::to_owned));
    let imports: String = (0..100).map(|i| format!("(import \"{}{i}\" (func))", "a".repeat(80))).collect();
    names.push(written(folder.path(), "imports.wasm", &wat::parse_str(format!("(component {imports})"))?)?);
    names.push(written(folder.path(), "core.wasm", &wat::parse_str("(module (func))")?)?);
    names.push(written(folder.path(), "text.wasm", b"no component")?);
    let texts = component("many-options", &many_options(64), VERSION)?;
    names.push(written(folder.path(), "many-options.wasm", &texts)?);
    names.extend(grader_in_c(folder.path())?.map(|path| path.display().to_string()));
    names.extend(interpreters().map(|path| path.join("python.wasm").display().to_string()));
    for name in names {
        let screen = table(&[&name])?;
        assert!(lines(&screen) <= LINES, "{name} takes {} lines: {screen}", lines(&screen));
        for row in ["sha256", "in the lock", "passes", "limits", "cases", "used by", "rebuild", "--all"] {
            assert!(screen.contains(row), "{name}: no {row}: {screen}");
        }
    }
    Ok(())
}

/// A grader with so many options, each of which says much.
fn many_options(count: usize) -> String {
    let text = format!("(data (i32.const 32768) \"{}\")", "so much to say ".repeat(60));
    let each: String = (0..count)
        .map(|number| {
            format!(
                "(call $option (i32.const {number}) (i32.const {}) (i32.const 4))
                 (call $pair (i32.const {}) (i32.const 32768) (i32.const 900))",
                40000 + 4 * number,
                4096 + 20 * number + 12
            )
        })
        .collect();
    let letter = |digit: usize| char::from(b'a' + digit as u8);
    let names: String = (0..count)
        .map(|number| ["o", "p", &letter(number / 8).to_string(), &letter(number % 8).to_string()].concat())
        .collect();
    format!(
        "{text}(data (i32.const 40000) \"{names}\")
        (func (export \"#describe\") (result i32) {each} (call $describe (i32.const 64) (i32.const LENGTH) (i32.const {count})))"
    )
}

#[test]
fn it_says_what_a_reviewer_has_to_know() -> Result<(), Failure> {
    let screen = table(&["mask-f-beta"])?;
    let bytes = fs::read(root().join("target/graders/mask-f-beta.wasm"))?;
    for said in [
        "mask-f-beta 0.1.0; higher is better",
        &assay_types::sha256(&bytes),
        "yes: this very digest",
        "nothing: it touches nothing but what it is handed",
        "the contract alone: assay:grader/grading@0.1.0",
        "1 core instance, 1 memory, 1 table",
        "none that is known",
        "Rust: a claim",
        "the engine gives NaNs the same bits everywhere",
        "fuel 10,000,000,000 and 10,000 a byte handed over; 60s",
        "1 GiB in 4 memories, 1 MiB of stack, 100,000 elements in 16 tables, 64 core instances",
        "component of 32 MiB; to compile: 120s of a processor, 300s, 2 GiB",
        "beta (number, optional, default 1): how much more recall weighs than precision\n",
        "sha256sum target/graders/mask-f-beta.wasm",
    ] {
        assert!(screen.contains(said), "{said}: {screen}");
    }
    // What takes its time to read is behind `--all`.
    let all = table(&["mask-f-beta", "--all"])?;
    for said in ["floating point: ", "compile memory bytes: 2147483648", "name bytes: 256", "→ grade"] {
        assert!(all.contains(said) && !screen.contains(said), "{said}: {all}");
    }
    Ok(())
}

/// What is another grader of a name that the lock has is said, and what is none of the program's.
#[test]
fn the_lock_is_held_against_the_digest() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let graders = folder.path().display().to_string();
    let known = fs::read(root().join("target/graders/accuracy.wasm"))?;
    written(folder.path(), "roc-auc.wasm", &known)?;
    let renamed = written(folder.path(), "renamed.wasm", &known)?;
    let other = written(folder.path(), "other.wasm", &component("other", "", VERSION)?)?;
    for (arguments, locked) in [
        (vec!["roc-auc"], "same"),
        (vec!["roc-auc", "--graders", &graders], "another"),
        (vec![renamed.as_str()], "same"),
        (vec![other.as_str()], "absent"),
    ] {
        let (found, _) = audit(&arguments)?;
        assert_eq!(found["grader"]["locked"], locked, "{arguments:?}");
    }
    let (found, _) = audit(&["spaceship-titanic"])?;
    assert_eq!(found["competition"]["locked"], "same");
    // Another lock is another answer.
    let digests =
        format!("version = 1\n[graders]\nroc-auc = \"sha256:{}\"\n[competitions]\n", assay_types::sha256(&known));
    let lock = written(folder.path(), "some.lock", digests.as_bytes())?;
    let (found, _) = audit(&["roc-auc", "--lock", &lock])?;
    assert_eq!(found["grader"]["locked"], "another");
    Ok(())
}

#[test]
fn a_runtime_and_a_toolchain_are_named_as_claims() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let cases = [
        (r#"(@producers (language "Go" "go1.27.3"))"#, "Go 1.27.3, by", "go", "same"),
        (r#"(@producers (processed-by "TinyGo" "0.40.1"))"#, "TinyGo 0.40.1, by", "tiny-go", "unknown"),
        (r#"(@producers (processed-by "ComponentizeJS" "0.23.0"))"#, "SpiderMonkey, by", "componentize-js", "other"),
        (
            r#"(@producers (processed-by "rustc" "1.95.0")) (data (i32.const 9000) "a QuickJS job")"#,
            "QuickJS, by",
            "rust",
            "same",
        ),
        (r#"(@producers (processed-by "clang" "22"))"#, "none that is known", "clang", "same"),
        ("", "none that is known", "", "unknown"),
    ];
    for (number, (signs, runtime, toolchain, rebuilds)) in cases.iter().enumerate() {
        let path = written(folder.path(), &format!("g{number}.wasm"), &signed(signs)?)?;
        let screen = table(&[&path])?;
        let line = screen.lines().find(|line| line.contains(" runtime ")).unwrap_or_default();
        assert!(line.contains(runtime) && (line.ends_with("a claim") || line.ends_with("known")), "{signs}: {screen}");
        let (found, _) = audit(&[&path])?;
        let named = found["grader"]["anatomy"]["toolchain"].as_str().unwrap_or_default();
        assert_eq!((named, found["grader"]["rebuilds"].as_str()), (*toolchain, Some(*rebuilds)), "{signs}");
        // Where a build gives other bytes each time, comparing digests is no advice.
        assert_eq!(screen.contains("compare the digest"), *rebuilds == "same", "{signs}: {screen}");
        assert_eq!(screen.contains("its digest says nothing of its source"), *rebuilds == "other", "{signs}: {screen}");
    }
    let named = r#"(component (core module (@name "libpython3.14.so")
        (memory 1) (data (i32.const 0) "3.14.2 (main, Jul  7 2026)")))"#;
    let path = written(folder.path(), "python.wasm", &wat::parse_str(named)?)?;
    let (found, _) = audit(&[&path])?;
    assert_eq!(found["grader"]["anatomy"]["runtime"], json!({"kind": "cpython", "version": "3.14.2"}));
    let Some(interpreters) = interpreters() else { return Ok(()) };
    for (file, kind) in [("python.wasm", "cpython"), ("javascript.wasm", "quickjs")] {
        let (found, _) = audit(&[&interpreters.join(file).display().to_string()])?;
        let grader = &found["grader"];
        assert_eq!((&grader["anatomy"]["runtime"]["kind"], &grader["rebuilds"]), (&json!(kind), &json!("other")));
    }
    Ok(())
}

#[test]
fn what_might_differ_between_machines_is_told() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let text = r#"(component
        (core module $stub (func (export "clock_time_get")) (func (export "random_get")))
        (core module $m
            (import "wasi_snapshot_preview1" "clock_time_get" (func))
            (import "wasi_snapshot_preview1" "random_get" (func))
            (func (param f64 f32) (result f64)
                (drop (f32.neg (local.get 1)))     ;; its bits are not left open
                (drop (f64.copysign (local.get 0) (local.get 0)))
                (drop (f32.sqrt (local.get 1)))    ;; 1
                (f64.add (f64.promote_f32 (local.get 1)) (f64.const 1)))) ;; 3
        (core instance $s (instantiate $stub))
        (core instance (instantiate $m (with "wasi_snapshot_preview1" (instance $s)))))"#;
    let path = written(folder.path(), "hazards.wasm", &wat::parse_str(text)?)?;
    let (found, _) = audit(&[&path])?;
    let hazards = json!({"nan": 3, "relaxed_simd": 0, "atomics": 0, "system": ["clocks", "randomness"]});
    assert_eq!(found["grader"]["anatomy"]["hazards"], hazards);
    let screen = table(&[&path])?;
    assert!(screen.contains("asks for clocks, randomness; a stub answers"), "{screen}");
    let relaxed = "(component (core module (func (param v128) (result v128)
        (f32x4.relaxed_min (local.get 0) (local.get 0)))))";
    let path = written(folder.path(), "relaxed.wasm", &wat::parse_str(relaxed)?)?;
    let screen = table(&[&path])?;
    assert!(screen.contains("relaxed SIMD: 1 instruction, which the engine does not take"), "{screen}");
    Ok(())
}

/// Whatever a component is refused for, it is described, with what to do; and the exit code is 1.
#[test]
fn what_is_refused_is_described_too() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (modules, made): (String, String) =
        (0..5).map(|number| ("(core module (memory 1))", format!("(core instance (instantiate {number}))"))).unzip();
    let go = r#"(@producers (language "Go" "go1.27.3"))"#;
    let large = format!("(component (core module (memory 80) (data (i32.const 0) \"{}\") {go}))", "x".repeat(5 << 20));
    let cases: [(&str, String, &[&str], &[&str]); 5] = [
        ("core", format!("(module (func) {go})"), &[], &["core module", "`assay component MODULE.wasm -o NAME.wasm`"]),
        (
            "memories",
            format!("(component {modules} {made})"),
            &[],
            &["more than 4 memories", "5 core instances, 5 memories", "link its modules"],
        ),
        (
            "large",
            large,
            &["--profile", "strict"],
            &["more than the limit of 4194304", "component of 5 MiB", "--profile"],
        ),
        ("world", "(component)".into(), &[], &["does not export", "`assay wit`"]),
        (
            "imports",
            r#"(component (import "a" (func)))"#.into(),
            &[],
            &["imports `a`", "`assay component --stub-wasi`"],
        ),
    ];
    for (name, text, options, said) in cases {
        let path = written(folder.path(), &format!("{name}.wasm"), &wat::parse_str(text)?)?;
        let arguments = [&[path.as_str()], options].concat();
        let output = run(&[arguments.as_slice(), &["--format", "table"]].concat())?;
        let screen = String::from_utf8(output.stdout)?;
        assert_eq!(output.status.code(), Some(1), "{name}");
        for said in said {
            assert!(screen.contains(said), "{name}: {said}: {screen}");
        }
        let (found, code) = audit(&arguments)?;
        assert_eq!((code, found["grader"]["anatomy"].is_object()), (Some(1), true), "{name}");
        assert!(found["grader"]["remedy"].is_string(), "{name}");
        if ["core", "large"].contains(&name) {
            assert_eq!(found["grader"]["anatomy"]["toolchain"], "go", "{name}");
        }
    }
    Ok(())
}

/// Cases that travel with a grader are tried: those that do not hold come first.
#[test]
fn cases_are_tried() -> Result<(), Failure> {
    let (found, code) = audit(&["mean-absolute-error"])?;
    let cases = found["cases"].as_array().ok_or("no cases")?;
    let held: Vec<(&Value, &Value)> = cases.iter().map(|case| (&case["name"], &case["holds"])).collect();
    assert_eq!(held, [(&json!("documentation"), &json!(true)), (&json!("infinite"), &json!(true))]);
    assert_eq!((code, &cases[0]["score"]), (Some(0), &json!(0.5)));

    let folder = tempfile::tempdir()?;
    let case = folder.path().join("cases/wrong");
    fs::create_dir_all(&case)?;
    fs::copy(root().join("target/graders/mean-absolute-error.wasm"), folder.path().join("mine.wasm"))?;
    fs::write(case.join("submission.csv"), "id,x\n1,1\n2,2\n")?;
    fs::write(case.join("answers.csv"), "id,x\n1,1\n2,3\n")?;
    fs::write(case.join("case.toml"), "expected = 0.75\nsource = \"by hand\"\noptions = { targets = [\"x\"] }\n")?;
    let mine = folder.path().display().to_string();
    for name in [mine.clone(), format!("{mine}/mine.wasm")] {
        let screen = table(&[&name])?;
        assert!(screen.contains("0 of 1 come to what they state"), "{screen}");
        assert!(screen.contains("FAIL wrong: "), "{screen}");
    }
    let (found, _) = audit(&["mean-absolute-error", "--cases", &format!("{mine}/cases")])?;
    assert_eq!(found["cases"].as_array().map(Vec::len), Some(3));
    // A case that cannot be read costs nothing else.
    fs::write(case.join("case.toml"), "expected = \"much\"")?;
    let output = run(&[&mine, "--format", "table"])?;
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr)?.contains("no case is tried: "));
    Ok(())
}
