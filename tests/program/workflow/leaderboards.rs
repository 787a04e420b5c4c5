//! Real leaderboards: they decide medals where they are there, and tell where a score would stand.

use std::path::Path;

use assay_tests::harmless::{EXAMPLE, Run, examples, prediction, program, run};
use assay_tests::{Failure, root};
use assay_types::sha256;
use serde_json::{Value, json};

fn rank(arguments: &[&str]) -> Result<Run, Failure> {
    run(program()?.arg("rank").args(arguments))
}

fn board(path: &Path, scores: impl IntoIterator<Item = f64>) -> Result<String, Failure> {
    std::fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    let lines: String = scores
        .into_iter()
        .enumerate()
        .map(|(team, score)| format!("{score},{team},true,2020-01-01,{score},True\n"))
        .collect();
    let text = format!("scoreNullable,teamId,hasTeamName,submissionDate,score,hasScore\n{lines}");
    std::fs::write(path, &text)?;
    Ok(sha256(text.as_bytes()))
}

/// The ranks that earn medals are those of Kaggle's page, by the number of teams.
#[test]
fn thresholds_are_at_kaggles_ranks() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("leaderboard.csv");
    let file = path.display().to_string();
    for (teams, [gold, silver, bronze]) in [
        (1, [1, 1, 1]),
        (99, [9, 19, 39]),
        (100, [10, 20, 40]),
        (249, [10, 49, 99]),
        (250, [10, 50, 100]),
        (999, [11, 50, 100]),
        (1000, [12, 50, 100]),
        (5000, [20, 250, 500]),
    ] {
        for sign in [1.0, -1.0] {
            // Ranks are scores: lower is better, or higher with the other sign.
            let digest = board(&path, (1..=teams).map(|rank| sign * f64::from(rank)))?;
            let score = (sign * f64::from(silver)).to_string();
            let run = rank(&["spaceship-titanic", &score, "--leaderboard", &file, "--format=json"])?;
            assert_eq!(run.code, 0, "{}", run.stderr);
            let ours: Value = serde_json::from_str(&run.stdout)?;
            let expected = [gold, silver, bronze].map(|rank| sign * f64::from(rank));
            let thresholds = ["gold", "silver", "bronze"].map(|medal| ours["thresholds"][medal].as_f64());
            assert_eq!(thresholds, expected.map(Some), "{teams} {sign}");
            assert_eq!(ours["thresholds"]["median"], json!(sign * f64::from(teams + 1) / 2.0));
            assert_eq!((&ours["position"], &ours["teams"], &ours["tied"]), (&json!(silver), &json!(teams), &json!(1)));
            assert_eq!(ours["leaderboard"], digest);
            if teams > 1 {
                assert_eq!((&ours["medal"], &ours["is_lower_better"]), (&json!("silver"), &json!(sign > 0.0)));
            }
        }
    }
    Ok(())
}

#[test]
fn a_score_has_a_place() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    board(&data.join("spaceship-titanic/leaderboard.csv"), [0.9, 0.8, 0.8, 0.8, 0.7])?;
    let data = data.display().to_string();
    let tied = rank(&["spaceship-titanic", "0.800001", "--data-dir", &data, "--format=table"])?;
    for shown in ["2 of 5, with 3 at the same score", "50.0", "0.8 (higher is better)"] {
        assert!(tied.stdout.contains(shown), "{shown}: {}", tied.stdout);
    }
    for (arguments, expected) in [
        (vec!["aerial-cactus-identification", "0.8", "--data-dir", &data], "there is no full leaderboard"),
        (vec!["spaceship-titanic", "nan", "--data-dir", &data], "is no finite number"),
        (vec!["spaceship-titanik", "1", "--data-dir", &data], "did you mean `spaceship-titanic`"),
    ] {
        let refused = rank(&arguments)?;
        assert!(refused.code == 2 && refused.stderr.contains(expected), "{arguments:?}: {}", refused.stderr);
    }
    Ok(())
}

/// The report has the thresholds of the file that was used, and its digest; without one, those that the competition carries.
#[test]
fn medals_are_measured_against_the_file() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let grade = |arguments: &[&str]| -> Result<(Value, String), Failure> {
        let run = run(program()?
            .arg("grade-sample")
            .arg(prediction())
            .args([EXAMPLE, "--format=json", "--competitions"])
            .arg(examples())
            .arg("--data-dir")
            .arg(root().join("examples"))
            .args(arguments))?;
        assert_eq!(run.code, 0, "{}", run.stderr);
        Ok((serde_json::from_str(&run.stdout)?, run.stderr))
    };
    let (before, _) = grade(&[])?;
    assert_eq!(before["receipt"].get("leaderboard"), None);
    let score = before["score"].as_f64().ok_or("no score")?;
    let direction: f64 = if before["is_lower_better"] == true { 1.0 } else { -1.0 };
    let digest = board(
        &folder.path().join(EXAMPLE).join("leaderboard.csv"),
        (0..10).map(|rank| score + direction * f64::from(rank - 1) / 100.0),
    )?;
    let (after, stderr) = grade(&["--leaderboards", &folder.path().display().to_string()])?;
    assert_eq!((&after["receipt"]["leaderboard"], &after["silver_medal"]), (&json!(digest), &json!(true)));
    assert_eq!(after["silver_threshold"].as_f64(), Some(score));
    assert_eq!(after["score_exact"], before["score_exact"]);
    assert_ne!(after["receipt"]["thresholds"], before["receipt"]["thresholds"]);
    assert_eq!(after["receipt"]["competition"], before["receipt"]["competition"]);
    assert!(stderr.contains("1 competition is measured against real leaderboards"), "{stderr}");

    // Whoever verifies needs the same file.
    let report = folder.path().join("report.json");
    std::fs::write(&report, after.to_string())?;
    let verify = |arguments: &[&Path]| -> Result<Run, Failure> {
        let mut command = program()?;
        run(command
            .arg("verify")
            .arg(&report)
            .arg("--competitions")
            .arg(examples())
            .arg("--data-dir")
            .arg(examples())
            .args(arguments))
    };
    let same = verify(&[Path::new("--leaderboards"), folder.path()])?;
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    let other = verify(&[])?;
    assert!(other.code == 1 && other.stdout.contains("silver_threshold"), "{}{}", other.stdout, other.stderr);

    std::fs::write(
        folder.path().join(EXAMPLE).join("leaderboard.csv"),
        "version https://git-lfs.github.com/spec/v1\n",
    )?;
    let pointer = run(program()?
        .arg("grade-sample")
        .arg(prediction())
        .args([EXAMPLE, "--competitions"])
        .arg(examples())
        .arg("--data-dir")
        .arg(examples())
        .arg("--leaderboards")
        .arg(folder.path()))?;
    assert!(pointer.code == 2 && pointer.stderr.contains("`git lfs pull` fetches it"), "{}", pointer.stderr);
    Ok(())
}
