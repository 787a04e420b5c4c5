//! The book: the documents that `docs/SUMMARY.md` lists, as pages that a browser shows, in `target/book/`.
//!
//! mdBook takes one folder of pages. The documents lie where readers of the repository look for them, so they are copied into one folder,
//! each at the path that it has in the repository. Links among them stay; what a link to anything else stands on becomes plain text, unless
//! it is known where the repository can be looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::run;
use crate::links::{self, Link};

/// The version of mdBook that is installed if there is none. Without its defaults (a server, and what watches files) it is built in half of the time.
const MDBOOK: &str = "0.5.4";

/// Checks all links of all documents, then makes the book and gives its folder. `repository` is where files of the repository can be looked
/// at, without a slash at its end.
///
/// # Errors
///
/// If a link leads nowhere, a page is not there, or mdBook cannot be had or fails.
pub fn build(workspace: &Path, repository: Option<&str>) -> Result<PathBuf> {
    let faults = links::faults(workspace)?;
    ensure!(faults.is_empty(), "links that lead nowhere:\n{}", faults.join("\n"));
    let gathered = workspace.join("target/book-source");
    if gathered.is_dir() {
        fs::remove_dir_all(&gathered)?;
    }
    gather(workspace, &gathered, repository)?;
    run(Command::new(mdbook(workspace)?).arg("build").arg(workspace.join("docs")))?;
    Ok(workspace.join("target/book"))
}

/// Copies the pages that the summary lists, and the summary.
fn gather(workspace: &Path, to: &Path, repository: Option<&str>) -> Result<()> {
    let summary_path = Path::new("docs/SUMMARY.md");
    let summary = read(workspace, summary_path)?;
    let pages: BTreeSet<PathBuf> =
        links::of(&summary).iter().filter_map(|link| link.target(summary_path)).map(|(page, _)| page).collect();
    for page in &pages {
        let text = replaced(&read(workspace, page)?, |link| {
            let (path, heading) = link.target(page)?;
            if pages.contains(&path) {
                return Some(format!("[{}]({})", link.text, in_book(&link.destination)));
            }
            let heading = heading.map_or_else(String::new, |heading| format!("#{heading}"));
            Some(match repository {
                Some(repository) => format!("[{}]({repository}/{}{heading})", link.text, path.display()),
                None => link.text.clone(),
            })
        });
        let copy = to.join(in_book(&page.to_string_lossy()));
        fs::create_dir_all(copy.parent().unwrap_or(to))?;
        fs::write(copy, text)?;
    }
    let rebased = replaced(&summary, |link| {
        let (page, _) = link.target(summary_path)?;
        Some(format!("[{}]({})", link.text, in_book(&page.to_string_lossy())))
    });
    fs::write(to.join("SUMMARY.md"), rebased)?;
    Ok(())
}

/// The path of a page in the book: a folder's README is its first page.
fn in_book(path: &str) -> String {
    path.replace("README.md", "index.md")
}

/// A document with some of its links replaced.
fn replaced(markdown: &str, with: impl Fn(&Link) -> Option<String>) -> String {
    let mut text = String::new();
    let mut done = 0;
    for link in links::of(markdown) {
        let Some(other) = with(&link).filter(|_| link.place.start >= done) else { continue };
        text += &markdown[done..link.place.start];
        text += &other;
        done = link.place.end;
    }
    text + &markdown[done..]
}

/// mdBook: the one that `MDBOOK` names, or the one below `target/ci-tools/`, which is built if it is not there.
fn mdbook(workspace: &Path) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("MDBOOK") {
        return Ok(named.into());
    }
    let tools = workspace.join("target/ci-tools");
    let program = tools.join("bin/mdbook");
    if !program.is_file() {
        let mut install = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        install.args(["install", "--quiet", "--locked", "--debug", "--no-default-features", "--features", "search"]);
        run(install.args(["--version", MDBOOK, "mdbook", "--root"]).arg(&tools))?;
    }
    Ok(program)
}

fn read(workspace: &Path, document: &Path) -> Result<String> {
    fs::read_to_string(workspace.join(document)).with_context(|| document.display().to_string())
}
