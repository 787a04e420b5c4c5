//! Notebooks as scripts: what Jupyter's export to Python makes of them, without comments.
//!
//! Code cells follow one another, and what only IPython understands becomes the calls that it stands for ([`ipython`]). Raw cells are taken as they
//! are. Lines that start with `#` are left out, as the reference does, so that nothing is left of text.

mod ipython;

use std::fmt;

use assay_types::excerpt::excerpt;
use assay_types::python_json::{self, PythonText};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::file::{MAX_SOURCE, Unreadable, within};

/// The most cells of a notebook.
const MAX_CELLS: usize = 20_000;

/// A notebook as a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) text: String,
    /// Where each of its lines is from.
    pub(crate) places: Vec<Place>,
}

/// A line of a cell. Both are counted from 1, and all cells are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Place {
    pub cell: u32,
    pub line: u32,
}

/// The script of a notebook.
pub(crate) fn script(json: &[u8]) -> Result<Script, Unreadable> {
    let unreadable =
        |message: &dyn fmt::Display| Unreadable::Notebook(excerpt(&message.to_string()).unquoted(200).to_string());
    let Notebook { cells } = python_json::from_slice(json).map_err(|error| unreadable(&error.in_lines(json)))?;
    let Some(Cells(cells)) = cells else {
        return Err(unreadable(&"it has no `cells`"));
    };
    within(cells.iter().map(|Cell { source, .. }| source.len()).sum(), MAX_SOURCE)?;
    let mut script = Script { text: String::new(), places: Vec::new() };
    for (cell, Cell { kind, source }) in (1..).zip(&cells) {
        let lines = match kind {
            CellKind::Code => ipython::as_python(source),
            CellKind::Raw => (1..).zip(source.split('\n').map(ToOwned::to_owned)).collect(),
            CellKind::Other => Vec::new(),
        };
        for (line, text) in lines {
            if !text.trim_start().starts_with('#') {
                script.text += &text;
                script.text.push('\n');
                script.places.push(Place { cell, line });
            }
        }
    }
    within(script.text.len(), 3 * MAX_SOURCE)?;
    Ok(script)
}

/// A notebook, as far as it is code. Since version 4 of the format it has `cells`; before, they were in `worksheets`, each of which is read
/// as a notebook of its own.
#[derive(Debug)]
struct Notebook {
    cells: Option<Cells>,
}

/// Cells, in their order.
#[derive(Debug)]
struct Cells(Vec<Cell>);

/// A cell, whose source is kept if it is code.
#[derive(Debug)]
struct Cell {
    kind: CellKind,
    source: String,
}

#[derive(Debug, PartialEq, Eq)]
enum CellKind {
    /// Code.
    Code,
    /// What is exported as it is.
    Raw,
    /// Text, and what is exported to other formats alone.
    Other,
}

/// What is known of a cell beside its source: what a raw cell is written for.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    raw_mimetype: Option<PythonText>,
}

/// Text, or a list of its lines.
#[derive(Debug)]
struct Source(String);

