//! Known issues of competitions where figures heed them: what leaks its answers may be left out, and is left out of both sides.

use std::collections::BTreeMap;

use assay_types::competition::{Issue, IssueKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::reading::GradingReport;
use crate::split::Split;

/// What is known of competitions, by id.
pub type KnownIssues = BTreeMap<String, Vec<Issue>>;

/// A competition that is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Excluded {
    /// The competition.
    pub competition_id: String,
    /// What leaks, and where that is said.
    pub leaks: Vec<Issue>,
}

/// The competitions of a split that are known to leak their answers to participants, as their files or their reports say. One of which all entries are of an edition that is
/// corrected stays.
#[must_use]
pub fn leaking(split: &Split, issues: &KnownIssues, reports: &[GradingReport]) -> Vec<Excluded> {
    let is_corrected = |id: &str| {
        let mut entries = reports
            .iter()
            .flat_map(|report| &report.entries)
            .filter(|entry| entry.competition_id.as_deref() == Some(id))
            .peekable();
        entries.peek().is_some() && entries.all(crate::reading::Entry::is_corrected)
    };
    let leaks = |id: &String| {
        let reported = reports
            .iter()
            .flat_map(|report| &report.entries)
            .filter(|entry| entry.competition_id.as_ref() == Some(id))
            .flat_map(|entry| &entry.known_issues);
        let mut leaks: Vec<Issue> = Vec::new();
        for issue in issues.get(id).into_iter().flatten().chain(reported) {
            if issue.kind == IssueKind::Leak && !leaks.contains(issue) {
                leaks.push(issue.clone());
            }
        }
        (!leaks.is_empty() && !is_corrected(id)).then(|| Excluded { competition_id: id.clone(), leaks })
    };
    split.ids.iter().filter_map(leaks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reports_know_counts_too() {
        let entry = |id: &str, kind: &str, edition: &str| {
            format!(
                r#"{{"competition_id": "{id}", "score": null, "gold_threshold": null, "silver_threshold": null, "bronze_threshold": null,
                "median_threshold": null, "any_medal": false, "gold_medal": false, "silver_medal": false, "bronze_medal": false,
                "above_median": false, "submission_exists": false, "valid_submission": false, "is_lower_better": null, "created_at": "",
                "submission_path": "x.csv", {edition} "known_issues": [{{"kind": "{kind}", "text": "t", "source": "s"}}]}}"#
            )
        };
        let entries = [
            entry("mine", "leak", ""),
            entry("defect", "defect", ""),
            entry("known", "leak", ""),
            entry("mended", "leak", "\"edition\": \"corrected\","),
        ];
        let text = format!("{{\"competition_reports\": [{}]}}", entries.join(","));
        let reports = [GradingReport::parse(text.as_bytes(), "a.json").unwrap()];
        let split = Split::new("s", ["mine", "defect", "known", "mended", "none"].map(ToOwned::to_owned));
        let leak = Issue { kind: IssueKind::Leak, text: "t".into(), source: "s".into() };
        let known = KnownIssues::from([("known".to_owned(), vec![leak.clone()])]);
        let found = leaking(&split, &known, &reports);
        let expected = ["mine", "known"].map(|id| Excluded { competition_id: id.into(), leaks: vec![leak.clone()] });
        assert_eq!(found, expected, "each once");
    }
}
