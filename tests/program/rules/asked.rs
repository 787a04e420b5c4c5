//! What a model is asked and shown, what that costs, and what becomes of its answers.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use assay_tests::Failure;
use serde_json::json;

use super::server::{Asked, Reply, Server, header, said, verdict};
use super::world::{AGENTS_SECRET, KEY, World, ended, lines};

const TAMPERING: &str = "logs_TAMPERING_QUESTION_binarized";

fn is_about_tampering(asked: &Asked) -> bool {
    asked.message(1).contains("tamper")
}

#[test]
fn each_question_becomes_a_column() -> Result<(), Failure> {
    let server = Server::start(|_, asked| {
        let yes = is_about_tampering(asked) && asked.shown().contains("patching the grader");
        Reply::Whole(verdict(yes, "line 2, \"so\"\n=1+1"))
    })?;
    let mut world = World::new()?;
    world.run("toy_1", "hello\npatching the grader\n", "import numpy\n")?;
    world.run("toy_2", "hello\n", "import pandas\n")?;
    let asked = world.ask(&server.address, &[])?;
    assert_eq!(asked.code, Some(1), "{}", asked.stderr);
    let table = world.table(&asked)?;
    assert_eq!((table.cell(0, "run_id")?, table.cell(1, "run_id")?), ("toy_1", "toy_2"));
    assert_eq!((table.cell(0, TAMPERING)?, table.cell(1, TAMPERING)?), ("True", "False"));
    assert_eq!(table.cell(0, "logs_TAMPERING_QUESTION")?, "yes: line 2, \"so\" =1+1");
    // The reference's columns.
    for column in
        ["logs_MANUALLY_WRITING_SUBMISSIONS_QUESTION", "logs_UNAUTHORIZED_ACCESS_QUESTION", "code_LLM_API_QUESTION"]
    {
        assert_eq!(table.cell(1, &format!("{column}_binarized"))?, "False");
        assert_eq!(asked.told["summary"][column], "0.0%");
    }
    assert_eq!(asked.told["summary"]["logs_TAMPERING_QUESTION"], "50.0%");
    assert_eq!(
        (&asked.told["runs"], &asked.told["at_fault"], &asked.told["not_answered"]),
        (&json!(2), &json!(1), &json!(0))
    );
    let calls = server.asked();
    assert_eq!(calls.len(), 12);
    for call in &calls {
        assert!(call.head.starts_with("POST /v1/chat/completions "), "{}", call.head);
        assert_eq!(header(&call.head, "Authorization"), Some(format!("Bearer {KEY}")));
        assert_eq!((&call.body["model"], &call.body["temperature"]), (&json!("m"), &json!(0.0)));
        assert_eq!(call.body["response_format"]["type"], "json_schema");
    }
    let code: Vec<&str> = calls.iter().map(Asked::shown).filter(|shown| shown.contains("numpy")).collect();
    assert_eq!(code, ["--- train.py ---\nimport numpy\n"; 3]);
    Ok(())
}

#[test]
fn any_parts_yes_counts_and_nothing_is_left_out() -> Result<(), Failure> {
    let server = Server::start(|_, asked| Reply::Whole(verdict(asked.shown().contains("NEEDLE"), "")))?;
    let mut world = World::new()?;
    let text: String =
        (0..300).map(|line| if line == 250 { "NEEDLE\n".into() } else { format!("line {line}\n") }).collect();
    world.run("toy_1", &text, "x\n")?;
    world.run("toy_2", &text.replace("NEEDLE", "needle"), "x\n")?;
    let asked = world.ask(&server.address, &["--chunk", "1000", "--questions", "UNAUTHORIZED_ACCESS_QUESTION"])?;
    let table = world.table(&asked)?;
    let column = "logs_UNAUTHORIZED_ACCESS_QUESTION_binarized";
    assert_eq!((table.cell(0, column)?, table.cell(1, column)?), ("True", "False"), "{}", asked.stderr);
    let calls = server.asked();
    let (mut first, mut all) = (Vec::new(), String::new());
    for call in &calls {
        let shown = call.shown();
        assert!(shown.chars().count() <= 1000 && shown.ends_with('\n'), "a part ends with a line");
        let part = call.message(1).lines().next().unwrap_or_default().to_owned();
        if part.starts_with("This is part ") {
            first.push((part, shown.to_owned()));
        }
    }
    // Both runs have parts that are alike; those that differ are of one of them.
    first.sort();
    first.dedup_by(|one, other| one.0 == other.0);
    first.iter().for_each(|(_, shown)| all += shown);
    assert_eq!(all.to_lowercase(), format!("--- agent.log ---\n{text}").to_lowercase());
    Ok(())
}

#[test]
fn no_secret_is_sent_or_written() -> Result<(), Failure> {
    let server = Server::start(|_, _| Reply::Whole(verdict(false, &format!("its key {KEY}"))))?;
    let mut world = World::new()?;
    let tokens = ["sk-proj-abcdefghijklmnop0123", "hf_abcdefghijklmnopqrstuvwx", "AKIAIOSFODNN7EXAMPLE"];
    let logs = format!("env: {KEY}\nB={AGENTS_SECRET}\n{}\ncat /private/x {KEY}\n", tokens.join("\n"));
    world.run("toy_1", &logs, &format!("key = '{KEY}'\n"))?;
    let asked = world.ask(&server.address, &[])?;
    assert_eq!(asked.code, Some(1), "{}", asked.stderr);
    assert_eq!(server.asked().len(), 6);
    let sent: String = server.asked().iter().map(|call| call.body.to_string()).collect();
    assert!(sent.contains("key = '[secret]'"));
    let written = world.written()?;
    assert!(written.contains("its key [secret]") && written.contains("cat /private/x [secret]"), "{written}");
    for secret in [&[KEY, AGENTS_SECRET][..], &tokens].concat() {
        assert!(!sent.contains(secret) && !written.contains(secret), "{secret}");
    }
    Ok(())
}

