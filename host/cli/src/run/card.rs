//! The run card of a group, as far as its conditions are known or were measured. What is not is left to whoever publishes: `assay card check`
//! names it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use assay_agents::metadata::{Conditions, Metadata, Network};
use assay_agents::proxy;
use assay_benchmark::card::{self, Agent, Budget, Card, Hardware, Internet};

use super::super::Failure;
use super::super::reports::bounded;

/// What the file in the group's folder is called, where comparisons look for it.
const FILE: &str = "card.json";

/// Writes the card of a group. A `card.toml` is somebody's own, and left as it is.
pub(super) fn begin(folder: &Path, metadata: &Metadata, split: Option<&str>) -> Result<(), Failure> {
    write(folder, &of(&metadata.conditions, split))
}

/// Adds to the card of a group what was measured.
pub(super) fn measured(folder: &Path, metadata: &Metadata) -> Result<(), Failure> {
    let path = folder.join(FILE);
    // Whoever removed it, or writes another, wants no more of it.
    let Ok(text) = bounded(&path, card::MAX_BYTES, "") else { return Ok(()) };
    let Ok(mut card) = Card::parse(&text, &path.display().to_string()) else { return Ok(()) };
    let uses = metadata.runs.iter().filter_map(|(_, run)| run.checker_uses);
    card.checker_uses = Some(uses.sum());
    if matches!(metadata.conditions.network, Network::AllowList(_)) {
        let mut connections = BTreeMap::new();
        for (run, _) in &metadata.runs {
            for (host, count) in proxy::connections(&folder.join(run)) {
                *connections.entry(host).or_default() += count;
            }
        }
        card.connections = Some(connections);
    }
    write(folder, &card)
}

fn write(folder: &Path, card: &Card) -> Result<(), Failure> {
    let path = folder.join(FILE);
    let text = serde_json::to_string_pretty(card).map_err(Failure::program)?;
    fs::write(&path, text + "\n").with_context(|| path.display().to_string()).map_err(Failure::Program)
}

fn of(conditions: &Conditions, split: Option<&str>) -> Card {
    let Conditions { container, image, .. } = conditions;
    #[expect(clippy::cast_precision_loss, reason = "rounded for people")]
    let (cores, memory) = (
        container.nano_cpus.map_or(conditions.cores as f64, |cpus| cpus as f64 / 1e9),
        container.mem_limit.unwrap_or(conditions.memory) as f64 / 1e9,
    );
    #[expect(clippy::cast_precision_loss, reason = "a number of hours")]
    let hours = conditions.time_limit.map(|limit| limit as f64 / 3600.0);
    let gpus = match container.gpus {
        0 => Some(Vec::new()),
        // Their kind is not known here.
        _ => None,
    };
    Card {
        split: split.map(ToOwned::to_owned),
        seeds: Some(conditions.seeds),
        budget: Some(Budget { hours, ..Budget::default() }),
        hardware: Some(Hardware { cpus: Some(cores), memory_gb: Some((memory * 10.0).round() / 10.0), gpus }),
        environment: Some(image.digests.first().map_or_else(|| format!("{} {}", image.name, image.id), Clone::clone)),
        agent: Some(Agent {
            name: Some(conditions.agent.clone()),
            version: Some(format!("config.yaml sha256:{}", conditions.agent_config)),
            ..Agent::default()
        }),
        // Without a network no model is called.
        models: (conditions.network == Network::None).then(Vec::new),
        internet: Some(match conditions.network {
            Network::None => Internet::None,
            Network::AllowList(_) => Internet::AllowList,
            Network::Full => Internet::Full,
        }),
        ..Card::default()
    }
}
