//! Makes the program carry its graders and competitions.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);

    let folder = root.join("graders");
    let graders = found(&folder, |path| (path.extension()? == "wasm").then(|| path.to_owned()))?;
    if graders.is_empty() {
        return Err(format!("there are no graders in {}: run `cargo xtask graders` first", folder.display()));
    }
    let graders = if env::var_os("CARGO_FEATURE_INTERPRETERS").is_some() {
        let folder = root.join("interpreters");
        let interpreters = found(&folder, |path| (path.extension()? == "wasm").then(|| path.to_owned()))?;
        if interpreters.is_empty() {
            return Err(format!(
                "there are no interpreters in {}: run `cargo xtask interpreters` first",
                folder.display()
            ));
        }
        let mut all = [graders, interpreters].concat();
        all.sort_by(|one, other| one.file_stem().cmp(&other.file_stem()));
        all
    } else {
        graders
    };
    embed(&out.join("embedded_graders.rs"), &graders, "GRADERS", "[u8]", "include_bytes!", |path| path.file_stem())?;

    let folder = root.join("competitions");
    let competitions = found(&folder, |path| Some(path.join("competition.toml")).filter(|file| file.is_file()))?;
    embed(&out.join("embedded_competitions.rs"), &competitions, "COMPETITIONS", "str", "include_str!", |path| {
        path.parent()?.file_name()
    })?;
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

/// The files that `pick` finds among the entries of a folder, in order.
fn found(folder: &Path, pick: impl Fn(&Path) -> Option<PathBuf>) -> Result<Vec<PathBuf>, String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    // A folder that is not there is as good as an empty one.
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        files.extend(pick(&path));
    }
    files.sort();
    Ok(files)
}

/// Writes `const NAME: &[(&str, &TYPE)]` with the name and content of each file.
fn embed<'a>(
    out: &Path,
    files: &'a [PathBuf],
    constant: &str,
    kind: &str,
    include: &str,
    name: impl Fn(&'a Path) -> Option<&'a std::ffi::OsStr>,
) -> Result<(), String> {
    let mut code = format!("const {constant}: &[(&str, &{kind})] = &[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let path = file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?;
        let name = name(file).and_then(|name| name.to_str()).ok_or(format!("{} has no name", file.display()))?;
        let _ = writeln!(code, "    ({name:?}, {include}({:?})),", path.display().to_string());
    }
    code.push_str("];\n");
    fs::write(out, code).map_err(|error| format!("{}: {error}", out.display()))
}
