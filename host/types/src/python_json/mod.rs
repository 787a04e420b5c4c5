//! JSON as Python's `json` writes and reads it, which is more than JSON:
//!
//! - `NaN`, `Infinity` and `-Infinity` are numbers, and a number beyond the range of doubles is infinite (`1e999`).
//! - If an object has a name twice, the last one counts.
//! - A text may hold half a surrogate pair (`"\ud800"`), which no text in UTF-8 can. Here it is the replacement character U+FFFD.
//!
//! Everything else is refused as by JSON: comments, single quotes, commas at the end. Beyond that, lists and objects may be 100 levels
//! deep, and the objects that are open at any place may have 2^20 names in all. Whatever is read, memory is bounded by a small multiple
//! of the text: nothing is built but what a caller asks for.

mod compact;
mod deserializer;
mod error;
mod repeated;
mod repr;
mod surrogates;
mod tokens;

use std::borrow::Cow;

use serde::de::{DeserializeOwned, DeserializeSeed};

pub use self::compact::Compact;
pub use self::error::Error;
pub use self::repeated::MAX_NAMES;
pub use self::repr::PythonText;

use self::deserializer::Json;
use self::tokens::Tokens;

/// How deep lists and objects may be nested.
pub const MAX_DEPTH: usize = 100;

/// Reads a value of a type. A `f64` may turn out not to be finite.
///
/// # Errors
///
/// If the text is not UTF-8, not JSON as Python has it, or no such value.
pub fn from_slice<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    let not_utf8 = |error: std::str::Utf8Error| Error::at("bytes that are not UTF-8", error.valid_up_to());
    let text = str::from_utf8(text).map_err(not_utf8)?;
    read(&of_last_names(&whole_characters(text))?, std::marker::PhantomData)
}

/// The same of a text in which no object has a name twice: readers of JSON differ on which one counts.
///
/// # Errors
///
/// As [`from_slice`], and if an object has a name twice.
pub fn from_slice_of_unique_names<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    let not_utf8 = |error: std::str::Utf8Error| Error::at("bytes that are not UTF-8", error.valid_up_to());
    let text = whole_characters(str::from_utf8(text).map_err(not_utf8)?);
    repeated::refused(&text)?;
    read(&text, std::marker::PhantomData)
}

/// Reads a value by a seed. In a text that has no [`of_last_names`] made of it, the seed meets each of equal names.
pub fn read<'t, S: DeserializeSeed<'t>>(text: &'t str, seed: S) -> Result<S::Value, Error> {
    let mut tokens = Tokens::new(text);
    let value = seed.deserialize(Json { tokens: &mut tokens, depth: 0 })?;
    tokens.finish()?;
    Ok(value)
}

/// The text without halves of surrogate pairs. Every other byte is where it was.
pub fn whole_characters(text: &str) -> Cow<'_, str> {
    surrogates::replaced(text)
}

/// The text without what a later name replaces. Every other byte is where it was.
pub fn of_last_names(text: &str) -> Result<Cow<'_, str>, Error> {
    repeated::blanked(text)
}

#[cfg(test)]
mod tests;
