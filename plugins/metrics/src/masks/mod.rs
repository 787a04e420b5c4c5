//! Masks given by runs of pixels, and how well predicted ones match true ones.
//!
//! A mask is [`RunLengths`]: sorted, disjoint runs of the pixels of a flattened image. No bitmap is ever made, so time and memory
//! follow the length of the text, not the size of the image or the numbers the text claims. Whether the image was flattened by
//! columns or by rows matters only where pixels get coordinates, that is in [`Volume`], where runs are cut at the ends of columns.
//!
//! | metric | from | functions |
//! |---|---|---|
//! | Dice of all pixels | summed [`PixelCounts`] | [`dice`] |
//! | mean Dice, mean F0.5 | [`PixelCounts`] an image | [`dice`], [`fbeta_score`] |
//! | mean precision over IoU thresholds | two [`RunLengths`] an image | [`mean_precision_over_iou`] |
//! | Hausdorff distance in space | [`volumes_by_day`] | [`normalized_hausdorff_distance`] |
//!
//! # What a corrected grader would do otherwise
//!
//! Published results rest on what the reference does, so these rules are followed. Each is implemented in one place.
//!
//! | name | where | rule | a corrected grader |
//! |---|---|---|---|
//! | lone number | [`RunLengths::parse`] | a single number is an empty mask | refuses the text |
//! | shared length | [`RunLengths::parse`] | `a n b` is `a n b n` | refuses the text |
//! | silent cut | [`RunLengths::parse`] | pixels past the end of the image are dropped | refuses the run |
//! | numpy integers | [`RunLengths::parse`] | numbers of 2^63 and more are refused, or not, by the type numpy gives the list; a run that ends beyond 2^63 is empty | refuses them as past the end |
//! | empty counts as full | [`mean_precision_over_iou`] | no predicted pixel on an image with true ones counts as all pixels predicted | gives 0 |
//! | paired by position | [`volumes_by_day`] | rows, and then days, are paired with the answers by position | pairs them by id and class |
//! | worst without looking | [`normalized_hausdorff_distance`] | more than ten times the true voxels is the largest distance | measures it |

mod counts;
mod error;
mod hausdorff;
mod parse;
mod precision;
mod run_lengths;
mod run_tree;
mod volume;

pub use counts::{PixelCounts, dice, fbeta_score};
pub use error::{RunLengthError, RunLengthProblem};
pub use hausdorff::{hausdorff_distance, normalized_hausdorff_distance};
pub use precision::mean_precision_over_iou;
pub use run_lengths::{Run, RunLengths};
pub use volume::{MixedSizes, SliceMask, Volume, volumes_by_day};
