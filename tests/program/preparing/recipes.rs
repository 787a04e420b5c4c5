//! From an empty data directory to graded submissions, with the recipes that the program carries and made-up downloads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use assay_tests::{Failure, assay, root};
use serde_json::Value;

/// The files that the reference's preparers make of the made-up downloads: by competition, their digests.
fn expected() -> Result<BTreeMap<String, Value>, Failure> {
    let text = fs::read_to_string(root().join("tests/preparation/expected.jsonl"))?;
    let mut expected = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line)?;
        let id = line["competition_id"].as_str().ok_or("no id")?.to_owned();
        expected.insert(id, line["files"].clone());
    }
    Ok(expected)
}

/// Every file that is published has the reference's bytes, doctor finds it as it was prepared, and the sample submission is graded.
#[test]
fn what_the_carried_recipes_publish_is_the_references() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (data, list) = (folder.path().join("data"), folder.path().join("list.txt"));
    let ids: Vec<&str> = assay_builtin::competitions()
        .map(|(id, _)| id)
        .filter(|id| assay_builtin::preparation(id, "preparation.toml").is_some())
        .collect();
    fs::write(&list, format!("# those with a recipe\n\n{}\n", ids.join("\n")))?;
    let mut command = assay()?;
    command.arg("prepare").arg("--list").arg(&list).arg("--data-dir").arg(&data).arg("--skip-verification");
    let run = command.arg("--from").arg(root().join("tests/preparation/data")).output()?;
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    // These are no downloads of Kaggle's.
    assert!(said.contains("not verified: the download is another one than the reference's"), "{said}");
    let expected = expected()?;
    for id in ids {
        let manifest: Value = serde_json::from_slice(&fs::read(data.join(id).join("prepared/prepared.json"))?)?;
        let mut names: BTreeSet<&String> = manifest["files"].as_object().ok_or("no files")?.keys().collect();
        names.retain(|name| *name != "public/description.md");
        let files = expected[id].as_object().ok_or("no files")?;
        assert_eq!(names, files.keys().collect(), "{id}");
        for (name, file) in files.iter().filter(|(_, file)| file["sha256"].is_string()) {
            assert_eq!(manifest["files"][name]["sha256"], file["sha256"], "{id}: {name}");
        }
        graded(id, &data)?;
    }
    Ok(())
}

fn graded(id: &str, data: &Path) -> Result<(), Failure> {
    let run = assay()?.args(["doctor", id, "--format", "json", "--data-dir"]).arg(data).output()?;
    let found: Value = serde_json::from_slice(&run.stdout)?;
    let findings = found[0]["findings"].as_array().ok_or("no findings")?;
    let of = |examined: &str| findings.iter().find(|finding| finding["examined"] == examined).cloned();
    assert_eq!(of("prepared").ok_or("not examined")?["state"], "fine", "{id}: {found}");
    assert_eq!(of("answers").ok_or("not examined")?["state"], "fine", "{id}: {found}");
    let sample = of("sample").ok_or("not examined")?;
    // Of some made-up answers no metric can be taken: they have one class only, or none that counts; one sample scores infinity.
    let scored = ["spaceship-titanic", "leaf-classification", "tweet-sentiment-extraction"];
    assert!(!scored.contains(&id) || sample["state"] == "fine", "{id}: {sample}");
    let description = fs::read_to_string(data.join(id).join("prepared/public/description.md"))?;
    assert!(description.contains("This description was written by Assay"), "{description}");
    Ok(())
}

/// The corrected edition is made by its own recipe into its own folder, and a report says that it was graded.
#[test]
fn a_corrected_edition_stands_beside_the_references() -> Result<(), Failure> {
    let world = super::world::World::new()?;
    fs::create_dir_all(world.path("from"))?;
    fs::write(world.path("from/toy.zip"), super::world::download()?)?;
    let prepare = |edition: &str| -> Result<super::world::Run, Failure> {
        let mut command = world.stranger("127.0.0.1:1")?;
        command.args(["--edition", edition, "--from"]).arg(world.path("from"));
        super::world::run(command)
    };
    let lacking = prepare("corrected")?;
    assert_eq!(lacking.code, Some(2));
    assert!(lacking.stderr.contains("it has no corrected edition: `preparation.corrected.toml`"), "{}", lacking.stderr);
    let recipe = world.path("competitions/toy/preparation.toml");
    let corrected = fs::read_to_string(&recipe)? + "\n# Without a defect.\n";
    fs::write(recipe.with_file_name("preparation.corrected.toml"), corrected)?;
    assert_eq!(prepare("reference")?.code, Some(0));
    assert_eq!(prepare("corrected")?.code, Some(0));
    let manifest: Value = serde_json::from_slice(&fs::read(world.path("data/toy/corrected/prepared.json"))?)?;
    assert_eq!(manifest["edition"], "corrected");
    for (edition, said) in [("reference", Value::Null), ("corrected", "corrected".into())] {
        let mut command = assay()?;
        command.arg("grade-sample").arg(world.path("data/toy/prepared/public/sample_submission.csv")).arg("toy");
        command.arg("--competitions").arg(world.path("competitions")).arg("--data-dir").arg(world.path("data"));
        let run = command.args(["--format", "json", "--edition", edition]).output()?;
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let report: Value = serde_json::from_slice(&run.stdout)?;
        assert_eq!(report["edition"], said);
    }
    Ok(())
}

/// Editors check recipes with the published schema.
#[test]
fn the_schema_of_recipes_is_published() -> Result<(), Failure> {
    let published = fs::read_to_string(root().join("docs/recipe.schema.json"))?;
    let printed = String::from_utf8(assay()?.args(["prepare", "--schema"]).output()?.stdout)?;
    assert!(printed == published, "run `cargo xtask run prepare --schema > docs/recipe.schema.json`");
    Ok(())
}
