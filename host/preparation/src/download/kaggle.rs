//! Kaggle's public interface: the data set of a competition, as one archive.

use std::env;
use std::path::Path;

use assay_http::{Client, Uri, is_loopback};

use super::Patience;
use super::credentials::Credentials;
use super::error::DownloadError;
use super::transfer::{Transfer, Wanted};
use crate::progress::Progress;

/// Where the interface is, and the variable of Kaggle's own tools that names another place, such as a mirror.
const ENDPOINT: &str = "https://www.kaggle.com";
const ENDPOINT_VARIABLE: &str = "KAGGLE_API_ENDPOINT";

/// The path of its version.
const VERSION: &str = "/api/v1";

/// Kaggle, for a user that is known there.
pub struct Kaggle {
    client: Client,
    /// The path of the interface.
    base: String,
    from: String,
    patience: Patience,
}

impl Kaggle {
    /// Kaggle, or what `KAGGLE_API_ENDPOINT` names, with the user's credentials.
    ///
    /// # Errors
    ///
    /// If there are none, or that is no address that credentials are sent to.
    pub fn new(patience: Patience, progress: &dyn Progress) -> Result<Self, DownloadError> {
        let endpoint = env::var(ENDPOINT_VARIABLE).ok().filter(|endpoint| !endpoint.is_empty());
        let endpoint = endpoint.unwrap_or_else(|| ENDPOINT.to_owned());
        let setup = |what: &str| DownloadError::Setup(format!("{ENDPOINT_VARIABLE}: {what}"));
        let uri: Uri = endpoint.parse().map_err(|_| setup("this is no address"))?;
        let authority = uri.authority().cloned().ok_or_else(|| setup("it names no host"))?;
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(setup("a host and a path are expected, without a user or a query"));
        }
        let plain = match uri.scheme_str() {
            Some("https") => false,
            Some("http") if is_loopback(authority.as_str()) => true,
            _ => return Err(setup("it is to begin with https://, since credentials are sent over TLS alone")),
        };
        let path = uri.path().trim_end_matches('/');
        let base = if path.ends_with(VERSION) { path.to_owned() } else { format!("{path}{VERSION}") };
        let credentials = Credentials::find()?.ok_or(DownloadError::NoCredentials)?;
        if let Some(note) = credentials.note() {
            progress.note(note);
        }
        let client = Client::new(authority, plain, patience.times());
        let mut client = client.map_err(|error| DownloadError::Setup(error.to_string()))?.led_to_neighbours();
        client.authorize(credentials.authorization().to_owned());
        Ok(Kaggle { client, base, from: credentials.from().to_owned(), patience })
    }

    /// Downloads the data set of a competition, by its name there.
    ///
    /// # Errors
    ///
    /// If the user may not have it, it is not there, or the network fails. What is there then is kept for the next call.
    pub fn download(
        &self,
        name: &str,
        part: &Path,
        whole: &Path,
        progress: &dyn Progress,
    ) -> Result<(), DownloadError> {
        let path = format!("{}/competitions/data/download-all/{name}", self.base);
        let uri = self.client.uri(&path).map_err(|error| DownloadError::Setup(error.to_string()))?;
        let wanted = Wanted {
            what: format!("data of `{name}`"),
            page: Some(format!("https://www.kaggle.com/competitions/{name}/data")),
            name: Some(name.to_owned()),
            from: Some(self.from.clone()),
        };
        Transfer { client: &self.client, patience: self.patience, progress, wanted }.run(&uri, part, whole)
    }
}
