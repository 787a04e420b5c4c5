//! From agents to figures: a group is run, collected, graded and aggregated.

use std::fs;

use assay_tests::{Failure, assay, root};

use super::world::{CANARY, World, expect, metadata};

#[test]
fn a_group_is_run_and_graded() -> Result<(), Failure> {
    let ids = ["toy-one", "toy-two", "toy-three"];
    let dummy = fs::read_to_string(root().join("examples/agents/dummy/start.sh"))?;
    let Some(world) = World::new(&dummy, &ids)? else { return Ok(()) };
    let config = r#"{"mem_limit": "256m", "nano_cpus": 1e9, "pids_limit": 100, "shm_size": "16m", "runtime": "runc"}"#;
    fs::write(world.path("container.json"), config)?;
    let mut begin = world.begin()?;
    begin
        .args(["--n-seeds", "2", "--n-workers", "2", "--time-limit", "10m", "--container-config"])
        .arg(world.path("container.json"));
    let output = begin.output()?;
    expect(&output, 0);
    let group = world.group()?;
    let metadata = metadata(&group)?;
    let runs = metadata["runs"].as_object().ok_or("no runs")?;
    assert_eq!(runs.len(), 6);
    for (id, run) in runs {
        assert_eq!(
            (&run["success"], &run["outcome"], &run["exit_code"]),
            (&true.into(), &"finished".into(), &0.into()),
            "{run}"
        );
        assert_eq!((&run["checker_uses"], &run["attempts"]), (&1.into(), &1.into()), "{run}");
        let cell = fs::read_to_string(group.join(id).join("logs/cell.txt"))?;
        assert!(!cell.contains("FAILED") && cell.contains("network: none"), "{cell}");
        let limit = ["limit: memory.max 268435456", "limit: memory/memory.limit_in_bytes 268435456"];
        assert!(limit.iter().any(|limit| cell.contains(limit)), "{cell}");
        assert!(cell.contains("Submission is valid"), "{cell}");
    }
    assert_eq!(world.docker.containers()?, Vec::<serde_json::Value>::new());
    let everything = String::from_utf8_lossy(&output.stdout).into_owned() + &serde_json::to_string(&metadata)?;
    assert!(!everything.contains(CANARY));

    // On to figures, in the README's words.
    let list = group.join("submission.jsonl");
    let collected = assay()?
        .arg("collect")
        .arg("--metadata")
        .arg(group.join("metadata.json"))
        .arg("--output")
        .arg(&list)
        .output()?;
    expect(&collected, 0);
    let mut grade = assay()?;
    grade
        .arg("grade")
        .arg("--submission")
        .arg(&list)
        .arg("--data-dir")
        .arg(world.path("data"))
        .arg("--output-dir")
        .arg(&group);
    let graded = grade.arg("--competitions").arg(world.path("competitions")).output()?;
    expect(&graded, 0);
    let report = fs::read_dir(&group)?.flatten().map(|entry| entry.path());
    let report =
        report.into_iter().find(|path| path.to_string_lossy().ends_with("_grading_report.json")).ok_or("no report")?;
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report)?)?;
    assert_eq!(report["total_valid_submissions"], 6, "{report}");
    let card = assay()?.args(["card", "check"]).arg(group.join("card.json")).output()?;
    let lacks = String::from_utf8(card.stdout)?;
    for known in ["budget.hours", "hardware.cpus", "environment", "internet", "seeds", "models"] {
        assert!(!lacks.contains(&format!("\"{known}\"")), "{lacks}");
    }
    Ok(())
}

