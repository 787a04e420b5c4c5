//! `assay run` killed at any moment and taken up again: no run is lost, none is run twice without saying so, and no container is left.
//!
//! `ASSAY_KILLS=24` kills so many times; without it three do.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use assay_tests::{Failure, assay};
use rustix::process::{Pid, Signal, kill_process};

use super::world::{World, expect, metadata};

/// How many kills an ordinary run of the tests makes.
const KILLS: u32 = 3;

const START: &str = "sleep 0.3; cp /home/data/sample_submission.csv /home/submission/submission.csv; sleep 0.3\n";

#[test]
fn a_killed_group_loses_nothing() -> Result<(), Failure> {
    let kills: u32 = std::env::var("ASSAY_KILLS").ok().map_or(Ok(KILLS), |kills| kills.parse())?;
    let Some(world) = World::new(START, &["toy-one", "toy-two"])? else { return Ok(()) };
    let begin = || -> Result<_, Failure> {
        let mut command = world.begin()?;
        command
            .args(["--n-seeds", "2", "--n-workers", "2", "--grace", "1s"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(command)
    };
    let start = Instant::now();
    assert!(begin()?.status()?.success());
    let duration = start.elapsed();
    fs::remove_dir_all(world.path("runs"))?;

    let mut random = fastrand::Rng::with_seed(17);
    let mut group = None;
    let (mut groups, mut again, mut cut) = (0, 0, 0);
    for kill in 0..kills {
        let mut command = match &group {
            None => begin()?,
            Some(group) => {
                let mut command = world.run()?;
                command
                    .arg("--resume")
                    .arg(group)
                    .args(["--n-workers", "2"])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null());
                again += 1;
                command
            }
        };
        let mut run = command.spawn()?;
        // A random moment of each of so many parts of a run.
        std::thread::sleep(duration.mul_f64(random.f64()).max(Duration::from_millis(50)));
        run.kill()?;
        run.wait()?;
        let Ok(folder) = world.group() else { continue };
        if !folder.join("metadata.json").exists() {
            // It was killed before there was a group to speak of.
            fs::remove_dir_all(world.path("runs"))?;
            continue;
        }
        group = Some(folder.clone());
        // Every third time it is brought to its end, and begun anew.
        if kill % 3 == 2 || kill + 1 == kills {
            let output = world.run()?.arg("--resume").arg(&folder).args(["--n-workers", "2"]).output()?;
            expect(&output, 0);
            cut += whole(&folder)?;
            let left = world.docker.containers()?;
            assert!(left.is_empty(), "kill {kill}: {left:?}");
            fs::remove_dir_all(world.path("runs"))?;
            (group, groups) = (None, groups + 1);
        }
    }
    println!(
        "{kills} kills within {duration:.1?}: {groups} groups were brought to their end, {again} calls went on with one, {cut} attempts were cut short"
    );
    Ok(())
}

/// What an agent left that cannot be taken in, since the disk is full or away, is not lost: it stays in its container, and is taken in later.
#[test]
fn what_cannot_be_taken_in_is_kept() -> Result<(), Failure> {
    let start = "cp /home/data/sample_submission.csv /home/submission/submission.csv; sleep 1\n";
    let Some(world) = World::new(start, &["toy-one"])? else { return Ok(()) };
    let mut run = world.begin()?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let begun = Instant::now();
    while !world.group().is_ok_and(|group| only(&group).is_ok_and(|(_, run)| run["state"] == "running")) {
        assert!(begun.elapsed() < Duration::from_secs(120), "it does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let group = world.group()?;
    let folder = group.join(only(&group)?.0);
    let away = world.path("away");
    fs::rename(&folder, &away)?;
    fs::write(&folder, "no folder")?;
    assert_eq!(run.wait()?.code(), Some(3));
    let run = only(&group)?.1;
    assert_eq!((&run["state"], &run["outcome"]), (&"collecting".into(), &"finished".into()), "{run}");
    assert_eq!(world.docker.containers()?.len(), 1);
    fs::remove_file(&folder)?;
    fs::rename(&away, &folder)?;
    // What a process that was killed had taken in of it is in nobody's way.
    fs::create_dir(folder.join(".incoming-submission-0"))?;
    fs::write(folder.join(".incoming-submission-0/submission.csv"), "id,")?;
    expect(&world.run()?.arg("--resume").arg(&group).output()?, 0);
    let run = only(&group)?.1;
    assert_eq!((&run["attempts"], &run["success"]), (&1.into(), &true.into()), "{run}");
    assert!(run["notes"].to_string().contains("could not be taken in"), "{run}");
    assert_eq!(fs::read_to_string(folder.join("submission/submission.csv"))?, "id,y\n1,0\n2,0\n");
    assert!(!folder.join(".incoming-submission-0").exists());
    assert!(world.docker.containers()?.is_empty());
    Ok(())
}

/// The first run of a group.
fn only(group: &std::path::Path) -> Result<(String, serde_json::Value), Failure> {
    let metadata = metadata(group)?;
    let runs = metadata["runs"].as_object().ok_or("no runs")?;
    let (name, run) = runs.iter().next().ok_or("no run")?;
    Ok((name.clone(), run.clone()))
}

/// What a killed process left is known, is not removed as long as it is of use, and can be.
#[test]
fn what_a_killed_process_left_is_pruned() -> Result<(), Failure> {
    let start = "cp /home/data/sample_submission.csv /home/submission/submission.csv\n\
                 if [ -e /home/data/go ]; then exit 0; fi; while :; do sleep 0.1; done\n";
    let Some(world) = World::new(start, &["toy-one"])? else { return Ok(()) };
    let mut run = world.begin()?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let begun = Instant::now();
    while !world.group().is_ok_and(|group| only(&group).is_ok_and(|(_, run)| run["state"] == "running")) {
        assert!(begun.elapsed() < Duration::from_secs(120), "it does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let group = world.group()?;
    let stands = |flags: &[&str]| -> Result<(String, bool), Failure> {
        let pruned = world.pruned(flags)?;
        let container = &pruned["containers"][0];
        let folder = container["group"].as_str().map(std::path::PathBuf::from);
        assert_eq!(folder, Some(group.canonicalize()?), "{pruned}");
        Ok((container["standing"].as_str().ok_or("no standing")?.to_owned(), container["removed"] == true))
    };
    assert_eq!(stands(&["--all"])?, ("in-use".into(), false));
    run.kill()?;
    run.wait()?;
    assert_eq!(stands(&[])?, ("resumable".into(), false));
    // Its folder is elsewhere, as far as this machine knows.
    let away = world.path("away");
    fs::rename(&group, &away)?;
    let pruned = world.pruned(&["--dry-run"])?;
    assert_eq!(pruned["containers"][0]["standing"], "unknown", "{pruned}");
    fs::rename(&away, &group)?;
    assert_eq!(stands(&["--all"])?, ("resumable".into(), true));
    assert!(world.docker.containers()?.is_empty());
    fs::write(world.path("data/toy-one/prepared/public/go"), "")?;
    expect(&world.run()?.arg("--resume").arg(&group).output()?, 0);
    let run = only(&group)?.1;
    assert_eq!((&run["attempts"], &run["success"]), (&2.into(), &true.into()), "{run}");
    assert!(run["notes"].to_string().contains("attempt 1 was cut short"), "{run}");
    Ok(())
}

/// All runs of a group have ended well, and each says how often it was begun. How many attempts were cut short.
fn whole(group: &std::path::Path) -> Result<u64, Failure> {
    let metadata = metadata(group)?;
    let runs = metadata["runs"].as_object().ok_or("no runs")?;
    assert_eq!(runs.len(), 4);
    let mut cut = 0;
    for (name, run) in runs {
        assert_eq!(run["success"], true, "{name}: {run}");
        let folder = group.join(name);
        assert_eq!(fs::read_to_string(folder.join("submission/submission.csv"))?, "id,y\n1,0\n2,0\n");
        let notes = run["notes"].as_array().map_or(0, |notes| {
            notes.iter().filter(|note| note.as_str().is_some_and(|note| note.contains("was cut short"))).count()
        });
        let notes = u64::try_from(notes)?;
        assert_eq!(run["attempts"].as_u64(), Some(notes + 1), "{name}: {run}");
        cut += notes;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?.file_name().to_string_lossy().into_owned();
            assert!(!entry.starts_with(".incoming"), "{name}: {entry}");
        }
        assert_eq!(count(&folder), 1, "{name}");
    }
    Ok(cut)
}

/// How many times the folder's own log says that the agent ended: once, whatever earlier attempts say in folders of their own.
fn count(folder: &std::path::Path) -> usize {
    fs::read_to_string(folder.join("run.log")).unwrap_or_default().matches("the agent ended after").count()
}

/// Ctrl-C: agents end in their time of grace, what they left is there, and the group is taken up again.
#[test]
fn an_interrupted_group_goes_on() -> Result<(), Failure> {
    let start = "trap 'exit 0' TERM; cp /home/data/sample_submission.csv /home/submission/submission.csv; echo handed in\n\
                 if [ -e /home/data/go ]; then exit 0; fi; while :; do sleep 0.1; done\n";
    let Some(world) = World::new(start, &["toy-one", "toy-two"])? else { return Ok(()) };
    let mut run = world.begin()?.args(["--grace", "20s"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let begun = Instant::now();
    let states = |group: &std::path::Path| -> Result<Vec<String>, Failure> {
        let shown = assay()?.args(["run", "status", "--format", "json"]).arg(group).output()?;
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout)?;
        let runs = shown["runs"].as_object().ok_or("no runs")?;
        Ok(runs.values().map(|run| run["state"].as_str().unwrap_or_default().to_owned()).collect())
    };
    let handed_in = || -> Result<bool, Failure> {
        let log = fs::read_to_string(world.group()?.join(&only(&world.group()?)?.0).join("run.log"))?;
        Ok(log.contains("handed in"))
    };
    while !handed_in().unwrap_or_default() {
        assert!(begun.elapsed() < Duration::from_secs(120), "it does not start");
        std::thread::sleep(Duration::from_millis(100));
    }
    let group = world.group()?;
    assert_eq!(states(&group)?, ["running", "waiting"]);
    // Nobody else takes it up meanwhile.
    expect(&world.run()?.arg("--resume").arg(&group).output()?, 2);
    kill_process(Pid::from_raw(run.id().try_into()?).ok_or("no id")?, Signal::INT)?;
    assert_eq!(run.wait()?.code(), Some(130));
    let before = metadata(&group)?;
    let runs: Vec<_> = before["runs"].as_object().ok_or("no runs")?.iter().collect();
    assert_eq!((&runs[0].1["outcome"], &runs[0].1["success"]), (&"interrupted".into(), &false.into()));
    assert_eq!((&runs[1].1["state"], &runs[1].1["success"]), (&"waiting".into(), &serde_json::Value::Null));
    assert!(group.join(runs[0].0).join("submission/submission.csv").is_file());
    assert!(world.docker.containers()?.is_empty());

    for id in ["toy-one", "toy-two"] {
        fs::write(world.path(&format!("data/{id}/prepared/public/go")), "")?;
    }
    expect(&world.run()?.arg("--resume").arg(&group).output()?, 0);
    let after = metadata(&group)?;
    let (name, first) = (runs[0].0, &after["runs"][runs[0].0]);
    assert_eq!((&first["attempts"], &first["success"]), (&2.into(), &true.into()), "{first}");
    assert!(first["notes"].to_string().contains("attempt 1 ended so: interrupted"), "{first}");
    assert!(group.join(name).join("attempt-1/submission/submission.csv").is_file());
    // Nothing is left to do.
    expect(&world.run()?.arg("--resume").arg(&group).output()?, 0);
    assert_eq!(metadata(&group)?["runs"], after["runs"]);
    Ok(())
}
