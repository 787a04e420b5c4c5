//! Audits: what a component is made of, counted by eye in WebAssembly's text form, and what a hostile one comes to.

mod diff;
mod hostile;
mod screen;
mod source;

use std::path::Path;
use std::process::Output;

use assay::audit::{Instructions, dissect};
use assay_tests::{Failure, assay, root};
use assay_types::sha256;
use serde_json::{Value, json};

/// A component whose instructions can be counted. Each is followed by its kind.
const COUNTED: &str = r#"
(component
  (core module
    (type $t (func (result i32)))
    (memory 2 10)
    (table 3 funcref)
    (data "abc")
    (data (i32.const 0) "de")
    (start $nothing)
    (func $nothing)           ;; its end: control 1
    (func (param f64) (result i32)
      i32.const 8             ;; integer 1
      local.get 0             ;; variables 1
      f64.const 2             ;; floating point 1
      f64.mul                 ;; floating point 2
      i32.trunc_sat_f64_s     ;; floating point 3
      i32.store               ;; memory 1
      i32.const 8             ;; integer 2
      i32.load8_u             ;; memory 2
      i64.extend_i32_u        ;; integer 3
      i32.wrap_i64            ;; integer 4
      i32.const 1             ;; integer 5
      memory.grow             ;; memory grow 1
      drop                    ;; variables 2
      memory.size             ;; memory size 1
      drop                    ;; variables 3
      i32.const 0             ;; integer 6
      i32.const 0             ;; integer 7
      i32.const 0             ;; integer 8
      memory.fill             ;; bulk memory 1
      block                   ;; control 2
        i32.const 1           ;; integer 9
        br_if 0               ;; control 3
        call $nothing         ;; calls 1
      end                     ;; control 4
      i32.const 0             ;; integer 10
      call_indirect (type $t) ;; indirect calls 1
      i32.add                 ;; integer 11
    )))                       ;; its end: control 5
"#;

/// Another module, with what graders may not have.
const EXOTIC: &str = r"
(component
  (core module
    (memory 1 1 shared)
    (table 1 funcref)
    (func
      v128.const i64x2 0 0    ;; simd 1
      f32x4.sqrt              ;; simd 2
      drop                    ;; variables 1
      i32.const 0             ;; integer 1
      i32.atomic.load         ;; atomics 1
      table.get 0             ;; table 1
      ref.is_null             ;; references 1
      return_call_indirect    ;; indirect calls 1
    )))                       ;; its end: control 1
";

fn run(arguments: &[&str]) -> Result<Output, Failure> {
    let output = assay()?.arg("audit").args(arguments).output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    Ok(output)
}

fn audit(arguments: &[&str]) -> Result<(Value, Option<i32>), Failure> {
    let output = run(&[arguments, &["--format", "json"]].concat())?;
    let audit = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok((audit, output.status.code()))
}

/// The audit of a file with this content.
fn audit_file(content: &[u8]) -> Result<(Value, Option<i32>), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("some.wasm");
    std::fs::write(&path, content)?;
    audit(&[&path.display().to_string()])
}

fn table(arguments: &[&str]) -> Result<String, Failure> {
    Ok(String::from_utf8(run(&[arguments, &["--format", "table"]].concat())?.stdout)?)
}

#[test]
fn instructions_are_counted_by_kind() -> Result<(), Failure> {
    let anatomy = dissect(&wat::parse_str(COUNTED)?)?;
    let expected = Instructions {
        total: 29,
        floating_point: 3,
        integer: 11,
        memory: 2,
        memory_size: 1,
        memory_grow: 1,
        bulk_memory: 1,
        variables: 3,
        control: 5,
        calls: 1,
        indirect_calls: 1,
        ..Instructions::default()
    };
    assert_eq!(anatomy.instructions, expected);
    assert_eq!((anatomy.core_modules, anatomy.functions, anatomy.start_functions), (1, 2, 1));
    assert_eq!(anatomy.data_bytes, 5);
    assert_eq!(anatomy.proposals, ["bulk-memory", "saturating-float-to-int"]);

    let exotic = dissect(&wat::parse_str(EXOTIC)?)?;
    let expected = Instructions {
        total: 9,
        simd: 2,
        variables: 1,
        integer: 1,
        atomics: 1,
        table: 1,
        references: 1,
        indirect_calls: 1,
        control: 1,
        ..Instructions::default()
    };
    assert_eq!(exotic.instructions, expected);
    assert_eq!(exotic.proposals, ["reference-types", "simd", "tail-call", "threads"]);
    // A function without instructions has two bytes: no locals, and its end.
    assert_eq!(dissect(&wat::parse_str("(component (core module (func)))")?)?.code_bytes, 2);
    Ok(())
}

