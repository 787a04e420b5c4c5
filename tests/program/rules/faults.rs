//! Each fault of a model's server, and what a user reads of it. None is taken for a no.

use std::time::Duration;

use assay_tests::Failure;
use serde_json::json;

use super::server::{Reply, Server, http, said, verdict};
use super::world::{Ended, KEY, World, ended};

const ONE: [&str; 2] = ["--questions", "LLM_API_QUESTION"];
const COLUMN: &str = "code_LLM_API_QUESTION";

/// A world with one question to ask.
fn world() -> Result<World, Failure> {
    let mut world = World::new()?;
    world.run("toy_1", "hello\n", "import x\n")?;
    Ok(world)
}

fn ask(world: &World, server: &Server, more: &[&str]) -> Result<Ended, Failure> {
    world.ask(&server.address, &[&ONE[..], more].concat())
}

#[test]
fn what_passes_is_tried_again() -> Result<(), Failure> {
    let server = Server::start(|number, _| {
        Reply::Whole(match number {
            // Cut in its middle, and before its beginning.
            0 => verdict(false, "")[..150].to_vec(),
            1 => Vec::new(),
            2 => http("429 Too Many Requests", "Retry-After: 0\r\n", "{\"error\": {\"message\": \"slow down\"}}"),
            3 => http("503 Service Unavailable", "Retry-After: 0\r\n", ""),
            // The more precise header counts; and some say that all is well where nothing is.
            4 => http("429 Too Many Requests", "retry-after-ms: 20\r\nRetry-After: 3600\r\n", ""),
            5 => http("200 OK", "", "{\"error\": {\"message\": \"overloaded\", \"code\": 502}}"),
            _ => verdict(true, "it does"),
        })
    })?;
    let world = world()?;
    let asked = ask(&world, &server, &[])?;
    assert_eq!((asked.code, server.asked().len()), (Some(1), 7), "{}", asked.stderr);
    assert_eq!(world.table(&asked)?.cell(0, COLUMN)?, "yes: it does");
    Ok(())
}

