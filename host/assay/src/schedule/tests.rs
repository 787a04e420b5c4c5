use super::*;
use crate::list::entries;

/// A batch of entries, each of the grader that its path names; those of graders in capitals are others'.
fn schedule(threads: usize, graders: &str) -> Schedule {
    let lines: String = graders
        .split(' ')
        .map(|name| format!("{{\"competition_id\": \"x\", \"submission_path\": \"{name}\"}}\n"))
        .collect();
    Schedule::new(Box::new(entries(lines.as_bytes()).into_iter().enumerate()), threads, Cancel::new())
}

fn waits(entry: &Entry) -> Waits {
    match entry.path().and_then(|path| path.to_str()).unwrap_or_default() {
        "" | "-" => Waits::Nothing,
        name if name.starts_with(|c: char| c.is_ascii_uppercase()) => Waits::Stranger(name.to_owned()),
        name => Waits::Own(name.to_owned()),
    }
}

/// What the next entries are, graded one after the other, until there are none. Graders in `slow` come to a limit.
fn order(schedule: &Schedule, slow: &str) -> String {
    let mut order = Vec::new();
    while let Some(next) = schedule.next(waits) {
        let name = next.entry.1.path().unwrap().display().to_string();
        let outcome = if slow.contains(&name) { Outcome::LimitExceeded } else { Outcome::Scored };
        schedule.finished(next.stranger(), outcome);
        order.push(name);
    }
    order.join(" ")
}

fn load(schedule: &Schedule, lane: Lane) -> String {
    let name = schedule.next_grader(lane).unwrap();
    schedule.loaded(&name, lane, true);
    name
}

#[test]
fn graders_of_others_come_after_the_programs_own() {
    let schedule = schedule(2, "S S S a a T T b - a");
    // Everything is looked at before anything of others starts.
    assert_eq!(schedule.next(waits).map(|next| next.entry.0), Some(8));
    schedule.finished(None, Outcome::NotGraded);
    // Those that spin and those that compile for long are loaded beside the others, and hold up none of them.
    assert_eq!(load(&schedule, Lane::Strangers), "S");
    assert_eq!(["a", "b"], [load(&schedule, Lane::Own).as_str(), load(&schedule, Lane::Own).as_str()]);
    assert_eq!(load(&schedule, Lane::Strangers), "T");
    assert_eq!(order(&schedule, "S"), "a a b a S T T S S");
}

#[test]
fn a_grader_that_is_not_proven_has_half_of_the_threads_while_others_wait() {
    let schedule = schedule(4, "S S S S T T");
    let mut started = Vec::new();
    for _ in 0..6 {
        assert!(schedule.state.lock().take_one(waits).is_some());
    }
    load(&schedule, Lane::Strangers);
    for _ in 0..2 {
        started.push(schedule.next(waits).unwrap());
    }
    assert!(started.iter().all(|next| next.stranger() == Some("S")));
    // T is being compiled: two threads are kept for it.
    assert!(schedule.state.lock().next_stranger(4).is_none());
    load(&schedule, Lane::Strangers);
    assert_eq!(schedule.next(waits).unwrap().stranger(), Some("T"));
    assert_eq!(schedule.next(waits).unwrap().stranger(), Some("T"));
    // Nobody else waits any more.
    assert_eq!(schedule.next(waits).unwrap().stranger(), Some("S"));
}

#[test]
fn what_finds_no_room_lets_others_pass() {
    let schedule = schedule(2, "a a a");
    assert!(schedule.state.lock().take_one(waits).is_some());
    load(&schedule, Lane::Own);
    let first = schedule.next(waits).unwrap();
    let second = schedule.next(waits).unwrap();
    assert_eq!([first.entry.0, second.entry.0], [0, 1]);
    schedule.set_aside(second);
    assert_eq!(schedule.next(waits).map(|next| next.entry.0), Some(2));
    // Nothing was given back yet.
    assert!(schedule.state.lock().next_aside().is_none());
    schedule.finished(None, Outcome::Scored);
    assert_eq!(schedule.next(waits).map(|next| next.entry.0), Some(1));
    schedule.finished(None, Outcome::Scored);
    schedule.finished(None, Outcome::Scored);
    assert!(schedule.next(waits).is_none());
}

#[test]
fn graders_that_cannot_be_used_are_told_at_once() {
    let schedule = schedule(1, "S T");
    for lane in [Lane::Strangers; 2] {
        let entry = schedule.state.lock().take_one(waits);
        let name = schedule.next_grader(lane).unwrap();
        schedule.loaded(&name, lane, name != "T");
        assert!(entry.is_some());
    }
    assert_eq!(order(&schedule, ""), "T S");
}
