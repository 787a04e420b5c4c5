//! A download is verified while it is worked on: what is published is of a download that was, and what is said is what is wrong with it.

use std::fs;

use assay_tests::Failure;
use serde_json::Value;

use super::world::{Run, World, download, run};

/// `assay prepare` of a download of the user's, of which the reference's MD5 is known.
fn prepare(world: &World, content: &[u8], md5: &str, arguments: &[&str]) -> Result<Run, Failure> {
    fs::write(world.path("toy.zip"), content)?;
    fs::write(world.path("competitions/toy/dataset.toml"), format!("download.md5 = '{md5}'\n"))?;
    let mut command = world.stranger("127.0.0.1:1")?;
    command.arg("--from").arg(world.path("toy.zip")).args(arguments);
    run(command)
}

/// The MD5 that an error names as that of the download.
fn named(said: &str) -> Result<String, Failure> {
    let (_, after) = said.split_once("its MD5 is ").ok_or_else(|| format!("no MD5 in {said}"))?;
    Ok(after.chars().take(32).collect())
}

fn nothing_is_left(world: &World) -> Result<(), Failure> {
    let left: Vec<_> = fs::read_dir(world.path("data/toy"))?.flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| name == ".preparing.lock"), "{left:?}");
    Ok(())
}

/// Another download publishes nothing and leaves nothing, and is prepared if the user wants it all the same.
#[test]
fn another_checksum_publishes_nothing() -> Result<(), Failure> {
    let (world, content, other) = (World::new()?, download()?, "0".repeat(32));
    let refused = prepare(&world, &content, &other, &[])?;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains(&format!("that of the reference's download {other}")), "{}", refused.stderr);
    nothing_is_left(&world)?;
    let md5 = named(&refused.stderr)?;
    for (known, arguments, verification) in [(&other, &["--skip-verification"][..], "skipped"), (&md5, &[], "same")] {
        let prepared = prepare(&world, &content, known, arguments)?;
        assert_eq!(prepared.code, Some(0), "{}", prepared.stderr);
        assert_eq!(prepared.stderr.contains("not verified"), known == &other, "{}", prepared.stderr);
        assert!(world.is_prepared());
        let manifest: Value = serde_json::from_slice(&fs::read(world.path("data/toy/prepared/prepared.json"))?)?;
        assert_eq!(manifest["verification"], verification);
        assert_eq!(manifest["download"]["md5"], md5.as_str());
        fs::remove_dir_all(world.path("data/toy/prepared"))?;
    }
    Ok(())
}

/// Of a download that is another one and damaged besides, it is told that it is another one; if that is no matter, that it is damaged.
#[test]
fn another_checksum_is_told_before_damage() -> Result<(), Failure> {
    let (world, mut content) = (World::new()?, download()?);
    let middle = content.len() / 2;
    content[middle] ^= 1;
    let other = "0".repeat(32);
    let refused = prepare(&world, &content, &other, &[])?;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("its MD5 is") && !refused.stderr.contains("damaged"), "{}", refused.stderr);
    nothing_is_left(&world)?;
    for (md5, arguments) in [(other, &["--skip-verification"][..]), (named(&refused.stderr)?, &[])] {
        let refused = prepare(&world, &content, &md5, arguments)?;
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains("noise.bin: it is damaged"), "{}", refused.stderr);
        assert!(
            !world.path("data/toy/prepared").exists() && !world.path("data/toy/.preparing-prepared/raw.json").exists()
        );
    }
    Ok(())
}

