//! Who calls: by a token that its holder alone has. The server knows its hash.

use std::fmt;

use assay_types::{hexadecimal, sha256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

/// What tokens begin with, so that one that was left somewhere is found.
const PREFIX: &str = "assay_";

/// The longest name of a participant, in characters.
const MAX_NAME: usize = 64;

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// To hand in submissions, and to see what the policy shows of one's own.
    Participant,
    /// To see everything.
    Operator,
}

impl Role {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Participant => "participant",
            Role::Operator => "operator",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Role::Participant, Role::Operator].into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) participant: String,
    pub(crate) role: Role,
}

impl Caller {
    pub(crate) fn is_operator(&self) -> bool {
        self.role == Role::Operator
    }
}

/// A token: 256 random bits. It is shown once, and kept nowhere.
pub struct Token(String);

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The name is none.
    #[error("the name of a participant has 1 to {MAX_NAME} characters, letters, digits, `-`, `_`, `.` or `@`")]
    Name,
}

impl Token {
    /// A new one.
    ///
    /// # Errors
    ///
    /// If the system gives no random numbers.
    pub fn random() -> Result<Self, TokenError> {
        Ok(Token(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<32>()?))))
    }

    /// What the holder has to show.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What the server knows of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// What the server knows of a token. It has as many random bits as the digest, so nothing is to be guessed by trying.
pub(crate) fn hash(token: &str) -> String {
    sha256(token.as_bytes())
}

/// A new id: 128 random bits, so that none can be guessed.
///
/// # Errors
///
/// If the system gives no random numbers.
pub fn random_id(prefix: &str) -> Result<String, TokenError> {
    Ok(format!("{prefix}_{}", hexadecimal(&random::<16>()?)))
}

/// A name as participants have one.
///
/// # Errors
///
/// If it is too long, or has other characters than it may have.
pub fn participant_name(name: &str) -> Result<String, TokenError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    let count = name.chars().count();
    if (1..=MAX_NAME).contains(&count) && name.chars().all(fits) { Ok(name.to_owned()) } else { Err(TokenError::Name) }
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES], TokenError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(TokenError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_256_random_bits_and_another_hash_each_time() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        let bits = URL_SAFE_NO_PAD.decode(one.secret().strip_prefix(PREFIX).unwrap()).unwrap();
        assert_eq!(bits.len(), 32);
        assert_ne!(one.hash(), other.hash());
        assert!(!one.hash().contains(one.secret()));
    }

    #[test]
    fn names_are_such_as_can_be_shown() {
        for name in ["ada", "team-7", "a.b@example.org", "Zoë"] {
            assert!(participant_name(name).is_ok(), "{name}");
        }
        for name in ["", "a b", "<b>", "a\u{202e}b", &"a".repeat(65)] {
            assert!(participant_name(name).is_err(), "{name}");
        }
    }
}
