//! What a container holds of an agent's, into the folder of its run.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::AgentsError;
use crate::engine::Engine;
use crate::group::INCOMING;
use crate::intake::{self, Bounds};

/// What is taken, and where it is in the container. The submission is the first.
pub(crate) const FOLDERS: &[(&str, &str)] =
    &[("submission", "/home/submission"), ("logs", "/home/logs"), ("code", "/home/code")];

/// What was taken of a container.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// What there is to be noted.
    pub(crate) notes: Vec<String>,
    /// A folder was not there, or could not be looked into.
    pub(crate) lacks: bool,
}

/// So that no two of them write to one folder.
static COLLECTIONS: AtomicU64 = AtomicU64::new(0);

/// Takes folders of a container, whether it runs or not; what was taken before is replaced.
pub(crate) async fn collect(
    engine: &Engine,
    container: &str,
    run: &Path,
    folders: &[(&'static str, &'static str)],
    bounds: Bounds,
) -> Result<Collected, AgentsError> {
    let mut collected = Collected::default();
    for &(name, path) in folders {
        let Some(archive) = engine.archive(container, path).await? else {
            collected.lacks = true;
            collected.notes.push(format!("{name}: the container has no {path}"));
            continue;
        };
        let taken = run.join(format!("{INCOMING}{name}-{}", COLLECTIONS.fetch_add(1, Ordering::Relaxed)));
        let place = run.join(name);
        let task = tokio::task::spawn_blocking(move || {
            fs::create_dir(&taken).map_err(AgentsError::file(&taken))?;
            let result = intake::take(archive, name, &taken, bounds);
            // What came before an archive broke off is better than nothing.
            intake::put(&taken, &place).map_err(AgentsError::file(&place))?;
            result.map_err(AgentsError::file(&place))
        });
        let taken = task.await.map_err(|error| AgentsError::Machine(error.to_string()))??;
        collected.notes.extend(taken.note(name));
    }
    Ok(collected)
}
