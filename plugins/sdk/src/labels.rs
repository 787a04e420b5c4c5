//! Class labels, which are either whole numbers or text.

use crate::column::{ColumnView, bit};
use crate::{GradeError, LabelRule, Problem, Values, excerpt};

/// The labels of a column. Whole numbers are equal however they are written (`3`, `3.0`, and `True` is 1); a number never equals
/// a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels<'a> {
    /// Whole numbers.
    Integers(Vec<i128>),
    /// Text.
    Texts(Vec<&'a str>),
}

impl<'a> Labels<'a> {
    /// The labels of a column by a rule.
    ///
    /// # Errors
    ///
    /// If a cell is no label.
    pub fn read(column: &ColumnView<'a>, rule: LabelRule<'a>) -> Result<Self, BadLabel> {
        // What most columns of labels are, and each rule takes them alike.
        if let (Values::Int64(values), None) = (column.values(), column.first_missing())
            && !matches!(rule, LabelRule::Exact { missing: Some(_) })
        {
            return Ok(Labels::Integers(values.iter().take(column.len()).map(|&value| value.into()).collect()));
        }
        match rule {
            LabelRule::Exact { missing } => Labels::exact(column, missing),
            LabelRule::PythonInt => Labels::python_int(column),
            LabelRule::PythonIntOfFirstWord => Labels::python_int_of_first_word(column),
        }
    }

    /// The labels of a column by scikit-learn's rules: whole numbers of at most 64 bits, truth values, or text. Where `missing` is
    /// given, labels are text, and it is the label of missing ones.
    ///
    /// # Errors
    ///
    /// If a number is not whole or beyond 64 bits, or a cell is missing; with `missing`, if there are numbers only.
    pub fn exact(column: &ColumnView<'a>, missing: Option<&'a str>) -> Result<Self, BadLabel> {
        if column.is_text() || missing.is_some() {
            // Quirk: of a list of numbers (or truth values) with a text in place of a missing one numpy makes texts. So a column of
            // numbers passes for text if one is missing, and all its labels are wrong; it is refused if none is. A corrected grader
            // would refuse both.
            let passes = column.is_text() || column.first_missing().is_some();
            let label = |row| match column.text(row) {
                Some(text) => Ok(text),
                None if passes => missing.ok_or(MISSING),
                None => Err("stands in a column of nothing but numbers or truth values: labels are text"),
            };
            return each(column, label).map(Labels::Texts);
        }
        each(column, |row| match number(column, row)? {
            Number::Whole(value) => Ok(value),
            Number::Decimal(value) if value.fract() == 0.0 && (-TWO_POW_63..TWO_POW_63).contains(&value) => {
                Ok(value as i128)
            }
            Number::Decimal(_) => Err("is not a whole number of at most 64 bits: labels are whole numbers"),
        })
        .map(Labels::Integers)
    }

    /// The labels of a column as Python's `int()` makes them: fractions are cut off (`3.75` is 3), and text is read as a whole
    /// number (`1_0` is 10, `3.0` is an error).
    ///
    /// # Errors
    ///
    /// If `int()` does not take a cell, or makes something beyond 64 bits of it.
    pub fn python_int(column: &ColumnView<'a>) -> Result<Self, BadLabel> {
        let labels = each(column, |row| {
            if let Some(text) = column.text(row) {
                return integer(text).ok_or(NOT_AN_INTEGER);
            }
            match number(column, row)? {
                Number::Whole(value) => Ok(value),
                Number::Decimal(value) if value.is_finite() => Ok(value.trunc() as i128),
                Number::Decimal(_) => Err(NOT_AN_INTEGER),
            }
        })?;
        of_one_type(column, labels).map(Labels::Integers)
    }

