//! Metrics as pure functions over slices.
//!
//! Names are those of scikit-learn where it has the metric; `y_true` holds the answers and `y_pred`, `y_score` or `y_prob` the
//! predictions, row by row in the same order. Matrices come as one slice a column. Each function says what it takes, what it
//! refuses and what it costs. Sums run in a fixed order, and counts are exact integers.

mod accuracy;
mod angular_error;
mod arguments;
mod average_precision;
mod average_precision_at_k;
pub mod boxes;
mod classes;
mod cohen_kappa;
mod correlation;
mod elementary;
mod error;
mod f1_score;
mod groups;
mod haversine;
mod jaccard;
mod kendall_tau;
mod kl_divergence;
mod label_ranking;
mod laplace_log_likelihood;
mod levenshtein;
mod log_loss;
mod log_mae_by_group;
pub mod masks;
mod matthews_corrcoef;
mod mean_absolute_error;
mod mean_columnwise_rmse;
mod order;
mod power_mean;
mod probabilistic_f1;
mod quantile;
mod rank_average;
mod roc_auc;
mod root_mean_squared_error;
mod root_mean_squared_log_error;
#[cfg(test)]
mod sample;
mod summation;
mod thresholds;
mod weighted_log_loss;
mod weighted_roc_auc;

pub use accuracy::accuracy_score;
pub use angular_error::{Directions, mean_angular_error};
pub use average_precision::average_precision_score;
pub use average_precision_at_k::average_precision_at_k;
pub use classes::{ClassCount, class_counts, class_counts_of_sets};
pub use cohen_kappa::cohen_kappa_score_quadratic;
pub use correlation::{pearson_correlation, rank_correlation, spearman_correlation};
pub use error::MetricError;
pub use f1_score::{f1_score_macro, f1_score_micro, f1_score_micro_sets};
pub use haversine::{EARTH_RADIUS, Place, haversine_distance, haversine_distances};
pub use jaccard::{jaccard_score_sets, jaccard_words};
pub use kendall_tau::{kendall_tau_inversions, kendall_tau_pooled};
pub use kl_divergence::kl_divergence;
pub use label_ranking::{label_ranking_average_precision_score, label_weighted_label_ranking_average_precision};
pub use laplace_log_likelihood::laplace_log_likelihood;
pub use levenshtein::{levenshtein_distance, levenshtein_distance_text};
pub use log_loss::{log_loss, log_loss_multiclass};
pub use log_mae_by_group::log_mae_by_group;
pub use matthews_corrcoef::matthews_corrcoef;
pub use mean_absolute_error::mean_absolute_error;
pub use mean_columnwise_rmse::mean_columnwise_rmse;
pub use power_mean::power_mean;
pub use probabilistic_f1::probabilistic_f1;
pub use quantile::quantile;
pub use rank_average::{rank_average, rank_average_numbers};
pub use roc_auc::roc_auc_score;
pub use root_mean_squared_error::root_mean_squared_error;
pub use root_mean_squared_log_error::root_mean_squared_log_error;
pub use summation::{mean, sum};
pub use weighted_log_loss::weighted_log_loss;
pub use weighted_roc_auc::{BandArea, TprBand, roc_auc_by_band, weighted_roc_auc};
