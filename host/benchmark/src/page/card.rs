//! The card of a run: keys and values, whatever they are.

use assay_types::excerpt::excerpt;
use assay_types::python_json;
use serde_json::Value;
use thiserror::Error;

use super::escape::escaped;
use super::table::table;

/// The largest card, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// A run card: the conditions that runs were made under.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Each value with the names that lead to it, with dots between them.
    rows: Vec<(String, String)>,
}

/// Why a file is no card.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CardError {
    /// It is neither of the forms.
    #[error("{name} is no run card: {message}; a card is a TOML table, or a JSON object")]
    Form {
        /// The file.
        name: String,
        /// What is wrong, with its line.
        message: String,
    },
}

impl Card {
    /// Reads a card: JSON if it starts with a brace, else TOML. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn parse(text: &[u8], name: &str) -> Result<Self, CardError> {
        let form = |message: String| CardError::Form {
            name: excerpt(name).unquoted(4096).to_string(),
            message: message.lines().map(|line| excerpt(line).unquoted(200).to_string()).collect::<Vec<_>>().join("\n"),
        };
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut rows = Vec::new();
        if text.trim_ascii_start().starts_with(b"{") {
            let value: Value = python_json::from_slice(text).map_err(|error| form(error.in_lines(text)))?;
            of_json("", &value, &mut rows);
        } else {
            let text = std::str::from_utf8(text).map_err(|error| form(error.to_string()))?;
            let table: toml::Table = toml::from_str(text).map_err(|error| form(error.to_string()))?;
            for (key, value) in &table {
                of_toml(key, value, &mut rows);
            }
        }
        // Both forms in one order, since a TOML table has none of its own.
        rows.sort();
        Ok(Card { rows })
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn of_json(path: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| of_json(&below(path, key), value, rows)),
        Value::Array(array) if array.iter().any(|value| value.is_object() || value.is_array()) => {
            array.iter().enumerate().for_each(|(at, value)| of_json(&below(path, &(at + 1).to_string()), value, rows));
        }
        Value::Array(array) => rows.push((path.to_owned(), array.iter().map(plain).collect::<Vec<_>>().join(", "))),
        value => rows.push((path.to_owned(), plain(value))),
    }
}

/// A value that has no others in it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "not stated".to_owned(),
        value => value.to_string(),
    }
}

fn of_toml(path: &str, value: &toml::Value, rows: &mut Vec<(String, String)>) {
    match value {
        toml::Value::Table(table) => table.iter().for_each(|(key, value)| of_toml(&below(path, key), value, rows)),
        toml::Value::Array(array) if array.iter().any(|value| value.is_table() || value.is_array()) => {
            array.iter().enumerate().for_each(|(at, value)| of_toml(&below(path, &(at + 1).to_string()), value, rows));
        }
        toml::Value::Array(array) => {
            let values: Vec<String> = array.iter().map(plain_toml).collect();
            rows.push((path.to_owned(), values.join(", ")));
        }
        value => rows.push((path.to_owned(), plain_toml(value))),
    }
}

fn plain_toml(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Boolean(true) => "yes".to_owned(),
        toml::Value::Boolean(false) => "no".to_owned(),
        value => value.to_string(),
    }
}

/// The table of a card, or that there is none.
pub(super) fn html(card: Option<&Card>) -> String {
    match card {
        None => "<p>No card was given, so the conditions of these runs are not stated.</p>\n".to_owned(),
        Some(card) if card.rows.is_empty() => "<p>The card states nothing.</p>\n".to_owned(),
        Some(card) => {
            let row = |(key, value): &(String, String)| vec![escaped(key), escaped(value)];
            table(
                "Conditions of the runs",
                &["Condition", "Stated"],
                &[],
                &card.rows.iter().map(row).collect::<Vec<_>>(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let toml =
            Card::parse(b"split = \"low\"\nmodels = [\"a\", \"b\"]\n[internet]\nallowed = false\n", "c").unwrap();
        let json = br#"{"split": "low", "models": ["a", "b"], "internet": {"allowed": false}}"#;
        assert_eq!(Card::parse(json, "c").unwrap(), toml);
        let expected = [("internet.allowed", "no"), ("models", "a, b"), ("split", "low")];
        assert_eq!(toml.rows, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_no_card_says_why() {
        let message = |text: &[u8]| Card::parse(text, "c.toml").unwrap_err().to_string();
        assert!(message(b"split = ").starts_with("c.toml is no run card: TOML parse error at line 1"));
        assert!(message(b"{\"a\": ").starts_with("c.toml is no run card: "));
        assert!(message(b"\xff").contains("invalid utf-8"));
        let deep = "[".repeat(100_000);
        assert!(message(format!("{{\"a\": {deep}").as_bytes()).contains("no run card"));
        assert!(message(format!("a = {deep}").as_bytes()).contains("no run card"));
    }
}
