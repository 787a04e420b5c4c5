//! What a draw is of: rows, or groups of rows that belong together.
//!
//! A group that is drawn twice is two groups, so each drawn one gets a name of its own, and so do the keys by which its rows are found.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use assay_tables::{Threads, align};
use assay_types::bootstrap::Unit;
use assay_types::competition::{Competition, Pairing, Setting};

use super::BootstrapError;

/// A grader that scores rows in groups: each is a unit, as the rows of one say little of those of another.
struct Grouping {
    grader: &'static str,
    /// The option that names the column of the answers that names the group.
    group: &'static str,
    /// The option that names the column, in submission and answers, by which the grader finds a row's answer; none if rows are paired.
    key: Option<&'static str>,
}

/// The graders that score groups. `log-mae-by-group` is none of them: its groups are kinds of rows, which stay as many as they are.
const GROUPING: &[Grouping] = &[
    Grouping { grader: "weighted-log-loss", group: "group", key: None },
    Grouping { grader: "haversine-quantiles", group: "group", key: Some("group") },
    Grouping { grader: "vin-big-data-average-precision", group: "image", key: Some("image") },
    Grouping { grader: "laplace-log-likelihood", group: "group", key: Some("key") },
];

/// Why the other graders that pair rows themselves have no unit that could be drawn.
const NO_UNIT: &[(&str, &str)] = &[
    (
        "mean-columnwise-rmse",
        "it tells by a row's number in the file whether it counts, so that another row in its place would count as it",
    ),
    ("mask-dice-hausdorff", "it pools the slices of a scan, whose places it reads from their names"),
    ("natural-questions", "it pools two rows of each page, which it tells apart by their names"),
];

/// What is drawn for a competition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Units {
    /// Rows of the submission, each with its row of the answers.
    Rows,
    /// Groups of rows.
    Groups {
        /// The column of the answers that names the group.
        group: String,
        /// The column by which rows find their answers; none if they are paired.
        key: Option<String>,
    },
}

impl Units {
    /// What is drawn for this competition.
    ///
    /// # Errors
    ///
    /// With the reason why there is nothing that could be.
    pub fn of(competition: &Competition) -> Result<Self, BootstrapError> {
        let grader = &competition.grader;
        let column = |option: &str| match grader.options.get(option) {
            Some(Setting::Text(name)) => Some(name.clone()),
            _ => None,
        };
        if let Some(grouping) = GROUPING.iter().find(|grouping| grouping.grader == grader.component)
            && let Some(group) = column(grouping.group)
        {
            let key = grouping.key.and_then(column);
            if key.is_some() || competition.submission.pairing != Pairing::Grader {
                return Ok(Units::Groups { group, key });
            }
        }
        if competition.submission.pairing != Pairing::Grader {
            return Ok(Units::Rows);
        }
        let known = NO_UNIT.iter().find(|(name, _)| *name == grader.component);
        let why = known
            .map_or("it finds a row's answer by itself, so that a row drawn twice is not two rows", |(_, why)| why);
        Err(BootstrapError::NoUnit { id: competition.id.clone(), why })
    }

    /// That single rows of this competition are units.
    ///
    /// # Errors
    ///
    /// With the reason why they are not.
    pub fn are_rows(competition: &Competition) -> Result<(), BootstrapError> {
        match Self::of(competition)? {
            Units::Rows => Ok(()),
            Units::Groups { group, .. } => Err(BootstrapError::Grouped { id: competition.id.clone(), group }),
        }
    }

    /// The kind of unit, and the column of the groups.
    pub(crate) fn described(&self) -> (Unit, Option<&str>) {
        match self {
            Units::Rows => (Unit::Row, None),
            Units::Groups { group, .. } => (Unit::Group, Some(group)),
        }
    }
}

/// What draws are made of: the tables, and which rows of both make a unit.
pub(super) struct Drawing<'a> {
    submission: &'a RecordBatch,
    answers: &'a RecordBatch,
    groups: Option<Groups<'a>>,
    count: u32,
}

/// The groups, in the order in which the answers have them first.
struct Groups<'a> {
    group: &'a str,
    key: Option<&'a str>,
    /// The rows of each in the submission and in the answers.
    members: Vec<[Vec<u32>; 2]>,
}