#[test]
fn a_call_at_fault_starts_nothing() -> Result<(), Failure> {
    let Some(world) = World::new("exit 0\n", &["toy-one"])? else { return Ok(()) };
    let failing = |arguments: &[&str], said: &str| -> Result<(), Failure> {
        let output = world.run()?.args(arguments).output()?;
        expect(&output, 2);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(said), "{message}");
        assert!(!world.path("runs").exists());
        Ok(())
    };
    let set = world.path("set.txt").display().to_string();
    let other = world.path("other.txt").display().to_string();
    let runs = world.path("runs").display().to_string();
    let with = |more: &[&'static str]| -> Vec<String> {
        let given = ["--runs-dir", &runs].map(ToOwned::to_owned);
        given.into_iter().chain(more.iter().map(|word| word.replace("SET", &set).replace("OTHER", &other))).collect()
    };
    let call = |more: &[&'static str], said: &str| {
        let words = with(more);
        failing(&words.iter().map(String::as_str).collect::<Vec<_>>(), said)
    };
    fs::write(&other, "toy-one\ntoy-none\n")?;
    call(&["--agent-id", "none", "--competition-set", "SET"], "there is no agent `none`")?;
    call(&["--agent-id", "cell", "--competition-set", "OTHER"], "toy-none")?;
    call(&["--agent-id", "cell", "--competition-set", "SET", "--image", "unbuilt"], "assay run build")?;
    world.agent("secret", "secret:\n  start: secret/start.sh\n  dockerfile: secret/Dockerfile\n  env_vars: {A: '${{ secrets.ASSAY_TEST_NO_SUCH }}'}\n", "")?;
    call(&["--agent-id", "secret", "--competition-set", "SET"], "ASSAY_TEST_NO_SUCH")?;
    world.agent(
        "mighty",
        "mighty:\n  start: mighty/start.sh\n  dockerfile: mighty/Dockerfile\n  privileged: true\n",
        "",
    )?;
    call(&["--agent-id", "mighty", "--competition-set", "SET"], "--accept-privileged mighty")?;
    // Sockets are made in a folder whose path must leave them room.
    let long = world.path(&"long".repeat(20));
    fs::create_dir(&long)?;
    let output = world.begin()?.env("TMPDIR", &long).output()?;
    expect(&output, 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("too long for the sockets"));
    fs::remove_file(world.path("data/toy-one/prepared/private/test.csv"))?;
    call(&["--agent-id", "cell", "--competition-set", "SET"], "assay prepare -c toy-one")?;
    fs::remove_dir_all(world.path("data/toy-one/prepared/public"))?;
    call(&["--agent-id", "cell", "--competition-set", "SET"], "assay prepare -c toy-one")?;

    let mut unreachable = world.begin()?;
    let output = unreachable.env("DOCKER_HOST", "unix:///nowhere/socket").output()?;
    expect(&output, 3);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("cannot be reached: No such file") && message.contains("hint: start it"), "{message}");
    let mut elsewhere = world.begin()?;
    let output = elsewhere.env("DOCKER_HOST", "ssh://somewhere").output()?;
    expect(&output, 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("begins with unix:// or tcp://"));
    Ok(())
}

/// What an image lacks is said before its agent is taken for one that failed.
#[test]
fn an_image_that_lacks_the_agent_is_no_agent_that_failed() -> Result<(), Failure> {
    let Some(world) = World::new("exit 0\n", &["toy-one"])? else { return Ok(()) };
    let lacking = |image: &str, said: &str| -> Result<(), Failure> {
        let output = world.begin()?.args(["--image", image]).output()?;
        expect(&output, 3);
        let metadata = metadata(&world.group()?)?;
        let run = metadata["runs"].as_object().and_then(|runs| runs.values().next()).ok_or("no run")?;
        assert_eq!(run["outcome"], "machine", "{run}");
        assert!(run["why"].as_str().is_some_and(|why| why.contains(said)), "{run}");
        fs::remove_dir_all(world.path("runs"))?;
        Ok(())
    };
    world.docker.import("empty", &[], &[])?;
    lacking("empty", "the image has no /home/agent/start.sh: its Dockerfile has to copy")?;
    world.docker.import(
        "strange",
        &[("home/agent/start.sh", "exit 0\n"), ("etc/passwd", "root:x:0:0::/:/bin/sh\n")],
        &[],
    )?;
    lacking("strange", "the image has no user `nonroot`")?;
    Ok(())
}
