//! The corrected editions that the program carries: of made-up downloads, each has what it is to mend mended, and can be graded with.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use assay_tests::{Failure, assay, root};
use serde_json::Value;
use tempfile::TempDir;

/// Prepares the corrected edition of a competition, and asks the doctor about it. The folder of its data.
fn corrected(id: &str, data: &Path, from: &Path) -> Result<PathBuf, Failure> {
    let mut command = assay()?;
    command.args(["prepare", "-c", id, "--edition", "corrected", "--skip-verification", "--data-dir"]).arg(data);
    let run = command.arg("--from").arg(from).output()?;
    assert!(run.status.success(), "{id}: {}", String::from_utf8_lossy(&run.stderr));
    let mut command = assay()?;
    command.args(["doctor", id, "--edition", "corrected", "--format", "json", "--data-dir"]).arg(data);
    let found: Value = serde_json::from_slice(&command.output()?.stdout)?;
    let findings = found[0]["findings"].as_array().ok_or("no findings")?;
    for examined in ["files", "prepared", "answers"] {
        let state = findings.iter().find(|finding| finding["examined"] == examined).map(|found| &found["state"]);
        assert_eq!(state, Some(&"fine".into()), "{id}, {examined}: {found}");
    }
    Ok(data.join(id).join("corrected"))
}

fn made_up(id: &str) -> Result<(TempDir, PathBuf), Failure> {
    let folder = tempfile::tempdir()?;
    let made = corrected(id, folder.path(), &root().join("tests/preparation/data"))?;
    Ok((folder, made))
}

/// The cells of a column of a plain table.
fn cells(file: &Path, column: &str) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(file)?;
    let mut lines = text.lines();
    let header = lines.next().ok_or("no header")?;
    let place = header.split(',').position(|name| name == column).ok_or("no such column")?;
    Ok(lines.filter_map(|line| line.split(',').nth(place).map(ToOwned::to_owned)).collect())
}

fn set(file: &Path, column: &str) -> Result<BTreeSet<String>, Failure> {
    Ok(cells(file, column)?.into_iter().collect())
}

fn names(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    Ok(fs::read_dir(folder)?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Each carried edition is tried below, so that none is carried untried.
#[test]
fn every_corrected_edition_is_tried() {
    let carried: BTreeSet<&str> = assay_builtin::competitions()
        .map(|(id, _)| id)
        .filter(|id| assay_builtin::preparation(id, "preparation.corrected.toml").is_some())
        .collect();
    let tried = [
        "3d-object-detection-for-autonomous-vehicles",
        "cassava-leaf-disease-classification",
        "champs-scalar-coupling",
        "h-and-m-personalized-fashion-recommendations",
        "hubmap-kidney-segmentation",
        "mlsp-2013-birds",
        "rsna-2022-cervical-spine-fracture-detection",
        "siim-isic-melanoma-classification",
        "smartphone-decimeter-2022",
        "stanford-covid-vaccine",
        "tgs-salt-identification-challenge",
    ];
    assert_eq!(carried, tried.into_iter().collect());
}

#[test]
fn outlines_of_test_images_are_withheld() -> Result<(), Failure> {
    let (_folder, made) = made_up("hubmap-kidney-segmentation")?;
    let names = names(&made.join("public/test"))?;
    for id in cells(&made.join("private/test.csv"), "id")? {
        assert!(names.contains(&format!("{id}.tiff")) && names.contains(&format!("{id}-anatomical-structure.json")));
        assert!(!names.contains(&format!("{id}.json")), "{names:?}");
    }
    Ok(())
}

#[test]
fn record_files_of_the_test_part_have_no_labels() -> Result<(), Failure> {
    for (id, train, test) in [
        ("cassava-leaf-disease-classification", "train_tfrecords", "test_tfrecords"),
        ("siim-isic-melanoma-classification", "tfrecords", "tfrecords"),
    ] {
        let (_folder, made) = made_up(id)?;
        let read = |folder: &str, part: &str| -> Result<Vec<u8>, Failure> {
            let folder = made.join("public").join(folder);
            let mut all = Vec::new();
            for name in names(&folder)?.iter().filter(|name| name.contains(part)) {
                all.extend(fs::read(folder.join(name))?);
            }
            Ok(all)
        };
        let (train, test) = (read(train, "train")?, read(test, "test")?);
        assert!(has(&test, "image_name") && !has(&test, "target"), "{id}");
        assert!(has(&train, "target"), "{id}: the train part keeps what it has");
    }
    Ok(())
}

/// The made-up download of a competition with more files in it: `more` says for each file and what is in it which.
fn with_more(id: &str, more: impl Fn(&str, &[u8]) -> Vec<(String, Vec<u8>)>) -> Result<(TempDir, PathBuf), Failure> {
    let bytes = fs::read(root().join("tests/preparation/data").join(id).join(format!("{id}.zip")))?;
    let mut download = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut larger = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..download.len() {
        let mut entry = download.by_index(index)?;
        let (name, mut content) = (entry.name()?.into_owned(), Vec::new());
        entry.read_to_end(&mut content)?;
        let added = more(&name, &content);
        for (name, content) in std::iter::once((name, content)).chain(added) {
            larger.start_file(name, zip::write::SimpleFileOptions::default())?;
            larger.write_all(&content)?;
        }
    }
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join(format!("{id}.zip")), larger.finish()?.into_inner())?;
    let made = corrected(id, &folder.path().join("data"), folder.path())?;
    Ok((folder, made))
}

#[test]
fn logs_of_the_reference_receiver_are_withheld() -> Result<(), Failure> {
    // Beside each table of positions.
    let log = |name: &str, _: &[u8]| {
        let phone = name.strip_suffix("ground_truth.csv");
        phone.map(|phone| (format!("{phone}supplemental/span_log.nmea"), b"$GPGGA".to_vec())).into_iter().collect()
    };
    let (_folder, made) = with_more("smartphone-decimeter-2022", log)?;
    let logs = |part: &str| {
        let files = walkdir::WalkDir::new(made.join("public").join(part)).into_iter().flatten();
        files.filter(|entry| entry.file_name().to_string_lossy().starts_with("span_log")).count()
    };
    assert!(logs("train") > 0);
    assert_eq!(logs("test"), 0);
    Ok(())
}

#[test]
fn probabilities_of_base_pairs_are_there() -> Result<(), Failure> {
    let pairs = |name: &str, content: &[u8]| {
        let text = String::from_utf8_lossy(content);
        let lines = text.lines().filter(|_| name == "train.json");
        let ids = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok()?["id"].as_str().map(str::to_owned));
        ids.map(|id| (format!("bpps/{id}.npy"), Vec::new())).collect()
    };
    let (_folder, made) = with_more("stanford-covid-vaccine", pairs)?;
    let text = fs::read_to_string(made.join("public/test.json"))?;
    let tested: Value = serde_json::from_str(text.lines().next().ok_or("no test")?)?;
    let names = names(&made.join("public/bpps"))?;
    assert!(names.contains(&format!("{}.npy", tested["id"].as_str().ok_or("no id")?)), "{names:?}");
    Ok(())
}

