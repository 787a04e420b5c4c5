//! From the source of graders to components.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use assay_component::{System, component};
use serde_json::Value;

use crate::command::{output, run};
use crate::toolchain::{TARGET, Toolchain};

/// Where graders are in a workspace.
pub const GRADERS: &str = "plugins";

/// Builds the graders of one folder of the workspace `source`, and leaves `<out>/<name>.wasm`. Compiled code is kept in `target`. The
/// bytes depend on the source and the compiler alone, not on where the workspace is.
///
/// # Errors
///
/// If a grader does not compile, or is not a grader.
pub fn build(source: &Path, folder: &str, toolchain: &Toolchain, target: &Path, out: &Path) -> Result<()> {
    let source = source.canonicalize()?;
    let graders = names(&source, folder)?;
    ensure!(!graders.is_empty(), "there are no graders below {}", source.join(folder).display());
    let mut cargo = toolchain.cargo(&[(&source, "/assay")]);
    // Whoever has incremental builds switched on would get other bytes.
    cargo.env("CARGO_INCREMENTAL", "0");
    cargo.current_dir(&source).args(["build", "--locked", "--profile", "grader", "--target", TARGET]);
    cargo.arg("--target-dir").arg(target);
    vectors(&mut cargo);
    for name in graders.keys() {
        cargo.args(["--package", name]);
    }
    run(&mut cargo)?;

    fs::create_dir_all(out)?;
    let built = target.join(TARGET).join("grader");
    let producers = producers(&toolchain.version()?);
    for (name, library) in &graders {
        let mut module = fs::read(built.join(format!("{library}.wasm")))?;
        module.extend_from_slice(&producers);
        let component = component(&module, System::None)
            .with_context(|| format!("{name} is no grader: a crate that ends in `assay_sdk::export!` is one"))?;
        replace(&out.join(format!("{name}.wasm")), &component)?;
    }
    for stale in fs::read_dir(out)? {
        let path = stale?.path();
        let known = path.file_stem().is_some_and(|stem| graders.contains_key(stem.to_string_lossy().as_ref()));
        if path.extension().is_some_and(|extension| extension == "wasm") && !known {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Adds the flag for instructions on vectors of 128 bits, which give the same bits on every machine. Relaxed ones do not, and stay off.
fn vectors(cargo: &mut Command) {
    const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";
    let flags = cargo.get_envs().find_map(|(name, value)| (name == FLAGS).then_some(value).flatten());
    let flags = flags.map(|flags| flags.to_string_lossy().into_owned()).unwrap_or_default();
    cargo.env(FLAGS, format!("{flags}\u{1f}-Ctarget-feature=+simd128"));
}

/// The graders of a folder: the packages below it that make a `cdylib`, with the name of that library.
fn names(source: &Path, folder: &str) -> Result<BTreeMap<String, String>> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let metadata = output(cargo.current_dir(source).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let folder = source.join(folder);
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut graders = BTreeMap::new();
    for package in packages {
        let below = package["manifest_path"].as_str().is_some_and(|path| PathBuf::from(path).starts_with(&folder));
        let targets = package["targets"].as_array().into_iter().flatten();
        let library =
            targets.filter(|target| target["crate_types"][0] == "cdylib").find_map(|target| target["name"].as_str());
        if let (true, Some(name), Some(library)) = (below, package["name"].as_str(), library) {
            graders.insert(name.to_owned(), library.to_owned());
        }
    }
    Ok(graders)
}

/// The custom section that names language and compiler. Rust writes one too, which is lost when debugging information is stripped;
/// without it nobody could tell which compiler gives a component's bytes.
fn producers(rustc: &str) -> Vec<u8> {
    fn text(text: &str) -> Vec<u8> {
        // Lengths below 128 take one byte.
        let text = &text[..text.floor_char_boundary(127)];
        [&[text.len() as u8], text.as_bytes()].concat()
    }
    let field = |name: &str, value: &str, version: &str| [text(name), vec![1], text(value), text(version)].concat();
    let fields = [vec![2], field("language", "Rust", ""), field("processed-by", "rustc", rustc)].concat();
    let content = [text("producers"), fields].concat();
    // The content may need two bytes for its length.
    let length = [(content.len() & 0x7f) as u8 | 0x80, (content.len() >> 7) as u8];
    [&[0], length.as_slice(), &content].concat()
}

/// Writes a file whose content changed; one that stays the same keeps its time, so that nothing is built anew because of it.
fn replace(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(path, content).with_context(|| path.display().to_string())
}
