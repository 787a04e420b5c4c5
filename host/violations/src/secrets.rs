//! Secrets in what agents wrote: what is known, and what looks like one, is written over before anything is sent or shown.
//!
//! Lines stay lines, so that their numbers hold.

/// What stands in the place of a secret.
pub const MASK: &str = "[secret]";

/// The shortest text that is a secret of its own: shorter ones, such as `EMPTY`, stand everywhere.
const KNOWN: usize = 8;

/// How many lines a private key may have.
const KEY_LINES: usize = 200;

/// What tokens of services begin with, and how many letters, digits, `_` and `-` follow at least.
const BEGINNINGS: &[(&str, usize)] = &[
    ("sk-", 16),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("hf_", 20),
    ("gsk_", 20),
    ("xai-", 20),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ya29.", 20),
    ("npm_", 20),
    ("pypi-", 20),
    ("dckr_pat_", 20),
    ("KGAT_", 16),
    ("eyJ", 30),
];

/// What names of secrets end with.
const NAMES: [&str; 7] = ["key", "token", "secret", "password", "passwd", "credential", "credentials"];

/// How much before a sign is looked at for such a name, in bytes.
const BEFORE: usize = 64;

/// The shortest value that a name like these makes a secret of.
const NAMED: usize = 16;

/// What is written over.
#[derive(Clone, Default)]
pub struct Secrets {
    known: Vec<String>,
}

impl Secrets {
    /// These, and what looks like one.
    #[must_use]
    pub fn new(known: impl IntoIterator<Item = String>) -> Self {
        let mut known: Vec<String> = known.into_iter().filter(|secret| secret.len() >= KNOWN).collect();
        // One may be in another.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Secrets { known }
    }

    /// A text without secrets, of as many lines.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut lines_of_key = 0;
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            let begins = line.contains("-----BEGIN ") && line.contains("PRIVATE KEY");
            if begins || lines_of_key > 0 {
                lines_of_key = if begins { KEY_LINES } else { lines_of_key - 1 };
                if line.contains("-----END ") {
                    lines_of_key = 0;
                }
                clean += MASK;
            } else {
                clean += &self.masked_line(line);
            }
            clean += end;
        }
        clean
    }

    fn masked_line(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for secret in &self.known {
            if line.contains(secret.as_str()) {
                line = line.replace(secret.as_str(), MASK);
            }
        }
        // The places of each kind are found in the line as it is by then.
        for find in [tokens, credentials, users, named] {
            let places = find(&line);
            if !places.is_empty() {
                line = written_over(&line, &places);
            }
        }
        line
    }
}

/// A line with these places of it written over.
fn written_over(line: &str, places: &[(usize, usize)]) -> String {
    let (mut clean, mut last) = (String::with_capacity(line.len()), 0);
    for &(start, end) in places {
        clean += line.get(last..start).unwrap_or_default();
        clean += MASK;
        last = end;
    }
    clean + line.get(last..).unwrap_or_default()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Tokens by what they begin with.
fn tokens(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let mut places = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let is_start = bytes[at].is_ascii_alphabetic() && (at == 0 || !is_word(bytes[at - 1]));
        let long = |(beginning, least): &&(&str, usize)| {
            bytes[at..].starts_with(beginning.as_bytes()) && length(&bytes[at + beginning.len()..]) >= *least
        };
        match BEGINNINGS.iter().filter(|_| is_start).find(long) {
            Some((beginning, _)) => {
                let end = at + beginning.len() + length(&bytes[at + beginning.len()..]);
                places.push((at, end));
                at = end;
            }
            None => at += 1,
        }
    }
    places
}

/// How many characters of a token follow. Those of a web token have points between.
fn length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| is_word(byte) || byte == b'.').count()
}

/// What follows `Bearer` or `Basic`.
fn credentials(line: &str) -> Vec<(usize, usize)> {
    let small = line.to_ascii_lowercase();
    let mut places = Vec::new();
    for scheme in ["bearer ", "basic "] {
        for (at, _) in small.match_indices(scheme) {
            let start = at + scheme.len();
            let end = start + value(&line.as_bytes()[start..]);
            let has_digit = line.as_bytes()[start..end].iter().any(u8::is_ascii_digit);
            if end - start >= NAMED && has_digit {
                places.push((start, end));
            }
        }
    }
    apart(places)
}

