//! A container engine, agents, and competitions with data, in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assay_tests::docker::Docker;
use assay_tests::{Failure, TOY, assay};
use serde_json::Value;
use tempfile::TempDir;

/// What stands in the answers and nowhere else.
pub(super) const CANARY: &str = "4815.162342";

/// All that a run group needs.
pub(super) struct World {
    pub(super) docker: Docker,
    folder: TempDir,
}

impl World {
    /// An agent `cell` whose start script is this, and these competitions; none where there is no engine.
    pub(super) fn new(start: &str, competitions: &[&str]) -> Result<Option<Self>, Failure> {
        let Some(docker) = Docker::start()? else { return Ok(None) };
        let world = World { docker, folder: tempfile::tempdir()? };
        world.agent("cell", "cell:\n  start: cell/start.sh\n  dockerfile: cell/Dockerfile\n", start)?;
        for id in competitions {
            world.competition(id)?;
        }
        fs::write(world.path("set.txt"), competitions.join("\n") + "\n\n")?;
        Ok(Some(world))
    }

    /// The folder of an agent, and its image.
    pub(super) fn agent(&self, name: &str, config: &str, start: &str) -> Result<(), Failure> {
        let folder = self.path("agents").join(name);
        fs::create_dir_all(&folder)?;
        for (file, text) in [("config.yaml", config), ("start.sh", start), ("Dockerfile", "FROM base\n")] {
            fs::write(folder.join(file), text)?;
        }
        self.docker.import(name, &[("home/agent/start.sh", start)], &[])
    }

    fn competition(&self, id: &str) -> Result<(), Failure> {
        let files = [
            (format!("competitions/{id}/competition.toml"), TOY.replace("\"toy\"", &format!("\"{id}\""))),
            (format!("data/{id}/prepared/public/description.md"), "For each id, a number.\n".into()),
            (format!("data/{id}/prepared/public/sample_submission.csv"), "id,y\n1,0\n2,0\n".into()),
            (format!("data/{id}/prepared/private/test.csv"), format!("id,y\n1,{CANARY}\n2,1\n")),
        ];
        for (path, text) in files {
            let path = self.path(&path);
            fs::create_dir_all(path.parent().ok_or("no parent")?)?;
            fs::write(path, text)?;
        }
        Ok(())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `assay run` and words, told where the engine is.
    pub(super) fn call(&self, words: &[&str]) -> Result<Command, Failure> {
        let mut command = assay()?;
        command.arg("run").args(words);
        command.env("DOCKER_HOST", self.docker.host()).env("TMPDIR", std::env::temp_dir());
        Ok(command)
    }

    /// `assay run` with what all calls share.
    pub(super) fn run(&self) -> Result<Command, Failure> {
        self.run_of(&self.path("agents"))
    }

    /// The same with another folder of agents.
    pub(super) fn run_of(&self, agents: &Path) -> Result<Command, Failure> {
        let mut command = self.call(&["--format", "json", "--agents-dir"])?;
        command.arg(agents).arg("--competitions").arg(self.path("competitions"));
        command.arg("--data-dir").arg(self.path("data"));
        Ok(command)
    }

    /// What `assay run prune` tells.
    pub(super) fn pruned(&self, flags: &[&str]) -> Result<Value, Failure> {
        let output = self.call(&["prune", "--format", "json"])?.args(flags).output()?;
        expect(&output, 0);
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// A new group of the agent `cell` on all competitions.
    pub(super) fn begin(&self) -> Result<Command, Failure> {
        let mut command = self.run()?;
        command.args(["--agent-id", "cell", "--competition-set"]).arg(self.path("set.txt"));
        command.arg("--runs-dir").arg(self.path("runs"));
        Ok(command)
    }

    /// The folder of the one group that there is.
    pub(super) fn group(&self) -> Result<PathBuf, Failure> {
        let entries = fs::read_dir(self.path("runs"))?;
        let folders: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
        match folders.as_slice() {
            [folder] => Ok(folder.clone()),
            folders => Err(format!("{} groups", folders.len()).into()),
        }
    }
}

/// The metadata of a group.
pub(super) fn metadata(group: &Path) -> Result<Value, Failure> {
    Ok(serde_json::from_slice(&fs::read(group.join("metadata.json"))?)?)
}

/// The exit code of a call; what it said is shown where it is another.
pub(super) fn expect(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
}
