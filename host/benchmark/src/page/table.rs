//! Tables: each with a caption, a header for every column, and the first cell of a row as its header.

use std::fmt::Write;

/// A table in a box that scrolls sideways where it is too wide, by keyboard as well. `rows` are cells of HTML; `numbers` are the columns
/// that are set to the right.
pub(super) fn table(caption: &str, header: &[&str], numbers: &[usize], rows: &[Vec<String>]) -> String {
    let class = |column: usize| if numbers.contains(&column) { " class=\"number\"" } else { "" };
    let mut html = format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n<caption>{caption}</caption>\n<thead>\n<tr>"
    );
    for (column, name) in header.iter().enumerate() {
        let _ = write!(html, "<th scope=\"col\"{}>{name}</th>", class(column));
    }
    html += "</tr>\n</thead>\n<tbody>\n";
    for row in rows {
        html += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let class = class(column);
            let _ = match column {
                0 => write!(html, "<th scope=\"row\"{class}>{cell}</th>"),
                _ => write!(html, "<td{class}>{cell}</td>"),
            };
        }
        html += "</tr>\n";
    }
    html + "</tbody>\n</table>\n</div>\n"
}