#[test]
fn articles_keep_their_zeros_and_a_week_has_seven_days() -> Result<(), Failure> {
    let (_folder, made) = made_up("h-and-m-personalized-fashion-recommendations")?;
    let known = set(&made.join("public/articles.csv"), "article_id")?;
    let bought = set(&made.join("public/transactions_train.csv"), "article_id")?;
    assert!(bought.iter().any(|id| id.starts_with('0')));
    assert!(bought.iter().filter(|id| id.starts_with('0')).all(|id| id.len() == 10), "{bought:?}");
    assert!(!known.is_empty());
    let last = cells(&made.join("public/transactions_train.csv"), "t_dat")?.into_iter().max().ok_or("no day")?;
    let folder = tempfile::tempdir()?;
    let mut command = assay()?;
    command.args([
        "prepare",
        "-c",
        "h-and-m-personalized-fashion-recommendations",
        "--skip-verification",
        "--data-dir",
    ]);
    let run = command.arg(folder.path()).arg("--from").arg(root().join("tests/preparation/data")).output()?;
    assert!(run.status.success());
    let reference = folder.path().join("h-and-m-personalized-fashion-recommendations/prepared");
    let before = cells(&reference.join("public/transactions_train.csv"), "t_dat")?.into_iter().max().ok_or("no day")?;
    assert!(last > before, "a day more is in the train part: {last}, {before}");
    Ok(())
}

#[test]
fn what_participants_had_is_there() -> Result<(), Failure> {
    let (_folder, made) = made_up("tgs-salt-identification-challenge")?;
    let depths = set(&made.join("public/depths.csv"), "id")?;
    assert!(set(&made.join("private/test.csv"), "id")?.is_subset(&depths));
    let (_folder, made) = made_up("champs-scalar-coupling")?;
    let tested = set(&made.join("public/test.csv"), "molecule_name")?;
    assert!(tested.is_subset(&set(&made.join("public/structures.csv"), "molecule_name")?));
    assert!(tested.is_disjoint(&set(&made.join("public/potential_energy.csv"), "molecule_name")?));
    let files = names(&made.join("public/structures"))?;
    assert!(tested.iter().all(|molecule| files.contains(&format!("{molecule}.xyz"))));
    Ok(())
}

#[test]
fn parts_are_as_they_were_meant() -> Result<(), Failure> {
    let (_folder, made) = made_up("rsna-2022-cervical-spine-fracture-detection")?;
    let train = set(&made.join("public/train.csv"), "StudyInstanceUID")?;
    let test = set(&made.join("public/test.csv"), "StudyInstanceUID")?;
    assert!(train.len() > 7 * test.len() && train.is_disjoint(&test), "{} and {}", train.len(), test.len());
    assert!(set(&made.join("public/train_bounding_boxes.csv"), "StudyInstanceUID")?.is_subset(&train));
    let (_folder, made) = made_up("3d-object-detection-for-autonomous-vehicles")?;
    let json = |file: &str| -> Result<Value, Failure> { Ok(serde_json::from_slice(&fs::read(made.join(file))?)?) };
    for part in ["train_data", "test_data"] {
        let logs = json(&format!("public/{part}/log.json"))?;
        let logs: BTreeSet<&str> =
            logs.as_array().ok_or("no list")?.iter().filter_map(|log| log["token"].as_str()).collect();
        let map = json(&format!("public/{part}/map.json"))?;
        let named: BTreeSet<&str> =
            map[0]["log_tokens"].as_array().ok_or("no list")?.iter().filter_map(Value::as_str).collect();
        assert_eq!(named, logs, "{part}");
    }
    let (_folder, made) = made_up("mlsp-2013-birds")?;
    for (file, header) in
        [("segment_features", "rec_id,segment_id,[feature vector]"), ("segment_rectangles", "rec_id,segment_id,rect")]
    {
        let text = fs::read_to_string(made.join(format!("public/supplemental_data/{file}.txt")))?;
        assert_eq!(text.lines().next(), Some(header));
    }
    Ok(())
}
