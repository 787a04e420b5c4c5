//! The form of a component in a registry: manifest and configuration, as the CNCF's working group for WebAssembly gives them.

use std::collections::BTreeMap;

use assay_types::excerpt::excerpt;
use assay_types::sha256;
use serde::{Deserialize, Serialize};

use crate::reference::is_digest;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";

/// When artifacts were made, as they say: always the same, so that the same component makes the same artifact.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// A grader to be put into a registry.
#[derive(Clone, Copy, Debug)]
pub struct Artifact<'a> {
    /// The component.
    pub component: &'a [u8],
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// What it computes.
    pub summary: &'a str,
    /// The names of what it exports. It imports nothing.
    pub exports: &'a [String],
}

/// A manifest: what an artifact is made of.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// A part of an artifact.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    created: &'static str,
    author: Option<&'static str>,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [&'a str; 1],
    component: Interfaces<'a>,
}

#[derive(Serialize)]
struct Interfaces<'a> {
    exports: &'a [String],
    imports: [&'static str; 0],
    target: Option<&'static str>,
}

/// The component among the parts of an artifact; an error says what the registry sent instead.
pub(crate) fn component(manifest: &[u8], limit: u64) -> Result<Descriptor, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Kind {
        media_type: Option<String>,
    }
    let no_manifest = |error: serde_json::Error| {
        let error = error.to_string();
        format!("sent what is no manifest: {}", excerpt(&error).unquoted(200))
    };
    let kind: Kind = serde_json::from_slice(manifest).map_err(no_manifest)?;
    if let Some(kind) = kind.media_type.filter(|kind| kind != MANIFEST) {
        return Err(format!("has an artifact of the type {} there: one of `{MANIFEST}` is expected", excerpt(&kind)));
    }
    let manifest: Manifest = serde_json::from_slice(manifest).map_err(no_manifest)?;
    if manifest.schema_version != 2 {
        return Err(format!("sent a manifest of version {}: 2 is expected", manifest.schema_version));
    }
    if manifest.config.media_type != CONFIG {
        let kind = excerpt(&manifest.config.media_type);
        return Err(format!(
            "has no WebAssembly component there: its configuration is of the type {kind}, and that of a component `{CONFIG}`"
        ));
    }
    let [layer] = <[Descriptor; 1]>::try_from(manifest.layers)
        .map_err(|layers| format!("has an artifact of {} layers there: a component is one", layers.len()))?;
    if layer.media_type != LAYER {
        let kind = excerpt(&layer.media_type);
        return Err(format!("has a layer of the type {kind} there: that of a component is `{LAYER}`"));
    }
    if !is_digest(&layer.digest) {
        return Err(format!("sent a manifest with {} in the place of a digest", excerpt(&layer.digest)));
    }
    if layer.size > limit {
        return Err(format!("has a component of {} bytes there, more than the limit of {limit}", layer.size));
    }
    Ok(layer)
}

/// The digest of something, as registries write it.
pub(crate) fn digest(content: &[u8]) -> String {
    format!("sha256:{}", sha256(content))
}

/// Manifest and configuration of an artifact.
pub(crate) struct Written {
    pub(crate) manifest: Vec<u8>,
    pub(crate) config: Vec<u8>,
}

impl Artifact<'_> {
    pub(crate) fn written(&self) -> Result<Written, serde_json::Error> {
        let Artifact { component, name, version, summary, exports } = self;
        let layer = digest(component);
        let config = Config {
            created: CREATED,
            author: None,
            architecture: "wasm",
            os: "wasip2",
            layer_digests: [&layer],
            component: Interfaces { exports, imports: [], target: None },
        };
        let config = serde_json::to_vec(&config)?;
        let annotations = |named: &[(&str, String)]| {
            let named = named.iter().map(|(name, value)| (format!("org.opencontainers.image.{name}"), value.clone()));
            Some(named.collect::<BTreeMap<_, _>>())
        };
        let described = |media_type: &str, content: &[u8]| Descriptor {
            media_type: media_type.to_owned(),
            digest: digest(content),
            size: content.len() as u64,
            annotations: None,
        };
        let file = annotations(&[("title", format!("{name}.wasm"))]);
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(MANIFEST.to_owned()),
            config: described(CONFIG, &config),
            layers: vec![Descriptor { annotations: file, ..described(LAYER, component) }],
            annotations: annotations(&[
                ("created", CREATED.to_owned()),
                ("description", (*summary).to_owned()),
                ("title", (*name).to_owned()),
                ("version", (*version).to_owned()),
            ]),
        };
        Ok(Written { manifest: serde_json::to_vec(&manifest)?, config })
    }
}
