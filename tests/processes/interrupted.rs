//! A batch that is asked to end: by Ctrl-C or by whoever manages it. And one whose journal somebody else wrote.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use assay_tests::attacks::Attack;
use assay_tests::harmless::{EXAMPLE, examples, prediction};
use assay_tests::{Failure, assay};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// A folder with a list of honest entries, and one whose grader spins until its fuel is used up: some seconds.
struct Scene {
    folder: tempfile::TempDir,
}

/// How many honest entries there are.
const HONEST: usize = 5;

impl Scene {
    /// With so many spinning entries in the end.
    fn new(spinning: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        for name in ["graders", "competitions", "data", "out"] {
            std::fs::create_dir(at(name))?;
        }
        std::fs::copy(prediction(), at("good.csv"))?;
        let spin = Attack::spin_in_grade;
        std::fs::write(at("graders/spin.wasm"), spin.component()?)?;
        let mut competition: toml::Table =
            std::fs::read_to_string(examples().join(EXAMPLE).join("competition.toml"))?.parse()?;
        for id in [EXAMPLE, "spin"] {
            competition.insert("id".into(), id.into());
            if id == "spin" {
                competition.insert("grader".into(), "component = \"spin\"".parse::<toml::Table>()?.into());
            }
            std::fs::create_dir(at("competitions").join(id))?;
            std::fs::write(at("competitions").join(id).join("competition.toml"), toml::to_string(&competition)?)?;
            let answers = at("data").join(id).join("prepared/private");
            std::fs::create_dir_all(&answers)?;
            std::fs::copy(examples().join(EXAMPLE).join("prepared/private/answers.csv"), answers.join("answers.csv"))?;
        }
        let line = |id: &str| json!({"competition_id": id, "submission_path": "good.csv"}).to_string() + "\n";
        std::fs::write(at("list.jsonl"), line(EXAMPLE).repeat(HONEST) + &line("spin").repeat(spinning))?;
        Ok(Scene { folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn grade(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let mut command = assay()?;
        command.current_dir(self.folder.path()).args(["grade", "--submission", "list.jsonl", "--output-dir", "out"]);
        command.args(["--graders", "graders", "--competitions", "competitions", "--data-dir", "data"]);
        command.args(["--threads", "1", "--cache-dir", "cache"]).args(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command)
    }

    /// A file in the output folder whose name ends so.
    fn found(&self, end: &str) -> Result<Option<PathBuf>, Failure> {
        let paths = std::fs::read_dir(self.path("out"))?.map(|entry| entry.map(|entry| entry.path()));
        let paths: Vec<PathBuf> = paths.collect::<Result<_, _>>()?;
        Ok(paths.into_iter().find(|path| path.to_string_lossy().ends_with(end)))
    }

    /// How many entries the journal has.
    fn journaled(&self) -> Result<usize, Failure> {
        let Some(path) = self.found(".partial.jsonl")? else { return Ok(0) };
        Ok(std::fs::read_to_string(path)?.lines().count().saturating_sub(1))
    }

    /// A batch whose honest entries are finished and which now spins.
    fn spinning(&self, arguments: &[&str]) -> Result<Child, Failure> {
        let mut run = self.grade(arguments)?.spawn()?;
        let start = Instant::now();
        while self.journaled()? < HONEST {
            if start.elapsed() > Duration::from_secs(60) {
                run.kill()?;
                return Err("the honest entries are not finished".into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(run)
    }
}

fn send(run: &Child, signal: Signal) -> Result<(), Failure> {
    Ok(kill_process(Pid::from_child(run), signal)?)
}

#[test]
fn an_interrupted_batch_keeps_what_is_finished() -> Result<(), Failure> {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let scene = Scene::new(3)?;
        let run = scene.spinning(&[])?;
        send(&run, signal)?;
        let ended = run.wait_with_output()?;
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(code), "{said}");
        let finished = scene.journaled()?;
        let expected = format!(
            "interrupted: {finished} of 8 entries finished, and no report is written; they are kept: the same command with \
             `--resume` goes on"
        );
        assert!((HONEST..8).contains(&finished) && said.contains(&expected), "{said}");
        assert_eq!(scene.found(".json")?, None, "no report is written");

        // It goes on, and nothing that was finished is graded again.
        let log = scene.path("operator.jsonl");
        let ended = scene.grade(&["--resume", "--operator-log", log.to_str().ok_or("no text")?])?.output()?;
        assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
        let report: Value = serde_json::from_slice(&std::fs::read(scene.found(".json")?.ok_or("no report")?)?)?;
        let outcomes: Vec<&str> = report["competition_reports"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["outcome"].as_str())
            .collect();
        assert_eq!(outcomes, [&["scored"; HONEST][..], &["limit-exceeded"; 3]].concat());
        assert_eq!(std::fs::read_to_string(log)?.lines().count(), 8 - finished);
        assert_eq!(scene.journaled()?, 0);
    }
    Ok(())
}

/// Even while what was asked first is under way: two signals at once.
#[test]
fn a_second_signal_ends_at_once() -> Result<(), Failure> {
    let scene = Scene::new(1)?;
    let mut run = scene.spinning(&[])?;
    // While it stands still, both wait for it.
    send(&run, Signal::STOP)?;
    send(&run, Signal::INT)?;
    send(&run, Signal::TERM)?;
    send(&run, Signal::CONT)?;
    let code = run.wait()?.code();
    assert!(matches!(code, Some(130 | 143)), "{code:?}");
    assert!(scene.journaled()? >= HONEST);
    assert_eq!(scene.found(".json")?, None);
    Ok(())
}

/// What is taken over was measured against the same leaderboards, wherever these are, and has the same draws.
#[test]
fn other_leaderboards_and_draws_are_another_run() -> Result<(), Failure> {
    let scene = Scene::new(1)?;
    for (folder, scores) in [("boards", "0.9\n0.8\n"), ("copy", "0.9\n0.8\n"), ("other", "0.9\n0.7\n")] {
        let folder = scene.path(folder).join(EXAMPLE);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("leaderboard.csv"), format!("score\n{scores}"))?;
    }
    let mut run = scene.spinning(&["--leaderboards", "boards"])?;
    run.kill()?;
    run.wait()?;
    let resumed = |arguments: &[&str]| -> Result<(Option<i32>, String), Failure> {
        let ended = scene.grade(&[arguments, &["--resume"]].concat())?.output()?;
        Ok((ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()))
    };
    for (arguments, expected) in [
        (&["--leaderboards", "other"][..], "leaderboards was "),
        (&[], " and is none"),
        (&["--leaderboards", "boards", "--bootstrap", "10"], "--bootstrap was none and is 10 with seed 0"),
    ] {
        let (code, said) = resumed(arguments)?;
        assert!(code == Some(2) && said.contains("was another") && said.contains(expected), "{arguments:?}: {said}");
    }
    assert_eq!(resumed(&["--leaderboards", "copy"])?.0, Some(1));
    assert!(scene.found(".json")?.is_some());
    Ok(())
}

/// Somebody who can write to the output folder, but does not have the operator's key.
#[test]
fn a_forged_journal_gives_no_score() -> Result<(), Failure> {
    let scene = Scene::new(1)?;
    let mut run = scene.spinning(&["--use-log", "uses.jsonl"])?;
    run.kill()?;
    run.wait()?;
    let journal = scene.found(".partial.jsonl")?.ok_or("no journal")?;
    let written = std::fs::read_to_string(&journal)?;
    let lines: Vec<&str> = written.lines().collect();
    // Gold for the first entry; and for one that was not graded, with the signature of another.
    let mut entry: Value = serde_json::from_str(lines[1])?;
    entry["report"]["gold_medal"] = json!(true);
    entry["report"]["score"] = json!(1.0);
    let mut other = entry.clone();
    other["entry"] = json!(HONEST);
    let resumed = |text: &str| -> Result<(Option<i32>, String), Failure> {
        std::fs::write(&journal, text)?;
        let ended = scene.grade(&["--use-log", "uses.jsonl", "--resume"])?.output()?;
        Ok((ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()))
    };
    for (line, forged) in [
        (2, format!("{}\n{entry}\n", lines[0])),
        (HONEST + 2, format!("{written}{other}\n")),
        (1, written.replacen("\"list\":\"", "\"list\":\"0", 1)),
    ] {
        let (code, said) = resumed(&forged)?;
        let expected = format!("line {line} of ");
        assert!(code == Some(2) && said.contains(&expected) && said.contains("is not signed by your key"), "{said}");
        assert!(said.contains("start without --resume"), "{said}");
        assert_eq!(scene.found(".json")?, None);
    }
    // Under another key, nothing is taken over; and a key that is none keeps no run from being graded.
    std::fs::write(&journal, &written)?;
    let key = scene.path("key");
    let with_key = |key: &Path, arguments: &[&str]| -> Result<(Option<i32>, String), Failure> {
        let ended = scene.grade(arguments)?.arg("--use-log").arg("uses.jsonl").arg("--key").arg(key).output()?;
        Ok((ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()))
    };
    let (code, said) = with_key(&key, &["--resume"])?;
    assert!(
        code == Some(2)
            && said.contains("line 1 of ")
            && said.contains("another key; start without --resume, or name the key of that run by --key"),
        "{said}"
    );
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    let (code, said) = with_key(&key, &["--resume"])?;
    assert!(code == Some(2) && said.contains("others may read or write it (mode 0644)"), "{said}");
    let (code, said) = with_key(&key, &[])?;
    assert!(code == Some(1) && said.contains("if this run is interrupted, it cannot be resumed"), "{said}");
    // As it was written it is believed.
    assert_eq!(resumed(&written)?.0, Some(1));
    assert!(scene.found(".json")?.is_some());
    Ok(())
}

/// Logs and journals are the operator's alone, and a link in their place is not followed.
#[test]
fn what_a_batch_leaves_is_the_operators_alone() -> Result<(), Failure> {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let scene = Scene::new(1)?;
    let logs = ["--use-log", "uses.jsonl", "--operator-log", "operator.jsonl"];
    let mut run = scene.spinning(&logs)?;
    let journal = scene.found(".partial.jsonl")?.ok_or("no journal")?;
    for path in [&journal, &scene.path("uses.jsonl"), &scene.path("uses.jsonl.head"), &scene.path("operator.jsonl")] {
        assert_eq!(std::fs::metadata(path)?.permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    run.kill()?;
    run.wait()?;
    let precious = scene.path("precious");
    std::fs::write(&precious, "precious")?;
    for (name, code) in [("uses.jsonl", 2), ("uses.jsonl.head", 2), ("operator.jsonl", 2)] {
        let (path, kept) = (scene.path(name), scene.path("kept"));
        std::fs::rename(&path, &kept)?;
        symlink(&precious, &path)?;
        let ended = scene.grade(&logs)?.output()?;
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.code() == Some(code) && said.contains("a link, which is not followed"), "{name}: {said}");
        std::fs::remove_file(&path)?;
        std::fs::rename(&kept, &path)?;
    }
    std::fs::remove_file(&journal)?;
    symlink(&precious, &journal)?;
    let ended = scene.grade(&logs)?.output()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("a link, which is not followed") && said.contains("it cannot be resumed"), "{said}");
    assert_eq!(std::fs::read_to_string(&precious)?, "precious");
    // One that others may write to proves nothing.
    std::fs::set_permissions(scene.path("uses.jsonl"), PermissionsExt::from_mode(0o666))?;
    let ended = scene.grade(&logs)?.output()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.code() == Some(2) && said.contains("others may write to it (mode 0666)"), "{said}");
    Ok(())
}
