//! scikit-learn's stratified and grouped splits.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Parts, RandomState, Share, SplitError, split};

/// `train_test_split(range(count), …, random_state=seed, stratify=classes)`: every class has its share in both parts. Classes count in
/// their order.
///
/// # Errors
///
/// If a part would be empty or have fewer items than there are classes, or if a class has one item only.
pub fn stratified_split<C: Ord>(classes: &[C], share: Share, seed: u32) -> Result<Parts, SplitError> {
    let count = u32::try_from(classes.len()).unwrap_or(u32::MAX);
    let (train, test) = share.sizes(count)?;
    let mut members: BTreeMap<&C, Vec<u32>> = BTreeMap::new();
    for (at, class) in (0..).zip(classes) {
        members.entry(class).or_default().push(at);
    }
    if members.values().any(|of_class| of_class.len() < 2) {
        return Err(SplitError::Class);
    }
    if (train as usize) < members.len() || (test as usize) < members.len() {
        return Err(SplitError::Sizes { count, train: i64::from(train), test: i64::from(test) });
    }
    let mut state = RandomState::new(seed);
    let sizes: Vec<u32> = members.values().map(|of_class| u32::try_from(of_class.len()).unwrap_or(u32::MAX)).collect();
    let of_train = likely_counts(&sizes, train, &mut state);
    let remaining: Vec<u32> = sizes.iter().zip(&of_train).map(|(size, taken)| size - taken).collect();
    let of_test = likely_counts(&remaining, test, &mut state);
    let mut parts = Parts::default();
    for ((of_class, size), (for_train, for_test)) in members.values().zip(sizes).zip(of_train.iter().zip(of_test)) {
        let drawn: Vec<u32> = state.permutation(size).into_iter().map(|at| of_class[at as usize]).collect();
        let (first, rest) = drawn.split_at((*for_train as usize).min(drawn.len()));
        parts.train.extend_from_slice(first);
        parts.test.extend(rest.iter().take(for_test as usize));
    }
    state.shuffle(&mut parts.train);
    state.shuffle(&mut parts.test);
    Ok(parts)
}

/// `GroupShuffleSplit(1, …, random_state=seed)`: all items of a group are in one part, and both parts are in order. Groups count in their
/// order, and the share is one of groups.
///
/// # Errors
///
/// If a part would have no group.
pub fn group_split<G: Ord>(groups: &[G], share: Share, seed: u32) -> Result<Parts, SplitError> {
    let known: Vec<&G> = groups.iter().collect::<BTreeSet<_>>().into_iter().collect();
    let drawn = split(u32::try_from(known.len()).unwrap_or(u32::MAX), share, seed)?;
    let of = |part: &[u32]| -> BTreeSet<&G> { part.iter().map(|at| known[*at as usize]).collect() };
    let (train, test) = (of(&drawn.train), of(&drawn.test));
    let within =
        |part: &BTreeSet<&G>| (0..).zip(groups).filter(|(_, group)| part.contains(group)).map(|(at, _)| at).collect();
    Ok(Parts { train: within(&train), test: within(&test) })
}

/// How many of each class are most likely among `draws` items. What rounding down leaves over goes to the classes with the largest
/// remainders, by a draw among equal ones.
fn likely_counts(sizes: &[u32], draws: u32, state: &mut RandomState) -> Vec<u32> {
    let all: f64 = sizes.iter().map(|size| f64::from(*size)).sum();
    let expected: Vec<f64> = sizes.iter().map(|size| f64::from(*size) / all * f64::from(draws)).collect();
    let mut counts: Vec<u32> = expected.iter().map(|number| number.floor() as u32).collect();
    let mut missing = draws.saturating_sub(counts.iter().sum()) as usize;
    let remainders: Vec<f64> = expected.iter().map(|number| number - number.floor()).collect();
    let mut distinct = remainders.clone();
    distinct.sort_by(|one, other| other.total_cmp(one));
    distinct.dedup();
    for remainder in distinct {
        if missing == 0 {
            break;
        }
        let equal: Vec<usize> = (0..sizes.len()).filter(|at| remainders[*at] == remainder).collect();
        let now = equal.len().min(missing);
        for at in state.permutation(u32::try_from(equal.len()).unwrap_or(u32::MAX)).into_iter().take(now) {
            counts[equal[at as usize]] += 1;
        }
        missing -= now;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stratified_parts_are_scikit_learns() {
        // train_test_split(range(n), test_size=share, random_state=seed, stratify=classes), scikit-learn 1.9.1
        let classes = [0, 1, 0, 1, 2, 2, 0, 1, 0, 2, 0, 1];
        let parts = stratified_split(&classes, Share::Test(0.25), 0);
        assert_eq!(parts, Ok(Parts { train: vec![8, 0, 2, 4, 7, 6, 3, 9, 1], test: vec![10, 11, 5] }));
        let parts = stratified_split(&classes, Share::Test(0.3), 7);
        assert_eq!(parts, Ok(Parts { train: vec![4, 7, 3, 5, 1, 6, 8, 0], test: vec![10, 11, 9, 2] }));
        let classes = [3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 2, 2, 2, 2, 2, 0, 1, 3, 2, 1];
        let parts = stratified_split(&classes, Share::Test(0.35), 42);
        assert_eq!(
            parts,
            Ok(Parts { train: vec![14, 7, 13, 18, 8, 2, 5, 0, 1, 4, 10, 15, 19], test: vec![16, 3, 6, 17, 9, 12, 11] })
        );
        assert_eq!(stratified_split(&[0, 0, 1], Share::Test(0.5), 0), Err(SplitError::Class));
    }

    #[test]
    fn grouped_parts_are_scikit_learns() {
        // GroupShuffleSplit(1, test_size=0.3, random_state=0).split(rows, groups=groups), scikit-learn 1.9.1
        let parts = group_split(&[5, 5, 1, 1, 1, 9, 9, 3, 3, 7, 2], Share::Test(0.3), 0);
        assert_eq!(parts, Ok(Parts { train: vec![0, 1, 2, 3, 4, 9, 10], test: vec![5, 6, 7, 8] }));
    }
}
