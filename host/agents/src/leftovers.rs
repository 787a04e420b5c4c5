//! What run groups have left in an engine: containers that no process looks after, and images whose name a newer one has.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::AgentsError;
use crate::engine::{Engine, Found};
use crate::group;
use crate::image::AGENT;
use crate::life::{ATTEMPT, FOLDER, GROUP, RUN};
use crate::metadata::State;

/// What is to become of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A process has its group.
    InUse,
    /// Its run has not ended: whoever resumes the group takes in what it holds, and removes it.
    Resumable,
    /// Its run has ended, and it was to be kept.
    Retained,
    /// Its group is not on this machine, or not any more.
    Unknown,
    /// Its run has ended, and nobody needs it.
    Spent,
}

/// A container of a run group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leftover {
    /// Its id.
    pub id: String,
    /// The folder of its group, as it was when the container was made.
    pub group: Option<PathBuf>,
    /// Its run.
    pub run: Option<String>,
    /// What is to become of it.
    pub standing: Standing,
    /// How much it has written, in bytes, as far as the engine tells.
    pub bytes: Option<u64>,
}

/// The containers of all run groups that an engine has.
///
/// # Errors
///
/// If it does not list them.
pub async fn containers(engine: &Engine) -> Result<Vec<Leftover>, AgentsError> {
    let found = engine.labelled(GROUP, None, true).await?;
    let mut leftovers: Vec<Leftover> = found.into_iter().map(of).collect();
    leftovers.sort_by(|one, other| (&one.group, &one.run, &one.id).cmp(&(&other.group, &other.run, &other.id)));
    Ok(leftovers)
}

/// Removes a container, unless a process has taken up its group meanwhile. Whether it was removed.
///
/// # Errors
///
/// If the engine does not remove it.
pub async fn remove(engine: &Engine, leftover: &Leftover) -> Result<bool, AgentsError> {
    if leftover.group.as_deref().is_some_and(group::is_had) {
        return Ok(false);
    }
    engine.remove(&leftover.id).await?;
    Ok(true)
}

/// The images of agents, by their ids, whose name a newer one has.
///
/// # Errors
///
/// If the engine does not list them.
pub async fn images(engine: &Engine) -> Result<Vec<String>, AgentsError> {
    engine.nameless(AGENT).await
}

fn of(found: Found) -> Leftover {
    let Found { id, labels, written } = found;
    let group = labels.get(FOLDER).map(PathBuf::from);
    let standing = group.as_deref().map_or(Standing::Unknown, |folder| standing(folder, &labels));
    Leftover { id, group, run: labels.get(RUN).cloned(), standing, bytes: written }
}

fn standing(folder: &Path, labels: &HashMap<String, String>) -> Standing {
    let label = |name: &str| labels.get(name).map(String::as_str);
    let metadata = match group::read(folder) {
        Ok(metadata) if label(GROUP) == Some(&metadata.conditions.group_id) => metadata,
        _ => return Standing::Unknown,
    };
    if group::is_had(folder) {
        return Standing::InUse;
    }
    let run = metadata.runs.iter().find(|(id, _)| label(RUN) == Some(id)).map(|(_, run)| run);
    let run = run.filter(|run| label(ATTEMPT) == Some(&run.attempts.to_string()));
    match run.map(|run| run.state) {
        Some(State::Ended) if metadata.conditions.retain => Standing::Retained,
        Some(State::Starting | State::Running | State::Collecting) => Standing::Resumable,
        // An earlier attempt's, or one that was taken in.
        _ => Standing::Spent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Group;
    use crate::group::tests::conditions;

    #[test]
    fn a_container_stands_as_its_run_does() {
        let runs = tempfile::tempdir().unwrap();
        let mut conditions = conditions(1);
        conditions.retain = true;
        let group = Group::create(runs.path(), "dummy", &["one".to_owned()], conditions.clone()).unwrap();
        let folder = group.folder().to_owned();
        let run = group.metadata().runs[0].0.clone();
        let of = |attempt: &str, group: &str, folder: Option<&Path>| {
            let labels = [(GROUP, group), (RUN, &run), (ATTEMPT, attempt)].into_iter();
            let labels = labels.chain(folder.map(|folder| (FOLDER, folder.to_str().unwrap())));
            let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            super::of(Found { id: "c".into(), labels, written: None }).standing
        };
        let id = &conditions.group_id;
        let expected = [
            (State::Running, Standing::Resumable),
            (State::Ended, Standing::Retained),
            (State::Waiting, Standing::Spent),
        ];
        assert_eq!(of("1", id, Some(&folder)), Standing::InUse);
        drop(group);
        for (state, standing) in expected {
            let group = Group::open(&folder).unwrap();
            group.change(&run, |run| (run.state, run.attempts) = (state, 1)).unwrap();
            drop(group);
            assert_eq!(of("1", id, Some(&folder)), standing, "{state:?}");
        }
        // A container of an attempt before the last is of no use, whatever its run does.
        assert_eq!(of("0", id, Some(&folder)), Standing::Spent);
        assert_eq!(of("1", "another", Some(&folder)), Standing::Unknown);
        assert_eq!(of("1", id, Some(runs.path())), Standing::Unknown);
        assert_eq!(of("1", id, None), Standing::Unknown);
    }
}
