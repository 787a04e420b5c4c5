//! From the text of a `competition.toml` to a competition: what contradicts itself is none.

use std::collections::HashSet;

use thiserror::Error;

use super::source::{GraderSource, Language};
use super::{ColumnOrder, ColumnType, Competition, Contract, GraderUse, Leaderboard, Pairing, Rows, Setting};
use crate::digest::sha256;
use crate::excerpt::{excerpt, list};

/// How much of a file's path messages show, in characters.
const PATH: usize = 4096;

/// Why a competition cannot be used.
#[derive(Debug, Error)]
pub enum CompetitionError {
    /// The file is not TOML, or not of the form that this module gives.
    #[error("{}: {}hint: the keys and their meaning are in competitions/schema.json", excerpt(.file).unquoted(PATH), short(.error))]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        error: Box<toml::de::Error>,
    },
    /// The file is well formed but contradicts itself.
    #[error("{}: {message}", excerpt(.file).unquoted(PATH))]
    Invalid {
        /// The file.
        file: String,
        /// What is wrong, and the remedy.
        message: String,
    },
}

/// What is wrong with a file, and the line it is on. Both are short where the file is in order, and whatever they like to be elsewhere.
fn short(error: &toml::de::Error) -> String {
    let text = error.to_string();
    text.lines().take(8).map(|line| format!("{}\n", excerpt(line).unquoted(400))).collect()
}

impl Competition {
    /// Reads the text of a `competition.toml`; `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// If the text is not a competition, or contradicts itself.
    pub fn parse(text: &str, file: &str) -> Result<Self, CompetitionError> {
        let parsed: Competition = toml::from_str(text)
            .map_err(|error| CompetitionError::Syntax { file: file.to_owned(), error: Box::new(error) })?;
        let mut competition = Competition { digest: sha256(text.as_bytes()), ..parsed };
        let contradiction = competition.contradiction();
        if let Some(language) = competition.grader.source.as_deref().and_then(Language::of) {
            competition.grader.component = language.interpreter().into();
        }
        match contradiction {
            None => Ok(competition),
            Some(message) => Err(CompetitionError::Invalid { file: file.to_owned(), message }),
        }
    }

    /// The competition of such a text whose grader is this source; `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// If the source contradicts itself, or the competition names none.
    pub fn with_source(self, text: &str, source: &str, file: &str) -> Result<Self, CompetitionError> {
        let invalid = |message: String| CompetitionError::Invalid { file: file.to_owned(), message };
        let Some(name) = &self.grader.source else {
            return Err(invalid("the competition's grader is no source".into()));
        };
        let source = GraderSource::new(name, source).map_err(invalid)?;
        let digest = sha256(&[text.as_bytes(), source.text.as_bytes()].concat());
        Ok(Competition { digest, source: Some(source), ..self })
    }

    /// The first thing that cannot be meant.
    fn contradiction(&self) -> Option<String> {
        let plain = |id: &str| {
            !id.is_empty()
                && id.len() <= 128
                && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                && !id.starts_with('.')
        };
        if !plain(&self.id) {
            return Some("`id` must be of letters, digits, `-`, `_` and `.`, and not start with `.`".into());
        }
        for file in [Some(&self.data.answers), Some(&self.data.sample_submission), self.data.gold_submission.as_ref()]
            .into_iter()
            .flatten()
        {
            if file.is_empty() || file.split('/').any(|part| !plain(part)) {
                let file = excerpt(file);
                return Some(format!("`data`: {file} must be a path below the competition's folder, without `..`"));
            }
        }
        if let Some(scored) = &self.answers.scored {
            if scored.min.is_none() && scored.max.is_none() {
                return Some("`answers.scored` needs `min`, `max` or both".into());
            }
            if !all_finite([scored.min, scored.max]) {
                return Some("`answers.scored`: `min` and `max` must be finite".into());
            }
        }
        if self.answers.scored.is_some() && self.submission.pairing == Pairing::Grader {
            return Some("`answers.scored` needs rows that the host pairs, not `pairing = \"grader\"`".into());
        }
        if self.issues.iter().any(|issue| issue.text.trim().is_empty() || issue.source.trim().is_empty()) {
            return Some("`issues`: each needs `text`, what is wrong, and `source`, where that is said".into());
        }
        self.submission
            .contradiction()
            .or_else(|| self.leaderboard.as_ref().and_then(Leaderboard::contradiction))
            .or_else(|| self.grader.contradiction())
    }
}

