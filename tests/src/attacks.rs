//! Hostile graders: small components in text form, and what grading with one of them gives.
//!
//! A fixture is the fields of a core module, such as `(func $grade …)`; whatever an honest grader needs besides is added. It is called by
//! the canonical ABI, so what it returns are places in its memory. One that starts with `(component` or `(module` is taken as it is.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use assay_host::report::{BatchReport, Report};
use tempfile::TempDir;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

use crate::{Failure, assay, root};

/// What every fixture may use. The description is at 512, `ok` of `validate` at 576, and an honest score of 0.5 at 640.
const COMMON: &str = r#"
  (data (i32.const 256) "attack0.1.0A hostile grader.")
  (data (i32.const 512) "\00\01\00\00\06\00\00\00\06\01\00\00\05\00\00\00\0b\01\00\00\11\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
  (data (i32.const 648) "\00\00\00\00\00\00\e0\3f")
  (global $description i32 (i32.const 512))
  (global $valid i32 (i32.const 576))
  (global $score i32 (i32.const 640))
  (export "cabi_realloc" (func $realloc))
  (export "assay:grader/grading@0.1.0#describe" (func $describe))
  (export "assay:grader/grading@0.1.0#validate" (func $validate))
  (export "assay:grader/grading@0.1.0#grade" (func $grade))
"#;

/// What a fixture has unless it has its own: how that would start, and the honest one.
const HONEST: &[(&str, &str)] = &[
    ("(memory (export", r#"(memory (export "memory") 32)"#),
    ("(global $heap", "(global $heap (mut i32) (i32.const 0x10000))"),
    (
        "(func $realloc",
        "(func $realloc (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
          (local $at i32)
          (local.set $at (i32.and
            (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get $align))))
          (global.set $heap (i32.add (local.get $at) (local.get $size)))
          (local.get $at))",
    ),
    ("(func $describe", "(func $describe (result i32) (global.get $description))"),
    ("(func $validate", "(func $validate (param i32 i32 i32 i32 i32) (result i32) (global.get $valid))"),
    ("(func $grade", "(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (global.get $score))"),
];

/// The component, or core module, of a fixture.
///
/// # Errors
///
/// If the fixture is not well formed.
pub fn component(fixture: &str) -> Result<Vec<u8>, Failure> {
    let code = fixture.lines().find(|line| !line.starts_with(";;")).unwrap_or_default();
    if code.starts_with("(component") || code.starts_with("(module") {
        return Ok(wat::parse_str(fixture)?);
    }
    let mut module = format!("(module {COMMON}");
    for (start, field) in HONEST {
        if !fixture.contains(start) {
            writeln!(module, "{field}")?;
        }
    }
    let mut module = wat::parse_str(format!("{module}{fixture})"))?;
    let mut resolve = Resolve::default();
    let package = resolve.push_group(UnresolvedPackageGroup::parse_dir(root().join("wit/0.1.0"))?)?;
    let world = resolve.select_world(&[package], Some("grader"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    Ok(ComponentEncoder::default().module(&module)?.encode()?)
}

/// The competition that hostile graders are asked to grade, beside the example that is graded honestly.
pub const COMPETITION: &str = "attack";

/// A folder with a hostile grader and its competition.
pub struct Scene {
    folder: TempDir,
}

/// What came of a batch.
pub struct Run {
    /// The reports, in the order of the list.
    pub reports: Vec<Report>,
    /// All that participants may see: the report as it is written, and what the program printed.
    pub visible: String,
    /// What the operator alone may see.
    pub operator: String,
    /// The exit code.
    pub code: Option<i32>,
    /// How long the program ran.
    pub took: Duration,
}

impl Scene {
    /// The example competition again under another id, with `attack.wasm` as its grader.
    ///
    /// # Errors
    ///
    /// If its files cannot be written.
    pub fn new(component: &[u8]) -> Result<Self, Failure> {
        let competition = std::fs::read_to_string(root().join("examples/breast-cancer-wisconsin/competition.toml"))?
            .replace("id = \"breast-cancer-wisconsin\"", "id = \"attack\"")
            .replace("\"roc-auc\"", "\"attack\"")
            .replace("options = { targets = [\"malignant\"] }", "");
        let answers = std::fs::read(root().join("examples/breast-cancer-wisconsin/prepared/private/answers.csv"))?;
        Scene::with(&[("attack", component)], &competition, &answers)
    }

    /// Any competition with the id [`COMPETITION`], its answers (`private/answers.csv`), and graders.
    ///
    /// # Errors
    ///
    /// If its files cannot be written.
    pub fn with(graders: &[(&str, &[u8])], competition: &str, answers: &[u8]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let write = |path: &str, content: &[u8]| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            std::fs::write(path, content)
        };
        for (name, component) in graders {
            write(&format!("graders/{name}.wasm"), component)?;
        }
        write("competitions/attack/competition.toml", competition.as_bytes())?;
        write("data/attack/prepared/private/answers.csv", answers)?;
        let example = root().join("examples/breast-cancer-wisconsin");
        for (from, to) in [
            ("competition.toml", "competitions/breast-cancer-wisconsin/competition.toml"),
            ("prepared/private/answers.csv", "data/breast-cancer-wisconsin/prepared/private/answers.csv"),
            ("logistic-regression.csv", "submission.csv"),
        ] {
            write(to, &std::fs::read(example.join(from))?)?;
        }
        Ok(Scene { folder })
    }

    /// Where the scene is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Grades these submissions, given by competition and file, one after the other in one process.
    ///
    /// # Errors
    ///
    /// If the program writes no report.
    pub fn grade(&self, list: &[(&str, &str)]) -> Result<Run, Failure> {
        let path = |name: &str| self.folder.path().join(name);
        let mut lines = String::new();
        for (competition, submission) in list {
            writeln!(lines, "{}", serde_json::json!({"competition_id": competition, "submission_path": submission}))?;
        }
        std::fs::write(path("list.jsonl"), lines)?;
        let mut command = assay()?;
        command.current_dir(&self.folder).args(["grade", "--threads", "1"]);
        for (option, value) in [
            ("--submission", "list.jsonl"),
            ("--data-dir", "data"),
            ("--output-dir", "out"),
            ("--competitions", "competitions"),
            ("--graders", "graders"),
            ("--cache-dir", "cache"),
            ("--operator-log", "operator.jsonl"),
        ] {
            command.args([OsStr::new(option), path(value).as_os_str()]);
        }
        let start = Instant::now();
        let run = command.output()?;
        let took = start.elapsed();
        let printed = [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let report = std::fs::read_dir(path("out"))?.next().ok_or_else(|| printed.clone())??;
        let report = std::fs::read_to_string(report.path())?;
        let batch: BatchReport = serde_json::from_str(&report)?;
        Ok(Run {
            reports: batch.competition_reports,
            visible: report + &printed,
            operator: std::fs::read_to_string(path("operator.jsonl"))?,
            code: run.status.code(),
            took,
        })
    }
}
