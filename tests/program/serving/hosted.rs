//! The server's own interface: who sees what, budgets, and what is kept.

use std::fs;

use assay_tests::Failure;
use serde_json::Value;

use super::client::Answer;
use super::world::{CANARY, Server, World, off_by};

const SUBMISSIONS: &str = "/v1/competitions/toy/submissions";
const VALIDATIONS: &str = "/v1/competitions/toy/validations";

/// Hands a file in and gives its id.
fn accepted(server: &Server, token: &str, file: &str) -> Result<String, Failure> {
    let answer = server.place.hand_in(SUBMISSIONS, token, file)?;
    assert_eq!(answer.status, 202, "{answer:?}; {}", server.said());
    let id = answer.json()?["id"].as_str().ok_or("no id")?.to_owned();
    assert_eq!(answer.header("location"), Some(format!("/v1/submissions/{id}").as_str()));
    Ok(id)
}

/// A problem as RFC 9457 has it.
fn problem(answer: &Answer, status: u16, kind: &str) -> Result<Value, Failure> {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (status, Some("application/problem+json")),
        "{answer:?}"
    );
    let problem = answer.json()?;
    assert_eq!(problem["type"], format!("urn:assay:problem:{kind}"));
    assert!(problem["title"].is_string() && problem["detail"].is_string() && problem["status"] == status);
    Ok(problem)
}

#[test]
fn a_submission_is_graded_and_shown_as_far_as_the_policy_has_it() -> Result<(), Failure> {
    for (policy, score, of) in [
        ("", Value::Null, Value::Null),
        // Every row is off by the same, so that it is the score on any part of them.
        ("show = \"score\"\ndigits = 2", 1.25.into(), "all".into()),
        ("show = \"score\"\ndigits = 1", 1.2.into(), "all".into()),
        ("show = \"public-part\"\ndigits = 2", 1.25.into(), "public-part".into()),
        ("show = \"public-part\"\ndigits = 2\nend = 2020-01-01T00:00:00Z", Value::Null, Value::Null),
    ] {
        let world = World::new()?;
        let (ada, bob, operator) =
            (world.token("ada", "participant")?, world.token("bob", "participant")?, world.token("op", "operator")?);
        let server = world.host(&format!("[competitions.toy]\n{policy}\n"), &[])?;
        if policy.contains("end") {
            problem(&server.place.hand_in(SUBMISSIONS, &ada, &off_by(1.25))?, 403, "forbidden")?;
            continue;
        }
        let id = accepted(&server, &ada, &off_by(1.25))?;
        let result = server.done(&id, &ada)?["result"].clone();
        assert_eq!(
            (&result["verdict"], &result["score"], &result["score_of"]),
            (&"valid".into(), &score, &of),
            "{policy}"
        );

        // It is nobody else's, but the operator's.
        let path = format!("/v1/submissions/{id}");
        problem(&server.place.get(&path, Some(&bob))?, 404, "not-found")?;
        assert_eq!(server.place.get(&path, Some(&operator))?.status, 200);
        problem(&server.place.get(&format!("{path}/report"), Some(&ada))?, 403, "forbidden")?;
        let report = server.place.get(&format!("{path}/report"), Some(&operator))?.json()?;
        assert_eq!(report["report"]["score"], 1.25);
        assert_eq!(report["report"]["use_log"]["entries"], 1);
        let listed = |token: &str| {
            Ok::<_, Failure>(
                server.place.get("/v1/submissions", Some(token))?.json()?["submissions"].as_array().map(Vec::len),
            )
        };
        assert_eq!((listed(&ada)?, listed(&bob)?, listed(&operator)?), (Some(1), Some(0), Some(1)));
        assert_eq!(server.end()?, Some(0));
        let log = world.run(&["log", "verify", "store/uses.jsonl"])?;
        assert!(String::from_utf8_lossy(&log.stdout).contains("\"entries\": 1"), "{log:?}");
    }
    Ok(())
}

