//! A competition with a recipe, a data directory, and a user with credentials.

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::process::Command;

use assay_tests::{Failure, TOY, assay};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The credentials of the tests' user, of which no message may have anything.
pub(super) const USER: &str = "tester";
pub(super) const KEY: &str = "0123456789abcdef-secret";

/// `tester:0123456789abcdef-secret` in base64.
pub(super) const BASIC: &str = "Basic dGVzdGVyOjAxMjM0NTY3ODlhYmNkZWYtc2VjcmV0";

/// What is there before a preparation.
pub(super) struct World {
    folder: TempDir,
}

/// How a run ended.
pub(super) struct Run {
    pub(super) code: Option<i32>,
    pub(super) stderr: String,
}

impl World {
    pub(super) fn new() -> Result<Self, Failure> {
        let world = World { folder: tempfile::tempdir()? };
        let competition = world.path("competitions/toy");
        fs::create_dir_all(&competition)?;
        fs::create_dir_all(world.path("home"))?;
        fs::write(competition.join("competition.toml"), TOY)?;
        fs::write(competition.join("preparation.toml"), RECIPE)?;
        Ok(world)
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// `assay prepare -c toy`, of the interface on this host, by a user with credentials.
    pub(super) fn command(&self, host: &str) -> Result<Command, Failure> {
        let mut command = self.stranger(host)?;
        command.env("KAGGLE_USERNAME", USER).env("KAGGLE_KEY", KEY);
        Ok(command)
    }

    /// The same by a user without.
    pub(super) fn stranger(&self, host: &str) -> Result<Command, Failure> {
        let mut command = assay()?;
        command.args(["prepare", "-c", "toy", "--competitions"]).arg(self.path("competitions"));
        command.arg("--data-dir").arg(self.path("data")).args(["--stall", "1s", "--tries", "4"]);
        for name in ["KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_API_TOKEN", "KAGGLE_CONFIG_DIR", "XDG_CONFIG_HOME"] {
            command.env_remove(name);
        }
        command.env("HOME", self.path("home")).env("KAGGLE_API_ENDPOINT", format!("http://{host}"));
        Ok(command)
    }

    /// The data as they are to be.
    pub(super) fn is_prepared(&self) -> bool {
        let file = |name: &str| fs::read_to_string(self.path("data/toy/prepared").join(name)).unwrap_or_default();
        file("private/test.csv") == "id,y\n1,2\n"
            && file("public/sample_submission.csv") == "id,y\n1,0\n"
            && file("prepared.json").contains("\"private/test.csv\"")
            && !self.path("data/toy/.preparing-prepared").exists()
    }
}

/// Runs a command; whatever it says, it says nothing of the credentials.
pub(super) fn run(mut command: Command) -> Result<Run, Failure> {
    let output = command.output()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let all = format!("{stderr}{}", String::from_utf8_lossy(&output.stdout));
    assert!(!all.contains(KEY) && !all.contains(BASIC.trim_start_matches("Basic ")), "{all}");
    Ok(Run { code: output.status.code(), stderr })
}

/// The download of the toy.
pub(super) fn download() -> Result<Vec<u8>, Failure> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // What makes it long enough to be cut.
    let noise: Vec<u8> = (0..300_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let files =
        [("test.csv", b"id,y\n1,2\n".as_slice()), ("sample_submission.csv", b"id,y\n1,0\n"), ("noise.bin", &noise)];
    for (name, content) in files {
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

const RECIPE: &str = r#"
steps = [
  { copy = { from = "raw/test.csv", to = "private/test.csv" } },
  { copy = { from = "raw/sample_submission.csv", to = "public/sample_submission.csv" } },
]
"#;
