//! The recipes make of the made-up downloads what the reference's preparers make of them: each file has the same digest, each archive
//! the same members.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::Read;
use std::num::NonZeroUsize;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use assay_recipes::{Extractor, Folders, Observer, Recipe};
use sha2::{Digest, Sha256};

type Problem = Box<dyn Error + Send + Sync>;

/// Archives are ours here, so nothing is checked.
struct Plain;

impl Extractor for Plain {
    fn extract(&self, archive: &Path, into: &Path) -> Result<(), Problem> {
        let name = archive.to_string_lossy();
        if name.ends_with(".7z") {
            sevenz_rust2::decompress_file(archive, into)?;
        } else if name.ends_with(".tar.gz") {
            tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive)?)).unpack(into)?;
        } else {
            zip::ZipArchive::new(File::open(archive)?)?.extract(into)?;
        }
        Ok(())
    }
}

struct Quiet;

impl Observer for Quiet {
    fn step(&self, _: usize, _: usize, _: &str) {}
    fn bytes(&self, _: u64) {}
    fn cancelled(&self) -> bool {
        false
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The members of an archive by their names, folders left out.
fn members(path: &Path) -> Result<BTreeMap<String, String>, Problem> {
    let bytes = fs::read(path)?;
    let mut members = BTreeMap::new();
    if bytes.starts_with(b"PK") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes))?;
        for index in 0..archive.len() {
            let mut member = archive.by_index(index)?;
            if member.is_file() {
                let mut content = Vec::new();
                member.read_to_end(&mut content)?;
                let name = member.name()?.into_owned();
                members.insert(name, digest(&content));
            }
        }
    } else if bytes.starts_with(b"7z") {
        let folder = tempfile::tempdir()?;
        sevenz_rust2::decompress_file(path, folder.path())?;
        for name in files(folder.path())? {
            members.insert(name.clone(), digest(&fs::read(folder.path().join(name))?));
        }
    } else {
        let content: Box<dyn Read> = match bytes.starts_with(&[0x1f, 0x8b]) {
            true => Box::new(flate2::read::GzDecoder::new(&bytes[..])),
            false => Box::new(&bytes[..]),
        };
        for member in tar::Archive::new(content).entries()? {
            let mut member = member?;
            if member.header().entry_type().is_file() {
                let mut content = Vec::new();
                member.read_to_end(&mut content)?;
                members.insert(member.path()?.to_string_lossy().into_owned(), digest(&content));
            }
        }
    }
    Ok(members)
}

fn files(folder: &Path) -> Result<BTreeSet<String>, Problem> {
    let mut names = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            names.insert(entry.path().strip_prefix(folder)?.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// The digests of all files below a folder.
fn contents(folder: &Path) -> Result<BTreeMap<String, String>, Problem> {
    let digest_of = |name: String| Ok((name.clone(), digest(&fs::read(folder.join(name))?)));
    files(folder)?.into_iter().map(digest_of).collect()
}

/// What differs from the reference, in words.
fn differences(id: &str, expected: &serde_json::Value, threads: usize) -> Result<Vec<String>, Problem> {
    let text =
        fs::read_to_string(root().join("competitions").join(id).join("preparation.toml")).map_err(|_| "no recipe")?;
    let recipe = Recipe::parse(&text, "preparation.toml")?;
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    for name in ["raw", "prepared/public", "prepared/private"] {
        fs::create_dir_all(at(name))?;
    }
    let download = root().join("tests/preparation/data").join(id).join(format!("{id}.zip"));
    Plain.extract(&download, &at("raw"))?;
    let (raw, public, private) = (at("raw"), at("prepared/public"), at("prepared/private"));
    let before = contents(&raw)?;
    let folders = Folders { raw: &raw, public: &public, private: &private, raw_stays: false };
    recipe.run(&folders, &Plain, &Quiet, NonZeroUsize::new(threads).ok_or("no thread")?)?;
    let mut problems = Vec::new();
    if contents(&raw)? != before {
        problems.push("the download is not as it was".to_owned());
    }
    let made = files(&at("prepared"))?;
    let mut known = HashSet::new();
    for name in &made {
        if !known.insert(fs::metadata(at("prepared").join(name))?.ino()) {
            problems.push(format!("{name} is another file too"));
        }
    }
    let wanted = expected["files"].as_object().ok_or("no files")?;
    problems.extend(wanted.keys().filter(|name| !made.contains(*name)).map(|name| format!("{name} is missing")));
    for name in &made {
        let path = at("prepared").join(name);
        match wanted.get(name) {
            None => problems.push(format!("{name} is too much")),
            Some(file) if file["members"].is_object() => {
                let ours = serde_json::to_value(members(&path)?)?;
                if ours != file["members"] {
                    problems.push(format!(
                        "{name} has other members: {ours:.300} instead of {:.300}",
                        file["members"].to_string()
                    ));
                }
            }
            Some(file) => {
                let bytes = fs::read(&path)?;
                if file["sha256"] != digest(&bytes) {
                    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
                    problems.push(format!("{name} has {} bytes instead of {}: {start:?}", bytes.len(), file["bytes"]));
                    if let Some(kept) = std::env::var_os("ASSAY_KEEP") {
                        let to = Path::new(&kept).join(id).join(name);
                        fs::create_dir_all(to.parent().unwrap_or(Path::new("/")))?;
                        fs::copy(&path, to)?;
                    }
                }
            }
        }
    }
    Ok(problems)
}

#[test]
fn every_file_has_the_references_digest() {
    let expected =
        fs::read_to_string(root().join("tests/preparation/expected.jsonl")).expect("what is expected is there");
    let mut done = 0;
    let mut wrong = Vec::new();
    for line in expected.lines() {
        let expected: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        let id = expected["competition_id"].as_str().expect("each line names its competition");
        // The outcome does not depend on the number of threads.
        let problems = differences(id, &expected, 1 + done % 3).unwrap_or_else(|error| vec![error.to_string()]);
        done += usize::from(problems.is_empty());
        if !problems.is_empty() {
            let shown: Vec<_> = problems.iter().take(4).cloned().collect();
            wrong.push(format!("{id} ({} problems): {}", problems.len(), shown.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(done, 82);
}
