//! Average precision of boxes in chest X-rays, by a script that many used for VinBigData's competition.

use std::borrow::Cow;
use std::collections::BTreeMap;

use assay_sdk::metrics::boxes::{BOXES, PredictedBox, TrueBox, class_id, parse_list, vin_big_data_average_precision};
use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table};

struct VinBigDataAveragePrecision;

impl Grader for VinBigDataAveragePrecision {
    fn describe() -> Description {
        Description::higher(
            "vin-big-data-average-precision",
            env!("CARGO_PKG_VERSION"),
            "The mean over classes of COCO's average precision of boxes at an intersection over union of 0.4, as a script for VinBigData's \
             competition computes it with pycocotools: it takes right and bottom for width and height, and numbers boxes from 0, which \
             pycocotools takes for no match. A list of boxes is a text `class confidence left top right bottom ...`, with one blank \
             between two tokens; the answers have one row a box. Details: each class.",
        )
        .required("image", Kind::Column, "the column of images; the contract leaves pairing to the grader")
        .required("target", Kind::Column, "the column of lists of boxes")
        .required("class", Kind::Column, "the answers' column of classes, which are whole numbers")
        .required("corners", Kind::Columns, "the answers' columns of left, top, right and bottom")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        Problem::check_texts(submission, options, "target", list)
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let images = images(answers, options)?;
        let (names, lists) = (options.text("image")?, options.text("target")?);
        let (names, lists) = (submission.column(names)?, submission.column(lists)?);
        let lists = lists.parse(|_, text| list(text)).map_err(GradeError::InvalidSubmission)?;
        let mut y_pred = Vec::new();
        for (row, list) in lists.into_iter().enumerate() {
            let name = names.python_text(row);
            let unknown = || GradeError::InvalidSubmission(format!("image `{name}` is not among the answers"));
            let image = *images.get(&name).ok_or_else(unknown)?;
            y_pred.extend(list.into_iter().map(|predicted| PredictedBox { image, ..predicted }));
        }
        Ok(vin_big_data_average_precision(&true_boxes(answers, options, &images)?, &y_pred)?.into())
    }
}

/// The images of the answers and their places, in the order in which they first occur.
type Images<'a> = BTreeMap<Cow<'a, str>, usize>;

fn images<'a>(answers: &'a Table, options: &Options) -> Result<Images<'a>, GradeError> {
    let names = answers.column(options.text("image")?)?;
    let mut images = Images::new();
    for row in 0..names.len() {
        let place = images.len();
        images.entry(names.python_text(row)).or_insert(place);
    }
    Ok(images)
}

/// The boxes of the answers, in the order of their rows.
fn true_boxes(answers: &Table, options: &Options, images: &Images<'_>) -> Result<Vec<TrueBox>, GradeError> {
    let names = answers.column(options.text("image")?)?;
    let classes = answers.numbers(options.text("class")?)?;
    let corners = options.texts("corners")?.iter().map(|name| answers.numbers(name)).collect::<Result<Vec<_>, _>>()?;
    let [left, top, right, bottom] = corners.as_slice() else {
        return Err(GradeError::Failure("option `corners` must name four columns".into()));
    };
    let rows = left.iter().zip(top.iter()).zip(right.iter()).zip(bottom.iter()).zip(classes.iter()).enumerate();
    rows.map(|(row, ((((&left, &top), &right), &bottom), &class))| {
        let class = class_id(class).ok_or_else(|| GradeError::Failure(format!("row {row} (from 0) has no class")))?;
        let image = images.get(&names.python_text(row)).copied().unwrap_or_default();
        Ok(TrueBox { image, class, corners: [left, top, right, bottom] })
    })
    .collect()
}

/// The boxes of a cell, not yet placed in an image.
fn list(text: &str) -> Result<Vec<PredictedBox>, String> {
    let entries = parse_list::<6>(text, BOXES).map_err(|error| error.to_string())?;
    let predicted = |numbers: [f64; 6]| {
        let [class, score, corners @ ..] = numbers;
        let class = class_id(class).ok_or_else(|| format!("a class is {class}: classes are whole numbers"))?;
        Ok(PredictedBox { image: 0, class, score, corners })
    };
    entries.into_iter().map(|entry| predicted(entry.numbers)).collect()
}

assay_sdk::export!(VinBigDataAveragePrecision);
