//! The crates of the host and who depends on whom, as a picture for the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// A Markdown page with the crates below `host/` as a Mermaid graph, each with the crates of this workspace that it depends on, and a
/// table of what each is for.
///
/// # Errors
///
/// If cargo does not describe the workspace, or if crates depend on one another in a circle.
pub(crate) fn picture(workspace: &Path) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(workspace)
        .args(["metadata", "--locked", "--no-deps", "--format-version", "1"])
        .output()?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let mut crates = BTreeMap::new();
    for package in metadata["packages"].as_array().context("no packages")? {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if !text(&package["manifest_path"]).contains("/host/") {
            continue;
        }
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let used: BTreeSet<String> = dependencies
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| text(&dependency["name"]))
            .collect();
        crates.insert(text(&package["name"]), (text(&package["description"]), used));
    }
    let known: BTreeSet<String> = crates.keys().cloned().collect();
    let mut page = String::from(
        "# The crates of the host\n\nMade by `cargo xtask pages`. An arrow points from a crate to one that it depends on; there is no circle.\n\n```mermaid\ngraph TD\n",
    );
    for (name, (_, used)) in &crates {
        for other in used.intersection(&known) {
            page += &format!("  {name} --> {other}\n");
        }
        if used.is_disjoint(&known) {
            page += &format!("  {name}\n");
        }
    }
    page += "```\n\n| Crate | What it is for |\n|---|---|\n";
    for (name, (description, _)) in &crates {
        page += &format!("| `{name}` | {description} |\n");
    }
    Ok(page)
}
