//! Links in the project's documents: each leads to a file that is there, and to a heading that the file has. Nothing is looked up in the
//! network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Parser, Tag, TagEnd};

/// A link, where it stands, and where it leads.
#[derive(Debug)]
pub struct Link {
    /// What is behind the text, as it is written: `../wit/0.1.0/grader.wit#L3`.
    pub destination: String,
    /// What stands between the brackets, in Markdown.
    pub text: String,
    /// The bytes of the document that the whole link takes.
    pub place: Range<usize>,
}

impl Link {
    /// The file that it leads to and the heading in it; none if it leads elsewhere than to a file of this project. The file is from the
    /// workspace on, and so is `document`, which holds the link.
    #[must_use]
    pub fn target(&self, document: &Path) -> Option<(PathBuf, Option<&str>)> {
        let scheme = self.destination.split_once(':').map(|(scheme, _)| scheme);
        if scheme.is_some_and(|scheme| scheme.bytes().all(|byte| byte.is_ascii_alphabetic())) {
            return None;
        }
        let (path, heading) = match self.destination.split_once('#') {
            Some((path, heading)) => (path, Some(heading)),
            None => (self.destination.as_str(), None),
        };
        let path = if path.is_empty() { document.to_owned() } else { document.parent()?.join(path) };
        Some((normal(&path), heading))
    }
}

/// A document's links in their order.
#[must_use]
pub fn of(markdown: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    // A link's text is all that is between its own start and end, which are its first and last event.
    let mut open: Vec<(String, Range<usize>, Option<Range<usize>>)> = Vec::new();
    for (event, place) in parser(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                open.push((dest_url.into_string(), place, None));
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let Some((destination, place, text)) = open.pop() else { continue };
                let text = text.and_then(|text| markdown.get(text)).unwrap_or_default().to_owned();
                links.push(Link { destination, text, place });
            }
            _ => {
                if let Some((_, _, text)) = open.last_mut() {
                    *text = Some(text.as_ref().map_or(place.start, |text| text.start)..place.end);
                }
            }
        }
    }
    links
}

/// Every Markdown file of the project, from the workspace on, in the order of their names.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn documents(workspace: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![workspace.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if entry.file_type()?.is_dir() {
                // What is made or belongs to tools.
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                found.push(path.strip_prefix(workspace)?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What is wrong with the links of all documents: a line each, with file, line and remedy.
///
/// # Errors
///
/// If a document cannot be read.
pub fn faults(workspace: &Path) -> Result<Vec<String>> {
    let mut headings = BTreeMap::new();
    let mut faults = Vec::new();
    for document in documents(workspace)? {
        let markdown = read(workspace, &document)?;
        let mut fault = |at: usize, what: String| {
            let line = markdown.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
            faults.push(format!("{}:{line}: {what}", document.display()));
        };
        for (reference, place) in undefined(&markdown) {
            fault(
                place.start,
                format!("`[{reference}]` is defined nowhere in this file: add a line `[{reference}]: …`"),
            );
        }
        for link in of(&markdown) {
            let Some((path, heading)) = link.target(&document) else { continue };
            let shown = &link.destination;
            if path.starts_with("..") || path.is_absolute() {
                fault(link.place.start, format!("`{shown}` leads out of the project: start from this file's folder"));
                continue;
            }
            if !workspace.join(&path).exists() {
                fault(link.place.start, format!("`{shown}` leads to {}, which does not exist", path.display()));
                continue;
            }
            let Some(heading) = heading.filter(|_| path.extension().is_some_and(|extension| extension == "md")) else {
                continue;
            };
            let known = match headings.get(&path) {
                Some(known) => known,
                None => headings.entry(path.clone()).or_insert(anchors(&read(workspace, &path)?)),
            };
            if !known.contains(heading) {
                let said = format!("`{shown}`: {} has no heading `{heading}`", path.display());
                fault(link.place.start, format!("{said}; it has {}", Vec::from_iter(known.iter().cloned()).join(", ")));
            }
        }
    }
    Ok(faults)
}

/// The names by which a document's headings can be linked to.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in parser(markdown) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default());
                // Headings that are equal are counted from the second on.
                let mut candidates = std::iter::once(anchor.clone()).chain((1..).map(|n| format!("{anchor}-{n}")));
                found.extend(candidates.find(|candidate| !found.contains(candidate)));
            }
            _ => {}
        }
    }
    found
}

/// As the sites that show Markdown do it: letters and digits in lower case, hyphens for blanks, nothing else.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}

/// References of the form `[text][name]` whose name the document does not define.
fn undefined(markdown: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let callback = |broken: BrokenLink<'_>| {
        // Brackets alone are text more often than not.
        if broken.link_type == LinkType::Reference {
            found.push((broken.reference.to_string(), broken.span));
        }
        None
    };
    Parser::new_with_broken_link_callback(markdown, OPTIONS, Some(callback)).for_each(drop);
    found
}

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

fn parser(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, OPTIONS)
}

fn read(workspace: &Path, document: &Path) -> Result<String> {
    fs::read_to_string(workspace.join(document)).with_context(|| document.display().to_string())
}

/// A path without `.` and `..`, as far as there is something to leave out.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}
