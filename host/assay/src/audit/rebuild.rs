//! How to get the same bytes from a grader's source, and whether that can be.

use assay_sandbox::{Rebuilds, Toolchain};
use assay_types::competition::source::Language;

use super::Anatomy;

/// Whether the toolchain that a component names gives the same bytes again.
pub(super) fn rebuilds(anatomy: Option<&Anatomy>) -> Rebuilds {
    anatomy.and_then(|anatomy| anatomy.toolchain).map_or(Rebuilds::Unknown, Toolchain::rebuilds)
}

/// What to do to hold a component against its source.
pub(super) fn advice(name: &str, built_in: bool, anatomy: Option<&Anatomy>) -> Vec<String> {
    let toolchain = anatomy.and_then(|anatomy| anatomy.toolchain);
    let built = toolchain.map_or("what built it", Toolchain::name);
    let is_interpreter = [Language::Python, Language::JavaScript].iter().any(|language| language.interpreter() == name);
    let compiler = match anatomy.and_then(|anatomy| anatomy.claims.rustc()) {
        Some(version) => format!("with Rust {version}, which it says it was compiled with: another gives other bytes"),
        None => "with the compiler that it was built with, which it does not name: another gives other bytes".into(),
    };
    match (built_in, rebuilds(anatomy)) {
        (true, _) if is_interpreter => vec![
            format!("source: interpreters/{name} and sdk/{name}, at the revision that this program was built from"),
            format!("`cargo xtask interpreters`, but {built} gives other bytes at each build: what is the same is a file that was handed on"),
        ],
        (true, _) => vec![
            format!("source: plugins/{name}, at the revision that this program was built from"),
            "cargo xtask graders".into(),
            format!("sha256sum target/graders/{name}.wasm"),
            compiler,
        ],
        (false, Rebuilds::Same) => vec![
            format!("bit for bit: {built} gives the same bytes for the same source, version and options"),
            "its source is not part of this program: ask its author for it and for the build, and compare the digest".into(),
        ],
        (false, Rebuilds::Other) => vec![
            format!("not bit for bit: {built} gives other bytes at each build, so its digest says nothing of its source"),
            "build it from its source and use what you built; `assay audit --diff` says what differs".into(),
        ],
        (false, Rebuilds::Unknown) => vec![
            match toolchain {
                Some(_) => format!("whether {built} gives the same bytes again is not known: build its source twice, and see"),
                None => "it does not say what built it: ask its author".into(),
            },
            "Rust, C, Zig and Go give the same bytes again; componentize-py, componentize-js and componentize-qjs do not".into(),
        ],
    }
}
