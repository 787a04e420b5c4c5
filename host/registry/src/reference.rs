//! Where an artifact is: `oci://REGISTRY/REPOSITORY:TAG@sha256:DIGEST`.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use assay_http::is_loopback;
use assay_types::excerpt::excerpt;
use thiserror::Error;

/// How references begin.
const SCHEME: &str = "oci://";

/// What a reference looks like.
const FORM: &str = "one is `oci://REGISTRY/REPOSITORY:TAG@sha256:DIGEST`";

/// Where an artifact is, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is no reference.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}: {what}: {FORM}", excerpt(.text).unquoted(300))]
pub struct ReferenceError {
    text: String,
    what: &'static str,
}

impl Reference {
    /// True for texts that are meant as references.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(SCHEME)
    }

    /// The registry, a host's name with a port if need be.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The last part of the repository.
    #[must_use]
    pub fn name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }

    /// The tag, which can be moved from one artifact to another.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// SHA-256 of the manifest as `sha256:` and 64 digits: it never means anything else.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The same with this digest.
    #[must_use]
    pub fn with_digest(&self, digest: &str) -> Self {
        Reference { digest: Some(digest.to_owned()), ..self.clone() }
    }

    /// As tools other than this one write it, without `oci://` and by its digest, if it has one.
    #[must_use]
    pub fn plain(&self) -> String {
        let Reference { registry, repository, tag, digest } = self;
        match (digest, tag) {
            (Some(digest), _) => format!("{registry}/{repository}@{digest}"),
            (None, Some(tag)) => format!("{registry}/{repository}:{tag}"),
            (None, None) => format!("{registry}/{repository}"),
        }
    }

    /// True if the registry is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.registry)
    }
}

/// A registry's host without its port.
fn host(registry: &str) -> &str {
    match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => registry,
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let wrong = |what| ReferenceError { text: text.to_owned(), what };
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| wrong("it does not begin with `oci://`"))?;
        let (registry, rest) = rest.split_once('/').ok_or_else(|| wrong("it has no repository"))?;
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (rest, None),
        };
        if !is_registry(registry) {
            return Err(wrong("the registry is not the name of a host, with a port if need be"));
        }
        if !is_repository(repository) {
            return Err(wrong(
                "the repository must be of small letters and digits, with single `.`, `_`, `-` or `/` between them",
            ));
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("the tag must be of letters, digits, `_`, `.` and `-`, 128 of them at most"));
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(wrong("the digest must be `sha256:` and 64 digits, lower case"));
        }
        Ok(Reference {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: tag.map(ToOwned::to_owned),
            digest: digest.map(ToOwned::to_owned),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn is_registry(text: &str) -> bool {
    let name = host(text);
    let port = text.strip_prefix(name).and_then(|port| port.strip_prefix(':'));
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= 253
            && name.split('.').all(|part| {
                !part.is_empty()
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                    && !part.starts_with('-')
            })
    };
    let is_address = |name: &str| {
        name.strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
    };
    (is_name(name) || is_address(name)) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_repository(text: &str) -> bool {
    let is_part = |part: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let edges = [part.bytes().next(), part.bytes().last()];
        edges.iter().all(|byte| byte.is_some_and(inner))
            && part.bytes().all(|byte| inner(byte) || matches!(byte, b'.' | b'_' | b'-'))
            && !part.contains("..")
    };
    text.len() <= 255 && text.split('/').all(is_part)
}

fn is_tag(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(inner) && !text.starts_with(['.', '-'])
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|digest| {
        digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_written() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for text in [
            "oci://registry.example.com/a/b".to_owned(),
            "oci://localhost:5000/a:1.0".into(),
            format!("oci://[::1]:5000/a/b_c/d-e@{digest}"),
            format!("oci://127.0.0.1/a.b:v1@{digest}"),
        ] {
            assert_eq!(text.parse::<Reference>().map(|reference| reference.to_string()), Ok(text));
        }
        let reference: Reference = format!("oci://registry.example.com/a/b:v1@{digest}").parse().expect("a reference");
        assert_eq!(
            (reference.registry(), reference.repository(), reference.name()),
            ("registry.example.com", "a/b", "b")
        );
        assert_eq!((reference.tag(), reference.digest()), (Some("v1"), Some(digest.as_str())));
        assert_eq!(reference.plain(), format!("registry.example.com/a/b@{digest}"));
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "registry.example.com/a",
            "oci://",
            "oci://registry.example.com",
            "oci://registry.example.com/",
            "oci:///a",
            "oci://user:secret@registry.example.com/a",
            "oci://registry.example.com:port/a",
            "oci://registry.example.com:99999/a",
            "oci://registry.example.com/A",
            "oci://registry.example.com/../a",
            "oci://registry.example.com/a//b",
            "oci://registry.example.com/a?b",
            "oci://registry.example.com/a:",
            "oci://registry.example.com/a:b/c",
            "oci://registry.example.com/a@sha256:00",
            "oci://registry.example.com/a@md5:00",
            "oci://registry.example.com/a b",
            "oci://registry.example.com\r\n/a",
        ] {
            let error = text.parse::<Reference>().expect_err(text).to_string();
            assert!(error.contains(FORM), "{error}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        let is =
            |registry: &str| format!("oci://{registry}/a").parse().is_ok_and(|known: Reference| known.is_loopback());
        assert!(["localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000"].into_iter().all(is));
        let others =
            ["localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "[::2]:5000", "registry.example.com"];
        assert!(!others.into_iter().any(is));
    }
}
