//! Rows by group.

use std::collections::BTreeMap;

/// The rows of each group, in the order of the groups and, within a group, of the rows. Cost: O(n log groups).
pub(crate) fn rows_by_group<G: Ord>(groups: &[G]) -> BTreeMap<&G, Vec<usize>> {
    let mut rows: BTreeMap<&G, Vec<usize>> = BTreeMap::new();
    let mut start = 0;
    // Rows of a group mostly stand together, and are then found once.
    for group in groups.chunk_by(|a, b| a == b) {
        if let Some(first) = group.first() {
            rows.entry(first).or_default().extend(start..start + group.len());
        }
        start += group.len();
    }
    rows
}

/// The values at some rows.
pub(crate) fn at(rows: &[usize], values: &[f64]) -> Vec<f64> {
    rows.iter().filter_map(|&row| values.get(row).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_ascend_and_rows_keep_their_order() {
        let rows: Vec<_> = rows_by_group(&["b", "a", "b"]).into_iter().collect();
        assert_eq!(rows, [(&"a", vec![1]), (&"b", vec![0, 2])]);
        assert_eq!(at(&[2, 0], &[1.0, 2.0, 3.0]), [3.0, 1.0]);
    }
}
