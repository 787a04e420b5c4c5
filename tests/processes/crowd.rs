//! Honest entries beside hostile ones, in little memory: every honest one is right, and none waits for what the others cost.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use assay_tests::attacks::Attack;
use assay_tests::cgroup::Group;
use assay_tests::harmless::{EXAMPLE, examples, prediction, program};
use assay_tests::{Failure, root};
use serde_json::{Value, json};

/// The memory of the group, in bytes.
const MEMORY: u64 = 4 << 30;

const HONEST: usize = 200;

/// The example's area under the ROC curve, as scikit-learn has it.
const HONEST_SCORE: f64 = 0.989_973_333_333_333_4;

/// Hostile graders, whose competitions have their names.
struct Hostile {
    name: &'static str,
    component: Vec<u8>,
}

/// A component whose compilation takes long, or more memory than it may have: functions of many steps. It is made byte by byte, since as text
/// it would take long to make.
fn slow_to_compile(functions: usize, steps: usize) -> Vec<u8> {
    let section = |id: u8, content: &[u8]| [&[id], leb128(content.len()).as_slice(), content].concat();
    // local.get 0, i64.const 3, i64.mul, local.set 0
    let body = [&[0], [0x20, 0, 0x42, 3, 0x7e, 0x21, 0].repeat(steps).as_slice(), &[0x0b]].concat();
    let function = [leb128(body.len()), body].concat();
    let types = section(1, &[1, 0x60, 1, 0x7e, 0]);
    let declared = section(3, &[leb128(functions), vec![0; functions]].concat());
    let code = section(10, &[leb128(functions), function.repeat(functions)].concat());
    let module = [b"\0asm\x01\0\0\0", types.as_slice(), &declared, &code].concat();
    [b"\0asm\x0d\0\x01\0", section(1, &module).as_slice()].concat()
}

/// A number as WebAssembly writes it.
fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn graders() -> Result<Vec<Hostile>, Failure> {
    let mut graders = Vec::new();
    for (name, functions, steps) in [("slow-one", 5, 100_000), ("slow-two", 4, 120_000), ("slow-three", 1, 500_000)] {
        graders.push(Hostile { name, component: slow_to_compile(functions, steps) });
    }
    for (name, attack) in [
        ("spins", Attack::spin_in_grade),
        ("spins-too", Attack::fill_memory_for_ever),
        ("grows", Attack::grow_to_the_limit),
        ("grows-more", Attack::grow_for_ever),
    ] {
        graders.push(Hostile { name, component: attack.component()? });
    }
    Ok(graders)
}

/// The entries of the report, and the order in which they were finished, by their paths.
struct Done {
    reports: Vec<Value>,
    order: Vec<String>,
    seconds: f64,
    /// When it was started, in seconds of the day.
    start: f64,
}

impl Done {
    /// How long after the start the last of these entries was taken, in seconds.
    fn last(&self, reports: &[Value]) -> f64 {
        let second = |report: &Value| {
            let time = report["created_at"].as_str()?.split_once('T')?.1;
            time.split(':').try_fold(0.0, |seconds, part| Some(60.0 * seconds + part.parse::<f64>().ok()?))
        };
        let after = |second: f64| (second - self.start).rem_euclid(DAY);
        reports.iter().filter_map(second).map(after).fold(0.0, f64::max)
    }
}

/// In seconds.
const DAY: f64 = 86_400.0;

fn grade(folder: &Path, lines: &[String], group: Option<&Group>) -> Result<Done, Failure> {
    let (list, out) = (folder.join("list.jsonl"), tempfile::tempdir_in(folder)?);
    std::fs::write(&list, lines.join("\n"))?;
    let mut command = program()?;
    command.args(["grade", "--confine", "auto", "--threads", "2", "--submission"]).arg(&list);
    command.arg("--output-dir").arg(out.path()).arg("--data-dir").arg(folder.join("data"));
    command.arg("--competitions").arg(folder.join("competitions")).arg("--graders").arg(folder.join("graders"));
    // Each line of the log of uses is written as its entry is finished.
    let uses = folder.join("uses.jsonl");
    for file in [uses.clone(), folder.join("uses.jsonl.head")] {
        let _ = std::fs::remove_file(file);
    }
    command.arg("--use-log").arg(&uses);
    let mut command = match group {
        Some(group) => group.confine(&command),
        None => command,
    };
    let start = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() % DAY;
    let clock = Instant::now();
    let run = command.output()?;
    let seconds = clock.elapsed().as_secs_f64();
    let file = std::fs::read_dir(&out)?
        .find_map(|entry| {
            Some(entry.ok()?.path()).filter(|path| path.to_string_lossy().ends_with("_grading_report.json"))
        })
        .ok_or_else(|| format!("{}: {}", run.status, String::from_utf8_lossy(&run.stderr)))?;
    let mut report: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let reports = report["competition_reports"].as_array_mut().map(std::mem::take).ok_or("no reports")?;
    let order = std::fs::read_to_string(&uses)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok()?["competition_id"].as_str().map(ToOwned::to_owned))
        .collect();
    Ok(Done { reports, order, seconds, start })
}

fn entry(competition: &str, path: &str) -> String {
    json!({"competition_id": competition, "submission_path": path}).to_string()
}

