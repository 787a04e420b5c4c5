//! What the columns of answers and sample submission are: the key, what is predicted, and what kind of values that takes.

use std::collections::{BTreeSet, HashSet};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use assay_tables::read::Table;
use assay_types::competition::ColumnType;
use assay_types::excerpt::excerpt;

use super::ProposeError;

/// How many different values a column of classes has at most.
const CLASSES: usize = 50;
/// How many different values a column of grades has at most.
const GRADES: usize = 10;
/// How many words of a list count: Kaggle's metrics of lists end here.
const LIST: usize = 25;
/// Texts longer than this are no words.
const WORD: usize = 60;

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The key's columns; none: rows stand in the answers' order.
    pub(super) key: Vec<String>,
    /// The predicted columns, in groups that share their rules.
    pub(super) groups: Vec<Group>,
    /// True if each row of the answers holds one 1 among its columns: one class of several.
    pub(super) one_class: bool,
    /// True if the probabilities of each row of the sample submission add up to 1, too.
    pub(super) sums_to_one: bool,
    /// The first column of the sample submission that lacks a number, and its line: then it is no valid submission.
    pub(super) lacks: Option<(String, u64)>,
    /// The same, for people.
    pub(super) notes: Vec<String>,
}

/// Predicted columns of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) names: Vec<String>,
    pub(super) rule: Rules,
    pub(super) answers: Values,
    /// How many items the longest list of a submission has; 1 where submissions give no lists.
    pub(super) list: usize,
    /// True if the answers are single items, where submissions give lists.
    pub(super) one_item: bool,
}

/// What the contract says of the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rules {
    pub(super) kind: ColumnType,
    /// True for numbers from 0 to 1 where the answers are 0 and 1.
    pub(super) probability: bool,
    /// Whether cells may be missing, and whether all may.
    pub(super) missing: bool,
    pub(super) all_missing: bool,
}

/// What the answers of a column are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Two classes: 0 and 1, or truth values.
    Binary,
    /// Whole numbers, few of them different.
    Classes {
        /// True if they may be grades: a few from 0 or 1 on.
        grades: bool,
    },
    /// Numbers.
    Numbers {
        /// None is below zero.
        positive: bool,
        /// The greatest is far above the one in the middle.
        skewed: bool,
    },
    /// Words, few of them different.
    Labels,
    /// Text.
    Text,
    /// Text, which is missing in some rows.
    Sparse,
}

impl Group {
    /// True if one rule of the contract and one metric do for both.
    fn is_like(&self, other: &Group) -> bool {
        let numbers = |group: &Group| matches!(group.answers, Values::Numbers { .. });
        self.rule == other.rule
            && (self.answers == other.answers || numbers(self) && numbers(other))
            && (self.list, self.one_item) == (other.list, other.one_item)
    }

    fn add(&mut self, other: Group) {
        self.names.extend(other.names);
        if let (Values::Numbers { positive, skewed }, Values::Numbers { positive: other, .. }) =
            (&mut self.answers, other.answers)
        {
            *positive &= other;
            *skewed &= other;
        }
    }
}

impl Found {
    /// The names of all predicted columns.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.groups.iter().flat_map(|group| &group.names)
    }
}

