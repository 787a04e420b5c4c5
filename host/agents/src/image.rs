//! Images of agents, built of their folders.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::AgentsError;
use crate::agent::Agent;
use crate::engine::{BuildSpec, Engine};

/// The largest folder that is sent to the engine, in bytes.
const MAX_BYTES: u64 = 1 << 30;

/// The label that an image has of its agent.
pub(crate) const AGENT: &str = "assay.agent";

/// What the reference's agents are built on.
const BASE: &str = "mlebench-env";

/// What the reference's Dockerfiles ask for, and where it is in a container.
const FOLDERS: [(&str, &str); 4] = [
    ("SUBMISSION_DIR", "/home/submission"),
    ("LOGS_DIR", "/home/logs"),
    ("CODE_DIR", "/home/code"),
    ("AGENT_DIR", "/home/agent"),
];

/// Builds the image of an agent, which gets its folder's name.
///
/// # Errors
///
/// If its folder is too large, or the engine cannot build it.
pub async fn build(
    engine: &Engine,
    agent: &Agent,
    name: &str,
    network: Option<&str>,
    told: impl FnMut(&str),
) -> Result<(), AgentsError> {
    let wrong = |message: String| AgentsError::Agent { file: agent.dockerfile.clone(), id: agent.id.clone(), message };
    let dockerfile = agent.dockerfile.canonicalize().map_err(AgentsError::file(&agent.dockerfile))?;
    let folder = agent.folder.canonicalize().map_err(AgentsError::file(&agent.folder))?;
    let within = dockerfile.strip_prefix(&folder).ok().and_then(Path::to_str);
    let within =
        within.ok_or_else(|| wrong("its Dockerfile is not in its folder, of which the image is built".into()))?;
    let archive = archive(&folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::FileTooLarge => wrong(format!("its folder has more than {MAX_BYTES} bytes")),
        _ => AgentsError::File { path: folder.clone(), error },
    })?;
    let arguments: HashMap<String, String> =
        FOLDERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let spec = BuildSpec { name, dockerfile: within, arguments: &arguments, label: (AGENT, &agent.id), network };
    let (what, message) = match engine.build(spec, archive, told).await {
        Err(AgentsError::Engine { what, message }) => (what, message),
        built => return built,
    };
    // Else it reads as if somebody's registry had failed.
    let text = fs::read_to_string(&dockerfile).unwrap_or_default();
    for base in bases(&text) {
        if let Err(AgentsError::NoImage { .. }) = engine.image(base).await {
            let of_examples =
                if base == BASE { ", as by `docker build -t mlebench-env examples/agents/base`" } else { "" };
            let hint =
                format!("{message}\nhint: there is no image {base}, on which it is built: make it first{of_examples}");
            return Err(AgentsError::Engine { what, message: hint });
        }
    }
    Err(AgentsError::Engine { what, message })
}

/// The images that a Dockerfile begins with, but for those that it makes itself, and those whose names are put together.
fn bases(dockerfile: &str) -> Vec<&str> {
    let (mut bases, mut own) = (Vec::new(), Vec::new());
    for line in dockerfile.lines() {
        let mut words = line.split_ascii_whitespace();
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("FROM")) {
            let mut words = words.filter(|word| !word.starts_with("--"));
            bases.extend(words.next().filter(|name| !name.contains('$') && *name != "scratch" && !own.contains(name)));
            own.extend(words.nth(1));
        }
    }
    bases
}

/// A folder as an archive, in the order of names.
fn archive(folder: &Path) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    archive.follow_symlinks(false);
    let mut room = MAX_BYTES;
    for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        let entry = entry?;
        let metadata = fs::symlink_metadata(entry.path())?;
        if metadata.is_file() {
            room = room.checked_sub(metadata.len()).ok_or(std::io::ErrorKind::FileTooLarge)?;
        }
        let name = entry.path().strip_prefix(folder).map_err(std::io::Error::other)?;
        archive.append_path_with_name(entry.path(), name)?;
    }
    archive.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_tells_what_it_begins_with() {
        let dockerfile = "# FROM none\nARG TAG\nFROM --platform=linux/amd64 python:3.12 AS one\nfrom mlebench-env\nFROM one\nFROM a:${TAG}\nFROM scratch\n";
        assert_eq!(bases(dockerfile), ["python:3.12", "mlebench-env"]);
    }

    #[test]
    fn a_folder_is_archived_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["b/c", "a", "d"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        std::os::unix::fs::symlink("a", folder.path().join("link")).unwrap();
        let bytes = archive(folder.path()).unwrap();
        let mut archive = tar::Archive::new(&bytes[..]);
        let names: Vec<String> =
            archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect();
        assert_eq!(names, ["a", "b", "b/c", "d", "link"]);
    }
}
