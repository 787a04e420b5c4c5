//! Resampled rows and groups: the same on any number of threads, refused where there is no unit, and intervals that hold what they promise.

use std::collections::BTreeMap;
use std::num::NonZero;

use assay::{Answers, Assay, Bootstrap, BootstrapError, Competitions, Context, Resampled, Submission, Units};
use assay_tests::Failure;
use assay_types::bootstrap::{Interval, Unit};

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
    drawn(ID, answers, &submission, replicates, seed, threads)
}

/// The score of a submission, and those of what is drawn of it.
fn drawn(
    id: &str,
    answers: String,
    submission: &str,
    replicates: u32,
    seed: u64,
    threads: usize,
) -> Result<(f64, Resampled), Failure> {
    let answers = BTreeMap::from([(id.to_owned(), Answers::Bytes(answers.into_bytes().into()))]);
    let assay = Assay::builder().answers(answers).build()?;
    let bootstrap = Bootstrap {
        replicates: NonZero::new(replicates).ok_or("none")?,
        seed,
        threads: NonZero::new(threads).ok_or("none")?,
    };
    let context = Context { bootstrap: Some(bootstrap), ..Context::default() };
    let graded = assay.grade(id, Submission::Bytes(submission.as_bytes()), &context)?;
    let score = graded.report().score_exact.ok_or_else(|| format!("{:?}", graded.report()))?;
    let resampled = graded.operator().resampled.clone().ok_or("nothing was resampled")?;
    // The report says the same, but no single score.
    let reported = graded.report().bootstrap.clone().ok_or("the report has none")?;
    assert_eq!((reported.draws, reported.seed), (replicates, seed));
    let board = Competitions::built_in().get(id)?.leaderboard.clone();
    let interval = resampled.as_ref().ok().and_then(|resampled| Interval::of(&resampled.scores, board.as_ref()));
    assert_eq!((reported.interval, reported.reason.is_none()), (interval, interval.is_some()));
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
    let (score, Resampled { unit, units, scores, .. }) = resampled(&[0.0, 2.0, 0.0, 2.0], 200, 3, 2)?;
    assert!((score - 2.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!((unit, units, scores.len()), (Unit::Row, 4, 200));
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

/// Scans of which each row costs the logarithm of 2, or twice that: answers and a submission.
fn scans(costly: &[bool]) -> (String, String) {
    const KINDS: [&str; 8] = ["patient_overall", "C1", "C2", "C3", "C4", "C5", "C6", "C7"];
    let mut answers = "row_id,fractured,StudyInstanceUID,prediction_type\n".to_owned();
    let mut submission = "row_id,fractured\n".to_owned();
    for (scan, is_costly) in costly.iter().enumerate() {
        for kind in KINDS {
            answers += &format!("s{scan}_{kind},0,s{scan},{kind}\n");
            submission += &format!("s{scan}_{kind},{}\n", if *is_costly { 0.75 } else { 0.5 });
        }
    }
    (answers, submission)
}

const SCANS: &str = "rsna-2022-cervical-spine-fracture-detection";

/// Of four groups with a score of 1 or 2, draws have the mean of four: were rows drawn, or groups of one name put together, others came out.
fn holds_whole_groups(of: (f64, Resampled), column: &str, [low, high]: [f64; 2]) {
    let (score, Resampled { unit, group, units, scores }) = of;
    assert!((score - f64::midpoint(low, high)).abs() < 1e-6, "{column}: {score}");
    assert_eq!((unit, group.as_deref(), units), (Unit::Group, Some(column), 4));
    let mut seen = [0; 5];
    for score in &scores {
        let score = score.unwrap_or(f64::NAN);
        let costly = 4.0 * (score - low) / (high - low);
        assert!((costly - costly.round()).abs() < 1e-4, "{column}: {score}");
        seen[costly.round() as usize] += 1;
    }
    assert!(seen.iter().all(|&count| count > 0) && seen[2] > seen[0] && seen[2] > seen[4], "{column}: {seen:?}");
}

#[test]
fn groups_are_drawn_whole() -> Result<(), Failure> {
    let costly = [false, true, false, true];
    let (answers, submission) = scans(&costly);
    let ln2 = std::f64::consts::LN_2;
    let of_scans = |threads| drawn(SCANS, answers.clone(), &submission, 200, 5, threads);
    assert_eq!(of_scans(1)?, of_scans(3)?);
    holds_whole_groups(of_scans(2)?, "StudyInstanceUID", [ln2, 2.0 * ln2]);

    // Trips whose places are off by a thousandth of a degree or two: 6,371 km is the Earth's radius.
    let header = "tripId,UnixTimeMillis,LatitudeDegrees,LongitudeDegrees\n".to_owned();
    let trips = |places: [f64; 4]| -> String {
        let rows = (0..3)
            .flat_map(|time| places.iter().enumerate().map(move |(trip, at)| format!("t{trip},{time},{at},0.0\n")));
        header.clone() + &rows.collect::<String>()
    };
    let metres = 6_371_000.0 * 0.001_f64.to_radians();
    let of_trips =
        drawn("smartphone-decimeter-2022", trips([0.0; 4]), &trips([0.001, 0.002, 0.001, 0.002]), 200, 6, 2)?;
    holds_whole_groups(of_trips, "tripId", [metres, 2.0 * metres]);

    // Patients whose volumes are right, or off by 70, which is the least confidence.
    let patients = |header: &str, off: [f64; 4], rest: fn(usize, usize) -> String| -> String {
        let mut text = format!("{header}\n");
        for (patient, off) in off.iter().enumerate() {
            for week in 0..2 {
                text += &format!("p{patient}_{week},{}{}\n", 2000.0 + off, rest(patient, week));
            }
        }
        text
    };
    let answers = patients("Patient_Week,FVC,Confidence,Patient,Weeks", [0.0; 4], |patient, week| {
        format!(",70,p{patient},{week}")
    });
    let submission = patients("Patient_Week,FVC,Confidence", [70.0, 0.0, 70.0, 0.0], |_, _| ",70".into());
    let right = -(2.0_f64.sqrt() * 70.0).ln();
    let of_patients = drawn("osic-pulmonary-fibrosis-progression", answers, &submission, 200, 7, 2)?;
    holds_whole_groups(of_patients, "Patient", [right - 2.0_f64.sqrt(), right]);
    Ok(())
}

/// The truth of scans that cost once or twice the logarithm of 2 with equal chances is 1.5 times it. Rows of a scan cost the same, so that
/// rows drawn singly would tell of eight times as many scans as there are, and hold the truth in half of the cases or so. Of 80 intervals, 76 should; four
/// standard deviations of chance are 8, and 24 scans are few.
#[test]
fn intervals_of_groups_hold_the_truth() -> Result<(), Failure> {
    let mut random = fastrand::Rng::with_seed(2027);
    let mut holding = 0;
    for seed in 0..80 {
        let costly: Vec<bool> = (0..24).map(|_| random.bool()).collect();
        let (answers, submission) = scans(&costly);
        let (_, resampled) = drawn(SCANS, answers, &submission, 100, seed, 2)?;
        let interval = Interval::of(&resampled.scores, None).ok_or("no interval")?;
        let truth = 1.5 * std::f64::consts::LN_2;
        holding += usize::from(interval.lower <= truth && truth <= interval.upper);
    }
    assert!((67..=79).contains(&holding), "{holding} of 80");
    Ok(())
}

#[test]
fn where_there_is_no_unit_the_reason_is_said() -> Result<(), Failure> {
    let competitions = Competitions::built_in();
    let units = |id: &str| -> Result<_, Failure> { Ok(Units::of(&*competitions.get(id)?)) };
    for id in ["spaceship-titanic", "champs-scalar-coupling", "vesuvius-challenge-ink-detection"] {
        assert_eq!(units(id)?, Ok(Units::Rows), "{id}");
    }
    let column = |name: &str| name.to_owned();
    let images = Units::Groups { group: column("image_id"), key: Some(column("image_id")) };
    assert_eq!(units("vinbigdata-chest-xray-abnormalities-detection")?, Ok(images));
    for (id, why) in [
        ("stanford-covid-vaccine", "by a row's number in the file"),
        ("tensorflow2-question-answering", "pools two rows of each page"),
        ("uw-madison-gi-tract-image-segmentation", "pools the slices of a scan"),
    ] {
        let error = units(id)?.unwrap_err();
        assert!(matches!(&error, BootstrapError::NoUnit { .. }) && error.to_string().contains(why), "{error}");
    }
    let few = resampled(&[1.0], 10, 0, 1).unwrap_err().to_string();
    assert!(few.contains("1 rows or groups are too few"), "{few}");
    Ok(())
}
