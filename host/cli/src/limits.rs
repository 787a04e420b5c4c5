//! What graders may use: a profile, and what an operator says of compiling instead.

use std::time::Duration;

use assay::{GraderLimits, Profile};
use clap::{Args, ValueEnum};

use super::quantities::{bytes, time};

/// The least memory that a worker compiles anything in, in bytes.
const COMPILING: u64 = 64 << 20;

/// The most that a process may be given, in bytes: what 64-bit machines address.
const ADDRESSED: u64 = 1 << 47;

#[derive(Args)]
pub(super) struct LimitArguments {
    /// What graders may use and return: `strict` is for strangers' graders, with small limits that grow with the size of submissions.
    #[arg(long, global = true, value_name = "LIMITS", default_value = "default")]
    profile: Limited,
    /// The processor time that compiling a grader of others may take, such as 30s, 5m or 1h [default: 120s, strict: 10s].
    #[arg(long, global = true, value_name = "TIME", value_parser = time)]
    compile_cpu_time: Option<Duration>,
    /// The time by the clock that it may take, however busy the machine is [default: 300s, strict: 30s].
    #[arg(long, global = true, value_name = "TIME", value_parser = time)]
    compile_time: Option<Duration>,
    /// The memory that it may take, such as 800M or 4G [default: 2G, strict: 512M].
    #[arg(long, global = true, value_name = "BYTES", value_parser = compile_memory)]
    compile_memory: Option<usize>,
}

/// What graders may use and return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Limited {
    /// As much as an honest grader may need.
    Default,
    /// As much as the program's own graders need, and some.
    Strict,
}

impl From<Limited> for Profile {
    fn from(limited: Limited) -> Self {
        match limited {
            Limited::Default => Profile::Default,
            Limited::Strict => Profile::Strict,
        }
    }
}

impl LimitArguments {
    /// The limits that graders run under.
    pub(super) fn limits(&self) -> GraderLimits {
        let profile = Profile::from(self.profile).limits();
        GraderLimits {
            compile_processor_time: self.compile_cpu_time.unwrap_or(profile.compile_processor_time),
            compile_time: self.compile_time.unwrap_or(profile.compile_time),
            compile_memory_bytes: self.compile_memory.unwrap_or(profile.compile_memory_bytes),
            ..profile
        }
    }
}

fn compile_memory(text: &str) -> Result<usize, String> {
    let bytes = bytes(text)?;
    if !(COMPILING..=ADDRESSED).contains(&bytes) {
        return Err(format!("it must be {}M at least, and {}G at most", COMPILING >> 20, ADDRESSED >> 30));
    }
    usize::try_from(bytes).map_err(|_| "this machine has no such amount".to_owned())
}
