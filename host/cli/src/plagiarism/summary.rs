//! What came of all comparisons, for people and programs.

use std::collections::BTreeMap;
use std::num::NonZero;

use assay_plagiarism::Pair;
use assay_plagiarism::list::Listed;
use assay_types::counted;
use assay_types::excerpt::listed;
use serde::Serialize;

use super::code::Unread;

/// How many lines on stderr name what is wrong.
const NAMED: usize = 40;

/// The summary of a list.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) settings: Settings,
    pub(super) kernels: BTreeMap<String, KernelSummary>,
    pub(super) submissions: Vec<Submission>,
}

/// What decides figures, beside the files that are compared.
#[derive(Serialize)]
pub(super) struct Settings {
    pub(super) kgram_length: NonZero<usize>,
    pub(super) kgrams_in_window: NonZero<usize>,
    pub(super) ignore: Vec<Template>,
    pub(super) max_fingerprint_count: Option<u32>,
    pub(super) max_fingerprint_percentage: Option<f64>,
    pub(super) threshold: Option<f64>,
}

/// What everybody was given.
#[derive(Serialize)]
pub(super) struct Template {
    pub(super) path: String,
    pub(super) sha256: String,
}

/// The notebooks of a competition.
#[derive(Serialize)]
pub(super) struct KernelSummary {
    pub(super) compared: usize,
    pub(super) missing: Vec<String>,
    pub(super) unread: Vec<Unread>,
}

/// A submission.
#[derive(Default, Serialize)]
pub(super) struct Submission {
    /// Its line in the list.
    pub(super) line: usize,
    pub(super) competition_id: Option<String>,
    pub(super) run_id: Option<String>,
    pub(super) code_path: Option<String>,
    /// Its report, in the same folder as the summary.
    pub(super) report: Option<String>,
    /// How many of its files were compared.
    pub(super) files: usize,
    /// How many pairs there were. A report has those that are most alike.
    pub(super) pairs: usize,
    pub(super) most_similar: Option<Pair>,
    /// The pair with the longest stretch: a few pages that were copied into a long file make it similar to nothing.
    pub(super) longest: Option<Pair>,
    pub(super) reaches_threshold: Option<bool>,
    /// What was not compared.
    pub(super) unread: Vec<Unread>,
    /// Why nothing was compared.
    pub(super) why: Option<String>,
}

/// The columns of the table.
pub(super) const HEADER: &[&str] = &["line", "competition", "code", "similarity", "overlap", "longest", "notebook"];

impl Submission {
    pub(super) fn of(line: usize, listed: &Listed) -> Self {
        Submission {
            line,
            competition_id: Some(listed.competition_id.clone()),
            run_id: listed.run_id().map(ToOwned::to_owned),
            code_path: listed.code_path.clone(),
            ..Submission::default()
        }
    }

    /// One whose line cannot be read.
    pub(super) fn broken(line: usize, why: String) -> Self {
        Submission { line, why: Some(why), ..Submission::default() }
    }

    fn row(&self) -> Vec<String> {
        let text = |text: &Option<String>| listed(text.as_deref().unwrap_or_default());
        let mut row = vec![self.line.to_string(), text(&self.competition_id), text(&self.code_path)];
        match &self.most_similar {
            Some(pair) => row.extend([
                format!("{:.3}", pair.similarity),
                pair.total_overlap.to_string(),
                self.longest.as_ref().map_or(0, |pair| pair.longest_fragment).to_string(),
                listed(&pair.left_file),
            ]),
            None => row.extend([String::new(), String::new(), String::new(), text(&self.why)]),
        }
        row
    }
}

impl Summary {
    pub(super) fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        self.submissions.iter().map(Submission::row)
    }

    /// True if all code was compared, and nothing reaches the threshold.
    pub(super) fn is_fine(&self) -> bool {
        let fine = |one: &Submission| one.why.is_none() && one.unread.is_empty() && one.reaches_threshold != Some(true);
        self.submissions.iter().all(fine)
    }

    /// What is to be said on stderr.
    pub(super) fn told(&self) -> String {
        let mut lines = Vec::new();
        for one in &self.submissions {
            if let Some(why) = &one.why {
                lines.push(format!("line {}: not compared: {}", one.line, listed(why)));
            }
            for Unread { file, why } in &one.unread {
                lines.push(format!("line {}: {} is not compared: {}", one.line, listed(file), listed(why)));
            }
            if let (Some(true), Some(pair)) = (one.reaches_threshold, &one.most_similar) {
                let (file, kernel) = (listed(&pair.right_file), listed(&pair.left_file));
                lines.push(format!(
                    "line {}: {file} has a similarity of {:.3} with {kernel}",
                    one.line, pair.similarity
                ));
            }
        }
        if let Some(more) = lines.len().checked_sub(NAMED).filter(|&more| more > 0) {
            lines.truncate(NAMED);
            lines.push(format!("… and {more} more, which the summary has"));
        }
        let compared = self.submissions.iter().filter(|one| one.report.is_some()).count();
        lines.push(format!("{}, {compared} compared", counted(self.submissions.len(), "submission", "submissions")));
        lines.join("\n")
    }
}