/// What the columns are.
pub(super) fn found(answers: &Table, sample: &Table) -> Result<Found, ProposeError> {
    let shared: Vec<&String> = sample.header.iter().filter(|name| answers.header.contains(name)).collect();
    let key = key(answers, sample, &shared);
    let mut notes = vec![said_of_key(&key)];
    if key.is_empty() && answers.batch.num_rows() != sample.batch.num_rows() {
        return Err(ProposeError::Rows { answers: answers.batch.num_rows(), sample: sample.batch.num_rows() });
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut lacks = None;
    for name in shared.iter().filter(|name| !key.contains(name)) {
        let (Some(truth), Some(given)) = (answers.column(name), sample.column(name)) else { continue };
        let group = group(name, truth, given);
        if group.rule.kind != ColumnType::Text {
            if let Some(row) = first_missing(truth) {
                return Err(ProposeError::NoAnswer { column: (*name).clone(), line: answers.line(row) });
            }
            lacks = lacks.or_else(|| first_missing(given).map(|row| ((*name).clone(), sample.line(row))));
        }
        match groups.iter_mut().find(|other| other.is_like(&group)) {
            Some(other) => other.add(group),
            None => groups.push(group),
        }
    }
    if groups.is_empty() {
        return Err(ProposeError::Nothing);
    }
    if let [Group { names, rule, answers: Values::Binary, .. }] = groups.as_mut_slice()
        && names.len() > 1
        && rule.kind == ColumnType::Integer
    {
        // A sample of zeros does not tell probabilities from classes; a column for each class does.
        (rule.kind, rule.probability) = (ColumnType::Number, true);
    }
    notes.extend(groups.iter().map(|group| format!("{}: {}", listed(group.names.iter()), said(group))));
    let unused = listed(answers.header.iter().filter(|name| !sample.header.contains(name)));
    if !unused.is_empty() {
        notes.push(format!(
            "the answers have {unused} besides, which graders do not get: `answers.columns` would hand it over"
        ));
    }
    let extra = listed(sample.header.iter().filter(|name| !answers.header.contains(name)));
    if !extra.is_empty() {
        notes.push(format!("the sample submission has {extra} besides, which nobody reads"));
    }
    let one_class = one_in_each_row(&groups, answers);
    let sums_to_one = one_class && sums_to_one(&groups, sample);
    if one_class {
        notes.push("each row of the answers holds one 1 among its columns: one class of several".into());
    }
    if let Some((name, line)) = &lacks {
        notes.push(format!(
            "the sample submission lacks a value of {} in line {line}: it is no valid submission",
            excerpt(name)
        ));
    }
    Ok(Found { key, groups, one_class, sums_to_one, lacks, notes })
}

/// Some names, for people.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| excerpt(name).to_string()).collect();
    match names.as_slice() {
        [first, second, .., last] if names.len() > 4 => format!("{first}, {second} … {last} ({} columns)", names.len()),
        names => names.join(", "),
    }
}