    /// The first label of each cell's list, as Python's `int()` makes it of the first word (`str.split()`); what follows is not
    /// looked at. A cell of a column of whole numbers is a list of one.
    ///
    /// # Errors
    ///
    /// If `int()` does not take the first word, or makes something beyond 64 bits of it; if there is none; if the column is of
    /// decimals.
    pub fn python_int_of_first_word(column: &ColumnView<'a>) -> Result<Self, BadLabel> {
        let labels = each(column, |row| {
            if let Some(text) = column.text(row) {
                let first = pytext::split(text).next().ok_or("is blank: give every row a label")?;
                return integer(first).ok_or("does not start with a whole number of at most 64 bits and a blank");
            }
            match number(column, row)? {
                Number::Whole(value) => Ok(value),
                // Quirk: numbers are expected to be integers, and anything else to be text. A corrected grader would take whole
                // numbers however they are written.
                Number::Decimal(_) => {
                    Err("stands in a column of decimals: write whole numbers without a point, and leave no cell empty")
                }
            }
        })?;
        of_one_type(column, labels).map(Labels::Integers)
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Labels::Integers(labels) => labels.len(),
            Labels::Texts(labels) => labels.len(),
        }
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

const MISSING: &str = "is missing: give every row a label";
const NOT_AN_INTEGER: &str = "is not a whole number of at most 64 bits: labels are whole numbers";

/// A cell that is not text.
enum Number {
    Whole(i128),
    Decimal(f64),
}

fn number(column: &ColumnView<'_>, row: usize) -> Result<Number, &'static str> {
    if column.is_missing(row) {
        return Err(MISSING);
    }
    match column.values() {
        Values::Int64(values) => values.get(row).map(|&value| Number::Whole(value.into())),
        Values::Uint64(values) => values.get(row).map(|&value| Number::Whole(value.into())),
        Values::Boolean(bits) => Some(Number::Whole(bit(bits, row).into())),
        Values::Float64(values) => values.get(row).map(|&value| Number::Decimal(value)),
        Values::Utf8(_) => None,
    }
    .ok_or(MISSING)
}

fn integer(text: &str) -> Option<i128> {
    match pytext::parse_int(text) {
        Ok(value) => Some(value.into()),
        Err(pytext::NotAnInteger::BeyondI64(value)) => Some(value.into()),
        Err(_) => None,
    }
}

/// Quirk: of a list of whole numbers numpy makes int64, or uint64 if every one of them is 2^63 or more. A list of both kinds becomes
/// doubles, and scikit-learn takes no doubles of that size for labels. A corrected grader would take each of them for a label.
fn of_one_type(column: &ColumnView<'_>, labels: Vec<i128>) -> Result<Vec<i128>, BadLabel> {
    let signed = |label: &i128| i64::try_from(*label).is_ok();
    let unsigned = |label: &i128| !signed(label) && u64::try_from(*label).is_ok();
    if labels.iter().all(signed) || labels.iter().all(unsigned) {
        return Ok(labels);
    }
    each(column, |row| labels.get(row).copied().filter(signed).ok_or(NOT_AN_INTEGER))
}

/// Converts each row, or counts those that cannot be.
fn each<T>(column: &ColumnView<'_>, convert: impl Fn(usize) -> Result<T, &'static str>) -> Result<Vec<T>, BadLabel> {
    let mut labels = Vec::with_capacity(column.len());
    let mut bad: Option<BadLabel> = None;
    for row in 0..column.len() {
        match (convert(row), &mut bad) {
            (Ok(label), _) => labels.push(label),
            (Err(_), Some(bad)) => bad.others += 1,
            (Err(why), None) => {
                let label = (!column.is_missing(row)).then(|| column.python_text(row).into_owned());
                bad = Some(BadLabel { row, column: column.name().to_owned(), label, why, others: 0 });
            }
        }
    }
    bad.map_or(Ok(labels), Err)
}

/// The first cell that is no label, and how many others there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLabel {
    row: usize,
    column: String,
    label: Option<String>,
    why: &'static str,
    others: usize,
}

impl std::fmt::Display for BadLabel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.label {
            Some(label) => write!(f, "{} {}", excerpt(label), self.why)?,
            None => write!(f, "a label {}", self.why)?,
        }
        match self.others {
            0 => Ok(()),
            1 => f.write_str(" (and so one more)"),
            others => write!(f, " (and so {others} more)"),
        }
    }
}

