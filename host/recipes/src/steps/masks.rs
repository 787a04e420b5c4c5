//! Masks in numpy's array files as runs of pixels.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::npy::Array;
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Texts};
use crate::template::Template;

/// Adds the columns `encoded_pixels`, the runs of pixels that are 1 in a mask, counted from 1 down each column, and `height` and `width`,
/// the first two axes of an array of three.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaskRuns {
    /// The table.
    table: String,
    /// The mask, a template of its columns.
    mask: Place,
    /// The array that says the size, a template too.
    size: Place,
    /// What is written where no pixel is 1.
    none: String,
}

impl Action for MaskRuns {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("the runs of {}", self.mask)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let (mask, size) = (Template::new(&self.mask.path, table)?, Template::new(&self.size.path, table)?);
        let (mut texts, mut heights, mut widths) = (Texts::default(), Vec::new(), Vec::new());
        for row in 0..table.rows {
            let place = self.mask.with(mask.text(row)?).checked()?;
            let runs = runs(&Array::read(work, &place)?);
            let wrong = || Fault::new(place.to_string(), "it is no array of numbers with the axes row, column and 1");
            let runs = runs.ok_or_else(wrong)?;
            texts.push(Some(if runs.is_empty() { &self.none } else { &runs }));
            let place = self.size.with(size.text(row)?).checked()?;
            let [height, width, _] = Array::read(work, &place)?.shape[..] else {
                return Err(Fault::new(place.to_string(), "the array is to have three axes").into());
            };
            heights.push(height as i64);
            widths.push(width as i64);
        }
        let mut made = table.clone();
        made.set("encoded_pixels", Data::Text(texts));
        made.set("height", Data::Int(heights));
        made.set("width", Data::Int(widths));
        work.set(&self.table, made);
        Ok(())
    }
}

/// Start and length of each run, with blanks between.
fn runs(mask: &Array) -> Option<String> {
    let [height, width, 1] = mask.shape[..] else { return None };
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for at in 0..height * width {
        let (row, column) = (at % height, at / height);
        if mask.number(if mask.fortran { at } else { row * width + column })? != 1.0 {
            continue;
        }
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    let spelled: Vec<String> = runs.iter().map(|(start, length)| format!("{} {length}", start + 1)).collect();
    Some(spelled.join(" "))
}