#[test]
fn two_hundred_honest_entries_beside_twenty_hostile_ones() -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let at = |name: &str| folder.path().join(name);
    for name in ["graders", "competitions", "data"] {
        std::fs::create_dir(at(name))?;
    }
    let competition = std::fs::read_to_string(examples().join(EXAMPLE).join("competition.toml"))?;
    let graders = graders()?;
    let ids = graders.iter().map(|grader| (grader.name, Some(&grader.component))).chain([(EXAMPLE, None)]);
    for (id, component) in ids {
        let text = match component {
            Some(component) => {
                std::fs::write(at("graders").join(format!("{id}.wasm")), component)?;
                let text = competition.replace(&format!("\"{EXAMPLE}\""), &format!("\"{id}\""));
                text.replace("\"roc-auc\"", &format!("\"{id}\"")).replace("options = { targets = [\"malignant\"] }", "")
            }
            None => competition.clone(),
        };
        std::fs::create_dir(at("competitions").join(id))?;
        std::fs::write(at("competitions").join(id).join("competition.toml"), text)?;
        std::fs::create_dir(at("data").join(id))?;
        symlink(root().join("examples").join(EXAMPLE).join("prepared"), at("data").join(id).join("prepared"))?;
    }
    // Links, what is no file, a file that is not there but for its size, and one of many small cells.
    std::fs::copy(prediction(), at("good.csv"))?;
    symlink(root().join("examples").join(EXAMPLE).join("prepared/private/answers.csv"), at("answers.csv"))?;
    symlink("/", at("root.csv"))?;
    symlink("/proc/self/fd/3", at("descriptor.csv"))?;
    for name in ["sparse.csv", "sparse-too.csv", "sparse-again.csv"] {
        std::fs::File::create(at(name))?.set_len(1 << 30)?;
    }
    let mut many = BufWriter::new(std::fs::File::create(at("many.csv"))?);
    many.write_all(b"id,malignant\n")?;
    for _ in 0..20_000_000 {
        many.write_all(b"1,0\n")?;
    }
    many.flush()?;
    let no_verdict = ["not-graded", "limit-exceeded", "grader-fault", "host-fault"];
    let mut hostile: Vec<(String, &[&str])> = [
        "answers.csv",
        "root.csv",
        "descriptor.csv",
        "sparse.csv",
        "sparse-too.csv",
        "sparse-again.csv",
        "many.csv",
        "many.csv",
    ]
    .map(|path| (entry(EXAMPLE, path), &["invalid-submission"][..]))
    .into();
    hostile.push((entry(EXAMPLE, "/proc/self/fd/3"), &["invalid-submission"]));
    hostile.push((entry(EXAMPLE, "/"), &["invalid-submission"]));
    for name in ["slow-one", "slow-two", "slow-three", "spins", "spins", "spins-too"] {
        hostile.push((entry(name, "good.csv"), &no_verdict));
    }
    for (name, outcomes) in [("grows", &["scored", "host-fault"][..]), ("grows-more", &no_verdict)] {
        hostile.extend([(entry(name, "good.csv"), outcomes), (entry(name, "good.csv"), outcomes)]);
    }
    assert_eq!(hostile.len(), 20);

    let honest = vec![entry(EXAMPLE, "good.csv"); HONEST];
    let alone = grade(folder.path(), &honest, None)?;
    // The hostile ones first, which is the worst place for the others.
    let lines: Vec<String> = hostile.iter().map(|(line, _)| line.clone()).chain(honest).collect();
    let group = Group::of(MEMORY, "crowd");
    let crowd = grade(folder.path(), &lines, group.as_ref())?;

    let (bad, good) = crowd.reports.split_at(hostile.len());
    assert_eq!(good.len(), HONEST);
    for report in good {
        assert_eq!(
            (&report["outcome"], report["score_exact"].as_f64()),
            (&json!("scored"), Some(HONEST_SCORE)),
            "{report}"
        );
    }
    let mut outcomes = BTreeMap::<String, usize>::new();
    for (report, (line, expected)) in bad.iter().zip(&hostile) {
        let outcome = report["outcome"].as_str().unwrap_or_default();
        assert!(expected.contains(&outcome), "{line}: {report}");
        *outcomes.entry(outcome.to_owned()).or_default() += 1;
    }
    // All that are of the program's own graders are finished before one of others' is.
    let first_stranger = crowd.order.iter().position(|id| id != EXAMPLE).unwrap_or(crowd.order.len());
    let last_own = crowd.order.iter().rposition(|id| id == EXAMPLE).ok_or("no honest entry is on record")?;
    assert!(last_own < first_stranger, "an entry of the program's own graders came after one of others'");
    println!(
        "{HONEST} honest entries: the last is taken {:.2} s after the start if they are alone, {:.2} s beside the others; all {}: {:.2} s; \
         hostile: {outcomes:?}",
        alone.last(&alone.reports),
        crowd.last(good),
        lines.len(),
        crowd.seconds
    );
    if let Some(group) = group {
        println!(
            "peak {} MiB of {} MiB, pages of files included; {} kills",
            group.peak()? >> 20,
            MEMORY >> 20,
            group.kills()?
        );
        assert_eq!(group.kills()?, 0, "the system killed something for want of memory");
    }
    Ok(())
}
