//! CSV files as rows of cells, to be rearranged and written again.

/// Rows of cells as they are spelled, quotes included; the header is the first.
pub type Rows = Vec<Vec<String>>;

/// The rows of a file whose quotes are in order (RFC 4180) and whose lines end with `\n`, be it within quotes or not.
#[must_use]
pub fn rows(text: &str) -> Rows {
    let (mut rows, mut row, mut cell) = (Rows::new(), Vec::new(), String::new());
    let mut quoted = false;
    for character in text.chars() {
        quoted ^= character == '"';
        match character {
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(character),
        }
    }
    if !row.is_empty() || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

/// The file of these rows.
#[must_use]
pub fn file(rows: &[Vec<String>], line_end: &str) -> String {
    rows.iter().map(|row| row.join(",") + line_end).collect()
}

/// A cell in quotes.
#[must_use]
pub fn quoted(cell: &str) -> String {
    if cell.starts_with('"') { cell.to_owned() } else { format!("\"{cell}\"") }
}
