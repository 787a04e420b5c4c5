//! What in a component may depend on more than its inputs, were the engine not set up against it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::instructions::name;

/// What might make two machines disagree on a score.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazards {
    /// Instructions whose result may be a NaN with bits that WebAssembly leaves open. The engine gives them the same bits everywhere.
    pub nan: u64,
    /// Vector instructions whose results may differ between processors. The engine takes none.
    pub relaxed_simd: u64,
    /// Instructions on memory that threads share. The engine takes none.
    pub atomics: u64,
    /// What the modules within ask a system for. Since the component imports nothing, something within it answers.
    pub system: BTreeSet<System>,
}

/// What a program may ask a system for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// The time.
    Clocks,
    /// Random numbers.
    Randomness,
    /// Files and folders.
    Files,
    /// Sockets and HTTP.
    Network,
    /// Arguments, variables, standard streams, the end of the program.
    Environment,
}

impl System {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            System::Clocks => "clocks",
            System::Randomness => "randomness",
            System::Files => "files",
            System::Network => "network",
            System::Environment => "environment",
        }
    }

    /// What a module asks for that imports this; none if it is nothing of WASI.
    pub(super) fn of(module: &str, name: &str) -> Option<Self> {
        if !module.contains("wasi") {
            return None;
        }
        let asked = [module, name].map(str::to_lowercase).join(" ");
        let named = |words: &[&str]| words.iter().any(|word| asked.contains(word));
        Some(if named(&["clock"]) {
            System::Clocks
        } else if named(&["random"]) {
            System::Randomness
        } else if named(&["sock", "http"]) {
            System::Network
        } else if named(&["filesystem", "path_", "fd_"]) {
            System::Files
        } else {
            System::Environment
        })
    }
}

/// True if WebAssembly leaves the bits of a NaN open that the instruction of this name may result in.
pub(super) fn makes_nan(operator: &wasmparser::Operator<'_>) -> bool {
    const MAKE_NAN: [&str; 13] = [
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Sqrt",
        "Min",
        "Max",
        "Ceil",
        "Floor",
        "Trunc",
        "Nearest",
        "PromoteF32",
        "DemoteF64",
    ];
    let name = name(operator);
    let of = ["F32x4", "F64x2", "F32", "F64"].iter().find_map(|kind| name.strip_prefix(kind));
    of.is_some_and(|rest| MAKE_NAN.contains(&rest) || matches!(rest, "DemoteF64x2Zero" | "PromoteLowF32x4"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_told_by_what_is_asked_of_it() {
        for (module, name, expected) in [
            ("wasi_snapshot_preview1", "clock_time_get", Some(System::Clocks)),
            ("wasi:random/insecure-seed@0.2.0", "get", Some(System::Randomness)),
            ("wasi:clocks/wall-clock@0.2.0", "now", Some(System::Clocks)),
            ("wasi:filesystem/types@0.2.0", "x", Some(System::Files)),
            ("wasi_snapshot_preview1", "fd_write", Some(System::Files)),
            ("wasi:sockets/tcp@0.2.0", "x", Some(System::Network)),
            ("wasi_snapshot_preview1", "environ_get", Some(System::Environment)),
            ("env", "clock", None),
        ] {
            assert_eq!(System::of(module, name), expected, "{module} {name}");
        }
    }
}
