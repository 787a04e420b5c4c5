//! Use of the network, by what programs write when they use it.

use assay_http::is_loopback;
use assay_types::excerpt::excerpt;

/// What is written where something came from the network, in small letters.
const USED: [&str; 9] = [
    "http request sent, awaiting response",
    "% total    % received % xferd",
    "cloning into '",
    "downloading https://",
    "downloading http://",
    "downloading: \"http",
    "downloading data from http",
    "http request: ",
    "successfully installed ",
];

/// What is written where it was tried in vain.
const TRIED: [&str; 8] = [
    "could not resolve host",
    "temporary failure in name resolution",
    "name or service not known",
    "max retries exceeded with url",
    "failed to establish a new connection",
    "network is unreachable",
    "tunnel connection failed",
    "unable to resolve host address",
];

/// Commands that need it.
const COMMANDS: [&str; 12] = [
    "pip install ",
    "pip3 install ",
    "uv add ",
    "conda install ",
    "npm install ",
    "apt-get install ",
    "apt install ",
    "git clone ",
    "huggingface-cli download ",
    "kaggle competitions download",
    "kaggle datasets download",
    "kaggle kernels pull",
];

/// Programs that fetch what is at an address.
const FETCHERS: [&str; 2] = ["curl ", "wget "];

/// Hosts that may be reached: `example.org`, or `*.example.org` for those below it.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// These.
    #[must_use]
    pub fn new(hosts: &[String]) -> Self {
        Hosts(hosts.iter().map(|host| host.to_ascii_lowercase()).collect())
    }

    /// True if this host, perhaps with a port, may be reached. This machine always may.
    #[must_use]
    pub fn has(&self, host: &str) -> bool {
        if is_loopback(host) {
            return true;
        }
        let host = host.to_ascii_lowercase();
        let host =
            host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(&*host, |(host, _)| host);
        let host = host.strip_suffix('.').unwrap_or(host);
        self.0.iter().any(|allowed| match allowed.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => host == allowed,
        })
    }

    /// What is wrong with a line of a log, if it tells of the network.
    #[must_use]
    pub fn found(&self, line: &str) -> Option<String> {
        let small = line.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| small.contains(word));
        let is_package = small.trim_start().starts_with("downloading ") && has(&[".whl", ".tar.gz", "%|"]);
        let fetches = has(&FETCHERS) && (small.contains("http://") || small.contains("https://"));
        let message = if has(&USED) || is_package {
            "tells of use of the network"
        } else if has(&TRIED) {
            "tells of a try to use the network"
        } else if fetches || (has(&COMMANDS) && !small.contains("--no-index")) {
            "has a command that needs the network"
        } else {
            return None;
        };
        let hosts: Vec<&str> = hosts(line).collect();
        match hosts.iter().find(|host| !self.has(host)) {
            Some(host) => Some(format!("{message}: host {}", excerpt(host))),
            None if hosts.is_empty() => Some(message.into()),
            None => None,
        }
    }
}

/// The hosts of a line's addresses.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("://").filter_map(|(at, _)| {
        let rest = &line[at + 3..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-._:[]@".contains(c))).unwrap_or(rest.len());
        let host = rest[..end].rsplit('@').next().unwrap_or_default().trim_end_matches([':', '.']);
        (!host.is_empty()).then_some(host)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_tell_of_the_network_are_found() {
        let hosts = Hosts::new(&["*.models.net".into(), "pypi.example".into()]);
        for (line, expected) in [
            ("HTTP request sent, awaiting response... 200 OK", "tells of use of the network"),
            ("  Downloading torch-2.1.0-cp311.whl (670 MB)", "tells of use of the network"),
            (
                "Downloading: \"https://dl.example/resnet.pth\" to /root",
                "tells of use of the network: host `dl.example`",
            ),
            (
                "INFO HTTP Request: POST https://api.example.org/v1/chat \"HTTP/1.1 200 OK\"",
                "tells of use of the network: host `api.example.org`",
            ),
            (
                "$ curl -s https://u:p@example.org:8080/x",
                "has a command that needs the network: host `example.org:8080`",
            ),
            ("$ pip install lightgbm", "has a command that needs the network"),
            ("curl: (6) Could not resolve host: example.org", "tells of a try to use the network"),
        ] {
            assert_eq!(hosts.found(line).as_deref(), Some(expected), "{line}");
        }
        for line in [
            "See https://example.org/docs",
            "curl -F file=@submission.csv http://localhost:5000/validate",
            "INFO HTTP Request: POST https://api.models.net/v1 \"HTTP/1.1 200 OK\"",
            "pip install --no-index x",
            "Downloading the data is not allowed",
            "curly hair",
        ] {
            assert_eq!(hosts.found(line), None, "{line}");
        }
    }
}
