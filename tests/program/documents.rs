//! The documents: links lead somewhere, and pages that are made of the code say what the code says.

use std::path::Path;

use assay_tests::{Failure, root};
use xtask::{links, pages};

#[test]
fn every_link_leads_somewhere() -> Result<(), Failure> {
    let found = links::documents(&root())?;
    for expected in
        ["README.md", "SPECIFICATION.md", "docs/SUMMARY.md", "docs/languages/README.md", "sdk/template/README.md"]
    {
        assert!(found.iter().any(|path| path == Path::new(expected)), "{expected} is not looked at: {found:?}");
    }
    let faults = links::faults(&root())?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// What the check of links is there to find, each with its line.
#[test]
fn links_that_lead_nowhere_are_found() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let page = "# A page\n\n[a](other.md) [b](other.md#two-words) [c](#a-page) [d](https://example.org/nowhere) ![e](e.svg)\n\n\
                [f](other.md#three)\n[g](../outside.md)\n[h][unknown] [i] `[j](none.md)`\n\n```\n[k](none.md)\n```\n\n## `code`, and (more)\n\n\
                [l](#code-and-more) [m](#more) [n](folder/) [o](other.md#two-words-1)\n";
    std::fs::write(folder.path().join("page.md"), page)?;
    std::fs::write(folder.path().join("other.md"), "# Two words\n\n## Two words\n")?;
    std::fs::create_dir(folder.path().join("folder"))?;
    let faults = links::faults(folder.path())?;
    let expected = [
        "page.md:7: `[unknown]` is defined nowhere in this file: add a line `[unknown]: …`",
        "page.md:3: `e.svg` leads to e.svg, which does not exist",
        "page.md:5: `other.md#three`: other.md has no heading `three`; it has two-words, two-words-1",
        "page.md:6: `../outside.md` leads out of the project: start from this file's folder",
        "page.md:15: `#more`: page.md has no heading `more`; it has a-page, code-and-more",
    ];
    assert_eq!(faults, expected);
    Ok(())
}

#[test]
fn pages_that_are_made_of_the_code_say_what_it_says() -> Result<(), Failure> {
    for page in pages::all(&root())? {
        let published = std::fs::read_to_string(root().join(page.path))?;
        assert!(published == page.text, "{} is another: run `cargo xtask pages`", page.path);
    }
    Ok(())
}

/// Every page below `docs/` is in the book.
#[test]
fn the_book_has_every_page() -> Result<(), Failure> {
    let summary = Path::new("docs/SUMMARY.md");
    let listed = links::of(&std::fs::read_to_string(root().join(summary))?);
    let listed: Vec<_> = listed.iter().filter_map(|link| link.target(summary)).map(|(page, _)| page).collect();
    for page in links::documents(&root())? {
        let is_page = page.starts_with("docs") && page != summary;
        assert!(!is_page || listed.contains(&page), "docs/SUMMARY.md does not list {}", page.display());
    }
    Ok(())
}
