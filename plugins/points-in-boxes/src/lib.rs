//! Points that are to lie in boxes, such as the centres of characters on a page.

use assay_sdk::metrics::boxes::{Entry, ListError, MatchCounts, PAGE, f1_score, match_points, parse_list};
use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Problem, Score, Table};

struct PointsInBoxes;

impl Grader for PointsInBoxes {
    fn describe() -> Description {
        Description::higher(
            "points-in-boxes",
            env!("CARGO_PKG_VERSION"),
            "F1 of points over all images together. A box is found by a predicted point of its label that lies inside, each by one point. \
             A prediction is a text `label x y label x y ...`, an answer `label left top width height ...`, with one blank between two \
             tokens. Details: precision and recall.",
        )
        .required("target", Kind::Column, "the column of points, and of boxes in the answers; a missing cell is an empty list")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        Problem::check_texts(submission, options, "target", list::<2>)
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let y_true = answers.column(target)?.parse(|_, text| list::<4>(text)).map_err(GradeError::Failure)?;
        let y_pred = submission.column(target)?.parse(|_, text| list::<2>(text));
        let y_pred = y_pred.map_err(GradeError::InvalidSubmission)?;
        let counts: MatchCounts = y_true.iter().zip(&y_pred).map(|(t, p)| match_points(t, p)).sum();
        let detail = |name: &str, of: u64| {
            (of > 0).then(|| Detail { name: name.into(), value: counts.true_positives as f64 / of as f64 })
        };
        let precision = detail("precision", counts.true_positives + counts.false_positives);
        let recall = detail("recall", counts.true_positives + counts.false_negatives);
        Ok(Score { value: f1_score(&counts), details: precision.into_iter().chain(recall).collect() })
    }
}

/// The points or boxes of an image.
fn list<const N: usize>(text: &str) -> Result<Vec<Entry<'_, N>>, ListError> {
    if text.is_empty() { Ok(Vec::new()) } else { parse_list(text, PAGE) }
}

assay_sdk::export!(PointsInBoxes);
