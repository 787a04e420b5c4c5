//! Why a text cannot be read.

use std::fmt;

use serde::de::{Expected, Unexpected};

/// Why a text is not JSON, or not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    what: String,
    /// Where, as an offset in bytes, where that is known.
    at: Option<usize>,
}

impl Error {
    pub(super) fn at(what: impl Into<String>, at: usize) -> Self {
        Error { what: what.into(), at: Some(at) }
    }

    /// The same, of the value that starts there, if its place is not known better.
    pub(super) fn within(self, start: usize) -> Self {
        Error { at: self.at.or(Some(start)), ..self }
    }

    /// What `serde_json` says of the token that starts there.
    pub(super) fn of_token(error: &serde_json::Error, start: usize) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        // A message on what was expected has no place.
        let column = if text.ends_with(&place) { error.column().saturating_sub(1) } else { 0 };
        Error::at(text.strip_suffix(&place).unwrap_or(&text), start + column)
    }

    /// The message with line and column of the text that was read.
    #[must_use]
    pub fn in_lines(&self, text: &[u8]) -> String {
        let Some(before) = self.at.map(|at| text.get(..at).unwrap_or(text)) else { return self.what.clone() };
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
        format!("{} at line {line} column {column}", self.what)
    }
}

/// With the byte, from 1: for texts of one line.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{} at byte {}", self.what, at + 1),
            None => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Error { what: message.to_string(), at: None }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Unit => Self::custom(format_args!("invalid type: null, expected {expected}")),
            found => Self::custom(format_args!("invalid type: {found}, expected {expected}")),
        }
    }
}
