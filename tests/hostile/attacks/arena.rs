//! One run of the program on hostile graders, and on an honest one before and after them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assay_tests::{Failure, assay, root};
use assay_types::report::{BatchReport, Report};
use serde_json::Value;

/// What every row of the hostile competitions' answers holds, and no participant may see.
pub(crate) const CANARY: &str = "canary-5b1f60c2";

/// The competition that the honest grader grades.
const HONEST: &str = "breast-cancer-wisconsin";

/// A hostile grader and the options that its competition gives it, in TOML.
pub(crate) struct Hostile<'a> {
    pub(crate) name: &'a str,
    pub(crate) component: &'a [u8],
    pub(crate) options: &'a str,
}

/// What the operator is told of a grading.
#[derive(Debug)]
pub(crate) struct Note {
    /// The place of its entry in the list, from 1.
    entry: Option<u64>,
    fuel: Option<u64>,
    pub(crate) grader: Option<String>,
    pub(crate) details: Value,
}

/// What a run leaves.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    /// One report an entry, in their order.
    pub(crate) reports: Vec<Report>,
    /// The operator's log.
    pub(crate) notes: Vec<Note>,
    /// Everything that a participant may see.
    pub(crate) visible: String,
    /// What the program wrote for people.
    pub(crate) messages: String,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Run {
    /// The fuel that an entry used, from 0.
    pub(crate) fn fuel(&self, entry: u64) -> Option<u64> {
        self.notes.iter().find(|note| note.entry == Some(entry + 1)).and_then(|note| note.fuel)
    }

    /// How long the grading of a competition took by the program's own account.
    pub(crate) fn milliseconds(&self, competition: &str) -> Option<f64> {
        self.messages.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            let time = words.next()?.parse().ok()?;
            (words.next() == Some("ms") && words.next() == Some(competition)).then_some(time)
        })
    }
}

/// Grades an honest competition, then the hostile ones in this order, then the honest one again.
pub(crate) fn run(hostile: &[Hostile<'_>], order: &[&str]) -> Result<Run, Failure> {
    let folder = tempfile::tempdir()?;
    let at = |part: &str| folder.path().join(part);
    let example = root().join("examples").join(HONEST);
    for part in ["graders", "competitions", "data", "out"] {
        fs::create_dir(at(part))?;
    }
    for part in ["competitions", "data"] {
        std::os::unix::fs::symlink(&example, at(part).join(HONEST))?;
    }
    for hostile in hostile {
        fs::write(at("graders").join(format!("{}.wasm", hostile.name)), hostile.component)?;
        prepare(hostile, &example, &at("competitions"), &at("data"))?;
    }
    let submission = example.join("logistic-regression.csv");
    let order = [HONEST].into_iter().chain(order.iter().copied()).chain([HONEST]);
    let list: String = order
        .map(|id| serde_json::json!({ "competition_id": id, "submission_path": submission }).to_string() + "\n")
        .collect();
    fs::write(at("list.jsonl"), list)?;
    start(folder.path())
}

/// Writes a hostile grader's competition: the example's, with another grader and with answers that hold the canary.
fn prepare(hostile: &Hostile<'_>, example: &Path, competitions: &Path, data: &Path) -> Result<(), Failure> {
    let mut competition: toml::Table = fs::read_to_string(example.join("competition.toml"))?.parse()?;
    competition.insert("id".into(), hostile.name.into());
    let grader = format!("component = {:?}\noptions = {{ {} }}", hostile.name, hostile.options);
    competition.insert("grader".into(), grader.parse::<toml::Table>()?.into());
    competition.insert("answers".into(), "columns = [\"canary\"]".parse::<toml::Table>()?.into());
    let folder = competitions.join(hostile.name);
    fs::create_dir(&folder)?;
    fs::write(folder.join("competition.toml"), toml::to_string(&competition)?)?;

    let answers = fs::read_to_string(example.join("prepared/private/answers.csv"))?;
    let mut rows = answers.lines();
    let header = rows.next().into_iter().map(|header| format!("{header},canary\n"));
    let answers: String = header.chain(rows.map(|row| format!("{row},{CANARY}\n"))).collect();
    let folder = data.join(hostile.name).join("prepared/private");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("answers.csv"), answers)?;
    Ok(())
}

fn start(folder: &Path) -> Result<Run, Failure> {
    let at = |part: &str| folder.join(part);
    let begun = Instant::now();
    let output = assay()?
        .args(["grade", "--threads", "1", "--slowest", "9", "--submission"])
        .arg(at("list.jsonl"))
        .arg("--graders")
        .arg(at("graders"))
        .arg("--competitions")
        .arg(at("competitions"))
        .arg("--data-dir")
        .arg(at("data"))
        .arg("--output-dir")
        .arg(at("out"))
        .arg("--operator-log")
        .arg(at("operator.jsonl"))
        .arg("--cache-dir")
        .arg(cache()?)
        .output()?;
    let took = begun.elapsed();
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    let report =
        fs::read_dir(at("out"))?.next().ok_or_else(|| format!("no report: {}: {messages}", output.status))??;
    let report = fs::read_to_string(report.path())?;
    let log = fs::read_to_string(at("operator.jsonl"))?;
    let note = |line: &str| -> Result<Note, Failure> {
        let line: Value = serde_json::from_str(line)?;
        let [entry, fuel] = ["entry", "fuel"].map(|name| line[name].as_u64());
        Ok(Note {
            entry,
            fuel,
            grader: line["grader"].as_str().map(ToOwned::to_owned),
            details: line["details"].clone(),
        })
    };
    Ok(Run {
        code: output.status.code(),
        notes: log.lines().map(note).collect::<Result<_, _>>()?,
        visible: [&report, String::from_utf8_lossy(&output.stdout).as_ref(), &messages].join("\n"),
        reports: serde_json::from_str::<BatchReport>(&report)?.competition_reports,
        messages,
        took,
    })
}

/// The runs' common cache: the honest grader is compiled once, and files in it never change.
fn cache() -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile-graders");
    fs::create_dir_all(&folder)?;
    fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(folder)
}
