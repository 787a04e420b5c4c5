//! What single steps make of small files.

use std::error::Error;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use assay_recipes::{Extractor, Folders, Observer, Recipe};

pub(crate) type Problem = Box<dyn Error + Send + Sync>;

pub(crate) struct Nothing;

impl Extractor for Nothing {
    fn extract(&self, archive: &Path, _: &Path) -> Result<(), Problem> {
        Err(format!("{} is not to be extracted", archive.display()).into())
    }
}

impl Observer for Nothing {
    fn step(&self, _: usize, _: usize, _: &str) {}
    fn bytes(&self, _: u64) {}
    fn cancelled(&self) -> bool {
        false
    }
}

/// Runs steps on files of the download. The text of a file that they made, or the error in words.
pub(crate) fn made(files: &[(&str, &[u8])], steps: &str, file: &str) -> Result<String, Problem> {
    Ok(String::from_utf8(bytes_made(files, steps, file)?)?)
}

/// Runs steps on files of the download. The bytes of a file that they made.
pub(crate) fn bytes_made(files: &[(&str, &[u8])], steps: &str, file: &str) -> Result<Vec<u8>, Problem> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    for name in ["raw", "public", "private"] {
        fs::create_dir_all(at(name))?;
    }
    for (name, content) in files {
        let path = at("raw").join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, content)?;
    }
    let recipe = Recipe::parse(&format!("steps = [\n{steps}\n]"), "preparation.toml")?;
    let (raw, public, private) = (at("raw"), at("public"), at("private"));
    let folders = Folders { raw: &raw, public: &public, private: &private, raw_stays: false };
    recipe.run(&folders, &Nothing, &Nothing, NonZeroUsize::MIN)?;
    Ok(fs::read(at(file))?)
}
