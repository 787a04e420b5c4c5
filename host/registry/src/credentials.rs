//! Who we are to a registry: by the environment, or by docker's configuration.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential};

use crate::error::RegistryError;

/// The variables that name a user and a password, for whatever registry is asked.
const VARIABLES: [&str; 2] = ["ASSAY_REGISTRY_USER", "ASSAY_REGISTRY_PASSWORD"];

/// A user and a password. There is no way to print them.
pub(crate) struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    /// Those for a registry; none if there are none, as for public artifacts.
    pub(crate) fn find(registry: &str) -> Result<Option<Self>, RegistryError> {
        let wrong = |what: String| RegistryError::Credentials { registry: registry.to_owned(), what };
        match VARIABLES.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty())) {
            [Some(user), Some(password)] => return Ok(Some(Credentials { user, password })),
            [None, None] => {}
            _ => return Err(wrong(format!("set {} both, or none of them", VARIABLES.join(" and ")))),
        }
        match get_credential(registry) {
            Ok(DockerCredential::UsernamePassword(user, password)) => Ok(Some(Credentials { user, password })),
            Ok(DockerCredential::IdentityToken(_)) => {
                Err(wrong(format!("docker has a token of its own kind for it: set {}", VARIABLES.join(" and "))))
            }
            Err(
                CredentialRetrievalError::NoCredentialConfigured
                | CredentialRetrievalError::ConfigNotFound
                | CredentialRetrievalError::ConfigReadError,
            ) => Ok(None),
            // What a helper said may hold secrets.
            Err(_) => {
                Err(wrong(format!("docker's credentials for it cannot be used: set {}", VARIABLES.join(" and "))))
            }
        }
    }

    /// The value of the header that shows them.
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user, self.password)))
    }
}

/// What to do where credentials are lacking or wrong.
pub(crate) fn remedy(registry: &str) -> String {
    format!("`docker login {registry}`, or set {}", VARIABLES.join(" and "))
}
