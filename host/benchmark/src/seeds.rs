//! Seeds: a benchmark is run several times, and each time gives one entry for every competition of a split.
//!
//! The rule is the reference's. Reports are taken in the order of their names, and a report's entries in the order of their competitions;
//! the first entry of every competition is the first seed, the second the second, and so on. Seeds that lack a competition are left out,
//! or filled up with runs that left nothing.

use std::collections::HashMap;

use assay_types::excerpt::list;
use thiserror::Error;

use crate::reading::{Entry, GradingReport};
use crate::split::Split;

/// Which seeds are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How many. None: all that there are.
    pub seeds: Option<usize>,
    /// Whether what a seed lacks is filled up with runs that left nothing.
    pub pad_missing: bool,
}

/// One run of a competition.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// What its report says of it.
    Graded(&'a Entry),
    /// There is none: it counts as one that left nothing.
    Padded,
}

impl<'a> Cell<'a> {
    /// The entry, if there is one.
    #[must_use]
    pub fn entry(&self) -> Option<&'a Entry> {
        match self {
            Cell::Graded(entry) => Some(entry),
            Cell::Padded => None,
        }
    }
}

/// Seeds, each with one cell for every competition of the split, in its order.
#[derive(Clone, Debug)]
pub struct Seeds<'a> {
    /// The competitions.
    pub ids: &'a [String],
    /// The seeds.
    pub seeds: Vec<Vec<Cell<'a>>>,
}

/// Why there are no seeds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SeedsError {
    /// Competitions of the split have no entry.
    #[error(
        "no report has an entry for {} of the {competitions} competitions of split {split}: {}; grade them too, \
         count them as runs without a submission (--pad-missing), or take another split (--split)",
        .missing.len(), list(.missing)
    )]
    Missing {
        /// The split.
        split: String,
        /// How many competitions it has.
        competitions: usize,
        /// Those without an entry.
        missing: Vec<String>,
    },
    /// There are no entries at all.
    #[error("no report has an entry for any competition of split {split}")]
    NoEntries {
        /// The split.
        split: String,
    },
    /// There are fewer than were asked for.
    #[error("{wanted} seeds were asked for, and {there} are complete{}", if *.padded { "" } else { "; --pad-missing fills up others" })]
    TooFew {
        /// How many were asked for.
        wanted: usize,
        /// How many there are.
        there: usize,
        /// Whether seeds were filled up.
        padded: bool,
    },
    /// None were asked for.
    #[error("0 seeds were asked for: take 1 or more, or -1 for all")]
    NoneWanted,
    /// A report was given twice, so that its runs would count twice.
    #[error("{first} and {second} are the same report (sha256 {sha256}): its runs would count twice")]
    Twice {
        /// One.
        first: String,
        /// The other.
        second: String,
        /// Their digest.
        sha256: String,
    },
}

impl<'a> Seeds<'a> {
    /// The seeds of these reports.
    ///
    /// # Errors
    ///
    /// If there are fewer than wanted, or a competition has none at all and nothing is filled up.
    pub fn build(reports: &'a [GradingReport], split: &'a Split, wanted: Wanted) -> Result<Self, SeedsError> {
        once(reports)?;
        if wanted.seeds == Some(0) {
            return Err(SeedsError::NoneWanted);
        }
        let mut entries: HashMap<&str, Vec<&Entry>> = split.ids.iter().map(|id| (id.as_str(), Vec::new())).collect();
        let mut ordered: Vec<&GradingReport> = reports.iter().collect();
        ordered.sort_by(|one, other| one.name.cmp(&other.name));
        // Of one competition, entries keep the order of their report.
        for entry in ordered.iter().flat_map(|report| &report.entries) {
            if let Some(of_competition) = entry.competition_id.as_deref().and_then(|id| entries.get_mut(id)) {
                of_competition.push(entry);
            }
        }
        let counts = || split.ids.iter().map(|id| entries.get(id.as_str()).map_or(0, Vec::len));
        let missing: Vec<String> =
            split.ids.iter().zip(counts()).filter(|(_, count)| *count == 0).map(|(id, _)| id.clone()).collect();
        if missing.len() == split.ids.len() {
            return Err(SeedsError::NoEntries { split: split.name.clone() });
        }
        if !missing.is_empty() && !wanted.pad_missing {
            let competitions = split.ids.len();
            return Err(SeedsError::Missing { split: split.name.clone(), competitions, missing });
        }
        let there = if wanted.pad_missing { counts().max() } else { counts().min() }.unwrap_or(0);
        if let Some(wanted_seeds) = wanted.seeds.filter(|&seeds| seeds > there) {
            return Err(SeedsError::TooFew { wanted: wanted_seeds, there, padded: wanted.pad_missing });
        }
        let cell = |id: &String, seed: usize| {
            entries
                .get(id.as_str())
                .and_then(|entries| entries.get(seed))
                .map_or(Cell::Padded, |entry| Cell::Graded(entry))
        };
        let seeds = (0..wanted.seeds.unwrap_or(there))
            .map(|seed| split.ids.iter().map(|id| cell(id, seed)).collect())
            .collect();
        Ok(Seeds { ids: &split.ids, seeds })
    }

    /// How many cells are filled up.
    #[must_use]
    pub fn padded(&self) -> usize {
        self.seeds.iter().flatten().filter(|cell| matches!(cell, Cell::Padded)).count()
    }

    /// All entries of these seeds.
    pub fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        self.seeds.iter().flatten().filter_map(Cell::entry)
    }

    /// The entries of each competition, with the competition, in the split's order.
    pub fn by_competition(&self) -> impl Iterator<Item = (&'a str, Vec<Cell<'a>>)> {
        self.ids
            .iter()
            .enumerate()
            .map(|(place, id)| (id.as_str(), self.seeds.iter().filter_map(|seed| seed.get(place)).copied().collect()))
    }
}

/// Every report is there once.
fn once(reports: &[GradingReport]) -> Result<(), SeedsError> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for report in reports {
        if let Some(first) = seen.insert(&report.sha256, &report.name) {
            let (first, second) = (first.to_owned(), report.name.clone());
            return Err(SeedsError::Twice { first, second, sha256: report.sha256.clone() });
        }
    }
    Ok(())
}
