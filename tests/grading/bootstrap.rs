//! Resampled rows: the same on any number of threads, refused where a row is no unit, and intervals that hold what they promise.

use std::collections::BTreeMap;
use std::num::NonZero;

use assay::{Answers, Assay, Bootstrap, BootstrapError, Competitions, Context, Resampled, Submission, rows_are_units};
use assay_benchmark::bootstrap::Interval;
use assay_tests::Failure;

/// Its metric is the root mean squared error of `Pawpularity`, from 1 to 100.
const ID: &str = "petfinder-pawpularity-score";

/// Scores of resampled rows of a submission whose errors are these.
fn resampled(errors: &[f64], replicates: u32, seed: u64, threads: usize) -> Result<(f64, Resampled), Failure> {
    let row = |(number, value): (usize, f64)| format!("k{number},{value}\n");
    let table = |values: &mut dyn Iterator<Item = f64>| {
        "Id,Pawpularity\n".to_owned() + &values.enumerate().map(row).collect::<String>()
    };
    let answers = table(&mut errors.iter().map(|_| 50.0));
    let submission = table(&mut errors.iter().map(|error| 50.0 + error));
    let answers = BTreeMap::from([(ID.to_owned(), Answers::Bytes(answers.into_bytes().into()))]);
    let assay = Assay::builder().answers(answers).build()?;
    let bootstrap = Bootstrap {
        replicates: NonZero::new(replicates).ok_or("none")?,
        seed,
        threads: NonZero::new(threads).ok_or("none")?,
    };
    let context = Context { bootstrap: Some(bootstrap), ..Context::default() };
    let graded = assay.grade(ID, Submission::Bytes(submission.as_bytes()), &context)?;
    let score = graded.report().score_exact.ok_or_else(|| format!("{:?}", graded.report()))?;
    let resampled = graded.operator().resampled.clone().ok_or("nothing was resampled")?;
    Ok((score, resampled?))
}

/// A normal distribution's errors, by Box and Muller.
fn normal(random: &mut fastrand::Rng, count: usize) -> Vec<f64> {
    let one = |random: &mut fastrand::Rng| {
        (-2.0 * (1.0 - random.f64()).ln()).sqrt() * (std::f64::consts::TAU * random.f64()).cos()
    };
    (0..count).map(|_| one(random)).collect()
}

#[test]
fn scores_do_not_depend_on_threads() -> Result<(), Failure> {
    let errors = normal(&mut fastrand::Rng::with_seed(1), 40);
    let one = resampled(&errors, 101, 7, 1)?;
    for threads in [2, 3, 64, 500] {
        assert_eq!(resampled(&errors, 101, 7, threads)?, one);
    }
    assert_ne!(resampled(&errors, 101, 8, 2)?.1.scores, one.1.scores);
    Ok(())
}

/// With errors of 0 and 2 in equal parts, a draw's score is 2 times the root of a share of the rows: a multiple of 1/4 for four rows.
#[test]
fn draws_are_whole_pairs_of_rows() -> Result<(), Failure> {
    let (score, Resampled { rows, scores }) = resampled(&[0.0, 2.0, 0.0, 2.0], 200, 3, 2)?;
    assert!((score - 2.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!((rows, scores.len()), (4, 200));
    let mut seen = [0; 5];
    for score in scores.into_iter().flatten() {
        let share = score * score;
        assert!((share - share.round()).abs() < 1e-9, "{score}");
        seen[share.round() as usize] += 1;
    }
    // Binomial of 4 and 1/2: 12.5, 50, 75, 50, 12.5 of 200.
    assert!(seen.iter().all(|&count| count > 0) && seen[2] > seen[0] && seen[2] > seen[4], "{seen:?}");
    Ok(())
}

/// The truth of these errors is 1. Of 120 intervals of 95 %, 114 should hold it; the percentile interval of 100 rows holds it somewhat less
/// often, and four standard deviations of chance are 10.
#[test]
fn intervals_hold_the_truth_as_often_as_they_say() -> Result<(), Failure> {
    let mut random = fastrand::Rng::with_seed(2026);
    let mut holding = 0;
    for seed in 0..120 {
        let (_, resampled) = resampled(&normal(&mut random, 100), 100, seed, 2)?;
        let interval = Interval::of(&resampled.scores, None).ok_or("no interval")?;
        holding += usize::from(interval.lower <= 1.0 && 1.0 <= interval.upper);
    }
    assert!((102..=119).contains(&holding), "{holding} of 120");
    Ok(())
}

#[test]
fn where_a_row_is_no_unit_the_reason_is_said() -> Result<(), Failure> {
    let competitions = Competitions::built_in();
    let units = |id: &str| -> Result<_, Failure> { Ok(rows_are_units(&*competitions.get(id)?)) };
    for id in ["spaceship-titanic", "champs-scalar-coupling", "vesuvius-challenge-ink-detection"] {
        assert_eq!(units(id)?, Ok(()), "{id}");
    }
    for id in ["osic-pulmonary-fibrosis-progression", "tensorflow2-question-answering", "smartphone-decimeter-2022"] {
        assert_eq!(units(id)?, Err(BootstrapError::Paired(id.into())));
    }
    let id = "rsna-2022-cervical-spine-fracture-detection".to_owned();
    assert_eq!(units(&id)?, Err(BootstrapError::Grouped { id, group: "StudyInstanceUID".into() }));
    let few = resampled(&[1.0], 10, 0, 1).unwrap_err().to_string();
    assert!(few.contains("1 is too few"), "{few}");
    Ok(())
}
