//! What decides which run a journal is of: what finished entries came of must be what the others will come of.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::excerpt::excerpt;

/// What decides which run a journal is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunId {
    /// SHA-256 of the list.
    pub(super) list: String,
    /// The version of the program.
    pub(super) host: String,
    /// Where submissions, data and the rest come from, and where uses are recorded.
    pub(super) places: BTreeMap<String, Option<PathBuf>>,
    /// What else entries' reports depend on, such as the digest of a file that may change in its place.
    #[serde(default)]
    pub(super) settings: BTreeMap<String, Option<String>>,
}

impl RunId {
    /// A run of this version over a list, told by its digest, with these places and settings by name. Relative places are of the working
    /// directory, where paths in the list are looked up too.
    ///
    /// # Errors
    ///
    /// If there is no working directory.
    pub fn new(
        list: String,
        places: Vec<(&str, Option<PathBuf>)>,
        settings: Vec<(&str, Option<String>)>,
    ) -> io::Result<Self> {
        let here = std::env::current_dir()?;
        let mut places: BTreeMap<String, _> =
            places.into_iter().map(|(name, path)| (name.into(), path.map(|path| here.join(path)))).collect();
        places.insert("the working directory".into(), Some(here));
        let settings = settings.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Ok(RunId { list, host: env!("CARGO_PKG_VERSION").into(), places, settings })
    }

    /// Where its journal is, in the output folder.
    #[must_use]
    pub fn journal(&self, folder: &Path) -> PathBuf {
        let name: String = self.list.chars().take(16).collect();
        folder.join(format!(".{name}.partial.jsonl"))
    }

    /// What tells another run from this one.
    pub(super) fn unlike(&self, other: &RunId) -> String {
        let version = format!("version was {} and is {}", excerpt(&other.host), self.host);
        let version = Some(version).filter(|_| self.host != other.host);
        let shown = |path: &PathBuf| path.display().to_string();
        let places = changes(&self.places, &other.places, shown);
        let settings = changes(&self.settings, &other.settings, String::clone);
        let differences: Vec<String> = version.into_iter().chain(places).chain(settings).collect();
        format!("the interrupted run was another: {}", differences.join("; "))
    }
}

/// What has another value in ours than in theirs.
fn changes<T: PartialEq>(
    ours: &BTreeMap<String, Option<T>>,
    theirs: &BTreeMap<String, Option<T>>,
    shown: impl Fn(&T) -> String,
) -> Vec<String> {
    let text = |values: &BTreeMap<String, Option<T>>, name: &String| {
        values.get(name).and_then(Option::as_ref).map_or_else(|| "none".into(), &shown)
    };
    let differs =
        |name: &&String| ours.get(*name).and_then(Option::as_ref) != theirs.get(*name).and_then(Option::as_ref);
    let change = |name: &String| {
        let (ours, theirs) = (text(ours, name), text(theirs, name));
        format!("{name} was {} and is {}", excerpt(&theirs).unquoted(200), excerpt(&ours).unquoted(200))
    };
    ours.keys().filter(differs).map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told() {
        let run = |data: &str, digest: Option<&str>| {
            let settings = vec![("leaderboards", digest.map(ToOwned::to_owned)), ("--bootstrap", None)];
            RunId::new("a".into(), vec![("--data-dir", Some(data.into()))], settings).unwrap()
        };
        assert_eq!(run("/data", Some("1")), run("/data", Some("1")));
        let told = run("/data", Some("1")).unlike(&run("/data", None));
        assert_eq!(told, "the interrupted run was another: leaderboards was none and is 1");
        let told = run("/data", Some("1")).unlike(&run("/other", Some("2")));
        assert!(told.ends_with("--data-dir was /other and is /data; leaderboards was 2 and is 1"), "{told}");
    }
}
