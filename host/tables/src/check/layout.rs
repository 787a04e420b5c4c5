//! Files that are not laid out as a table of the contract's columns: other separators than commas, and rows longer than the header.

use crate::competition::Contract;
use crate::excerpt::list;
use crate::finding::Finding;
use crate::read::{SEPARATORS, Surplus, Table};

/// That the cells of a submission are separated by something else than commas, if columns are missing whose names are in its header,
/// between other separators. Whatever else is wrong with such a file follows from that.
#[must_use]
pub fn separator(contract: &Contract, header: &[String]) -> Option<Finding> {
    let required = || {
        let rules = contract.columns.iter().filter(|rule| !rule.one_of);
        contract.key.iter().chain(rules.flat_map(|rule| &rule.names))
    };
    if required().all(|name| header.contains(name)) {
        return None;
    }
    let is_missing = |name: &str| !header.iter().any(|known| known == name) && is_named(contract, name);
    let separates = |separator: char| {
        header.iter().any(|name| {
            let parts =
                || name.split(separator).map(|part| part.trim().trim_matches('"')).filter(|part| !part.is_empty());
            parts().count() > 1 && parts().any(is_missing)
        })
    };
    let (_, name) = SEPARATORS.into_iter().chain([(' ', "spaces")]).find(|&(separator, _)| separates(separator))?;
    Some(
        Finding::new(format!("cells are separated by {name}, not by commas: the header is {}", list(header)))
            .remedy("save the file as CSV with commas between cells, and a point in decimals (`0.5`)"),
    )
}

fn is_named(contract: &Contract, name: &str) -> bool {
    contract.key.iter().map(String::as_str).chain(contract.column_names()).any(|known| known == name)
}

/// That the rows of a submission have more cells than its header has names, so that their first cells are no columns; `surplus` is how
/// many cells the first of them has, and why that may be. It is no fault by itself.
#[must_use]
pub fn row_labels(submission: &Table, (cells, surplus): (usize, Surplus)) -> Finding {
    let labels = match submission.labels {
        1 => "the first cell of every row was taken as a row label".to_owned(),
        labels => format!("the first {labels} cells of every row were taken as row labels"),
    };
    let (line, names) = (submission.line(0), submission.header.len());
    Finding::new(format!(
        "line {line} has {cells} cells under a header of {names}, so {labels}, and the names of the columns go with the cells behind"
    ))
    .remedy(match surplus {
        Surplus::Unknown => format!("{}, and give every cell a name in the header", surplus.remedy()),
        _ => surplus.remedy(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_separators_are_told_from_missing_columns() {
        let contract: Contract =
            toml::from_str("key = [\"id\"]\nrows = \"same\"\n[[columns]]\nnames = [\"a b\", \"y\"]\ntype = \"number\"")
                .unwrap();
        let found = |header: &[&str]| {
            let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
            separator(&contract, &header).map(|finding| finding.to_string())
        };
        for (header, expected) in [
            (
                &["id;a b;y"][..],
                "cells are separated by semicolons, not by commas: the header is `id;a b;y`; save the file",
            ),
            (&["id\t\"y\""], r#"cells are separated by tabs, not by commas: the header is `id\t"y"`; save the file"#),
            (
                &["x| y"],
                "cells are separated by vertical bars (`|`), not by commas: the header is `x| y`; save the file",
            ),
            (&["id;x", "z"], "cells are separated by semicolons"),
            (&["id y"], "cells are separated by spaces"),
        ] {
            assert!(found(header).is_some_and(|found| found.starts_with(expected)), "{header:?}: {:?}", found(header));
        }
        for header in [
            &["id", "a b", "y", "x;y"][..],
            &["id", "a b"],
            &["p;q"],
            &[],
            &["id", "a b", "x|z"],
            &["id\t", "y"],
            &[" id"],
        ] {
            assert_eq!(found(header), None, "{header:?}");
        }
    }
}
