//! How servers are reached: over TLS unless it is this machine, by whom certificates are signed, and in so much time.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::error::HttpError;

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(20);

/// Where authorities of certificates are, in the place of those that the program knows.
const AUTHORITIES: &str = "SSL_CERT_FILE";

/// How long a server may take.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The time for each request with its answer; none if what is sent may be as long as it likes.
    pub whole: Option<Duration>,
    /// How long it may send nothing.
    pub silence: Option<Duration>,
}

/// What asks a server. It leads nowhere by itself, and takes every status for an answer.
pub(crate) fn agent(plain: bool, loopback: bool, times: Times) -> Result<Agent, HttpError> {
    let config = Agent::config_builder()
        .https_only(!plain)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(times.whole)
        .timeout_per_read(times.silence)
        .timeout_per_write(times.silence)
        .timeout_connect(Some(CONNECTING))
        .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(authorities()?).build());
    let config = if loopback { config.proxy(None) } else { config };
    Ok(config.build().new_agent())
}

/// Whom certificates are to be signed by.
fn authorities() -> Result<RootCerts, HttpError> {
    let Some(file) = std::env::var_os(AUTHORITIES).filter(|file| !file.is_empty()) else {
        return Ok(RootCerts::WebPki);
    };
    let wrong = |error: String| HttpError::Setup(format!("{AUTHORITIES} {}: {error}", file.display()));
    let pem = std::fs::read(&file).map_err(|error| wrong(error.to_string()))?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(wrong("there is no certificate in it".into()));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}
