//! `assay run prune`: what run groups have left in the engine.

use assay_agents::AgentsError;
use assay_agents::engine::Engine;
use assay_agents::leftovers::{self, Leftover, Standing};
use assay_types::counted;
use clap::Args;
use serde::Serialize;

use super::super::output::{self, Format};
use super::super::{Ended, Failure};
use super::failure;
use super::start::{EngineArguments, runtime};
use crate::size::bytes;

/// Remove what nobody needs any more of the engine: containers of runs that have ended, and images of agents whose name a newer one has.
///
/// Containers that something is still to be had of are named and stay: those that were to be retained, those of runs that --resume goes on
/// with, and those of groups that are not on this machine.
#[derive(Args)]
pub(super) struct Arguments {
    /// Remove these too. Only containers of groups that a process has stay.
    #[arg(long)]
    all: bool,
    /// Remove nothing; tell what would be.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    engine: EngineArguments,
    /// The form of what is shown [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// What was found, and what became of it.
#[derive(Serialize)]
struct Pruned {
    containers: Vec<Container>,
    images: Images,
}

#[derive(Serialize)]
struct Container {
    #[serde(flatten)]
    leftover: Leftover,
    removed: bool,
}

#[derive(Default, Serialize)]
struct Images {
    removed: u64,
    /// Containers are of them.
    kept: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    let pruned = runtime()?.block_on(async {
        let engine = arguments.engine.connect().await?;
        let containers = containers(arguments, &engine).await?;
        // A container that was removed was perhaps the last of its image.
        let images = images(arguments, &engine).await?;
        Ok(Pruned { containers, images })
    });
    let pruned = pruned.map_err(failure)?;
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&pruned)?,
        Format::Table => table(arguments, &pruned)?,
    }
    Ok(Ended::Fine)
}

async fn containers(arguments: &Arguments, engine: &Engine) -> Result<Vec<Container>, AgentsError> {
    let mut containers = Vec::new();
    for leftover in leftovers::containers(engine).await? {
        let is_due = match leftover.standing {
            Standing::Spent => true,
            Standing::InUse => false,
            Standing::Resumable | Standing::Retained | Standing::Unknown => arguments.all,
        };
        let removed = is_due && (arguments.dry_run || leftovers::remove(engine, &leftover).await?);
        containers.push(Container { leftover, removed });
    }
    Ok(containers)
}

async fn images(arguments: &Arguments, engine: &Engine) -> Result<Images, AgentsError> {
    let mut images = Images::default();
    for id in leftovers::images(engine).await? {
        if arguments.dry_run || engine.remove_image(&id).await? {
            images.removed += 1;
        } else {
            images.kept += 1;
        }
    }
    Ok(images)
}

fn table(arguments: &Arguments, pruned: &Pruned) -> Result<(), Failure> {
    let removed = if arguments.dry_run { "would be removed" } else { "removed" };
    if !pruned.containers.is_empty() {
        let rows = pruned.containers.iter().map(|Container { leftover, removed: is_removed }| {
            let folder = leftover.group.as_ref().map(|group| group.display().to_string()).unwrap_or_default();
            let why = match leftover.standing {
                _ if *is_removed => removed.to_owned(),
                Standing::InUse | Standing::Spent => "a process runs its group".into(),
                Standing::Resumable => format!("`assay run --resume {folder}` takes in what it holds"),
                Standing::Retained => "retained".into(),
                Standing::Unknown => "its group is not on this machine".into(),
            };
            vec![
                leftover.id.chars().take(12).collect(),
                leftover.run.clone().unwrap_or_default(),
                leftover.bytes.map(bytes).unwrap_or_default(),
                why,
            ]
        });
        output::table(&["container", "run", "written", ""], rows)?;
    }
    let gone = pruned.containers.iter().filter(|container| container.removed);
    let written = gone.clone().filter_map(|container| container.leftover.bytes).sum();
    let Images { removed: images, kept } = pruned.images;
    let (containers, images) = (counted(gone.count(), "container", "containers"), counted(images, "image", "images"));
    output::text(&format!("{removed}: {containers} ({}), {images}", bytes(written)))?;
    let stay = pruned.containers.iter().any(|container| !container.removed);
    if stay && !arguments.all {
        output::message("hint: --all removes containers that stay, but for those of groups that a process runs");
    }
    if kept > 0 {
        output::message(&format!("note: {} stay, since containers are of them", counted(kept, "image", "images")));
    }
    Ok(())
}
