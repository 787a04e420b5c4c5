//! Downloads: resumed by ranges, tried again after a while, and told in words a user can act upon.

mod credentials;
mod error;
mod kaggle;
mod part;
mod transfer;

use std::path::Path;
use std::time::Duration;

pub use credentials::Credentials;
pub use error::DownloadError;
pub use kaggle::Kaggle;

use assay_http::{Client, Times, Uri, is_loopback};

use crate::progress::Progress;

/// How much patience there is with servers.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long a server may send nothing, or next to nothing.
    pub silence: Duration,
    /// How many tries in a row may fail.
    pub tries: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { silence: Duration::from_secs(60), tries: 6 }
    }
}

impl Patience {
    fn times(&self) -> Times {
        Times { whole: None, silence: Some(self.silence) }
    }
}

/// Downloads what is at an address that anybody may read.
///
/// # Errors
///
/// If it is not there, or the network fails.
pub fn public(
    address: &str,
    part: &Path,
    whole: &Path,
    patience: Patience,
    progress: &dyn Progress,
) -> Result<(), DownloadError> {
    let setup = |what: String| DownloadError::Setup(format!("{address}: {what}"));
    let uri: Uri = address.parse().map_err(|_| setup("this is no address".into()))?;
    let authority = uri.authority().cloned().ok_or_else(|| setup("it names no host".into()))?;
    let plain = uri.scheme_str() == Some("http");
    if plain && !is_loopback(authority.as_str()) {
        return Err(setup("it is to begin with https://".into()));
    }
    let client = Client::new(authority, plain, patience.times()).map_err(|error| setup(error.to_string()))?;
    let wanted = transfer::Wanted { what: format!("`{}`", uri.path()), page: None, name: None, from: None };
    transfer::Transfer { client: &client, patience, progress, wanted }.run(&uri, part, whole)
}
