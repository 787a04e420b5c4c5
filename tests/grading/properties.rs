//! What holds of a score whatever the metric is: nothing beats a perfect submission, and what says nothing about the predictions (the
//! order of rows, columns nobody asked for, line ends, the company a submission is graded in) changes nothing.
//!
//! All 82 competitions are tried, with the made-up data of `parity/cases.tar.xz` and the graders that the program carries.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay::{Assay, Competitions, Context, DataDir, Submission};
use assay_tests::cases::Cases;
use assay_tests::csv::{self, Rows, quoted};
use assay_tests::verdict::Verdict;
use assay_tests::{Failure, service};
use assay_types::Direction;
use assay_types::competition::{Competition, ExtraColumns};
use assay_types::report::{Outcome, Report};
use tempfile::TempDir;

/// The case that every competition has: an ordinary submission, neither perfect nor odd.
const ORDINARY: &str = "no-final-newline";

/// A competition, ready to grade, and its ordinary submission.
struct Subject<'a> {
    competition: Arc<Competition>,
    assay: &'a Assay,
    cases: &'a Cases,
    ordinary: Rows,
    verdict: Verdict,
    scratch: TempDir,
}

impl<'a> Subject<'a> {
    fn new(assay: &'a Assay, id: &str, cases: &'a Cases) -> Result<Self, Failure> {
        let competition = assay.competitions().get(id)?;
        let path = cases.folder().join(format!("submissions/{id}/{ORDINARY}.csv"));
        let ordinary = csv::rows(&std::fs::read_to_string(&path)?);
        assert!(ordinary.iter().all(|row| row.len() == ordinary[0].len()), "{id}: the rows are cut up wrongly");
        let verdict = assay_tests::verdict(assay, id, &path)?;
        assert_eq!(verdict.outcome, Outcome::Scored, "{id}: {:?}", verdict.reason);
        Ok(Subject { competition, assay, cases, ordinary, verdict, scratch: tempfile::tempdir()? })
    }

    /// The verdict on a file of this text.
    fn verdict_on(&self, text: &str) -> Result<Verdict, Failure> {
        let path = self.scratch.path().join("submission.csv");
        std::fs::write(&path, text)?;
        assay_tests::verdict(self.assay, &self.competition.id, &path)
    }

    /// The best possible submission, if need be the one that was made with the cases.
    fn perfect(&self) -> PathBuf {
        let Competition { id, data, .. } = &*self.competition;
        if data.gold_submission.is_none() && data.answers.ends_with(".csv") {
            DataDir::new(self.cases.data()).answers_file(&self.competition)
        } else {
            self.cases.folder().join(format!("submissions/{id}/gold.csv"))
        }
    }
}

/// The report on a file, which may be that of the answers.
fn graded(assay: &Assay, id: &str, path: &Path) -> Result<Report, Failure> {
    let bytes = std::fs::read(path)?;
    Ok(assay.grade(id, Submission::Bytes(&bytes), &Context::default())?.report().clone())
}

