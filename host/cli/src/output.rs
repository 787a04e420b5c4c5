//! The one place that prints.

use std::io::{IsTerminal, Write};

use assay_types::excerpt::{printable, printable_json};
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::Failure;

/// The form of what goes to stdout.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
}

impl Format {
    /// The form asked for; else a table on a terminal, and JSON in a pipe or file.
    pub(super) fn or_by_terminal(format: Option<Self>) -> Self {
        format.unwrap_or(if std::io::stdout().is_terminal() { Format::Table } else { Format::Json })
    }
}

/// A line on stderr.
pub(super) fn message(text: &str) {
    // A message that cannot be written, since stderr is closed, cannot be reported either.
    let _ = writeln!(std::io::stderr(), "{}", printable(text));
}

/// A text cut after so many characters, each line by itself, and after three lines.
pub(super) fn shortened(text: &str, characters: usize) -> String {
    let cut = |line: &str| match line.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    };
    let mut lines: Vec<String> = text.lines().take(3).map(cut).collect();
    if text.lines().nth(3).is_some() {
        lines.push("…".into());
    }
    lines.join("\n")
}

/// Text for people on stdout.
pub(super) fn text(text: &str) -> Result<(), Failure> {
    data(&printable(text))
}

/// Text on stdout, exactly as it is.
pub(super) fn data(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()) {
        // A reader that had enough (`| head`) is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::program(error)),
        _ => Ok(()),
    }
}

pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    data(&printable_json(&serde_json::to_string_pretty(value).map_err(Failure::program)?))
}

/// A table with a header, or names and values without one.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<(), Failure> {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if header.is_empty() {
        table.load_style(presets::NOTHING);
    } else {
        table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    }
    table.add_rows(rows.into_iter().map(|row| row.into_iter().map(|cell| printable(&cell).into_owned())));
    data(&table.trim_fmt())
}
