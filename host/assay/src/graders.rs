//! The graders at hand.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use assay_evidence::lock::Pinned;
use assay_sandbox::anatomy::Anatomy;
use assay_sandbox::{Carried, Grader, Limits, LoadError, Sandbox, Trust, Warmed};
use assay_types::excerpt::excerpt;
use thiserror::Error;

use crate::catalog::{Catalog, CatalogError, Source};
use crate::grader_folder;

/// The machine code of the program's own graders, which it carries.
#[must_use]
pub fn carried() -> Carried {
    Carried::new(assay_builtin::machine_code())
}

/// The components of graders by name, before any is loaded.
#[derive(Clone, Debug)]
pub struct GraderCatalog {
    catalog: Catalog,
    /// What the locks of folders say of the graders in them.
    pinned: BTreeMap<String, Pinned>,
}

/// Why a grader cannot be used.
#[derive(Clone, Debug, Error)]
pub enum GraderError {
    /// There is none of that name, or its file cannot be read.
    #[error(transparent)]
    Catalog(Arc<CatalogError>),
    /// It is no grader.
    #[error("grader {}: {error}", excerpt(.name))]
    Load {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: Arc<LoadError>,
    },
}

impl From<CatalogError> for GraderError {
    fn from(error: CatalogError) -> Self {
        GraderError::Catalog(Arc::new(error))
    }
}

impl GraderError {
    /// True if the host could not load it for reasons of its own, so that another try may succeed.
    #[must_use]
    pub fn is_host_fault(&self) -> bool {
        matches!(self, GraderError::Load { error, .. } if error.is_host_fault())
    }
}

impl GraderCatalog {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        let catalog = Catalog::new("grader", Limits::default().component_bytes as u64);
        GraderCatalog { catalog, pinned: BTreeMap::new() }
    }

    /// The graders that the program carries. They are as trusted as the program itself.
    #[must_use]
    pub fn built_in() -> Self {
        let mut graders = GraderCatalog::none();
        for (name, component) in assay_builtin::graders() {
            graders.catalog.add(name, Source::BuiltIn(component));
        }
        graders
    }

    /// Adds every `NAME.wasm` of a folder; one of a known name takes that one's place. They are not trusted. Where the folder has a lock,
    /// `assay.lock`, a grader that it names is used only if it has the digest that it says.
    ///
    /// # Errors
    ///
    /// If the folder or its lock cannot be read.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), CatalogError> {
        self.catalog.add_folder(folder, |path| {
            let wasm = path.extension().is_some_and(|extension| extension == "wasm");
            let name = path.file_stem()?.to_str()?.to_owned();
            wasm.then_some((name, path))
        })?;
        let lock = grader_folder::pinned(folder).map_err(|error| CatalogError::Lock(Box::new(error)))?;
        let here = |source: &Source| matches!(source, Source::File(path) if path.parent() == Some(folder));
        for (name, _) in self.catalog.sources().filter(|(_, source)| here(source)) {
            match lock.as_ref().and_then(|lock| lock.graders.get(name)) {
                Some(pin) => self.pinned.insert(name.to_owned(), pin.clone()),
                None => self.pinned.remove(name),
            };
        }
        Ok(())
    }

    /// Adds a component by its bytes; one of that name is replaced. It is not trusted.
    pub fn add(&mut self, name: &str, component: impl Into<Arc<[u8]>>) {
        self.pinned.remove(name);
        self.catalog.add(name, Source::Given(component.into()));
    }

    /// Names and where their components come from, in the order of the names.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.catalog.sources()
    }

    /// The files that components are in, where they are in files.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.catalog.files()
    }

    /// Where a component comes from; none if there is none of that name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.catalog.source(name).ok()
    }

    /// The bytes of a grader's component.
    ///
    /// # Errors
    ///
    /// If there is no such grader, its file cannot be read, or it is not the one that the folder's lock names.
    pub fn component(&self, name: &str) -> Result<Cow<'_, [u8]>, CatalogError> {
        let bytes = self.catalog.bytes(name)?;
        let found = self.pinned.get(name).map(|pinned| (pinned, Pinned::of(&bytes)));
        match found {
            Some((pinned, found)) if *pinned != found => {
                Err(CatalogError::Pinned { name: name.into(), found: found.into(), pinned: pinned.clone().into() })
            }
            _ => Ok(bytes),
        }
    }
}