/// What a call before unpacked is used if it is of this very download, and of no other.
#[test]
fn what_is_unpacked_is_used_for_the_same_download_alone() -> Result<(), Failure> {
    let (world, content) = (World::new()?, download()?);
    let recipe = fs::read_to_string(world.path("competitions/toy/preparation.toml"))?;
    let (unpacked, prepared) =
        (world.path("data/toy/.preparing-prepared/raw/test.csv"), world.path("data/toy/prepared/private/test.csv"));
    let changed = b"id,y\n1,3\n";
    // With it all files are unpacked; without it small ones are read in the archive.
    let arguments = ["--skip-verification", "--keep-raw"];
    // One byte more behind the archive is another download with the same files.
    for (second, expected) in [(content.clone(), changed), ([&content[..], b"x"].concat(), b"id,y\n1,2\n")] {
        let fails = recipe.replace("raw/sample_submission.csv", "raw/nothing.csv");
        fs::write(world.path("competitions/toy/preparation.toml"), fails)?;
        let failed = prepare(&world, &content, &"0".repeat(32), &arguments)?;
        assert_eq!(failed.code, Some(3), "{}", failed.stderr);
        fs::write(&unpacked, changed)?;
        fs::write(world.path("competitions/toy/preparation.toml"), &recipe)?;
        let done = prepare(&world, &second, &"0".repeat(32), &arguments)?;
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert_eq!(fs::read(&prepared)?, expected);
        fs::remove_dir_all(world.path("data/toy/prepared"))?;
    }
    Ok(())
}

/// What a call left in the archive is unpacked by one that is to keep the unpacked download.
#[test]
fn what_stayed_in_the_archive_is_unpacked_if_it_is_to_be_kept() -> Result<(), Failure> {
    let (world, content) = (World::new()?, download()?);
    let recipe = fs::read_to_string(world.path("competitions/toy/preparation.toml"))?;
    let fails = recipe.replace("raw/sample_submission.csv", "raw/nothing.csv");
    fs::write(world.path("competitions/toy/preparation.toml"), fails)?;
    let failed = prepare(&world, &content, &"0".repeat(32), &["--skip-verification"])?;
    assert_eq!(failed.code, Some(3), "{}", failed.stderr);
    assert!(world.path("data/toy/.preparing-prepared/raw.json").is_file());
    fs::write(world.path("competitions/toy/preparation.toml"), &recipe)?;
    let done = prepare(&world, &content, &"0".repeat(32), &["--skip-verification", "--keep-raw"])?;
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(fs::read(world.path("data/toy/raw/test.csv"))?, b"id,y\n1,2\n");
    Ok(())
}

/// A file whose digest is known since it was copied from the archive may be written anew by a later step: the manifest is of what is there.
#[test]
fn the_manifest_is_of_what_was_written_last() -> Result<(), Failure> {
    let (world, content) = (World::new()?, download()?);
    let recipe = r#"
steps = [
  { copy = { from = "raw/test.csv", to = "private/test.csv" } },
  { copy = { from = "raw/test.csv", to = "public/sample_submission.csv" } },
  { copy = { from = "raw/noise.bin", to = "public/sample_submission.csv" } },
  { copy = { from = "raw/noise.bin", to = "public/description.md" } },
  { copy = { from = "raw/noise.bin", to = "public/noise.bin" } },
  { copy = { from = "raw/noise.bin", to = "public/copied.bin" } },
  { copy = { from = "private/test.csv", to = "public/copied.bin" } },
  { read = { file = "raw/test.csv", as = "test" } },
  { write = { table = "test", set = { y = 3 }, file = "private/test.csv" } },
]
"#;
    fs::write(world.path("competitions/toy/preparation.toml"), recipe)?;
    let done = prepare(&world, &content, &"0".repeat(32), &["--skip-verification"])?;
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let prepared = world.path("data/toy/prepared");
    assert_eq!(fs::read(prepared.join("private/test.csv"))?, b"id,y\n1,3\n");
    assert_eq!(fs::read(prepared.join("public/copied.bin"))?, b"id,y\n1,2\n");
    let manifest: Value = serde_json::from_slice(&fs::read(prepared.join("prepared.json"))?)?;
    let files = manifest["files"].as_object().ok_or("no files")?;
    assert_eq!(files.len(), 5);
    for (name, known) in files {
        let there = fs::read(prepared.join(name))?;
        assert_eq!(known["sha256"], assay_types::sha256(&there).as_str(), "{name}");
        assert_eq!(known["bytes"], there.len(), "{name}");
    }
    Ok(())
}
