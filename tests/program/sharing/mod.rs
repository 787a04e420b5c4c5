//! Graders that are compiled ahead, and graders that are added to a folder.

mod added;
mod ahead;

use std::fs;
use std::path::PathBuf;

use assay_tests::{Failure, assay, root};
use serde_json::Value;
use tempfile::TempDir;

/// The competition that these tests grade, and its grader.
const ID: &str = "breast-cancer-wisconsin";
const GRADER: &str = "roc-auc";

/// What came of a run.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn json(&self) -> Result<Value, Failure> {
        serde_json::from_str(&self.stdout).map_err(|error| format!("{error}: {}{}", self.stdout, self.stderr).into())
    }
}

/// A folder with a cache, graders and whatever else a test needs.
struct World(TempDir);

impl World {
    fn new() -> Result<Self, Failure> {
        Ok(World(tempfile::tempdir()?))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.path(name);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(&path, content)?;
        Ok(path)
    }

    /// Runs the program in this folder, with a cache of its own.
    fn run(&self, arguments: &[&str]) -> Result<Run, Failure> {
        let output = assay()?.current_dir(&self.0).args(["--cache-dir", "cache"]).args(arguments).output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    /// Grades the example's submission with the graders of `graders`.
    fn graded(&self, arguments: &[&str]) -> Result<Run, Failure> {
        let examples = root().join("examples");
        let submission = examples.join(ID).join("logistic-regression.csv").display().to_string();
        let examples = examples.display().to_string();
        let grade = ["grade-sample", &submission, ID, "--competitions", &examples, "--data-dir", &examples];
        self.run(&[&grade, ["--format", "json", "--graders", "graders"].as_slice(), arguments].concat())
    }

    /// The names of the files below a folder, in order.
    fn files(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&self.0)?.display().to_string());
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

fn built(name: &str) -> Result<Vec<u8>, Failure> {
    Ok(fs::read(root().join(format!("target/graders/{name}.wasm")))?)
}

/// The same grader with other bytes: a custom section without content is added.
fn changed(mut grader: Vec<u8>) -> Vec<u8> {
    grader.extend(b"\0\x02\x01x");
    grader
}
