//! A preparation that is stopped at any moment, met by another, or has no room: what is published is whole, or nothing is.
//!
//! `ASSAY_KILLS=100` kills so many times; without it a few do.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay_tests::{Failure, TOY, assay};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How many kills an ordinary run of the tests makes.
const KILLS: u32 = 15;

const RECIPE: &str = r#"
steps = [
  { copy = { from = "raw/test.csv", to = "private/test.csv" } },
  { copy = { from = "raw/sample_submission.csv", to = "public/sample_submission.csv" } },
  { copy = { from = "raw/noise.bin", to = "public/noise.bin" } },
]
"#;

/// A competition in a folder, with a download of some megabytes in many files.
fn toy(folder: &Path) -> Result<(), Failure> {
    let competition = folder.join("competitions/toy");
    fs::create_dir_all(&competition)?;
    fs::write(competition.join("competition.toml"), TOY)?;
    fs::write(competition.join("preparation.toml"), RECIPE)?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let noise: Vec<u8> = (0..20_000_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut add = |name: &str, content: &[u8]| -> Result<(), Failure> {
        zip.start_file(name, options)?;
        Ok(zip.write_all(content)?)
    };
    add("test.csv", b"id,y\n1,2\n2,3\n")?;
    add("sample_submission.csv", b"id,y\n1,0\n2,0\n")?;
    add("noise.bin", &noise)?;
    for number in 0..500 {
        add(&format!("many/{number}"), &noise[number..number + 2000])?;
    }
    fs::write(folder.join("toy.zip"), zip.finish()?.into_inner())?;
    Ok(())
}

fn prepare(folder: &Path, data: &Path) -> Result<Command, Failure> {
    let mut command = assay()?;
    command.args(["prepare", "-c", "toy", "--competitions"]).arg(folder.join("competitions"));
    command.arg("--data-dir").arg(data).arg("--from").arg(folder);
    Ok(command)
}

/// What doctor says of the data, all digests taken.
fn examined(folder: &Path, data: &Path) -> Result<(Option<i32>, String), Failure> {
    let mut command = assay()?;
    command.args(["doctor", "toy", "--all-digests", "--details", "--format", "table", "--competitions"]);
    let output = command.arg(folder.join("competitions")).arg("--data-dir").arg(data).output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
}

fn whole(folder: &Path, data: &Path) -> Result<(), Failure> {
    let (code, said) = examined(folder, data)?;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("4 files are as they were prepared; 4 read as a whole"), "{said}");
    Ok(())
}

/// Kills leave nothing or the whole, and the next call goes on to the same bytes.
#[test]
fn killed_at_any_moment_nothing_or_the_whole_is_there() -> Result<(), Failure> {
    let kills = std::env::var("ASSAY_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let folder = tempfile::tempdir()?;
    toy(folder.path())?;
    let data = folder.path().join("data");
    let start = Instant::now();
    let run = prepare(folder.path(), &data)?.output()?;
    let took = start.elapsed();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    whole(folder.path(), &data)?;
    let expected = fs::read(data.join("toy/prepared/prepared.json"))?;
    let (mut nothing, mut there) = (0, 0);
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..kills {
        if random.bool() || data.join("toy/prepared").exists() {
            let _ = fs::remove_dir_all(data.join("toy/prepared"));
        }
        let again = random.u8(..4) == 0;
        let mut command = prepare(folder.path(), &data)?;
        if again {
            command.arg("--again");
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(took.mul_f64(random.f64() * 1.1));
        child.kill()?;
        child.wait()?;
        if data.join("toy/prepared").exists() {
            there += 1;
            assert_eq!(fs::read(data.join("toy/prepared/prepared.json"))?, expected);
            whole(folder.path(), &data)?;
        } else {
            nothing += 1;
        }
    }
    let _ = fs::remove_dir_all(data.join("toy/prepared"));
    let last = prepare(folder.path(), &data)?.output()?;
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    whole(folder.path(), &data)?;
    assert_eq!(fs::read(data.join("toy/prepared/prepared.json"))?, expected);
    let left: Vec<_> = fs::read_dir(data.join("toy"))?.flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| name == "prepared" || name == ".preparing.lock"), "{left:?}");
    eprintln!("{kills} kills: {nothing} left nothing, {there} the whole");
    Ok(())
}

