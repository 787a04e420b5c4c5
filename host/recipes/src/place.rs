//! Where files are: `raw/…` is the download, `work/…` what a recipe extracts and leaves behind, `public/…` and `private/…` what it makes.

use std::borrow::Cow;
use std::fmt;
use std::path::{Component, Path};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::error::{Fault, RunError};

/// One of the four folders that a recipe knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    Raw,
    Work,
    Public,
    Private,
}

/// A path below one of the four folders; it may be that folder itself, and it may be a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub root: Root,
    /// With `/` between its parts; empty for the folder itself.
    pub path: String,
}

impl Place {
    fn parse(text: &str) -> Result<Self, String> {
        let (root, path) = text.split_once('/').unwrap_or((text, ""));
        let root = match root {
            "raw" => Root::Raw,
            "work" => Root::Work,
            "public" => Root::Public,
            "private" => Root::Private,
            _ => return Err(format!("{text:?} is in none of the folders raw, work, public and private")),
        };
        let path = path.trim_end_matches('/');
        if !path.is_empty() {
            inside(path).map_err(|problem| format!("{text:?} {problem}"))?;
        }
        Ok(Place { root, path: path.to_owned() })
    }

    /// The same folder, another path.
    pub(crate) fn with(&self, path: impl Into<String>) -> Self {
        Place { root: self.root, path: path.into() }
    }

    /// That this path stays below its folder, wherever it comes from.
    pub(crate) fn checked(self) -> Result<Self, RunError> {
        match inside(&self.path) {
            Ok(()) => Ok(self),
            Err(problem) => Err(Fault::new(self.to_string(), format!("the path {problem}")).value(&self.path).into()),
        }
    }
}

/// A path that leads nowhere but down.
fn inside(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        Err("is empty")
    } else if path.contains('\0') {
        Err("has a NUL character")
    } else if Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
        Ok(())
    } else {
        Err("leads out of its folder: parts such as .. and a leading / are not allowed")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = match self.root {
            Root::Raw => "raw",
            Root::Work => "work",
            Root::Public => "public",
            Root::Private => "private",
        };
        write!(out, "{root}/{}", self.path)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Place::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Place {
    fn schema_name() -> Cow<'static, str> {
        "Place".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(raw|work|public|private)(/|$)",
            "description": "A path below raw (the download), work (what is extracted), public or private."
        })
    }
}
