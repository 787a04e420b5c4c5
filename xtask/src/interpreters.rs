//! The interpreters that run graders which are source text: components of `interpreters/`, built into `target/interpreters/`.
//!
//! Neither tool gives the same bytes twice, so an interpreter is told by its digest, and whoever wants the same one hands its file on.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::run;
use crate::languages::{install, tool};

/// Builds the interpreters for Python and JavaScript, with tools that are installed if they are not there.
///
/// # Errors
///
/// If a tool cannot be had, or fails.
pub fn build(workspace: &Path) -> Result<()> {
    let out = workspace.join("target/interpreters");
    let contract = workspace.join("wit/0.1.0");
    fs::create_dir_all(&out)?;

    let python = gathered(workspace, "python", &["interpreter.py", "pandas.py"], "assay.py")?;
    let mut command = found(workspace, "COMPONENTIZE_PY")?;
    command.arg("-d").arg(&contract).args(["-w", "grader", "componentize", "--stub-wasi", "interpreter"]);
    run(command.current_dir(&python).args(["-p", "."]).arg("-o").arg(out.join("python.wasm")))?;

    let javascript = gathered(workspace, "javascript", &["interpreter.js"], "assay.js")?;
    let mut command = found(workspace, "COMPONENTIZE_QJS")?;
    command.arg("--wit").arg(&contract).args(["--world", "grader", "--sync", "--stub-wasi", "--module-root"]);
    command.arg(&javascript).arg("--js").arg(javascript.join("interpreter.js"));
    run(command.arg("-o").arg(out.join("javascript.wasm")))
}

fn found(workspace: &Path, variable: &str) -> Result<Command> {
    if tool(workspace, variable).is_none() {
        install(workspace)?;
    }
    Ok(Command::new(tool(workspace, variable).with_context(|| format!("{variable} is not installed"))?))
}

/// A folder of nothing but an interpreter's files and the SDK that it hands to graders.
fn gathered(workspace: &Path, language: &str, files: &[&str], sdk: &str) -> Result<std::path::PathBuf> {
    let folder = workspace.join("target/interpreters/source").join(language);
    fs::create_dir_all(&folder)?;
    let from = workspace.join("interpreters").join(language);
    let sources = files.iter().map(|file| from.join(file)).chain([workspace.join("sdk").join(language).join(sdk)]);
    for source in sources {
        let name = source.file_name().with_context(|| source.display().to_string())?;
        fs::copy(&source, folder.join(name)).with_context(|| source.display().to_string())?;
    }
    Ok(folder)
}
