//! A competition as data: what `competition.toml` may say.
//!
//! Unknown keys are errors. The JSON schema of this file is `competitions/schema.json`.

mod parse;
pub mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::direction::Direction;

pub use parse::CompetitionError;
pub use source::GraderSource;

/// One competition: its contract with participants, its grader, its medal thresholds.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Competition {
    /// The name that commands and data directories use; the folder of this file has the same name.
    pub id: String,
    /// The title, as its host wrote it.
    pub title: String,
    /// What a submission predicts and how it is scored, in a sentence or two.
    pub summary: String,
    /// `simple` takes files of predictions only; `code` once took notebooks.
    #[serde(default)]
    pub kind: Kind,
    /// The lists of competitions that this one belongs to, such as `low` or `split75`.
    #[serde(default)]
    pub splits: Vec<String>,
    /// Where the data are.
    pub data: Data,
    /// What a submission has to look like.
    pub submission: Contract,
    /// What the grader gets of the answers, beside the columns of `submission`.
    #[serde(default)]
    pub answers: Answers,
    /// Which grader computes the score.
    pub grader: GraderUse,
    /// The leaderboard that medals are measured against. None: there are no medals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaderboard: Option<Leaderboard>,
    /// What `assay doctor` would take for a fault, and why it is none.
    #[serde(default, skip_serializing_if = "Known::is_empty")]
    pub known: Known,
    /// What is known to be wrong with the competition, as far as scores in it mean something else than they seem to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
    /// SHA-256 of the file, in hexadecimal; where the grader is source text, of the file with the source behind it.
    #[serde(skip)]
    pub digest: String,
    /// SHA-256 of the `leaderboard.csv` that `leaderboard` was taken from; none where it is the file's own.
    #[serde(skip)]
    pub leaderboard_file: Option<String>,
    /// The grader, where it is source text.
    #[serde(skip)]
    pub source: Option<GraderSource>,
}

/// What `assay doctor` would take for a fault of the data, and why it is none: a sentence or two for newcomers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Why the best possible submission does not score as one would expect. A submission without a score is then never blamed on the
    /// answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gold: Option<String>,
    /// Why the sample submission has no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
}

impl Known {
    fn is_empty(&self) -> bool {
        *self == Known::default()
    }
}

/// Something that is known to be wrong with a competition or its data, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// What kind of fault it is.
    pub kind: IssueKind,
    /// What is wrong, in a sentence or two.
    pub text: String,
    /// Where that is said: a page, an issue, a paper.
    pub source: String,
}

/// What kind of fault an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IssueKind {
    /// What participants get tells them answers. `assay aggregate --exclude-known-leaks` leaves the competition out.
    Leak,
    /// Anything else that makes a score or a medal mean less, or more, than it seems to.
    Defect,
}

/// `leak` or `defect`.
impl std::fmt::Display for IssueKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            IssueKind::Leak => "leak",
            IssueKind::Defect => "defect",
        })
    }
}

/// How a competition took submissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// As files of predictions.
    #[default]
    Simple,
    /// As notebooks, of which the file of predictions is what remains to be graded.
    Code,
}

/// Files of a competition, relative to `<data-dir>/<id>/prepared/`. A name that ends in `.jsonl` is read as JSON lines, any other
/// as CSV.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The answers. Participants never see them.
    pub answers: String,
    /// A submission of the right form.
    pub sample_submission: String,
    /// The best possible submission, where it is another file than the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gold_submission: Option<String>,
}

