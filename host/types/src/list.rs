//! Lists of submissions and of runs: JSON lines, an object each, as `assay collect` and the reference write them.

use serde::de::DeserializeOwned;

use crate::excerpt::excerpt;
use crate::python_json;

/// The longest line, in bytes.
pub const MAX_LINE: usize = 64 << 10;

/// The lines of a list with their numbers, counted from 1. Empty ones and those that start with `#` or `//` are skipped.
pub fn lines(list: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let list = list.strip_prefix(b"\xef\xbb\xbf").unwrap_or(list);
    (1..)
        .zip(list.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"//"))
}

/// What a line says, which may be JSON of Python's. `form` is what is expected, for who reads the error.
///
/// # Errors
///
/// If the line is too long, no object, or an object of another form.
pub fn entry<T: DeserializeOwned>(line: &[u8], form: &str) -> Result<T, String> {
    if line.len() > MAX_LINE {
        return Err(format!("the line has {} bytes, more than the limit of {MAX_LINE}; expected {form}", line.len()));
    }
    python_json::from_slice(line)
        .map_err(|error| format!("{}; expected {form}", excerpt(&error.to_string()).unquoted(200)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_no_entries() {
        let list = b"\xef\xbb\xbf# a comment\n\n // another\n {\"a\": 1}\r\n[]";
        let found: Vec<(usize, &[u8])> = lines(list).collect();
        assert_eq!(found, [(4, b"{\"a\": 1}".as_slice()), (5, b"[]")]);
    }
}
