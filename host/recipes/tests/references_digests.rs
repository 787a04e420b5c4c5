//! Every recipe makes the files that the reference's preparer makes of the same made-up download.

use std::error::Error;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use assay_recipes::{Extractor, Folders, Observer, Recipe};
use serde_json::Value;
use sha2::{Digest, Sha256};

struct Quiet;

impl Observer for Quiet {
    fn step(&self, _: usize, _: usize, _: &str) {}
    fn bytes(&self, _: u64) {}
    fn cancelled(&self) -> bool {
        false
    }
}

struct Zip;

impl Extractor for Zip {
    fn extract(&self, archive: &Path, into: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
        zip::ZipArchive::new(fs::File::open(archive)?)?.extract(into)?;
        Ok(())
    }
}

/// The digests of all files below a folder.
fn digests(folder: &Path, name: &str, found: &mut Vec<(String, String)>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            digests(&entry.path(), &name, found)?;
        } else {
            let digest = Sha256::digest(fs::read(entry.path())?);
            found.push((name, digest.iter().map(|byte| format!("{byte:02x}")).collect()));
        }
    }
    Ok(())
}

#[test]
fn every_file_has_the_references_digest() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tried = 0;
    for line in fs::read_to_string(root.join("tests/preparation/expected.jsonl"))?.lines() {
        let case: Value = serde_json::from_str(line)?;
        let id = case["competition_id"].as_str().ok_or("a case has no competition")?;
        let Ok(text) = fs::read_to_string(root.join("competitions").join(id).join("preparation.toml")) else {
            continue;
        };
        let folder = tempfile::tempdir()?;
        let [raw, public, private] = ["raw", "public", "private"].map(|name| folder.path().join(name));
        for made in [&raw, &public, &private] {
            fs::create_dir(made)?;
        }
        Zip.extract(&root.join(format!("tests/preparation/data/{id}/{id}.zip")), &raw)
            .map_err(|error| error.to_string())?;
        let folders = Folders { raw: &raw, public: &public, private: &private };
        Recipe::parse(&text, id)?
            .run(&folders, &Zip, &Quiet, NonZeroUsize::MIN)
            .map_err(|error| format!("{id}: {error}"))?;
        let mut found = Vec::new();
        digests(&public, "public", &mut found)?;
        digests(&private, "private", &mut found)?;
        found.sort();
        let files = case["files"].as_object().ok_or("a case has no files")?;
        let mut expected: Vec<(String, String)> = files
            .iter()
            .map(|(name, file)| (name.clone(), file["sha256"].as_str().unwrap_or("no digest").to_owned()))
            .collect();
        expected.sort();
        let differing: Vec<_> = expected.iter().filter(|file| !found.contains(file)).map(|(name, _)| name).collect();
        let surplus: Vec<_> =
            found.iter().map(|(name, _)| name).filter(|name| !files.contains_key(name.as_str())).collect();
        assert!(differing.is_empty() && surplus.is_empty(), "{id}: differing {differing:?}, surplus {surplus:?}");
        assert_eq!(fs::read_dir(folder.path())?.count(), 3, "{id}: something stays beside the folders");
        tried += 1;
    }
    assert!(tried >= 14, "{tried} recipes were tried");
    Ok(())
}
