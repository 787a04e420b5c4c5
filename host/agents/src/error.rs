//! Why agents cannot be run. What one run alone met is no error of these: it stands in that run's metadata.

use std::io;
use std::path::PathBuf;

use assay_types::excerpt::{excerpt, names};
use thiserror::Error;

/// Why agents cannot be run.
#[derive(Debug, Error)]
pub enum AgentsError {
    /// No agent has that id.
    #[error("there is no agent {} in {}; its config.yaml files have {}{broken}", excerpt(.id), .folder.display(), names(.known))]
    UnknownAgent {
        /// What was asked for.
        id: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// The ids that there are.
        known: Vec<String>,
        /// Which files could not be read, in words.
        broken: String,
    },
    /// There are no agents at all.
    #[error("{}: {message}\nhint: --agents-dir names the folder of agents, each of which is a folder in it with a config.yaml", .folder.display())]
    NoAgents {
        /// Where they were looked for.
        folder: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// An agent is not as it must be.
    #[error("{}, agent {}: {message}", .file.display(), excerpt(.id))]
    Agent {
        /// Its `config.yaml`.
        file: PathBuf,
        /// Its id.
        id: String,
        /// What is wrong.
        message: String,
    },
    /// A configuration of containers is not as it must be.
    #[error("{file}: {message}")]
    ContainerConfig {
        /// The file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// The engine cannot be reached.
    #[error("the container engine at {host} cannot be reached: {message}\nhint: {hint}")]
    Unreachable {
        /// Where it was looked for.
        host: String,
        /// What happened.
        message: String,
        /// What can be done.
        hint: &'static str,
    },
    /// What was named is no address of an engine.
    #[error("{} is no address of a container engine; one begins with unix:// or tcp://", excerpt(.host))]
    Address {
        /// What was named.
        host: String,
    },
    /// The engine did not do what it was asked to.
    #[error("the container engine could not {what}: {message}")]
    Engine {
        /// What it was asked for.
        what: String,
        /// What it said.
        message: String,
    },
    /// There is no such image.
    #[error("there is no image {}: build it, `assay run build {image}`", excerpt(.image))]
    NoImage {
        /// Its name.
        image: String,
    },
    /// A run group cannot be taken up.
    #[error("{}: {message}", .folder.display())]
    Group {
        /// Its folder.
        folder: PathBuf,
        /// Why not.
        message: String,
    },
    /// A file or folder cannot be used.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The machine cannot do what running agents needs.
    #[error("{0}")]
    Machine(String),
}

impl AgentsError {
    /// What an error of a file becomes.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |error| AgentsError::File { path, error }
    }

    /// True if the machine or the engine is at fault, not the call.
    #[must_use]
    pub fn is_host_fault(&self) -> bool {
        matches!(
            self,
            AgentsError::Unreachable { .. }
                | AgentsError::Engine { .. }
                | AgentsError::File { .. }
                | AgentsError::Machine(_)
        )
    }
}
