//! The outcome: a table with a row a run, in the order of the list, and the shares of yes.

use assay_types::excerpt::excerpt;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::checks::Check;
use crate::list::Entry;

/// The longest cell of reasons, in characters.
const REASONS: usize = 8000;

/// What a question came to for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It was not asked: there is nothing to ask it of.
    NotAsked,
    /// It was answered for all pieces, or with a yes for one.
    Answered {
        /// Yes for any piece.
        yes: bool,
        /// Why.
        reasons: String,
    },
    /// Pieces are left, and no other was a yes.
    Unanswered {
        /// Why.
        why: String,
    },
}

impl Cell {
    /// What the answers to all pieces of a text come to.
    #[must_use]
    pub fn of(answers: &[Result<&Answer, &str>]) -> Self {
        let all = answers.len();
        if all == 0 {
            return Cell::NotAsked;
        }
        let yes = answers.iter().any(|answer| matches!(answer, Ok(answer) if answer.yes));
        let left: Vec<&str> = answers.iter().filter_map(|answer| answer.err()).collect();
        if let Some(why) = left.first().filter(|_| !yes) {
            let of =
                if all > 1 { format!(" (parts without an answer: {} of {all})", left.len()) } else { String::new() };
            return Cell::Unanswered { why: format!("{why}{of}") };
        }
        let parts = answers.iter().enumerate().filter_map(|(index, answer)| Some((index, answer.ok()?)));
        let reasons = parts.map(|(index, answer)| {
            let part = if all > 1 { format!("part {} of {all}: ", index + 1) } else { String::new() };
            format!("{part}{}: {}", if answer.yes { "yes" } else { "no" }, answer.reason)
        });
        let reasons = reasons.collect::<Vec<_>>().join(" | ").chars().take(REASONS).collect();
        Cell::Answered { yes, reasons }
    }

    fn verdict(&self) -> Option<bool> {
        match self {
            Cell::Answered { yes, .. } => Some(*yes),
            Cell::NotAsked | Cell::Unanswered { .. } => None,
        }
    }

    fn words(&self) -> String {
        match self {
            Cell::NotAsked => String::new(),
            Cell::Answered { reasons, .. } => reasons.clone(),
            Cell::Unanswered { why } => format!("not answered: {why}"),
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The run.
    pub entry: &'a Entry,
    /// For each column of questions.
    pub cells: Vec<Cell>,
    /// For each check, in the order of [`Check::ALL`].
    pub checks: Vec<Option<bool>>,
}

impl Row<'_> {
    /// True if anything was found.
    #[must_use]
    pub fn is_at_fault(&self) -> bool {
        self.cells.iter().map(Cell::verdict).chain(self.checks.iter().copied()).any(|verdict| verdict == Some(true))
    }

    /// How many questions have no answer that should have one.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.cells.iter().filter(|cell| matches!(cell, Cell::Unanswered { .. })).count()
    }
}

/// The table as CSV. Columns of answers are called as the reference calls them.
#[must_use]
pub fn csv(columns: &[String], rows: &[Row<'_>]) -> String {
    let mut header: Vec<String> = ["competition_id", "submission_path", "run_id"].map(ToOwned::to_owned).into();
    header.extend(columns.iter().flat_map(|name| [name.clone(), format!("{name}_binarized")]));
    header.extend(Check::ALL.iter().map(|check| check.column().to_owned()));
    let mut text = line(&header);
    for row in rows {
        let entry = row.entry;
        let names = [Some(&entry.competition_id), entry.submission_path.as_ref(), entry.run_id.as_ref()];
        let mut cells: Vec<String> = names.map(|name| name.map(|name| on_one_line(name)).unwrap_or_default()).into();
        cells.extend(row.cells.iter().flat_map(|cell| [cell.words(), python(cell.verdict())]));
        cells.extend(row.checks.iter().map(|verdict| python(*verdict)));
        text += &line(&cells);
    }
    text
}

/// The shares of yes among those that have an answer, in percent; null where none has. Where questions were not answered, how many.
#[must_use]
pub fn summary(columns: &[String], rows: &[Row<'_>]) -> Value {
    let mut summary = Map::new();
    let mut unanswered = Map::new();
    for (number, name) in columns.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.cells.get(number));
        summary.insert(name.clone(), share(cells().map(Cell::verdict)));
        let left = cells().filter(|cell| matches!(cell, Cell::Unanswered { .. })).count();
        if left > 0 {
            unanswered.insert(name.clone(), json!(left));
        }
    }
    for (number, check) in Check::ALL.iter().enumerate() {
        let verdicts = rows.iter().map(|row| row.checks.get(number).copied().flatten());
        summary.insert(check.column().to_owned(), share(verdicts));
    }
    if !unanswered.is_empty() {
        summary.insert("not_answered".into(), Value::Object(unanswered));
    }
    Value::Object(summary)
}

