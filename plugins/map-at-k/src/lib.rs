//! Mean average precision of ranked lists, cut at k.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct MapAtK;

impl Grader for MapAtK {
    fn describe() -> Description {
        Description::higher(
            "map-at-k",
            env!("CARGO_PKG_VERSION"),
            "MAP@k: the mean over rows of the average precision of a ranked list's first k items, divided by min(different true items, \
             k). A repeated item is no hit but keeps its rank. The order of the answers' items does not matter.",
        )
        .required("target", Kind::Column, "the column of lists, best item first, with one blank between items")
        .required("k", Kind::Integer, "how many items of a list count")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let (target, k) = (options.text("target")?, options.size("k")?);
        let (y_true, y_pred) = (answers.column(target)?, submission.column(target)?);
        let precisions: Vec<f64> = (0..y_true.len())
            .map(|row| {
                // Quirk: each column is spelled as Python spells it after pandas gave it a type, so where every row holds a single number
                // `007` is `7`, and one missing cell makes `7.0` of it, which matches nothing. A missing list is the item `nan`. A
                // corrected grader would read lists as the text they are, and a missing one as empty.
                let (y_true, y_pred) = (y_true.python_text(row), y_pred.python_text(row));
                metrics::average_precision_at_k(&items(&y_true, usize::MAX), &items(&y_pred, k), k)
            })
            .collect();
        Ok(metrics::mean(&precisions)?.into())
    }
}

/// The first `most` items of a list.
///
/// Quirk: lists are split at each single blank, so a second blank, or one at the start, makes an empty item that takes up a rank, and
/// other white space does not separate items. A corrected grader would split at runs of any white space.
fn items(list: &str, most: usize) -> Vec<&str> {
    list.split(' ').take(most).collect()
}

assay_sdk::export!(MapAtK);
