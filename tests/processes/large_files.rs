//! Large files of many small values: the memory to read them is a small multiple of their size.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use assay_tests::Failure;
use assay_tests::harmless::{EXAMPLE, examples, prediction, program};

/// The most memory that is resident at once, in MiB, beside a file's size. A program that has read nothing takes some 50; one that
/// makes a tree of values of these files takes 500 and more.
const MEMORY: u64 = 300;

/// Runs the program to its end, and gives its exit code, messages and the most memory that was seen resident, in MiB.
fn measured(arguments: &[&Path]) -> Result<(Option<i32>, String, u64), Failure> {
    let mut command = program()?;
    command.args(arguments).arg("--competitions").arg(examples()).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait()?.is_none() {
        // The peak so far: what is missed is what grows in the last moment.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(peak.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    let ended = child.wait_with_output()?;
    Ok((ended.status.code(), String::from_utf8(ended.stderr)?, most / 1024))
}

fn is_bounded(arguments: &[&Path], file: &Path, text: &str, code: i32, expected: &str) -> Result<(), Failure> {
    std::fs::write(file, text)?;
    let (ended, messages, most) = measured(arguments)?;
    println!("{} MiB of file, {most} MiB of memory: {messages}", text.len() >> 20);
    assert_eq!(ended, Some(code), "{messages}");
    assert!(messages.contains(expected), "{expected}: {messages}");
    assert!(most > 0 && most < MEMORY + (text.len() as u64 >> 20), "{expected}: {most} MiB of memory");
    Ok(())
}

#[test]
fn key_files_are_bounded() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let keys = folder.path().join("keys.jsonl");
    let prediction = prediction();
    let arguments = ["validate".as_ref(), prediction.as_path(), EXAMPLE.as_ref(), "--keys".as_ref(), &keys];
    // As it is made, but for how many keys it lists.
    let mut command = program()?;
    command.args(["keys", EXAMPLE, "--competitions"]).arg(examples()).arg("--data-dir").arg(examples());
    let made = String::from_utf8(command.output()?.stdout)?;
    let header = made.lines().next().ok_or("no key file")?;
    let (start, _) = header.split_once("\"expected_rows\":").ok_or("another header")?;
    let header = |listed: usize| format!("{start}\"expected_rows\":{listed},\"listed\":{listed}}}\n");
    let many = 8_000_000;
    let lines = "{\"id\": \"a\"}\n".to_owned() + &"{}\n".repeat(many - 1);
    let large = "0,".repeat(15_000_000);
    let names = (0..2_000_000).map(|name| format!("\"{name:x}\":0,")).collect::<String>();
    for (text, code, expected) in [
        (header(many) + &lines, 1, ""),
        (header(3) + &lines, 2, "more than the 3 keys"),
        (header(1) + "{\"id\": [" + &large + "0]}\n", 2, "line 2, column `id`: a cell of more than"),
        (header(1) + "{" + &names + "\"id\": 1}\n", 2, "line 2: more names than those of the key"),
        ("{\"x\": [".to_owned() + &large, 2, "its first line is too long"),
    ] {
        is_bounded(&arguments, &keys, &text, code, expected)?;
    }
    Ok(())
}

#[test]
fn reports_are_bounded() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let report = folder.path().join("report.json");
    let data = examples();
    let arguments = ["verify".as_ref(), report.as_path(), "--data-dir".as_ref(), data.as_path()];
    let lists = "[0],".repeat(5_000_000) + "[0]";
    let one = folder.path().join("one.csv");
    let mut command = program()?;
    command.arg("grade-sample").arg(&one).arg(EXAMPLE).arg("--competitions").arg(&data).arg("--data-dir").arg(&data);
    let honest = String::from_utf8(command.output()?.stdout)?;
    let report_with = |field: &str, open: &str, close: &str| {
        honest.replacen(&format!("\"{field}\": "), &format!("\"{field}\": {open}{lists}{close}, \"{field}\": "), 1)
    };
    let ignored = format!("{{\"x\": [{lists}], {}", honest.trim_start().trim_start_matches('{'));
    for (text, code, expected) in [
        (ignored.clone(), 2, "unknown field `x`"),
        (report_with("receipt", "[", "]"), 2, "the name `receipt` is there already"),
        (report_with("limits", "{\"x\": [", "]}"), 2, "the name `limits` is there already"),
        (ignored.replacen("\"x\"", "\"tags\"", 1), 2, "is no report"),
        (ignored.replacen("\"x\": [", "\"tags\": {\"y\": [", 1).replacen("[0]],", "[0]]},", 1), 2, "is no report"),
        (honest.replacen("\"limits\": {", &format!("\"limits\": {{\"x\": [{lists}],"), 1), 2, "is no report"),
    ] {
        is_bounded(&arguments, &report, &text, code, expected)?;
    }
    Ok(())
}

#[test]
fn lists_competitions_and_folders_are_bounded() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let lists = "[0],".repeat(12_500_000);
    let line = format!("{{\"competition_id\": \"{EXAMPLE}\", \"submission_path\": \"no.csv\"");
    let list = at("list.jsonl");
    let data = examples();
    let out = at("out");
    let arguments: [&Path; 7] =
        ["grade".as_ref(), "--submission".as_ref(), &list, "--output-dir".as_ref(), &out, "--data-dir".as_ref(), &data];
    is_bounded(&arguments, &list, &format!("{line}, \"x\": [{lists}0]}}\n{line}}}\n"), 1, "1 could not be graded")?;
    // A folder of many graders costs a name each.
    let graders = at("graders");
    std::fs::create_dir(&graders)?;
    for grader in 0..50_000 {
        std::fs::File::create(graders.join(format!("{grader}.wasm")))?;
    }
    let many = [&arguments[..], &["--graders".as_ref(), graders.as_path()]].concat();
    is_bounded(&many, &list, &format!("{line}}}\n"), 0, "1 submission")?;
    // What is parsed as TOML is small.
    let lock = at("lock.toml");
    let check = ["lock".as_ref(), "--check".as_ref(), lock.as_path()];
    is_bounded(&check, &lock, &format!("x = [{}0]", "[0],".repeat(260_000)), 2, "unknown field `x`")?;
    is_bounded(&check, &lock, &format!("x = [{}0]", "[0],".repeat(270_000)), 2, "more than 1048576 bytes")?;
    Ok(())
}
