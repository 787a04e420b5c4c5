//! Areas under the ROC curve, over all and over subgroups, so that bias against one of them costs.

use assay_sdk::metrics::{MetricError, power_mean, roc_auc_score};
use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table};

struct UnintendedBiasAuc;

impl Grader for UnintendedBiasAuc {
    fn describe() -> Description {
        Description::higher(
            "unintended-bias-auc",
            env!("CARGO_PKG_VERSION"),
            "The area under the ROC curve over all rows, and the power means over identities of three areas: over rows of the identity \
             (`subgroup`), over its negatives and the positives of others (`BPSN`), over its positives and the negatives of others \
             (`BNSP`); see Borkan et al. 2019. Details: every area.",
        )
        .required("target", Kind::Column, "the column of the answers that says how positive a row is")
        .required("predictions", Kind::Columns, "the names that the column of scores may have; the first that is there counts")
        .required("identities", Kind::Columns, "the columns of the answers that say how far a row belongs to an identity")
        .required("threshold", Kind::Number, "from where on a row is positive, or of an identity")
        .required("power", Kind::Number, "the power of the means over identities")
        .required("overall_weight", Kind::Number, "what the area over all rows counts; the three means share the rest alike")
        .optional(
            "binary_predictions",
            Kind::Boolean,
            "whether predictions are cut at the threshold to 0 and 1 first (default: false)",
        )
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let threshold = options.number("threshold")?;
        // Missing values are below any threshold.
        let at_least = |name: &str| -> Result<Vec<bool>, GradeError> {
            Ok(answers.numbers(name)?.iter().map(|&value| value >= threshold).collect())
        };
        let rows =
            Rows { y_true: at_least(options.text("target")?)?, y_score: scores(submission, options, threshold)? };

        let overall = rows.auc(|_, _| true)?;
        let mut details = vec![Detail { name: "overall".into(), value: overall }];
        let (mut subgroup, mut bpsn, mut bnsp) = (Vec::new(), Vec::new(), Vec::new());
        for identity in options.columns("identities", answers)? {
            let member = at_least(identity)?;
            subgroup.push(rows.auc(|row, _| member[row])?);
            bpsn.push(rows.auc(|row, positive| member[row] != positive)?);
            bnsp.push(rows.auc(|row, positive| member[row] == positive)?);
            for (kind, areas) in [("subgroup", &subgroup), ("BPSN", &bpsn), ("BNSP", &bnsp)] {
                details.extend(areas.last().map(|&value| Detail { name: format!("{identity}: {kind}"), value }));
            }
        }
        let power = options.number("power")?;
        let means = power_mean(&subgroup, power)? + power_mean(&bpsn, power)? + power_mean(&bnsp, power)?;
        let weight = options.number("overall_weight")?;
        Ok(Score { value: weight * overall + (1.0 - weight) / 3.0 * means, details })
    }
}

struct Rows {
    y_true: Vec<bool>,
    y_score: Vec<f64>,
}

impl Rows {
    /// The area over the rows that count, told by their number and whether they are positive.
    fn auc(&self, counts: impl Fn(usize, bool) -> bool) -> Result<f64, MetricError> {
        let rows = self.y_true.iter().zip(&self.y_score).enumerate();
        let counted = rows.filter(|&(row, (&positive, _))| counts(row, positive)).map(|(_, row)| row);
        let (y_true, y_score): (Vec<bool>, Vec<f64>) = counted.unzip();
        roc_auc_score(&y_true, &y_score)
    }
}

/// The predicted scores.
///
/// Quirk `binary-predictions`: with that option, predictions are cut to 0 and 1 like the answers, so that the areas no longer tell how
/// well a model ranks; a missing prediction is 0. A corrected grader does without the option, and refuses missing values.
fn scores(submission: &Table, options: &Options, threshold: f64) -> Result<Vec<f64>, GradeError> {
    let names = options.columns("predictions", submission)?;
    let there = names.iter().find(|name| submission.column(name).is_ok());
    let name =
        there.ok_or_else(|| GradeError::Failure(format!("there is none of the columns {}", names.join(", "))))?;
    let scores = submission.numbers(name)?;
    Ok(if options.boolean_or("binary_predictions", false)? {
        scores.iter().map(|&score| f64::from(u8::from(score >= threshold))).collect()
    } else {
        scores.into_owned()
    })
}

assay_sdk::export!(UnintendedBiasAuc);
