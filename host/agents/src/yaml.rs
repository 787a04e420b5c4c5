//! Values of YAML as the reference's Python hands them to agents.

use serde_json::{Map, Value};
use serde_saphyr::MergeKeyPolicy;

/// The key whose value is merged into the mapping that it is in.
const MERGE: &str = "<<";

/// A document that is a mapping, or empty. What is merged into a mapping comes first, where Python has it, and is overridden in its place.
pub(crate) fn mapping(text: &str) -> Result<Map<String, Value>, String> {
    let options = serde_saphyr::options! { merge_keys: MergeKeyPolicy::AsOrdinary };
    let document: Option<Map<String, Value>> =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
    document.map_or_else(|| Ok(Map::new()), merged)
}

fn merged(own: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut all = Map::new();
    let mut rest = Vec::new();
    for (key, value) in own {
        match value {
            Value::Object(fields) if key == MERGE => all.extend(merged(fields)?),
            // The first of several overrides those behind it.
            Value::Array(mappings) if key == MERGE => {
                for mapping in mappings.into_iter().rev() {
                    let Value::Object(fields) = mapping else { return Err(NO_MAPPING.into()) };
                    all.extend(merged(fields)?);
                }
            }
            _ if key == MERGE => return Err(NO_MAPPING.into()),
            Value::Object(fields) => rest.push((key, Value::Object(merged(fields)?))),
            value => rest.push((key, value)),
        }
    }
    all.extend(rest);
    Ok(all)
}

const NO_MAPPING: &str = "what `<<` merges has to be a mapping, or a list of mappings";

/// The text that Python's `str` gives of a value: `True`, `None`, `1e-05`.
pub(crate) fn python_text(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => python_float(float),
            None => number.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(inner_text).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{}: {}", quoted(name), inner_text(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A value within a list or mapping, where Python quotes texts.
fn inner_text(value: &Value) -> String {
    if let Value::String(text) = value { quoted(text) } else { python_text(value) }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c == quote => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}

/// The shortest digits that give the number again, with an exponent from 1e16 on and below 1e-4.
fn python_float(float: f64) -> String {
    let size = float.abs();
    if float.is_nan() || float.is_infinite() {
        return float.to_string().replace("NaN", "nan");
    }
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{float:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_merged_as_python_merges_them() {
        // As PyYAML 6.0 loads it.
        let text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {w: 5, <<: *a, y: 6}\nd: {<<: [*a, *b], v: 7}\n";
        let read = mapping(text).unwrap();
        assert_eq!(read["c"].to_string(), r#"{"x":1,"y":6,"w":5}"#);
        assert_eq!(read["d"].to_string(), r#"{"y":2,"z":4,"x":1,"v":7}"#);
        assert!(mapping("").unwrap().is_empty());
        assert!(mapping("a: {<<: 3}").unwrap_err().contains("has to be a mapping"));
        assert!(mapping("- a").is_err());
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        // As CPython 3.11 prints them.
        let expected = [
            ("true", "True"),
            ("null", "None"),
            ("500", "500"),
            ("0.5", "0.5"),
            ("1.0", "1.0"),
            ("0.00001", "1e-05"),
            ("1.5e300", "1.5e+300"),
            ("1e16", "1e+16"),
            ("123456789012345.0", "123456789012345.0"),
            ("\"a b\"", "a b"),
            ("[1, \"a'b\", true]", "[1, \"a'b\", True]"),
            ("{\"a\": null}", "{'a': None}"),
        ];
        for (json, text) in expected {
            assert_eq!(python_text(&serde_json::from_str(json).unwrap()), text);
        }
    }
}