/// The public part is the same rows for everybody, whatever the order of their rows.
#[test]
fn the_public_part_is_fixed_and_the_rest_stays_private() -> Result<(), Failure> {
    let world = World::new()?;
    let token = world.token("ada", "participant")?;
    let policy = "[competitions.toy]\nshow = \"public-part\"\npublic_share = 0.5\ndigits = 9\nleaderboard = true\n\
                  gradings = \"unlimited\"\n";
    let server = world.host(policy, &[])?;
    let perfect = off_by(0.0);
    let rows: Vec<&str> = perfect.lines().skip(1).collect();
    let score = |file: &str| -> Result<f64, Failure> {
        let id = accepted(&server, &token, file)?;
        let result = server.done(&id, &token)?["result"].clone();
        assert!(result["medal"].is_null());
        Ok(result["score"].as_f64().ok_or_else(|| format!("{result}"))?)
    };
    // A row that is wrong shows whether it is public: by half of them.
    let mut public = 0;
    for wrong in 0..rows.len() {
        let row = |(number, row): (usize, &&str)| {
            if number == wrong { format!("{number},1000\n") } else { format!("{row}\n") }
        };
        let file = format!("id,y\n{}", rows.iter().enumerate().map(row).collect::<String>());
        public += usize::from(score(&file)? > 0.0);
    }
    assert_eq!(public, rows.len() / 2);
    // All rows are off by another amount, so that another part would have another score.
    let uneven: Vec<String> = (0..rows.len()).map(|row| format!("{row},{}", row * row)).collect();
    let (forth, back) = (uneven.join("\n"), uneven.iter().rev().cloned().collect::<Vec<_>>().join("\n"));
    let (one, other) = (score(&format!("id,y\n{forth}\n"))?, score(&format!("id,y\n{back}\n"))?);
    assert!((one - other).abs() < 1e-6, "{one} {other}");
    let board = server.place.get("/v1/competitions/toy/leaderboard", Some(&token))?.json()?;
    assert_eq!((&board["score_of"], board["entries"].as_array().map(Vec::len)), (&"public-part".into(), Some(1)));
    assert_eq!(board["entries"][0]["score"], 0.0);
    Ok(())
}

#[test]
fn only_tokens_that_count_are_let_in() -> Result<(), Failure> {
    let world = World::new()?;
    let (token, operator) = (world.token("ada", "participant")?, world.token("op", "operator")?);
    let server = world.host("[competitions.toy]\n", &[])?;
    for path in ["/v1/competitions", "/v1/submissions", "/v1/budget", "/metrics", "/v1/queue", "/v1/use-log"] {
        let refused = server.place.get(path, None)?;
        problem(&refused, 401, "unauthorized")?;
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
        problem(&server.place.get(path, Some("assay_AAAA"))?, 401, "unauthorized")?;
        assert_eq!(server.place.get(path, Some(&operator))?.status, 200, "{path}");
    }
    for path in ["/metrics", "/v1/queue", "/v1/use-log"] {
        problem(&server.place.get(path, Some(&token))?, 403, "forbidden")?;
    }
    for path in ["/v1/health", "/v1/ready", "/openapi.json", "/health"] {
        assert_eq!(server.place.get(path, None)?.status, 200, "{path}");
    }
    problem(&server.place.hand_in("/v1/competitions/other/submissions", &token, "id")?, 404, "not-found")?;

    let listed = world.run(&["token", "list", "--store", "store", "--format", "json"])?;
    let listed: Value = serde_json::from_slice(&listed.stdout)?;
    assert!(!listed.to_string().contains(&token), "{listed}");
    let id = listed[0]["id"].as_str().ok_or("no id")?;
    assert!(world.run(&["token", "revoke", id, "--store", "store"])?.status.success());
    problem(&server.place.get("/v1/budget", Some(&token))?, 401, "unauthorized")?;
    assert_eq!(world.run(&["token", "revoke", id, "--store", "store"])?.status.code(), Some(2));
    assert!(!world.stored()?.windows(token.len()).any(|window| window == token.as_bytes()));
    Ok(())
}

#[test]
fn budgets_outlast_a_restart() -> Result<(), Failure> {
    let world = World::new()?;
    let token = world.token("ada", "participant")?;
    let policy = "[default]\ngradings = { count = 2, window = \"1h\" }\nvalidations = { count = 3, window = \"1h\" }\n[competitions.toy]\n";
    let mut server = world.host(policy, &[])?;
    for round in 0..3 {
        assert_eq!(server.place.hand_in(VALIDATIONS, &token, "id,y\n")?.status, 200);
        let answer = server.place.hand_in(SUBMISSIONS, &token, &off_by(f64::from(round)))?;
        if round < 2 {
            assert_eq!(answer.status, 202, "{answer:?}");
        } else {
            let spent = problem(&answer, 429, "budget-spent")?;
            let after: u64 = answer.header("retry-after").ok_or("no Retry-After")?.parse()?;
            assert!((3000..=3600).contains(&after) && spent["retry_after_seconds"] == after, "{answer:?}");
        }
        server.kill()?;
        server = world.host(policy, &[])?;
    }
    problem(&server.place.hand_in(VALIDATIONS, &token, "id,y\n")?, 429, "budget-spent")?;
    let budget = server.place.get("/v1/budget", Some(&token))?.json()?["budgets"][0].clone();
    assert_eq!((&budget["gradings"]["used"], &budget["gradings"]["left"]), (&2.into(), &0.into()));
    assert_eq!((&budget["validations"]["used"], &budget["validations"]["left"]), (&3.into(), &0.into()));
    // Another participant has a budget of their own.
    let other = world.token("bob", "participant")?;
    assert_eq!(server.place.hand_in(SUBMISSIONS, &other, &off_by(0.0))?.status, 202);
    Ok(())
}

