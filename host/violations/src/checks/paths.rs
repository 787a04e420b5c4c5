//! Paths that are kept from agents, where code and logs name them.

use assay_types::excerpt::excerpt;

/// Where the reference has answers in an agent's container.
const ROOT: &str = "/private";

/// What a Mac has below a folder of the same name.
const HARMLESS: [&str; 3] = ["/private/var/", "/private/tmp/", "/private/etc/"];

/// Folders of answers in a data directory.
const FOLDERS: [&str; 2] = ["prepared/private", "corrected/private"];

/// The paths.
#[derive(Clone, Debug, Default)]
pub struct Forbidden {
    paths: Vec<String>,
}

impl Forbidden {
    /// The reference's places of answers, and these paths.
    #[must_use]
    pub fn new(paths: impl IntoIterator<Item = String>) -> Self {
        let paths = paths.into_iter().map(|path| plain(&path).trim_end_matches('/').to_owned());
        Forbidden { paths: paths.filter(|path| !path.is_empty()).collect() }
    }

    /// What is wrong with a line, if it names one.
    #[must_use]
    pub fn found(&self, line: &str) -> Option<String> {
        // Most lines have nothing of the kind.
        if !line.contains("private") && !self.paths.iter().any(|path| line.contains(last(path))) {
            return None;
        }
        let words = line.split(|c: char| c.is_whitespace() || "'\"`()[]<>|&;,:=!".contains(c));
        let found = words.filter(|word| word.contains('/') || self.paths.iter().any(|path| path == word));
        let found = found.map(plain).find(|word| self.is_forbidden(word))?;
        Some(format!("names a path that is kept from agents: {}", excerpt(&found)))
    }

    fn is_forbidden(&self, path: &str) -> bool {
        let is_below = |path: &str, folder: &str| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let in_root = is_below(path, ROOT) && !HARMLESS.iter().any(|harmless| path.starts_with(harmless));
        let in_folder = FOLDERS.iter().any(|folder| {
            let mut places = path.match_indices(folder).map(|(at, _)| at);
            places.any(|at| (at == 0 || path[..at].ends_with('/')) && is_below(&path[at..], folder))
        });
        // A relative way out of the public folder.
        let upward = path.split_once("../").is_some_and(|(_, rest)| rest.split('/').any(|part| part == "private"));
        let named = self.paths.iter().any(|own| {
            let relative = path.strip_suffix(own.as_str()).is_some_and(|before| before.ends_with('/'));
            is_below(path, own) || (!own.starts_with('/') && relative)
        });
        in_root || in_folder || upward || named
    }
}

/// A path without what does not change where it leads.
fn plain(path: &str) -> String {
    let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
    let start = if path.starts_with('/') { "/" } else { "" };
    let first = parts.next().unwrap_or_default();
    parts.fold(format!("{start}{first}"), |all, part| all + "/" + part)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_answers_are_found_and_others_are_not() {
        let forbidden = Forbidden::new(["/srv/data/toy/prepared/private/".to_owned(), "/opt/grader".into()]);
        for line in [
            "open('/private/data/toy/prepared/private/test.csv')",
            "$ ls /private",
            "os.listdir(\"/private/\")",
            "cat //private/./data",
            "file:///private/data/x",
            "x = Path('data/toy/prepared/private')",
            "../../private/test.csv",
            "../private",
            "cp /opt/grader/answers .",
            "python /opt//grader",
            "A=/srv/data/toy/prepared/private/test.csv;",
        ] {
            assert!(forbidden.found(line).is_some(), "{line}");
        }
        for line in [
            "/private/var/folders/x",
            "/private/tmp/a",
            "https://example.org/private/x",
            "self.private = 1",
            "the private leaderboard / public",
            "/home/private_data/x",
            "/privateer",
            "data/unprepared/private",
            "/opt/graders",
        ] {
            assert_eq!(forbidden.found(line), None, "{line}");
        }
        let said = forbidden.found("open('/private/data/x')").unwrap();
        assert_eq!(said, "names a path that is kept from agents: `/private/data/x`");
    }
}
