//! The metrics that fit what is predicted, with the reasons for them.

use super::columns::{Found, Group, Values};

/// A metric that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The grader that computes it.
    pub grader: &'static str,
    /// What people call it.
    pub called: &'static str,
    /// Why it fits.
    pub why: &'static str,
    /// True if a lower score is the better one.
    pub lower_is_better: bool,
    /// The column that it is told of, if it takes one.
    pub(super) target: Option<String>,
}

/// Those that fit, the best first. There is at least one.
pub(super) fn fitting(found: &Found) -> Vec<Metric> {
    let higher = |grader, called, why| Metric { grader, called, why, lower_is_better: false, target: None };
    let lower = |grader, called, why| Metric { lower_is_better: true, ..higher(grader, called, why) };
    let auc = "The answers are two classes, and submissions rank them: the area under the ROC curve asks for no threshold.";
    let log_loss = "The answers are classes, and submissions give probabilities: log loss asks that these are right, not only their order.";
    let root = "The answers are numbers: the root mean squared error punishes large errors most.";
    let absolute = "The answers are numbers: the mean absolute error counts each error by its size.";
    let logarithms = "The answers are positive, and some are far above the others: errors of logarithms count relative to the answer.";
    let labels = "The answers are classes, and a submission names one for each row: accuracy is the share of right ones.";
    let f1 = "The answers are classes: the mean of each class's F1 counts rare classes as much as common ones.";
    let kappa = "The answers are grades in an order: quadratic kappa forgives near misses more than far ones.";
    let distance = "The answers are text: the edit distance counts what would have to be changed.";
    let at_k = "The answers are text: accuracy is the share of rows that are the same, letter by letter.";

    let target = |metric: Metric| Metric { target: found.groups.iter().flat_map(|group| &group.names).next().cloned(), ..metric };
    let single = matches!(found.groups.as_slice(), [group] if group.names.len() == 1);
    match found.groups.as_slice() {
        [_] if found.sums_to_one => vec![lower("log-loss", "log loss", log_loss), higher("roc-auc", "the area under the ROC curve", auc)],
        [Group { answers: Values::Binary, kind: "number", .. }] => {
            vec![higher("roc-auc", "the area under the ROC curve", auc), lower("log-loss", "log loss", log_loss)]
        }
        [Group { answers: Values::Numbers { positive, skewed }, .. }] if single => {
            let mut all = vec![
                target(lower("root-mean-squared-error", "the root mean squared error", root)),
                target(lower("mean-absolute-error", "the mean absolute error", absolute)),
            ];
            if *positive {
                let log = lower("root-mean-squared-log-error", "the root mean squared error of logarithms", logarithms);
                all.insert(if *skewed { 0 } else { 2 }, log);
            }
            all
        }
        [Group { answers: Values::Classes { count, from_zero }, kind, .. }] if single => {
            let accuracy = target(higher("accuracy", "accuracy", labels));
            let f1 = target(higher("f1-macro", "the mean F1 of the classes", f1));
            let kappa = target(higher("quadratic-kappa", "quadratic kappa", kappa));
            let root = target(lower("root-mean-squared-error", "the root mean squared error", root));
            match kind {
                &"number" => vec![root],
                _ if *count <= 10 && *from_zero => vec![accuracy, kappa, f1],
                _ => vec![accuracy, f1],
            }
        }
        [Group { answers: Values::Labels | Values::Binary, .. }] if single => {
            vec![target(higher("accuracy", "accuracy", labels)), target(higher("f1-macro", "the mean F1 of the classes", f1))]
        }
        [Group { answers: Values::Text | Values::Lists, .. }] if single => {
            vec![
                target(lower("levenshtein-distance", "the edit distance", distance)),
                target(higher("accuracy", "accuracy", at_k)),
            ]
        }
        _ if found.groups.iter().all(|group| group.kind != "text" && group.kind != "boolean") => {
            let columns = "The answers are several columns of numbers: the error of each, and their mean.";
            vec![lower("mean-columnwise-rmse", "the mean over columns of the root mean squared error", columns)]
        }
        _ => {
            let first = "The answers are several columns of different kinds, and no grader here weighs them: this one scores the first alone.";
            vec![target(higher("accuracy", "accuracy of the first column", first))]
        }
    }
}
