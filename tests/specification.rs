//! The specification names a test for each promise: each of them exists.

use std::collections::BTreeSet;

use assay_tests::{Failure, root};

#[test]
fn every_test_that_the_specification_names_exists() -> Result<(), Failure> {
    let text = std::fs::read_to_string(root().join("SPECIFICATION.md"))?;
    let mut named = BTreeSet::new();
    for row in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| **")) {
        let proof = row.rsplit('|').nth(1).unwrap_or_default();
        // A name without its file is in the file of the one before.
        let mut file = "";
        for name in proof.split('`').skip(1).step_by(2) {
            let test = match name.split_once("::") {
                Some((of, test)) => {
                    file = of;
                    test
                }
                None => name,
            };
            named.insert((file.to_owned(), test.to_owned()));
        }
    }
    assert!(named.len() > 50, "only {} tests are named", named.len());
    for (file, test) in named {
        let name = if file.is_empty() { &test } else { &file };
        let path = root().join(format!("tests/{name}.rs"));
        let path = if path.exists() { path } else { root().join(format!("tests/{name}/main.rs")) };
        let source = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        // The suite of attacks makes its tests by a macro, one a line.
        let made = [format!("fn {test}("), format!("    {test} =>")];
        assert!(file.is_empty() || made.iter().any(|made| source.contains(made)), "{file}::{test}");
    }
    Ok(())
}
