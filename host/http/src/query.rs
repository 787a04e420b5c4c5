//! Addresses with a query.

use std::fmt::Write;

use ureq::http::uri::{PathAndQuery, Uri};

use crate::error::HttpError;

/// An address with these names and values behind what its query has.
///
/// # Errors
///
/// If that is no address.
pub fn with_query(uri: Uri, pairs: &[(&str, &str)]) -> Result<Uri, HttpError> {
    let mut parts = uri.into_parts();
    let mut path = parts.path_and_query.as_ref().map_or("/", PathAndQuery::as_str).to_owned();
    for (name, value) in pairs {
        path.push(if path.contains('?') { '&' } else { '?' });
        path += &format!("{}={}", encoded(name), encoded(value));
    }
    let wrong = |error: String| HttpError::Setup(format!("an address with a query: {error}"));
    parts.path_and_query = Some(path.parse::<PathAndQuery>().map_err(|error| wrong(error.to_string()))?);
    Uri::from_parts(parts).map_err(|error| wrong(error.to_string()))
}

/// A text with all but RFC 3986's unreserved characters as `%XX`.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        let uri =
            with_query("https://example.org/token?a=1".parse().unwrap(), &[("scope", "repository:a/b:pull,push &ü")]);
        assert_eq!(
            uri.unwrap().to_string(),
            "https://example.org/token?a=1&scope=repository%3Aa%2Fb%3Apull%2Cpush%20%26%C3%BC"
        );
    }
}
