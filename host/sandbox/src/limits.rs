//! What a grader may use, and what it may hand back.

use std::fmt;
use std::time::Duration;

use assay_engine::Room;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a grader may use, and what it may hand back. All of it is checked; none of it depends on the machine but `wall_clock`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The size of a component's file, in bytes, before anything parses it.
    pub component_bytes: usize,
    /// The core module instances of an instance of a component.
    pub core_instances: usize,
    /// The linear memories of an instance of a component.
    pub memories: usize,
    /// The tables of an instance of a component.
    pub tables: usize,
    /// The processor time that compiling a component may take, or taking it apart, if others made it and a worker does it. Whole seconds.
    #[serde(with = "seconds")]
    pub compile_processor_time: Duration,
    /// The time that it may take by the clock, however busy the machine is.
    #[serde(with = "seconds")]
    pub compile_time: Duration,
    /// The memory that compiling a component may take, if others made it and it is compiled by a worker, in bytes.
    pub compile_memory_bytes: usize,
    /// Fuel, about one unit an instruction, that a grading has whatever its size.
    pub fuel_base: u64,
    /// Fuel that a grading has in addition for every byte of the tables handed over.
    pub fuel_per_byte: u64,
    /// The time that a grading may take. It is the only limit that a slower machine meets sooner: fuel should run out first.
    #[serde(with = "seconds")]
    pub wall_clock: Duration,
    /// The linear memory of a grading, all its memories together, in bytes.
    pub memory_bytes: usize,
    /// The stack, in bytes.
    pub stack_bytes: usize,
    /// The elements of all tables of a grading together.
    pub table_elements: usize,
    /// The details of a score.
    pub details: usize,
    /// The problems that `validate` may report.
    pub problems: usize,
    /// The text of all problems, in bytes.
    pub problem_bytes: usize,
    /// The options that `describe` may list.
    pub options: usize,
    /// A name's length, in bytes.
    pub name_bytes: usize,
    /// A text's length, in bytes. A longer one is cut.
    pub text_bytes: usize,
    /// All that one call may return, in bytes.
    pub returned_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            component_bytes: 32 << 20,
            core_instances: 64,
            memories: 4,
            tables: 16,
            compile_processor_time: Duration::from_secs(120),
            compile_time: Duration::from_secs(300),
            compile_memory_bytes: 2 << 30,
            fuel_base: 10_000_000_000,
            fuel_per_byte: 10_000,
            wall_clock: Duration::from_secs(60),
            memory_bytes: 1 << 30,
            stack_bytes: 1 << 20,
            table_elements: 100_000,
            details: 1024,
            problems: 256,
            problem_bytes: 64 << 10,
            options: 64,
            name_bytes: 256,
            text_bytes: 4096,
            returned_bytes: 4 << 20,
        }
    }
}

impl Limits {
    /// Small limits, most of which grow with what is handed over: for leaderboards that run strangers' graders. Every grader that the program
    /// carries keeps to them on the data of the competitions that use it.
    #[must_use]
    pub fn strict() -> Self {
        Limits {
            component_bytes: 4 << 20,
            compile_processor_time: Duration::from_secs(10),
            compile_time: Duration::from_secs(30),
            compile_memory_bytes: 512 << 20,
            fuel_base: 100_000_000,
            fuel_per_byte: 8_000,
            wall_clock: Duration::from_secs(20),
            memory_bytes: 256 << 20,
            table_elements: 10_000,
            details: 128,
            problems: 64,
            problem_bytes: 16 << 10,
            returned_bytes: 256 << 10,
            ..Limits::default()
        }
    }
}

/// Limits by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// [`Limits::default`]: whatever an honest grader may need, up to submissions of a gibibyte.
    #[default]
    Default,
    /// [`Limits::strict`].
    Strict,
}

impl Profile {
    /// Its limits.
    #[must_use]
    pub fn limits(self) -> Limits {
        match self {
            Profile::Default => Limits::default(),
            Profile::Strict => Limits::strict(),
        }
    }
}

/// Times as numbers of seconds.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(time.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Limits {
    /// The fuel of a grading that hands over `bytes` bytes.
    #[must_use]
    pub fn fuel(&self, bytes: u64) -> u64 {
        self.fuel_base.saturating_add(self.fuel_per_byte.saturating_mul(bytes))
    }

    /// What a grader may take of an engine.
    pub(crate) fn room(&self) -> Room {
        Room {
            stack_bytes: self.stack_bytes,
            memory_bytes: self.memory_bytes,
            core_instances: self.core_instances,
            memories: self.memories,
            tables: self.tables,
            table_elements: self.table_elements,
        }
    }

    /// How many of these a grader may return.
    #[must_use]
    pub fn counted(&self, what: Counted) -> usize {
        match what {
            Counted::Options => self.options,
            Counted::Problems => self.problems,
            Counted::ProblemBytes => self.problem_bytes,
            Counted::Details => self.details,
            Counted::NameBytes => self.name_bytes,
            Counted::Bytes => self.returned_bytes,
        }
    }
}

