//! What is looked at and asked of each run.

use std::path::Path;
use std::sync::Arc;

use assay_tables::read::Folders;
use assay_types::excerpt::listed;

use crate::checks::{Check, Finding, Findings, Forbidden, Hosts, KnownAnswers, Records, Shown, look, run_folder};
use crate::chunks::chunks;
use crate::gather::{Bounds, Source, gather, joined};
use crate::list::Entry;
use crate::prompt::{Call, Piece, Prompt};
use crate::questions::{About, Question};
use crate::secrets::Secrets;

/// What is looked for without a model.
pub struct Looking<'a> {
    /// Where paths are looked up.
    pub folders: &'a Folders,
    /// How much is read.
    pub bounds: Bounds,
    /// What is not shown to anybody.
    pub secrets: &'a Secrets,
    /// Paths that are kept from agents.
    pub forbidden: &'a Forbidden,
    /// Hosts that may be reached.
    pub hosts: &'a Hosts,
    /// How often the checker may be used.
    pub checker_uses: u64,
    /// The answers of a competition, where they are given.
    pub answers: &'a (dyn Fn(&str) -> Option<Arc<KnownAnswers>> + Sync),
}

/// What came of looking at a run.
pub struct Looked {
    /// Its logs, as they may be sent; none if there are none.
    pub logs: Option<String>,
    /// Its code, likewise.
    pub code: Option<String>,
    /// What was found.
    pub findings: Findings,
    /// Which checks could be made.
    made: [bool; Check::ALL.len()],
}

impl Looked {
    /// Whether a check found something; none if it had nothing to look at.
    #[must_use]
    pub fn verdict(&self, check: Check) -> Option<bool> {
        let found = self.findings.count(check) > 0;
        (found || self.made[check as usize]).then_some(found)
    }

    /// The text of a kind.
    #[must_use]
    pub fn text(&self, about: About) -> Option<&str> {
        match about {
            About::Logs => self.logs.as_deref(),
            About::Code => self.code.as_deref(),
        }
    }
}

impl Looking<'_> {
    /// Looks at a run.
    #[must_use]
    pub fn look(&self, entry: &Entry) -> Looked {
        let mut findings = Findings::default();
        let answers = (self.answers)(&entry.competition_id);
        let logs = self.text(About::Logs, entry.logs_path.as_deref(), answers.as_deref(), &mut findings);
        let code = self.text(About::Code, entry.code_path.as_deref(), answers.as_deref(), &mut findings);
        let mut made = [false; Check::ALL.len()];
        let has_text = logs.is_some() || code.is_some();
        made[Check::ForbiddenPath as usize] = has_text;
        made[Check::Answers as usize] = has_text && answers.is_some();
        made[Check::Network as usize] = logs.is_some();
        made[Check::LeftOut as usize] = entry.logs_path.is_some() || entry.code_path.is_some();
        let paths = [&entry.logs_path, &entry.code_path, &entry.submission_path];
        let paths = paths.into_iter().filter_map(|path| path.as_deref());
        if let Some(run) = entry.run_id.as_deref().and_then(|id| run_folder(id, paths)) {
            let records = Records { folders: self.folders, checker_uses: self.checker_uses, hosts: self.hosts };
            let there = records.look(&run, &mut findings);
            made[Check::Checker as usize] = there.checker;
            made[Check::Network as usize] |= there.network;
        }
        Looked { logs, code, findings, made }
    }

    fn text(
        &self,
        about: About,
        path: Option<&str>,
        answers: Option<&KnownAnswers>,
        findings: &mut Findings,
    ) -> Option<String> {
        let gathered = gather(Path::new(path?), self.folders, &self.bounds);
        for (file, why) in &gathered.left_out {
            let message = format!("is not looked at: {why}");
            findings.add(Finding { check: Check::LeftOut, file: file.clone(), line: None, excerpt: None, message });
        }
        if let Some(answers) = answers {
            answers.copies(&gathered.files, self.folders, findings);
        }
        let shown: Vec<Shown> =
            gathered.sources.iter().map(|source| self.source(about, source, answers, findings)).collect();
        if gathered.is_empty() {
            return None;
        }
        let texts: Vec<(&str, String)> = shown.iter().map(|shown| (shown.name.as_str(), shown.text())).collect();
        Some(joined(texts.iter().map(|(name, text)| (*name, text.as_str())), gathered.is_folder))
    }

    fn source(&self, about: About, source: &Source, answers: Option<&KnownAnswers>, findings: &mut Findings) -> Shown {
        let is_code = about == About::Code;
        let withheld = answers.map(|answers| answers.look(source, is_code, &listed(&source.name), findings));
        let shown = Shown::new(source, self.secrets, withheld.unwrap_or_default());
        look(Check::ForbiddenPath, source, &shown, findings, |line| self.forbidden.found(line));
        if !is_code {
            look(Check::Network, source, &shown, findings, |line| self.hosts.found(line));
        }
        shown
    }
}

/// A column of answers: a question that is asked of a kind of text.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// Its name.
    pub name: String,
    /// The question.
    pub question: &'a Question,
    /// What it is asked of.
    pub about: About,
}

/// The columns of questions.
#[must_use]
pub fn columns(questions: &[Question]) -> Vec<Column<'_>> {
    let asked = questions.iter().flat_map(|question| question.of.iter().map(move |about| (question, *about)));
    let column = |(question, about): (_, About)| {
        let question: &Question = question;
        Column { name: format!("{}_{}", about.name(), question.id), question, about }
    };
    asked.map(column).collect()
}

/// How questions become calls.
pub struct Asking<'a> {
    /// What calls have in common.
    pub prompt: &'a Prompt,
    /// The server's address.
    pub server: &'a str,
    /// The columns.
    pub columns: &'a [Column<'a>],
    /// The most characters of a piece.
    pub characters: usize,
}

impl Asking<'_> {
    /// The calls of a run: the number of each one's column, and the call. They are made one by one, as each has a copy of its text.
    pub fn calls<'l>(&'l self, looked: &'l Looked) -> impl Iterator<Item = (usize, Call)> + 'l {
        self.columns.iter().enumerate().flat_map(move |(number, column)| {
            let pieces = chunks(looked.text(column.about).unwrap_or_default(), self.characters);
            let all = pieces.len();
            pieces.into_iter().enumerate().map(move |(index, text)| {
                let piece = Piece { about: column.about, text, place: (index + 1, all) };
                (number, self.prompt.call(self.server, column.question, piece))
            })
        })
    }
}
