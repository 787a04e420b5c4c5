//! The tools that make components of graders in other languages than Rust, below `target/languages/`, for the tests.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::command::run;

/// The variables by which the command that builds a grader is told of a tool, with the tool's place below the folder of tools.
const TOOLS: [(&str, &str); 5] = [
    ("ZIG", "python/bin/python-zig"),
    ("GO", "python/bin/go"),
    ("COMPONENTIZE_PY", "python/bin/componentize-py"),
    ("COMPONENTIZE_QJS", "node_modules/.bin/componentize-qjs"),
    ("TSC", "node_modules/.bin/tsc"),
];

/// Where the tools are.
#[must_use]
pub fn folder(workspace: &Path) -> PathBuf {
    workspace.join("target/languages")
}

/// Where a tool is that a variable names: there, or below the folder of tools; none if it is not installed.
#[must_use]
pub fn tool(workspace: &Path, variable: &str) -> Option<OsString> {
    if let Some(set) = std::env::var_os(variable) {
        return Some(set);
    }
    let (_, place) = TOOLS.iter().find(|(name, _)| *name == variable)?;
    let path = folder(workspace).join(place);
    path.is_file().then(|| path.into_os_string())
}

/// Installs the tools with pip and npm, in the versions that the templates of graders name.
///
/// # Errors
///
/// If Python or Node.js is not there, or a package cannot be had.
pub fn install(workspace: &Path) -> Result<()> {
    let folder = folder(workspace);
    fs::create_dir_all(&folder)?;
    let python = folder.join("python");
    if !python.join("bin/python").is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&python))?;
    }
    let mut pip = Command::new(python.join("bin/pip"));
    run(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(of_pip(workspace)?))?;
    let package = json!({ "private": true, "dependencies": of_npm(workspace)? });
    fs::write(folder.join("package.json"), package.to_string())?;
    let mut npm = Command::new("npm");
    run(npm.current_dir(&folder).args(["install", "--silent", "--no-audit", "--no-fund"]))
}

/// The packages of pip that templates name, each with its version: `ziglang==0.17.1`.
fn of_pip(workspace: &Path) -> Result<Vec<String>> {
    let mut packages = Vec::new();
    for language in ["c", "go", "python", "zig"] {
        let script = workspace.join("sdk").join(language).join("template/build.sh");
        let text = fs::read_to_string(&script).with_context(|| script.display().to_string())?;
        packages.extend(text.split_whitespace().filter(|word| word.contains("==")).map(str::to_owned));
    }
    packages.sort();
    packages.dedup();
    Ok(packages)
}

/// The packages of npm that templates name.
fn of_npm(workspace: &Path) -> Result<Value> {
    let file = workspace.join("sdk/typescript/template/package.json");
    let package: Value = serde_json::from_slice(&fs::read(&file)?).with_context(|| file.display().to_string())?;
    Ok(package["devDependencies"].clone())
}
