//! Names that an object has twice: the last one counts, or they are refused.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::Error;
use super::tokens::{Next, Tokens};

/// How many names the objects may have that are open at one place.
pub const MAX_NAMES: usize = 1 << 20;

/// The text with blanks in the place of what a later name replaces.
pub(super) fn blanked(text: &str) -> Result<Cow<'_, str>, Error> {
    let blanked = walk(text, Repeated::Blank)?;
    Ok(blanked.map_or(Cow::Borrowed(text), |blanked| String::from_utf8_lossy(&blanked).into_owned().into()))
}

/// An error at the first name that its object has already.
pub(super) fn refused(text: &str) -> Result<(), Error> {
    walk(text, Repeated::Refuse).map(|_| ())
}

/// Walks through a text, and gives what is left of it if something was blanked.
fn walk(text: &str, repeated: Repeated) -> Result<Option<Vec<u8>>, Error> {
    let mut walk = Walk { text, tokens: Tokens::new(text), repeated, names: 0, blanked: None };
    walk.value(0)?;
    walk.tokens.finish()?;
    Ok(walk.blanked)
}

/// What becomes of a name that comes again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeated {
    Blank,
    Refuse,
}

struct Walk<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    repeated: Repeated,
    /// How many names the open objects have.
    names: usize,
    blanked: Option<Vec<u8>>,
}

impl Walk<'_> {
    fn value(&mut self, depth: usize) -> Result<(), Error> {
        match self.tokens.peek()? {
            Next::List => {
                self.tokens.deeper(depth)?;
                let mut done = self.tokens.open(b']');
                while !done {
                    self.value(depth + 1)?;
                    done = self.tokens.close(b']')?;
                }
                Ok(())
            }
            Next::Object => {
                self.tokens.deeper(depth)?;
                self.object(depth)
            }
            _ => self.tokens.skip(depth),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Error> {
        let mut entries: HashMap<Cow<'_, str>, Range<usize>> = HashMap::new();
        let mut done = self.tokens.open(b'}');
        while !done {
            let (token, start) = self.tokens.name()?;
            let name = name(token);
            if self.repeated == Repeated::Refuse && entries.contains_key(&name) {
                return Err(Error::at(format!("the name `{name}` is there already"), start));
            }
            self.value(depth + 1)?;
            done = self.tokens.close(b'}')?;
            // An entry ends where the next one starts: what is replaced is never the last.
            match entries.insert(name, start..self.tokens.at()) {
                Some(replaced) => self.blank(replaced),
                None if self.names == MAX_NAMES => {
                    return Err(self.tokens.error(format!("objects of more than {MAX_NAMES} names")));
                }
                None => self.names += 1,
            }
        }
        self.names -= entries.len();
        Ok(())
    }

    fn blank(&mut self, range: Range<usize>) {
        let text = self.blanked.get_or_insert_with(|| self.text.as_bytes().to_vec());
        if let Some(replaced) = text.get_mut(range) {
            replaced.fill(b' ');
        }
    }
}

/// What a name spells. One with a bad escape is refused by whoever reads it.
fn name(token: &str) -> Cow<'_, str> {
    match token.get(1..token.len().saturating_sub(1)) {
        Some(plain) if !plain.contains('\\') => plain.into(),
        _ => serde_json::from_str::<String>(token).map_or(token.into(), Into::into),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Result<String, Error> {
        let kept = blanked(text)?;
        assert_eq!(kept.len(), text.len());
        Ok(kept.split(' ').collect())
    }

    #[test]
    fn the_last_of_equal_names_is_kept() {
        for (text, expected) in [
            (r#"{"a": 1, "b": 2}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a": 1 , "b": 2, "a" : {"c": [3]}}"#, r#"{"b":2,"a":{"c":[3]}}"#),
            (r#"{"a": 1, "a": 2, "a": 3}"#, r#"{"a":3}"#),
            (r#"{"a": 1, "\u0061": 2}"#, r#"{"\u0061":2}"#),
            (r#"{"a": {"b": 1, "b": ","}, "c": [{"d": 1, "d": 2}], "a": 5}"#, r#"{"c":[{"d":2}],"a":5}"#),
            (r#"[{"a": NaN}, {"a": -Infinity}]"#, r#"[{"a":NaN},{"a":-Infinity}]"#),
            (r#""a""#, r#""a""#),
        ] {
            assert_eq!(kept(text).unwrap(), expected);
        }
    }

    #[test]
    fn equal_names_can_be_refused() {
        let refused = |text: &str| refused(text).map_err(|error| error.to_string());
        assert_eq!(refused(r#"{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}"#), Ok(()));
        let there = |byte: u32| Err(format!("the name `a` is there already at byte {byte}"));
        assert_eq!(refused(r#"{"a": 1, "a": 1}"#), there(10));
        assert_eq!(refused(r#"[{"b": {"a": 1, "\u0061": 2}}]"#), there(17));
    }

    #[test]
    fn depth_and_names_are_bounded() {
        let depth = super::super::MAX_DEPTH;
        assert!(kept(&("[".repeat(depth) + &"]".repeat(depth))).is_ok());
        assert!(kept(&"[".repeat(depth + 1)).unwrap_err().to_string().starts_with("more than 100 levels"));
        let object = |names: usize| {
            format!("{{{}}}", (0..names).map(|name| format!("\"{name}\":0")).collect::<Vec<_>>().join(","))
        };
        assert!(kept(&format!("[{0},{0}]", object(MAX_NAMES))).is_ok(), "one object after the other");
        assert!(kept(&object(MAX_NAMES + 1)).unwrap_err().to_string().starts_with("objects of more than"));
    }
}
