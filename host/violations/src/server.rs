//! Where a model's interface is: an address over TLS, or on this machine.

use assay_http::{Authority, Client, HttpError, Times, Uri, is_loopback};
use assay_types::excerpt::excerpt;
use thiserror::Error;

/// The path of what answers, below the address.
const PATH: &str = "/chat/completions";

/// The address of an interface like OpenAI's.
#[derive(Clone, Debug)]
pub struct Address {
    authority: Authority,
    plain: bool,
    path: String,
}

/// What is no address that texts are sent to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is none at all.
    #[error("{0} is no address; one such as https://api.openai.com/v1 is expected, without a user and a query")]
    Form(String),
    /// It goes over the network as it stands.
    #[error(
        "{0}: what agents wrote, and the key, would go over the network for all to read; use https://, or accept that by --plain-http"
    )]
    Plain(String),
}

impl Address {
    /// Reads an address. One without TLS has to be on this machine, unless that is accepted.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(text: &str, accept_plain: bool) -> Result<Self, AddressError> {
        // What is shown of an address is not to have a password.
        if text.contains('@') {
            return Err(AddressError::Form("what has a user's name in it".into()));
        }
        let form = || AddressError::Form(excerpt(text.split('?').next().unwrap_or_default()).to_string());
        let uri: Uri = text.parse().map_err(|_| form())?;
        let authority = uri.authority().cloned().filter(|_| uri.query().is_none()).ok_or_else(form)?;
        let plain = match uri.scheme_str() {
            Some("https") => false,
            Some("http") => true,
            _ => return Err(form()),
        };
        if plain && !accept_plain && !is_loopback(authority.as_str()) {
            return Err(AddressError::Plain(excerpt(text).to_string()));
        }
        Ok(Address { authority, plain, path: format!("{}{PATH}", uri.path().trim_end_matches('/')) })
    }

    /// True if it is on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.authority.as_str())
    }

    /// The address that calls go to.
    #[must_use]
    pub fn shown(&self) -> String {
        let scheme = if self.plain { "http" } else { "https" };
        format!("{scheme}://{}{}", self.authority, self.path)
    }

    /// What talks to it, and where to.
    pub(crate) fn client(&self, times: Times) -> Result<(Client, Uri), HttpError> {
        let client = Client::new(self.authority.clone(), self.plain, times)?;
        let uri = client.uri(&self.path)?;
        Ok((client, uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_servers_that_are_meant() {
        let shown = |text: &str| Address::parse(text, false).map(|address| address.shown());
        let own = Ok("https://api.openai.com/v1/chat/completions".to_owned());
        assert_eq!(shown("https://api.openai.com/v1"), own);
        assert_eq!(shown("https://api.openai.com/v1/"), own);
        assert_eq!(shown("http://localhost:8000/v1"), Ok("http://localhost:8000/v1/chat/completions".into()));
        assert_eq!(shown("http://[::1]:80"), Ok("http://[::1]:80/chat/completions".into()));
        assert!(matches!(shown("http://example.org/v1"), Err(AddressError::Plain(_))));
        assert!(Address::parse("http://example.org/v1", true).is_ok());
        for wrong in ["", "api.openai.com", "ftp://a/b", "https://u:p@a/v1", "https://a/v1?key=b", "/v1"] {
            let error = shown(wrong).unwrap_err();
            assert!(matches!(error, AddressError::Form(_)) && !error.to_string().contains("u:p"), "{wrong}");
            assert!(!error.to_string().contains("key=b"));
        }
    }
}
