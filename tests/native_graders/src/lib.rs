//! The graders' own source, compiled natively and optimised, so that a benchmark can hold it against the components made of it.
//!
//! It is a crate of its own because tests are not optimised.

use assay_sdk::Functions;

/// The source of each grader, as modules, and what they are called.
macro_rules! graders {
    ($($module:ident $name:literal $path:literal)*) => {
        $(
            #[path = $path]
            mod $module;
        )*

        /// The functions of a grader; none if there is none of that name.
        #[must_use]
        pub fn functions(name: &str) -> Option<Functions> {
            match name {
                $($name => Some($module::functions()),)*
                _ => None,
            }
        }
    };
}

graders! {
    accuracy "accuracy" "../../../plugins/accuracy/src/lib.rs"
    classification_error "classification-error" "../../../plugins/classification-error/src/lib.rs"
    cuboid_average_precision "cuboid-average-precision" "../../../plugins/cuboid-average-precision/src/lib.rs"
    f1_macro "f1-macro" "../../../plugins/f1-macro/src/lib.rs"
    f1_micro_sets "f1-micro-sets" "../../../plugins/f1-micro-sets/src/lib.rs"
    haversine_quantiles "haversine-quantiles" "../../../plugins/haversine-quantiles/src/lib.rs"
    jaccard_words "jaccard-words" "../../../plugins/jaccard-words/src/lib.rs"
    kendall_tau "kendall-tau" "../../../plugins/kendall-tau/src/lib.rs"
    kl_divergence "kl-divergence" "../../../plugins/kl-divergence/src/lib.rs"
    label_ranking_average_precision "label-ranking-average-precision" "../../../plugins/label-ranking-average-precision/src/lib.rs"
    laplace_log_likelihood "laplace-log-likelihood" "../../../plugins/laplace-log-likelihood/src/lib.rs"
    levenshtein_distance "levenshtein-distance" "../../../plugins/levenshtein-distance/src/lib.rs"
    log_loss "log-loss" "../../../plugins/log-loss/src/lib.rs"
    log_mae_by_group "log-mae-by-group" "../../../plugins/log-mae-by-group/src/lib.rs"
    map_at_k "map-at-k" "../../../plugins/map-at-k/src/lib.rs"
    mask_dice_hausdorff "mask-dice-hausdorff" "../../../plugins/mask-dice-hausdorff/src/lib.rs"
    mask_f_beta "mask-f-beta" "../../../plugins/mask-f-beta/src/lib.rs"
    mask_precision_over_iou "mask-precision-over-iou" "../../../plugins/mask-precision-over-iou/src/lib.rs"
    matthews_correlation "matthews-correlation" "../../../plugins/matthews-correlation/src/lib.rs"
    mean_absolute_error "mean-absolute-error" "../../../plugins/mean-absolute-error/src/lib.rs"
    mean_angular_error "mean-angular-error" "../../../plugins/mean-angular-error/src/lib.rs"
    mean_columnwise_rmse "mean-columnwise-rmse" "../../../plugins/mean-columnwise-rmse/src/lib.rs"
    natural_questions "natural-questions" "../../../plugins/natural-questions/src/lib.rs"
    pascal_average_precision "pascal-average-precision" "../../../plugins/pascal-average-precision/src/lib.rs"
    pearson_correlation "pearson-correlation" "../../../plugins/pearson-correlation/src/lib.rs"
    points_in_boxes "points-in-boxes" "../../../plugins/points-in-boxes/src/lib.rs"
    probabilistic_f1 "probabilistic-f1" "../../../plugins/probabilistic-f1/src/lib.rs"
    quadratic_kappa "quadratic-kappa" "../../../plugins/quadratic-kappa/src/lib.rs"
    roc_auc "roc-auc" "../../../plugins/roc-auc/src/lib.rs"
    root_mean_squared_error "root-mean-squared-error" "../../../plugins/root-mean-squared-error/src/lib.rs"
    root_mean_squared_log_error "root-mean-squared-log-error" "../../../plugins/root-mean-squared-log-error/src/lib.rs"
    sequence_error_rate "sequence-error-rate" "../../../plugins/sequence-error-rate/src/lib.rs"
    spearman_correlation "spearman-correlation" "../../../plugins/spearman-correlation/src/lib.rs"
    unintended_bias_auc "unintended-bias-auc" "../../../plugins/unintended-bias-auc/src/lib.rs"
    vin_big_data_average_precision "vin-big-data-average-precision" "../../../plugins/vin-big-data-average-precision/src/lib.rs"
    weighted_log_loss "weighted-log-loss" "../../../plugins/weighted-log-loss/src/lib.rs"
    weighted_roc_auc "weighted-roc-auc" "../../../plugins/weighted-roc-auc/src/lib.rs"
}
