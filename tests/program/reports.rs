//! Reports: those of the reference are verified as far as they go, and ours have the form that is published.

use std::path::Path;

use assay_tests::harmless::{EXAMPLE, Run, examples, prediction, program, run};
use assay_tests::{Failure, root};
use serde_json::{Map, Value, json};

/// The program's data are the example's.
fn assay(arguments: &[&Path]) -> Result<Run, Failure> {
    let mut command = program()?;
    run(command.args(arguments).arg("--competitions").arg(examples()).arg("--data-dir").arg(examples()))
}

/// A report in the form of the reference: the fields that it has, `NaN`, and `None` for a run that left no submission.
const REFERENCE: &str = r#"{
  "total_runs": 3,
  "total_runs_with_submissions": 2,
  "total_valid_submissions": 2,
  "total_medals": 1,
  "total_gold_medals": 0,
  "total_silver_medals": 0,
  "total_bronze_medals": 1,
  "total_above_median": 1,
  "competition_reports": [
    {
      "competition_id": "breast-cancer-wisconsin", "score": 0.98997, THRESHOLDS,
      "any_medal": true, "gold_medal": false, "silver_medal": false, "bronze_medal": true, "above_median": true,
      "submission_exists": true, "valid_submission": true, "is_lower_better": false,
      "created_at": "2026-01-01T00:00:00.000000", "submission_path": "good.csv"
    },
    {
      "competition_id": "breast-cancer-wisconsin", "score": null, THRESHOLDS,
      "any_medal": false, "gold_medal": false, "silver_medal": false, "bronze_medal": false, "above_median": false,
      "submission_exists": false, "valid_submission": false, "is_lower_better": false,
      "created_at": "2026-01-01T00:00:00.000000", "submission_path": "None"
    },
    {
      "competition_id": "breast-cancer-wisconsin", "score": NaN, THRESHOLDS,
      "any_medal": false, "gold_medal": false, "silver_medal": false, "bronze_medal": false, "above_median": false,
      "submission_exists": true, "valid_submission": true, "is_lower_better": false,
      "created_at": "2026-01-01T00:00:00.000000", "submission_path": "bad.csv"
    }
  ]
}"#;

#[test]
fn reports_of_the_reference_are_verified_as_far_as_they_go() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    std::fs::copy(prediction(), folder.path().join("good.csv"))?;
    std::fs::write(folder.path().join("bad.csv"), "id,malignant\n")?;
    let thresholds = r#""gold_threshold": 0.992, "silver_threshold": 0.99051, "bronze_threshold": 0.98784, "median_threshold": 0.98112"#;
    let reference = REFERENCE.replace("THRESHOLDS", thresholds);
    let path = folder.path().join("reference.json");
    let verify = |text: &str| -> Result<(i32, Vec<String>, String), Failure> {
        std::fs::write(&path, text)?;
        let run = assay(&["verify".as_ref(), &path, "--format=json".as_ref()])?;
        let verdict: Value = serde_json::from_str(&run.stdout).map_err(|_| run.stderr.clone())?;
        let entries = verdict["differing"].as_array().into_iter().flatten();
        let differences = entries.flat_map(|entry| entry["differences"].as_array().cloned().unwrap_or_default());
        let fields = differences.filter_map(|difference| difference["field"].as_str().map(ToOwned::to_owned));
        Ok((run.code, fields.collect(), run.stderr))
    };
    let (code, fields, stderr) = verify(&reference)?;
    assert_eq!((code, fields), (0, vec![]), "{stderr}");
    assert!(
        stderr.contains("reference.json: verified as the reference's form, without a schema")
            && stderr.contains("3 entries lack fields that were not compared")
            && stderr.contains("`outcome`, `outside_lock`, `reason`, `receipt`, `score_exact`")
            && stderr.contains("1 entries have a score that is not finite"),
        "{stderr}"
    );
    for (from, to, expected) in [
        ("0.98997", "0.98998", "score"),
        ("0.98997", "NaN", "score"),
        ("0.99051", "0.9", "silver_threshold"),
        ("\"submission_exists\": false", "\"submission_exists\": true", "submission_exists"),
        ("\"total_medals\": 1", "\"total_medals\": 2", "total_medals"),
        ("\"score\": null", "\"score\": 0.5", "score"),
    ] {
        let (code, fields, _) = verify(&reference.replacen(from, to, 1))?;
        assert_eq!(code, 1, "{from}");
        assert!(fields.contains(&expected.to_owned()), "{from}: {fields:?}");
    }
    let (code, fields, _) = verify(&reference.replacen("\"score\": 0.98997", "\"score\": 1, \"score\": 0.98997", 1))?;
    assert_eq!((code, fields), (0, vec![]), "the last of equal names counts");

    // What the reference always writes must be there.
    for (from, to, expected) in [
        (", \"valid_submission\": true", "", "missing field `valid_submission` at line 11 column 5"),
        ("\"valid_submission\"", "\"valid\"", "unknown field `valid` at line 14 column "),
        ("\"total_runs\": 3", "\"total_runs\": 3, \"list\": null", "unknown field `list`"),
        ("\"total_runs\": 3", "\"total_runs\": 3, \"schema\": null", "its schema is none"),
    ] {
        std::fs::write(&path, reference.replacen(from, to, 1))?;
        let none = assay(&["verify".as_ref(), &path])?;
        assert_eq!(none.code, 2);
        assert!(none.stderr.contains(&format!("is no report: {expected}")), "{}", none.stderr);
    }
    Ok(())
}

