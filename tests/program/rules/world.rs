//! A run group with logs and code, a competition whose answers are easily recognised, and a user with a key.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assay_tests::{Failure, TOY, assay};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The user's key, which is shown to the server alone.
pub(super) const KEY: &str = "tester-0123456789abcdef";

/// A secret that agents were given.
pub(super) const AGENTS_SECRET: &str = "agents-fedcba9876543210";

/// A folder with all of that in it.
pub(super) struct World {
    folder: TempDir,
    list: Vec<Value>,
}

/// What came of a call.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) stderr: String,
    pub(super) told: Value,
}

impl World {
    pub(super) fn new() -> Result<Self, Failure> {
        let world = World { folder: tempfile::tempdir()?, list: Vec::new() };
        fs::create_dir_all(world.path("competitions/toy"))?;
        fs::write(world.path("competitions/toy/competition.toml"), TOY)?;
        Ok(world)
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a file.
    pub(super) fn write(&self, below: &str, text: &str) -> Result<(), Failure> {
        let path = self.path(below);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        Ok(fs::write(path, text)?)
    }

    /// One run more, with these logs and this code.
    pub(super) fn run(&mut self, id: &str, logs: &str, code: &str) -> Result<(), Failure> {
        self.write(&format!("group/{id}/logs/agent.log"), logs)?;
        self.write(&format!("group/{id}/code/train.py"), code)?;
        self.list.push(json!({
            "competition_id": "toy", "submission_path": null, "run_id": id, "success": true,
            "logs_path": format!("group/{id}/logs"), "code_path": format!("group/{id}/code"),
        }));
        Ok(())
    }

    /// The answers of `toy`: a number for each row, as its text is written.
    pub(super) fn answers(&self, answer: impl Fn(usize) -> String) -> Result<String, Failure> {
        let rows: String = (0..200).map(|row| format!("{row},{}\n", answer(row))).collect();
        let text = format!("id,y\n{rows}");
        self.write("data/toy/prepared/private/test.csv", &text)?;
        let sample: String = (0..200).map(|row| format!("{row},0\n")).collect();
        self.write("data/toy/prepared/public/sample_submission.csv", &format!("id,y\n{sample}"))?;
        Ok(text)
    }

    /// `assay check-rules` of these runs, by a user with a key.
    pub(super) fn command(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let list: String = self.list.iter().map(|line| format!("{line}\n")).collect();
        self.write("list.jsonl", &list)?;
        let mut command = assay()?;
        command.current_dir(&self.folder).args(["check-rules", "--submission", "list.jsonl", "--output-dir", "out"]);
        command.args(["--competitions", "competitions", "--format", "json"]).args(arguments);
        command.env("OPENAI_API_KEY", KEY).env("AGENTS_TOKEN", AGENTS_SECRET).env_remove("OPENAI_BASE_URL");
        Ok(command)
    }

    /// The same with a model at an address, to its end.
    pub(super) fn ask(&self, address: &str, arguments: &[&str]) -> Result<Ended, Failure> {
        ended(self.command(&[&["--model", "m", "--base-url", address, "--yes"], arguments].concat())?)
    }

    /// The table that a call wrote, by rows of cells.
    pub(super) fn table(&self, ended: &Ended) -> Result<Table, Failure> {
        let path = ended.told["analysis"].as_str().ok_or_else(|| format!("no table: {}", ended.stderr))?;
        let text = fs::read_to_string(self.path(path))?;
        let mut rows = text.lines().map(cells);
        Ok(Table { header: rows.next().ok_or("no header")?, rows: rows.collect() })
    }

    /// The findings that a call wrote.
    pub(super) fn findings(&self, ended: &Ended) -> Result<Vec<Value>, Failure> {
        let path = ended.told["findings"].as_str().ok_or_else(|| format!("no findings: {}", ended.stderr))?;
        let text = fs::read_to_string(self.path(path))?;
        Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// All that was written.
    pub(super) fn written(&self) -> Result<String, Failure> {
        let mut all = String::new();
        for entry in fs::read_dir(self.path("out"))? {
            all += &fs::read_to_string(entry?.path())?;
        }
        Ok(all)
    }
}

/// A table as text.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A cell of a row, from 0.
    pub(super) fn cell(&self, row: usize, column: &str) -> Result<&str, Failure> {
        let place = self.header.iter().position(|name| name == column).ok_or_else(|| format!("no column {column}"))?;
        Ok(self.rows.get(row).and_then(|row| row.get(place)).ok_or("no such row")?)
    }
}

/// The cells of a line of CSV, whose cells have no line ends.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    cells.push(cell);
    cells
}

/// Runs a command; whatever it says, it says nothing of secrets.
pub(super) fn ended(mut command: Command) -> Result<Ended, Failure> {
    let Output { status, stdout, stderr } = command.output()?;
    let (stdout, stderr) = (String::from_utf8(stdout)?, String::from_utf8(stderr)?);
    assert!(!stdout.contains(KEY) && !stderr.contains(KEY), "{stderr}");
    Ok(Ended { code: status.code(), told: serde_json::from_str(&stdout).unwrap_or_default(), stderr })
}

/// How many lines a file has; none, if it is not there.
pub(super) fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}
