//! What the program and its workers keep, seen from outside while a grader runs.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use assay_tests::attacks::{SPINS, VERSION, component};
use assay_tests::{Failure, assay, root};

/// A line of what the system says of a process.
fn status(process: u32, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_default().trim().to_owned()
}

/// What a process has open above its standard streams.
fn open(process: u32) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let above = entries.filter(|entry| entry.file_name().to_string_lossy().parse().is_ok_and(|number: u32| number > 2));
    above.filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect()
}

/// The worker of a program that computes, if there is one.
fn computing(program: u32) -> Option<u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.find(|process| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let words: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let number = |place: usize| words.get(place).and_then(|word| word.parse::<u32>().ok());
        number(1) == Some(program) && number(11) > Some(30)
    })
}

/// Starts the program by a shell that has a file open which it did not close.
fn started(folder: &Path) -> Result<Child, Failure> {
    std::fs::write(folder.join("roc-auc.wasm"), component("roc-auc", SPINS, VERSION)?)?;
    std::fs::write(folder.join("secret"), "secret")?;
    let examples = root().join("examples");
    let run = Command::new("/bin/sh")
        .args(["-c", "exec 7<\"$0\"; exec \"$@\""])
        .arg(folder.join("secret"))
        .arg(assay()?.get_program())
        .args(["grade-sample", "--format", "json"])
        .arg(examples.join("breast-cancer-wisconsin/logistic-regression.csv"))
        .arg("breast-cancer-wisconsin")
        .args(["--competitions".as_ref(), examples.as_os_str()])
        .args(["--graders".as_ref(), folder.as_os_str()])
        .args(["--cache-dir".as_ref(), folder.join("cache").as_os_str()])
        .args(["--data-dir".as_ref(), examples.as_os_str()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(run)
}

#[test]
fn a_program_and_its_worker_keep_what_they_need() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let cold = keep_what_they_need(folder.path())?;
    assert!(!cold.iter().any(|file| is_code(file)), "{cold:?}");
    // Then the machine code is in the cache, and the worker has that file open.
    let warm = keep_what_they_need(folder.path())?;
    assert!(warm.iter().any(|file| is_code(file)), "{warm:?}");
    Ok(())
}

fn is_code(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "cwasm")
}

/// What a worker has open, beside its streams.
fn keep_what_they_need(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut run = started(folder)?;
    let program = run.id();
    let worker = loop {
        if let Some(worker) = computing(program) {
            break worker;
        }
        assert!(run.try_wait()?.is_none(), "it ended before its worker was seen");
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let seen = [program, worker].map(|process| {
        let lines = ["NoNewPrivs", "Seccomp", "CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb"];
        (open(process), lines.map(|name| status(process, name)))
    });
    run.kill()?;
    run.wait()?;
    let secret = folder.join("secret");
    for (open, _) in &seen {
        assert!(!open.contains(&secret), "{open:?}");
    }
    let [(_, of_the_program), (of_the_worker, lines)] = seen;
    // Beside its streams a worker has nothing open but memory, and the machine code that it runs.
    let is_memory = |file: &PathBuf| file.to_string_lossy().starts_with("/memfd:wasm-memory-image");
    assert!(of_the_worker.iter().all(|file| is_memory(file) || is_code(file)), "{of_the_worker:?}");
    if lines[1] != "2" {
        eprintln!("not tested: this system has no seccomp");
        return Ok(of_the_worker);
    }
    let [none, override_] = ["0000000000000000", "0000000000000002"];
    assert_eq!((&lines[0][..], &lines[1][..]), ("1", "2"));
    assert_eq!((&of_the_program[0][..], &of_the_program[1][..]), ("1", "2"));
    // What these tests may: whoever is not root has nothing to give up, and what it could have had it cannot change.
    let root = status(std::process::id(), "CapEff") != none;
    // Root's program still reads and writes what is others'.
    let kept = if root { override_ } else { none };
    assert_eq!([&of_the_program[2], &of_the_program[3]], [kept; 2], "permitted, effective");
    assert_eq!([&lines[2], &lines[3]], [none; 2], "permitted, effective");
    if root {
        assert_eq!([&of_the_program[4], &lines[4]], [none; 2], "bounding");
    }
    assert_eq!([&lines[5], &lines[6], &of_the_program[5], &of_the_program[6]], [none; 4]);
    Ok(of_the_worker)
}
