//! A grader that is source text, which an interpreter runs: the file beside `competition.toml`, and what it declares of itself.

use crate::Direction;
use crate::digest::sha256;
use crate::excerpt::excerpt;

/// The longest source, in bytes.
pub const MAX_BYTES: u64 = 256 << 10;

/// A language that graders may be written in as source, and the grader that interprets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python: files that end in `.py`.
    Python,
    /// JavaScript: files that end in `.js`.
    JavaScript,
}

impl Language {
    /// The language of a file; none if no interpreter reads it.
    #[must_use]
    pub fn of(file: &str) -> Option<Self> {
        match file.rsplit_once('.')? {
            ("", _) => None,
            (_, "py") => Some(Language::Python),
            (_, "js") => Some(Language::JavaScript),
            _ => None,
        }
    }

    /// The name of the grader that interprets it.
    #[must_use]
    pub fn interpreter(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::JavaScript => "javascript",
        }
    }
}

/// The source of a grader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraderSource {
    /// The file's name.
    pub file: String,
    /// The text.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal.
    pub digest: String,
    /// Which of two scores is the better one, if it declares that.
    pub direction: Option<Direction>,
    /// Its version, if it declares one.
    pub version: Option<String>,
}

impl GraderSource {
    /// Reads what a source declares: lines such as `DIRECTION = "lower-is-better"` and `VERSION = "1.0.0"`, at the start of a line; in
    /// JavaScript behind `const`. The interpreter holds the declarations against what the source says when it runs.
    ///
    /// # Errors
    ///
    /// If it declares a direction that is none.
    pub fn new(file: &str, text: &str) -> Result<Self, String> {
        let direction = match declared(text, "DIRECTION") {
            None => None,
            Some("higher-is-better") => Some(Direction::Higher),
            Some("lower-is-better") => Some(Direction::Lower),
            Some(other) => {
                let other = excerpt(other);
                return Err(format!("DIRECTION is {other}; it is \"higher-is-better\" or \"lower-is-better\""));
            }
        };
        let version = declared(text, "VERSION").map(|version| excerpt(version).unquoted(64).to_string());
        Ok(GraderSource {
            file: file.to_owned(),
            text: text.to_owned(),
            digest: sha256(text.as_bytes()),
            direction,
            version,
        })
    }
}

/// The text that a name is set to, where a line says so.
fn declared<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let line = ["const ", "let ", "var "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
        let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        value[1..].split_once(quote).map(|(value, _)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_at_the_start_of_a_line() {
        let source = |text: &str| GraderSource::new("score.py", text);
        let python = source("import math\nVERSION = '1.2'\nDIRECTION = \"lower-is-better\"  # an error\n").unwrap();
        assert_eq!((python.direction, python.version.as_deref()), (Some(Direction::Lower), Some("1.2")));
        let javascript = source("export const DIRECTION = 'higher-is-better';\n").unwrap();
        assert_eq!(javascript.direction, Some(Direction::Higher));
        for none in
            ["  DIRECTION = 'lower-is-better'", "# DIRECTION = 'lower-is-better'", "DIRECTIONS = 'x'", "DIRECTION = x"]
        {
            assert_eq!(source(none).unwrap().direction, None, "{none}");
        }
        assert!(source("DIRECTION = 'up'").unwrap_err().starts_with("DIRECTION is `up`;"));
    }

    #[test]
    fn a_language_is_told_by_the_end_of_the_name() {
        assert_eq!(Language::of("score.py"), Some(Language::Python));
        assert_eq!(Language::of("a.b.js"), Some(Language::JavaScript));
        assert_eq!([Language::of(".py"), Language::of("score.rs"), Language::of("py")], [None; 3]);
    }
}