/// Every field, and the reason why it would be refused.
#[test]
fn a_component_that_is_no_grader() -> Result<(), Failure> {
    let bytes = wat::parse_str(COUNTED)?;
    let (audit, code) = audit_file(&bytes)?;
    assert_eq!(code, Some(1));
    let grader = &audit["grader"];
    let mut fields: Vec<&String> = grader.as_object().ok_or("no object")?.keys().collect();
    fields.sort();
    let expected = [
        "anatomy",
        "bytes",
        "description",
        "limits",
        "locked",
        "name",
        "path",
        "rebuild",
        "rebuilds",
        "refused",
        "remedy",
        "same_as",
        "sha256",
        "source",
        "used_by",
    ];
    assert_eq!(fields, expected);
    assert_eq!(grader["name"], "some");
    assert_eq!(grader["sha256"], sha256(&bytes));
    assert_eq!(grader["bytes"], bytes.len());
    assert!(
        grader["refused"].as_str().is_some_and(|reason| reason.contains("does not export")),
        "{}",
        grader["refused"]
    );
    assert_eq!(grader["description"], Value::Null);
    assert_eq!(audit["competition"], Value::Null);
    let mut anatomy = grader["anatomy"].clone();
    for counted in ["instructions", "code_bytes", "proposals", "claims"] {
        assert!(!anatomy[counted].take().is_null(), "{counted}");
    }
    let nothing = json!({"total": 0, "first": []});
    assert_eq!(
        anatomy,
        json!({
            "component": true,
            "imports": nothing,
            "exports": nothing,
            "contract": null,
            "core_modules": 1,
            "components": 0,
            "functions": 2,
            "code_bytes": null,
            "data_bytes": 5,
            "memories": {"total": 1, "first": [{
                "minimum_pages": 2,
                "maximum_pages": 10,
                "minimum_bytes": 131_072,
                "maximum_bytes": 655_360,
                "shared": false,
            }]},
            "tables": {"total": 1, "first": [{"minimum": 3, "maximum": null}]},
            "start_functions": 1,
            "instructions": null,
            "proposals": null,
            // Nothing makes an instance of the module.
            "footprint": {"core_instances": 0, "memories": 0, "tables": 0},
            // The multiplication.
            "hazards": {"nan": 1, "relaxed_simd": 0, "atomics": 0, "system": []},
            "toolchain": null,
            "runtime": null,
            "claims": null,
        })
    );
    Ok(())
}

