//! The columns of a submission, by their names.

use crate::competition::{ColumnOrder, ColumnRule, Contract, ExtraColumns};
use crate::excerpt::list;
use crate::finding::{Finding, Place};

/// Columns that are missing, too many, or in the wrong order.
pub(super) fn findings(contract: &Contract, header: &[String]) -> Vec<Finding> {
    let wanted: Vec<&str> = contract.key.iter().map(String::as_str).chain(contract.column_names()).collect();
    let (alternatives, rules): (Vec<&ColumnRule>, Vec<&ColumnRule>) =
        contract.columns.iter().partition(|rule| rule.one_of);
    let required = contract.key.iter().chain(rules.iter().flat_map(|rule| &rule.names));
    let mut findings = Vec::new();

    let mut missing = Finding::new("columns that are missing")
        .remedy(format!("the header is {}", if header.is_empty() { "empty".into() } else { list(header) }));
    for name in required.filter(|name| !header.contains(name)) {
        missing.add(|| Place::value(name));
    }
    let complete = missing.is_empty();
    findings.extend(missing.if_any());
    findings.extend(alternatives.into_iter().filter_map(|rule| one_of(rule, header)));

    if contract.extra_columns == ExtraColumns::Refuse {
        let mut extra = Finding::new("columns that do not belong here").remedy("leave them out");
        for name in header.iter().filter(|name| !wanted.contains(&name.as_str())) {
            extra.add(|| Place::at(1, name));
        }
        findings.extend(extra.if_any());
    }

    let first = match contract.column_order {
        ColumnOrder::Any => 0,
        ColumnOrder::KeyFirst => contract.key.len(),
        ColumnOrder::Exact => wanted.len(),
    };
    if complete && !header.iter().zip(&wanted).take(first).all(|(column, name)| column == name) {
        findings.push(Finding::new("the columns are in the wrong order").remedy(format!(
            "the file must start with {}, but its header is {}",
            list(&wanted[..first]),
            list(header)
        )));
    }
    findings
}

/// None, or several, of the names that one column may have.
fn one_of(rule: &ColumnRule, header: &[String]) -> Option<Finding> {
    let wrong = match header.iter().filter(|name| rule.names.contains(name)).count() {
        0 => "no column is named",
        1 => return None,
        _ => "there is more than one of the columns",
    };
    Some(Finding::new(format!("{wrong} {}", list(&rule.names))).remedy("give exactly one of them"))
}
