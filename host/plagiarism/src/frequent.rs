//! Fingerprints that say nothing of where code is from: those of a template that everybody was given, and those of too many files.

use std::collections::{HashMap, HashSet};

use crate::file::File;

/// Hashes that are left out of every comparison.
#[derive(Clone, Debug, Default)]
pub struct Ignored(HashSet<u32>);

impl Ignored {
    /// What these templates have.
    #[must_use]
    pub fn of_templates(templates: &[File]) -> Self {
        Ignored(templates.iter().flat_map(|template| &template.hashes).copied().collect())
    }

    /// The same, and what more than `most` of these files have. It need not be a whole number: it may be a share of how many there are.
    #[must_use]
    pub fn and_frequent<'a>(&self, files: impl IntoIterator<Item = &'a File>, most: f64) -> Self {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        for hash in files.into_iter().flat_map(|file| &file.hashes) {
            *counts.entry(*hash).or_default() += 1;
        }
        let frequent = counts.into_iter().filter(|&(_, count)| f64::from(count) > most).map(|(hash, _)| hash);
        Ignored(self.0.iter().copied().chain(frequent).collect())
    }

    pub(crate) fn contains(&self, hash: u32) -> bool {
        self.0.contains(&hash)
    }
}
