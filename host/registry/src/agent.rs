//! How registries are reached: over TLS unless it is this machine, by whom certificates are signed, and in so much time.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::error::RegistryError;

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(20);

/// Where authorities of certificates are, in the place of those that the program knows.
const AUTHORITIES: &str = "SSL_CERT_FILE";

/// What a registry may send, and how it is reached.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The largest component, in bytes.
    pub component_bytes: u64,
    /// The time for each request with its answer.
    pub time: Duration,
    /// Use a registry that is not this machine without TLS.
    pub plain_http: bool,
}

impl Bounds {
    /// True if a registry is used without TLS.
    pub(crate) fn is_plain(&self, loopback: bool) -> bool {
        loopback || self.plain_http
    }
}

/// What asks a registry. It leads nowhere by itself, and takes every status for an answer.
pub(crate) fn agent(loopback: bool, bounds: &Bounds) -> Result<Agent, RegistryError> {
    let config = Agent::config_builder()
        .https_only(!bounds.is_plain(loopback))
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(bounds.time))
        .timeout_connect(Some(CONNECTING))
        .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(authorities()?).build());
    let config = if loopback { config.proxy(None) } else { config };
    Ok(config.build().new_agent())
}

/// Whom certificates of registries are to be signed by.
fn authorities() -> Result<RootCerts, RegistryError> {
    let Some(file) = std::env::var_os(AUTHORITIES).filter(|file| !file.is_empty()) else {
        return Ok(RootCerts::WebPki);
    };
    let wrong = |error: String| RegistryError::Setup(format!("{AUTHORITIES} {}: {error}", file.display()));
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
