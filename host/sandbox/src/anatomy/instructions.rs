//! What code is made of: its instructions, counted by kind.

use serde::{Deserialize, Serialize};
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

use super::hazards::makes_nan;

/// How many instructions of each kind there are. Every instruction is of one kind; the `end` of a function is one too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instructions {
    /// All of them.
    pub total: u64,
    /// Arithmetic, comparisons, constants and conversions with a floating-point number on either side.
    pub floating_point: u64,
    /// Arithmetic, comparisons, constants and conversions of integers alone.
    pub integer: u64,
    /// Loads from and stores to linear memory.
    pub memory: u64,
    /// `memory.size`.
    pub memory_size: u64,
    /// `memory.grow`.
    pub memory_grow: u64,
    /// `memory.copy`, `memory.fill`, `memory.init` and `data.drop`.
    pub bulk_memory: u64,
    /// Reading and writing locals and globals, `drop` and `select`.
    pub variables: u64,
    /// Blocks, loops, branches, `return`, `unreachable`, `nop`.
    pub control: u64,
    /// Calls of a function that the code names.
    pub calls: u64,
    /// Calls of a function that is only known when the code runs.
    pub indirect_calls: u64,
    /// Everything that touches tables of references.
    pub table: u64,
    /// References, and the structures and arrays of garbage collection.
    pub references: u64,
    /// Vectors of 128 bits.
    pub simd: u64,
    /// Vectors whose results may differ between processors.
    pub relaxed_simd: u64,
    /// Memory that threads share.
    pub atomics: u64,
    /// Throwing and catching.
    pub exceptions: u64,
    /// Anything else: switching stacks, giving memory back.
    pub other: u64,
}

impl Instructions {
    /// Adds those of a function, and returns how many may result in a NaN whose bits are left open.
    pub(super) fn add(&mut self, body: &FunctionBody<'_>) -> Result<u64, BinaryReaderError> {
        let mut operators = body.get_operators_reader()?;
        let mut nan = 0;
        while !operators.eof() {
            let operator = operators.read()?;
            *self.kind(&operator) += 1;
            self.total += 1;
            nan += u64::from(makes_nan(&operator));
        }
        operators.finish()?;
        Ok(nan)
    }

    /// The count that an instruction belongs to.
    fn kind(&mut self, operator: &Operator<'_>) -> &mut u64 {
        let (proposal, name) = proposal_and_name(operator);
        match proposal {
            "simd" => return &mut self.simd,
            "relaxed_simd" => return &mut self.relaxed_simd,
            "threads" | "shared_everything_threads" => return &mut self.atomics,
            "exceptions" | "legacy_exceptions" => return &mut self.exceptions,
            "gc" | "custom_descriptors" if !name.starts_with("Br") => return &mut self.references,
            "stack_switching" | "memory_control" => return &mut self.other,
            _ => {}
        }
        match name {
            "MemorySize" => &mut self.memory_size,
            "MemoryGrow" => &mut self.memory_grow,
            "MemoryCopy" | "MemoryFill" | "MemoryInit" | "DataDrop" => &mut self.bulk_memory,
            "Call" | "ReturnCall" => &mut self.calls,
            "CallIndirect" | "ReturnCallIndirect" | "CallRef" | "ReturnCallRef" => &mut self.indirect_calls,
            "Unreachable" | "Nop" | "Block" | "Loop" | "If" | "Else" | "End" | "Return" => &mut self.control,
            "Drop" | "Select" | "TypedSelect" | "TypedSelectMulti" => &mut self.variables,
            _ if name.starts_with("Br") => &mut self.control,
            _ if name.starts_with("Local") || name.starts_with("Global") => &mut self.variables,
            _ if name.starts_with("Table") || name.starts_with("Elem") => &mut self.table,
            _ if name.starts_with("Ref") => &mut self.references,
            _ if name.contains("Load") || name.contains("Store") => &mut self.memory,
            _ if name.contains("F32") || name.contains("F64") => &mut self.floating_point,
            _ if name.starts_with("I32") || name.starts_with("I64") => &mut self.integer,
            _ => &mut self.other,
        }
    }
}

/// The name of an instruction.
pub(super) fn name(operator: &Operator<'_>) -> &'static str {
    proposal_and_name(operator).1
}

/// Makes [`proposal_and_name`] from the parser's list of instructions.
macro_rules! listed {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($arity:tt)*))*) => {
        /// The proposal that brought an instruction, and its name.
        fn proposal_and_name(operator: &Operator<'_>) -> (&'static str, &'static str) {
            match operator {
                $(Operator::$op { .. } => (stringify!($proposal), stringify!($op)),)*
                _ => ("", ""),
            }
        }
    };
}

wasmparser::for_each_operator!(listed);
