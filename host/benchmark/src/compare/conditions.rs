//! The conditions of two runs, held against each other: those that cards state, and those that reports have by digest.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::{Reason, Side, some};
use crate::card::Card;
use crate::reading::Entry;
use crate::seeds::Cell;

/// What was found.
pub(super) struct Found {
    pub(super) differs: Vec<Reason>,
    pub(super) unknown: Vec<Reason>,
}

/// Something of an entry that must be the same in both runs; none where the entry does not say it.
type Of = fn(&Entry) -> Option<String>;

/// What must be the same of each competition.
const GRADED: [(&str, Of); 5] = [
    ("grader", |entry| {
        let receipt = entry.receipt.as_ref()?;
        Some([receipt.component.clone()?, receipt.source.clone().unwrap_or_default()].concat())
    }),
    ("rules", |entry| {
        let receipt = entry.receipt.as_ref()?;
        Some([receipt.contract.clone()?, receipt.options.clone()?].concat())
    }),
    ("answers", |entry| entry.receipt.as_ref()?.answers.clone()),
    ("thresholds", |entry| {
        let thresholds = &entry.thresholds;
        let all = [
            thresholds.gold_threshold,
            thresholds.silver_threshold,
            thresholds.bronze_threshold,
            thresholds.median_threshold,
        ];
        all.iter().any(Option::is_some).then(|| format!("{all:?}"))
    }),
    // None is the reference's edition.
    ("edition", |entry| Some(entry.edition.clone().unwrap_or_default())),
];

pub(super) fn held(first: &Side<'_>, second: &Side<'_>) -> Found {
    let mut found = Found { differs: Vec::new(), unknown: Vec::new() };
    found.competitions(first, second);
    for (about, of) in GRADED {
        found.graded(about, of, first, second);
    }
    for side in [first, second] {
        found.honest(side);
    }
    match (&first.card, &second.card) {
        (Some(one), Some(other)) => found.cards(one, other),
        (one, _) => {
            let without = if one.is_none() { first.name } else { second.name };
            found.unknown("card", format!("{without} has no run card, so its conditions are not stated"));
        }
    }
    found
}

impl Found {
    fn differs(&mut self, about: &str, message: String) {
        self.differs.push(Reason { about: about.into(), message });
    }

    fn unknown(&mut self, about: &str, message: String) {
        self.unknown.push(Reason { about: about.into(), message });
    }

    fn competitions(&mut self, first: &Side<'_>, second: &Side<'_>) {
        for side in [first, second].into_iter().filter(|side| !side.alone.is_empty()) {
            let ids: BTreeSet<&str> = side.alone.iter().map(String::as_str).collect();
            self.differs("competitions", format!("only {} has {} competitions: {}", side.name, ids.len(), some(&ids)));
        }
    }

    /// Holds what is said of each competition against each other.
    fn graded(&mut self, about: &str, of: Of, first: &Side<'_>, second: &Side<'_>) {
        let (mut other, mut silent) = (BTreeSet::new(), BTreeSet::new());
        let said =
            |cells: &[Cell<'_>]| -> BTreeSet<String> { cells.iter().filter_map(Cell::entry).filter_map(of).collect() };
        for ((id, ours), (_, theirs)) in first.seeds.by_competition().zip(second.seeds.by_competition()) {
            let (ours, theirs) = (said(&ours), said(&theirs));
            if ours.is_empty() || theirs.is_empty() {
                silent.insert(id);
            } else if ours != theirs || ours.len() > 1 {
                other.insert(id);
            }
        }
        if !other.is_empty() {
            self.differs(
                about,
                format!("{} competitions were graded with other {about}: {}", other.len(), some(&other)),
            );
        }
        if silent.len() == first.seeds.ids.len() {
            self.unknown(about, format!("a report does not say by which {about} it was graded"));
        } else if !silent.is_empty() {
            let message =
                format!("of {} competitions a report does not say by which {about}: {}", silent.len(), some(&silent));
            self.unknown(about, message);
        }
    }

    /// What makes figures of one run mean something else than they seem to.
    fn honest(&mut self, side: &Side<'_>) {
        let padded = side.seeds.padded();
        if padded > 0 {
            self.differs(
                "padded seeds",
                format!("{padded} places of {} are filled up with runs that left nothing", side.name),
            );
        }
        let copies: BTreeSet<&str> = side
            .seeds
            .entries()
            .filter(|entry| entry.submission_is_answers)
            .filter_map(|entry| entry.competition_id.as_deref())
            .collect();
        if !copies.is_empty() {
            self.differs(
                "answers",
                format!("{} has submissions that are copies of the answers: {}", side.name, some(&copies)),
            );
        }
        let says = side.card.as_ref().and_then(|card| card.answers.as_ref()).map(|answers| answers.consulted);
        let logged = side.log.map(|log| log.other_gradings);
        match (says, logged) {
            (Some(true), _) => {
                self.differs(
                    "consulted answers",
                    format!("scores of {} were looked at before all runs had ended", side.name),
                );
            }
            (_, Some(others)) if others > 0 => {
                self.differs(
                    "consulted answers",
                    format!(
                        "the log of uses has {others} gradings of these competitions beside those of {}",
                        side.name
                    ),
                );
            }
            (None, None) if side.card.is_some() => {
                self.unknown(
                    "consulted answers",
                    format!(
                        "neither the card of {} nor a log says whether scores were looked at before the end",
                        side.name
                    ),
                );
            }
            _ => {}
        }
    }

    fn cards(&mut self, first: &Card, second: &Card) {
        self.stated("split", first.split.as_ref(), second.split.as_ref());
        self.stated("budget", first.budget.as_ref(), second.budget.as_ref());
        self.stated("hardware", first.hardware.as_ref(), second.hardware.as_ref());
        self.stated("internet", first.internet.as_ref(), second.internet.as_ref());
        self.stated("prior_solutions", first.prior_solutions.as_ref(), second.prior_solutions.as_ref());
    }

    fn stated<T: PartialEq + Debug + serde::Serialize>(&mut self, field: &str, first: Option<&T>, second: Option<&T>) {
        let written = |value: &T| serde_json::to_string(value).unwrap_or_else(|_| format!("{value:?}"));
        match (first, second) {
            (Some(one), Some(other)) if one != other => {
                self.differs(field, format!("the cards say {} and {}", written(one), written(other)));
            }
            (Some(_), Some(_)) => {}
            _ => self.unknown(field, "a card does not state it".into()),
        }
    }
}