/// Of two processes one prepares, the other waits and finds it done.
#[test]
fn two_processes_prepare_once() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    toy(folder.path())?;
    let data = folder.path().join("data");
    let start = || -> Result<_, Failure> {
        let mut command = prepare(folder.path(), &data)?;
        Ok(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
    };
    let (one, other) = (start()?, start()?);
    let mut said = String::new();
    for child in [one, other] {
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        said += &text;
    }
    assert_eq!(said.matches("toy: prepared in").count(), 1, "{said}");
    assert_eq!(said.matches("toy: is prepared: 4 files").count(), 1, "{said}");
    whole(folder.path(), &data)
}

/// What was changed since is found out, and prepared anew by one more call.
#[test]
fn doctor_finds_what_was_changed() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    toy(folder.path())?;
    let data = folder.path().join("data");
    assert!(prepare(folder.path(), &data)?.output()?.status.success());
    let noise = data.join("toy/prepared/public/noise.bin");
    let mut bytes = fs::read(&noise)?;
    bytes[1_000_000] ^= 1;
    fs::write(&noise, bytes)?;
    fs::remove_file(data.join("toy/prepared/public/description.md"))?;
    let (code, said) = examined(folder.path(), &data)?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("not there: public/description.md; not as it was prepared: public/noise.bin"), "{said}");
    assert!(prepare(folder.path(), &data)?.arg("--again").output()?.status.success());
    whole(folder.path(), &data)
}

/// Signals stop a preparation with the exit code of the signal, and the next call goes on.
#[test]
fn an_interrupted_preparation_goes_on() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    toy(folder.path())?;
    // While it is unpacked and verified, and while what is made is read.
    for wait in [20, 40, 60, 90, 120] {
        let data = folder.path().join(format!("data-{wait}"));
        let mut child = prepare(folder.path(), &data)?.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        std::thread::sleep(Duration::from_millis(wait));
        let process = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(process, rustix::process::Signal::INT)?;
        let code = child.wait()?.code();
        // Ctrl-C before it takes signals ends it as any program; one that is done meanwhile is done.
        assert!(matches!(code, Some(130 | 0) | None), "{code:?} after {wait} ms");
        assert!(code != Some(0) || data.join("toy/prepared").exists(), "after {wait} ms");
        let last = prepare(folder.path(), &data)?.output()?;
        assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
        whole(folder.path(), &data)?;
    }
    Ok(())
}

/// A disk that is full is told with its remedy, and nothing is published. It needs root, for a small file system in memory.
#[test]
fn a_full_disk_publishes_nothing() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    toy(folder.path())?;
    let data = folder.path().join("small");
    fs::create_dir(&data)?;
    let mounted = |size: &str| -> Result<bool, Failure> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(&data).output();
        Ok(mount.is_ok_and(|mount| mount.status.success()))
    };
    // Too small to unpack, and too small for what is made of it: copies, where the unpacked download is kept.
    for (size, words) in [("size=10m", "are needed in"), ("size=36m", "make room")] {
        if !mounted(size)? {
            eprintln!("NOT TESTED: a full disk, since no file system can be mounted (root is needed)");
            return Ok(());
        }
        let run = prepare(folder.path(), &data).and_then(|mut command| Ok(command.arg("--keep-raw").output()?));
        let exists = data.join("toy/prepared").exists();
        Command::new("umount").arg(&data).status()?;
        let run = run?;
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(3), "{size}: {said}");
        assert!(said.contains(words) && !exists, "{size}: {said}");
    }
    Ok(())
}

/// A data directory that nobody may write to is the call's fault; what is prepared in it is found all the same.
#[test]
fn a_read_only_data_directory_is_told() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    toy(folder.path())?;
    let data = folder.path().join("data");
    fs::create_dir(&data)?;
    let bound = |options: &str| {
        Command::new("mount").args(["-o", options]).arg(&data).arg(&data).output().is_ok_and(|run| run.status.success())
    };
    if !bound("bind") || !bound("remount,bind,ro") {
        let _ = Command::new("umount").arg(&data).output();
        eprintln!("NOT TESTED: a read-only folder, since none can be mounted (root is needed)");
        return Ok(());
    }
    let run = prepare(folder.path(), &data)?.output();
    Command::new("umount").arg(&data).status()?;
    let run = run?;
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("Read-only file system") && said.contains("by --data-dir"), "{said}");
    Ok(())
}
