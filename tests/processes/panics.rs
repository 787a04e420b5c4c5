//! What fails in a library, on bytes that nobody foresaw, is said in a line that tells nothing of where the program was built.

use std::io::{Read, Write};
use std::process::{Child, Stdio};

use assay_sandbox::Limits;
use assay_tests::{Failure, assay, root};
use serde_json::{Value, json};

/// Sends a worker a header, and what follows it.
fn ask(worker: &mut Child, header: &Value, follows: &[u8]) -> Result<(), Failure> {
    let header = header.to_string();
    let input = worker.stdin.as_mut().ok_or("it has no input")?;
    input.write_all(&u32::try_from(header.len())?.to_le_bytes())?;
    input.write_all(header.as_bytes())?;
    Ok(input.write_all(follows)?)
}

/// What a worker answers.
fn answer(worker: &mut Child) -> Result<Value, Failure> {
    let output = worker.stdout.as_mut().ok_or("it has no output")?;
    let mut length = [0; 4];
    output.read_exact(&mut length)?;
    let mut header = vec![0; u32::from_le_bytes(length) as usize];
    output.read_exact(&mut header)?;
    Ok(serde_json::from_slice(&header)?)
}

fn worker() -> Result<Child, Failure> {
    let streams = assay()?.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    Ok(streams)
}

/// A worker is sent a column of more bytes than there are addresses: the library that is asked for memory panics.
#[test]
fn a_library_that_panics_tells_no_path() -> Result<(), Failure> {
    let component = std::fs::read(root().join("target/graders/roc-auc.wasm"))?;
    let limits = serde_json::to_value(Limits::default())?;
    let mut compiler = worker()?;
    ask(
        &mut compiler,
        &json!({"Compile": {"limits": limits, "confined": false, "bytes": component.len()}}),
        &component,
    )?;
    let compiled = answer(&mut compiler)?;
    let mut code = vec![0; usize::try_from(compiled["Compiled"]["bytes"].as_u64().ok_or("nothing was compiled")?)?];
    compiler.stdout.as_mut().ok_or("it has no output")?.read_exact(&mut code)?;
    assert!(compiler.wait()?.success());

    let mut grader = worker()?;
    let allowance = json!({"memory_bytes": 2_u64 << 30, "processor_seconds": 60});
    let code_follows = json!({"Follows": code.len()});
    let load = json!({"Load": {"limits": limits, "confined": false, "allowance": allowance, "code": code_follows}});
    ask(&mut grader, &load, &code)?;
    assert!(answer(&mut grader)?["Loaded"].is_object());
    let column = json!({"name": "a", "kind": {"Utf8": u64::MAX}, "validity": false});
    ask(&mut grader, &json!({"Validate": {"options": [], "submission": {"rows": 0, "columns": [column]}}}), &[0; 4])?;
    let said = String::from_utf8(grader.wait_with_output()?.stderr)?;
    assert!(said.starts_with("internal error: ") && said.ends_with("; please report it\n"), "{said}");
    // The library's folder in its own words, and no folder of the machine's.
    assert!(said.contains("(arrow-buffer-") && said.contains("/src/"), "{said}");
    assert!(!said.contains("registry") && !said.contains(".cargo") && !said.contains("(/"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    Ok(())
}
