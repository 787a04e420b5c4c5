//! Steps about time: days and weeks.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::run::Work;
use crate::table::{Cell, Data, written_cell};

/// Splits off the rows of the last days: those not before the last day less `days`. Rows stay in order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastDays {
    /// The table.
    table: String,
    /// The column of dates, such as 2020-09-22.
    column: String,
    /// How many days.
    days: i64,
}

impl Action for LastDays {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec!["train", "test"]
    }

    fn words(&self) -> String {
        format!("split {} by {}", self.table, self.column)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let data = table.column(&self.column)?;
        let day = |(row, cell): (usize, Cell)| {
            let text = written_cell(cell);
            let wrong = || Fault::new(&table.file, "the cell is no date").at(row).column(&self.column).value(&text);
            day_number(&text).ok_or_else(|| RunError::from(wrong()))
        };
        let days = data.cells().enumerate().map(day).collect::<Result<Vec<_>, _>>()?;
        let first = days.iter().max().map_or(0, |last| last - self.days);
        let (train, test) = (
            table.take(&table.positions(|row| days[row] < first)),
            table.take(&table.positions(|row| days[row] >= first)),
        );
        work.set("train", train);
        work.set("test", test);
        Ok(())
    }
}

/// The days from the first of March of the year 0 to a date.
fn day_number(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) || parts.next().is_some() {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day)
}

/// One row for each cell of `by`, in order of first appearance, with each whole number from the smallest to the largest of `over`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grid {
    /// The table.
    table: String,
    /// The column of the groups.
    by: String,
    /// The column of whole numbers.
    over: String,
    /// What the new table, of the two columns, is called.
    r#as: String,
}

impl Action for Grid {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("each {} with each {}", self.by, self.over)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        const MOST: usize = 100_000_000;
        let table = work.table(&self.table)?;
        let by = table.column(&self.by)?;
        let Data::Int(numbers) = table.column(&self.over)? else {
            return Err(Fault::new(&table.file, "the column is to have whole numbers only").column(&self.over).into());
        };
        let mut known = HashSet::new();
        let firsts = table.positions(|row| known.insert(by.cell(row).key()));
        let (low, high) = (numbers.iter().min().copied().unwrap_or(0), numbers.iter().max().copied().unwrap_or(-1));
        let count = usize::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or_default();
        if firsts.len().saturating_mul(count) > MOST {
            return Err(Fault::new(&table.file, "the range is too large").column(&self.over).into());
        }
        let rows: Vec<u32> = firsts.iter().flat_map(|row| std::iter::repeat_n(*row, count)).collect();
        let mut made = table.select(std::slice::from_ref(&self.by))?.take(&rows);
        made.set(&self.over, Data::Int(firsts.iter().flat_map(|_| low..=high).collect()));
        work.set(&self.r#as, made);
        Ok(())
    }
}
