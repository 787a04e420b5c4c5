//! JSON as Python's `json` reads and writes it: keys keep their order, integers of any length stay exact.

mod frame;
mod pandas;

pub(crate) use frame::framed;
pub(crate) use pandas::{Rows, write as write_pandas};

use crate::error::{Fault, RunError};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The digits, without leading zeros.
    Int(String),
    Real(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// How many lists and objects may stand in one another.
const DEPTH: usize = 200;

impl Json {
    pub(crate) fn parse(file: &str, text: &str) -> Result<Json, RunError> {
        Json::parse_with(file, text, |spelled| spelled.parse().ok())
    }

    /// Reads a text whose real numbers are read by `real`.
    fn parse_with(file: &str, text: &str, real: fn(&str) -> Option<f64>) -> Result<Json, RunError> {
        let mut parser = Parser { text, at: 0, real };
        let parsed = parser.value(0).and_then(|value| {
            parser.blanks();
            if parser.at == text.len() { Ok(value) } else { Err("something follows the end") }
        });
        parsed.map_err(|problem| {
            let line = text.as_bytes()[..parser.at.min(text.len())].iter().filter(|byte| **byte == b'\n').count();
            Fault::new(file, problem).line(line as u64 + 1).into()
        })
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value of this key, and the rest goes.
    pub(crate) fn take(self, key: &str) -> Option<Json> {
        match self {
            Json::Object(fields) => fields.into_iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Puts a value in the place of that of this key, or at the end.
    pub(crate) fn set(&mut self, key: &str, value: Json) {
        if let Json::Object(fields) = self {
            match fields.iter_mut().find(|(name, _)| name == key) {
                Some((_, old)) => *old = value,
                None => fields.push((key.to_owned(), value)),
            }
        }
    }

    /// The text. `indent` puts each element on its own line; `sorted` sorts keys by code point.
    pub(crate) fn write(&self, indent: bool, sorted: bool) -> String {
        let mut out = String::new();
        self.put(&mut out, indent.then_some(0), sorted);
        out
    }

    fn put(&self, out: &mut String, indent: Option<usize>, sorted: bool) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Json::Int(digits) => out.push_str(digits),
            Json::Real(value) if value.is_nan() => out.push_str("NaN"),
            Json::Real(value) if value.is_infinite() => {
                out.push_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Json::Real(value) => out.push_str(&pytext::repr_float(*value)),
            Json::Text(text) => quoted(out, text),
            Json::List(items) if items.is_empty() => out.push_str("[]"),
            Json::Object(fields) if fields.is_empty() => out.push_str("{}"),
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(out, index, indent);
                    item.put(out, indent.map(|depth| depth + 1), sorted);
                }
                end(out, indent);
                out.push(']');
            }
            Json::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                if sorted {
                    fields.sort_by(|one, other| one.0.cmp(&other.0));
                }
                out.push('{');
                for (index, (key, value)) in fields.into_iter().enumerate() {
                    separate(out, index, indent);
                    quoted(out, key);
                    out.push_str(": ");
                    value.put(out, indent.map(|depth| depth + 1), sorted);
                }
                end(out, indent);
                out.push('}');
            }
        }
    }
}

fn separate(out: &mut String, index: usize, indent: Option<usize>) {
    match indent {
        Some(depth) => {
            out.push_str(if index > 0 { ",\n" } else { "\n" });
            out.extend(std::iter::repeat_n(' ', 4 * (depth + 1)));
        }
        None if index > 0 => out.push_str(", "),
        None => {}
    }
}

fn end(out: &mut String, indent: Option<usize>) {
    if let Some(depth) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', 4 * depth));
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    real: fn(&str) -> Option<f64>,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn eat(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn value(&mut self, depth: usize) -> Result<Json, &'static str> {
        if depth > DEPTH {
            return Err("lists and objects are too deep");
        }
        self.blanks();
        let words = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("NaN", Json::Real(f64::NAN)),
            ("Infinity", Json::Real(f64::INFINITY)),
            ("-Infinity", Json::Real(f64::NEG_INFINITY)),
        ];
        match self.rest().as_bytes().first() {
            Some(b'{') => self.object(depth),
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                self.blanks();
                if self.eat("]") {
                    return Ok(Json::List(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    self.blanks();
                    if self.eat("]") {
                        return Ok(Json::List(items));
                    }
                    if !self.eat(",") {
                        return Err("a list goes on with , or ends with ]");
                    }
                }
            }
            Some(b'"') => self.string().map(Json::Text),
            _ => {
                for (word, value) in words {
                    if self.eat(word) {
                        return Ok(value);
                    }
                }
                self.number()
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, &'static str> {
        self.at += 1;
        let mut fields: Vec<(String, Json)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        self.blanks();
        if self.eat("}") {
            return Ok(Json::Object(fields));
        }
        loop {
            self.blanks();
            let key = self.string()?;
            self.blanks();
            if !self.eat(":") {
                return Err("a key is followed by :");
            }
            let value = self.value(depth + 1)?;
            match places.get(&key) {
                Some(place) => {
                    let field: &mut (String, Json) = &mut fields[*place];
                    field.1 = value;
                }
                None => {
                    places.insert(key.clone(), fields.len());
                    fields.push((key, value));
                }
            }
            self.blanks();
            if self.eat("}") {
                return Ok(Json::Object(fields));
            }
            if !self.eat(",") {
                return Err("an object goes on with , or ends with }");
            }
        }
    }

    fn number(&mut self) -> Result<Json, &'static str> {
        let rest = self.rest();
        let length = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let text = &rest[..length];
        let digits = text.strip_prefix('-').unwrap_or(text);
        let starts = digits.starts_with(|c: char| c.is_ascii_digit());
        if !starts || (digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit()) {
            return Err("there is no value");
        }
        let value = if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Json::Int(if digits == "0" { "0".to_owned() } else { text.to_owned() })
        } else {
            Json::Real((self.real)(text).ok_or("a number is none")?)
        };
        self.at += length;
        Ok(value)
    }

    fn string(&mut self) -> Result<String, &'static str> {
        if !self.eat("\"") {
            return Err("a key is a text in quotes");
        }
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(['"', '\\']).ok_or("a text is not closed")?;
            text.push_str(&rest[..plain]);
            let escape = rest.as_bytes()[plain] == b'\\';
            self.at += plain + 1;
            if !escape {
                return Ok(text);
            }
            let letter = self.rest().chars().next().ok_or("a text is not closed")?;
            self.at += letter.len_utf8();
            text.push(match letter {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\u{8}',
                'f' => '\u{c}',
                '"' | '\\' | '/' => letter,
                'u' => self.unicode()?,
                _ => return Err("an escape in a text is not known"),
            });
        }
    }

    fn unicode(&mut self) -> Result<char, &'static str> {
        let first = self.unit()?;
        let units =
            if (0xd800..0xdc00).contains(&first) && self.eat("\\u") { vec![first, self.unit()?] } else { vec![first] };
        let mut decoded = char::decode_utf16(units);
        decoded.next().and_then(Result::ok).ok_or("a text has half a surrogate pair, which is no character")
    }

    fn unit(&mut self) -> Result<u16, &'static str> {
        let digits = self.rest().get(..4).ok_or("an escape is cut")?;
        let unit = u16::from_str_radix(digits, 16).map_err(|_| "an escape has four digits")?;
        self.at += 4;
        Ok(unit)
    }
}
