//! Components that lie, are broken, or mean harm.

use assay::audit::dissect;
use assay_tests::{Failure, reports, root};
use assay_types::report::Outcome;
use serde_json::{Value, json};

use super::{audit, audit_file, run, table};

/// Claims are shown as claims, short, and harmless to a terminal.
#[test]
fn what_a_component_claims() -> Result<(), Failure> {
    let long = "x".repeat(1 << 20);
    let many: String = (0..1000).map(|number| format!("(@custom \"section{number}\" \"\")")).collect();
    let wat = format!(
        r#"(component $mine
            (@custom "authors" "Ada\1b[2J\e2\80\ae")
            (@custom "licenses" "{long}")
            (@custom "producers" "\01\08language\01\04WAT\07\031.0")
            {many})"#
    );
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("some.wasm");
    std::fs::write(&path, wat::parse_str(&wat)?)?;
    let path = path.display().to_string();
    let (audit, _) = audit(&[&path])?;
    let claims = &audit["grader"]["anatomy"]["claims"];
    assert_eq!(claims["texts"]["first"][0], json!({"name": "authors", "text": r"Ada\u{1b}[2J\u{202e}"}));
    assert_eq!(claims["texts"]["first"][1]["text"].as_str().map(|text| text.chars().count()), Some(201));
    assert_eq!(claims["names"]["first"], json!(["mine"]));
    let language = json!({"field": "language", "name": r"WAT\u{7}", "version": "1.0"});
    assert_eq!(claims["producers"], json!({"total": 1, "first": [language]}));
    // Three more, and the name's own.
    assert_eq!(claims["sections"]["total"], 1004);
    assert_eq!(claims["sections"]["first"].as_array().map(Vec::len), Some(64));
    let shown = table(&[&path, "--details"])?;
    assert!(shown.contains("claims: nothing vouches for them"), "{shown}");
    assert!(shown.contains("… and 940 more"), "{shown}");
    assert!(shown.len() < 20_000 && !shown.contains('\u{1b}') && !shown.contains('\u{202e}'));
    Ok(())
}

/// Cut short, changed or made up: an audit says what is wrong, and nothing fails.
#[test]
fn broken_components() -> Result<(), Failure> {
    let whole = std::fs::read(root().join("target/graders/accuracy.wasm"))?;
    let mut random = fastrand::Rng::with_seed(7);
    let failed = |bytes: &[u8]| dissect(bytes).err().is_some_and(|error| error.contains("failed"));
    for _ in 0..200 {
        let cut = whole.get(..random.usize(..whole.len())).unwrap_or_default();
        assert!(dissect(cut).is_err() && !failed(cut), "cut to {} bytes", cut.len());
        let mut changed = whole.clone();
        for _ in 0..random.usize(1..4) {
            let place = random.usize(..changed.len());
            changed[place] = random.u8(..);
        }
        assert!(!failed(&changed));
        let mut made_up: Vec<u8> = if random.bool() { b"\0asm\x0d\0\x01\0".into() } else { b"\0asm\x01\0\0\0".into() };
        made_up.extend((0..random.usize(..200)).map(|_| random.u8(..)));
        assert!(!failed(&made_up));
    }
    for content in [&b""[..], b"\0asm", b"no component", &whole[..whole.len() - 1], &[0xff; 100_000]] {
        let (audit, code) = audit_file(content)?;
        assert_eq!(code, Some(1));
        assert_eq!(audit["grader"]["anatomy"], Value::Null);
        let reason = audit["grader"]["refused"].as_str().unwrap_or_default();
        assert!(reason.starts_with("not a WebAssembly component that is valid: ") && reason.len() < 1000, "{reason}");
    }
    Ok(())
}

/// A number as WebAssembly writes it.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A component with one section of types.
fn types(content: &[u8]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0\x07", leb(content.len()).as_slice(), content].concat()
}

/// Types within types within types.
fn nested(levels: usize) -> Vec<u8> {
    types(&[&[1], b"\x42\x01\x01".repeat(levels).as_slice(), b"\x42\0"].concat())
}

/// Such a grader costs the entries of its competition, and not the batch: no thread runs out of stack.
#[test]
fn a_batch_with_a_deep_grader() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("roc-auc.wasm"), nested(20_000))?;
    let list = folder.path().join("list.jsonl");
    std::fs::write(&list, "{\"competition_id\": \"breast-cancer-wisconsin\", \"submission_path\": \"x.csv\"}\n")?;
    let (examples, graders) = (root().join("examples"), folder.path().display().to_string());
    let competitions = examples.display().to_string();
    let reports = reports(&list, &examples, &["--competitions", &competitions, "--graders", &graders])?;
    let [report] = reports.as_slice() else { return Err("not one report".into()) };
    assert_eq!(report.outcome, Outcome::NotGraded);
    let reason = report.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("types are nested more than 100 levels deep"), "{reason}");
    Ok(())
}

/// Types within types, as deep as a section of the largest size allows, and deeper; components within components; a list of four
/// billion.
#[test]
fn deep_and_giant_components() -> Result<(), Failure> {
    let deepest = ((64 << 10) - 3) / 3;
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 0..100 {
        component = [b"\0asm\x0d\0\x01\0\x04", leb(component.len()).as_slice(), &component].concat();
    }
    for (bytes, expected) in [
        (nested(99), "does not export"),
        (nested(100), "types are nested more than 100 levels deep"),
        (nested(deepest), "types are nested more than 100 levels deep"),
        (nested(deepest + 1), "more than the limit of 65536"),
        (nested(5_000_000), "more than the limit of 65536"),
        (component, "components are nested more than 100 levels deep"),
        (types(b"\xff\xff\xff\xff\x0f"), ""),
    ] {
        let (audit, code) = audit_file(&bytes)?;
        assert_eq!(code, Some(1));
        let reason = audit["grader"]["refused"].as_str().unwrap_or_default();
        assert!(reason.contains(expected), "{expected}: {reason}");
    }
    Ok(())
}

#[test]
fn a_component_that_is_too_large() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.wasm");
    std::fs::File::create(&path)?.set_len((32 << 20) + 1)?;
    for arguments in [
        vec![path.display().to_string()],
        vec!["large".into(), "--graders".into(), folder.path().display().to_string()],
    ] {
        let output = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())?;
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stderr)?.contains("more than 33554432 bytes"));
    }
    Ok(())
}
