//! Checks that need no model: they look for what is written, and the same files give the same findings.

mod answers;
mod network;
mod paths;
mod records;
mod tokens;

use assay_types::excerpt::listed;
use serde::Serialize;

use crate::gather::Source;
use crate::secrets::Secrets;

pub use answers::{Answers, KnownAnswers, MAX_BYTES};
pub use network::Hosts;
pub use paths::Forbidden;
pub use records::{Records, run_folder};

/// How many findings of one kind in one run are told one by one.
const TOLD: usize = 100;

/// How much of a line is shown, in characters.
const SHOWN: usize = 200;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Paths that are kept from agents, in logs and code.
    ForbiddenPath,
    /// The answers, or their digests.
    Answers,
    /// Use of the network, in logs and in the log of the proxy.
    Network,
    /// Many uses of the checker.
    Checker,
    /// What could not be looked at.
    LeftOut,
}

impl Check {
    /// All of them, in the order of columns.
    pub const ALL: [Check; 5] = [Check::ForbiddenPath, Check::Answers, Check::Network, Check::Checker, Check::LeftOut];

    /// Its column.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Check::ForbiddenPath => "check_forbidden_path",
            Check::Answers => "check_answers",
            Check::Network => "check_network",
            Check::Checker => "check_checker",
            Check::LeftOut => "check_left_out",
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// The file, by its path below `logs_path` or `code_path`, or in the run's folder.
    pub file: String,
    /// The line, from 1; of a notebook, of its code cells.
    pub line: Option<usize>,
    /// The line's text as far as it may be shown.
    pub excerpt: Option<String>,
    /// What it is.
    pub message: String,
}

/// The findings of a run, so many of each kind, and what is behind them counted.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    told: Vec<Finding>,
    counts: [usize; Check::ALL.len()],
}

impl Findings {
    /// One more.
    pub fn add(&mut self, finding: Finding) {
        let count = &mut self.counts[finding.check as usize];
        *count += 1;
        if *count <= TOLD {
            self.told.push(finding);
        }
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn count(&self, check: Check) -> usize {
        self.counts[check as usize]
    }

    /// Those that are told, and for each kind of which there are more, one that says how many.
    #[must_use]
    pub fn told(mut self) -> Vec<Finding> {
        for check in Check::ALL {
            let more = self.count(check).saturating_sub(TOLD);
            if more > 0 {
                let message = format!("{more} more of this kind");
                self.told.push(Finding { check, file: String::new(), line: None, excerpt: None, message });
            }
        }
        self.told
    }
}

/// A text as it is looked at, and as it may be shown and sent: without secrets, and without the answers that are in it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its name, harmless to a terminal.
    pub name: String,
    clean: String,
    withheld: Vec<usize>,
}

/// What stands in the place of a line that has answers in it.
const WITHHELD: &str = "[a line with answers of the competition, which is not shown]";

impl Shown {
    /// A text without secrets; the lines of these numbers, from 0 and in their order, are withheld.
    #[must_use]
    pub fn new(source: &Source, secrets: &Secrets, withheld: Vec<usize>) -> Self {
        Shown { name: listed(&source.name), clean: secrets.masked(&source.text), withheld }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut withheld = self.withheld.iter().peekable();
        let mut text = String::with_capacity(self.clean.len());
        for (number, line) in self.clean.split_inclusive('\n').enumerate() {
            if withheld.next_if_eq(&&number).is_some() {
                text += WITHHELD;
                text.push('\n');
            } else {
                text += line;
            }
        }
        text
    }

    /// What may be shown of these lines, by their numbers from 0, in their order.
    fn excerpts(&self, numbers: &[usize]) -> Vec<Option<String>> {
        let mut wanted = numbers.iter().peekable();
        let mut excerpts = Vec::with_capacity(numbers.len());
        for (number, line) in self.clean.split('\n').enumerate() {
            while wanted.next_if_eq(&&number).is_some() {
                let is_shown = self.withheld.binary_search(&number).is_err();
                excerpts.push(is_shown.then(|| shown(line)));
            }
        }
        excerpts.resize(numbers.len(), None);
        excerpts
    }
}

/// A line as it is shown: cut, and harmless to a terminal.
fn shown(line: &str) -> String {
    assay_types::excerpt::excerpt(line.trim()).unquoted(SHOWN).to_string()
}

/// Looks at a text line by line; `look` says what is wrong with a line.
pub fn look(
    check: Check,
    source: &Source,
    shown: &Shown,
    findings: &mut Findings,
    look: impl Fn(&str) -> Option<String>,
) {
    let (mut found, mut more) = (Vec::new(), 0);
    for (number, line) in source.text.split('\n').enumerate() {
        match look(line) {
            // A text may have millions of them.
            Some(_) if found.len() == TOLD => more += 1,
            Some(message) => found.push((number, message)),
            None => {}
        }
    }
    let numbers: Vec<usize> = found.iter().map(|(number, _)| *number).collect();
    let mut excerpts = shown.excerpts(&numbers).into_iter();
    for (number, message) in found {
        let excerpt = excerpts.next().flatten();
        findings.add(Finding { check, file: shown.name.clone(), line: Some(number + 1), excerpt, message });
    }
    findings.counts[check as usize] += more;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_withheld_is_neither_sent_nor_shown() {
        let source =
            Source { name: "a\u{1b}.py".into(), text: "a = 1\nb = 2\ntoken = 'sk-abcdefghij0123456789'".into() };
        let shown = Shown::new(&source, &Secrets::default(), vec![1]);
        assert_eq!(shown.text(), format!("a = 1\n{WITHHELD}\ntoken = '[secret]'"));
        let mut findings = Findings::default();
        look(Check::Network, &source, &shown, &mut findings, |line| line.contains('=').then(|| "x".into()));
        let excerpts: Vec<Option<String>> = findings.told().into_iter().map(|finding| finding.excerpt).collect();
        assert_eq!(excerpts, [Some("a = 1".into()), None, Some("token = '[secret]'".into())]);
        assert_eq!(shown.name, "a\\u{1b}.py");
    }

    #[test]
    fn many_findings_are_counted() {
        let source = Source { name: "a".into(), text: "x\n".repeat(250) };
        let shown = Shown::new(&source, &Secrets::default(), Vec::new());
        let mut findings = Findings::default();
        look(Check::Network, &source, &shown, &mut findings, |line| (!line.is_empty()).then(|| "x".into()));
        assert_eq!(findings.count(Check::Network), 250);
        let told = findings.told();
        assert_eq!((told.len(), told[TOLD].message.as_str()), (TOLD + 1, "150 more of this kind"));
    }
}