/// Where a value does not have the form of a schema, as far as the schemas of reports go.
fn violations(value: &Value, schema: &Value, root: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        return violations(value, root.pointer(name).unwrap_or(&Value::Null), root, at, found);
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let fits = |choice: &Value| {
            let mut found = Vec::new();
            violations(value, choice, root, at, &mut found);
            found.is_empty()
        };
        if !choices.iter().any(fits) {
            found.push(format!("{at}: {value} fits none of its forms"));
        }
        return;
    }
    let is = |kind: &Value| match kind.as_str() {
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    };
    match &schema["type"] {
        Value::Null => {}
        Value::Array(kinds) if kinds.iter().any(is) => {}
        kind if is(kind) => {}
        kind => found.push(format!("{at}: {value} is not of type {kind}")),
    }
    let constant = schema.get("const").is_none_or(|constant| constant == value);
    let listed = schema["enum"].as_array().is_none_or(|values| values.contains(value));
    if !constant || !listed {
        found.push(format!("{at}: {value} is not {schema}"));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        violations(item, &schema["items"], root, &format!("{at}/{index}"), found);
    }
    let Some(object) = value.as_object() else { return };
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(required) {
            found.push(format!("{at}: {required} is missing"));
        }
    }
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match properties.get(name).or(schema.get("additionalProperties")) {
            Some(Value::Bool(true)) => {}
            Some(schema) => violations(value, schema, root, &at, found),
            None => found.push(format!("{at} is not in the schema")),
        }
    }
}

#[test]
fn what_is_written_has_the_published_form() -> Result<(), Failure> {
    let published = std::fs::read_to_string(root().join("docs/report.schema.json"))?;
    let printed = run(program()?.arg("schema"))?.stdout;
    assert!(printed == published, "run `cargo xtask run schema > docs/report.schema.json`");
    let schema: Value = serde_json::from_str(&published)?;

    let folder = tempfile::tempdir()?;
    std::fs::copy(prediction(), folder.path().join("good.csv"))?;
    let entry = |path: Value| json!({"competition_id": EXAMPLE, "submission_path": path, "seed": 1}).to_string();
    let lines =
        [entry(json!("good.csv")), entry(json!("no.csv")), entry(Value::Null), "no JSON".into(), entry(json!([]))];
    let (list, out) = (folder.path().join("list.jsonl"), folder.path().join("out"));
    std::fs::write(&list, lines.join("\n").replace("no.csv\"", "no.csv\", \"cost\": NaN"))?;
    let log = folder.path().join("uses.jsonl");
    let graded = assay(&[
        "grade".as_ref(),
        "--submission".as_ref(),
        &list,
        "--output-dir".as_ref(),
        &out,
        "--use-log".as_ref(),
        &log,
    ])?;
    assert_eq!(graded.code, 1, "{}", graded.stderr);
    let report = std::fs::read_dir(&out)?.next().ok_or("there is no report")??.path();
    let report: Value = serde_json::from_slice(&std::fs::read(report)?)?;
    let mut found = Vec::new();
    violations(&report, &schema, &schema, "", &mut found);
    assert_eq!(found, [""; 0]);
    assert_eq!(report["schema"], assay_types::report::SCHEMA);
    assert!(report["use_log"].is_object());

    let one = assay(&["grade-sample".as_ref(), &prediction(), EXAMPLE.as_ref(), "--format=json".as_ref()])?;
    violations(&serde_json::from_str(&one.stdout)?, &schema["$defs"]["SampleReport"], &schema, "", &mut found);
    assert_eq!(found, [""; 0]);

    // What has another form is found.
    for (pointer, value) in [
        ("/competition_reports/0/score", json!("0.9")),
        ("/competition_reports/0/outcome", json!("won")),
        ("/competition_reports/0/receipt/limits/details", json!([])),
        ("/competition_reports/1", json!({})),
        ("/total_runs", json!(null)),
        ("/use_log", json!(1)),
    ] {
        let mut report = report.clone();
        *report.pointer_mut(pointer).ok_or(pointer)? = value;
        violations(&report, &schema, &schema, "", &mut found);
        assert!(!std::mem::take(&mut found).is_empty(), "{pointer}");
    }
    Ok(())
}