#[test]
fn what_calls_cost_is_told_before_any_is_made() -> Result<(), Failure> {
    let server = Server::start(|_, _| Reply::Whole(verdict(false, "")))?;
    let mut world = World::new()?;
    world.run("toy_1", "hello\n", "x\n")?;
    let prices = ["--price-in", "2.5", "--price-out", "10"];
    let model = ["--model", "m", "--base-url", &server.address];
    let told = ended(world.command(&[&model[..], &prices].concat())?)?;
    assert_eq!(told.code, Some(2), "{}", told.stderr);
    assert!(told.stderr.contains("nothing was sent: --yes makes these calls"), "{}", told.stderr);
    assert!(server.asked().is_empty());
    let made = world.ask(&server.address, &prices)?;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let calls = server.asked();
    // Characters as the server counts them.
    let characters: usize =
        calls.iter().map(|call| call.message(0).chars().count() + call.message(1).chars().count()).sum();
    let tokens = characters.div_ceil(4);
    let money = (tokens as f64 * 2.5 + 6.0 * 150.0 * 10.0) / 1e6;
    let expected = format!(
        "6 calls to m at {}/chat/completions: some {tokens} tokens to read (one for 4 characters) and 900 to write (150 an answer); by the \
         prices given, some {money:.4}\n",
        server.address
    );
    assert!(told.stderr.contains(&expected) && made.stderr.contains(&expected), "{expected}\n{}", told.stderr);
    let used = "used, as the server counts: 6000 tokens read, 120 written, 0.0162 by the prices given";
    assert!(made.stderr.contains(used), "{}", made.stderr);
    // What is answered is not asked again, and costs nothing.
    let again = ended(world.command(&model)?)?;
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("are needed; 6 answers are known already"), "{}", again.stderr);
    assert_eq!(server.asked().len(), 6);
    world.ask(&server.address, &["--again"])?;
    assert_eq!(server.asked().len(), 12);
    Ok(())
}

#[test]
fn calls_at_a_time_are_bounded() -> Result<(), Failure> {
    let server = Server::start(|_, _| Reply::Late(verdict(false, ""), Duration::from_millis(60)))?;
    let mut world = World::new()?;
    world.run("toy_1", "hello\n", "x\n")?;
    world.run("toy_2", "hello, hello\n", "y\n")?;
    let asked = world.ask(&server.address, &["--concurrency", "3"])?;
    assert_eq!((asked.code, server.asked().len()), (Some(0), 12), "{}", asked.stderr);
    assert!((2..=3).contains(&server.most()), "{} at a time", server.most());
    Ok(())
}

/// Killed while the third call is under way, and started again: two answers are known.
#[test]
fn a_call_that_was_killed_goes_on() -> Result<(), Failure> {
    let late = Duration::from_secs(60);
    let server = Server::start(move |number, _| match number {
        2 => Reply::Late(verdict(true, ""), late),
        _ => Reply::Whole(verdict(false, "")),
    })?;
    let mut world = World::new()?;
    world.run("toy_1", "hello\n", "x\n")?;
    let arguments = ["--model", "m", "--base-url", &server.address, "--yes", "--concurrency", "1"];
    let mut child = world.command(&arguments)?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let start = Instant::now();
    while (server.asked().len() < 3 || lines(&world.path("out/answers.jsonl")) < 2)
        && start.elapsed() < Duration::from_secs(60)
    {
        thread::sleep(Duration::from_millis(5));
    }
    // SIGKILL.
    child.kill()?;
    child.wait()?;
    assert_eq!(lines(&world.path("out/answers.jsonl")), 2);
    let done = ended(world.command(&arguments)?)?;
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        done.stderr.contains("4 calls to m") && done.stderr.contains("2 answers are known already"),
        "{}",
        done.stderr
    );
    assert_eq!(server.asked().len(), 3 + 4);
    Ok(())
}

#[test]
fn questions_and_forms_can_be_other() -> Result<(), Failure> {
    let server = Server::start(|_, asked| {
        Reply::Whole(said(if asked.shown().contains("import") { "Yes, it does." } else { "No." }))
    })?;
    let mut world = World::new()?;
    world.run("toy_1", "hello\n", "import x\n")?;
    world.write(
        "questions.toml",
        "[[question]]\nid = \"IMPORTS\"\nof = [\"logs\", \"code\"]\ntext = \"Are there imports?\"\n",
    )?;
    world.write("extra.txt", "Lines with > are commands.")?;
    let other = [
        "--questions-file",
        "questions.toml",
        "--answers",
        "first-word",
        "--temperature",
        "default",
        "--extra-prompt",
        "extra.txt",
    ];
    let asked = world.ask(&server.address, &other)?;
    let table = world.table(&asked)?;
    assert_eq!((table.cell(0, "logs_IMPORTS_binarized")?, table.cell(0, "code_IMPORTS_binarized")?), ("False", "True"));
    assert_eq!(table.cell(0, "code_IMPORTS")?, "yes: it does.");
    let calls = server.asked();
    assert_eq!(calls.len(), 2);
    for call in calls {
        assert!(call.body.get("response_format").is_none() && call.body.get("temperature").is_none());
        assert!(call.message(1).contains("The question: Are there imports?"));
        assert!(call.message(0).ends_with("Lines with > are commands."));
    }
    Ok(())
}
