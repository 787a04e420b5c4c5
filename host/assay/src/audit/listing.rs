//! Lists that stay short, whoever made what they list.

use serde::Serialize;

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
    pub(super) fn push(&mut self, entry: T) {
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