fn share(verdicts: impl Iterator<Item = Option<bool>>) -> Value {
    let verdicts: Vec<bool> = verdicts.flatten().collect();
    if verdicts.is_empty() {
        return Value::Null;
    }
    let yes = verdicts.iter().filter(|&&yes| yes).count();
    json!(format!("{:.1}%", yes as f64 / verdicts.len() as f64 * 100.0))
}

/// A name as it is, unless it plays tricks on whoever looks at the table.
fn on_one_line(name: &str) -> String {
    excerpt(name).unquoted(4096).to_string()
}

/// As Python writes it into a table.
fn python(verdict: Option<bool>) -> String {
    verdict.map_or("", |yes| if yes { "True" } else { "False" }).to_owned()
}

fn line(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        let needs = cell.contains([',', '"', '\n', '\r']);
        if needs { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(yes: bool, reason: &str) -> Answer {
        Answer { yes, reason: reason.into(), tokens: None }
    }

    #[test]
    fn any_pieces_yes_counts_and_no_failure_is_a_no() {
        let (yes, no) = (answer(true, "a"), answer(false, "b"));
        let verdict = |answers: &[Result<&Answer, &str>]| Cell::of(answers).verdict();
        assert_eq!(verdict(&[]), None);
        assert_eq!(verdict(&[Ok(&no), Ok(&no)]), Some(false));
        assert_eq!(verdict(&[Ok(&no), Ok(&yes)]), Some(true));
        assert_eq!(verdict(&[Err("x"), Ok(&yes)]), Some(true));
        assert_eq!(verdict(&[Err("x"), Ok(&no)]), None);
        assert_eq!(Cell::of(&[Ok(&no), Ok(&yes)]).words(), "part 1 of 2: no: b | part 2 of 2: yes: a");
        assert_eq!(Cell::of(&[Err("x"), Ok(&no)]).words(), "not answered: x (parts without an answer: 1 of 2)");
    }

    #[test]
    fn the_table_has_a_row_a_run() {
        let entry = |id: &str| Entry {
            competition_id: id.into(),
            submission_path: Some("s, t.csv".into()),
            ..Entry::default()
        };
        let (one, other) = (entry("a"), entry("b"));
        let checks = vec![Some(true), None, Some(false), None, Some(false)];
        let said = Cell::of(&[Ok(&answer(true, "say \"x\""))]);
        let rows = [
            Row { entry: &one, cells: vec![said, Cell::NotAsked], checks },
            Row { entry: &other, cells: vec![Cell::of(&[Err("gone")]), Cell::NotAsked], checks: vec![None; 5] },
        ];
        let columns = ["logs_Q".to_owned(), "code_R".into()];
        let expected = "competition_id,submission_path,run_id,logs_Q,logs_Q_binarized,code_R,code_R_binarized,check_forbidden_path,\
                        check_answers,check_network,check_checker,check_left_out\n\
                        a,\"s, t.csv\",,\"yes: say \"\"x\"\"\",True,,,True,,False,,False\n\
                        b,\"s, t.csv\",,not answered: gone,,,,,,,,\n";
        assert_eq!(csv(&columns, &rows), expected);
        let shares = summary(&columns, &rows);
        assert_eq!(shares["logs_Q"], "100.0%");
        assert_eq!((&shares["code_R"], &shares["check_network"]), (&Value::Null, &json!("0.0%")));
        assert_eq!(shares["not_answered"], json!({"logs_Q": 1}));
        assert!(rows[0].is_at_fault() && !rows[1].is_at_fault());
        assert_eq!((rows[0].unanswered(), rows[1].unanswered()), (0, 1));
    }
}
