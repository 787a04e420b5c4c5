//! Boxes, and how well predicted ones match true ones.
//!
//! | metric | from | functions |
//! |---|---|---|
//! | micro F1 of points in boxes | two lists of [`Entry`] a page | [`match_points`], [`f1_score`] |
//! | PASCAL-style average precision | two lists of [`Entry`] an image | [`pascal_average_precision`] |
//! | COCO average precision | [`Annotation`], [`Detection`] | [`coco_average_precision`], [`vin_big_data_average_precision`] |
//! | average precision of boxes in space | two lists of [`Entry`] a sample | [`cuboid_average_precision`] |
//!
//! [`parse_list`] reads the lists of all of them; what differs is a [`Layout`]. Time and memory follow the length of the text.
//!
//! # What a corrected grader would do otherwise
//!
//! Published results rest on what the reference does, so these rules are followed. Each is implemented in one place.
//!
//! | name | where | rule | a corrected grader |
//! |---|---|---|---|
//! | blanks count | [`parse_list`] | two blanks, or one at an end, make an empty token | splits at white space |
//! | no limit | [`match_points`] | any number of points is taken | refuses more than 1,200 a page |
//! | zeros everywhere | [`pascal_average_precision`] | images without a class add a negative of confidence 0, missed boxes a positive | divides by the number of true boxes |
//! | corner as size | [`vin_big_data_average_precision`] | the far corner is taken as width and height | subtracts the near corner |
//! | ids from 0 | [`vin_big_data_average_precision`] | the first true and the first predicted box seem unmatched to pycocotools | counts ids from 1 |
//! | taken is taken | [`cuboid_average_precision`] | the best box is chosen before looking whether it is free | chooses the best free one |
//! | unseen classes are free | [`cuboid_average_precision`], [`pascal_average_precision`], [`coco_average_precision`] | boxes of classes that the truth lacks cost nothing | counts them as false |
//! | square corners | [`Cuboid`] | boxes whose corners are not square in floating point are refused | needs no such check |

mod average_precision;
mod coco;
mod confidence;
mod cuboid;
mod cuboid_precision;
mod list;
mod pascal;
mod points;
mod polygon;
mod vin_big_data;

pub use average_precision::AveragePrecisions;
pub use coco::{Annotation, Detection, bbox_iou, coco_average_precision};
pub use cuboid::{Cuboid, CuboidProblem};
pub use cuboid_precision::{CUBOIDS, CuboidError, IOU_THRESHOLDS, cuboid_average_precision, parse_cuboids};
pub use list::{Entry, Layout, ListError, ListProblem, Separator, Word, parse_list};
pub use pascal::{DETECTIONS, corner_iou, pascal_average_precision};
pub use points::{MatchCounts, PAGE, f1_score, match_points};
pub use vin_big_data::{BOXES, PredictedBox, TrueBox, class_id, vin_big_data_average_precision};
