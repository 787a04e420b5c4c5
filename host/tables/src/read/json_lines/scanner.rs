//! The tokens of a line that is written without oddities: passed quickly, or not at all.

use memchr::memchr2;

use crate::python_json::{MAX_DEPTH, MAX_NAMES};

/// A line that is being passed. Wherever something is not as plain as can be, `None` says so: it may be right or wrong.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// How many names there have been.
    names: usize,
}

/// A string, without its quotes.
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    /// It has escapes, which are well formed.
    pub(super) escapes: bool,
}

impl<'t> Scanner<'t> {
    /// A line. None, if control characters are in it: outside strings they may be white space, inside they are wrong.
    pub(super) fn new(text: &'t str) -> Option<Self> {
        let plain = !text.bytes().fold(false, |found, byte| found | (byte < b' '));
        plain.then_some(Scanner { text, at: 0, names: 0 })
    }

    /// Passes white space and that byte, if it is next.
    pub(super) fn passes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Passes white space, and gives what is next.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Passes a name and its colon.
    pub(super) fn name(&mut self) -> Option<Text<'t>> {
        self.names += 1;
        let name = self.string().filter(|_| self.names <= MAX_NAMES)?;
        self.passes(b':').then_some(name)
    }

    /// Passes a word.
    pub(super) fn word(&mut self, word: &str) -> Option<()> {
        self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes()).then(|| self.at += word.len())
    }

    /// Passes a string.
    pub(super) fn string(&mut self) -> Option<Text<'t>> {
        if !self.passes(b'"') {
            return None;
        }
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut escapes = false;
        loop {
            self.at += memchr2(b'"', b'\\', bytes.get(self.at..)?)?;
            if bytes.get(self.at) == Some(&b'"') {
                self.at += 1;
                return Some(Text { text: self.text.get(start..self.at - 1)?, escapes });
            }
            escapes = true;
            self.at += match bytes.get(self.at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                b'u' if bytes.get(self.at + 2..self.at + 6)?.iter().all(u8::is_ascii_hexdigit) => 6,
                _ => return None,
            };
        }
    }

    /// Passes a number, and gives it as it is written.
    pub(super) fn number(&mut self) -> Option<&'t str> {
        let start = self.at;
        let byte = |at: usize| self.text.as_bytes().get(at).copied();
        let digits = |mut at: usize| {
            let start = at;
            while byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
                at += 1;
            }
            (at > start).then_some(at)
        };
        let mut at = start + usize::from(byte(start) == Some(b'-'));
        at = if byte(at) == Some(b'0') { at + 1 } else { digits(at)? };
        if byte(at) == Some(b'.') {
            at = digits(at + 1)?;
        }
        if matches!(byte(at), Some(b'e' | b'E')) {
            at += 1;
            at = digits(at + usize::from(matches!(byte(at), Some(b'+' | b'-'))))?;
        }
        self.at = at;
        self.text.get(start..at)
    }

    /// Passes a value of an object that is a line, whatever is nested in it, and gives it as it is written.
    pub(super) fn value(&mut self) -> Option<&'t str> {
        self.peek()?;
        let start = self.at;
        // The lists and objects that are open: the last bit is set for an object.
        let (mut open, mut depth) = (0_u128, 1);
        loop {
            match self.peek()? {
                b'"' => self.string().map(drop)?,
                b'n' => self.word("null")?,
                b'N' => self.word("NaN")?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                byte @ (b'[' | b'{') if depth < MAX_DEPTH => {
                    let is_object = byte == b'{';
                    self.at += 1;
                    if !self.passes(if is_object { b'}' } else { b']' }) {
                        (open, depth) = ((open << 1) | u128::from(is_object), depth + 1);
                        if is_object {
                            self.name()?;
                        }
                        continue;
                    }
                }
                _ => self.number().map(drop)?,
            }
            // A value has been passed, and perhaps it was the last one of what it is in.
            loop {
                if depth == 1 {
                    return self.text.get(start..self.at);
                }
                let is_object = open & 1 == 1;
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        if is_object {
                            self.name()?;
                        }
                        break;
                    }
                    b'}' if is_object => {}
                    b']' if !is_object => {}
                    _ => return None,
                }
                self.at += 1;
                (open, depth) = (open >> 1, depth - 1);
            }
        }
    }
}