/// The first column, or the first two together, whose values are there once each, and the same in both files.
fn key(answers: &Table, sample: &Table, shared: &[&String]) -> Vec<String> {
    let identifies = |names: &[&String]| {
        let (Some(ours), Some(theirs)) = (keys(answers, names), keys(sample, names)) else { return false };
        let (one, other): (HashSet<&Vec<String>>, HashSet<&Vec<String>>) =
            (ours.iter().collect(), theirs.iter().collect());
        one.len() == ours.len() && theirs.len() == ours.len() && one == other
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

fn said_of_key(key: &[String]) -> String {
    match key {
        [] => "no column is a key, whose values would be there once each, the same in both files: rows stand in the answers' order".into(),
        names => {
            let names: Vec<String> = names.iter().map(|name| excerpt(name).to_string()).collect();
            format!("{} is the key: its values are there once each, and the same in both files", names.join(" with "))
        }
    }
}

/// The values of some columns, row by row, as text. None: a cell is missing, or a column is of decimals.
fn keys(table: &Table, names: &[&String]) -> Option<Vec<Vec<String>>> {
    let columns = names
        .iter()
        .map(|name| {
            let column = table.column(name)?;
            let usable =
                column.null_count() == 0 && !matches!(column.data_type(), DataType::Float64 | DataType::Boolean);
            usable.then(|| cast(column, &DataType::Utf8).ok()).flatten()
        })
        .collect::<Option<Vec<ArrayRef>>>()?;
    let row = |row: usize| columns.iter().map(|column| column.as_string::<i32>().value(row).to_owned()).collect();
    Some((0..table.batch.num_rows()).map(row).collect())
}

fn first_missing(column: &ArrayRef) -> Option<usize> {
    (0..column.len()).find(|&row| column.is_null(row))
}

/// The numbers of a column, without those that are missing. None if it is of text.
fn numbers(column: &ArrayRef) -> Option<Vec<f64>> {
    if matches!(column.data_type(), DataType::Utf8 | DataType::Boolean) {
        return None;
    }
    let numbers = cast(column, &DataType::Float64).ok()?;
    Some(numbers.as_primitive_opt::<Float64Type>()?.iter().flatten().collect())
}

fn texts(column: &ArrayRef) -> Vec<&str> {
    column.as_string_opt::<i32>().map(|texts| texts.iter().flatten().collect()).unwrap_or_default()
}

fn group(name: &str, truth: &ArrayRef, given: &ArrayRef) -> Group {
    let answers = values(truth);
    let given_numbers = numbers(given);
    let decimals = *given.data_type() == DataType::Float64
        && given_numbers.as_ref().is_some_and(|all| all.iter().any(|number| number.fract() != 0.0));
    let longest = |column| texts(column).iter().map(|text| text.split(' ').count()).max().unwrap_or(1).min(LIST);
    let (list, one_item) = (longest(given), longest(truth) == 1);
    let kind = match &answers {
        Values::Labels | Values::Text | Values::Sparse => ColumnType::Text,
        _ if list > 1 => ColumnType::Text,
        Values::Numbers { .. } => ColumnType::Number,
        _ if decimals => ColumnType::Number,
        _ if *truth.data_type() == DataType::Boolean => ColumnType::Boolean,
        Values::Binary | Values::Classes { .. } => ColumnType::Integer,
    };
    let in_unit = given_numbers.is_some_and(|all| all.iter().all(|number| (0.0..=1.0).contains(number)));
    let probability = answers == Values::Binary && kind == ColumnType::Number && in_unit;
    // A text that is empty is a missing cell in a CSV file.
    let missing = kind == ColumnType::Text && (given.null_count() > 0 || truth.null_count() > 0);
    let all_missing = missing && given.null_count() == given.len();
    let rule = Rules { kind, probability, missing, all_missing };
    Group { names: vec![name.to_owned()], rule, answers, list, one_item }
}

fn values(truth: &ArrayRef) -> Values {
    if *truth.data_type() == DataType::Boolean {
        return Values::Binary;
    }
    let Some(mut numbers) = numbers(truth) else { return words(truth) };
    let whole = numbers.iter().all(|number| number.fract() == 0.0);
    numbers.sort_by(f64::total_cmp);
    let (least, greatest) = (numbers.first().copied().unwrap_or(0.0), numbers.last().copied().unwrap_or(0.0));
    let median = numbers.get(numbers.len() / 2).copied().unwrap_or(0.0);
    let rows = numbers.len();
    numbers.dedup();
    if whole && least >= 0.0 && greatest <= 1.0 {
        return Values::Binary;
    }
    if whole && is_few(numbers.len(), rows) {
        return Values::Classes {
            grades: numbers.len() <= GRADES && (least == 0.0 || least == 1.0) && greatest <= GRADES as f64,
        };
    }
    Values::Numbers { positive: least >= 0.0, skewed: least >= 0.0 && median > 0.0 && greatest > 20.0 * median }
}

/// True for so few values that they are classes: each is there twice on average.
fn is_few(different: usize, rows: usize) -> bool {
    different <= CLASSES && different * 2 <= rows.max(2)
}

fn words(truth: &ArrayRef) -> Values {
    if truth.null_count() > 0 {
        return Values::Sparse;
    }
    let texts = texts(truth);
    let different: BTreeSet<&str> = texts.iter().copied().collect();
    let long = texts.iter().any(|text| text.len() > WORD);
    if is_few(different.len(), texts.len()) && !long { Values::Labels } else { Values::Text }
}

fn said(group: &Group) -> String {
    let values = match &group.answers {
        Values::Binary => "two classes",
        Values::Classes { grades: true } => "whole numbers, few of them different: classes, or grades",
        Values::Classes { grades: false } => "whole numbers, few of them different: classes",
        Values::Numbers { skewed: true, .. } => "numbers, none below zero, some far above the others",
        Values::Numbers { positive: true, .. } => "numbers, none below zero",
        Values::Numbers { .. } => "numbers",
        Values::Labels => "words, few of them different: classes",
        Values::Text => "text",
        Values::Sparse => "text, missing in some rows",
    };
    let given = match (group.rule.probability, group.list) {
        (true, _) => "; a submission gives probabilities",
        (false, 2..) if group.one_item => "; a submission gives lists, with one blank between their items",
        _ if group.rule.missing => "; cells may be empty",
        _ => "",
    };
    format!("{values}{given}")
}

/// The numbers of a group of several columns, if there is no other group.
fn columns(groups: &[Group], table: &Table) -> Option<Vec<Vec<f64>>> {
    let [group] = groups else { return None };
    let columns: Option<Vec<Vec<f64>>> = group.names.iter().map(|name| table.column(name).and_then(numbers)).collect();
    let rows = table.batch.num_rows();
    columns.filter(|columns| columns.len() > 1 && columns.iter().all(|column| column.len() == rows))
}

/// True if each row of the answers holds exactly one 1 among several columns of zeros and ones.
fn one_in_each_row(groups: &[Group], answers: &Table) -> bool {
    let binary = groups.iter().all(|group| group.answers == Values::Binary && group.rule.kind == ColumnType::Number);
    sums(groups, answers).is_some_and(|sums| binary && sums.iter().all(|&sum| sum == 1.0))
}

/// True if the numbers of each row add up to 1, as far as they are written out.
fn sums_to_one(groups: &[Group], sample: &Table) -> bool {
    sums(groups, sample).is_some_and(|sums| sums.iter().all(|sum| (sum - 1.0).abs() <= super::SUM_TOLERANCE))
}

fn sums(groups: &[Group], table: &Table) -> Option<Vec<f64>> {
    let columns = columns(groups, table)?;
    Some((0..table.batch.num_rows()).map(|row| columns.iter().filter_map(|column| column.get(row)).sum()).collect())
}
