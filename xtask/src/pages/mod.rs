//! The pages of `docs/` that are made of what the code says, so that neither says something else.

mod competitions;
mod contract;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::crates;

/// A page and what it should hold.
pub struct Page {
    /// Its file, from the workspace on.
    pub path: &'static str,
    /// Its Markdown.
    pub text: String,
}

/// All pages that are made.
///
/// # Errors
///
/// If what they are made of cannot be read.
pub fn all(workspace: &Path) -> Result<Vec<Page>> {
    Ok(vec![
        Page {
            path: "docs/competition-fields.md",
            text: competitions::page(&read(workspace, "competitions/schema.json")?)?,
        },
        Page { path: "docs/crates.md", text: crates::picture(workspace)? },
        Page { path: "docs/reference.md", text: contract::page(&workspace.join("wit/0.1.0"))? },
    ])
}

/// Writes them, and gives their files.
///
/// # Errors
///
/// If one cannot be made or written.
pub fn write(workspace: &Path) -> Result<Vec<PathBuf>> {
    let write = |page: Page| {
        let path = workspace.join(page.path);
        fs::write(&path, page.text).with_context(|| path.display().to_string())?;
        Ok(path)
    };
    all(workspace)?.into_iter().map(write).collect()
}

fn read(workspace: &Path, path: &str) -> Result<String> {
    fs::read_to_string(workspace.join(path)).with_context(|| path.to_owned())
}

/// The lines of a comment as one, for a cell of a table.
fn in_a_cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
