//! The metrics that fit what is predicted, with the reasons for them.

use assay_types::competition::ColumnType;

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
    /// Which options it takes.
    pub(super) options: Options,
}

/// The options that a grader needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Options {
    /// None: it scores all columns of the contract.
    None,
    /// The one column that it scores.
    Target,
    /// That column, and how many items of a list count.
    TargetAndK(usize),
}

const fn higher(grader: &'static str, called: &'static str, options: Options, why: &'static str) -> Metric {
    Metric { grader, called, why, lower_is_better: false, options }
}

const fn lower(grader: &'static str, called: &'static str, options: Options, why: &'static str) -> Metric {
    Metric { grader, called, why, lower_is_better: true, options }
}

const ROC_AUC: Metric = higher(
    "roc-auc",
    "the area under the ROC curve",
    Options::None,
    "The answers are two classes, and submissions rank them: the area under the ROC curve asks for no threshold.",
);
const ROC_AUC_OF_COLUMNS: Metric = higher(
    "roc-auc",
    "the mean over columns of the area under the ROC curve",
    Options::None,
    "Each column's answers are two classes, and submissions rank them: the area under the ROC curve asks for no threshold.",
);
const LOG_LOSS: Metric = lower(
    "log-loss",
    "log loss",
    Options::None,
    "The answers are classes, and submissions give probabilities: log loss asks that these are right, not only their order.",
);
const ROOT_MEAN_SQUARED_ERROR: Metric = lower(
    "root-mean-squared-error",
    "the root mean squared error",
    Options::Target,
    "The answers are numbers: the root mean squared error counts large errors most.",
);
const MEAN_ABSOLUTE_ERROR: Metric = lower(
    "mean-absolute-error",
    "the mean absolute error",
    Options::Target,
    "The answers are numbers: the mean absolute error counts each error by its size.",
);
const ROOT_MEAN_SQUARED_LOG_ERROR: Metric = lower(
    "root-mean-squared-log-error",
    "the root mean squared error of logarithms",
    Options::None,
    "The answers are numbers, none below zero: errors of logarithms count relative to the answer.",
);
const MEAN_COLUMNWISE_RMSE: Metric = lower(
    "mean-columnwise-rmse",
    "the mean over columns of the root mean squared error",
    Options::None,
    "The answers are several columns of numbers: the root mean squared error of each, and the mean of these.",
);
const PEARSON: Metric = higher(
    "pearson-correlation",
    "Pearson's correlation",
    Options::None,
    "The answers are numbers: the correlation asks for the right shape, in whatever unit.",
);
const ACCURACY: Metric = higher(
    "accuracy",
    "accuracy",
    Options::Target,
    "The answers are classes, and a submission names one for each row: accuracy is the share of right ones.",
);
const F1_MACRO: Metric = higher(
    "f1-macro",
    "the mean F1 of the classes",
    Options::Target,
    "The answers are classes: the mean of each class's F1 counts rare classes as much as common ones.",
);
const MATTHEWS: Metric = higher(
    "matthews-correlation",
    "Matthews' correlation coefficient",
    Options::Target,
    "The answers are two classes: Matthews' coefficient counts all four kinds of right and wrong, even if one class is rare.",
);
const QUADRATIC_KAPPA: Metric = higher(
    "quadratic-kappa",
    "quadratic weighted kappa",
    Options::Target,
    "The answers are whole numbers: if they are grades in an order, quadratic kappa forgives near misses more than far ones.",
);
const LEVENSHTEIN: Metric = lower(
    "levenshtein-distance",
    "the mean Levenshtein distance",
    Options::Target,
    "The answers are text: the Levenshtein distance counts the letters that would have to be changed.",
);
const EXACT: Metric = higher(
    "accuracy",
    "accuracy",
    Options::Target,
    "The answers are text: accuracy is the share of rows that are the same, letter by letter.",
);

const fn map_at(k: usize) -> Metric {
    higher(
        "map-at-k",
        "the mean average precision of lists",
        Options::TargetAndK(k),
        "Submissions list items, the best guess first: the mean average precision counts how early the right ones come.",
    )
}

/// Those that fit, the best first. None does for columns of different kinds, and for several columns of text.
pub(super) fn fitting(found: &Found) -> Vec<Metric> {
    let [Group { names, rule, answers, list, one_item }] = found.groups.as_slice() else {
        let numbers = |group: &Group| matches!(group.answers, Values::Numbers { .. } | Values::Classes { .. });
        return if found.groups.iter().all(numbers) { vec![MEAN_COLUMNWISE_RMSE] } else { Vec::new() };
    };
    let single = names.len() == 1;
    match answers {
        _ if found.one_class => vec![LOG_LOSS, ROC_AUC_OF_COLUMNS],
        Values::Binary | Values::Classes { .. } | Values::Labels | Values::Text if single && *one_item && *list > 1 => {
            vec![map_at(*list)]
        }
        Values::Binary if rule.kind == ColumnType::Number && single => match rule.probability {
            true => vec![ROC_AUC, LOG_LOSS],
            false => vec![ROC_AUC],
        },
        Values::Binary if rule.kind == ColumnType::Number => vec![ROC_AUC_OF_COLUMNS],
        Values::Binary if single => vec![ACCURACY, MATTHEWS, F1_MACRO],
        Values::Classes { grades } if single => match (rule.kind, *grades) {
            (ColumnType::Integer, true) => vec![ACCURACY, QUADRATIC_KAPPA, F1_MACRO],
            (ColumnType::Integer, false) => vec![ACCURACY, F1_MACRO],
            _ => vec![ROOT_MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR],
        },
        Values::Labels if single => vec![ACCURACY, F1_MACRO],
        Values::Text if single && *list > 1 => vec![LEVENSHTEIN, EXACT, map_at(*list)],
        Values::Text if single => vec![LEVENSHTEIN, EXACT],
        Values::Numbers { positive, skewed } if single => match (*positive, *skewed) {
            (true, true) => vec![ROOT_MEAN_SQUARED_LOG_ERROR, ROOT_MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR],
            (true, false) => vec![ROOT_MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, ROOT_MEAN_SQUARED_LOG_ERROR, PEARSON],
            (false, _) => vec![ROOT_MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, PEARSON],
        },
        Values::Classes { .. } | Values::Numbers { .. } => vec![MEAN_COLUMNWISE_RMSE],
        _ => Vec::new(),
    }
}
