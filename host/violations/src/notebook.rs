//! Notebooks: their code cells, one after another.

use serde::Deserialize;

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(default)]
    source: Source,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Source {
    Lines(Vec<String>),
    Text(String),
    #[default]
    None,
}

/// The code cells of a notebook, with an empty line between; none if this is no notebook.
pub(crate) fn code(text: &str) -> Option<String> {
    let notebook: Notebook = serde_json::from_str(text).ok()?;
    let cells = notebook.cells.into_iter().filter(|cell| cell.cell_type == "code").map(|cell| match cell.source {
        Source::Lines(lines) => lines.concat(),
        Source::Text(text) => text,
        Source::None => String::new(),
    });
    Some(cells.collect::<Vec<_>>().join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cells_are_taken_in_either_form() {
        let notebook = r##"{"cells": [{"cell_type": "markdown", "source": ["# words"]},
            {"cell_type": "code", "source": ["import os\n", "os.listdir()"], "outputs": []},
            {"cell_type": "code", "source": "x = 1"}, {"cell_type": "code"}], "nbformat": 4}"##;
        assert_eq!(code(notebook).unwrap(), "import os\nos.listdir()\n\nx = 1\n\n");
        assert_eq!(code("print(1)"), None);
        assert_eq!(code(&"[".repeat(100_000)), None);
    }
}
