//! The specification names a test for each promise: each of them exists.

use std::collections::BTreeSet;
use std::path::PathBuf;

use assay_tests::{Failure, root};

/// The file of a module of a test program, or of the program itself if its tests are in no module.
fn file(module: &str) -> Result<PathBuf, Failure> {
    let path = module.replace("::", "/");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("tests"))? {
        let program = entry?.path();
        let files = [program.join(format!("{path}.rs")), program.join(&path).join("mod.rs")];
        found.extend(files.into_iter().filter(|file| program.join("main.rs").exists() && file.exists()));
    }
    found.extend(Some(root().join("tests").join(&path).join("main.rs")).filter(|file| file.exists()));
    match found.as_slice() {
        [file] => Ok(file.clone()),
        _ => Err(format!("`{module}` should be one module, not {found:?}").into()),
    }
}

#[test]
fn every_test_that_the_specification_names_exists() -> Result<(), Failure> {
    let text = std::fs::read_to_string(root().join("SPECIFICATION.md"))?;
    let mut named = BTreeSet::new();
    for row in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| **")) {
        let proof = row.rsplit('|').nth(1).unwrap_or_default();
        // A name without its module is in the module of the one before.
        let mut module = "";
        for name in proof.split('`').skip(1).step_by(2) {
            let test = match name.rsplit_once("::") {
                Some((of, test)) => {
                    module = of;
                    test
                }
                None => name,
            };
            named.insert((module.to_owned(), test.to_owned()));
        }
    }
    assert!(named.len() > 50, "only {} tests are named", named.len());
    for (module, test) in named {
        let source = std::fs::read_to_string(file(if module.is_empty() { &test } else { &module })?)?;
        // The suite of attacks makes its tests by a macro, one a line.
        let made = [format!("fn {test}("), format!("    {test} =>")];
        assert!(module.is_empty() || made.iter().any(|made| source.contains(made)), "{module}::{test}");
    }
    Ok(())
}
