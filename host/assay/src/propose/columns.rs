//! What the columns of answers and sample submission are: the key, what is predicted, and what kind of values that takes.

use std::collections::{BTreeMap, HashSet};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use assay_tables::read::Table;
use assay_types::excerpt::excerpt;

/// How many different values a column of classes has at most.
const CLASSES: usize = 50;

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The key's columns; none: rows stand in the answers' order.
    pub(super) key: Vec<String>,
    /// The predicted columns, in groups that share their rules.
    pub(super) groups: Vec<Group>,
    /// True if several columns of probabilities add up to 1 in each row.
    pub(super) sums_to_one: bool,
    /// The same, for people.
    pub(super) notes: Vec<String>,
}

/// Predicted columns of one kind.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) names: Vec<String>,
    /// The type, as competitions name it.
    pub(super) kind: &'static str,
    /// True for numbers from 0 to 1 where the answers are 0 and 1.
    pub(super) probability: bool,
    pub(super) answers: Values,
}

/// What the answers of a column are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Two classes: 0 and 1, or truth values.
    Binary,
    /// So many whole numbers, from the least to the greatest.
    Classes { count: usize, from_zero: bool },
    /// Numbers.
    Numbers { positive: bool, skewed: bool },
    /// Words, few of them different.
    Labels,
    /// Lists of words with one blank between them.
    Lists,
    /// Text.
    Text,
}

impl Found {
    /// What is predicted, for people.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self.groups.iter().flat_map(|group| &group.names).map(|name| excerpt(name).to_string()).collect();
        match names.as_slice() {
            [first, second, .., last] if names.len() > 4 => format!("{first}, {second} … {last}"),
            names => names.join(", "),
        }
    }
}