impl<'a> Drawing<'a> {
    /// Draws from these tables.
    pub(super) fn new(
        units: &'a Units,
        submission: &'a RecordBatch,
        answers: &'a RecordBatch,
    ) -> Result<Self, BootstrapError> {
        let (ours, theirs) = (submission.num_rows(), answers.num_rows());
        let groups = match units {
            Units::Groups { group, key: Some(key) } => Some(Groups::found(group, key, submission, answers)?),
            _ if ours != theirs => return Err(BootstrapError::Unequal { submission: ours, answers: theirs }),
            Units::Groups { group, key: None } => Some(Groups::paired(group, answers)?),
            Units::Rows => None,
        };
        let units = groups.as_ref().map_or(ours, |groups| groups.members.len());
        let count = u32::try_from(units).ok().filter(|&count| count > 1).ok_or(BootstrapError::Few(units))?;
        Ok(Drawing { submission, answers, groups, count })
    }

    /// How many units there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// The tables of these units, submission and answers.
    pub(super) fn tables(&self, drawn: Vec<u32>) -> Result<[RecordBatch; 2], BootstrapError> {
        let Some(groups) = &self.groups else {
            let drawn = Some(&drawn);
            return Ok([
                align::apply(self.submission, drawn, Threads::one())?,
                align::apply(self.answers, drawn, Threads::one())?,
            ]);
        };
        let side = |place: usize, table: &RecordBatch| {
            let (mut rows, mut names) = (Vec::new(), Vec::new());
            for (number, unit) in drawn.iter().enumerate() {
                let members = groups.members.get(*unit as usize).and_then(|members| members.get(place));
                for &row in members.into_iter().flatten() {
                    rows.push(row);
                    names.push(number);
                }
            }
            renamed(&align::apply(table, Some(&rows), Threads::one())?, groups.group, groups.key, &names)
        };
        Ok([side(0, self.submission)?, side(1, self.answers)?])
    }
}

impl<'a> Groups<'a> {
    /// Rows of the submission are those beside the answers'.
    fn paired(group: &'a str, answers: &RecordBatch) -> Result<Self, BootstrapError> {
        let (members, _) = members(&texts(answers, group)?);
        Ok(Groups { group, key: None, members: members.into_iter().map(|rows| [rows.clone(), rows]).collect() })
    }

    /// Rows of the submission are those whose key is one of the answers' of the group. Others belong to no group, and are in no draw.
    fn found(
        group: &'a str,
        key: &'a str,
        submission: &RecordBatch,
        answers: &RecordBatch,
    ) -> Result<Self, BootstrapError> {
        let (answers_members, group_of_row) = members(&texts(answers, group)?);
        let keys = texts(answers, key)?;
        let group_of_key: HashMap<&str, usize> =
            keys.iter().zip(&group_of_row).map(|(key, &group)| (key.unwrap_or_default(), group)).collect();
        let mut members: Vec<[Vec<u32>; 2]> =
            answers_members.into_iter().map(|answers| [Vec::new(), answers]).collect();
        for (row, key) in (0..).zip(texts(submission, key)?.iter()) {
            let of = group_of_key.get(key.unwrap_or_default());
            if let Some([submission, _]) = of.and_then(|&of| members.get_mut(of)) {
                submission.push(row);
            }
        }
        Ok(Groups { group, key: Some(key), members })
    }
}

/// The rows of each text, in the order of their first rows, and the place of each row's text in it.
fn members(texts: &StringArray) -> (Vec<Vec<u32>>, Vec<usize>) {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut members: Vec<Vec<u32>> = Vec::new();
    let mut of_row = Vec::with_capacity(texts.len());
    for (row, text) in (0..).zip(texts.iter()) {
        let next = members.len();
        let place = *places.entry(text.unwrap_or_default()).or_insert(next);
        if place == next {
            members.push(Vec::new());
        }
        if let Some(rows) = members.get_mut(place) {
            rows.push(row);
        }
        of_row.push(place);
    }
    (members, of_row)
}

