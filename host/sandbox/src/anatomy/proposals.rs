//! Which proposals to WebAssembly a component needs: those without which it is not valid.

use serde::{Deserialize, Deserializer};
use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// Features that belong to no proposal, or that every component needs: they are not listed.
const TAKEN_FOR_GRANTED: WasmFeatures =
    WasmFeatures::FLOATS.union(WasmFeatures::GC_TYPES).union(WasmFeatures::COMPONENT_MODEL);

/// Parts of a proposal that compilers use without the rest of it (name, part, whole). A part is listed only if the whole is not needed.
const PARTS: [(&str, WasmFeatures, WasmFeatures); 2] = [
    ("bulk-memory-opt", WasmFeatures::BULK_MEMORY_OPT, WasmFeatures::BULK_MEMORY),
    ("call-indirect-overlong", WasmFeatures::CALL_INDIRECT_OVERLONG, WasmFeatures::REFERENCE_TYPES),
];

/// Names of proposals, and what there is not without each.
fn proposals() -> Vec<(String, WasmFeatures)> {
    let named = WasmFeatures::all().difference(TAKEN_FOR_GRANTED).iter_names().map(|(name, feature)| {
        let parts = PARTS.iter().filter(|(.., whole)| *whole == feature);
        let without_parts = parts.fold(feature, |rest, (_, part, _)| rest.difference(*part));
        (name.to_lowercase().replace('_', "-"), without_parts)
    });
    named.collect()
}

/// The proposals that a valid component needs, in the order of their names.
pub(super) fn needed(component: &[u8]) -> Vec<String> {
    let needs = |feature: WasmFeatures| validate(component, WasmFeatures::all().difference(feature)).is_err();
    let mut needed = Vec::new();
    gather(&proposals(), &needs, &mut needed);
    for (name, part, whole) in PARTS {
        if !needed.iter().any(|needed| needed == name) && needs(whole) && !needs(whole.difference(part)) {
            needed.push(name.to_owned());
        }
    }
    needed.sort();
    needed
}

/// Gathers those that are needed. A component is held against the rules without half of the proposals at once, since that takes long, and
/// it needs few.
fn gather(proposals: &[(String, WasmFeatures)], needs: &impl Fn(WasmFeatures) -> bool, needed: &mut Vec<String>) {
    let all = proposals.iter().fold(WasmFeatures::empty(), |all, (_, feature)| all.union(*feature));
    if proposals.is_empty() || !needs(all) {
        return;
    }
    if let [(name, _)] = proposals {
        needed.push(name.clone());
        return;
    }
    let (first, second) = proposals.split_at(proposals.len() / 2);
    gather(first, needs, needed);
    gather(second, needs, needed);
}

/// Holds a component or module against the rules of these proposals.
pub(super) fn validate(
    component: &[u8],
    features: WasmFeatures,
) -> Result<wasmparser::types::Types, BinaryReaderError> {
    Validator::new_with_features(features).validate_all(component)
}

/// Names of proposals that somebody else wrote: others than there are, are left out.
pub(super) fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let written = Vec::<String>::deserialize(deserializer)?;
    let names = proposals().into_iter().map(|(name, _)| name).chain(PARTS.map(|(name, ..)| name.to_owned()));
    let mut known: Vec<String> = names.filter(|name| written.contains(name)).collect();
    known.sort();
    known.dedup();
    Ok(known)
}
