//! Makes a constant of every hostile grader, and a list of the tests that they must have: a fixture without a test of its name does not
//! compile, and neither does a test without its fixture.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("hostile_graders");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wat") {
            names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let mut code = String::from("mod fixture {\n");
    for name in &names {
        let path = folder.join(format!("{name}.wat")).display().to_string();
        writeln!(code, "    pub(super) const {}: &str = include_str!({path:?});", name.to_uppercase())?;
    }
    writeln!(code, "}}\n\nconst _: &[fn() -> Result<(), Failure>] = &[{}];", names.join(", "))?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("hostile_graders.rs"), code)?;
    Ok(())
}