/// A user's name and password in an address.
fn users(line: &str) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    for (at, _) in line.match_indices("://") {
        let start = at + 3;
        let rest = &line[start..];
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#')).unwrap_or(rest.len());
        if let Some(user) = rest[..end].rfind('@').filter(|&user| rest[..user].contains(':')) {
            places.push((start, start + user));
        }
    }
    apart(places)
}

/// Long values that are given to what is called a key, a token, a secret or a password: `api_key="…"`, `"token": "…"`.
fn named(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let (mut places, mut looked_at) = (Vec::new(), 0);
    for (at, _) in line.match_indices(['=', ':']) {
        // Lines of many signs take no longer than others: what was in a value is in no other, and names are short.
        if at < looked_at {
            continue;
        }
        let before = bytes[at.saturating_sub(BEFORE)..at].trim_ascii_end();
        let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
        let is_named = |name: &&str| {
            let ending = before.len().checked_sub(name.len()).and_then(|from| before.get(from..));
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case(name.as_bytes()))
        };
        if !NAMES.iter().any(is_named) {
            continue;
        }
        let is_between = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'"' | b'\'');
        let skipped = bytes[at + 1..].iter().take(BEFORE).take_while(is_between).count();
        let start = at + 1 + skipped;
        let end = start + value(&bytes[start..]);
        looked_at = end;
        let value = &bytes[start..end];
        let is_secret = value.len() >= NAMED
            && value.iter().any(u8::is_ascii_digit)
            && value.iter().any(u8::is_ascii_alphabetic)
            && bytes.get(end) != Some(&b'(');
        if is_secret {
            places.push((start, end));
        }
    }
    apart(places)
}

fn value(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| is_word(byte) || matches!(byte, b'.' | b'+' | b'/' | b'=' | b'~')).count()
}

/// The same in their order, without those that reach into one before.
fn apart(mut places: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    places.sort_unstable();
    let mut last = 0;
    places.retain(|&(start, end)| {
        let is_apart = start >= last;
        if is_apart {
            last = end;
        }
        is_apart
    });
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_common_shapes_are_masked() {
        let secrets = Secrets::new(["hunter2-hunter2".to_owned(), "EMPTY".to_owned()]);
        for (text, expected) in [
            ("key hunter2-hunter2 end", "key [secret] end"),
            ("EMPTY", "EMPTY"),
            ("x = 'sk-proj-abcdefghij0123456789'", "x = '[secret]'"),
            ("ask-abcdefghijklmnop0123", "ask-abcdefghijklmnop0123"),
            ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
            ("a ghp_abcdefghijklmnopqrstuvwxyz0123456789", "a [secret]"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "[secret]"),
            ("Authorization: Bearer abcdefgh01234567", "Authorization: Bearer [secret]"),
            ("bearer of bad news", "bearer of bad news"),
            ("https://me:pa55@example.org/x", "https://[secret]@example.org/x"),
            ("https://example.org/a:b@c", "https://example.org/a:b@c"),
            ("\"api_key\": \"0123456789abcdef0123\",", "\"api_key\": \"[secret]\","),
            ("API_TOKEN=0123456789abcdef0123", "API_TOKEN=[secret]"),
            ("api_key = os.environ['OPENAI_API_KEY']", "api_key = os.environ['OPENAI_API_KEY']"),
            ("max_tokens: 4096", "max_tokens: 4096"),
            ("key=lambda1_of_many_letters(x)", "key=lambda1_of_many_letters(x)"),
            ("é sk-proj-abcdefghij0123456789 é", "é [secret] é"),
        ] {
            assert_eq!(secrets.masked(text), expected);
        }
    }

    /// Whatever a line is made of, it is gone through once.
    #[test]
    fn lines_of_many_signs_end() {
        for part in ["=key", "key=", "://a:b@", "bearer ", "sk-.", "-----BEGIN PRIVATE KEY", "key:'"] {
            let line = part.repeat(250_000);
            assert!(!Secrets::default().masked(&line).is_empty());
        }
    }

    #[test]
    fn private_keys_are_masked_line_by_line() {
        let text = "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----\nb\n";
        assert_eq!(Secrets::default().masked(text), "a\n[secret]\n[secret]\n[secret]\n[secret]\nb\n");
        // One that never ends hides so much and no more.
        let text = format!("-----BEGIN PRIVATE KEY-----\n{}", "x\n".repeat(300));
        let clean = Secrets::default().masked(&text);
        assert_eq!(clean.lines().count(), 301);
        assert_eq!(clean.lines().filter(|line| *line == "x").count(), 300 - KEY_LINES);
    }
}