/// None: nothing in the sample submission is in the answers too.
pub(super) fn found(answers: &Table, sample: &Table) -> Option<Found> {
    let shared: Vec<&String> = sample.header.iter().filter(|name| answers.header.contains(name)).collect();
    let mut notes = Vec::new();
    let key = key(answers, sample, &shared);
    match &key[..] {
        [] => notes.push("no column is a key: no values of one, each there once, are the same in both files; rows stand in the answers' order".into()),
        names => {
            let names: Vec<String> = names.iter().map(|name| excerpt(name).to_string()).collect();
            notes.push(format!("{} is the key: its values are there once each, and the same in both files", names.join(" with ")));
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for name in shared.iter().filter(|name| !key.contains(name)) {
        let (truth, given) = (answers.column(name)?, sample.column(name)?);
        let group = group(name, truth, given);
        notes.push(format!("{}: {}", excerpt(name), said(&group)));
        match groups.iter_mut().find(|other| (other.kind, other.probability, &other.answers) == (group.kind, group.probability, &group.answers)) {
            Some(other) => other.names.extend(group.names),
            None => groups.push(group),
        }
    }
    if groups.is_empty() {
        return None;
    }
    let unused: Vec<String> = answers.header.iter().filter(|name| !sample.header.contains(name)).map(|name| excerpt(name).to_string()).collect();
    if !unused.is_empty() {
        notes.push(format!("the answers have {} besides, which the grader does not get: `answers.columns` would hand it over", unused.join(", ")));
    }
    let sums_to_one = sums_to_one(&groups, answers);
    if sums_to_one {
        notes.push("each row of the answers holds one 1 among its columns: one class of several".into());
    }
    Some(Found { key, groups, sums_to_one, notes })
}

/// The first column, or the first two together, whose values are there once each, and the same in both files.
fn key(answers: &Table, sample: &Table, shared: &[&String]) -> Vec<String> {
    let identifies = |names: &[&String]| {
        let (Some(ours), Some(theirs)) = (keys(answers, names), keys(sample, names)) else { return false };
        let (one, other): (HashSet<&String>, HashSet<&String>) = (ours.iter().collect(), theirs.iter().collect());
        one.len() == ours.len() && one == other && shared.len() > names.len()
    };
    for name in shared.iter().take(3) {
        if identifies(&[name]) {
            return vec![(*name).clone()];
        }
    }
    match shared {
        [first, second, ..] if identifies(&[first, second]) => vec![(*first).clone(), (*second).clone()],
        _ => Vec::new(),
    }
}

/// The values of some columns together, as text. None: a cell is missing, or a column is of decimals.
fn keys(table: &Table, names: &[&String]) -> Option<Vec<String>> {
    let columns = names
        .iter()
        .map(|name| {
            let column = table.column(name)?;
            let usable = column.null_count() == 0 && *column.data_type() != DataType::Float64;
            usable.then(|| cast(column, &DataType::Utf8).ok()).flatten()
        })
        .collect::<Option<Vec<ArrayRef>>>()?;
    let row = |row: usize| columns.iter().map(|column| column.as_string::<i32>().value(row)).collect::<Vec<_>>().join("\u{1f}");
    Some((0..table.batch.num_rows()).map(row).collect())
}

fn numbers(column: &ArrayRef) -> Option<Vec<f64>> {
    if *column.data_type() == DataType::Utf8 {
        return None;
    }
    let numbers = cast(column, &DataType::Float64).ok()?;
    Some(numbers.as_primitive::<Float64Type>().iter().flatten().collect())
}

fn group(name: &str, truth: &ArrayRef, given: &ArrayRef) -> Group {
    let answers = values(truth);
    let decimals = *given.data_type() == DataType::Float64;
    let in_unit = numbers(given).is_some_and(|all| all.iter().all(|number| (0.0..=1.0).contains(number)));
    let probability = answers == Values::Binary && *truth.data_type() != DataType::Boolean && in_unit;
    let kind = match (&answers, truth.data_type()) {
        (_, DataType::Boolean) if !decimals => "boolean",
        (Values::Classes { .. }, _) if !decimals => "integer",
        (Values::Binary | Values::Classes { .. } | Values::Numbers { .. }, _) => "number",
        _ => "text",
    };
    Group { names: vec![name.to_owned()], kind, probability, answers }
}

fn values(truth: &ArrayRef) -> Values {
    if *truth.data_type() == DataType::Boolean {
        return Values::Binary;
    }
    let Some(numbers) = numbers(truth) else {
        let texts: Vec<&str> = truth.as_string_opt::<i32>().map(|texts| texts.iter().flatten().collect()).unwrap_or_default();
        let different: HashSet<&str> = texts.iter().copied().collect();
        let long = texts.iter().any(|text| text.len() > 60);
        return if different.len() <= CLASSES && different.len() * 2 <= texts.len().max(2) && !long {
            Values::Labels
        } else if texts.iter().any(|text| text.contains(' ')) && !long {
            Values::Lists
        } else {
            Values::Text
        };
    };
    let whole = numbers.iter().all(|number| number.fract() == 0.0 && number.abs() < 1e9);
    let different: BTreeMap<i64, ()> = numbers.iter().map(|&number| (number as i64, ())).collect();
    if whole && different.keys().all(|&value| value == 0 || value == 1) {
        return Values::Binary;
    }
    if whole && different.len() <= CLASSES && different.len() * 2 <= numbers.len().max(2) {
        return Values::Classes { count: different.len(), from_zero: different.keys().next() == Some(&0) };
    }
    let mut sorted = numbers.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let positive = sorted.first().is_some_and(|&least| least >= 0.0);
    let skewed = positive && median > 0.0 && sorted.last().is_some_and(|&greatest| greatest > 20.0 * median);
    Values::Numbers { positive, skewed }
}

fn said(group: &Group) -> String {
    let values = match &group.answers {
        Values::Binary => "two classes".to_owned(),
        Values::Classes { count, .. } => format!("whole numbers, {count} of them different: classes, or grades"),
        Values::Numbers { skewed: true, .. } => "numbers, none below zero, some far above the others".into(),
        Values::Numbers { .. } => "numbers".into(),
        Values::Labels => "words, few of them different: classes".into(),
        Values::Lists => "lists of words, or sentences".into(),
        Values::Text => "text".into(),
    };
    if group.probability { format!("{values}; a submission gives probabilities") } else { values }
}

/// True if each row of the answers holds exactly one 1 among several columns of probabilities.
fn sums_to_one(groups: &[Group], answers: &Table) -> bool {
    let [group] = groups else { return false };
    let columns: Option<Vec<Vec<f64>>> = group.names.iter().map(|name| answers.column(name).and_then(numbers)).collect();
    let Some(columns) = columns.filter(|columns| group.probability && columns.len() > 1) else { return false };
    let rows = answers.batch.num_rows();
    columns.iter().all(|column| column.len() == rows)
        && (0..rows).all(|row| columns.iter().map(|column| column[row]).sum::<f64>() == 1.0)
}