/// The contract: what the host checks before any grader runs.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The columns that say which answer a row belongs to, the same in submission and answers. Text matches as it stands,
    /// numbers match as numbers (`12.0` is `12`), a missing key matches nothing.
    #[serde(default)]
    pub key: Vec<String>,
    /// Which rows a submission must have.
    pub rows: Rows,
    /// Who pairs the rows of a submission with those of the answers.
    #[serde(default)]
    pub pairing: Pairing,
    /// Whether columns that the contract does not name may be there.
    #[serde(default)]
    pub extra_columns: ExtraColumns,
    /// Which order of columns is accepted.
    #[serde(default)]
    pub column_order: ColumnOrder,
    /// The columns that a submission must have beside its key, in groups that share their rules.
    #[serde(default)]
    pub columns: Vec<ColumnRule>,
    /// Sums that every row has to meet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub row_sums: Vec<RowSum>,
}

/// Which rows a submission must have, and which answer each is graded against.
///
/// A key is expected if an answer has it. Each word says whether a submission is refused for these:
///
/// | word | other number of rows than the answers | expected key missing | expected key repeated | unexpected key | order of rows |
/// |---|---|---|---|---|---|
/// | `same` | refused | refused | refused, beyond how often the answers have it | refused | does not count |
/// | `set` | refused | refused | passes | refused | does not count |
/// | `superset` | passes | refused | passes | passes, is left out | does not count |
/// | `known` | refused | passes | passes | refused | does not count |
/// | `merge` | passes | refused | passes | refused | does not count |
/// | `subset` | passes | passes | passes | refused | does not count |
/// | `sorted` | refused | passes | passes | passes | does not count |
/// | `position` | refused | refused | as the answers have it | refused | counts |
///
/// A row without a key is refused, but for `superset` (it is left out), `sorted`, and where the contract has no key. With `position`,
/// keys are compared only if the contract names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rows {
    /// Every key of the answers as often as it is there. Each row is graded against the answer of its key; where keys repeat, both
    /// sides are paired in the order of their keys.
    Same,
    /// The same set of keys, and as many rows as the answers. Rows are paired as for `same`, so that a key that is there more often than
    /// in the answers shifts the rows behind it.
    Set,
    /// At least every key of the answers; rows with other keys are left out. Rows are paired as for `same`.
    Superset,
    /// As many rows as the answers, each with one of their keys. Rows that do not count (`answers.scored`) are dropped from both sides,
    /// and the others are paired in the order of their keys.
    Known,
    /// The same set of keys. Each row is graded against the answer of its key, a repeated one each time.
    Merge,
    /// Any of the answers' keys. Each row is graded against the answer of its key, a repeated one each time. Where the grader pairs
    /// rows, the contract may have no key: then any rows pass, and the grader judges them.
    Subset,
    /// As many rows as the answers. Both sides are sorted by key, and the first of one is graded against the first of the other, and so
    /// on: keys are not compared.
    Sorted,
    /// As many rows as the answers, each graded against the answer in the same place. Where the contract names a key, it must be equal
    /// row by row.
    Position,
}

impl Rows {
    /// True if a submission must have as many rows as the answers.
    #[must_use]
    pub fn are_counted(self) -> bool {
        matches!(self, Rows::Same | Rows::Set | Rows::Known | Rows::Sorted | Rows::Position)
    }
}

/// Who pairs the rows of a submission with those of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// The host, as `rows` says: the grader gets as many rows of the answers as of the submission, each beside its answer.
    #[default]
    Host,
    /// The grader. The host checks rows and keys as `rows` says, then hands over all rows of both sides, in the order of their
    /// files.
    Grader,
}

/// Whether columns that the contract does not name may be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExtraColumns {
    /// They may; nobody reads them.
    #[default]
    Ignore,
    /// They may not.
    Refuse,
}

/// Which order of columns is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnOrder {
    /// Any.
    #[default]
    Any,
    /// The key's columns first, the others in any order.
    KeyFirst,
    /// The key's columns first, then the others as the contract lists them.
    Exact,
}

