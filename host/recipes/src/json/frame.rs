//! Lists of objects as a data frame of pandas holds them: each object has all keys, and the values of a key have one type.

use std::collections::HashMap;

use super::Json;

/// The keys of all objects in order of first appearance, and for each the value of every object, none where it lacks the key.
pub(crate) fn columns(items: Vec<Json>) -> Vec<(String, Vec<Option<Json>>)> {
    let count = items.len();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut columns: Vec<(String, Vec<Option<Json>>)> = Vec::new();
    for (row, item) in items.into_iter().enumerate() {
        let Json::Object(fields) = item else { continue };
        for (key, value) in fields {
            let place = *places.entry(key).or_insert_with_key(|key| {
                columns.push((key.clone(), vec![None; count]));
                columns.len() - 1
            });
            columns[place].1[row] = Some(value);
        }
    }
    columns
}

/// The objects after a way through a data frame. Integers become doubles where a number is missing, and what is missing is not a number.
pub(crate) fn framed(items: Vec<Json>) -> Vec<Json> {
    let count = items.len();
    let mut made: Vec<Vec<(String, Json)>> = vec![Vec::new(); count];
    for (key, cells) in columns(items) {
        for (row, value) in column(cells).into_iter().enumerate() {
            made[row].push((key.clone(), value));
        }
    }
    made.into_iter().map(Json::Object).collect()
}

fn column(cells: Vec<Option<Json>>) -> Vec<Json> {
    let is_hole = |cell: &Option<Json>| match cell {
        None | Some(Json::Null) => true,
        Some(Json::Real(value)) => value.is_nan(),
        Some(_) => false,
    };
    let is_number = |cell: &Option<Json>| matches!(cell, Some(Json::Int(_) | Json::Real(_)));
    let numbers = cells.iter().all(|cell| is_number(cell) || is_hole(cell)) && !cells.iter().all(is_hole);
    let missing = |cell: Option<Json>, null: Json| match cell {
        None => Json::Real(f64::NAN),
        Some(Json::Null) => null,
        Some(value) => value,
    };
    if !numbers {
        // Only holes: nulls stay if there is nothing else.
        let nothing = cells.iter().all(is_hole);
        let null = if nothing && cells.iter().any(|cell| *cell != Some(Json::Null)) {
            Json::Real(f64::NAN)
        } else {
            Json::Null
        };
        return cells.into_iter().map(|cell| missing(cell, null.clone())).collect();
    }
    let ints = || cells.iter().filter_map(|cell| if let Some(Json::Int(digits)) = cell { Some(digits) } else { None });
    let all_ints = cells.iter().all(|cell| matches!(cell, Some(Json::Int(_))));
    let large = |digits: &String| digits.parse::<i64>().is_err();
    let beyond = |digits: &String| large(digits) && digits.parse::<u64>().is_err();
    let mixed = ints().any(large) && ints().any(|digits| digits.starts_with('-'));
    if all_ints || mixed || ints().any(beyond) {
        return cells.into_iter().map(|cell| missing(cell, Json::Real(f64::NAN))).collect();
    }
    let real = |cell| match cell {
        Some(Json::Int(digits)) => Json::Real(digits.parse().unwrap_or(f64::NAN)),
        cell => missing(cell, Json::Real(f64::NAN)),
    };
    cells.into_iter().map(real).collect()
}
