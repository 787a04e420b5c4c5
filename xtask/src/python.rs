//! The Python package: built as a wheel, installed into an environment of its own, and tested there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::run;

/// What the package's tests need beside it: `test` of `host/python/pyproject.toml`, and what builds the wheel.
const NEEDED: [&str; 7] = ["maturin>=1.9.4,<2", "mypy", "numpy", "pandas>=2.2", "polars>=1", "pyarrow", "pytest"];

/// What the adapters are for. These are large, and what needs them is left out where they cannot be had.
const ADAPTED: [&str; 3] = ["inspect-ai>=0.3", "verifiers>=0.4", "ray>=2.9"];

/// Builds the wheel, installs it and runs its tests, with such arguments of pytest.
///
/// # Errors
///
/// If Python or a package that is needed cannot be had, or a test fails.
pub fn test(workspace: &Path, arguments: &[String]) -> Result<()> {
    let folder = workspace.join("target/python");
    let programs = environment(&folder.join("venv"))?;
    // What builds the wheel starts programs of the environment by their names.
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs.clone()].into_iter().chain(std::env::split_paths(&others)))?;
    let python = |module: &str| {
        let mut command = Command::new(programs.join("python"));
        command.env("PATH", &path).args(["-m", module]);
        command
    };
    let pip = |arguments: &[&str]| {
        let mut command = python("pip");
        command.args(["--quiet", "--disable-pip-version-check"]).args(arguments);
        command
    };
    run(pip(&["install"]).args(NEEDED))?;
    for package in ADAPTED {
        if run(pip(&["install", package]).stderr(std::process::Stdio::null())).is_err() {
            eprintln!("{package} cannot be had: what adapts the package to it is not tested");
        }
    }
    let wheels = folder.join("wheels");
    let _ = std::fs::remove_dir_all(&wheels);
    let package = workspace.join("host/python");
    // With the maturin that is there, so that cargo finds what it built before.
    run(pip(&["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir"]).arg(&wheels).arg(&package))?;
    for entry in std::fs::read_dir(&wheels)? {
        run(pip(&["install", "--no-deps", "--force-reinstall"]).arg(entry?.path()))?;
    }
    run(python("pytest").args(arguments).current_dir(package.join("tests")))
}

/// The programs of an environment, which is made if it is not there.
fn environment(folder: &Path) -> Result<PathBuf> {
    let programs = folder.join("bin");
    if !programs.join("python").is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    Ok(programs)
}
