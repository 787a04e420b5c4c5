//! Which proposals to WebAssembly a component needs: those without which it is not valid.

use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// Features that belong to no proposal, or that every component needs: they are not listed.
const TAKEN_FOR_GRANTED: WasmFeatures =
    WasmFeatures::FLOATS.union(WasmFeatures::GC_TYPES).union(WasmFeatures::COMPONENT_MODEL);

/// Parts of a proposal that compilers use without the rest of it (name, part, whole). A part is listed only if the whole is not needed.
const PARTS: [(&str, WasmFeatures, WasmFeatures); 2] = [
    ("bulk-memory-opt", WasmFeatures::BULK_MEMORY_OPT, WasmFeatures::BULK_MEMORY),
    ("call-indirect-overlong", WasmFeatures::CALL_INDIRECT_OVERLONG, WasmFeatures::REFERENCE_TYPES),
];

/// The proposals that a valid component needs, in the order of their names.
pub(super) fn needed(component: &[u8]) -> Vec<String> {
    let all = WasmFeatures::all();
    let needs = |feature: WasmFeatures| validate(component, all.difference(feature)).is_err();
    let mut needed = Vec::new();
    for (name, feature) in all.difference(TAKEN_FOR_GRANTED).iter_names() {
        let parts = PARTS.iter().filter(|(.., whole)| *whole == feature);
        let without_parts = parts.fold(feature, |rest, (_, part, _)| rest.difference(*part));
        if needs(without_parts) {
            needed.push(name.to_lowercase().replace('_', "-"));
        }
    }
    for (name, part, whole) in PARTS {
        if needs(whole) && !needs(whole.difference(part)) {
            needed.push(name.to_owned());
        }
    }
    needed.sort();
    needed
}

/// Holds a component or module against the rules of these proposals.
pub(super) fn validate(
    component: &[u8],
    features: WasmFeatures,
) -> Result<wasmparser::types::Types, BinaryReaderError> {
    Validator::new_with_features(features).validate_all(component)
}
