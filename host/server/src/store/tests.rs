use std::fs;
use std::io::Write;
use std::path::Path;

use super::*;
use crate::budget::{Budgets, Rate};
use crate::identity::{Role, Token};
use crate::upload::Upload;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn upload(store: &Store, text: &str) -> Upload {
    fs::create_dir_all(store.incoming()).unwrap();
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile_in(store.incoming()).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let (bytes, sha256) = (text.len() as u64, assay_types::sha256(text.as_bytes()));
    Upload { path: file.into_temp_path(), bytes, sha256, name: "s.csv".into(), _place: None }
}

fn new<'a>(id: &'a str, key: Option<&'a str>, budgets: &'a Budgets, now: i64) -> New<'a> {
    New { id, participant: "ada", competition: "a", idempotency_key: key, budgets, most_queued: 100, now }
}

fn accepted(store: &Store, id: &str, text: &str, now: i64) {
    let accepted = store.accept(&new(id, None, &Budgets::default(), now), upload(store, text)).unwrap();
    assert!(matches!(accepted, Accepted::New(_)), "{accepted:?}");
}

fn graded(store: &Store, id: &str, score: f64, now: i64) {
    assert_eq!(store.begin(now).unwrap().unwrap().id, id);
    let verdict =
        Verdict { outcome: "scored".into(), score: Some(score), lower_is_better: Some(true), ..Verdict::default() };
    store.finish(id, &verdict, now).unwrap();
}

#[test]
fn two_servers_do_not_have_one_store() {
    let folder = tempfile::tempdir().unwrap();
    let first = Store::open(folder.path()).unwrap();
    let second = Store::open(folder.path()).err().unwrap();
    assert!(matches!(second, StoreError::Taken(_)) && second.to_string().contains("another server has this store"));
    // Tokens may be looked after meanwhile.
    Store::shared(folder.path()).unwrap();
    drop(first);
    Store::open(folder.path()).unwrap();
}

#[test]
fn what_is_made_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store")).unwrap();
    accepted(&store, "one", "a", 0);
    for path in ["", "assay.db", "lock", "files"].map(|name| folder.path().join("store").join(name)) {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn a_database_of_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.writer().pragma_update(None, "user_version", 7).unwrap();
    drop(store);
    let error = Store::open(folder.path()).err().unwrap().to_string();
    assert!(error.contains("has version 7") && error.contains("use a later one"), "{error}");
}

#[test]
fn tokens_are_kept_as_hashes_and_revoked_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (server, other) = (Store::open(folder.path()).unwrap(), Store::shared(folder.path()).unwrap());
    let token = Token::random().unwrap();
    let entry = TokenEntry {
        id: "tok_1".into(),
        participant: "ada".into(),
        role: Role::Operator,
        created_at: 5,
        revoked_at: None,
    };
    other.add_token(&entry, &token.hash()).unwrap();
    let caller = server.caller(&token.hash()).unwrap().unwrap();
    assert_eq!((caller.participant.as_str(), caller.role), ("ada", Role::Operator));
    assert_eq!(server.caller(&Token::random().unwrap().hash()).unwrap(), None);
    let secret = token.secret().as_bytes();
    for file in ["assay.db", "assay.db-wal"] {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{file} has the token itself");
    }
    assert!(other.revoke_token("tok_1", 9).unwrap());
    assert!(!other.revoke_token("tok_1", 9).unwrap(), "it is revoked already");
    assert_eq!(server.caller(&token.hash()).unwrap(), None);
    assert_eq!(server.tokens().unwrap(), [TokenEntry { revoked_at: Some(9), ..entry }]);
}

#[test]
fn a_key_gives_the_same_submission_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let budgets = Budgets { gradings: Some(Rate { count: 1, window: DAY }), ..Budgets::default() };
    let first = store.accept(&new("one", Some("k"), &budgets, 0), upload(&store, "a")).unwrap();
    assert!(matches!(first, Accepted::New(stored) if stored.id == "one"));
    // The budget is spent, but nothing new is asked for.
    let again = store.accept(&new("two", Some("k"), &budgets, 1), upload(&store, "a")).unwrap();
    assert!(matches!(again, Accepted::Before(stored) if stored.id == "one"));
    let other = store.accept(&new("two", Some("k"), &budgets, 1), upload(&store, "b")).unwrap();
    assert!(matches!(other, Accepted::KeyReused));
    let another = store.accept(&new("two", Some("l"), &budgets, 1), upload(&store, "a")).unwrap();
    assert!(matches!(another, Accepted::Spent(_)));
    assert_eq!(store.counts().unwrap().queued, 1);
}

