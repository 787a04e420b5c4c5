//! The engine is large: it is compiled once, for the program and for the build that compiles graders with it. Cargo compiles a crate
//! twice as soon as it is to have other features or another profile there, and says nothing of it.

use std::collections::BTreeMap;
use std::process::Command;

use assay_tests::{Failure, root};
use serde_json::Value;

#[test]
fn no_crate_of_the_engine_is_compiled_twice() -> Result<(), Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args([
            "build",
            "--locked",
            "--release",
            "--workspace",
            "--bin",
            "assay",
            "--unit-graph",
            "-Z",
            "unstable-options",
        ])
        // Cargo shows its plan to those alone who may use what can change.
        .env("RUSTC_BOOTSTRAP", "1")
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let plan: Value = serde_json::from_slice(&output.stdout)?;
    let mut compiled: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for unit in plan["units"].as_array().ok_or("the plan has no units")? {
        let is_library = unit["target"]["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"));
        if unit["mode"] == "build" && is_library {
            let name = unit["target"]["name"].as_str().unwrap_or_default().to_owned();
            let package = unit["pkg_id"].as_str().unwrap_or_default().to_owned();
            compiled
                .entry((name, package))
                .or_default()
                .push(format!("features {}, profile {}", unit["features"], unit["profile"]));
        }
    }
    let of_the_engine = |name: &str| name.starts_with("wasmtime") || name.starts_with("cranelift");
    assert!(compiled.keys().any(|(name, _)| name == "wasmtime"), "the engine is not in the plan");
    // A crate below it that is compiled twice has the engine compiled twice.
    let twice: Vec<_> = compiled.iter().filter(|((name, _), how)| of_the_engine(name) && how.len() > 1).collect();
    let all: Vec<_> = compiled.iter().filter(|(_, how)| how.len() > 1).collect();
    assert!(twice.is_empty(), "the engine is compiled twice, since these are: {all:#?}");
    Ok(())
}