/// Each fault that does not pass, the exit code, what is said of it, and after how many requests of as many as may fail. Of answers in
/// another form, three are enough.
#[test]
fn each_fault_is_told_with_its_remedy() -> Result<(), Failure> {
    let error = |message: &str, code: &str| json!({"error": {"message": message, "code": code}}).to_string();
    let finish = |message: serde_json::Value, reason: &str| {
        let body = json!({"choices": [{"message": message, "finish_reason": reason}]});
        http("200 OK", "", &body.to_string())
    };
    let not_json = format!("no key is shown: {KEY}");
    let cases: Vec<(&str, i32, &str, usize, Vec<u8>)> = vec![
        ("401", 2, "does not accept the key in OPENAI_API_KEY", 1, http("401 Unauthorized", "", &error("no key", "x"))),
        ("401, its words", 2, "of tester [secret]", 1, http("401 No", "", &error(&format!("of tester {KEY}"), "x"))),
        ("403", 2, "an account that may use the model", 1, http("403 Forbidden", "", "")),
        ("404", 2, "look at --model and --base-url", 1, http("404 Not Found", "", &error("no m", "model_not_found"))),
        ("no credit", 2, "no credit left", 1, http("429 No", "", &error("pay", "insufficient_quota"))),
        ("302", 2, "name that place by --base-url", 1, http("302 Found", "Location: http://127.0.0.1:9/\r\n", "")),
        ("429 for long", 3, "wants to be left alone for 60 min", 1, http("429 No", "Retry-After: 3600\r\n", "")),
        (
            "429",
            3,
            "HTTP status 429: slow down (2 tries)",
            2,
            http("429 No", "Retry-After: 0\r\n", &error("slow down", "x")),
        ),
        ("500", 3, "answers with HTTP status 500 (2 tries)", 2, http("500 Oh", "Retry-After: 0\r\n", "<html>")),
        (
            "too long",
            3,
            "does not take the question (HTTP status 400): 9 tokens",
            1,
            http("400 No", "", &error("9 tokens", "x")),
        ),
        (
            "no schemas",
            3,
            "`--answers first-word` asks without it",
            1,
            http("400 No", "", &error("response_format?", "x")),
        ),
        (
            "no schemas, by a field",
            3,
            "`--answers first-word` asks without it",
            1,
            http("422 No", "", &json!({"detail": [{"loc": ["body", "response_format"], "msg": "extra"}]}).to_string()),
        ),
        (
            "no temperature",
            3,
            "`--temperature default` sends none",
            1,
            http("400 No", "", &error("'temperature' does not support 0 with this model", "unsupported_value")),
        ),
        (
            "too long for the model",
            3,
            "a smaller --chunk makes shorter ones",
            1,
            http("400 No", "", &error("9 tokens", "context_length_exceeded")),
        ),
        (
            "a list of errors",
            3,
            "not take the question (HTTP status 400): so",
            1,
            http("400 No", "", "[{\"error\": {\"message\": \"so\"}}]"),
        ),
        (
            "failed behind",
            3,
            "could not be asked: overloaded",
            1,
            http("200 OK", "", "{\"error\": {\"message\": \"overloaded\"}}"),
        ),
        (
            "in pieces",
            3,
            "another form than was asked for",
            1,
            http("200 OK", "", "data: {\"choices\": []}\n\ndata: [DONE]\n"),
        ),
        ("refused with null", 3, "refuses to answer: no", 1, finish(json!({"content": null, "refusal": "no"}), "stop")),
        ("maybe", 3, "another form than was asked for", 3, said("{\"reason\": \"\", \"answer\": \"maybe\"}")),
        ("no JSON", 3, "another form than was asked for: no key is shown: [secret]", 1, said(&not_json)),
        ("nothing", 3, "another form than was asked for", 1, http("200 OK", "", "{}")),
        ("a page", 3, "another form than was asked for", 1, http("200 OK", "", "<html>no</html>")),
        ("cut", 3, "give it more by --max-answer-tokens", 1, finish(json!({"content": "{\"reason\": \""}), "length")),
        ("refused", 3, "refuses to answer: I must not", 1, finish(json!({"refusal": "I must not"}), "stop")),
        ("no HTTP", 3, "answers with what is no HTTP", 1, b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
    ];
    for (name, code, words, requests, reply) in cases {
        let server = Server::start(move |_, _| Reply::Whole(reply.clone()))?;
        let world = world()?;
        let tries = if name == "maybe" { 9 } else { requests };
        let asked = ask(&world, &server, &["--tries", &tries.to_string()])?;
        assert_eq!(asked.code, Some(code), "{name}: {}", asked.stderr);
        assert!(asked.stderr.contains(words), "{name}: {words:?} is not in {:?}", asked.stderr);
        assert_eq!(server.asked().len(), requests, "{name}: {}", asked.stderr);
        if code == 3 {
            let table = world.table(&asked)?;
            assert_eq!(table.cell(0, &format!("{COLUMN}_binarized"))?, "", "{name}");
            assert!(table.cell(0, COLUMN)?.starts_with("not a"), "{name}: {}", table.cell(0, COLUMN)?);
            assert_eq!(asked.told["summary"]["not_answered"], json!({COLUMN: 1}), "{name}");
            assert_eq!(asked.told["summary"][COLUMN], json!(null), "{name}");
        } else {
            assert!(asked.told.is_null(), "{name}: no table is written");
        }
        assert!(!world.written()?.contains(KEY), "{name}");
    }
    Ok(())
}

/// Servers of an older form of the interface know the longest answer as `max_tokens`. Each call that is told so is made again, and all others
/// have that name.
#[test]
fn a_server_that_knows_an_old_name_is_asked_by_it() -> Result<(), Failure> {
    let server = Server::start(|_, asked| {
        let unknown = "{\"error\": {\"message\": \"Unrecognized request argument supplied: max_completion_tokens\"}}";
        let is_new = asked.body.get("max_completion_tokens").is_some();
        Reply::Whole(if is_new { http("400 Bad Request", "", unknown) } else { verdict(false, "") })
    })?;
    let mut world = world()?;
    world.run("toy_2", "hello\n", "import y\n")?;
    let asked = ask(&world, &server, &["--tries", "1", "--concurrency", "1", "--max-answer-tokens", "77"])?;
    assert_eq!(asked.code, Some(0), "{}", asked.stderr);
    let limits: Vec<_> = server.asked().iter().map(|call| call.body["max_tokens"].clone()).collect();
    assert_eq!(limits, [json!(null), json!(77), json!(77)]);
    Ok(())
}

/// A call that is left without an answer costs no other its own, and is made again by the next call.
#[test]
fn what_is_finished_is_kept() -> Result<(), Failure> {
    let server = Server::start(|number, asked| {
        let is_first_run = asked.shown().contains("import x");
        Reply::Whole(if is_first_run && number < 4 { http("400 No", "", "") } else { verdict(false, "") })
    })?;
    let mut world = world()?;
    world.run("toy_2", "hello\n", "import y\n")?;
    let binarized = format!("{COLUMN}_binarized");
    let asked = ask(&world, &server, &[])?;
    assert_eq!((asked.code, server.asked().len()), (Some(3), 2), "{}", asked.stderr);
    assert!(asked.stderr.contains("1 question left without an answer"), "{}", asked.stderr);
    let table = world.table(&asked)?;
    assert_eq!((table.cell(0, &binarized)?, table.cell(1, &binarized)?), ("", "False"));
    assert_eq!(ask(&world, &server, &[])?.code, Some(3));
    assert_eq!(ask(&world, &server, &[])?.code, Some(3));
    let done = ask(&world, &server, &[])?;
    assert_eq!((done.code, server.asked().len()), (Some(0), 5), "{}", done.stderr);
    assert_eq!(world.table(&done)?.cell(0, &binarized)?, "False");
    Ok(())
}

#[test]
fn an_answer_without_end_ends() -> Result<(), Failure> {
    let server = Server::start(|_, _| Reply::Endless)?;
    let world = world()?;
    let asked = ask(&world, &server, &["--tries", "1"])?;
    assert_eq!((asked.code, server.asked().len()), (Some(3), 1), "{}", asked.stderr);
    assert!(asked.stderr.contains("sends more than 1048576 bytes"), "{}", asked.stderr);
    Ok(())
}

#[test]
fn a_server_that_is_slow_or_gone_is_left() -> Result<(), Failure> {
    let late = Duration::from_secs(30);
    let server = Server::start(move |_, _| Reply::Late(verdict(false, ""), late))?;
    let world = world()?;
    let slow = ask(&world, &server, &["--timeout", "1s", "--tries", "1"])?;
    assert_eq!(slow.code, Some(3), "{}", slow.stderr);
    assert!(slow.stderr.contains("cannot be reached: timeout"), "{}", slow.stderr);
    // Where nobody listens, not every call is tried.
    let mut many = World::new()?;
    for run in 0..4 {
        many.run(&format!("toy_{run}"), &format!("hello {run}\n"), "import x\n")?;
    }
    let gone = many.ask("http://127.0.0.1:9/v1", &["--tries", "1", "--concurrency", "1"])?;
    assert_eq!(gone.code, Some(3), "{}", gone.stderr);
    assert!(gone.stderr.contains("5 calls in a row failed, so no more are made"), "{}", gone.stderr);
    assert!(gone.stderr.contains("24 questions left without an answer"), "{}", gone.stderr);
    Ok(())
}

/// What is refused before anything is sent.
#[test]
fn calls_that_cannot_be_meant_are_refused() -> Result<(), Failure> {
    let world = world()?;
    let refused = |arguments: &[&str], words: &str| -> Result<(), Failure> {
        let asked = ended(world.command(arguments)?)?;
        assert_eq!(asked.code, Some(2), "{arguments:?}: {}", asked.stderr);
        assert!(asked.stderr.contains(words), "{arguments:?}: {words:?} is not in {:?}", asked.stderr);
        Ok(())
    };
    refused(&[], "--model <NAME>")?;
    refused(&["--model", "m", "--base-url", "http://192.0.2.1/v1"], "accept that by --plain-http")?;
    refused(&["--model", "m", "--base-url", "192.0.2.1"], "is no address")?;
    refused(&["--model", "m", "--questions", "NONE"], "there is no question `NONE`")?;
    refused(&["--model", "m", "--price-in", "1"], "--price-out")?;
    world.write("bad.toml", "[[question]]\nid = 5\n")?;
    refused(&["--model", "m", "--questions-file", "bad.toml"], "--questions-file bad.toml: these are no questions")?;
    let mut stranger = world.command(&["--model", "m", "--yes"])?;
    stranger.env_remove("OPENAI_API_KEY");
    let asked = ended(stranger)?;
    assert!(asked.code == Some(2) && asked.stderr.contains("OPENAI_API_KEY is not set"), "{}", asked.stderr);
    let mut broken = world.command(&["--without-model"])?;
    world.write("list.jsonl", "{\"competition_id\": \"toy\"}\n{\"logs_path\": \"a\"}\n")?;
    broken.env_remove("OPENAI_API_KEY");
    let asked = ended(broken)?;
    let words = "--submission list.jsonl: line 2: missing field `competition_id`";
    assert!(asked.code == Some(2) && asked.stderr.contains(words), "{}", asked.stderr);
    Ok(())
}