/// Rules for some columns.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnRule {
    /// The columns' names.
    pub names: Vec<String>,
    /// True: these are names for one column. A submission must have exactly one of them.
    #[serde(default)]
    pub one_of: bool,
    /// What their cells hold. A column has one type: a single odd cell makes it text.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// The least number allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest number allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// A number that every cell must exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Whether single cells may be missing (empty, or one of pandas' words for it, such as `NA` or `NaN`).
    #[serde(default)]
    pub missing: Rule,
    /// Whether all cells may be missing. A text column without a single text passes for text only by this.
    #[serde(default)]
    pub all_missing: Rule,
    /// Whether numbers may be infinite.
    #[serde(default)]
    pub infinite: Rule,
    /// Whether a column of `True` and `False` passes as one of the numbers 1 and 0.
    #[serde(default = "Rule::allow")]
    pub booleans: Rule,
    /// Whether a column of whole numbers passes as one of truth values (type `boolean`): 1 is `True`, 0 is `False`, and any other number
    /// is neither.
    #[serde(default, skip_serializing_if = "Rule::refuses")]
    pub numbers: Rule,
    /// Whether a text column passes as one of numbers if Python's `float()` reads every cell (`1_0`, or an integer beyond
    /// 64 bits).
    #[serde(default)]
    pub numbers_as_text: Rule,
}

/// Whether something passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// It makes the submission invalid.
    #[default]
    Refuse,
    /// It passes.
    Allow,
}

impl Rule {
    fn allow() -> Self {
        Rule::Allow
    }

    /// True if it passes.
    #[must_use]
    pub fn allows(self) -> bool {
        self == Rule::Allow
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn refuses(&self) -> bool {
        !self.allows()
    }
}

/// What a column's cells hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    /// Numbers.
    Number,
    /// Whole numbers, however they are written (`3`, `3.0`), that fit in 64 bits.
    Integer,
    /// Truth values: `True` and `False`, in any case. With `numbers = "allow"`, whole numbers too.
    Boolean,
    /// Text.
    Text,
    /// Anything: the grader decides.
    Any,
}

/// A sum that every row has to meet.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowSum {
    /// The columns to add up. None: every column of type `number`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What they add up to.
    pub total: f64,
    /// How far off a sum may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Instead of a tolerance: how many decimals the sum is rounded to before it is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Whether columns of truth values may be added to columns of numbers. Columns that are all of truth values always pass.
    #[serde(default = "Rule::allow")]
    pub mixed_booleans: Rule,
}

/// What the grader gets of the answers.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Columns that the contract does not name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Which rows count. None: all. The others are dropped from both sides before the grader sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scored: Option<Scored>,
}

/// Which rows of the answers count: those where a column of numbers lies in a range.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    /// The column. It is handed to the grader only if the contract or `answers.columns` names it too.
    pub column: String,
    /// The least number in a row that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest number in a row that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

impl Scored {
    /// True if a row with this number counts.
    #[must_use]
    pub fn counts(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max) && !value.is_nan()
    }
}

/// The grader and what it is told.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraderUse {
    /// The grader's name, as `assay graders` lists it. Not where `source` is given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// Instead of a component: the file beside this one that holds the grader as source text, in Python (`.py`) or JavaScript (`.js`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its options. `assay graders show NAME` lists those of a component; a source gets them as arguments of these names.
    #[serde(default)]
    pub options: BTreeMap<String, Setting>,
}

/// The value of one option.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Setting {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of numbers.
    Numbers(Vec<f64>),
}

/// The leaderboard that medals are measured against.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leaderboard {
    /// How many teams it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<u32>,
    /// True if a lower score is the better one.
    #[serde(rename = "lower_is_better")]
    #[schemars(with = "bool")]
    pub direction: Direction,
    /// The score that earns gold.
    pub gold: f64,
    /// The score that earns silver.
    pub silver: f64,
    /// The score that earns bronze.
    pub bronze: f64,
    /// The median of all scores.
    pub median: f64,
}

impl Contract {
    /// The names of the columns beside the key, in the contract's order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().flat_map(|rule| rule.names.iter().map(String::as_str))
    }
}
