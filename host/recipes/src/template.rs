//! Texts with columns' cells in them: `train/{id}.jpg`, `{category:05}`, `{id[0]}/{id}`, `{#}` for the row's
//! position from 0, `{#/1000}` for its thousands, `{#1}` for the position from 1.

use crate::error::{Fault, RunError};
use crate::table::{Cell, Data, Table, written_cell};

/// A template that is bound to a table's columns.
pub(crate) struct Template<'t> {
    table: &'t Table,
    pieces: Vec<Piece<'t>>,
}

enum Piece<'t> {
    Plain(String),
    Cell {
        column: &'t str,
        data: &'t Data,
        width: usize,
        letter: Option<Letters>,
        without: Option<String>,
        sum: Option<(char, i64)>,
    },
    Position {
        from: usize,
        width: usize,
        over: usize,
    },
}

/// Which letters of a cell are taken.
#[derive(Clone, Copy)]
enum Letters {
    One(usize),
    Last(usize),
}

impl<'t> Template<'t> {
    /// Binds `{…}` to columns. What follows the name says how: `:05` with zeros to a width, `[0]` the letter at a place, `[-4..]` the last four,
    /// `-_study` without that text, `/100` and `%100` the quotient and the rest of a whole number.
    pub(crate) fn new(text: &str, table: &'t Table) -> Result<Self, RunError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((plain, after)) = rest.split_once('{') {
            pieces.push(Piece::Plain(plain.to_owned()));
            let (inside, after) = after
                .split_once('}')
                .ok_or_else(|| Fault::new(&table.file, "a brace of a template is not closed").value(text))?;
            rest = after;
            pieces.push(piece(inside, table)?);
        }
        pieces.push(Piece::Plain(rest.to_owned()));
        Ok(Template { table, pieces })
    }

    /// The text of a row. A missing cell is a fault.
    pub(crate) fn text(&self, row: usize) -> Result<String, RunError> {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Plain(text) => out.push_str(text),
                Piece::Position { from, width, over } => out.push_str(&format!("{:0width$}", (row + from) / over)),
                Piece::Cell { column, data, width, letter, without, sum } => {
                    let fault = |problem: &str| Fault::new(&self.table.file, problem).at(row).column(*column);
                    let mut text = match data.cell(row) {
                        Cell::Missing => return Err(fault("the cell is missing, but a name is made of it").into()),
                        cell => written_cell(cell),
                    };
                    if let Some((sign, by)) = sum {
                        let number: i64 =
                            text.parse().map_err(|_| fault("the cell is to be a whole number").value(&text))?;
                        text = if *sign == '/' { number.div_euclid(*by) } else { number.rem_euclid(*by) }.to_string();
                    }
                    if let Some(without) = without {
                        text = text.replace(without, "");
                    }
                    match letter {
                        Some(Letters::One(at)) => {
                            let letter = text.chars().nth(*at);
                            out.push(letter.ok_or_else(|| fault("the cell has too few letters").value(&text))?);
                        }
                        Some(Letters::Last(count)) => {
                            let skipped = text.chars().count().saturating_sub(*count);
                            out.extend(text.chars().skip(skipped));
                        }
                        None => out.push_str(&format!("{text:0>width$}")),
                    }
                }
            }
        }
        Ok(out)
    }
}

fn piece<'t>(inside: &str, table: &'t Table) -> Result<Piece<'t>, RunError> {
    let (name, width) = match inside.rsplit_once(":0") {
        Some((name, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name, digits.parse().unwrap_or_default())
        }
        _ => (inside, 0),
    };
    match name {
        "#" => return Ok(Piece::Position { from: 0, width, over: 1 }),
        "#/1000" => return Ok(Piece::Position { from: 0, width, over: 1000 }),
        "#1" => return Ok(Piece::Position { from: 1, width, over: 1 }),
        _ => {}
    }
    let found = |name: &str| table.columns.iter().find(|column| column.name == name);
    let cell = |name: &str, letter, without, sum| {
        let column = found(name)
            .ok_or_else(|| RunError::from(Fault::new(&table.file, "the column is not there").column(name)))?;
        Ok(Piece::Cell { column: &column.name, data: &column.data, width, letter, without, sum })
    };
    if found(name).is_none() {
        if let Some((name, at)) = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
            let last = at.strip_prefix('-').and_then(|at| at.strip_suffix("..")).and_then(|at| at.parse().ok());
            return cell(name, last.map(Letters::Last).or(at.parse().ok().map(Letters::One)), None, None);
        }
        for sign in ['/', '%'] {
            if let Some((name, by)) = name.split_once(sign)
                && let Ok(by @ 1..) = by.parse::<i64>()
            {
                return cell(name, None, None, Some((sign, by)));
            }
        }
        if let Some((name, without)) = name.split_once('-') {
            return cell(name, None, Some(without.to_owned()), None);
        }
    }
    cell(name, None, None, None)
}
