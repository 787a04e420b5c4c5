//! Whatever a guest returns is hostile until it went through here, and so is whatever a worker process says that it returned.

use std::collections::HashSet;

use assay_types::excerpt::{excerpt, seen};
use assay_types::grader::Description;

use crate::limits::{Counted, Exceeded, Limits};
use crate::outcome::{Detail, Fault, Problem, Score};

fn count(what: Counted, count: usize, limits: &Limits) -> Result<(), Fault> {
    if count > limits.counted(what) {
        return Err(Fault::Exceeded(Exceeded::returned(what, limits)));
    }
    Ok(())
}

/// A name: short and of one line.
fn name(name: String, limits: &Limits) -> Result<String, Fault> {
    if name.is_empty() {
        return Err(Fault::Grader("it returned an empty name".into()));
    }
    count(Counted::NameBytes, name.len(), limits)?;
    if seen(&name).any(|(_, tricky)| tricky) {
        return Err(Fault::Grader("it returned a name with control characters".into()));
    }
    Ok(name)
}

/// A text for people: cut to a bearable length. Controls become spaces, and what else cannot be seen its escape, since a cell that is
/// quoted may be wrong just for that.
pub(crate) fn text(text: &str, limits: &Limits) -> String {
    let mut clean = String::new();
    for (c, tricky) in seen(text) {
        let length = clean.len();
        match c {
            c if c.is_control() => clean.push(' '),
            c if tricky => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
        if clean.len() > limits.text_bytes {
            clean.truncate(length);
            clean.push('…');
            break;
        }
    }
    clean
}

pub(crate) fn problems(problems: Vec<Problem>, limits: &Limits) -> Result<Vec<Problem>, Fault> {
    count(Counted::Problems, problems.len(), limits)?;
    let problems: Vec<Problem> = problems
        .into_iter()
        .map(|problem| Problem {
            message: text(&problem.message, limits),
            row: problem.row,
            column: problem.column.map(|column| text(&column, limits)),
        })
        .collect();
    let texts = problems.iter().map(|problem| problem.message.len() + problem.column.as_ref().map_or(0, String::len));
    count(Counted::ProblemBytes, texts.sum(), limits)?;
    Ok(problems)
}

pub(crate) fn score(score: Score, limits: &Limits) -> Result<Score, Fault> {
    count(Counted::Details, score.details.len(), limits)?;
    let mut seen = HashSet::new();
    let mut details = Vec::with_capacity(score.details.len());
    for detail in score.details {
        let name = name(detail.name, limits)?;
        if !seen.insert(name.clone()) {
            return Err(Fault::Grader(format!("it returned two details named `{name}`")));
        }
        details.push(Detail { name, value: positive_zero(detail.value) });
    }
    Ok(Score { value: positive_zero(score.value), details })
}

pub(crate) fn fault(fault: Fault, limits: &Limits, fuel: u64) -> Fault {
    match fault {
        Fault::Exceeded(exceeded) => Fault::Exceeded(exceeded.of(limits, fuel)),
        Fault::Grader(said) => Fault::Grader(text(&said, limits)),
    }
}

pub(crate) fn description(said: Description, limits: &Limits) -> Result<Description, Fault> {
    count(Counted::Options, said.options.len(), limits)?;
    let mut options = said.options;
    let mut names = HashSet::new();
    for option in &mut options {
        option.name = name(std::mem::take(&mut option.name), limits)?;
        option.summary = text(&option.summary, limits);
        if !names.insert(option.name.as_str()) {
            return Err(Fault::Grader(format!("it lists two options named `{}`", option.name)));
        }
    }
    let name_of_grader = name(said.name, limits)?;
    if !of_words(&name_of_grader) {
        let name = excerpt(&name_of_grader);
        return Err(Fault::Grader(format!("its name is {name}: lower-case words with hyphens are expected")));
    }
    Ok(Description {
        name: name_of_grader,
        version: name(said.version, limits)?,
        summary: text(&said.summary, limits),
        direction: said.direction,
        options,
    })
}

/// True for lower-case words with hyphens, such as `roc-auc` and `f1-macro`.
fn of_words(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(word)
}

/// A score of -0.0 reads as 0.0.
fn positive_zero(value: f64) -> f64 {
    value + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clean_stays_as_it_is() {
        // What a worker made clean is made clean once more by its parent, and must not change.
        let limits = Limits { text_bytes: 10, ..Limits::default() };
        for said in [
            "",
            "abc",
            "a\u{1b}[2Jb",
            "0123456789",
            "0123456789x",
            "01234567é",
            "0123456\u{1f600}",
            "é\u{202e}é",
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        ] {
            for padding in ["", "x", "xx", "xxx", "\u{202e}"] {
                let once = text(&format!("{padding}{said}"), &limits);
                assert_eq!(text(&once, &limits), once, "{padding}{said}");
                assert!(once.len() <= 13, "{once}");
            }
        }
    }

    #[test]
    fn what_a_worker_says_of_limits_is_not_taken_over() {
        let limits = Limits::default();
        let said = Fault::Exceeded(Exceeded::Returned { what: Counted::Details, limit: 7 });
        let expected = Fault::Exceeded(Exceeded::Returned { what: Counted::Details, limit: 1024 });
        assert_eq!(fault(said, &limits, 5), expected);
        assert_eq!(fault(Fault::Exceeded(Exceeded::Fuel(7)), &limits, 5), Fault::Exceeded(Exceeded::Fuel(5)));
        assert_eq!(fault(Fault::Grader("a\nb".into()), &limits, 5), Fault::Grader("a b".into()));
    }
}
