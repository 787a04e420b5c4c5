//! Quantiles of distances on the Earth, by group.

use std::borrow::Cow;
use std::collections::BTreeMap;

use assay_sdk::metrics::{Place, haversine_distances, mean, quantile};
use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table};

struct HaversineQuantiles;

impl Grader for HaversineQuantiles {
    fn describe() -> Description {
        Description::lower(
            "haversine-quantiles",
            env!("CARGO_PKG_VERSION"),
            "Distances between true and predicted places in metres (haversine formula, radius 6,371 km): the mean over groups of the mean \
             of some quantiles of a group's distances (numpy.quantile). Details: the score of each group.",
        )
        .required("group", Kind::Column, "the column that names the group; the contract leaves pairing to the grader")
        .required("latitude", Kind::Column, "the column of degrees north")
        .required("longitude", Kind::Column, "the column of degrees east")
        .required("quantiles", Kind::Numbers, "which quantiles are averaged, such as 0.5 for the median")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let quantiles = options.numbers("quantiles")?;
        let predicted = places_by_group(submission, options)?;
        let details = places_by_group(answers, options)?.into_iter().map(|(name, truth)| {
            let value = predicted.get(&name).filter(|places| places.len() == truth.len());
            let value = value.ok_or_else(|| {
                GradeError::InvalidSubmission(format!("group `{name}` must have {} rows", truth.len()))
            })?;
            let distances = haversine_distances(value, &truth);
            let value = quantiles.iter().map(|&q| quantile(&distances, q)).collect::<Result<Vec<f64>, _>>()?;
            Ok(Detail { name, value: mean(&value)? })
        });
        Score::mean_of(details.collect::<Result<_, GradeError>>()?)
    }
}

/// The places of each group, in the order of the file.
///
/// Quirk: within a group, rows belong together by their place in the files; whatever else identifies a row, such as a time, is not
/// looked at. So rows that were shuffled are graded against the wrong answers, silently. A corrected grader would need a key that
/// tells every row apart.
fn places_by_group(table: &Table, options: &Options) -> Result<BTreeMap<String, Vec<Place>>, GradeError> {
    let group = table.column(options.text("group")?)?;
    let (latitude, longitude) = (table.numbers(options.text("latitude")?)?, table.numbers(options.text("longitude")?)?);
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    // Rows of a group mostly stand together, and are then found once.
    let (mut name, mut of_group) = (Cow::Borrowed(""), Vec::new());
    for (row, (&latitude, &longitude)) in latitude.iter().zip(longitude.iter()).enumerate() {
        let next = group.python_text(row);
        if next != name && !of_group.is_empty() {
            places.entry(name.into_owned()).or_default().append(&mut of_group);
        }
        name = next;
        of_group.push(Place { latitude, longitude });
    }
    if !of_group.is_empty() {
        places.entry(name.into_owned()).or_default().append(&mut of_group);
    }
    Ok(places)
}

assay_sdk::export!(HaversineQuantiles);
