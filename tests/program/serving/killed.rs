//! `kill -9` under load: what was accepted is graded once, budgets are right, and the log of uses holds.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use assay_tests::Failure;
use serde_json::Value;

use super::world::{World, off_by};

const POLICY: &str = "[competitions.toy]\nshow = \"score\"\ngradings = { count = 100000, window = \"1d\" }\n";

/// How often it is killed, unless `ASSAY_KILLS` says otherwise.
const KILLS: u64 = 20;

#[test]
fn what_was_accepted_is_graded_once() -> Result<(), Failure> {
    let kills = std::env::var("ASSAY_KILLS").ok().map_or(Ok(KILLS), |kills| kills.parse())?;
    let world = World::new()?;
    let token = world.token("ada", "participant")?;
    let accepted = Mutex::new(Vec::<String>::new());
    for kill in 0..kills {
        let server = world.host(POLICY, &[])?;
        let (place, stop) = (server.place.clone(), AtomicBool::new(false));
        thread::scope(|scope| {
            for client in 0..4 {
                let (accepted, stop, token, place) = (&accepted, &stop, &token, &place);
                scope.spawn(move || {
                    let mut round = 0;
                    while !stop.load(Ordering::Relaxed) {
                        round += 1;
                        let file = off_by(f64::from(client * 1000 + round));
                        let Ok(answer) = place.hand_in("/v1/competitions/toy/submissions", token, &file) else {
                            continue;
                        };
                        let id = answer.json().ok().and_then(|told| told["id"].as_str().map(ToOwned::to_owned));
                        if let (202, Some(id)) = (answer.status, id) {
                            accepted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(id);
                        }
                    }
                });
            }
            thread::sleep(Duration::from_millis(60 + (kill * 37) % 200));
            let killed = server.kill();
            stop.store(true, Ordering::Relaxed);
            killed
        })?;
    }
    let accepted: BTreeSet<String> =
        accepted.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_iter().collect();
    assert!(accepted.len() as u64 > kills, "there was no load: {}", accepted.len());

    let server = world.host(POLICY, &[])?;
    for id in &accepted {
        let result = server.done(id, &token)?["result"].clone();
        assert_eq!(result["verdict"], "valid", "{result}");
    }
    // All that the store has: also what was kept, but whose answer the kill cut off.
    let mut all = Vec::new();
    let mut before = String::new();
    loop {
        let page = server.place.get(&format!("/v1/submissions?limit=100{before}"), Some(&token))?.json()?;
        all.extend(page["submissions"].as_array().ok_or("no list")?.clone());
        let Some(next) = page["next"].as_str() else { break };
        before = format!("&before={next}");
    }
    let ids: BTreeSet<&str> = all.iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids.len(), all.len(), "none is there twice");
    assert!(accepted.iter().all(|id| ids.contains(id.as_str())), "none is lost");
    for id in &ids {
        server.done(id, &token)?;
    }
    let budget = server.place.get("/v1/budget", Some(&token))?.json()?["budgets"][0]["gradings"]["used"].clone();
    assert_eq!(budget, ids.len(), "each is paid for once");
    assert_eq!(server.end()?, Some(0));

    let log = world.run(&["log", "summary", "store/uses.jsonl", "--format", "json"])?;
    assert!(log.status.success(), "{log:?}");
    let log: Value = serde_json::from_slice(&log.stdout)?;
    assert_eq!(log["log"]["holds"], true);
    // A kill between the use and the verdict costs the log one more line, and each of two threads can be at that place.
    let (uses, done) = (log["uses"].as_u64().ok_or("no uses")?, ids.len() as u64);
    assert!(uses >= done && uses <= done + 8 * kills, "{uses} uses of {done} submissions");
    println!("{kills} kills: {} accepted, {done} kept and graded, {uses} uses in the log", accepted.len());
    Ok(())
}

#[test]
fn two_servers_on_one_store_refuse() -> Result<(), Failure> {
    let world = World::new()?;
    let server = world.host(POLICY, &[])?;
    let second = world.run(&[
        "serve",
        "--store",
        "store",
        "--policy",
        "policy.toml",
        "--data-dir",
        "data",
        "--listen",
        "127.0.0.1:0",
    ])?;
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another server has this store"), "{second:?}");
    assert_eq!(server.end()?, Some(0));
    Ok(())
}
