//! Agents as the reference keeps them: a folder with a `config.yaml`, whose entries are agents, and the files that an image is built of.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use assay_types::excerpt::{excerpt, listed};
use assay_types::sha256;
use serde::Deserialize;
use serde_json::{Map, Value};
use walkdir::WalkDir;

use crate::AgentsError;
use crate::yaml::{mapping, python_text};

/// What the file is called that agents are in.
const FILE: &str = "config.yaml";

/// The largest such file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// How deep below the folder of agents such files are looked for.
const MAX_DEPTH: usize = 8;

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its id, such as `aide/dev`.
    pub id: String,
    /// The name of its folder, which is that of its image.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What its image is built by.
    pub dockerfile: PathBuf,
    /// Its arguments.
    pub kwargs: Vec<(String, Setting)>,
    /// How they are handed over.
    pub kwargs_type: Option<KwargsType>,
    /// Environment variables.
    pub env_vars: Vec<(String, Setting)>,
    /// Whether it asks for a container that can do all that the machine's administrator can.
    pub privileged: bool,
    /// The SHA-256 of its `config.yaml`.
    pub config: String,
}

/// How arguments are handed to the start script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KwargsType {
    /// `--key value`.
    Argparse,
    /// `key=value`.
    Omegaconf,
}

/// What a variable or an argument is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A text.
    Text(String),
    /// What the environment variable of this name holds when a run starts, `${{ secrets.NAME }}`.
    Secret(String),
}

/// An entry of a `config.yaml`. What else it has is let be, as the reference lets it.
#[derive(Deserialize)]
#[serde(expecting = "an agent, which is a mapping with `start` and `dockerfile`")]
struct Entry {
    start: String,
    dockerfile: String,
    #[serde(default)]
    kwargs: Option<Map<String, Value>>,
    #[serde(default)]
    kwargs_type: Option<KwargsType>,
    #[serde(default)]
    env_vars: Option<Map<String, Value>>,
    #[serde(default)]
    privileged: bool,
}

impl Agent {
    /// The agent of an id: the first `config.yaml` below a folder, in the order of their paths, that has it.
    ///
    /// # Errors
    ///
    /// If there is none, or it is not as it must be.
    pub fn find(folder: &Path, id: &str) -> Result<Self, AgentsError> {
        let (mut known, mut broken) = (BTreeSet::new(), Vec::new());
        for file in files(folder) {
            let text = match read(&file) {
                Ok(text) => text,
                Err(error) => {
                    broken.push(format!("{}: {error}", file.display()));
                    continue;
                }
            };
            match mapping(&text) {
                Ok(mut entries) => {
                    if let Some(entry) = entries.remove(id) {
                        return Agent::of_entry(folder, file, id, entry, &text);
                    }
                    // Others of its values are anchors for the agents.
                    known.extend(
                        entries.iter().filter(|(_, value)| value.get("start").is_some()).map(|(id, _)| id.clone()),
                    );
                }
                Err(error) => broken.push(format!("{}: {}", file.display(), listed(&error))),
            }
        }
        if known.is_empty() && broken.is_empty() {
            let message = if folder.is_dir() {
                format!("there is no {FILE} with an agent in it")
            } else {
                "there is no such folder".into()
            };
            return Err(AgentsError::NoAgents { folder: folder.to_owned(), message });
        }
        let broken = broken.iter().map(|broken| format!("\nnote: {broken}")).collect();
        let (id, folder) = (id.to_owned(), folder.to_owned());
        Err(AgentsError::UnknownAgent { id, folder, known: known.into_iter().collect(), broken })
    }