impl Contract {
    fn contradiction(&self) -> Option<String> {
        let any_rows = self.rows == Rows::Subset && self.pairing == Pairing::Grader;
        if self.key.is_empty() && self.rows != Rows::Position && !any_rows {
            return Some(
                "`submission.key` is empty, which `rows = \"position\"` allows, and `rows = \"subset\"` with `pairing = \"grader\"`"
                    .into(),
            );
        }
        if self.column_order == ColumnOrder::Exact && self.columns.iter().any(|rule| rule.one_of) {
            return Some("`submission.columns`: with `one_of`, `column_order` cannot be `exact`".into());
        }
        let mut seen = HashSet::new();
        for name in self.key.iter().map(String::as_str).chain(self.column_names()) {
            if !seen.insert(name) {
                return Some(format!("`submission` names column {} twice", excerpt(name)));
            }
        }
        for rule in &self.columns {
            let numeric = matches!(rule.kind, ColumnType::Number | ColumnType::Integer);
            if !numeric && (rule.min.is_some() || rule.max.is_some() || rule.above.is_some()) {
                let names = list(&rule.names);
                return Some(format!("`submission.columns` of {names}: a range needs type `number` or `integer`"));
            }
            if !all_finite([rule.min, rule.max, rule.above]) {
                let names = list(&rule.names);
                return Some(format!("`submission.columns` of {names}: `min`, `max` and `above` must be finite"));
            }
        }
        let numbers = self.columns.iter().filter(|rule| rule.kind == ColumnType::Number);
        let numbers: HashSet<&String> = numbers.flat_map(|rule| &rule.names).collect();
        for sum in &self.row_sums {
            if sum.tolerance.is_some() == sum.decimals.is_some() {
                return Some("`submission.row_sums` needs either `tolerance` or `decimals`".into());
            }
            if !all_finite([Some(sum.total), sum.tolerance]) {
                return Some("`submission.row_sums`: `total` and `tolerance` must be finite".into());
            }
            if let Some(name) = sum.columns.iter().find(|name| !numbers.contains(name)) {
                return Some(format!("`submission.row_sums`: {} is not a column of type `number`", excerpt(name)));
            }
        }
        None
    }
}

/// False if a comparison with one of them could not be meant, and its JSON form would not say what it is.
fn all_finite<const N: usize>(numbers: [Option<f64>; N]) -> bool {
    numbers.into_iter().flatten().all(f64::is_finite)
}

impl GraderUse {
    fn contradiction(&self) -> Option<String> {
        match (&self.source, self.component.is_empty()) {
            (None, true) => return Some("`grader` needs `component`, the grader's name, or `source`, a file".into()),
            (Some(_), false) => {
                return Some("`grader` has both `component` and `source`: one of them is the grader".into());
            }
            (Some(file), true) if file.contains(['/', '\\']) || Language::of(file).is_none() => {
                let file = excerpt(file);
                return Some(format!(
                    "`grader.source`: {file} must be a file beside this one that ends in `.py` or `.js`"
                ));
            }
            _ => {}
        }
        let finite = |setting: &Setting| match setting {
            Setting::Number(number) => number.is_finite(),
            Setting::Numbers(numbers) => numbers.iter().all(|number| number.is_finite()),
            _ => true,
        };
        let (name, _) = self.options.iter().find(|(_, setting)| !finite(setting))?;
        Some(format!("`grader.options`: numbers must be finite, and those of {} are not", excerpt(name)))
    }
}

impl Leaderboard {
    /// What its thresholds contradict each other in, if they do.
    #[must_use]
    pub fn contradiction(&self) -> Option<String> {
        let best_first = [self.gold, self.silver, self.bronze];
        if best_first.iter().chain([&self.median]).any(|threshold| !threshold.is_finite()) {
            return Some("`leaderboard`: thresholds must be finite".into());
        }
        let ordered = best_first.windows(2).all(|pair| !self.direction.is_better(pair[1], pair[0]));
        (!ordered).then(|| "`leaderboard`: gold must be no worse than silver, and silver no worse than bronze".into())
    }
}
