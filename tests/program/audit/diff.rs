//! What changed between two graders.

use std::fs;

use assay_tests::{Failure, root};
use serde_json::{Value, json};

use super::run;
use crate::checks::folder_of;

fn diff(arguments: &[&str]) -> Result<(Value, String), Failure> {
    let of = |format: &str| -> Result<Vec<u8>, Failure> {
        let output = run(&[&["--diff"], arguments, &["--format", format]].concat())?;
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(output.stdout)
    };
    Ok((serde_json::from_slice(&of("json")?)?, String::from_utf8(of("table")?)?))
}

#[test]
fn what_changed_is_told_with_the_cases_that_show_it() -> Result<(), Failure> {
    let (one, other) = (
        folder_of("mean-absolute-error", "mean-absolute-error")?,
        folder_of("root-mean-squared-error", "mean-absolute-error")?,
    );
    let names = [one.path().display().to_string(), other.path().display().to_string()];
    let (found, told) = diff(&[&names[0], &names[1]])?;
    assert_eq!(found["same"], false);
    let changes = found["changes"].as_array().ok_or("no changes")?;
    let change = |what: &str| changes.iter().find(|change| change["what"] == what);
    let changed = |what: &str| change(what).map(|change| (change["one"].clone(), change["other"].clone()));
    assert_eq!(changed("name"), Some((json!("mean-absolute-error"), json!("root-mean-squared-error"))));
    let of = |path: &str| Ok::<_, Failure>(fs::read(root().join("target/graders").join(path))?.len().to_string());
    let bytes = (json!(of("mean-absolute-error.wasm")?), json!(of("root-mean-squared-error.wasm")?));
    assert_eq!(changed("bytes"), Some(bytes));
    for what in ["sha256", "summary", "functions", "bytes of code"] {
        assert!(change(what).is_some(), "{what}: {changes:?}");
    }
    // What is the same is not told.
    for what in ["version", "direction", "imports", "exports", "toolchain", "memories"] {
        assert!(change(what).is_none(), "{what}: {changes:?}");
    }
    // The cases of both, each once: those of the same content are one.
    let cases = found["cases"].as_array().ok_or("no cases")?;
    let documentation = cases.iter().find(|case| case["name"] == "documentation").ok_or("no such case")?;
    // scikit-learn's documentation: the mean of the errors, and the root of the mean of their squares.
    assert_eq!(
        (&documentation["one"]["score"], &documentation["other"]["score"]),
        (&json!(0.5), &json!(0.375_f64.sqrt()))
    );
    assert_eq!(documentation["differs"], true);
    for said in [
        "name\n  - mean-absolute-error\n  + root-mean-squared-error",
        "case documentation\n  - 0.5\n  + 0.61237",
        "differ on",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    Ok(())
}

#[test]
fn the_same_component_is_said_to_be_the_same() -> Result<(), Failure> {
    let one = folder_of("accuracy", "mean-absolute-error")?;
    let file = one.path().join("mine.wasm").display().to_string();
    let (found, told) = diff(&["accuracy", &file])?;
    assert_eq!((&found["same"], &found["changes"]), (&json!(true), &json!([])));
    assert!(told.contains("the same component: every byte is the same"), "{told}");
    assert!(
        found["cases"]
            .as_array()
            .is_some_and(|cases| !cases.is_empty() && cases.iter().all(|case| case["differs"] == false))
    );
    // Without cases it says so, and `--cases` names some.
    let (_, told) = diff(&["accuracy", "f1-macro"])?;
    assert!(told.contains("no cases: `--cases DIR` names some"), "{told}");
    let cases = one.path().join("cases").display().to_string();
    let (found, _) = diff(&["accuracy", "f1-macro", "--cases", &cases])?;
    assert_eq!(found["cases"].as_array().map(Vec::len), Some(2));
    Ok(())
}

/// One that would be refused has changed too; what is no call is one of exit code 2.
#[test]
fn a_refused_component_and_calls_that_cannot_be_meant() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let core = folder.path().join("core.wasm");
    fs::write(&core, wat::parse_str("(module (func))")?)?;
    let (found, told) = diff(&["accuracy", &core.display().to_string()])?;
    assert_eq!(found["same"], false);
    assert!(told.contains("refused\n  + it is a core module"), "{told}");
    assert!(told.contains("is\n  - a component\n  + a core module"), "{told}");
    for (arguments, said) in [
        (vec!["--diff", "accuracy"], "`--diff` takes two names"),
        (vec!["accuracy", "roc-auc"], "several names need `--diff`"),
        (vec!["--diff", "accuracy", "acuracy"], "did you mean `accuracy`?"),
        (vec!["--diff", "accuracy", "no/such.wasm"], "no/such.wasm: "),
        (vec!["--diff", "accuracy", "roc-auc", "--cases", "no/such"], "no/such: "),
    ] {
        let output = run(&arguments)?;
        let stderr = String::from_utf8(output.stderr)?;
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    Ok(())
}
