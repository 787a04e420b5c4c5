//! Lines of text that begin with a number.

use std::fs;
use std::io::{BufWriter, Write};

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Cell, Data, Table, Texts};
use crate::template::Template;

/// Reads lines of a number and, after a comma, any text: the columns of the two. The first line is a header, which is passed over.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadNumbered {
    /// The file.
    file: Place,
    /// The column of the number.
    number: String,
    /// The column of the text; empty where there is none.
    rest: String,
    /// What the table is called.
    r#as: String,
}

/// The lines as Python's `splitlines` cuts them.
fn lines(text: &str) -> Vec<&str> {
    let ends = |letter: char| {
        matches!(
            letter,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}' | '\u{1d}' | '\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(ends).unwrap_or(rest.len());
        lines.push(&rest[..length]);
        rest = &rest[length..];
        let end = if rest.starts_with("\r\n") { 2 } else { rest.chars().next().map_or(0, char::len_utf8) };
        rest = &rest[end..];
    }
    lines
}

impl Action for ReadNumbered {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("read {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let name = self.file.to_string();
        let bytes = work.bytes(&self.file)?;
        let text = String::from_utf8(bytes).map_err(|_| Fault::new(&name, "the bytes are no UTF-8"))?;
        let (mut numbers, mut texts) = (Vec::new(), Texts::default());
        for (line, at) in lines(&text).into_iter().zip(1..).skip(1) {
            let (number, rest) = line.split_once(',').unwrap_or((line, ""));
            let wrong = || Fault::new(&name, "the line is to begin with a whole number").line(at).value(number);
            numbers.push(number.trim().parse::<i64>().map_err(|_| wrong())?);
            texts.push(Some(rest));
        }
        let columns = vec![(self.number.as_str(), Data::Int(numbers)), (self.rest.as_str(), Data::Text(texts))];
        let table = Table::new(name, columns);
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Writes a line of text for each row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteLines {
    /// The table.
    table: String,
    /// The first line.
    header: Option<String>,
    /// The line of a row, a template.
    line: String,
    /// The file.
    file: Place,
}

impl Action for WriteLines {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn words(&self) -> String {
        format!("write {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let template = Template::new(&self.line, table)?;
        let path = work.target(&self.file)?;
        let mut out = BufWriter::new(fs::File::create(&path).about(&path)?);
        if let Some(header) = &self.header {
            writeln!(out, "{header}").about(&path)?;
        }
        for row in 0..table.rows {
            writeln!(out, "{}", template.text(row)?).about(&path)?;
        }
        out.flush().about(&path)
    }
}

/// A table of each row with each number of a range: 1 where the row's list has the number, else 0.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marks {
    /// The table.
    table: String,
    /// The columns that stay.
    keep: Vec<String>,
    /// The column of lists: whole numbers with commas between; what is empty does not count.
    list: String,
    /// How many numbers there are, from 0.
    count: u32,
    /// The new column of the number.
    number: String,
    /// The new column of 1 and 0.
    mark: String,
    /// What the new table is called.
    r#as: String,
}

impl Action for Marks {
    fn uses(&self) -> Vec<&str> {
        vec![&self.table]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("marks of {}", self.list)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let table = work.table(&self.table)?;
        let rows: Vec<u32> = (0..table.rows as u32).flat_map(|row| (0..self.count).map(move |_| row)).collect();
        let mut marks = Vec::with_capacity(rows.len());
        for (row, cell) in table.column(&self.list)?.cells().enumerate() {
            let text = if let Cell::Text(text) = cell { text } else { "" };
            let wrong = || Fault::new(&table.file, "the list is to have whole numbers").at(row).value(text);
            let named = text
                .split(',')
                .filter(|part| !part.is_empty())
                .map(|part| part.trim().parse::<i64>().map_err(|_| RunError::from(wrong())))
                .collect::<Result<Vec<_>, _>>()?;
            marks.extend((0..self.count).map(|number| i64::from(named.contains(&number.into()))));
        }
        let mut made = table.select(&self.keep)?.take(&rows);
        made.set(&self.number, Data::Int((0..table.rows).flat_map(|_| (0..self.count).map(i64::from)).collect()));
        made.set(&self.mark, Data::Int(marks));
        work.set(&self.r#as, made);
        Ok(())
    }
}
