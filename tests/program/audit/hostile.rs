//! Components that lie, are broken, or mean harm.

use std::time::Duration;

use assay::audit::{self, Anatomy, AuditError, Subject, dissect};
use assay::{Assay, Execution};
use assay_sandbox::Limits;
use assay_tests::{Failure, assay, reports, root};
use assay_types::report::Outcome;
use serde_json::{Value, json};

use super::{audit as audited_by, audit_file, table};

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
    let (audit, _) = audited_by(&[&path])?;
    let claims = &audit["grader"]["anatomy"]["claims"];
    assert_eq!(claims["texts"]["first"][0], json!({"name": "authors", "text": r"Ada\u{1b}[2J\u{202e}"}));
    assert_eq!(claims["texts"]["first"][1]["text"].as_str().map(|text| text.chars().count()), Some(201));
    assert_eq!(claims["names"]["first"], json!(["mine"]));
    let language = json!({"field": "language", "name": r"WAT\u{7}", "version": "1.0"});
    assert_eq!(claims["producers"], json!({"total": 1, "first": [language]}));
    // Three more, and the name's own.
    assert_eq!(claims["sections"]["total"], 1004);
    assert_eq!(claims["sections"]["first"].as_array().map(Vec::len), Some(64));
    let shown = table(&[&path, "--all"])?;
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
    let failed = |bytes: &[u8]| dissect(bytes).err().is_some_and(|error| error.to_string().contains("failed"));
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

/// It is told apart from others by its digest, and no further.
#[test]
fn a_component_that_is_too_large() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.wasm");
    std::fs::write(&path, vec![1; (32 << 20) + 1])?;
    for arguments in [
        vec![path.display().to_string()],
        vec!["large".into(), "--graders".into(), folder.path().display().to_string()],
    ] {
        let (audit, code) = audited_by(&arguments.iter().map(String::as_str).collect::<Vec<_>>())?;
        assert_eq!(code, Some(1));
        let refused = audit["grader"]["refused"].as_str().unwrap_or_default();
        assert!(refused.contains("33554433 bytes, more than the limit of 33554432"), "{refused}");
        assert_eq!(
            (audit["grader"]["sha256"].as_str().map(str::len), &audit["grader"]["anatomy"]),
            (Some(64), &Value::Null)
        );
    }
    Ok(())
}

/// Some kilobytes whose types double with every level: to hold one against the other takes a quarter of a million steps, every time that it
/// is done.
fn doubling_types(levels: usize, times: usize) -> Result<Vec<u8>, Failure> {
    let chain = |name: &str| {
        let mut text = format!("(type ${name}0 (instance (type $x (func)) (export \"a\" (func (type $x)))))");
        for level in 1..levels {
            text += &format!(
                "(type ${name}{level} (instance (alias outer 1 ${name}{} (type $t))
                   (export \"a\" (instance (type $t))) (export \"b\" (instance (type $t)))))",
                level - 1
            );
        }
        text
    };
    let last = levels - 1;
    Ok(wat::parse_str(format!(
        "(component {} {}
           (import \"i\" (instance $i (type $a{last})))
           (component $c (alias outer 1 $b{last} (type $t)) (import \"x\" (instance (type $t))))
           {})",
        chain("a"),
        chain("b"),
        "(instance (instantiate $c (with \"x\" (instance $i))))".repeat(times)
    ))?)
}

/// An audit of any component ends: what takes apart one that others made is a worker, and what takes too long there is no grader.
#[test]
fn an_audit_ends_in_time() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("doubling.wasm");
    let audited_in = |compile_time: Duration, component: &[u8], untrusted: Execution| -> Result<_, Failure> {
        std::fs::write(&path, component)?;
        let limits = Limits { compile_time, ..Limits::default() };
        let assay = Assay::builder().grader_limits(limits).untrusted(untrusted).build()?;
        Ok(audit::audit(&assay, &Subject::File(path.clone()), &[], &assay::lock::built_in()))
    };
    let by_workers = || -> Result<Execution, Failure> {
        Ok(Execution::Workers(std::path::PathBuf::from(assay()?.get_program()).into()))
    };
    let audited = |component: &[u8], untrusted| audited_in(Limits::default().compile_time, component, untrusted);
    let honest = std::fs::read(root().join("target/graders/accuracy.wasm"))?;
    assert_eq!(audited(&honest, by_workers()?)??.grader.and_then(|grader| grader.refused), None);
    let doubling = doubling_types(17, 600)?;
    assert!(doubling.len() < 7000, "{}", doubling.len());
    let found = audited_in(Duration::from_secs(1), &doubling, by_workers()?)??.grader.ok_or("no grader")?;
    assert_eq!(found.refused.as_deref(), Some("reading the component took more than 1s"));
    assert_eq!((found.anatomy, found.description), (None, None));
    // Where there are no workers, nothing of others is read; and a worker that cannot be started is not the component's fault.
    assert!(matches!(audited(&doubling, Execution::Refuse)?, Err(AuditError::NoWorker)));
    let nowhere = audited(&honest, Execution::Workers(std::path::PathBuf::from("/nowhere/assay").into()))?;
    assert!(nowhere.as_ref().is_err_and(AuditError::is_host_fault), "{:?}", nowhere.err());
    Ok(())
}

/// What a worker says that a component is made of is read as what somebody may have made up.
#[test]
fn what_a_worker_found_is_checked() -> Result<(), Failure> {
    let anatomy = dissect(&std::fs::read(root().join("target/graders/accuracy.wasm"))?)?;
    let said = serde_json::to_value(&anatomy)?;
    assert_eq!(serde_json::from_value::<Anatomy>(said.clone())?, anatomy);
    let with = |place: &str, value: Value| -> Result<Value, Failure> {
        let mut said = said.clone();
        *said.pointer_mut(place).ok_or("there is no such place")? = value;
        Ok(said)
    };
    let refused = |place: &str, value: Value| -> Result<(), Failure> {
        assert!(serde_json::from_value::<Anatomy>(with(place, value)?).is_err(), "{place}");
        Ok(())
    };
    let export = &said["exports"]["first"][0];
    refused("/exports", json!({"total": 65, "first": vec![export; 65]}))?;
    refused("/exports", json!({"total": 0, "first": [export]}))?;
    refused("/exports/first/0/kind", json!("power"))?;
    refused("/instructions/total", json!(-1))?;
    let harmless = |place: &str| -> Result<String, Failure> {
        let anatomy: Anatomy = serde_json::from_value(with(place, json!("\u{1b}[2J\u{202e}".repeat(1000)))?)?;
        Ok(serde_json::to_value(anatomy)?.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned())
    };
    for place in
        ["/exports/first/0/name", "/exports/first/0/functions/first/0", "/contract", "/claims/producers/first/0/name"]
    {
        let shown = harmless(place)?;
        assert!(shown.starts_with(r"\u{1b}[2J\u{202e}") && shown.chars().count() <= 201, "{place}: {shown}");
    }
    let anatomy: Anatomy = serde_json::from_value(with("/proposals", json!(["simd", "telepathy", "simd"]))?)?;
    assert_eq!(anatomy.proposals, ["simd"]);
    Ok(())
}
