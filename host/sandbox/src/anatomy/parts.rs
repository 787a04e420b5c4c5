//! What a component imports and exports, and the memories and tables that it declares.

use std::fmt;

use serde::{Deserialize, Serialize};
use wasmparser::{ComponentExternalKind, MemoryType, TableType, TypeRef};

use super::listing::{Listing, all_harmless, harmless};

/// Something that is imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its name.
    #[serde(deserialize_with = "harmless")]
    pub name: String,
    /// What it is: an instance, a function, a type …
    pub kind: Kind,
}

/// Something that is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its name.
    #[serde(deserialize_with = "harmless")]
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its functions, if it is an instance.
    #[serde(deserialize_with = "all_harmless")]
    pub functions: Listing<String>,
}

/// A memory as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Its size at the start, in pages.
    pub minimum_pages: u64,
    /// The most pages that it may grow to; none if only the host limits it.
    pub maximum_pages: Option<u64>,
    /// Its size at the start, in bytes.
    pub minimum_bytes: u64,
    /// The most bytes that it may grow to.
    pub maximum_bytes: Option<u64>,
    /// True if threads may share it.
    pub shared: bool,
}

/// A table of references as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its elements at the start.
    pub minimum: u64,
    /// The most elements that it may grow to.
    pub maximum: Option<u64>,
}

/// What an import or an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Module,
    Function,
    Value,
    Type,
    Instance,
    Component,
    Table,
    Memory,
    Global,
    Tag,
    /// Whatever a core module exports.
    Core,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Module => "module",
            Kind::Function => "function",
            Kind::Value => "value",
            Kind::Type => "type",
            Kind::Instance => "instance",
            Kind::Component => "component",
            Kind::Table => "table",
            Kind::Memory => "memory",
            Kind::Global => "global",
            Kind::Tag => "tag",
            Kind::Core => "core",
        })
    }
}

impl From<&MemoryType> for Memory {
    fn from(memory: &MemoryType) -> Self {
        let page = 1u64.checked_shl(memory.page_size_log2.unwrap_or(16)).unwrap_or(u64::MAX);
        let bytes = |pages: u64| pages.saturating_mul(page);
        Memory {
            minimum_pages: memory.initial,
            maximum_pages: memory.maximum,
            minimum_bytes: bytes(memory.initial),
            maximum_bytes: memory.maximum.map(bytes),
            shared: memory.shared,
        }
    }
}

impl From<&TableType> for Table {
    fn from(table: &TableType) -> Self {
        Table { minimum: table.initial, maximum: table.maximum }
    }
}

pub(super) fn kind(kind: ComponentExternalKind) -> Kind {
    match kind {
        ComponentExternalKind::Module => Kind::Module,
        ComponentExternalKind::Func => Kind::Function,
        ComponentExternalKind::Value => Kind::Value,
        ComponentExternalKind::Type => Kind::Type,
        ComponentExternalKind::Instance => Kind::Instance,
        ComponentExternalKind::Component => Kind::Component,
    }
}

pub(super) fn core_kind(kind: &TypeRef) -> Kind {
    match kind {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => Kind::Function,
        TypeRef::Table(_) => Kind::Table,
        TypeRef::Memory(_) => Kind::Memory,
        TypeRef::Global(_) => Kind::Global,
        TypeRef::Tag(_) => Kind::Tag,
    }
}
