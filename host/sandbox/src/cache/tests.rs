//! Tests of the cache.

use std::fs::{self, File};
use std::time::SystemTime;

use super::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// More than any file here has.
const ANY: u64 = 1 << 20;

fn key(digest: &str) -> Key<'_> {
    Key { digest, engine: 7, of: Trust::Others, run_by: RunBy::Workers }
}

/// A cache with room for so many files of ten bytes of code.
fn cache(folder: &Path, files: u64) -> Cache {
    let bounds = CacheBounds { bytes: files * 42, ..CacheBounds::default() };
    Cache::open(folder).expect("it is ours").with_bounds(bounds)
}

fn kept<const N: usize>(cache: &Cache, digests: [&str; N]) -> [bool; N] {
    digests.map(|digest| cache.others.path.join(key(digest).file_name(EXTENSION)).exists())
}

/// Makes a file look as if it was last used so many days ago.
fn age(cache: &Cache, name: &str, days: u32) {
    let file = File::open(cache.others.path.join(name)).expect("it is there");
    file.set_modified(SystemTime::now() - DAY * days).expect("it is ours");
}

#[test]
fn what_was_used_least_recently_goes_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = cache(folder.path(), 3);
    for (digest, days) in [("a", 3), ("b", 2), ("c", 1)] {
        cache.write(&key(digest), &[0; 10]);
        age(&cache, &key(digest).file_name(EXTENSION), days);
    }
    // The oldest is used once more.
    assert!(cache.read(&key("a"), 10).is_some());
    cache.write(&key("d"), &[0; 10]);
    assert_eq!(kept(&cache, ["a", "b", "c", "d"]), [true, false, true, true]);
    // What is larger than all that may be there stays alone.
    cache.write(&key("e"), &[0; 200]);
    assert_eq!(kept(&cache, ["a", "c", "d", "e"]), [false, false, false, true]);
}

#[test]
fn what_nobody_used_for_long_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = cache(folder.path(), 1 << 20);
    for (digest, days) in [("a", 91), ("b", 89)] {
        cache.write(&key(digest), b"code");
        age(&cache, &key(digest).file_name(EXTENSION), days);
    }
    for (name, days) in [(".new-left", 2), (".new-now", 0), ("notes.txt", 400)] {
        fs::write(cache.others.path.join(name), "").expect("it can be written");
        age(&cache, name, days);
    }
    cache.write(&key("c"), b"code");
    assert_eq!(kept(&cache, ["a", "b", "c"]), [false, true, true]);
    let there = [".new-left", ".new-now", "notes.txt"].map(|name| cache.others.path.join(name).exists());
    assert_eq!(there, [false, true, true], "files of others stay");
}

#[test]
fn graders_of_others_cost_no_grader_of_the_program_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = cache(folder.path(), 1);
    let own = Key { of: Trust::Own, ..key("a") };
    cache.write(&own, b"code");
    for digest in ["a", "b", "c"] {
        cache.write(&key(digest), &[0; 10]);
    }
    assert_eq!(cache.read(&own, ANY).as_deref(), Some(&b"code"[..]));
    assert_eq!(kept(&cache, ["a", "b", "c"]), [false, false, true]);
}

/// What is not what was written, for this very key, is not there.
#[test]
fn code_is_bound_to_what_it_is_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = cache(folder.path(), 100);
    let written = key("a");
    cache.write(&written, b"code");
    let file = cache.others.path.join(written.file_name(EXTENSION));
    let whole = fs::read(&file).expect("it is there");
    assert_eq!(cache.read(&written, 4).as_deref(), Some(&b"code"[..]));
    assert_eq!(cache.read(&written, 3), None, "it is longer");
    // Under the name of another component, engine, maker or compiler.
    for other in [
        key("b"),
        Key { engine: 8, ..key("a") },
        Key { of: Trust::Own, ..key("a") },
        Key { run_by: RunBy::ThisProcess, ..key("a") },
    ] {
        assert_eq!(cache.read(&other, ANY), None);
        fs::copy(&file, cache.part(&other).path.join(other.file_name(EXTENSION))).expect("it can be copied");
        assert_eq!(cache.read(&other, ANY), None);
    }
    // Patched, cut short, longer, or nothing of the kind.
    for at in 0..whole.len() {
        let mut patched = whole.clone();
        patched[at] ^= 1;
        fs::write(&file, patched).expect("it can be written");
        assert_eq!(cache.read(&written, ANY), None, "byte {at}");
        fs::write(&file, &whole[..at]).expect("it can be written");
        assert_eq!(cache.read(&written, ANY), None, "cut to {at}");
    }
    for content in [[&whole[..], &[0]].concat(), [&[0], &whole[..]].concat(), vec![0; 10_000], Vec::new()] {
        fs::write(&file, content).expect("it can be written");
        assert_eq!(cache.read(&written, ANY), None);
    }
    fs::write(&file, whole).expect("it can be written");
    assert_eq!(cache.read(&written, ANY).as_deref(), Some(&b"code"[..]));
}

#[cfg(unix)]
#[test]
fn what_others_may_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    let opened = || Cache::open(&folder.path().join("a/cache"));
    let cache = opened().expect("it is ours");
    cache.write(&key("a"), b"code");
    let file = cache.others.path.join(key("a").file_name(EXTENSION));
    assert!(cache.read(&key("a"), ANY).is_some());
    set(&file, 0o666);
    assert_eq!(cache.read(&key("a"), ANY), None);
    fs::rename(&file, folder.path().join("code")).expect("it can be moved");
    set(&folder.path().join("code"), 0o600);
    std::os::unix::fs::symlink(folder.path().join("code"), &file).expect("a link");
    assert_eq!(cache.read(&key("a"), ANY), None, "a link");
    // The folder, the one within it, and one that it is in.
    for (path, usual) in [("a/cache", 0o700), ("a/cache/others", 0o700), ("a", 0o755)] {
        let path = folder.path().join(path);
        set(&path, 0o777);
        let error = opened().expect_err("others may write to it");
        assert!(matches!(error, CacheError::Shared(_) | CacheError::Within { .. }), "{error}");
        set(&path, usual);
        assert!(opened().is_ok());
    }
    // Nobody moves what is not theirs where the sticky bit is set.
    set(&folder.path().join("a"), 0o1777);
    assert!(opened().is_ok());
    // A link to a folder is none.
    std::os::unix::fs::symlink(folder.path().join("a/cache"), folder.path().join("link")).expect("a link");
    let error = Cache::open(&folder.path().join("link")).expect_err("a link");
    assert!(matches!(error, CacheError::Shared(_)), "{error}");
}
