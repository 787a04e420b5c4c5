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
    let python = environment(&folder.join("venv"))?;
    let pip = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]).args(arguments);
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
    run(Command::new(&python).args(["-m", "pytest"]).args(arguments).current_dir(package.join("tests")))
}

/// The interpreter of an environment, which is made if it is not there.
fn environment(folder: &Path) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    Ok(python)
}