#[test]
fn the_queue_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    accepted(&store, "one", "a", 0);
    let budgets = Budgets::default();
    let full = New { most_queued: 1, ..new("two", None, &budgets, 0) };
    assert!(matches!(store.accept(&full, upload(&store, "b")).unwrap(), Accepted::Full));
    assert_eq!(store.submission("two").unwrap().map(|stored| stored.id), None);
}

/// A server that is no more had begun to grade.
#[test]
fn what_was_cut_short_is_begun_again_but_not_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let budgets = Budgets { gradings: Some(Rate { count: 1, window: DAY }), ..Budgets::default() };
    let store = Store::open(folder.path()).unwrap();
    store.accept(&new("one", None, &budgets, 0), upload(&store, "a")).unwrap();
    drop(store);
    for attempt in 1..=5 {
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.recover(attempt).unwrap(), 0);
        assert_eq!(store.begin(attempt).unwrap().unwrap().attempts, attempt);
        assert!(store.begin(attempt).unwrap().is_none(), "it is begun once");
        assert_eq!(store.uses("ada", "a", -1).unwrap().len(), 1, "it costs as much as it did");
    }
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.recover(9).unwrap(), 1);
    let stored = store.submission("one").unwrap().unwrap();
    assert_eq!((stored.state, stored.outcome.as_deref()), (State::Done, Some("host-fault")));
    assert_eq!(store.uses("ada", "a", -1).unwrap().len(), 0, "nobody pays for it");
}

#[test]
fn what_is_put_back_is_not_counted_as_begun() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    accepted(&store, "one", "a", 0);
    for _ in 0..9 {
        assert_eq!(store.begin(0).unwrap().unwrap().attempts, 1);
        store.put_back("one").unwrap();
    }
    store.begin(0).unwrap().unwrap();
    store.again("one", 500).unwrap();
    assert!(store.begin(499).unwrap().is_none());
    assert_eq!(store.begin(500).unwrap().unwrap().attempts, 2);
}

#[test]
fn a_leaderboard_has_the_best_of_each() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    for (id, participant, score) in
        [("1", "ada", 0.5), ("2", "bob", 0.2), ("3", "ada", 0.1), ("4", "cy", 0.2), ("5", "ada", 0.9)]
    {
        let budgets = Budgets::default();
        let new = New { participant, ..new(id, None, &budgets, 0) };
        store.accept(&new, upload(&store, id)).unwrap();
        graded(&store, id, score, 0);
    }
    let lines = store.leaderboard("a", false, 10).unwrap();
    let names: Vec<_> = lines.iter().map(|line| (line.participant.as_str(), line.score)).collect();
    assert_eq!(names, [("ada", 0.1), ("bob", 0.2), ("cy", 0.2)]);
    assert!(store.leaderboard("a", true, 10).unwrap().is_empty(), "no part was scored");
}

#[test]
fn what_is_past_its_time_goes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    accepted(&store, "old", "a", 0);
    graded(&store, "old", 0.5, 0);
    accepted(&store, "same-file", "b", 0);
    graded(&store, "same-file", 0.5, 0);
    accepted(&store, "waits", "b", 10 * DAY);
    let there = |text: &str| Path::new(&store.file(&assay_types::sha256(text.as_bytes()))).is_file();
    let retention = Retention { files: Some(5 * DAY), submissions: Some(20 * DAY) };
    assert_eq!(store.sweep(retention, DAY, 10 * DAY).unwrap(), (1, 0));
    assert!(!there("a") && there("b"), "one that waits needs its file");
    assert_eq!(store.submissions(None, None, None, 10).unwrap().len(), 3);
    assert_eq!(store.sweep(retention, DAY, 20 * DAY).unwrap(), (0, 2));
    assert_eq!(store.submissions(None, None, None, 10).unwrap().len(), 1);
    assert_eq!(store.sweep(Retention::default(), DAY, 900 * DAY).unwrap(), (0, 0));
}

#[test]
fn a_validation_that_came_to_nothing_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let budgets = Budgets { validations: Some(Rate { count: 1, window: DAY }), ..Budgets::default() };
    let spend = |now| store.spend_validation(("ada", "a"), 10, &budgets, now).unwrap();
    let number = spend(0).unwrap();
    assert_eq!(spend(1).unwrap_err().retry_after, Some(86_400));
    store.refund(number).unwrap();
    spend(2).unwrap();
}

#[test]
fn submissions_are_listed_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    for id in ["1", "2", "3"] {
        accepted(&store, id, id, 0);
    }
    let listed = |participant, competition, before| {
        let found = store.submissions(participant, competition, before, 2).unwrap();
        found.into_iter().map(|stored| stored.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, None, None), ["3", "2"]);
    assert_eq!(listed(Some("ada"), Some("a"), Some("2")), ["1"]);
    assert!(listed(Some("bob"), None, None).is_empty());
    assert!(listed(None, Some("b"), None).is_empty());
    assert!(listed(None, None, Some("unknown")).is_empty());
}
