//! Agents that try what they must not, beside one that does its work: each ends as it should, and the others' runs are what they were.
//!
//! `ASSAY_CALLS=10000` has one call the checker so many times; without it 200 do.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use assay_tests::Failure;
use serde_json::Value;

use super::world::{CANARY, World, expect, metadata};

/// What an agent does is told by its competition.
const START: &str = r#"
cp /home/data/sample_submission.csv /home/submission/submission.csv
case "$COMPETITION_ID" in
  toy-good) exit 0;;
  toy-fails) echo "I fail"; exit 3;;
  toy-forks) bomb() { bomb | bomb & }; bomb; while :; do :; done;;
  toy-memory) x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done;;
  toy-disk) for i in {1..1000}; do dd if=/dev/zero of=/home/code/$i bs=1M count=32; done; sleep 100;;
  toy-file) dd if=/dev/zero of=/home/code/file bs=1M count=1000; exit $?;;
  toy-files)
    # A file that comes and goes disturbs whoever counts.
    mkdir /home/code/{1..15000}; while :; do : > /home/code/gone; rm /home/code/gone; sleep 0.2; done;;
  toy-links)
    ln -s /etc/passwd /home/code/link; ln -s / /home/code/root; ln /home/submission/submission.csv /home/code/hard
    mkfifo /home/code/pipe; mkdir -p "/home/code/$(printf 'bell\a')"; echo x > /home/code/kept; exit 0;;
  toy-calls)
    for i in {1..CALLS}; do
      exec 3<> /dev/tcp/localhost/5000
      printf 'POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx' >&3
      read -r line <&3; exec 3>&-
    done; exit 0;;
  toy-answers) grep -rls 4815.162342 / --exclude-dir=proc --exclude-dir=sys --exclude-dir=agent > /home/code/found; cat /private/* ; exit 0;;
  toy-deaf) trap '' TERM; while :; do sleep 0.2; done;;
  toy-late) trap 'echo late > /home/code/late; exit 0' TERM; while :; do sleep 0.2; done;;
  toy-noise) while :; do echo "$COMPETITION_ID $COMPETITION_ID $COMPETITION_ID"; done;;
esac
"#;

/// A group of these agents that ran side by side, and what is known of each of them.
struct Attacks {
    world: World,
    group: PathBuf,
    metadata: Value,
}

impl Attacks {
    /// Runs them under small limits; none where there is no engine.
    fn run(ids: &[&str], calls: u64, limit: &str) -> Result<Option<Self>, Failure> {
        let Some(world) = World::new(&START.replace("CALLS", &calls.to_string()), ids)? else { return Ok(None) };
        let config = r#"{"mem_limit": "64m", "nano_cpus": 5e8, "pids_limit": 64}"#;
        fs::write(world.path("container.json"), config)?;
        let mut begin = world.begin()?;
        begin.args([
            "--n-workers",
            "8",
            "--time-limit",
            limit,
            "--grace",
            "3s",
            "--disk",
            "200M",
            "--container-config",
        ]);
        let begun = Instant::now();
        let output = begin.arg(world.path("container.json")).output()?;
        println!("{} attacks in {:.0?}", ids.len(), begun.elapsed());
        expect(&output, 1);
        let group = world.group()?;
        let metadata = metadata(&group)?;
        Ok(Some(Attacks { world, group, metadata }))
    }

    /// The folder of an agent's run, and what is told of it.
    fn of(&self, id: &str) -> Result<(PathBuf, &Value), Failure> {
        let runs = self.metadata["runs"].as_object().ok_or("no runs")?;
        let (name, run) = runs.iter().find(|(name, _)| name.starts_with(&format!("{id}_"))).ok_or("no run")?;
        println!("{id}: {} {} {}", run["outcome"], run["seconds"], run["why"]);
        Ok((self.group.join(name), run))
    }

    /// Each ended so, what all handed in before they did anything else is there, and no container is left.
    fn ended(&self, expected: &[(&str, &[&str])]) -> Result<(), Failure> {
        for (id, outcomes) in expected {
            let (folder, run) = self.of(id)?;
            assert!(outcomes.contains(&run["outcome"].as_str().unwrap_or_default()), "{id}: {run}");
            let submission = fs::read_to_string(folder.join("submission/submission.csv"))?;
            assert_eq!(submission, "id,y\n1,0\n2,0\n", "{id}");
        }
        assert_eq!(self.world.docker.containers()?, Vec::<Value>::new());
        Ok(())
    }
}

#[test]
fn what_never_ends_is_ended() -> Result<(), Failure> {
    let ids = ["toy-forks", "toy-deaf", "toy-late", "toy-noise", "toy-good"];
    let Some(attacks) = Attacks::run(&ids, 0, "30s")? else { return Ok(()) };
    attacks.ended(&[
        ("toy-forks", &["time-limit", "memory-limit"]),
        ("toy-deaf", &["time-limit"]),
        ("toy-late", &["time-limit"]),
        ("toy-noise", &["time-limit"]),
        ("toy-good", &["finished"]),
    ])?;
    let (_, deaf) = attacks.of("toy-deaf")?;
    assert!(deaf["why"].to_string().contains("had to be killed"), "{deaf}");
    let (folder, late) = attacks.of("toy-late")?;
    assert!(late["why"].to_string().contains("in the time of grace"), "{late}");
    assert_eq!(fs::read_to_string(folder.join("code/late"))?, "late\n");
    Ok(())
}

#[test]
fn each_attack_has_its_end() -> Result<(), Failure> {
    let calls: u64 = std::env::var("ASSAY_CALLS").ok().map_or(Ok(200), |calls| calls.parse())?;
    let ids = [
        "toy-good",
        "toy-fails",
        "toy-memory",
        "toy-disk",
        "toy-file",
        "toy-files",
        "toy-links",
        "toy-calls",
        "toy-answers",
        "toy-best",
    ];
    // Time is not what ends them, on however busy a machine.
    let Some(attacks) = Attacks::run(&ids, calls, "20m")? else { return Ok(()) };
    attacks.ended(&[
        ("toy-good", &["finished"]),
        ("toy-best", &["finished"]),
        ("toy-fails", &["failed"]),
        ("toy-memory", &["memory-limit"]),
        ("toy-disk", &["disk-limit"]),
        ("toy-file", &["failed", "disk-limit"]),
        ("toy-files", &["disk-limit"]),
        ("toy-links", &["finished"]),
        ("toy-calls", &["finished"]),
        ("toy-answers", &["finished"]),
    ])?;
    let (_, files) = attacks.of("toy-files")?;
    assert!(files["why"].to_string().contains("more than 12800 files and folders"), "{files}");
    let (folder, links) = attacks.of("toy-links")?;
    let code = folder.join("code");
    assert_eq!(fs::read_to_string(code.join("kept"))?, "x\n");
    for name in ["link", "root", "pipe"] {
        assert!(code.join(name).symlink_metadata().is_err(), "{name}");
    }
    assert!(links["notes"].to_string().contains("left out"), "{links}");
    let (_, made) = attacks.of("toy-calls")?;
    assert_eq!(made["checker_uses"], calls);
    let (folder, _) = attacks.of("toy-answers")?;
    assert_eq!(fs::read_to_string(folder.join("code/found"))?, "");
    let log = fs::read_to_string(folder.join("run.log"))?;
    assert!(log.contains("/private") && !log.contains(CANARY), "{log}");
    Ok(())
}
