//! Agents that try what they must not, beside one that does its work: each ends as it should, and the others' runs are what they were.
//!
//! `ASSAY_CALLS=10000` has one call the checker so many times; without it 200 do.

use std::fs;
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

/// Those that last as long as they may come first.
const IDS: [&str; 14] = [
    "toy-forks",
    "toy-deaf",
    "toy-late",
    "toy-noise",
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

#[test]
fn each_attack_has_its_end() -> Result<(), Failure> {
    let calls: u64 = std::env::var("ASSAY_CALLS").ok().map_or(Ok(200), |calls| calls.parse())?;
    let Some(world) = World::new(&START.replace("CALLS", &calls.to_string()), &IDS)? else { return Ok(()) };
    let config = r#"{"mem_limit": "64m", "nano_cpus": 5e8, "pids_limit": 64}"#;
    fs::write(world.path("container.json"), config)?;
    let mut begin = world.begin()?;
    // Those that never end take as long.
    let limit = format!("{}s", 40 + calls / 40);
    begin.args(["--n-workers", "8", "--time-limit", &limit, "--grace", "3s", "--disk", "200M", "--container-config"]);
    let begun = Instant::now();
    let output = begin.arg(world.path("container.json")).output()?;
    println!("{} attacks in {:.0?}", IDS.len(), begun.elapsed());
    expect(&output, 1);
    let group = world.group()?;
    let metadata = metadata(&group)?;
    let run = |id: &str| -> Result<(String, Value), Failure> {
        let runs = metadata["runs"].as_object().ok_or("no runs")?;
        let (name, run) = runs.iter().find(|(name, _)| name.starts_with(&format!("{id}_"))).ok_or("no run")?;
        println!("{id}: {} {} {}", run["outcome"], run["seconds"], run["why"]);
        Ok((name.clone(), run.clone()))
    };
    let expected: [(&str, &[&str]); 14] = [
        ("toy-good", &["finished"]),
        ("toy-best", &["finished"]),
        ("toy-fails", &["failed"]),
        ("toy-forks", &["time-limit", "memory-limit"]),
        ("toy-memory", &["memory-limit"]),
        ("toy-disk", &["disk-limit"]),
        ("toy-file", &["failed", "disk-limit"]),
        ("toy-files", &["disk-limit"]),
        ("toy-links", &["finished"]),
        ("toy-calls", &["finished"]),
        ("toy-answers", &["finished"]),
        ("toy-deaf", &["time-limit"]),
        ("toy-late", &["time-limit"]),
        ("toy-noise", &["time-limit"]),
    ];
    for (id, outcomes) in expected {
        let (name, run) = run(id)?;
        assert!(outcomes.contains(&run["outcome"].as_str().unwrap_or_default()), "{id}: {run}");
        // All handed in something before they did anything else, and it is there.
        let submission = fs::read_to_string(group.join(&name).join("submission/submission.csv"))?;
        assert_eq!(submission, "id,y\n1,0\n2,0\n", "{id}");
    }
    let (_, files) = run("toy-files")?;
    assert!(files["why"].to_string().contains("more than 12800 files and folders"), "{files}");
    let (name, links) = run("toy-links")?;
    let code = group.join(name).join("code");
    assert_eq!(fs::read_to_string(code.join("kept"))?, "x\n");
    for name in ["link", "root", "pipe"] {
        assert!(code.join(name).symlink_metadata().is_err(), "{name}");
    }
    assert!(links["notes"].to_string().contains("left out"), "{links}");
    let (_, calls_made) = run("toy-calls")?;
    assert_eq!(calls_made["checker_uses"], calls);
    let (name, _) = run("toy-answers")?;
    assert_eq!(fs::read_to_string(group.join(&name).join("code/found"))?, "");
    let log = fs::read_to_string(group.join(&name).join("run.log"))?;
    assert!(log.contains("/private") && !log.contains(CANARY), "{log}");
    let (_, deaf) = run("toy-deaf")?;
    assert!(deaf["why"].to_string().contains("had to be killed"), "{deaf}");
    let (name, late) = run("toy-late")?;
    assert!(late["why"].to_string().contains("in the time of grace"), "{late}");
    assert_eq!(fs::read_to_string(group.join(name).join("code/late"))?, "late\n");
    assert_eq!(world.docker.containers()?, Vec::<Value>::new());
    Ok(())
}
