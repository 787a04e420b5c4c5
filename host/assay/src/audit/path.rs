//! The way from a submission to its score, in words.

use assay_sandbox as sandbox;
use assay_tables::read;
use assay_types::competition::Competition;
use assay_types::excerpt::{excerpt, list};
use assay_types::grader::Description;
use serde::Serialize;

use super::contract;
use crate::answers::ANSWER_BYTES;
use crate::interpreted;
use crate::resolved::{self, Options};

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is done.
    pub step: &'static str,
    /// How, a sentence each.
    pub says: Vec<String>,
}

/// What a grader is asked, and what it sees then.
pub(super) fn of_grader(limits: &sandbox::Limits) -> Vec<Step> {
    vec![
        Step {
            step: "describe",
            says: vec![
                "sees nothing; says name, version, direction and options".into(),
                format!("at most {} options", limits.options),
            ],
        },
        Step {
            step: "validate",
            says: vec![
                "sees the submission, rows in the file's order, and the competition's options; never the answers"
                    .into(),
                format!(
                    "may report {} problems of {} bytes; participants read them",
                    limits.problems, limits.text_bytes
                ),
            ],
        },
        Step {
            step: "grade",
            says: vec![
                "the same instance, then thrown away; sees the submission, the answers and the options".into(),
                format!("returns a score and up to {} figures beside it, which the operator may see", limits.details),
                "what else it says is for the operator alone".into(),
            ],
        },
    ]
}

/// What happens to a submission to a competition; `description` is its grader's, if it could be loaded.
pub(super) fn of_competition(
    competition: &Competition,
    description: Option<&Description>,
    limits: &sandbox::Limits,
) -> Vec<Step> {
    let mut steps = vec![
        Step { step: "read", says: read(competition) },
        Step { step: "check and align", says: contract::described(&competition.submission, &competition.answers) },
        Step { step: "hand over", says: handed(competition, description) },
    ];
    steps.extend(of_grader(limits).into_iter().filter(|step| step.step != "describe"));
    steps.push(Step { step: "medal", says: medal(competition) });
    steps
}

fn read(competition: &Competition) -> Vec<String> {
    let read::Limits { bytes, rows, columns, cell_bytes, .. } = read::Limits::default();
    let answers = excerpt(&competition.data.answers).unquoted(200);
    vec![
        format!(
            "submission: a file that ends in `.csv`, of at most {bytes} bytes, {rows} rows, {columns} columns, {cell_bytes} bytes a cell"
        ),
        format!("answers: <data-dir>/{}/prepared/{answers}, of at most {} bytes", competition.id, ANSWER_BYTES),
        "columns that neither contract nor options name are passed over".into(),
    ]
}

fn handed(competition: &Competition, description: Option<&Description>) -> Vec<String> {
    let Some(description) = description else {
        return vec!["nothing: the grader cannot be used".into()];
    };
    let resolved = match &competition.source {
        Some(source) => interpreted::resolve(competition, source, description).map(|(_, options)| options),
        None => resolved::options(competition, description),
    };
    let (options, named): Options = match resolved {
        Ok(options) => options,
        Err(message) => return vec![format!("nothing: {message}")],
    };
    let mut columns: Vec<&str> = competition.submission.column_names().collect();
    columns.extend(
        named
            .iter()
            .map(String::as_str)
            .filter(|name| !competition.submission.column_names().any(|column| column == *name)),
    );
    let mut answers = columns.clone();
    answers.extend(competition.answers.columns.iter().map(String::as_str).filter(|name| !columns.contains(name)));
    let shown = |columns: &[&str]| if columns.is_empty() { "no column".into() } else { list(columns) };
    // The source is shown in full elsewhere.
    let options: Vec<String> = options
        .iter()
        .filter(|(name, _)| competition.source.is_none() || name != "source")
        .map(|(name, value)| {
            let value = serde_json::to_string(value).unwrap_or_else(|error| format!("not to be shown: {error}"));
            format!("{} = {}", excerpt(name).unquoted(60), excerpt(&value).unquoted(200))
        })
        .collect();
    vec![
        format!("of the submission, if it has them: {}", shown(&columns)),
        format!("of the answers, if they have them: {}", shown(&answers)),
        format!("options: {}", if options.is_empty() { "none".into() } else { options.join(", ") }),
    ]
}

fn medal(competition: &Competition) -> Vec<String> {
    let Some(board) = &competition.leaderboard else {
        return vec![
            "a score that is not finite is a refusal".into(),
            "there is no leaderboard, so there are no medals".into(),
        ];
    };
    let better = board.direction;
    vec![
        "a score that is not finite is a refusal".into(),
        format!(
            "rounded to {} decimals, {better} is better: gold from {}, silver from {}, bronze from {}, median {}",
            assay_types::medal::SCORE_DECIMALS,
            board.gold,
            board.silver,
            board.bronze,
            board.median
        ),
    ]
}
