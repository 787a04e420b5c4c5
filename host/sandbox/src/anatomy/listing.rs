//! Lists that stay short, whoever made what they list.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use assay_types::excerpt::excerpt;

/// How many entries of a list are shown.
const SHOWN: usize = 64;

/// How much of a text is shown, in characters.
const SHOWN_TEXT: usize = 200;

/// The first entries of a list, and how many it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing<T> {
    /// How many there are.
    pub total: usize,
    /// The first 64.
    pub first: Vec<T>,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Listing { total: 0, first: Vec::new() }
    }
}

impl<T> Listing<T> {
    /// Adds an entry.
    pub fn push(&mut self, entry: T) {
        if self.first.len() < SHOWN {
            self.first.push(entry);
        }
        self.total += 1;
    }

    /// How many are not shown.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.total - self.first.len()
    }
}

/// What whoever wrote it says that it is: a number of entries that it may have shown.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Listing<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written<T> {
            total: usize,
            first: Vec<T>,
        }
        let Written { total, first } = Written::deserialize(deserializer)?;
        if first.len() > SHOWN || first.len() > total {
            return Err(D::Error::custom(format_args!("a listing of {} of {total} entries", first.len())));
        }
        Ok(Listing { total, first })
    }
}

/// A text that whoever wrote it should have [shown].
pub(super) fn harmless<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(shown(&String::deserialize(deserializer)?))
}

/// The same of a text that there may be none of.
pub(super) fn harmless_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.as_deref().map(shown))
}

/// The same of a listing of texts.
pub(super) fn all_harmless<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Listing<String>, D::Error> {
    let mut listing = Listing::<String>::deserialize(deserializer)?;
    listing.first.iter_mut().for_each(|text| *text = shown(text));
    Ok(listing)
}

impl<T> FromIterator<T> for Listing<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut listing = Listing::default();
        entries.into_iter().for_each(|entry| listing.push(entry));
        listing
    }
}

/// A text of a component or lock as it is shown: short, on one line, harmless to a terminal.
#[must_use]
pub fn shown(text: &str) -> String {
    excerpt(text).unquoted(SHOWN_TEXT).to_string()
}
