//! The engine is large: it is compiled once, for the program, for the build that compiles graders with it, and for the Python package.
//! Cargo compiles a crate twice as soon as it is to have other features or another profile there, and says nothing of it.

use std::collections::BTreeMap;
use std::process::Command;

use assay_tests::{Failure, root};
use serde_json::Value;

/// The program, as the tests are built with it.
const PROGRAM: &[&str] = &["--workspace", "--bin", "assay"];

/// The native half of the Python package, as maturin builds it.
const PACKAGE: &[&str] = &["--package", "assay-python", "--lib"];

/// `cargo xtask`, as `.cargo/config.toml` has it.
const XTASK: &[&str] = &["--bin", "xtask"];

/// The libraries that are compiled for what these arguments name: name and package, and with which features and profiles.
type Plan = BTreeMap<(String, String), Vec<String>>;

fn plan(arguments: &[&str]) -> Result<Plan, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["build", "--locked", "--release", "--unit-graph", "-Z", "unstable-options"])
        .args(arguments)
        // Cargo shows its plan to those alone who may use what can change.
        .env("RUSTC_BOOTSTRAP", "1")
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let plan: Value = serde_json::from_slice(&output.stdout)?;
    let mut compiled = Plan::new();
    for unit in plan["units"].as_array().ok_or("the plan has no units")? {
        let is_library = unit["target"]["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"));
        if unit["mode"] == "build" && is_library {
            let name = unit["target"]["name"].as_str().unwrap_or_default().to_owned();
            let package = unit["pkg_id"].as_str().unwrap_or_default().to_owned();
            let how = format!("features {}, profile {}", unit["features"], unit["profile"]);
            compiled.entry((name, package)).or_default().push(how);
        }
    }
    Ok(compiled)
}

#[test]
fn no_crate_of_the_engine_is_compiled_twice() -> Result<(), Failure> {
    let compiled = plan(PROGRAM)?;
    assert!(compiled.keys().any(|(name, _)| name == "wasmtime"), "the engine is not in the plan");
    let of_the_engine = |name: &str| name.starts_with("wasmtime") || name.starts_with("cranelift");
    // A crate below it that is compiled twice has the engine compiled twice.
    let twice: Vec<_> = compiled.iter().filter(|((name, _), how)| of_the_engine(name) && how.len() > 1).collect();
    let all: Vec<_> = compiled.iter().filter(|(_, how)| how.len() > 1).collect();
    assert!(twice.is_empty(), "the engine is compiled twice, since these are: {all:#?}");
    Ok(())
}

#[test]
fn the_python_package_takes_what_was_compiled_for_the_program() -> Result<(), Failure> {
    let anew = anew(&plan(PACKAGE)?, &plan(PROGRAM)?);
    assert!(anew.is_empty(), "`host/python/Cargo.toml` has to name these with the program's features: {anew:#?}");
    Ok(())
}

#[test]
fn the_program_takes_what_was_compiled_for_xtask() -> Result<(), Failure> {
    let alias = std::fs::read_to_string(root().join(".cargo/config.toml"))?;
    assert!(alias.contains(&format!("xtask = \"run --quiet --release {} --\"", XTASK.join(" "))), "{alias}");
    let xtask = plan(XTASK)?;
    assert!(xtask.keys().any(|(name, _)| name == "wit_component"), "{:#?}", xtask.keys());
    let anew = anew(&xtask, &plan(PROGRAM)?);
    assert!(anew.is_empty(), "these are compiled twice: {anew:#?}");
    Ok(())
}

/// The libraries of one plan that another has too, but compiled in other ways.
fn anew(one: &Plan, other: &Plan) -> Vec<String> {
    let differing = |(library, how): (&(String, String), &Vec<String>)| {
        let built = other.get(library)?;
        let lacking = how.iter().find(|how| !built.contains(how))?;
        Some(format!("{library:?} {lacking}, elsewhere {built:?}"))
    };
    one.iter().filter_map(differing).collect()
}