    fn of_entry(agents: &Path, file: PathBuf, id: &str, entry: Value, text: &str) -> Result<Self, AgentsError> {
        let wrong = |message: String| AgentsError::Agent { file: file.clone(), id: id.to_owned(), message };
        let entry: Entry = serde_json::from_value(entry).map_err(|error| wrong(error.to_string()))?;
        let folder = file.parent().unwrap_or(agents).to_owned();
        let name = folder.canonicalize().ok().and_then(|folder| Some(folder.file_name()?.to_str()?.to_owned()));
        let name = name.ok_or_else(|| wrong("its folder has no name that an image can have".into()))?;
        for (what, path) in [("start", &entry.start), ("dockerfile", &entry.dockerfile)] {
            if !agents.join(path).is_file() {
                return Err(wrong(format!("`{what}`: there is no file {} in {}", excerpt(path), agents.display())));
            }
        }
        let settings = |values: Option<Map<String, Value>>| {
            values.unwrap_or_default().into_iter().map(|(name, value)| (name, Setting::of(&value))).collect::<Vec<_>>()
        };
        let (kwargs, env_vars) = (settings(entry.kwargs), settings(entry.env_vars));
        if !kwargs.is_empty() && entry.kwargs_type.is_none() {
            return Err(wrong(
                "`kwargs` need a `kwargs_type`, `argparse` or `omegaconf`, which says how they are handed over".into(),
            ));
        }
        if let Some((name, _)) = env_vars.iter().find(|(name, _)| name.is_empty() || name.contains(['=', '\0'])) {
            return Err(wrong(format!("`env_vars`: {} is no name of an environment variable", excerpt(name))));
        }
        let config = sha256(text.as_bytes());
        Ok(Agent {
            id: id.to_owned(),
            name,
            dockerfile: agents.join(&entry.dockerfile),
            folder,
            kwargs,
            kwargs_type: entry.kwargs_type,
            env_vars,
            privileged: entry.privileged,
            config,
        })
    }

    /// What follows `start.sh`, and the environment variables as `NAME=value`, with their secrets.
    ///
    /// # Errors
    ///
    /// If a secret is not there; the error has its name.
    pub fn settled(&self, secret: impl Fn(&str) -> Option<String>) -> Result<Settled, MissingSecret> {
        let text = |setting: &Setting| match setting {
            Setting::Text(text) => Ok(text.clone()),
            Setting::Secret(name) => secret(name).ok_or_else(|| MissingSecret(name.clone())),
        };
        let mut arguments = Vec::new();
        for (key, value) in &self.kwargs {
            let value = text(value)?;
            match self.kwargs_type {
                Some(KwargsType::Argparse) => arguments.extend([format!("--{key}"), value]),
                Some(KwargsType::Omegaconf) => arguments.push(format!("{key}={value}")),
                None => {}
            }
        }
        let variables = self.env_vars.iter().map(|(name, value)| Ok(format!("{name}={}", text(value)?)));
        Ok(Settled { arguments, variables: variables.collect::<Result<_, _>>()? })
    }
}

/// An agent's arguments and variables with their secrets. They go to the engine and nowhere else.
pub struct Settled {
    /// What follows `start.sh`.
    pub arguments: Vec<String>,
    /// `NAME=value`.
    pub variables: Vec<String>,
}

/// A secret that is not in the environment.
#[derive(Debug, thiserror::Error)]
#[error("the agent needs the secret {0}: set the environment variable of this name")]
pub struct MissingSecret(
    /// Its name.
    pub String,
);

impl Setting {
    fn of(value: &Value) -> Self {
        match value.as_str().and_then(secret) {
            Some(name) => Setting::Secret(name.to_owned()),
            None => Setting::Text(python_text(value)),
        }
    }
}

/// The name in `${{ secrets.NAME }}` at the start of a text; what follows is let be, as the reference lets it.
fn secret(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("${{")?.trim_start().strip_prefix("secrets.")?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').filter(|&end| end > 0)?;
    let (name, rest) = rest.split_at(end);
    rest.trim_start().starts_with("}}").then_some(name)
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = WalkDir::new(folder).max_depth(MAX_DEPTH).sort_by_file_name().into_iter();
    entries
        .flatten()
        .filter(|entry| entry.file_name() == FILE && entry.path().is_file())
        .map(walkdir::DirEntry::into_path)
}