impl From<BadLabel> for Problem {
    fn from(bad: BadLabel) -> Self {
        Problem { message: bad.to_string(), row: u32::try_from(bad.row).ok(), column: Some(bad.column) }
    }
}

impl From<BadLabel> for GradeError {
    fn from(bad: BadLabel) -> Self {
        GradeError::InvalidSubmission(format!("column `{}`, row {}: {bad}", bad.column, bad.row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Table, Utf8};

    fn column(values: Values, missing: &[usize], rows: usize) -> Table {
        let mut bits = vec![0xff_u8; rows.div_ceil(8)];
        for &row in missing {
            bits[row / 8] &= !(1 << (row % 8));
        }
        let validity = (!missing.is_empty()).then_some(bits);
        let rows = u32::try_from(rows).unwrap();
        Table { rows, columns: vec![Column { name: "label".into(), values, validity }] }
    }

    fn texts(cells: &[Option<&str>]) -> Table {
        let mut text = Utf8 { offsets: vec![0], bytes: Vec::new() };
        for cell in cells {
            text.bytes.extend(cell.unwrap_or_default().bytes());
            text.offsets.push(i32::try_from(text.bytes.len()).unwrap());
        }
        let missing: Vec<usize> = (0..cells.len()).filter(|&row| cells[row].is_none()).collect();
        column(Values::Utf8(text), &missing, cells.len())
    }

    fn decimals(cells: &[f64]) -> Table {
        let missing: Vec<usize> = (0..cells.len()).filter(|&row| cells[row].is_nan()).collect();
        column(Values::Float64(cells.to_vec()), &missing, cells.len())
    }

    fn read<'a>(table: &'a Table, rule: LabelRule<'a>) -> Result<Labels<'a>, String> {
        Labels::read(&table.column("label").unwrap(), rule).map_err(|bad| bad.to_string())
    }

    const EXACT: LabelRule<'_> = LabelRule::Exact { missing: None };
    const TWO_POW_64: f64 = 2.0 * TWO_POW_63;

    // What passes and what does not: sklearn.metrics.accuracy_score of numpy arrays.
    #[test]
    fn exact_labels_are_whole_numbers_or_text() {
        let whole = |table: &Table| {
            read(table, EXACT).map(|labels| match labels {
                Labels::Integers(labels) => labels,
                Labels::Texts(_) => panic!("text"),
            })
        };
        assert_eq!(whole(&decimals(&[3.0, -0.0, -TWO_POW_63])), Ok(vec![3, 0, -(1 << 63)]));
        assert_eq!(whole(&column(Values::Boolean(vec![0b01]), &[], 2)), Ok(vec![1, 0]));
        assert_eq!(whole(&column(Values::Uint64(vec![u64::MAX, 2]), &[], 2)), Ok(vec![(1 << 64) - 1, 2]));
        for wrong in [2.5, TWO_POW_63, -TWO_POW_63 - 2048.0, f64::INFINITY, f64::NAN] {
            assert!(whole(&decimals(&[1.0, wrong])).is_err(), "{wrong}");
        }
        assert_eq!(read(&texts(&[Some("a"), Some(" a")]), EXACT), Ok(Labels::Texts(vec!["a", " a"])));
        assert!(read(&texts(&[Some("a"), None]), EXACT).is_err());
    }

    // accuracy_score(["a", "b"], labels.fillna("").tolist())
    #[test]
    fn missing_text_can_have_a_label() {
        let rule = LabelRule::Exact { missing: Some("") };
        assert_eq!(read(&texts(&[Some("a"), None]), rule), Ok(Labels::Texts(vec!["a", ""])));
        assert_eq!(read(&decimals(&[f64::NAN, f64::NAN]), rule), Ok(Labels::Texts(vec!["", ""])));
        assert_eq!(read(&decimals(&[1.0, f64::NAN]), rule), Ok(Labels::Texts(vec!["", ""])));
        assert_eq!(read(&column(Values::Boolean(vec![1]), &[1], 2), rule), Ok(Labels::Texts(vec!["", ""])));
        assert!(read(&decimals(&[1.0, 2.0]), rule).is_err());
        assert!(read(&column(Values::Boolean(vec![1]), &[], 2), rule).is_err());
    }

    // [int(label) for label in column], and sklearn.metrics.f1_score of such lists.
    #[test]
    fn python_int_cuts_off_and_reads_text() {
        let rule = LabelRule::PythonInt;
        assert_eq!(read(&decimals(&[3.75, -0.75, 1e18]), rule), Ok(Labels::Integers(vec![3, 0, 10_i128.pow(18)])));
        assert_eq!(
            read(&texts(&[Some(" 5 "), Some("1_0"), Some("\u{ff17}")]), rule),
            Ok(Labels::Integers(vec![5, 10, 7]))
        );
        for wrong in [Some("3.0"), Some("word"), Some(""), None] {
            assert!(read(&texts(&[Some("1"), wrong]), rule).is_err(), "{wrong:?}");
        }
        for wrong in [f64::NAN, f64::INFINITY, TWO_POW_63, TWO_POW_64] {
            assert!(read(&decimals(&[1.0, wrong]), rule).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_beyond_int64_pass_only_together() {
        let big = 1_u64 << 63;
        let columns = [
            (column(Values::Uint64(vec![big, big + 1]), &[], 2), true),
            (column(Values::Uint64(vec![big, 1]), &[], 2), false),
            (decimals(&[TWO_POW_63, TWO_POW_63 + 2048.0]), true),
            (decimals(&[TWO_POW_64, TWO_POW_64]), false),
            (texts(&[Some("9223372036854775808 x"), Some("18446744073709551615")]), true),
            (texts(&[Some("9223372036854775808 x"), Some("-1")]), false),
            (texts(&[Some("18446744073709551616 x"), Some("18446744073709551616")]), false),
        ];
        for (table, passes) in &columns {
            let rule = if table.column("label").unwrap().is_text() {
                LabelRule::PythonIntOfFirstWord
            } else {
                LabelRule::PythonInt
            };
            assert_eq!(read(table, rule).is_ok(), *passes, "{:?}", table.columns);
        }
    }

    // int(label) if isinstance(label, int) else int(label.split()[0])
    #[test]
    fn the_first_word_counts() {
        let rule = LabelRule::PythonIntOfFirstWord;
        let lists = texts(&[Some("7 x 9"), Some("\u{1c}08\u{3000}1"), Some("+1_0")]);
        assert_eq!(read(&lists, rule), Ok(Labels::Integers(vec![7, 8, 10])));
        assert_eq!(read(&column(Values::Int64(vec![-1, 4]), &[], 2), rule), Ok(Labels::Integers(vec![-1, 4])));
        assert_eq!(read(&column(Values::Boolean(vec![0b10]), &[], 2), rule), Ok(Labels::Integers(vec![0, 1])));
        for wrong in [Some(" "), Some("7,8"), Some("7.0 8"), Some("7\u{200b}8"), None] {
            assert!(read(&texts(&[Some("1"), wrong]), rule).is_err(), "{wrong:?}");
        }
        assert!(read(&decimals(&[1.0, 2.0]), rule).is_err());
    }

    #[test]
    fn the_first_bad_label_is_named_and_the_others_are_counted() {
        let fractions = decimals(&[1.0, 2.5, 3.0, 0.1]);
        let expected = "`2.5` is not a whole number of at most 64 bits: labels are whole numbers (and so one more)";
        assert_eq!(read(&fractions, EXACT), Err(expected.into()));
        let expected = "a label is missing: give every row a label (and so 2 more)";
        assert_eq!(read(&texts(&[Some("a"), None, None, None]), EXACT), Err(expected.into()));
    }
}
