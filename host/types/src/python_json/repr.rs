//! `str(value)` of what Python reads from JSON.

use std::fmt::{self, Write};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::excerpt::unprintable;

/// What Python's `str` makes of a value: a text as it is, else `None`, `True`, `5`, `1.5`, `['a', 1]`. An integer beyond 64 bits is
/// rounded to a double.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonText(pub String);

impl<'de> Deserialize<'de> for PythonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut out = String::new();
        Repr { out: &mut out, inner: false }.deserialize(deserializer)?;
        Ok(PythonText(out))
    }
}

/// Adds a value to a text as Python shows it.
struct Repr<'o> {
    out: &'o mut String,
    /// It is in a list or an object, so a text is shown in quotes.
    inner: bool,
}

impl Repr<'_> {
    fn item(&mut self) -> Repr<'_> {
        Repr { out: self.out, inner: true }
    }

    /// Takes back the comma after the last item of what starts there, and ends it.
    fn close(&mut self, start: usize, end: char) {
        if self.out.len() > start {
            self.out.truncate(self.out.len() - ", ".len());
        }
        self.out.push(end);
    }
}

impl<'de> DeserializeSeed<'de> for Repr<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Repr<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.out.push_str("None");
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.out.push_str(if value { "True" } else { "False" });
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.out.push_str(&value.to_string());
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.out.push_str(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.out.push_str(&pytext::repr_float(value));
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        if self.inner {
            write_repr(value, self.out);
        } else {
            self.out.push_str(value);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.out.push('[');
        let start = self.out.len();
        while items.next_element_seed(self.item())?.is_some() {
            self.out.push_str(", ");
        }
        self.close(start, ']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        self.out.push('{');
        let start = self.out.len();
        while let Some(()) = entries.next_key_seed(self.item())? {
            self.out.push_str(": ");
            entries.next_value_seed(self.item())?;
            self.out.push_str(", ");
        }
        self.close(start, '}');
        Ok(())
    }
}

/// `repr` of a text.
fn write_repr(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if c != ' ' && (unprintable(c) || c.is_whitespace()) => {
                // Writing to a string cannot fail.
                let _ = match u32::from(c) {
                    code @ ..=0xff => write!(out, "\\x{code:02x}"),
                    code @ ..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    // What `str(json.loads(text))` gives in Python 3.11.
    #[test]
    fn values_are_as_python_shows_them() {
        for (json, expected) in [
            ("null", "None"),
            ("true", "True"),
            ("false", "False"),
            ("5", "5"),
            ("-0", "0"),
            ("1.50", "1.5"),
            ("-0.0", "-0.0"),
            ("1e16", "1e+16"),
            ("1E5", "100000.0"),
            ("1e999", "inf"),
            ("NaN", "nan"),
            ("-Infinity", "-inf"),
            (r#""a'\n""#, "a'\n"),
            ("[ ]", "[]"),
            ("{}", "{}"),
            (r#"["a.csv", 1, [null]]"#, "['a.csv', 1, [None]]"),
            (r#"{"a": true, "it's": {}}"#, r#"{'a': True, "it's": {}}"#),
            (
                r#"["'\"", "\u001b\u007f\u0085\u00a0\u00ad\u2028\ud83d\ude00\\"]"#,
                "['\\'\"', '\\x1b\\x7f\\x85\\xa0\\xad\\u2028😀\\\\']",
            ),
        ] {
            let PythonText(text) = crate::python_json::from_slice(json.as_bytes()).unwrap();
            assert_eq!(text, expected, "{json}");
        }
    }
}
