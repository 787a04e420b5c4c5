//! Makes the program carry its graders, with their cases, and its competitions.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use assay_engine::Baseline;
use sha2::{Digest, Sha256};

fn main() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);

    let folder = root.join("graders");
    let graders = found(&folder, |path| (path.extension()? == "wasm").then(|| path.to_owned()))?;
    if graders.is_empty() {
        return Err(format!("there are no graders in {}: run `cargo xtask graders` first", folder.display()));
    }
    // Interpreters are compiled where they are needed: their machine code is larger than all that the program carries.
    carry_machine_code(&out, &graders)?;
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
    embed(&out.join("embedded_graders.rs"), &graders, "GRADERS", "[u8]", "include_bytes!", |path| {
        path.file_stem()?.to_str().map(str::to_owned)
    })?;

    let folder = root.join("competitions");
    let competitions = found(&folder, |path| Some(path.join("competition.toml")).filter(|file| file.is_file()))?;
    embed(&out.join("embedded_competitions.rs"), &competitions, "COMPETITIONS", "str", "include_str!", |path| {
        path.parent()?.file_name()?.to_str().map(str::to_owned)
    })?;

    // competitions/ID/FILE is called ID/FILE.
    let beside = ["dataset.toml", "preparation.corrected.toml", "preparation.toml"];
    let mut files = Vec::new();
    for competition in found(&folder, |path| path.is_dir().then(|| path.to_owned()))? {
        files.extend(beside.iter().map(|name| competition.join(name)).filter(|file| file.is_file()));
    }
    embed(&out.join("embedded_preparations.rs"), &files, "PREPARATIONS", "str", "include_str!", |path| {
        let name = |levels: usize| path.ancestors().nth(levels)?.file_name()?.to_str();
        Some(format!("{}/{}", name(1)?, name(0)?))
    })?;

    // plugins/GRADER/cases/CASE/FILE is called GRADER/CASE/FILE.
    let mut files = Vec::new();
    for grader in found(&root.join("plugins"), |path| Some(path.join("cases")).filter(|cases| cases.is_dir()))? {
        for case in found(&grader, |path| path.is_dir().then(|| path.to_owned()))? {
            files.extend(found(&case, |path| path.is_file().then(|| path.to_owned()))?);
        }
    }
    embed(&out.join("embedded_cases.rs"), &files, "CASES", "[u8]", "include_bytes!", |path| {
        let name = |levels: usize| path.ancestors().nth(levels)?.file_name()?.to_str();
        Some(format!("{}/{}/{}", name(3)?, name(1)?, name(0)?))
    })?;
    Ok(())
}

/// Compiles the graders for the program's target, and writes `const MACHINE_CODE` with the code of each by its component's digest.
fn carry_machine_code(out: &Path, graders: &[PathBuf]) -> Result<(), String> {
    let baseline = match Baseline::new(&variable("TARGET")?) {
        Ok(baseline) => Some(baseline),
        Err(error) => {
            println!(
                "cargo::warning=graders are compiled where the program runs, since this engine does not compile for its target: {error}"
            );
            None
        }
    };
    let folder = out.join("machine-code");
    let failed = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).map_err(|error| failed(&folder, &error))?;
    let mut files = Vec::new();
    for path in graders {
        let Some(baseline) = &baseline else { break };
        let component = fs::read(path).map_err(|error| failed(path, &error))?;
        let code = baseline.compile(&component).map_err(|error| failed(path, &error))?;
        let file = folder.join(hexadecimal(&Sha256::digest(&component)));
        fs::write(&file, code).map_err(|error| failed(&file, &error))?;
        files.push(file);
    }
    files.sort();
    let mut code = String::from("pub(super) static MACHINE_CODE: &[CarriedCode] = &[\n");
    for file in &files {
        let digest = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let path = file.display().to_string();
        // SAFETY of what is written: the bytes are what the compiler has just given.
        let bytes = format!("unsafe {{ MachineCode::vouched_for(include_bytes!({path:?})) }}");
        let _ = writeln!(code, "    CarriedCode {{ component: {digest:?}, code: {bytes} }},");
    }
    code.push_str("];\n");
    let file = out.join("machine_code.rs");
    fs::write(&file, code).map_err(|error| failed(&file, &error))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
fn embed(
    out: &Path,
    files: &[PathBuf],
    constant: &str,
    kind: &str,
    include: &str,
    name: impl Fn(&Path) -> Option<String>,
) -> Result<(), String> {
    // A constant would be copied into each crate that uses it.
    let mut code = format!("static {constant}: &[(&str, &{kind})] = &[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let path = file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?;
        let name = name(file).ok_or(format!("{} has no name", file.display()))?;
        let _ = writeln!(code, "    ({name:?}, {include}({:?})),", path.display().to_string());
    }
    code.push_str("];\n");
    fs::write(out, code).map_err(|error| format!("{}: {error}", out.display()))
}
