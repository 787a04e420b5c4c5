//! What was measured of a run from outside, in its folder: uses of the checker, and hosts that the proxy was asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assay_tables::read::{Folders, Limits, ReadError};
use assay_types::counted;
use assay_types::excerpt::excerpt;
use serde::Deserialize;

use super::{Check, Finding, Findings, Hosts};

/// The largest log, in bytes.
const MAX_BYTES: u64 = 512 << 20;

const CHECKER: &str = "checker.jsonl";
const NETWORK: &str = "network.jsonl";

/// The logs of a run's folder.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    /// Where paths are looked up.
    pub folders: &'a Folders,
    /// How often the checker may be used.
    pub checker_uses: u64,
    /// Which hosts may be reached.
    pub hosts: &'a Hosts,
}

/// Which of them were there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct There {
    /// The checker's.
    pub checker: bool,
    /// The proxy's.
    pub network: bool,
}

/// A run's folder: the one of its name that something of it is in.
#[must_use]
pub fn run_folder<'a>(run_id: &str, paths: impl IntoIterator<Item = &'a str>) -> Option<PathBuf> {
    let mut paths = paths.into_iter();
    paths.find_map(|path| {
        let mut folders = Path::new(path).ancestors().skip(1);
        folders.find(|folder| folder.file_name().is_some_and(|name| name == run_id)).map(Path::to_owned)
    })
}

impl Records<'_> {
    /// Looks at the logs of a run's folder.
    pub fn look(&self, run: &Path, findings: &mut Findings) -> There {
        let checker = self.read(run, CHECKER, findings);
        if let Some(text) = &checker {
            let uses = lines(text).count() as u64;
            if uses > self.checker_uses {
                let uses = counted(uses as usize, "use", "uses");
                let message = format!("{uses} of the checker, more than {}", self.checker_uses);
                findings.add(Finding {
                    check: Check::Checker,
                    file: CHECKER.into(),
                    line: None,
                    excerpt: None,
                    message,
                });
            }
        }
        let network = self.read(run, NETWORK, findings);
        if let Some(text) = &network {
            self.hosts(text, findings);
        }
        There { checker: checker.is_some(), network: network.is_some() }
    }

    fn read(&self, run: &Path, name: &str, findings: &mut Findings) -> Option<Vec<u8>> {
        let limits = Limits { bytes: MAX_BYTES, ..Limits::default() };
        match self.folders.open(&run.join(name)).and_then(|file| file.read(&limits)) {
            Ok(text) => Some(text),
            Err(ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                let message = format!("is not read: {error}");
                findings.add(Finding { check: Check::LeftOut, file: name.into(), line: None, excerpt: None, message });
                None
            }
        }
    }

    /// Each host that may not be reached, with the line where it is asked for first, and how often.
    fn hosts(&self, text: &[u8], findings: &mut Findings) {
        #[derive(Deserialize)]
        struct Line {
            host: String,
            allowed: bool,
        }
        let mut asked: BTreeMap<String, (usize, u64, u64)> = BTreeMap::new();
        for (number, line) in text.split(|&byte| byte == b'\n').enumerate() {
            // The last one may be torn.
            let Ok(Line { host, allowed }) = serde_json::from_slice(line) else { continue };
            let (_, reached, refused) = asked.entry(host).or_insert((number + 1, 0, 0));
            *(if allowed { reached } else { refused }) += 1;
        }
        let mut asked: Vec<_> = asked.into_iter().filter(|(host, _)| !self.hosts.has(host)).collect();
        asked.sort_by_key(|(_, (line, ..))| *line);
        for (host, (line, reached, refused)) in asked {
            let (reached, refused) = (counted(reached, "time", "times"), counted(refused, "time", "times"));
            let message = format!("host {} was reached {reached} and refused {refused}", excerpt(&host));
            let finding =
                Finding { check: Check::Network, file: NETWORK.into(), line: Some(line), excerpt: None, message };
            findings.add(finding);
        }
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use assay_tables::read::Links;

    use super::*;

    #[test]
    fn logs_of_a_run_are_counted() {
        let place = tempfile::tempdir().unwrap();
        let run = place.path().join("group/toy_1");
        std::fs::create_dir_all(&run).unwrap();
        std::fs::write(run.join(CHECKER), "{\"at\": \"x\", \"bytes\": 1}\n".repeat(3)).unwrap();
        let hosts = ["api.models.net", "evil.example", "localhost", "evil.example"];
        let log: String = hosts.iter().map(|host| format!("{{\"host\": \"{host}\", \"allowed\": true}}\n")).collect();
        std::fs::write(run.join(NETWORK), log + "{\"host\": \"other.example\", \"allowed\": false}\n{\"ho").unwrap();
        let found = run_folder("toy_1", ["elsewhere/x.log", "group/toy_1/logs/agent.log"]).unwrap();
        assert_eq!(found, Path::new("group/toy_1"));
        let folders = Folders::new([place.path().to_owned()], Links::Refuse);
        let hosts = Hosts::new(&["*.models.net".into()]);
        let look = |checker_uses| {
            let mut findings = Findings::default();
            let there = Records { folders: &folders, checker_uses, hosts: &hosts }.look(&found, &mut findings);
            assert_eq!(there, There { checker: true, network: true });
            findings.told().into_iter().map(|finding| (finding.line, finding.message)).collect::<Vec<_>>()
        };
        let reached = (Some(2), "host `evil.example` was reached 2 times and refused 0 times".to_owned());
        let refused = (Some(5), "host `other.example` was reached 0 times and refused 1 time".to_owned());
        assert_eq!(look(3), [reached.clone(), refused.clone()]);
        assert_eq!(look(2), [(None, "3 uses of the checker, more than 2".to_owned()), reached, refused]);
        let mut none = Findings::default();
        let records = Records { folders: &folders, checker_uses: 0, hosts: &hosts };
        assert_eq!(records.look(Path::new("group"), &mut none), There::default());
        assert!(none.told().is_empty());
    }
}
