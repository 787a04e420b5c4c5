//! Which toolchain made a component, so that who made it is told what to do in its words.

use std::fmt;

use serde::{Deserialize, Serialize};
use wasmparser::{CustomSectionReader, KnownCustom, Name};

/// A toolchain that makes components, some of which import a system interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Toolchain {
    /// componentize-py, for Python.
    ComponentizePy,
    /// componentize-js, for JavaScript.
    ComponentizeJs,
    /// componentize-qjs, for JavaScript.
    ComponentizeQjs,
    /// TinyGo.
    TinyGo,
    /// The Go compiler.
    Go,
    /// Clang, for C, C++ and Zig: of the WASI SDK or of Zig.
    Clang,
    /// The Rust compiler.
    Rust,
}

/// Whether a toolchain gives the same bytes when the same source is built again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rebuilds {
    /// By the same version, it does.
    Same,
    /// It does not: the digest of a component says nothing of its source.
    Other,
    /// It is not known.
    Unknown,
}

impl Toolchain {
    /// What it gives when the same source is built again, as builds of the templates of `assay new grader` in other folders have shown.
    #[must_use]
    pub fn rebuilds(self) -> Rebuilds {
        match self {
            // They run the program once, and keep the memory that it leaves.
            Toolchain::ComponentizePy | Toolchain::ComponentizeJs | Toolchain::ComponentizeQjs => Rebuilds::Other,
            Toolchain::Go | Toolchain::Clang | Toolchain::Rust => Rebuilds::Same,
            Toolchain::TinyGo => Rebuilds::Unknown,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Toolchain::ComponentizePy => "componentize-py",
            Toolchain::ComponentizeJs => "componentize-js",
            Toolchain::ComponentizeQjs => "componentize-qjs",
            Toolchain::TinyGo => "TinyGo",
            Toolchain::Go => "Go",
            Toolchain::Clang => "Clang",
            Toolchain::Rust => "Rust",
        }
    }

    /// What makes a component that imports nothing.
    fn remedy(self) -> &'static str {
        match self {
            Toolchain::ComponentizePy => "run `componentize-py … componentize` with `--stub-wasi`",
            Toolchain::ComponentizeJs => {
                "run `componentize-js` with `--disable` for stdio, random, clocks, http and fetch-event"
            }
            Toolchain::ComponentizeQjs => "run `componentize-qjs` with `--sync --stub-wasi`",
            Toolchain::TinyGo | Toolchain::Go => {
                "build a module for wasip1 (`GOOS=wasip1 GOARCH=wasm`, `-buildmode=c-shared`), and make the component of it with `assay \
                 component --stub-wasi`"
            }
            Toolchain::Clang => {
                "link a module for WASI preview 1 with `-mexec-model=reactor`, and make the component of it with `assay component --stub-wasi`"
            }
            Toolchain::Rust => {
                "build it for wasm32-unknown-unknown, which has no system interface, or for wasm32-wasip1, and make the component of the \
                 module with `assay component --stub-wasi`"
            }
        }
    }
}

/// What follows upon the sentence that a component imports something.
impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "It seems to be built by {}: {}", self.name(), self.remedy())
    }
}

/// Signs of toolchains, gathered from the custom sections of a component and its modules. They are claims: nothing but advice rests on them.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    producers: Vec<Toolchain>,
    named: Option<Toolchain>,
    dynamic: bool,
    /// The version of Python whose library there is, such as `3.14`.
    python: Option<String>,
    /// The version of Go or `TinyGo`.
    go: Option<String>,
}

impl Signs {
    pub(crate) fn add(&mut self, section: &CustomSectionReader<'_>) {
        match section.as_known() {
            KnownCustom::Producers(fields) => {
                for value in fields.into_iter().flatten().flat_map(|field| field.values.into_iter().flatten()) {
                    let toolchain = produced(value.name);
                    self.producers.extend(toolchain);
                    if matches!(toolchain, Some(Toolchain::Go | Toolchain::TinyGo)) && self.go.is_none() {
                        let version = value.version.strip_prefix("go").unwrap_or(value.version);
                        self.go = Some(version.to_owned());
                    }
                }
            }
            KnownCustom::Name(names) => {
                let modules = names.into_iter().flatten().filter_map(|part| match part {
                    Name::Module { name, .. } => Some(name),
                    _ => None,
                });
                for module in modules {
                    if module.starts_with("componentize_py_runtime") {
                        self.named = Some(Toolchain::ComponentizePy);
                    }
                    let library = module.strip_prefix("libpython").and_then(|rest| rest.strip_suffix(".so"));
                    self.python = self.python.take().or_else(|| library.map(ToOwned::to_owned));
                }
            }
            _ if section.name() == "dylink.0" => self.dynamic = true,
            _ => {}
        }
    }

    /// The version of Python whose library a module says that it is.
    pub(crate) fn python(&self) -> Option<&str> {
        self.python.as_deref()
    }

    /// The version of Go that is named, and whether it is `TinyGo`'s.
    pub(crate) fn go(&self) -> Option<(bool, &str)> {
        Some((self.producers.contains(&Toolchain::TinyGo), self.go.as_deref()?))
    }

    /// The likeliest toolchain. One for a language that is interpreted comes before those that its interpreter was compiled by.
    pub(crate) fn toolchain(&self) -> Option<Toolchain> {
        let produced = |toolchain| self.producers.contains(&toolchain).then_some(toolchain);
        let found = self.named.or(produced(Toolchain::ComponentizeJs));
        // It names nothing but Rust, and alone links modules of Rust when they are loaded.
        let found = found.or(produced(Toolchain::Rust).filter(|_| self.dynamic).map(|_| Toolchain::ComponentizeQjs));
        let others = [Toolchain::TinyGo, Toolchain::Go, Toolchain::Rust, Toolchain::Clang];
        found.or_else(|| others.into_iter().find_map(produced))
    }
}

fn produced(name: &str) -> Option<Toolchain> {
    match name {
        "ComponentizeJS" => Some(Toolchain::ComponentizeJs),
        "TinyGo" => Some(Toolchain::TinyGo),
        "Go" => Some(Toolchain::Go),
        "rustc" => Some(Toolchain::Rust),
        _ => name.to_ascii_lowercase().contains("clang").then_some(Toolchain::Clang),
    }
}