impl<'de> Deserialize<'de> for Notebook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Notebook;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `cells`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Notebook, A::Error> {
                let mut notebook = Notebook { cells: None };
                while let Some(name) = object.next_key::<String>()? {
                    match name.as_str() {
                        "cells" => notebook.cells = Some(object.next_value()?),
                        "worksheets" => {
                            let List(sheets) = object.next_value::<List<Notebook>>()?;
                            let cells = sheets.into_iter().filter_map(|sheet| sheet.cells);
                            notebook.cells = Some(Cells(cells.flat_map(|Cells(cells)| cells).collect()));
                        }
                        _ => drop(object.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(notebook)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let List(cells) = List::deserialize(deserializer)?;
        Ok(Cells(cells))
    }
}

/// A list of bounded length.
struct List<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Array<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Array<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of cells")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(value) = array.next_element()? {
                    if list.len() == MAX_CELLS {
                        return Err(A::Error::custom(format!("it has more than {MAX_CELLS} cells")));
                    }
                    list.push(value);
                }
                Ok(List(list))
            }
        }

        deserializer.deserialize_seq(Array(std::marker::PhantomData))
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cell, which is an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Cell, A::Error> {
                let (mut kind, mut source, mut metadata) = (String::new(), String::new(), Metadata::default());
                while let Some(name) = object.next_key::<String>()? {
                    match name.as_str() {
                        "cell_type" => kind = object.next_value()?,
                        "source" | "input" => Source(source) = object.next_value()?,
                        "metadata" => metadata = object.next_value()?,
                        _ => drop(object.next_value::<IgnoredAny>()?),
                    }
                }
                let kind = match (kind.as_str(), metadata.raw_mimetype) {
                    ("code", _) => CellKind::Code,
                    ("raw", None) => CellKind::Raw,
                    ("raw", Some(PythonText(mime)))
                        if mime.is_empty() || mime.eq_ignore_ascii_case("text/x-python") =>
                    {
                        CellKind::Raw
                    }
                    _ => CellKind::Other,
                };
                if kind == CellKind::Other {
                    source = String::new();
                }
                Ok(Cell { kind, source })
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Source, E> {
                Ok(Source(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Source, A::Error> {
                let mut text = String::new();
                while let Some(line) = lines.next_element::<String>()? {
                    text += &line;
                }
                Ok(Source(text))
            }
        }

        deserializer.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Result<(String, Vec<(u32, u32)>), String> {
        let script = script(json.as_bytes()).map_err(|error| error.to_string())?;
        Ok((script.text, script.places.iter().map(|place| (place.cell, place.line)).collect()))
    }

    #[test]
    fn code_cells_follow_one_another_without_comments() {
        let (text, places) = of(r##"{"cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "words"]},
            {"cell_type": "code", "source": ["# setup\n", "\n", "%matplotlib inline\n", "import a"], "outputs": [{"x": NaN}]},
            {"cell_type": "raw", "source": "raw", "metadata": {"raw_mimetype": "text/html"}},
            {"cell_type": "raw", "source": "!raw", "metadata": {"raw_mimetype": ""}},
            {"source": "a.b()\n  # c\n", "cell_type": "code", "execution_count": null}
        ], "nbformat": 4}"##)
        .unwrap();
        assert_eq!(text, "\nget_ipython().run_line_magic('matplotlib', 'inline')\nimport a\n!raw\na.b()\n");
        assert_eq!(places, [(2, 2), (2, 3), (2, 4), (4, 1), (5, 1)]);
    }

    #[test]
    fn notebooks_of_the_third_version_are_read() {
        let json = r#"{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x"]}]},
            {"cells": [{"cell_type": "heading", "source": "h"}, {"cell_type": "code", "input": "y"}]}]}"#;
        assert_eq!(of(json).unwrap().0, "x\ny\n");
    }

    #[test]
    fn what_is_no_notebook_says_why() {
        for (json, expected) in [
            ("", "it is no notebook: "),
            ("{", "it is no notebook: "),
            ("{}", "it is no notebook: it has no `cells`"),
            ("[]", "it is no notebook: invalid type: sequence, expected an object with `cells`"),
            ("{\"cells\": 5}", "it is no notebook: invalid type: integer `5`, expected a list of cells"),
            ("{\"cells\": [5]}", "it is no notebook: invalid type: integer `5`, expected a cell, which is an object"),
            ("{\"cells\": [{\"source\": 5}]}", "it is no notebook: invalid type: integer `5`, expected a text"),
            ("{\"cells\": [{\"source\": [5]}]}", "it is no notebook: invalid type: integer `5`, expected a string"),
        ] {
            let error = of(json).unwrap_err();
            assert!(error.starts_with(expected), "{json}: {error}");
        }
        let many = format!("{{\"cells\": [{}{{}}]}}", "{},".repeat(MAX_CELLS));
        assert!(of(&many).unwrap_err().contains("it has more than 20000 cells"));
        let deep = format!("{{\"cells\": {}", "[".repeat(100_000));
        assert!(of(&deep).is_err());
    }
}
