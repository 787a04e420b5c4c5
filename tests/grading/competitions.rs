//! The competitions that the program carries.

use assay::Competitions;
use assay_tests::{Failure, root};
use assay_types::competition::Competition;
use std::collections::BTreeMap;

#[test]
fn every_competition_is_well_formed() -> Result<(), Failure> {
    let registry = Competitions::built_in();
    for id in registry.ids() {
        let competition = registry.get(id)?;
        assert!(
            competition.leaderboard.as_ref().is_some_and(|board| board.teams.is_some()),
            "{id}: how many teams has its leaderboard?"
        );
        assert!(!competition.splits.is_empty(), "{id}: which splits does it belong to?");
    }
    Ok(())
}

#[test]
fn the_published_schema_is_that_of_the_code() -> Result<(), Failure> {
    let path = root().join("competitions/schema.json");
    let published: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let code = serde_json::to_value(schemars::schema_for!(Competition))?;
    assert!(published == code, "run `cargo xtask run competitions schema > competitions/schema.json`");
    Ok(())
}

/// Medal rules are Kaggle's: a better medal never has an easier threshold, and the splits are those of the reference.
#[test]
fn splits_are_complete() -> Result<(), Failure> {
    let registry = Competitions::built_in();
    let mut splits: BTreeMap<String, usize> = BTreeMap::new();
    for id in registry.ids() {
        for split in &registry.get(id)?.splits {
            *splits.entry(split.clone()).or_default() += 1;
        }
    }
    let expected = [
        ("dev", 7),
        ("high", 15),
        ("low", 22),
        ("medium", 38),
        ("spaceship-titanic", 1),
        ("split75", 75),
        ("systemcard", 30),
    ];
    let expected: BTreeMap<String, usize> = expected.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
    assert_eq!(splits, expected);
    Ok(())
}

/// Where two scores stand in the middle of a leaderboard, pandas' median is their mean as a double. It may be a bit off the decimal in
/// between, and then decides whether a score that rounds to that decimal is above it. These are the scores in the middle.
#[test]
fn medians_of_two_scores_are_doubles() -> Result<(), Failure> {
    let registry = Competitions::built_in();
    for (id, better, worse) in [
        ("invasive-species-monitoring", 0.97006, 0.96991),
        ("petfinder-pawpularity-score", 17.70209, 17.70388),
        ("random-acts-of-pizza", 0.59962, 0.59957),
        ("smartphone-decimeter-2022", 3.326, 3.33),
    ] {
        assert_eq!(
            registry.get(id)?.leaderboard.as_ref().map(|board| board.median),
            Some(f64::midpoint(better, worse)),
            "{id}"
        );
    }
    Ok(())
}
