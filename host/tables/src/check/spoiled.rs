//! Columns that are text because of some of their cells, and which ones these are.
//!
//! A column has one type, so a single odd cell makes text of all of it. The others are as they should be, so only odd ones are named.

use arrow::array::StringArray;

use super::words::{self, Hints};
use crate::competition::{ColumnRule, ColumnType};
use crate::excerpt::excerpt;
use crate::finding::{Finding, Place};
use crate::read::{Meaning, Table, is_beyond_64_bits, number};

/// What most cells of a column are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Most {
    /// Numbers, or nothing that the rule takes.
    Numbers,
    /// Truth values.
    TruthValues,
}

/// What is odd about a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Odd {
    /// It is neither a number nor a truth value.
    Text,
    /// It is a truth value, and most are numbers.
    TruthValue,
    /// It is a number, and most are truth values.
    Number,
    /// It is larger than any double.
    TooLarge,
    /// It is missing, in a column where pandas takes a missing value for text.
    Missing,
}

impl Most {
    /// What most cells of a text column are, by what its rule takes.
    pub(super) fn of(rule: &ColumnRule, texts: &StringArray) -> Self {
        let (mut truth_values, mut numbers) = (0_usize, 0_usize);
        for cell in texts.iter().flatten() {
            match Meaning::of(cell) {
                Meaning::TruthValue => truth_values += 1,
                Meaning::Number | Meaning::TooLarge => numbers += 1,
                Meaning::Missing | Meaning::Text => {}
            }
        }
        let taken = match rule.kind {
            ColumnType::Boolean => truth_values >= numbers || !rule.numbers.allows(),
            _ => truth_values > numbers && rule.booleans.allows(),
        };
        if taken { Most::TruthValues } else { Most::Numbers }
    }

    fn odd(self, rule: &ColumnRule, cell: &str) -> Option<Odd> {
        if self == Most::Numbers && as_number(rule, cell).is_some() {
            return None;
        }
        match (self, Meaning::of(cell)) {
            (Most::TruthValues, Meaning::TruthValue) => None,
            (Most::TruthValues, Meaning::Number | Meaning::TooLarge) => Some(Odd::Number),
            (Most::Numbers, Meaning::TruthValue) => Some(Odd::TruthValue),
            (Most::Numbers, Meaning::TooLarge) => Some(Odd::TooLarge),
            (_, Meaning::Missing) if rule.missing.allows() && !rule.numbers_as_text.allows() => None,
            (_, Meaning::Missing) => Some(Odd::Missing),
            (_, Meaning::Text | Meaning::Number) => Some(Odd::Text),
        }
    }
}

/// A cell of a text column as the number that the rule takes it for.
pub(super) fn as_number(rule: &ColumnRule, cell: &str) -> Option<f64> {
    if rule.numbers_as_text.allows() { pytext::parse_float(cell) } else { number(cell) }
}

/// The cells that make text of a column which its rule does not take as such: at least one finding.
pub(super) fn findings(rule: &ColumnRule, name: &str, texts: &StringArray, most: Most, table: &Table) -> Vec<Finding> {
    let column = excerpt(name);
    let text = match (rule.kind, most) {
        (ColumnType::Boolean, _) => "has values that are neither `True` nor `False`",
        (_, Most::TruthValues) => "has values that are neither truth values nor numbers",
        (_, Most::Numbers) => "has values that are not numbers",
    };
    let mut kinds = [
        (Odd::Text, text),
        (Odd::TruthValue, "has truth values beside numbers"),
        (Odd::Number, "has numbers beside truth values"),
        (Odd::TooLarge, "has numbers beyond a double's range (some 1.8e308)"),
        (Odd::Missing, super::HAS_MISSING),
    ]
    .map(|(odd, message)| (odd, Finding::new(format!("column {column} {message}")), Hints::default()));
    for (row, cell) in texts.iter().enumerate() {
        let Some(cell) = cell else { continue };
        let odd = most.odd(rule, cell);
        if let Some((_, finding, hints)) = kinds.iter_mut().find(|(kind, ..)| odd == Some(*kind)) {
            hints.note(cell);
            finding.add(|| Place::cells(table, row, [name], cell));
        }
    }
    // Where every cell is a number of its own, the column is text for integers that are too large.
    let only_numbers = kinds.iter().all(|(odd, finding, _)| *odd == Odd::Missing || finding.is_empty());
    let beyond = (only_numbers && !rule.numbers_as_text.allows()).then(|| beyond_64_bits(rule, name, texts, table));
    let found = kinds.into_iter().filter_map(|(odd, finding, hints)| {
        let remedy = match odd {
            Odd::Missing => super::GIVE_A_VALUE.to_owned(),
            // Where numbers are asked for and truth values pass too, either would do.
            Odd::Number if rule.kind != ColumnType::Boolean => {
                format!("{}, or nothing but `True` and `False`", words::write(rule))
            }
            _ => hints.add_to(words::write(rule)),
        };
        finding.if_any().map(|finding| finding.remedy(remedy))
    });
    beyond.into_iter().chain(found).collect()
}

fn beyond_64_bits(rule: &ColumnRule, name: &str, texts: &StringArray, table: &Table) -> Finding {
    let message =
        format!("column {} has whole numbers beyond 64 bits, which make text of all its numbers", excerpt(name));
    let mut finding = Finding::new(message).remedy(match rule.kind {
        ColumnType::Number => "write them with an exponent, such as `1e20`, or check that this is the right column",
        _ => "write smaller numbers, or check that this is the right column",
    });
    for (row, cell) in texts.iter().enumerate() {
        if let Some(cell) = cell.filter(|cell| is_beyond_64_bits(cell)) {
            finding.add(|| Place::cells(table, row, [name], cell));
        }
    }
    finding
}
