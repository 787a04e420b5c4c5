//! A made-up task for each grader, with the columns and the kind of cells that its competition has.
//!
//! They are what the fuel of graders is held against, and what graders are timed on, natively and in the sandbox. So they are the same
//! on every machine: a fixed seed, and a generator whose version `Cargo.lock` names.

mod cells;
mod native;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use assay_types::competition::Setting;
use fastrand::Rng;

use crate::Failure;

pub use native::Native;

/// What a grader is given.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The grader.
    pub grader: &'static str,
    /// The options.
    pub options: Vec<(String, Setting)>,
    /// The submission, in the order of the answers.
    pub submission: RecordBatch,
    /// The answers.
    pub answers: RecordBatch,
}

/// A column by its name.
type Columns = Vec<(String, ArrayRef)>;

/// Options, the submission's columns, and the answers' columns, of about so many rows.
type Make = fn(&mut Rng, usize) -> (Vec<(&'static str, Setting)>, Columns, Columns);

/// Graders, how many rows the smallest workload has, and what makes it. Rows of lists are as long as those of competitions.
const MAKERS: [(&str, usize, Make); 37] = [
    ("accuracy", 1000, |random, rows| labels(random, rows, 5)),
    ("classification-error", 1000, |random, rows| {
        with(labels(random, rows, 1000), "labels", Setting::Text("python-int-of-first-word".into()))
    }),
    ("cuboid-average-precision", 20, |random, rows| texts(rows, || cells::cuboids(random))),
    ("f1-macro", 1000, |random, rows| with(labels(random, rows, 1000), "labels", Setting::Text("python-int".into()))),
    ("f1-micro-sets", 500, |random, rows| texts(rows, || cells::tags(random))),
    ("haversine-quantiles", 1000, haversine),
    ("jaccard-words", 200, |random, rows| texts(rows, || cells::sentence(random))),
    ("kendall-tau", 100, |random, rows| {
        let orders: Vec<(String, String)> = (0..rows).map(|_| cells::order(random)).collect();
        let (truth, predicted): (Vec<String>, Vec<String>) = orders.into_iter().unzip();
        (target(), vec![text("target", predicted)], vec![text("target", truth)])
    }),
    ("kl-divergence", 500, |random, rows| {
        let (_, submission, answers) = shares(random, rows, 6);
        (vec![("epsilon", Setting::Number(1e-15))], submission, answers)
    }),
    ("label-ranking-average-precision", 50, |random, rows| {
        let (_, submission, answers) = many(rows, 80, || random.f64());
        let answers = answers.into_iter().map(|(name, _)| (name, truths(random, rows, 0.05))).collect();
        (vec![("label_weighted", Setting::Boolean(true))], submission, answers)
    }),
    ("laplace-log-likelihood", 500, laplace),
    ("levenshtein-distance", 100, |random, rows| {
        let pairs: Vec<(String, String)> = (0..rows).map(|_| cells::misread(random)).collect();
        let (truth, predicted): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
        (target(), vec![text("target", predicted)], vec![text("target", truth)])
    }),
    ("log-loss", 1000, |random, rows| {
        let (_, submission, _) = shares(random, rows, 3);
        let class: Vec<usize> = (0..rows).map(|_| random.usize(0..3)).collect();
        let of = |wanted| number("", class.iter().map(|&class| f64::from(u8::from(class == wanted)))).1;
        let answers = submission.iter().enumerate().map(|(place, (name, _))| (name.clone(), of(place))).collect();
        (Vec::new(), submission, answers)
    }),
    ("log-mae-by-group", 1000, |random, rows| {
        let (_, submission, mut answers) = numbers(rows, || random.f64());
        answers.push(text("group", (0..rows).map(|_| format!("{}JH{}", random.u8(1..4), random.char('C'..='N')))));
        ([target(), vec![("group", Setting::Text("group".into()))]].concat(), submission, answers)
    }),
    ("map-at-k", 200, |random, rows| with(texts(rows, || cells::articles(random)), "k", Setting::Integer(12))),
    ("mask-dice-hausdorff", 100, volumes),
    ("mask-f-beta", 20, |random, rows| {
        let (options, submission, mut answers) = texts(rows, || cells::mask(random, 256, 256));
        answers.extend(["height", "width"].map(|name| (name.to_owned(), whole((0..rows).map(|_| 256)))));
        let columns = ["height", "width"].map(|name| (name, Setting::Text(name.into())));
        ([options, columns.to_vec()].concat(), submission, answers)
    }),
    ("mask-precision-over-iou", 100, |random, rows| {
        with(texts(rows, || cells::mask(random, 101, 101)), "pixels", Setting::Integer(10201))
    }),
    ("matthews-correlation", 1000, |random, rows| labels(random, rows, 2)),
    ("mean-absolute-error", 1000, |random, rows| numbers(rows, || random.f64())),
    ("mean-angular-error", 1000, |random, rows| {
        let mut column = |name, factor| number(name, (0..rows).map(|_| random.f64() * factor));
        let full = 2.0 * std::f64::consts::PI;
        let submission = vec![column("azimuth", full), column("zenith", full / 2.0)];
        let answers = vec![column("azimuth", full), column("zenith", full / 2.0)];
        (["azimuth", "zenith"].map(|name| (name, Setting::Text(name.into()))).to_vec(), submission, answers)
    }),
    ("mean-columnwise-rmse", 1000, |random, rows| many(rows, 3, || random.f64())),
    ("natural-questions", 100, questions),
    ("pascal-average-precision", 100, |random, rows| texts(rows, || cells::detections(random))),
    ("pearson-correlation", 1000, |random, rows| many(rows, 1, || random.f64())),
    ("points-in-boxes", 20, |random, rows| {
        let pages: Vec<(String, String)> = (0..rows).map(|_| cells::page(random)).collect();
        let (truth, predicted): (Vec<String>, Vec<String>) = pages.into_iter().unzip();
        (target(), vec![text("target", predicted)], vec![text("target", truth)])
    }),
    ("probabilistic-f1", 1000, scores),
    ("quadratic-kappa", 1000, |random, rows| labels(random, rows, 5)),
    ("roc-auc", 2000, |random, rows| {
        let (_, submission, answers) = scores(random, rows);
        (Vec::new(), submission, answers)
    }),
    ("root-mean-squared-error", 1000, |random, rows| numbers(rows, || random.f64())),
    ("root-mean-squared-log-error", 1000, |random, rows| many(rows, 1, || random.f64() * 4.0)),
    ("sequence-error-rate", 100, |random, rows| texts(rows, || cells::gestures(random))),
    ("spearman-correlation", 1000, |random, rows| many(rows, 1, || random.f64())),
    ("unintended-bias-auc", 1000, unintended_bias),
    ("vin-big-data-average-precision", 100, vin_big_data),
    ("weighted-log-loss", 1000, weighted_log_loss),
    ("weighted-roc-auc", 1000, |random, rows| {
        let (mut options, submission, answers) = scores(random, rows);
        options.push(("band_ends", Setting::Numbers(vec![0.4, 1.0])));
        options.push(("band_weights", Setting::Numbers(vec![2.0, 1.0])));
        (options, submission, answers)
    }),
];

/// The workload of each grader, `times` as large as the smallest.
///
/// # Errors
///
/// If columns do not fit together.
pub fn all(times: usize) -> Result<Vec<Workload>, Failure> {
    let make = |&(grader, rows, make): &(&'static str, usize, Make)| {
        let (options, submission, answers) = make(&mut Rng::with_seed(7), rows * times);
        let options = options.into_iter().map(|(name, setting)| (name.to_owned(), setting)).collect();
        let (submission, answers) = (RecordBatch::try_from_iter(submission)?, RecordBatch::try_from_iter(answers)?);
        Ok(Workload { grader, options, submission, answers })
    };
    MAKERS.iter().map(make).collect()
}

type Made = (Vec<(&'static str, Setting)>, Columns, Columns);

fn target() -> Vec<(&'static str, Setting)> {
    vec![("target", Setting::Text("target".into()))]
}

fn with((mut options, submission, answers): Made, name: &'static str, setting: Setting) -> Made {
    options.push((name, setting));
    (options, submission, answers)
}

fn number(name: &str, values: impl Iterator<Item = f64>) -> (String, ArrayRef) {
    (name.to_owned(), Arc::new(Float64Array::from_iter_values(values)))
}

fn whole(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn text(name: &str, cells: impl IntoIterator<Item = String>) -> (String, ArrayRef) {
    (name.to_owned(), Arc::new(StringArray::from_iter_values(cells)))
}

fn truths(random: &mut Rng, rows: usize, share: f64) -> ArrayRef {
    whole((0..rows).map(|_| i64::from(random.f64() < share)))
}

/// Both sides of one column of text.
fn texts(rows: usize, mut cell: impl FnMut() -> String) -> Made {
    let mut column = || vec![text("target", (0..rows).map(|_| cell()))];
    (target(), column(), column())
}

/// Both sides of one column of numbers.
fn numbers(rows: usize, mut value: impl FnMut() -> f64) -> Made {
    let mut column = || vec![number("target", (0..rows).map(|_| value()))];
    (target(), column(), column())
}

/// Both sides of several columns of numbers.
fn many(rows: usize, columns: usize, mut value: impl FnMut() -> f64) -> Made {
    let mut side = || (0..columns).map(|at| number(&format!("c{at}"), (0..rows).map(|_| value()))).collect();
    (Vec::new(), side(), side())
}

/// Shares of classes, which sum to 1 in each row.
fn shares(random: &mut Rng, rows: usize, classes: usize) -> Made {
    let mut side = || -> Columns {
        let rows: Vec<Vec<f64>> = (0..rows).map(|_| (0..classes).map(|_| random.f64()).collect()).collect();
        let share = |class: usize| rows.iter().map(move |row| row[class] / row.iter().sum::<f64>());
        (0..classes).map(|class| number(&format!("c{class}"), share(class))).collect()
    };
    (Vec::new(), side(), side())
}

/// Scores, and which rows are positive: they score higher as a rule.
fn scores(random: &mut Rng, rows: usize) -> Made {
    let positive: Vec<bool> = (0..rows).map(|_| random.f64() < 0.3).collect();
    let score = positive.iter().map(|&positive| (random.f64() + f64::from(u8::from(positive)) * 0.4) / 1.4);
    let submission = vec![number("target", score)];
    (target(), submission, vec![("target".into(), whole(positive.iter().map(|&positive| positive.into())))])
}

fn labels(random: &mut Rng, rows: usize, classes: i64) -> Made {
    let truth: Vec<i64> = (0..rows).map(|_| random.i64(0..classes)).collect();
    let predicted = truth.iter().map(|&label| if random.bool() { label } else { random.i64(0..classes) });
    let submission = vec![("target".into(), whole(predicted))];
    (target(), submission, vec![("target".into(), whole(truth.into_iter()))])
}

fn haversine(random: &mut Rng, rows: usize) -> Made {
    let mut side = || {
        let mut column = |name, from| number(name, (0..rows).map(|_| from + random.f64() / 100.0));
        let groups = (0..rows).map(|row| format!("2021-08-{:02}-US-MTV-1", row * 20 / rows));
        vec![text("trip", groups), column("latitude", 37.4), column("longitude", -122.1)]
    };
    let options = [("group", "trip"), ("latitude", "latitude"), ("longitude", "longitude")];
    let mut options = options.map(|(name, column)| (name, Setting::Text(column.into()))).to_vec();
    options.push(("quantiles", Setting::Numbers(vec![0.5, 0.95])));
    (options, side(), side())
}

fn laplace(random: &mut Rng, rows: usize) -> Made {
    let keys = || (0..rows).map(|row| format!("ID{:08}_{}", row / 10, row % 10));
    let mut column = |name, from, to| number(name, (0..rows).map(|_| from + random.f64() * (to - from)));
    let submission = vec![text("key", keys()), column("target", 1000.0, 4000.0), column("confidence", 50.0, 400.0)];
    let mut answers = vec![text("key", keys()), column("target", 1000.0, 4000.0)];
    answers.push(text("group", (0..rows).map(|row| format!("ID{:08}", row / 10))));
    answers.push(("time".into(), whole((0..rows).map(|row| (row % 10) as i64))));
    let options = ["target", "confidence", "key", "group", "time"].map(|name| (name, Setting::Text(name.into())));
    ([options.to_vec(), vec![("last", Setting::Integer(3))]].concat(), submission, answers)
}

/// Slices of 80 to a day.
fn volumes(random: &mut Rng, rows: usize) -> Made {
    let mut side = || {
        let ids = (0..rows).map(|row| format!("case7_day{}_slice_{:04}", row / 80, row % 80));
        vec![text("id", ids), text("target", (0..rows).map(|_| cells::mask(random, 266, 266)))]
    };
    let (submission, mut answers) = (side(), side());
    answers.extend(["height", "width"].map(|name| (name.to_owned(), whole((0..rows).map(|_| 266)))));
    let options = [("slice", "id"), ("target", "target"), ("height", "height"), ("width", "width")];
    let options = options.map(|(name, column)| (name, Setting::Text(column.into()))).to_vec();
    ([options, vec![("dice_weight", Setting::Number(0.4))]].concat(), submission, answers)
}

fn questions(random: &mut Rng, rows: usize) -> Made {
    let ids: Vec<String> = (0..rows).map(|_| random.i64(0..i64::MAX).to_string()).collect();
    let keys = ids.iter().flat_map(|id| [format!("{id}_long"), format!("{id}_short")]);
    let submission = vec![text("key", keys), text("target", (0..2 * rows).map(|_| cells::span(random)))];
    let answers = vec![text("key", ids.clone()), text("annotations", ids.iter().map(|_| cells::annotations(random)))];
    let options = [("key", "key"), ("target", "target"), ("example", "key"), ("annotations", "annotations")];
    (options.map(|(name, column)| (name, Setting::Text(column.into()))).to_vec(), submission, answers)
}

fn unintended_bias(random: &mut Rng, rows: usize) -> Made {
    let (mut options, submission, mut answers) = scores(random, rows);
    let identities: Vec<String> = (0..9).map(|at| format!("identity {at}")).collect();
    answers.extend(identities.iter().map(|name| (name.clone(), truths(random, rows, 0.2))));
    options.push(("predictions", Setting::Texts(vec!["target".into()])));
    options.push(("identities", Setting::Texts(identities)));
    options
        .extend([("threshold", 0.5), ("power", -5.0), ("overall_weight", 0.25)].map(|(n, v)| (n, Setting::Number(v))));
    (options, submission, answers)
}

fn vin_big_data(random: &mut Rng, rows: usize) -> Made {
    let image = |row: usize| format!("{:032x}", row as u128 * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let boxes = (0..rows).map(|_| cells::findings(random));
    let submission = vec![text("image", (0..rows).map(image)), text("target", boxes)];
    let mut boxes: Vec<(usize, [i64; 5])> = Vec::new();
    for row in 0..rows {
        boxes.extend((0..random.usize(1..6)).map(|_| (row, cells::finding(random))));
    }
    let mut answers = vec![text("image", boxes.iter().map(|(row, _)| image(*row)))];
    let columns = ["class", "x_min", "y_min", "x_max", "y_max"];
    answers.extend((0..5).map(|at| (columns[at].to_owned(), whole(boxes.iter().map(|(_, numbers)| numbers[at])))));
    let corners = Setting::Texts(columns[1..].iter().map(|&name| name.to_owned()).collect());
    let options = ["image", "target", "class"].map(|name| (name, Setting::Text(name.into()))).to_vec();
    ([options, vec![("corners", corners)]].concat(), submission, answers)
}

fn weighted_log_loss(random: &mut Rng, rows: usize) -> Made {
    let (options, submission, mut answers) = scores(random, rows);
    let kinds = ["patient_overall", "C1", "C2", "C3", "C4", "C5", "C6", "C7"].map(str::to_owned);
    answers.push(text("study", (0..rows).map(|row| format!("1.2.826.0.1.3680043.{}", row / 8))));
    answers.push(text("kind", (0..rows).map(|row| kinds[row % 8].clone())));
    let weights = |factor| Setting::Numbers((0..8).map(|kind| if kind == 0 { 7.0 * factor } else { factor }).collect());
    let more = vec![
        ("group", Setting::Text("study".into())),
        ("kind", Setting::Text("kind".into())),
        ("kinds", Setting::Texts(kinds.to_vec())),
        ("positive_weights", weights(2.0)),
        ("negative_weights", weights(1.0)),
        ("epsilon", Setting::Number(1e-15)),
    ];
    ([options, more].concat(), submission, answers)
}
