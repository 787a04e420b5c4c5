//! What a component says of itself: its custom sections. They decide nothing, and nothing vouches for them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wasmparser::{ComponentName, CustomSectionReader, KnownCustom, Name, ProducersSectionReader};

use super::listing::{Listing, all_harmless, harmless, shown};

/// Sections of plain text that registries of components know.
const TEXTS: [&str; 7] = ["authors", "description", "homepage", "licenses", "revision", "source", "version"];

/// What a component says of itself. Nothing vouches for it: whoever made the bytes chose the words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Languages, compilers and tools.
    pub producers: Listing<Producer>,
    /// Authors, licence, source and the like.
    pub texts: Listing<Text>,
    /// The names that it and its modules give themselves.
    #[serde(deserialize_with = "all_harmless")]
    pub names: Listing<String>,
    /// All custom sections, these and others.
    pub sections: Listing<Section>,
}

/// A language, compiler or tool that a component names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Producer {
    /// `language`, `sdk` or `processed-by`.
    #[serde(deserialize_with = "harmless")]
    pub field: String,
    /// Its name.
    #[serde(deserialize_with = "harmless")]
    pub name: String,
    /// Its version; may be empty.
    #[serde(deserialize_with = "harmless")]
    pub version: String,
}

/// A section of plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The section, such as `authors`.
    #[serde(deserialize_with = "harmless")]
    pub name: String,
    /// Its text.
    #[serde(deserialize_with = "harmless")]
    pub text: String,
}

/// A custom section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its name.
    #[serde(deserialize_with = "harmless")]
    pub name: String,
    /// Its size.
    pub bytes: usize,
}

impl Claims {
    /// The version of Rust that the code was compiled with, if the component names one and no more.
    #[must_use]
    pub fn rustc(&self) -> Option<&str> {
        let mut versions = self.producers.first.iter().filter(|producer| producer.name == "rustc");
        versions.next().filter(|_| versions.next().is_none()).map(|producer| producer.version.as_str())
    }
}

/// Gathers claims, each once: modules and the component around them often name the same.
#[derive(Default)]
pub(super) struct Gathered {
    claims: Claims,
    producers: BTreeSet<Producer>,
}

impl Gathered {
    pub(super) fn add(&mut self, section: &CustomSectionReader<'_>) {
        let name = section.name();
        self.claims.sections.push(Section { name: shown(name), bytes: section.data().len() });
        match section.as_known() {
            KnownCustom::Producers(producers) => self.add_producers(producers),
            KnownCustom::Name(names) => {
                // Parts that cannot be read are left out.
                let own = names.into_iter().flatten().filter_map(|part| match part {
                    Name::Module { name, .. } => Some(name),
                    _ => None,
                });
                own.for_each(|name| self.claims.names.push(shown(name)));
            }
            KnownCustom::ComponentName(names) => {
                let own = names.into_iter().flatten().filter_map(|part| match part {
                    ComponentName::Component { name, .. } => Some(name),
                    _ => None,
                });
                own.for_each(|name| self.claims.names.push(shown(name)));
            }
            _ if TEXTS.contains(&name) => {
                let text = shown(&String::from_utf8_lossy(section.data()));
                self.claims.texts.push(Text { name: name.to_owned(), text });
            }
            _ => {}
        }
    }

    fn add_producers(&mut self, fields: ProducersSectionReader<'_>) {
        for field in fields.into_iter().flatten() {
            for value in field.values.into_iter().flatten() {
                let (name, version) = (shown(value.name), shown(value.version));
                self.producers.insert(Producer { field: field.name.to_owned(), name, version });
            }
        }
    }

    pub(super) fn finish(self) -> Claims {
        Claims { producers: self.producers.into_iter().collect(), ..self.claims }
    }
}
