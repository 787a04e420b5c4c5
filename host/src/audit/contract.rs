//! A competition's contract in words: what is checked, and how rows are paired.

use crate::competition::{
    Answers, ColumnOrder, ColumnRule, ColumnType, Contract, ExtraColumns, Pairing, RowSum, Rows, Rule,
};
use crate::excerpt::list;

/// What a submission is checked for before any grader runs.
pub(super) fn checks(contract: &Contract) -> Vec<String> {
    let mut says: Vec<String> = contract.columns.iter().map(column).collect();
    says.extend(contract.row_sums.iter().map(row_sum));
    let order = match contract.column_order {
        ColumnOrder::Any => "in any order",
        ColumnOrder::KeyFirst => "the key's first, the others in any order",
        ColumnOrder::Exact => "in the order of the contract, the key's first",
    };
    let extra = match contract.extra_columns {
        ExtraColumns::Ignore => "others may be there, and nobody reads them",
        ExtraColumns::Refuse => "others are refused",
    };
    says.push(format!("columns may stand {order}; {extra}"));
    says
}

fn column(rule: &ColumnRule) -> String {
    let kind = match rule.kind {
        ColumnType::Number => "numbers",
        ColumnType::Integer => "whole numbers of 64 bits",
        ColumnType::Boolean => "`True` and `False`",
        ColumnType::Text => "text",
        ColumnType::Any => "anything: the grader decides",
    };
    let names = match (rule.one_of, rule.names.len()) {
        (true, _) => format!("exactly one of the columns {}", list(&rule.names)),
        (false, 1) => format!("column {}", list(&rule.names)),
        (false, _) => format!("columns {}", list(&rule.names)),
    };
    let mut says = vec![format!("{names}: {kind}")];
    says.extend(rule.min.map(|min| format!("{min} or more")));
    says.extend(rule.above.map(|above| format!("above {above}")));
    says.extend(rule.max.map(|max| format!("{max} or less")));
    if rule.kind != ColumnType::Any {
        says.push(passes(rule.missing, "missing cells"));
        if rule.all_missing.allows() {
            says.push("a column without a value passes".into());
        }
    }
    if matches!(rule.kind, ColumnType::Number | ColumnType::Integer) {
        says.push(passes(rule.infinite, "infinite ones"));
        says.push(passes(rule.booleans, "`True` and `False`"));
        if rule.numbers_as_text.allows() {
            says.push("text passes if Python's `float()` reads every cell".into());
        }
    }
    if rule.kind == ColumnType::Boolean {
        says.push(passes(rule.numbers, "whole numbers"));
    }
    says.join(", ")
}

fn passes(rule: Rule, what: &str) -> String {
    format!("{what} {}", if rule.allows() { "pass" } else { "are refused" })
}

fn row_sum(sum: &RowSum) -> String {
    let columns = if sum.columns.is_empty() { "all columns of numbers".into() } else { list(&sum.columns) };
    let precision = match (sum.tolerance, sum.decimals) {
        (Some(tolerance), _) => format!(", give or take {tolerance}"),
        (None, Some(decimals)) => format!(", rounded to {decimals} decimals"),
        (None, None) => String::new(),
    };
    format!("in each row, {columns} add up to {}{precision}", sum.total)
}

/// How rows of a submission find their answers.
pub(super) fn alignment(contract: &Contract, answers: &Answers) -> Vec<String> {
    let mut says = Vec::new();
    says.push(if contract.key.is_empty() {
        "no key".to_owned()
    } else {
        let compared = match contract.rows {
            Rows::Sorted => "sorted by it, never compared",
            _ => "text matches as it stands, numbers as numbers, a missing key nothing",
        };
        format!("key {}: {compared}", list(&contract.key))
    });
    says.push(
        match contract.rows {
            Rows::Same => "every key of the answers, as often as it is there, in any order",
            Rows::Set => {
                "the same set of keys and as many rows as the answers; where keys repeat, paired in the order of their keys"
            }
            Rows::Superset => "at least every key of the answers; rows with other keys are left out",
            Rows::Known => {
                "as many rows as the answers, each with one of their keys, which may repeat; paired in the order of their keys"
            }
            Rows::Merge => "the same set of keys; a repeated row is graded each time, against the answer of its key",
            Rows::Subset => {
                "any of the answers' keys, any number of times; each row is graded against the answer of its key"
            }
            Rows::Sorted => "as many rows as the answers; both sides are sorted by key and paired by rank",
            Rows::Position => "as many rows as the answers, in the same order; a key must be equal row by row",
        }
        .to_owned(),
    );
    if contract.pairing == Pairing::Grader {
        says.push("the grader pairs rows: it gets all rows of both sides, in the order of their files".into());
    }
    if let Some(scored) = &answers.scored {
        let least = scored.min.map(|min| format!(" {min} or more"));
        let most = scored.max.map(|max| format!(" {max} or less"));
        let range: Vec<String> = [least, most].into_iter().flatten().collect();
        let range = range.join(" and");
        says.push(format!("only rows count whose {} in the answers is{range}", list(&[&scored.column])));
    }
    says
}
