use serde::Deserialize;
use serde_json::Value;

use super::*;

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    GoodOne,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Entry {
    name: String,
    score: Option<f64>,
    kind: Option<Kind>,
}

fn read(text: &str) -> Result<Entry, Error> {
    from_slice(text.as_bytes())
}

#[test]
fn typed_values_are_read_as_python_reads_them() {
    let score = |text: &str| read(&format!("{{\"name\": \"\", \"score\": {text}}}")).unwrap().score;
    assert!(score("NaN").is_some_and(f64::is_nan));
    assert_eq!(score("-Infinity"), Some(f64::NEG_INFINITY));
    assert_eq!(score("1e999"), Some(f64::INFINITY));
    assert_eq!(score(&("1".to_owned() + &"0".repeat(5000))), Some(f64::INFINITY));
    assert_eq!(score("0.1"), Some(0.1));
    assert_eq!(score("7"), Some(7.0));
    assert_eq!(score("null"), None);
    assert_eq!(score("1, \"x\": [{}], \"score\": 2"), Some(2.0), "the last of equal names counts");
    let entry = read("\n{\"kind\": \"good-one\", \"name\": \"\\ud800\\ud83d\\ude00\\n\"}\n").unwrap();
    assert_eq!(entry, Entry { name: "\u{fffd}😀\n".into(), score: None, kind: Some(Kind::GoodOne) });
}

/// Where the text goes wrong is told as it stands in the file, whatever was replaced before.
#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for (text, expected) in [
        ("", "EOF while parsing a value at line 1 column 1"),
        ("{\"name\": \"\",\n \"score\": nan}", "expected value at line 2 column 11"),
        ("{\"name\": 'a'}", "expected value at line 1 column 10"),
        ("{\"name\": \"a\",}", "trailing comma at line 1 column 14"),
        ("{\"name\": \"a\"} // no", "trailing characters at line 1 column 15"),
        ("{\"name\": \"a\" \"score\"}", "expected `,` or `}` at line 1 column 14"),
        ("{\"name\" \"a\"}", "expected `:` at line 1 column 9"),
        ("{name: \"a\"}", "key must be a string at line 1 column 2"),
        ("{\"name\": +1}", "expected value at line 1 column 10"),
        ("{\"name\": 01}", "expected `,` or `}` at line 1 column 11"),
        ("{\"name\": 1.}", "invalid number at line 1 column 12"),
        ("{\"name\": - 1}", "invalid number at line 1 column 11"),
        ("{\"name\": \"a\", \"score\": .5}", "expected value at line 1 column 24"),
        ("{\"name\": \"\\ud800\", \"name\": 1}", "invalid type: integer `1`, expected a string at line 1 column 28"),
        ("{\"name\": \"a\", \"kind\": \"bad\"}", "unknown variant `bad`, expected `good-one` at line 1 column 23"),
        ("{\"name\": \"a\", \"kind\": 1}", "expected a string at line 1 column 23"),
        ("{\"score\": 1}", "missing field `name` at line 1 column 1"),
        ("{\"name\": \"\n\"}", "control character (\\u0000-\\u001F) found while parsing a string"),
        ("{\"name\": \"\\x\"}", "invalid escape at line 1 column 12"),
        ("{\"name\": \"a", "EOF while parsing a string at line 1 column 11"),
        ("[\"a\", 1, null, {}]", "more items than expected at line 1 column 1"),
    ] {
        let refusal = read(text).unwrap_err().in_lines(text.as_bytes());
        assert!(refusal.contains(expected), "{text}: {refusal}");
    }
    let refusal = from_slice::<Entry>(b"{\n\"\xff\": 1}").unwrap_err();
    assert_eq!(refusal.in_lines(b"{\n\"\xff\": 1}"), "bytes that are not UTF-8 at line 2 column 2");
    assert_eq!(refusal.to_string(), "bytes that are not UTF-8 at byte 4");
}

fn compact(text: &str, limit: usize, levels: usize) -> Result<String, Error> {
    let mut out = String::new();
    read_seed(text, Compact { out: &mut out, limit, levels }).map(|()| out)
}

fn read_seed<'t, S: DeserializeSeed<'t>>(text: &'t str, seed: S) -> Result<S::Value, Error> {
    super::read(text, seed)
}

#[test]
fn compact_text_is_json() {
    for (value, expected) in [
        (r#" { "z" : [ 1 , 0.50, -0 ] , "a" : null } "#, r#"{"z":[1,0.5,0],"a":null}"#),
        ("[NaN, -Infinity, 1e999, 18446744073709551615]", "[null,null,null,18446744073709551615]"),
        (r#"{"a": "\/\u0001", "b": [[], {}, true]}"#, r#"{"a":"/\u0001","b":[[],{},true]}"#),
        ("[ ]", "[]"),
        ("{ }", "{}"),
    ] {
        assert_eq!(compact(value, expected.len(), 3).unwrap(), expected);
        let longer = compact(value, expected.len() - 1, 3).unwrap_err().to_string();
        assert!(longer.contains("bytes of JSON"), "{longer}");
    }
    assert!(compact("[[[]]]", 100, 1).unwrap_err().to_string().contains("nested too deeply"));
    assert!(compact("[1,]", 100, 1).is_err());
}

/// What `serde_json` reads is read, to the same value; and what it does not read is not, but for what Python has besides.
#[test]
fn json_is_json() {
    let seeds = [
        r#"{"a": [1, -2.5e-3, "x\n\u00e9\"", true, null], "b": {}, "c": {"d": [[], [0]]}, "é": 18446744073709551615}"#,
        "[ 0.0, -1, 1E+2 , false , \"\\ud83d\\ude00\"]\n",
    ];
    let pythons = ["number out of range", "surrogate", "end of hex escape"];
    let (mut read, mut refused) = (0, 0);
    for seed in seeds {
        for at in (0..seed.len()).filter(|&at| seed.is_char_boundary(at)) {
            for piece in [
                "", "0", "1", "-", ".", "e", "\"", "\\", "u", "[", "]", "{", "}", ":", ",", " ", "n", "\u{1}", "\u{a0}",
            ] {
                let end = at + seed[at..].chars().next().map_or(0, char::len_utf8);
                for text in [
                    format!("{}{piece}{}", &seed[..at], &seed[at..]),
                    format!("{}{piece}{}", &seed[..at], &seed[end..]),
                ] {
                    let ours = from_slice::<Value>(text.as_bytes());
                    match (serde_json::from_str::<Value>(&text), ours) {
                        (Ok(theirs), Ok(ours)) => {
                            assert!(are_same(&theirs, &ours), "{text}: {theirs}, but {ours}");
                            read += 1;
                        }
                        (Err(_), Err(_)) => refused += 1,
                        (Err(error), Ok(_)) if pythons.iter().any(|only| error.to_string().contains(only)) => {}
                        (theirs, ours) => panic!("{text}: {theirs:?}, but {ours:?}"),
                    }
                }
            }
        }
    }
    assert!(read > 1000 && refused > 1000, "{read} read, {refused} refused");
}

fn are_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // To Python, `-0` is the integer 0.
        (Value::Number(one), Value::Number(other)) if one.as_f64() == Some(0.0) => other.as_f64() == Some(0.0),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| are_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| are_same(one, other)))
        }
        _ => one == other,
    }
}
