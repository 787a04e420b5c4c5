//! The contract's types, generated from the WIT file. Tables are borrowed, so that Arrow's buffers are copied once: into the guest.

wasmtime::component::bindgen!({
    path: "wit/0.1.0",
    world: "grader",
    ownership: Borrowing { duplicate_if_necessary: true },
});

pub(crate) use exports::assay::grader::grading::*;