/// What is counted of all that a grader returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Counted {
    /// [`Limits::options`].
    Options,
    /// [`Limits::problems`].
    Problems,
    /// [`Limits::problem_bytes`].
    ProblemBytes,
    /// [`Limits::details`].
    Details,
    /// [`Limits::name_bytes`].
    NameBytes,
    /// [`Limits::returned_bytes`].
    Bytes,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Counted::Options => "options",
            Counted::Problems => "problems",
            Counted::ProblemBytes => "bytes of problems",
            Counted::Details => "details",
            Counted::NameBytes => "bytes of a name",
            Counted::Bytes => "bytes",
        })
    }
}

/// A limit that a grader ran into.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exceeded {
    /// [`Limits::fuel`]. How much that is depends on the size of the answers, so it is not said to whoever may not know them.
    #[error("the grader used up its fuel: it loops, or needs more for so many rows")]
    Fuel(u64),
    /// [`Limits::wall_clock`].
    #[error("the grader took more than {0:?}")]
    WallClock(Duration),
    /// [`Limits::memory_bytes`].
    #[error("the grader asked for more than {0} bytes of memory")]
    Memory(usize),
    /// [`Limits::stack_bytes`].
    #[error("the grader used more than {0} bytes of stack")]
    Stack(usize),
    /// [`Limits::table_elements`].
    #[error("the grader asked for tables of more than {0} elements in all")]
    Table(usize),
    /// [`Limits::core_instances`].
    #[error("the component has more than {0} core module instances")]
    CoreInstances(usize),
    /// [`Limits::memories`].
    #[error("the component has more than {0} memories")]
    Memories(usize),
    /// [`Limits::tables`].
    #[error("the component has more than {0} tables")]
    Tables(usize),
    /// [`Limits::compile_processor_time`].
    #[error("compiling the component took more than {0:?} of processor time")]
    CompileProcessorTime(Duration),
    /// [`Limits::compile_time`].
    #[error("compiling the component took more than {0:?}")]
    CompileTime(Duration),
    /// [`Limits::compile_memory_bytes`].
    #[error("compiling the component needed more than {0} bytes of memory")]
    CompileMemory(usize),
    /// [`Limits::compile_processor_time`], of which taking a component apart has as much as compiling it.
    #[error("reading the component took more than {0:?} of processor time")]
    InspectProcessorTime(Duration),
    /// [`Limits::compile_time`].
    #[error("reading the component took more than {0:?}")]
    InspectTime(Duration),
    /// [`Limits::compile_memory_bytes`].
    #[error("reading the component needed more than {0} bytes of memory")]
    InspectMemory(usize),
    /// One of the limits on what a grader returns.
    #[error("the grader returned more than {limit} {what}")]
    Returned {
        /// What it returned too many of.
        what: Counted,
        /// How many there may be.
        limit: usize,
    },
}

impl Exceeded {
    /// More of `what` than the limits allow.
    pub(crate) fn returned(what: Counted, limits: &Limits) -> Self {
        Exceeded::Returned { what, limit: limits.counted(what) }
    }

    /// The same limit as these limits have it, whatever number whoever reports it may claim.
    pub(crate) fn of(self, limits: &Limits, fuel: u64) -> Self {
        match self {
            Exceeded::Fuel(_) => Exceeded::Fuel(fuel),
            Exceeded::WallClock(_) => Exceeded::WallClock(limits.wall_clock),
            Exceeded::Memory(_) => Exceeded::Memory(limits.memory_bytes),
            Exceeded::Stack(_) => Exceeded::Stack(limits.stack_bytes),
            Exceeded::Table(_) => Exceeded::Table(limits.table_elements),
            Exceeded::CoreInstances(_) => Exceeded::CoreInstances(limits.core_instances),
            Exceeded::Memories(_) => Exceeded::Memories(limits.memories),
            Exceeded::Tables(_) => Exceeded::Tables(limits.tables),
            Exceeded::CompileProcessorTime(_) => Exceeded::CompileProcessorTime(limits.compile_processor_time),
            Exceeded::CompileTime(_) => Exceeded::CompileTime(limits.compile_time),
            Exceeded::CompileMemory(_) => Exceeded::CompileMemory(limits.compile_memory_bytes),
            Exceeded::InspectProcessorTime(_) => Exceeded::InspectProcessorTime(limits.compile_processor_time),
            Exceeded::InspectTime(_) => Exceeded::InspectTime(limits.compile_time),
            Exceeded::InspectMemory(_) => Exceeded::InspectMemory(limits.compile_memory_bytes),
            Exceeded::Returned { what, .. } => Exceeded::returned(what, limits),
        }
    }
}
