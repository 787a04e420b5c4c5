//! Signatures of artifacts: `cosign` verifies them, the ecosystem's own tool.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use anyhow::anyhow;
use assay_registry::{Bounds, Reference};
use assay_types::excerpt::excerpt;
use clap::Args;

use super::Stop;
use crate::Failure;

/// The program that verifies.
const COSIGN: &str = "cosign";

/// How much of what it says is shown, in characters.
const SHOWN: usize = 2000;

/// Whose signature an artifact must have, if any.
#[derive(Args)]
pub(super) struct Signature {
    /// Have `cosign`, which has to be in the path, verify that the artifact is signed with this key: a file, or what else it takes for one.
    #[arg(long, value_name = "KEY", conflicts_with = "verify_with_identity")]
    verify_with_key: Option<String>,
    /// The same of a signature without a key, by the identity that its certificate names.
    #[arg(long, value_name = "IDENTITY", requires = "verify_with_issuer")]
    verify_with_identity: Option<String>,
    /// Who vouches for that identity.
    #[arg(long, value_name = "URL", requires = "verify_with_identity")]
    verify_with_issuer: Option<String>,
}

impl Signature {
    /// True if an artifact must be signed.
    pub(super) fn is_wanted(&self) -> bool {
        self.verify_with_key.is_some() || self.verify_with_identity.is_some()
    }

    /// Has the signature of an artifact verified, if one is wanted.
    pub(super) fn verify(&self, reference: &Reference, bounds: &Bounds) -> Result<(), Stop> {
        let by = match (&self.verify_with_key, &self.verify_with_identity, &self.verify_with_issuer) {
            (Some(key), ..) => vec![format!("--key={key}")],
            (None, Some(identity), Some(issuer)) => {
                vec![format!("--certificate-identity={identity}"), format!("--certificate-oidc-issuer={issuer}")]
            }
            _ => return Ok(()),
        };
        let mut command = Command::new(COSIGN);
        command.arg("verify").args(by);
        if reference.is_loopback() || bounds.plain_http {
            command.arg("--allow-http-registry");
        }
        command.arg(reference.plain()).stdin(Stdio::null());
        let output = command.output().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::Call(anyhow!(
                "{COSIGN}, which verifies signatures, is not in the path: install it, or add the grader by its digest alone"
            )),
            _ => Failure::program(anyhow!("{COSIGN}: {error}")),
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = excerpt(said.trim()).unquoted(SHOWN).to_string();
        Err(Stop::Refused(format!("{reference} has no such signature: {COSIGN}: {}: {said}", output.status)))
    }
}