#[test]
fn an_idempotency_key_hands_in_once() -> Result<(), Failure> {
    let world = World::new()?;
    let token = world.token("ada", "participant")?;
    let server = world.host("[competitions.toy]\ngradings = { count = 1, window = \"1h\" }\n", &[])?;
    let authorization = format!("Authorization: Bearer {token}");
    let post = |key: &str, file: &str| {
        server.place.post(SUBMISSIONS, &[&authorization, &format!("Idempotency-Key: {key}")], file)
    };
    let first = post("k-1", &off_by(1.0))?;
    let again = post("k-1", &off_by(1.0))?;
    assert_eq!((first.status, again.status), (202, 200), "{first:?} {again:?}");
    assert_eq!(first.json()?["id"], again.json()?["id"]);
    problem(&post("k-1", &off_by(2.0))?, 422, "idempotency-key-reused")?;
    problem(&post("k-2", &off_by(1.0))?, 429, "budget-spent")?;
    for key in [&"k".repeat(256), "two words", "a\tb", ""] {
        problem(&post(key, &off_by(1.0))?, 400, "bad-request")?;
    }
    Ok(())
}

#[test]
fn nothing_that_participants_can_fetch_has_the_answers() -> Result<(), Failure> {
    let world = World::new()?;
    let (token, operator) = (world.token("ada", "participant")?, world.token("op", "operator")?);
    let policy = "[competitions.toy]\nshow = \"public-part\"\nleaderboard = true\ngradings = \"unlimited\"\n";
    let server = world.host(policy, &["--competition", "toy"])?;
    let answers = fs::read_to_string(world.path("data/toy/prepared/private/test.csv"))?;
    let mut fetched = String::new();
    let mut ids = Vec::new();
    for file in
        ["id,y\n0,1\n", "id,y\n0,x\n", "", "\"", "id,y,secret\n0,1,2\n", &off_by(3.0).replace('3', "9"), &answers]
    {
        for path in [VALIDATIONS, "/validate"] {
            fetched += &format!("{:?}", server.place.hand_in(path, &token, file)?);
        }
        ids.push(accepted(&server, &token, file)?);
    }
    for id in &ids {
        fetched += &server.done(id, &token)?.to_string();
        let cookie = format!("Cookie: assay_token={token}");
        fetched += &format!("{:?}", server.place.send(&format!("GET /submissions/{id}"), &[&cookie], b"")?);
        fetched += &format!("{:?}", server.place.send("GET /", &[&cookie], b"")?);
    }
    for path in [
        "/v1/competitions",
        "/v1/competitions/toy",
        "/v1/competitions/toy/leaderboard",
        "/v1/submissions",
        "/v1/budget",
        "/openapi.json",
    ] {
        fetched += &format!("{:?}", server.place.get(path, Some(&token))?);
    }
    fetched += &format!("{:?}", server.place.get("/metrics", Some(&operator))?);
    assert!(fetched.len() > 10_000);
    assert!(!fetched.contains(CANARY), "{fetched}");
    assert!(!fetched.contains(".731337"), "{fetched}");
    Ok(())
}

/// What it gave up, it needs for nothing: receiving, keeping, grading, recording, summing up, and removing its socket.
#[test]
fn a_confined_server_does_all_that_it_is_there_for() -> Result<(), Failure> {
    let world = World::new()?;
    let (ada, operator) = (world.token("ada", "participant")?, world.token("op", "operator")?);
    let policy = "[competitions.toy]\nshow = \"public-part\"\ngradings = \"unlimited\"\n";
    let arguments = ["--confine", "require", "--unix", "server.sock", "--use-log", "elsewhere.jsonl"];
    let server = match world.host(policy, &arguments) {
        Err(lacking) if lacking.to_string().contains("--confine require") => {
            eprintln!("not tested: {lacking}");
            return Ok(());
        }
        server => server?,
    };
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    assert!(status.contains("Seccomp:\t2") && status.contains("NoNewPrivs:\t1"), "{status}");
    assert_eq!(server.place.hand_in(VALIDATIONS, &ada, &off_by(1.0))?.json()?["verdict"], "valid");
    // Answers may be prepared anew meanwhile.
    let answers = world.path("data/toy/prepared/private/test.csv");
    fs::copy(&answers, answers.with_extension("new"))?;
    fs::rename(answers.with_extension("new"), &answers)?;
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(accepted(&server, &ada, &off_by(f64::from(number)))?);
    }
    for id in &ids {
        assert_eq!(server.done(id, &ada)?["result"]["verdict"], "valid");
        let report = server.place.get(&format!("/v1/submissions/{id}/report"), Some(&operator))?.json()?;
        assert_eq!(report["report"]["receipt"]["confinement"], "full", "{report}");
    }
    let log = server.place.get("/v1/use-log", Some(&operator))?.json()?;
    assert_eq!((&log["holds"], &log["uses"]), (&true.into(), &ids.len().into()), "{log}");
    assert_eq!(server.place.get("/metrics", Some(&operator))?.status, 200);
    assert_eq!(server.end()?, Some(0));
    assert!(!world.path("server.sock").exists());
    Ok(())
}
