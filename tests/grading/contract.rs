//! The contract between host and graders, and what every grader keeps of it.

use std::collections::BTreeMap;
use std::path::Path;

use assay_tests::{Failure, root};
use wit_component::{DecodedWasm, OutputToString, WitPrinter};
use wit_parser::{PackageId, Resolve, UnresolvedPackageGroup};
use xtask::toolchain::Toolchain;

fn components() -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut components = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("target/graders"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        components.insert(name, std::fs::read(path)?);
    }
    assert!(components.len() >= 13, "only {} graders are built", components.len());
    Ok(components)
}

/// A published version of the contract never changes, its comments aside: graders built for it keep working. `wit/versions.toml`
/// records what each version is.
#[test]
fn a_changed_contract_is_a_new_version() -> Result<(), Failure> {
    let recorded: BTreeMap<String, String> =
        toml::from_str(&std::fs::read_to_string(root().join("wit/versions.toml"))?)?;
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("wit"))? {
        let folder = entry?.path();
        if !folder.is_dir() {
            continue;
        }
        let version = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (resolve, package) = parsed(&folder)?;
        let name = &resolve.packages[package].name;
        assert_eq!(name.to_string(), format!("assay:grader@{version}"), "the package in {}", folder.display());
        let mut printer = WitPrinter::<OutputToString>::default();
        printer.emit_docs(false);
        printer.print(&resolve, package, &[])?;
        found.insert(version, assay_types::sha256(printer.output.to_string().as_bytes()));
    }
    assert_eq!(
        found, recorded,
        "a contract in wit/ is not what wit/versions.toml records: give it a new package version in a folder of its own, \
         and record that one's digest"
    );
    Ok(())
}

fn parsed(folder: &Path) -> Result<(Resolve, PackageId), Failure> {
    let mut resolve = Resolve::default();
    let package = resolve.push_group(UnresolvedPackageGroup::parse_dir(folder)?)?;
    Ok((resolve, package))
}

/// What a grader can touch is what it is handed: the audit of a grader is its empty list of imports.
#[test]
fn a_grader_imports_nothing() -> Result<(), Failure> {
    for (name, component) in components()? {
        let DecodedWasm::Component(resolve, world) = wit_component::decode(&component)? else {
            return Err(format!("{name} is not a component").into());
        };
        let imports: Vec<String> =
            resolve.worlds[world].imports.keys().map(|key| resolve.name_world_key(key)).collect();
        assert!(imports.is_empty(), "{name} imports {imports:?}");
        let exports: Vec<String> =
            resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect();
        assert_eq!(exports, ["assay:grader/grading@0.1.0"], "{name}");
    }
    Ok(())
}

/// Small components load fast and can be read by an auditor.
#[test]
fn a_grader_is_small() -> Result<(), Failure> {
    for (name, component) in components()? {
        assert!(component.len() < 400_000, "{name} has {} bytes", component.len());
    }
    Ok(())
}

/// Anyone can build a grader from its source and compare digests. All graders are built alike and of the same crates, so that a few,
/// of numbers, texts and many options, stand for the others, whose digests are held against the lock.
#[test]
fn a_grader_built_elsewhere_is_the_same() -> Result<(), Failure> {
    let elsewhere = tempfile::tempdir()?;
    let source = elsewhere.path().join("deeper/below");
    std::fs::create_dir_all(&source)?;
    for part in ["Cargo.toml", "Cargo.lock", "examples", "host", "plugins", "tests", "wit", "xtask"] {
        copy(&root().join(part), &source.join(part))?;
    }
    // What runs while graders are compiled, as macros do, is of registries alone. No code of a grader is taken over.
    let target = elsewhere.path().join("target");
    copy(&root().join("target/wasm/grader"), &target.join("grader"))?;
    let toolchain = Toolchain::find_or_make(&root().join(".toolchain"))?;
    for name in ["roc-auc", "natural-questions", "f1-macro"] {
        let out = elsewhere.path().join("out").join(name);
        xtask::graders::build(&source, &format!("{}/{name}", xtask::graders::GRADERS), &toolchain, &target, &out)?;
        let file = format!("{name}.wasm");
        let (here, there) =
            (std::fs::read(root().join("target/graders").join(&file))?, std::fs::read(out.join(&file))?);
        assert!(here == there, "{name} is {} bytes here and {} bytes there", here.len(), there.len());
    }
    Ok(())
}

/// Copies a file, a link, or a folder with all that is in it. Times are kept: by them cargo tells what is to be compiled anew.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    // What a link is to need not be there yet, as interpreters need not.
    if from.is_symlink() {
        return std::os::unix::fs::symlink(std::fs::read_link(from)?, to);
    }
    if from.is_dir() {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::copy(from, to)?;
    std::fs::File::options().append(true).open(to)?.set_modified(from.metadata()?.modified()?)
}
