//! The tokens of a text: where each starts and ends. What a string spells is left to `serde_json`.

use super::{Error, MAX_DEPTH};

/// A text that is read token by token.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// The next value, by its first token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Null,
    Bool(bool),
    Number,
    Text,
    List,
    Object,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Tokens { text, at: 0 }
    }

    /// Where the next token starts, if white space was passed, or where the last one ended.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// An error here, or at the last byte if there is nothing here.
    pub(super) fn error(&self, what: impl Into<String>) -> Error {
        Error::at(what, self.at.min(self.text.len().saturating_sub(1)))
    }

    /// The kind of the next value. White space before it is passed.
    pub(super) fn peek(&mut self) -> Result<Next, Error> {
        match self.byte() {
            Some(b'n') => Ok(Next::Null),
            Some(b't') => Ok(Next::Bool(true)),
            Some(b'f') => Ok(Next::Bool(false)),
            Some(b'"') => Ok(Next::Text),
            Some(b'[') => Ok(Next::List),
            Some(b'{') => Ok(Next::Object),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Ok(Next::Number),
            Some(_) => Err(self.error("expected value")),
            None => Err(self.error("EOF while parsing a value")),
        }
    }

    /// Passes a word.
    pub(super) fn word(&mut self, word: &str) -> Result<(), Error> {
        if !self.rest().starts_with(word) {
            return Err(self.error("expected value"));
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes a string, and gives it with its quotes.
    pub(super) fn string(&mut self) -> Result<&'t str, Error> {
        let token = self.rest();
        let mut end = 1;
        while let Some(found) = token.as_bytes().get(end..).and_then(|rest| rest.iter().position(is_quote_or_backslash))
        {
            end += found;
            if token.as_bytes().get(end) == Some(&b'"') {
                self.at += end + 1;
                return Ok(token.get(..=end).unwrap_or_default());
            }
            end += 2;
        }
        self.at = self.text.len();
        Err(self.error("EOF while parsing a string"))
    }

    /// Passes a number, and gives it as it is written.
    pub(super) fn number(&mut self) -> Result<&'t str, Error> {
        let token = self.rest();
        let start = self.at;
        for word in ["NaN", "Infinity", "-Infinity"] {
            if token.starts_with(word) {
                self.at += word.len();
                return Ok(word);
            }
        }
        self.at += usize::from(token.starts_with('-'));
        if self.rest().starts_with('0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.rest().starts_with('.') {
            self.at += 1;
            self.digits()?;
        }
        if self.rest().starts_with(['e', 'E']) {
            self.at += 1;
            self.at += usize::from(self.rest().starts_with(['+', '-']));
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<(), Error> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += digits;
        if digits > 0 { Ok(()) } else { Err(self.error("invalid number")) }
    }

    /// Passes the start of a list or an object. True if it is empty, and passed with its end.
    pub(super) fn open(&mut self, end: u8) -> bool {
        self.at += 1;
        self.passes(end)
    }

    /// Passes what is after an item of a list or an object: a comma, or its end. True at the end.
    pub(super) fn close(&mut self, end: u8) -> Result<bool, Error> {
        if self.passes(end) {
            return Ok(true);
        }
        match self.byte() {
            Some(b',') => self.at += 1,
            Some(_) => return Err(self.error(format!("expected `,` or `{}`", char::from(end)))),
            None => return Err(self.error("EOF while parsing a list or an object")),
        }
        match self.byte() {
            Some(byte) if byte == end => Err(self.error("trailing comma")),
            _ => Ok(false),
        }
    }

    /// Passes a name and its colon, and gives the name as a string with its quotes, and where that starts.
    pub(super) fn name(&mut self) -> Result<(&'t str, usize), Error> {
        match self.byte() {
            Some(b'"') => {}
            Some(_) => return Err(self.error("key must be a string")),
            None => return Err(self.error("EOF while parsing an object")),
        }
        let start = self.at;
        let name = self.string()?;
        if self.passes(b':') { Ok((name, start)) } else { Err(self.error("expected `:`")) }
    }

    /// Passes a value.
    pub(super) fn skip(&mut self, depth: usize) -> Result<(), Error> {
        match self.peek()? {
            Next::Null => self.word("null"),
            Next::Bool(value) => self.word(if value { "true" } else { "false" }),
            Next::Number => self.number().map(drop),
            Next::Text => {
                let start = self.at;
                is_string(self.string()?, start)
            }
            Next::List => {
                self.deeper(depth)?;
                let mut done = self.open(b']');
                while !done {
                    self.skip(depth + 1)?;
                    done = self.close(b']')?;
                }
                Ok(())
            }
            Next::Object => {
                self.deeper(depth)?;
                let mut done = self.open(b'}');
                while !done {
                    let (name, start) = self.name()?;
                    is_string(name, start)?;
                    self.skip(depth + 1)?;
                    done = self.close(b'}')?;
                }
                Ok(())
            }
        }
    }

    /// An error if nothing may be nested in a value of that depth.
    pub(super) fn deeper(&self, depth: usize) -> Result<(), Error> {
        if depth < MAX_DEPTH {
            return Ok(());
        }
        Err(self.error(format!("more than {MAX_DEPTH} levels of lists and objects")))
    }

    /// An error if anything but white space follows.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        if self.byte().is_none() { Ok(()) } else { Err(self.error("trailing characters")) }
    }

    /// The next byte that is not white space.
    fn byte(&mut self) -> Option<u8> {
        let rest = self.rest().as_bytes();
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// Passes that byte, if it is the next.
    fn passes(&mut self, byte: u8) -> bool {
        let is_next = self.byte() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

fn is_quote_or_backslash(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

/// An error if a string that starts there has a bad escape or a control character.
fn is_string(token: &str, start: usize) -> Result<(), Error> {
    serde_json::from_str::<serde::de::IgnoredAny>(token).map(drop).map_err(|error| Error::of_token(&error, start))
}
