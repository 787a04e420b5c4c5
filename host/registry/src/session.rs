//! What is done with a registry: fetch an artifact, look a tag up, put an artifact there.

use assay_http::{Method, Uri};

use crate::artifact::{Artifact, MANIFEST, Written, component, digest};
use crate::bounds::Bounds;
use crate::error::RegistryError;
use crate::reference::Reference;
use crate::transport::{Answer, Asked, Transport};

/// The largest manifest, in bytes. That of a component has one layer.
const MANIFEST_BYTES: u64 = 256 << 10;

/// The tag that is meant where none is named.
const LATEST: &str = "latest";

/// Fetches the component that a reference names by its digest.
///
/// # Errors
///
/// If the reference has no digest, there is no such artifact, what the registry sends is not of these digests or no component, or the network
/// fails.
pub fn pull(reference: &Reference, bounds: &Bounds) -> Result<Vec<u8>, RegistryError> {
    let Some(expected) = reference.digest() else {
        return Err(RegistryError::Setup(format!("{reference} has no digest")));
    };
    let mut transport = Transport::new(reference, "pull", bounds)?;
    let manifest = manifest(&mut transport, reference, expected)?;
    same(reference, "a manifest", expected, &manifest)?;
    let layer = component(&manifest, bounds.component_bytes).map_err(|what| RegistryError::sent(reference, what))?;
    let path = format!("/v2/{}/blobs/{}", reference.repository(), layer.digest);
    let answer = get(&mut transport, &path, "application/octet-stream", layer.size)?;
    same(reference, "a component", &layer.digest, &answer)?;
    Ok(answer)
}

/// The digest that the tag of a reference has now.
///
/// # Errors
///
/// If there is no such tag, what the registry sends is too large, or the network fails.
pub fn digest_of_tag(reference: &Reference, bounds: &Bounds) -> Result<String, RegistryError> {
    let mut transport = Transport::new(reference, "pull", bounds)?;
    let manifest = manifest(&mut transport, reference, reference.tag().unwrap_or(LATEST))?;
    Ok(digest(&manifest))
}

/// Puts a grader into a registry, under the reference's tag if it has one. Returns the digest of its manifest, which is the same for the same
/// grader.
///
/// # Errors
///
/// If the registry does not take it, or the network fails.
pub fn push(reference: &Reference, artifact: &Artifact<'_>, bounds: &Bounds) -> Result<String, RegistryError> {
    let Written { manifest, config } =
        artifact.written().map_err(|error| RegistryError::Setup(format!("a manifest cannot be written: {error}")))?;
    let mut transport = Transport::new(reference, "pull,push", bounds)?;
    for content in [artifact.component, &config] {
        upload(&mut transport, reference, content)?;
    }
    let digest = digest(&manifest);
    let path = format!("/v2/{}/manifests/{}", reference.repository(), reference.tag().unwrap_or(&digest));
    let uri = transport.uri(&path)?;
    let asked = Asked { content: Some((MANIFEST, &manifest)), ..plain(Method::PUT, uri) };
    expect(&mut transport, asked, 201, reference.repository())?;
    Ok(digest)
}

/// The manifest under a tag or digest.
fn manifest(transport: &mut Transport, reference: &Reference, name: &str) -> Result<Vec<u8>, RegistryError> {
    get(transport, &format!("/v2/{}/manifests/{name}", reference.repository()), MANIFEST, MANIFEST_BYTES)
}

fn get(transport: &mut Transport, path: &str, accept: &str, limit: u64) -> Result<Vec<u8>, RegistryError> {
    let uri = transport.uri(path)?;
    let asked = Asked { accept, limit, ..plain(Method::GET, uri) };
    Ok(expect(transport, asked, 200, path.trim_start_matches("/v2/"))?.body)
}

/// Puts a part of an artifact there, unless it is there.
fn upload(transport: &mut Transport, reference: &Reference, content: &[u8]) -> Result<(), RegistryError> {
    let repository = reference.repository();
    let digest = digest(content);
    let uri = transport.uri(&format!("/v2/{repository}/blobs/{digest}"))?;
    if transport.ask(plain(Method::HEAD, uri))?.status == 200 {
        return Ok(());
    }
    let uri = transport.uri(&format!("/v2/{repository}/blobs/uploads/"))?;
    let asked = Asked { content: Some(("application/octet-stream", &[])), ..plain(Method::POST, uri.clone()) };
    let begun = expect(transport, asked, 202, repository)?;
    let location = begun.location.ok_or_else(|| RegistryError::sent(reference, "does not say where to upload to"))?;
    let separator = if location.contains('?') { '&' } else { '?' };
    let uri = transport.led(&uri, &format!("{location}{separator}digest={digest}"))?;
    let asked = Asked { content: Some(("application/octet-stream", content)), ..plain(Method::PUT, uri) };
    expect(transport, asked, 201, repository).map(|_| ())
}

/// A request with nothing in it, whose answer is of no account.
fn plain(method: Method, uri: Uri) -> Asked<'static> {
    Asked { method, uri, accept: "", content: None, limit: 64 << 10 }
}

fn expect(transport: &mut Transport, asked: Asked<'_>, status: u16, what: &str) -> Result<Answer, RegistryError> {
    let answer = transport.ask(asked)?;
    if answer.status == status { Ok(answer) } else { Err(transport.unexpected(&answer, what)) }
}

/// What was sent has the digest that it is to have.
fn same(reference: &Reference, what: &str, expected: &str, content: &[u8]) -> Result<(), RegistryError> {
    let found = digest(content);
    if found == expected {
        return Ok(());
    }
    Err(RegistryError::sent(reference, format!("sent {what} of {found} in the place of {expected}")))
}