fn read(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
    match read {
        Err(error) => Err(error.to_string()),
        Ok(read) if u64::try_from(read).is_ok_and(|read| read > MAX_BYTES) => {
            Err(format!("it has more than {MAX_BYTES} bytes"))
        }
        Ok(_) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Agents in the form of the reference's: anchors, merged mappings, secrets.
    const CONFIG: &str = r#"
vars:
  steps: &steps 500
defaults: &defaults
  start: tree/start.sh
  dockerfile: tree/Dockerfile
  kwargs_type: omegaconf
  env_vars: &env_vars
    LIMIT: 7200
    STEPS: *steps
common: &common
  search.prob: 1.0
  copy_data: False # a note
tree:
  <<: *defaults
  kwargs:
    <<: *common
    steps: *steps
    model: m-2026
  env_vars:
    <<: *env_vars
    KEY: ${{ secrets.KEY }}
tree/dev:
  <<: *defaults
  kwargs_type: argparse
  kwargs:
    rate: 0.00001
    key: ${{secrets.KEY}}
tree/untyped:
  start: tree/start.sh
  dockerfile: tree/Dockerfile
  kwargs: {a: 1}
"#;

    fn agents() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir(&tree).unwrap();
        for (name, text) in [(FILE, CONFIG), ("start.sh", ""), ("Dockerfile", "FROM base")] {
            fs::write(tree.join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn an_agent_of_the_references_form_is_read() {
        let folder = agents();
        let agent = Agent::find(folder.path(), "tree").unwrap();
        assert_eq!((agent.name.as_str(), agent.privileged), ("tree", false));
        let settled = agent.settled(|name| Some(format!("value of {name}"))).unwrap();
        assert_eq!(settled.arguments, ["search.prob=1.0", "copy_data=False", "steps=500", "model=m-2026"]);
        assert_eq!(settled.variables, ["LIMIT=7200", "STEPS=500", "KEY=value of KEY"]);
        assert!(agent.settled(|_| None).is_err_and(|missing| missing.0 == "KEY"));

        let dev = Agent::find(folder.path(), "tree/dev").unwrap();
        let settled = dev.settled(|_| Some("k".into())).unwrap();
        assert_eq!(settled.arguments, ["--rate", "1e-05", "--key", "k"]);
    }

    #[test]
    fn what_is_no_agent_is_told() {
        let folder = agents();
        let message = |id: &str| Agent::find(folder.path(), id).unwrap_err().to_string();
        assert!(
            message("three").contains("config.yaml files have `defaults`, `tree`, `tree/dev`"),
            "{}",
            message("three")
        );
        assert!(message("tree/untyped").contains("`kwargs` need a `kwargs_type`"));
        let none = Agent::find(&folder.path().join("none"), "tree").unwrap_err().to_string();
        assert!(none.contains("there is no such folder\nhint: --agents-dir names"), "{none}");
        let empty = tempfile::tempdir().unwrap();
        let none = Agent::find(empty.path(), "tree").unwrap_err().to_string();
        assert!(none.contains("there is no config.yaml with an agent in it\nhint: "), "{none}");
        fs::write(folder.path().join(FILE), "tree:\n").unwrap();
        assert!(message("tree").contains("expected an agent, which is a mapping with `start` and `dockerfile`"));
        fs::write(folder.path().join(FILE), "a: [\n").unwrap();
        assert!(message("three").contains("\nnote: "), "{}", message("three"));
        fs::remove_file(folder.path().join("tree/start.sh")).unwrap();
        assert!(message("tree").contains("`start`: there is no file `tree/start.sh`"), "{}", message("tree"));
    }

    #[test]
    fn a_document_that_grows_without_bounds_is_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), bomb).unwrap();
        let error = Agent::find(folder.path(), "a").unwrap_err().to_string();
        assert!(error.contains("\nnote: "), "{error}");
    }

    #[test]
    fn secrets_are_told_by_their_form() {
        let expected = [
            ("${{ secrets.KEY }}", Some("KEY")),
            ("${{secrets.A_1}}", Some("A_1")),
            ("${{ secrets.KEY }} and more", Some("KEY")),
            ("a ${{ secrets.KEY }}", None),
            ("${{ secrets. }}", None),
            ("${{ secrets.KEY", None),
            ("${{ env.KEY }}", None),
        ];
        for (text, name) in expected {
            assert_eq!(secret(text), name, "{text}");
        }
    }
}
