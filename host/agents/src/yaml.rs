//! Values of YAML as the reference's Python hands them to agents.

use serde_json::Value;

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
