//! Area under the ROC curve with weights for bands of the true positive rate.

use assay_sdk::metrics::{MetricError, roc_auc_by_band};
use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table};

struct WeightedRocAuc;

impl Grader for WeightedRocAuc {
    fn describe() -> Description {
        Description::higher(
            "weighted-roc-auc",
            env!("CARGO_PKG_VERSION"),
            "Area under the ROC curve, cut into bands of the true positive rate that count differently: the weighted mean of the share \
             of each band that lies under the curve (ties count half). Details: that share of each band.",
        )
        .required("target", Kind::Column, "the column of scores; the answers hold 1 for positive")
        .required("band_ends", Kind::Numbers, "the upper end of each band, ascending; the first band starts at 0")
        .required("band_weights", Kind::Numbers, "what each band counts, in the same order")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let (ends, weights) = (options.numbers("band_ends")?, options.numbers("band_weights")?);
        if ends.len() != weights.len() {
            return Err(GradeError::Failure("`band_ends` and `band_weights` must have as many numbers".into()));
        }
        let y_true: Vec<bool> = answers.numbers(target)?.iter().map(|&label| label == 1.0).collect();
        let y_score = submission.numbers(target)?;
        let areas = roc_auc_by_band(&y_true, &y_score, ends)?;
        let bands = areas.iter().zip(weights);
        let area: f64 = bands.clone().map(|(band, weight)| weight * band.area).sum();
        let total: f64 = bands.map(|(band, weight)| weight * band.height).sum();
        if total <= 0.0 || total.is_nan() {
            return Err(MetricError::Undefined("the bands have no weight").into());
        }
        let details = areas.iter().zip(ends).map(|(band, end)| Detail {
            name: format!("true positive rate up to {end}"),
            value: band.area / band.height,
        });
        Ok(Score { value: area / total, details: details.collect() })
    }
}

assay_sdk::export!(WeightedRocAuc);