/// Graders by name, each loaded when it is first asked for. What could not be loaded is not tried again, unless the host was at fault.
pub struct Graders {
    sandbox: Sandbox,
    catalog: GraderCatalog,
    loaded: Mutex<HashMap<String, Cell>>,
}

/// What came of loading one grader; nothing until it was asked for. Who loads it holds its lock, and no other grader waits.
type Cell = Arc<Mutex<Option<Result<Grader, GraderError>>>>;

impl Graders {
    /// Graders that run in this sandbox.
    #[must_use]
    pub fn new(catalog: GraderCatalog, sandbox: Sandbox) -> Self {
        Graders { sandbox, catalog, loaded: Mutex::default() }
    }

    /// One grader alone, which is loaded already.
    pub(crate) fn alone(&self, name: &str, component: &[u8], grader: Grader) -> Self {
        let mut catalog = GraderCatalog::none();
        catalog.add(name, component);
        let loaded = HashMap::from([(name.to_owned(), Cell::new(Mutex::new(Some(Ok(grader)))))]);
        Graders { sandbox: self.sandbox.clone(), catalog, loaded: Mutex::new(loaded) }
    }

    /// Their components.
    #[must_use]
    pub fn catalog(&self) -> &GraderCatalog {
        &self.catalog
    }

    /// True for what the program carries, which is as trusted as the program itself.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        matches!(self.catalog.source(name), Some(Source::BuiltIn(_)))
    }

    /// False if it is known that it never can be loaded.
    pub(crate) fn is_usable(&self, name: &str) -> bool {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |cell: &Cell| cell.try_lock().is_ok_and(|cell| matches!(*cell, Some(Err(_))));
        self.catalog.source(name).is_some() && !loaded.get(name).is_some_and(known)
    }

    /// True if it has been loaded, or never can be.
    pub(crate) fn is_settled(&self, name: &str) -> bool {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.get(name).is_some_and(|cell| cell.try_lock().is_ok_and(|cell| cell.is_some()))
    }

    /// The limits that they run under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.sandbox.limits()
    }

    /// Loads a component that is none of them.
    ///
    /// # Errors
    ///
    /// If it is no grader, or may not run here; or if the host fails.
    pub fn load(&self, component: &[u8], trust: Trust) -> Result<Grader, LoadError> {
        self.sandbox.load(component, trust)
    }

    /// Takes a component apart, without running it.
    ///
    /// # Errors
    ///
    /// As [`Sandbox::inspect`] has them.
    pub fn inspect(&self, component: &[u8], trust: Trust) -> Result<Anatomy, LoadError> {
        self.sandbox.inspect(component, trust)
    }

    /// Has the cache hold the machine code of a grader that others made, so that nobody waits for it later.
    ///
    /// # Errors
    ///
    /// If there is no such grader, it is none, or there is no cache that keeps it.
    pub fn warm(&self, name: &str) -> Result<Warmed, GraderError> {
        let component = self.catalog.component(name)?;
        self.sandbox
            .warm(&component)
            .map_err(|error| GraderError::Load { name: name.to_owned(), error: Arc::new(error) })
    }

    /// The grader of that name. Others that ask for the same one meanwhile wait for it.
    ///
    /// # Errors
    ///
    /// If there is none, or it is not a grader.
    pub fn get(&self, name: &str) -> Result<Grader, GraderError> {
        let source = self.catalog.catalog.source(name)?;
        let cell = {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(loaded.entry(name.to_owned()).or_default())
        };
        let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*cell {
            return known.clone();
        }
        let trust = if matches!(source, Source::BuiltIn(_)) { Trust::Own } else { Trust::Others };
        let component = self.catalog.component(name)?;
        let grader = self
            .sandbox
            .load(&component, trust)
            .map_err(|error| GraderError::Load { name: name.to_owned(), error: Arc::new(error) });
        if !grader.as_ref().is_err_and(GraderError::is_host_fault) {
            *cell = Some(grader.clone());
        }
        grader
    }
}