/// Tries something in every competition; what comes back of it is wrong.
fn in_every_competition(
    cases: &Cases,
    check: impl Fn(&Subject<'_>) -> Result<Vec<String>, Failure>,
) -> Result<(), Failure> {
    let (assay, competitions) = (service(&cases.data())?, Competitions::built_in());
    let mut wrong = String::new();
    for id in competitions.ids() {
        for problem in check(&Subject::new(&assay, id, cases)?)? {
            writeln!(wrong, "{id}: {problem}")?;
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    Ok(())
}

/// Competitions in which another submission beats the answers' file, though that one scores as one would expect.
const BEATEN: [(&str, &str); 2] = [
    (
        "h-and-m-personalized-fashion-recommendations",
        "an article bought twice takes two of the twelve places, and counts once",
    ),
    ("osic-pulmonary-fibrosis-progression", "the confidence there is 100, and 70 is the best"),
];

/// How much better than perfect may be rounding: near 0 the arc cosine of `mean-angular-error` turns one rounding into 1e-8.
const ROUNDING: f64 = 1e-8;

#[test]
fn nothing_scores_better_than_a_perfect_submission() -> Result<(), Failure> {
    in_every_competition(&Cases::unpack(|_| true)?, |subject| {
        let competition = &subject.competition;
        let perfect = graded(subject.assay, &competition.id, &subject.perfect())?.score_exact;
        let better = |score: f64| {
            let gain = |perfect| {
                if competition.leaderboard.as_ref().is_some_and(|board| board.direction == Direction::Lower) {
                    perfect - score
                } else {
                    score - perfect
                }
            };
            perfect.is_none_or(|perfect| gain(perfect) > ROUNDING)
        };
        let mut beaten_by = Vec::new();
        for case in subject.cases.list.iter().filter(|case| case.competition_id == competition.id) {
            let file = subject.cases.folder().join(&case.submission_path);
            let score = graded(subject.assay, &competition.id, &file)?.score_exact;
            beaten_by.extend(score.filter(|&score| better(score)).map(|score| (case.case.as_str(), score)));
        }
        let exception = competition.known.gold.is_some() || BEATEN.iter().any(|(id, _)| *id == competition.id);
        Ok(match (exception, beaten_by.is_empty()) {
            (false, false) => vec![format!("a perfect submission scores {perfect:?}, others {beaten_by:?}")],
            (true, true) => {
                vec![format!("a perfect submission scores {perfect:?}, and none better: it is no exception")]
            }
            _ => Vec::new(),
        })
    })
}

/// What the order of rows decides.
#[derive(Clone, Copy)]
enum Order {
    /// Which answer a row is graded against: any other order is refused, or gets another score.
    Pairs,
    /// Which of several rows with one key goes with which of several answers.
    PairsEqualKeys,
    /// The order in which errors are added up, so the last bits of the score.
    LastBits,
}

/// Competitions in which the order of rows decides something, and why. In all others the host or the grader pairs rows by key.
const ORDERED: [(&str, Order, &str); 9] = [
    ("champs-scalar-coupling", Order::LastBits, "rows are merged, in the order of the submission"),
    (
        "detecting-insults-in-social-commentary",
        Order::PairsEqualKeys,
        "the key is the comment, and some were posted twice",
    ),
    ("hms-harmful-brain-activity-classification", Order::PairsEqualKeys, "a recording has several rows in the answers"),
    ("iwildcam-2019-fgvc6", Order::PairsEqualKeys, "some pictures are twice in the answers"),
    ("nomad2018-predict-transparent-conductors", Order::Pairs, "there is no key"),
    ("smartphone-decimeter-2022", Order::Pairs, "the key is the trip, and its rows are paired by position"),
    ("stanford-covid-vaccine", Order::Pairs, "which rows count is looked up by their number in the file"),
    ("uw-madison-gi-tract-image-segmentation", Order::Pairs, "rows are paired by position"),
    ("vesuvius-challenge-ink-detection", Order::Pairs, "rows are paired by position"),
];

#[test]
fn the_order_of_rows_changes_no_bit_of_the_score() -> Result<(), Failure> {
    in_every_competition(&Cases::unpack(|case| case == ORDINARY)?, |subject| {
        let order = ORDERED.iter().find(|(id, ..)| *id == subject.competition.id).map(|&(_, order, _)| order);
        let mut wrong = Vec::new();
        for seed in 1..=5 {
            let verdict = subject.verdict_on(&csv::file(&shuffled(&subject.ordinary, seed), "\n"))?;
            let fine = match order {
                None => verdict.score == subject.verdict.score,
                Some(Order::Pairs) => verdict.score != subject.verdict.score,
                Some(Order::PairsEqualKeys) => verdict.outcome == Outcome::Scored,
                Some(Order::LastBits) => verdict.is_close_to(&subject.verdict),
            };
            if !fine {
                wrong.push(format!("shuffled by seed {seed}: {verdict:?} instead of {:?}", subject.verdict));
            }
        }
        // Scores that do not depend on which row is which would prove nothing.
        if !matches!(order, Some(Order::Pairs)) {
            let verdict = subject.verdict_on(&csv::file(&mispaired(&subject.ordinary), "\n"))?;
            if verdict.score == subject.verdict.score {
                wrong.push(format!("each row with the key of the next: {verdict:?} again"));
            }
        }
        Ok(wrong)
    })
}

/// The same rows below the same header, in an order that the seed decides.
fn shuffled(rows: &Rows, seed: u64) -> Rows {
    let mut rows = rows.clone();
    let mut state = seed;
    for row in (2..rows.len()).rev() {
        // Knuth's linear congruential generator for MMIX; its upper bits are the random ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        rows.swap(row, 1 + (state >> 33) as usize % row);
    }
    rows
}

/// The same rows, each with the key (the first column) of the next one.
fn mispaired(rows: &Rows) -> Rows {
    let mut keys: Vec<String> = rows.iter().skip(1).map(|row| row[0].clone()).collect();
    keys.rotate_left(1);
    let mut rows = rows.clone();
    for (row, key) in rows.iter_mut().skip(1).zip(keys) {
        row[0] = key;
    }
    rows
}

#[test]
fn a_column_that_nobody_asked_for_changes_nothing_or_is_refused() -> Result<(), Failure> {
    const NAME: &str = "a remark";
    in_every_competition(&Cases::unpack(|case| case == ORDINARY)?, |subject| {
        let mut wrong = Vec::new();
        for place in [1, subject.ordinary[0].len()] {
            let mut rows = subject.ordinary.clone();
            for (number, row) in rows.iter_mut().enumerate() {
                row.insert(place, if number == 0 { NAME.into() } else { format!("\"row {number}, or so\"") });
            }
            let verdict = subject.verdict_on(&csv::file(&rows, "\n"))?;
            let fine = match subject.competition.submission.extra_columns {
                ExtraColumns::Ignore => verdict == subject.verdict,
                ExtraColumns::Refuse => verdict.refuses(NAME),
            };
            if !fine {
                wrong.push(format!("after {place} columns: {verdict:?} instead of {:?}", subject.verdict));
            }
        }
        Ok(wrong)
    })
}

#[test]
fn layout_does_not_matter() -> Result<(), Failure> {
    in_every_competition(&Cases::unpack(|case| case == ORDINARY)?, |subject| {
        let plain = &subject.ordinary;
        let all_quoted: Rows = plain.iter().map(|row| row.iter().map(|cell| quoted(cell)).collect()).collect();
        let files = [
            ("a final line end", csv::file(plain, "\n")),
            ("a byte-order mark", format!("\u{feff}{}", csv::file(plain, "\n"))),
            ("lines that end with CR LF", csv::file(plain, "\r\n")),
            ("all cells in quotes", csv::file(&all_quoted, "\n")),
            ("a blank line at the end", csv::file(plain, "\n") + "\n"),
            ("all of this", format!("\u{feff}{}\r\n", csv::file(&all_quoted, "\r\n"))),
        ];
        let mut wrong = Vec::new();
        for (layout, text) in files {
            let verdict = subject.verdict_on(&text)?;
            if verdict != subject.verdict {
                wrong.push(format!("{layout}: {verdict:?} instead of {:?}", subject.verdict));
            }
        }
        Ok(wrong)
    })
}

#[test]
fn neither_order_nor_threads_of_a_batch_matter() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let list = std::fs::read_to_string(cases.jsonl())?;
    // Some of each competition.
    let some: Vec<&str> = list.lines().step_by(16).collect();
    let verdicts = |lines: &mut dyn Iterator<Item = &&str>, threads: &str| -> Result<Vec<Verdict>, Failure> {
        // Beside the cases, as their paths are relative.
        let path = cases.folder().join("some.jsonl");
        std::fs::write(&path, lines.copied().collect::<Vec<&str>>().join("\n"))?;
        assay_tests::verdicts(&path, &cases.data(), &["--threads", threads])
    };
    let expected = verdicts(&mut some.iter(), "1")?;
    assert_eq!(expected.len(), some.len());
    let mut backwards = verdicts(&mut some.iter().rev(), "1")?;
    backwards.reverse();
    let parallel = verdicts(&mut some.iter(), "2")?;
    for (line, verdict) in some.iter().enumerate() {
        assert_eq!(backwards[line], expected[line], "in reverse order: {verdict}");
        assert_eq!(parallel[line], expected[line], "on two threads: {verdict}");
    }
    Ok(())
}