#[test]
fn imports_are_named() -> Result<(), Failure> {
    let wat = r#"(component
        (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func))))
        (import "read-answers" (func (result string)))
        (import "trap" (core module)))"#;
    let (audit, code) = audit_file(&wat::parse_str(wat)?)?;
    assert_eq!(code, Some(1));
    let imports = json!({"total": 3, "first": [
        {"name": "wasi:clocks/wall-clock@0.2.0", "kind": "instance"},
        {"name": "read-answers", "kind": "function"},
        {"name": "trap", "kind": "module"},
    ]});
    assert_eq!(audit["grader"]["anatomy"]["imports"], imports);
    let refused = audit["grader"]["refused"].as_str().unwrap_or_default();
    assert!(refused.contains("imports `wasi:clocks/wall-clock@0.2.0`"), "{refused}");

    let (audit, code) = audit_file(&wat::parse_str(r#"(module (import "env" "time" (func)) (func (export "f")))"#)?)?;
    assert_eq!(code, Some(1));
    let anatomy = &audit["grader"]["anatomy"];
    assert_eq!(anatomy["component"], false);
    assert_eq!(anatomy["imports"]["first"], json!([{"name": "env.time", "kind": "function"}]));
    assert_eq!(anatomy["exports"]["first"][0]["name"], "f");
    Ok(())
}

/// The promise of the README, read from the bytes.
#[test]
fn graders_of_our_own_import_nothing() -> Result<(), Failure> {
    for (name, bytes) in assay_builtin::graders() {
        let anatomy = dissect(bytes).map_err(|error| format!("{name}: {error}"))?;
        assert_eq!(anatomy.imports.total, 0, "{name}");
        assert_eq!(anatomy.contract.as_deref(), Some("assay:grader/grading@0.1.0"), "{name}");
        let functions: Vec<&Vec<String>> = anatomy.exports.first.iter().map(|export| &export.functions.first).collect();
        assert_eq!(functions, [&["describe", "validate", "grade"]], "{name}");
        // Vectors of 128 bits give the same bits on every machine; relaxed ones need not.
        let Instructions { total, relaxed_simd, atomics, exceptions, references, other, .. } = anatomy.instructions;
        assert_eq!([relaxed_simd, atomics, exceptions, references, other], [0; 5], "{name}");
        assert!(total > 1000, "{name}");
        assert_eq!(anatomy.start_functions, 0, "{name}");
        assert!(anatomy.claims.rustc().is_some(), "{name}: {:?}", anatomy.claims);
    }
    Ok(())
}

/// A file with the bytes of a grader of ours is known again, whatever its name.
#[test]
fn a_file_of_known_bytes() -> Result<(), Failure> {
    let bytes = std::fs::read(root().join("target/graders/accuracy.wasm"))?;
    let (audit, code) = audit_file(&bytes)?;
    assert_eq!(code, Some(0));
    let grader = &audit["grader"];
    assert_eq!(grader["same_as"], json!({"total": 1, "first": ["accuracy"]}));
    let uses = grader["used_by"]["first"].as_array().ok_or("no list")?;
    let titanic = json!({"competition_id": "spaceship-titanic", "options": {"target": "Transported"}});
    assert!(uses.contains(&titanic), "{uses:?}");
    assert_eq!(grader["rebuild"][2], "sha256sum target/graders/accuracy.wasm");

    let shown = table(&["accuracy", "--all"])?;
    for line in
        ["imports", "spaceship-titanic {\"target\":\"Transported\"}", "source: plugins/accuracy", &sha256(&bytes)]
    {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let imports = shown.lines().find(|line| line.trim_start().starts_with("imports")).unwrap_or_default();
    assert!(imports.ends_with("nothing"), "{imports}");
    Ok(())
}

/// The digests are those of a receipt, and the contract that of its file.
#[test]
fn a_competition_and_its_grader() -> Result<(), Failure> {
    let examples = root().join("examples").display().to_string();
    let (audit, code) = audit(&["breast-cancer-wisconsin", "--competitions", &examples])?;
    assert_eq!(code, Some(0));
    let graded = assay()?
        .arg("grade-sample")
        .arg(Path::new(&examples).join("breast-cancer-wisconsin/logistic-regression.csv"))
        .args(["breast-cancer-wisconsin", "--competitions", &examples, "--data-dir", &examples, "--format", "json"])
        .output()?;
    let receipt = &serde_json::from_slice::<Value>(&graded.stdout)?["receipt"];
    let competition = &audit["competition"];
    assert_eq!(audit["grader"]["sha256"], receipt["component"]);
    for (ours, theirs) in
        [("sha256", "competition"), ("contract", "contract"), ("options", "options"), ("thresholds", "thresholds")]
    {
        assert_eq!(competition[ours], receipt[theirs], "{ours}");
        assert!(receipt[theirs].is_string(), "{theirs}");
    }
    let file = std::fs::read(Path::new(&examples).join("breast-cancer-wisconsin/competition.toml"))?;
    assert_eq!(competition["sha256"], sha256(&file));
    let path = competition["path"].as_array().ok_or("no path")?;
    let steps: Vec<&str> = path.iter().filter_map(|step| step["step"].as_str()).collect();
    assert_eq!(steps, ["read", "check and align", "hand over", "validate", "grade", "medal"]);
    let words = competition["path"].to_string();
    for said in [
        r#"submission.columns: names = [\"malignant\"], one_of = false, type = \"number\", min = 0.0, max = 1.0"#,
        r#"submission.key = [\"id\"]"#,
        r#"submission.rows = \"same\": Every key of the answers as often as it is there."#,
        "of the submission, if it has them: `malignant`",
        "of the answers, if they have them: `malignant`",
        r#"options: targets = [\"malignant\"]"#,
        "higher is better: gold from 0.992, silver from 0.99051, bronze from 0.98784, median 0.98112",
        "prepared/private/answers.csv",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    Ok(())
}

#[test]
fn which_of_several_is_meant() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let competition = std::fs::read_to_string(root().join("competitions/spaceship-titanic/competition.toml"))?;
    std::fs::create_dir(folder.path().join("roc-auc"))?;
    let text = competition.replace("id = \"spaceship-titanic\"", "id = \"roc-auc\"");
    std::fs::write(folder.path().join("roc-auc/competition.toml"), text)?;
    let competitions = folder.path().display().to_string();

    let (both, _) = audit(&["roc-auc", "--competitions", &competitions])?;
    assert_eq!((&both["grader"]["name"], &both["competition"]), (&json!("roc-auc"), &Value::Null));
    let (chosen, _) = audit(&["roc-auc", "--competitions", &competitions, "--kind", "competition"])?;
    assert_eq!((&chosen["grader"]["name"], &chosen["competition"]["id"]), (&json!("accuracy"), &json!("roc-auc")));

    for (arguments, expected) in [
        (vec!["roc-acu"], "no grader or competition `roc-acu` (did you mean `roc-auc`?)"),
        (vec!["titanic"], "did you mean `spaceship-titanic`?"),
        (vec!["spaceship-titanic", "--kind", "grader"], "there is no grader `spaceship-titanic`"),
        (vec!["no/such.wasm"], "no/such.wasm: "),
        (vec!["\u{1b}[2J\u{202e}"], r"`\u{1b}[2J\u{202e}`"),
    ] {
        let output = run(&arguments)?;
        let stderr = String::from_utf8(output.stderr)?;
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    Ok(())
}
