//! Makes the program carry what `assay new grader` writes: the templates and SDKs below `sdk/`, and the crates that a grader in Rust uses.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folders of the workspace, the language whose graders have their files (`*`: all), and where.
const FOLDERS: &[(&str, &str, &str)] = &[
    ("sdk/template", "*", ""),
    ("sdk/c", "c", ""),
    ("sdk/go", "go", ""),
    ("sdk/javascript", "javascript", ""),
    ("sdk/python", "python", ""),
    ("sdk/rust", "rust", ""),
    ("sdk/typescript", "typescript", ""),
    ("sdk/zig", "zig", ""),
    ("plugins/sdk/src", "rust", "assay/sdk/src/"),
    ("plugins/metrics/src", "rust", "assay/metrics/src/"),
    ("plugins/pytext/src", "rust", "assay/pytext/src/"),
];

/// Single files, in the same way.
const FILES: &[(&str, &str, &str)] = &[
    ("wit/0.1.0/grader.wit", "*", "wit/0.1.0/grader.wit"),
    ("sdk/javascript/assay.js", "typescript", "assay.js"),
    ("sdk/javascript/assay_component.js", "typescript", "assay_component.js"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let mut files: Vec<(String, String, PathBuf)> = Vec::new();
    for (folder, language, prefix) in FOLDERS {
        let root = workspace.join(folder);
        println!("cargo::rerun-if-changed={}", root.display());
        for file in below(&root)? {
            let path = file.strip_prefix(&root)?.to_str().ok_or("a file's name is not UTF-8")?;
            // What is in `template` goes to the folder itself.
            let path = path.strip_prefix("template/").unwrap_or(path);
            files.push(((*language).to_owned(), format!("{prefix}{path}"), file));
        }
    }
    for (file, language, path) in FILES {
        files.push(((*language).to_owned(), (*path).to_owned(), workspace.join(file)));
    }
    files.sort();
    let mut code = String::from("const FILES: &[(&str, &str, &str)] = &[\n");
    for (language, path, file) in files {
        println!("cargo::rerun-if-changed={}", file.display());
        writeln!(code, "    ({language:?}, {path:?}, include_str!({:?})),", file.display().to_string())?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("templates.rs"), code)?;
    Ok(())
}

/// All files below a folder.
fn below(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}