/// A column's cells as text.
fn texts(table: &RecordBatch, name: &str) -> Result<StringArray, BootstrapError> {
    let column =
        table.column_by_name(name).ok_or_else(|| BootstrapError::Host(format!("there is no column {name}")))?;
    let texts = cast(column, &DataType::Utf8)?;
    Ok(texts.as_any().downcast_ref::<StringArray>().cloned().unwrap_or_else(|| StringArray::new_null(0)))
}

/// A table whose rows say of which drawn unit they are, in the columns of group and key.
fn renamed(
    table: &RecordBatch,
    group: &str,
    key: Option<&str>,
    names: &[usize],
) -> Result<RecordBatch, BootstrapError> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in table.schema().fields().iter().zip(table.columns()) {
        let name = field.name().as_str();
        let texts: Option<StringArray> = if name == group {
            Some(names.iter().map(|number| Some(number.to_string())).collect())
        } else if key == Some(name) {
            let old = texts(table, name)?;
            Some(
                names
                    .iter()
                    .zip(&old)
                    .map(|(number, old)| Some(format!("{number} {}", old.unwrap_or_default())))
                    .collect(),
            )
        } else {
            None
        };
        match texts {
            Some(texts) => {
                fields.push(Arc::new(Field::new(name, DataType::Utf8, field.is_nullable())));
                columns.push(Arc::new(texts) as ArrayRef);
            }
            None => {
                fields.push(Arc::clone(field));
                columns.push(Arc::clone(column));
            }
        }
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[(&str, &[&str])]) -> RecordBatch {
        let column = |(name, cells): &(&str, &[&str])| {
            (name.to_string(), Arc::new(StringArray::from(cells.to_vec())) as ArrayRef)
        };
        RecordBatch::try_from_iter(columns.iter().map(column)).unwrap()
    }

    fn cells(table: &RecordBatch, name: &str) -> Vec<String> {
        texts(table, name).unwrap().iter().map(|cell| cell.unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn a_group_that_is_drawn_twice_is_two_groups() {
        let answers = table(&[("scan", &["x", "y", "x"]), ("truth", &["1", "2", "3"])]);
        let submission = table(&[("value", &["a", "b", "c"])]);
        let units = Units::Groups { group: "scan".into(), key: None };
        let drawing = Drawing::new(&units, &submission, &answers).unwrap();
        assert_eq!(drawing.count(), 2);
        let [submission, answers] = drawing.tables(vec![0, 0]).unwrap();
        assert_eq!(cells(&submission, "value"), ["a", "c", "a", "c"]);
        assert_eq!(cells(&answers, "truth"), ["1", "3", "1", "3"]);
        assert_eq!(cells(&answers, "scan"), ["0", "0", "1", "1"]);
    }

    #[test]
    fn rows_are_found_by_their_keys() {
        let answers = table(&[("patient", &["p", "q", "p"]), ("key", &["p1", "q1", "p2"])]);
        let submission = table(&[("key", &["p2", "other", "q1", "p1"]), ("value", &["a", "b", "c", "d"])]);
        let units = Units::Groups { group: "patient".into(), key: Some("key".into()) };
        let [submission, answers] = Drawing::new(&units, &submission, &answers).unwrap().tables(vec![1, 0]).unwrap();
        assert_eq!(cells(&submission, "value"), ["c", "a", "d"]);
        assert_eq!(cells(&submission, "key"), ["0 q1", "1 p2", "1 p1"]);
        assert_eq!(cells(&answers, "key"), ["0 q1", "1 p1", "1 p2"]);
        assert_eq!(cells(&answers, "patient"), ["0", "1", "1"]);
    }

    #[test]
    fn what_cannot_be_drawn_from_says_why() {
        let one = table(&[("scan", &["x", "x"])]);
        let units = Units::Groups { group: "scan".into(), key: None };
        assert_eq!(Drawing::new(&units, &one, &one).err(), Some(BootstrapError::Few(1)));
        let two = table(&[("scan", &["x"])]);
        assert_eq!(
            Drawing::new(&Units::Rows, &one, &two).err(),
            Some(BootstrapError::Unequal { submission: 2, answers: 1 })
        );
    }
}
