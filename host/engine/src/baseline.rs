//! Machine code for every processor of a kind that is not too old, rather than for the one at hand.

use std::fmt;

use wasmtime::{Config, Engine};

use crate::setup::{Room, config};

/// What the code for 64-bit x86 may use: level v3 of the psABI, which processors have had since 2013 (Intel) and 2015 (AMD). The engine's
/// name for each, and how this program asks whether the processor at hand has it.
macro_rules! x86_64_v3 {
    ($($flag:literal is $feature:tt,)*) => {
        const X86_64_V3: &[&str] = &[$($flag),*];

        #[cfg(target_arch = "x86_64")]
        fn has_x86_64_v3() -> bool {
            $(std::is_x86_feature_detected!($feature))&&*
        }
    };
}

x86_64_v3! {
    "has_cmpxchg16b" is "cmpxchg16b",
    "has_sse3" is "sse3",
    "has_ssse3" is "ssse3",
    "has_sse41" is "sse4.1",
    "has_sse42" is "sse4.2",
    "has_popcnt" is "popcnt",
    "has_avx" is "avx",
    "has_avx2" is "avx2",
    "has_bmi1" is "bmi1",
    "has_bmi2" is "bmi2",
    "has_fma" is "fma",
    "has_lzcnt" is "lzcnt",
}

/// Compiles components for the baseline of a target: what all its processors have, or nearly all.
pub struct Baseline(Engine);

/// The engine does not compile for this target.
#[derive(Debug)]
pub struct Unsupported(String);

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsupported {}

impl From<wasmtime::Error> for Unsupported {
    fn from(error: wasmtime::Error) -> Self {
        Unsupported(format!("{error:#}"))
    }
}

impl Baseline {
    /// A compiler for this target, such as `x86_64-unknown-linux-gnu`.
    ///
    /// # Errors
    ///
    /// If the engine was built without that target, or knows none of that name.
    pub fn new(target: &str) -> Result<Self, Unsupported> {
        let mut config = config(&SMALLEST, 1);
        // A target that is named gets nothing that only the processor at hand has.
        config.target(target)?;
        if target.starts_with("x86_64-") {
            enable(&mut config, X86_64_V3);
        }
        Ok(Baseline(Engine::new(&config)?))
    }

    /// The machine code of a component.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn compile(&self, component: &[u8]) -> Result<Vec<u8>, Unsupported> {
        Ok(self.0.precompile_component(component)?)
    }

    /// True if the processor at hand runs what is compiled for its target's baseline.
    #[must_use]
    pub fn runs_here() -> bool {
        #[cfg(target_arch = "x86_64")]
        return has_x86_64_v3();
        #[cfg(not(target_arch = "x86_64"))]
        return true;
    }
}

/// Room for compiling, which takes none.
const SMALLEST: Room =
    Room { stack_bytes: 1 << 18, memory_bytes: 1 << 16, core_instances: 1, memories: 1, tables: 1, table_elements: 1 };

#[expect(unsafe_code, reason = "the engine cannot know whether code that uses these is run where they are missing")]
fn enable(config: &mut Config, flags: &[&str]) {
    for flag in flags {
        // SAFETY: whoever loads the code asks whether the processor has them, and so does the engine.
        unsafe { config.cranelift_flag_enable(flag) };
    }
}
