//! The walls behind the sandbox: what a process gives up before it reads what others wrote, and the worker processes in which components
//! that others made are compiled.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use assay_sandbox::{Carried, Exceeded, Execution, HostFault, Limits, LoadError, Sandbox, SandboxOptions, Trust};
use assay_tests::{Failure, assay, root};

/// The program, as a path.
fn program() -> Result<PathBuf, Failure> {
    Ok(PathBuf::from(assay()?.get_program()))
}

fn a_component() -> Result<Vec<u8>, Failure> {
    Ok(std::fs::read(root().join("target/graders/roc-auc.wasm"))?)
}

fn sandbox(limits: Limits, program: PathBuf) -> Result<Sandbox, Failure> {
    Ok(Sandbox::new(SandboxOptions {
        limits,
        cache: None,
        carried: Carried::default(),
        untrusted: Execution::Workers(program.into()),
    })?)
}

/// What loading a component gives whose worker is the program, within these limits.
fn loaded(limits: Limits, component: &[u8]) -> Result<Result<String, LoadError>, Failure> {
    let loaded = sandbox(limits, program()?)?.load(component, Trust::Others);
    Ok(loaded.map(|grader| grader.description().name.clone()))
}

#[test]
fn a_component_is_compiled_in_a_child() -> Result<(), Failure> {
    assert_eq!(loaded(Limits::default(), &a_component()?)??, "roc-auc");
    // Without its child there is no compiler, which is not the component's fault.
    let sandbox = sandbox(Limits::default(), "/nowhere/assay".into())?;
    let error = sandbox.load(&a_component()?, Trust::Others).err();
    let expected = |message: &str| message.contains("/nowhere/assay");
    assert!(matches!(&error, Some(LoadError::Host(HostFault::Resources(said))) if expected(said)), "{error:?}");
    assert!(sandbox.load(&a_component()?, Trust::Own).is_ok());
    // Unless whoever sets up a sandbox says where, nothing of others is compiled.
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    assert!(matches!(sandbox.load(&a_component()?, Trust::Others), Err(LoadError::Untrusted)));
    Ok(())
}

#[test]
fn compiling_ends_in_time() -> Result<(), Failure> {
    let limits = Limits { compile_time: Duration::from_millis(1), ..Limits::default() };
    let expected = LoadError::Exceeded(Exceeded::CompileTime(limits.compile_time)).to_string();
    assert_eq!(loaded(limits, &a_component()?)?.map_err(|error| error.to_string()), Err(expected));
    Ok(())
}

#[test]
fn compiling_has_so_much_memory() -> Result<(), Failure> {
    let limits = Limits { compile_memory_bytes: 30 << 20, ..Limits::default() };
    let expected = LoadError::Exceeded(Exceeded::CompileMemory(limits.compile_memory_bytes)).to_string();
    assert_eq!(loaded(limits, &a_component()?)?.map_err(|error| error.to_string()), Err(expected));
    Ok(())
}

#[test]
fn what_the_compiler_says_reaches_the_caller() -> Result<(), Failure> {
    // Well-formed on the outside, so that it comes as far as the compiler: a core module whose function leaves nothing on the stack.
    let component = wat::parse_str("(component (core module (func (result i32))))")?;
    let error = loaded(Limits::default(), &component)?.map_err(|error| error.to_string());
    assert!(error.as_ref().is_err_and(|error| error.contains("type mismatch")), "{error:?}");
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::UnixListener;

    use assay_confine::{Access, Confinement, confine};

    use super::*;

    /// Names the folder to a test that runs in a process of its own.
    const FOLDER: &str = "ASSAY_TEST_CONFINED";

    /// Runs one of the tests below in a process of its own, since confinement cannot be undone.
    fn alone(test: &str) -> Result<(), Failure> {
        let folder = tempfile::tempdir()?;
        for file in ["given", "withheld", "kept/old"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            std::fs::write(path, file)?;
        }
        std::os::unix::fs::symlink(folder.path().join("withheld"), folder.path().join("kept/link"))?;
        // The harness calls a test by its module in this program.
        let (_, module) = module_path!().split_once("::").ok_or("this is no module")?;
        let run = Command::new(std::env::current_exe()?)
            .args(["--exact", &format!("{module}::{test}"), "--ignored", "--test-threads", "1"])
            .env(FOLDER, folder.path())
            .output()?;
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
        Ok(())
    }

    fn folder() -> Result<PathBuf, Failure> {
        Ok(std::env::var_os(FOLDER).ok_or("this test is run by another one")?.into())
    }

    /// Confines this process. A system that cannot do all of it has nothing to test here, and says so.
    fn confined_to(access: Access) -> bool {
        match confine(access) {
            Confinement::Full => true,
            Confinement::Partial(lacking) | Confinement::Off(lacking) => {
                eprintln!("not tested: {lacking}");
                false
            }
        }
    }

    fn started(program: &str) -> std::io::Result<Output> {
        // By default its input would be /dev/null, which cannot be opened either.
        Command::new(program).arg("--list").stdin(Stdio::inherit()).output()
    }

    fn denied<T>(result: std::io::Result<T>) -> bool {
        result.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
    }

    #[test]
    fn a_confined_process_keeps_what_it_was_given() -> Result<(), Failure> {
        alone("confined")
    }

    #[test]
    #[ignore = "confines its process: run by a_confined_process_keeps_what_it_was_given"]
    fn confined() -> Result<(), Failure> {
        let folder = folder()?;
        let mut access = Access::none();
        access.read(&std::fs::File::open(folder.join("given"))?);
        access.write_below(&folder.join("kept"));
        // Things of which no rule can be made, and a folder in the place of a file, cost nothing and open nothing.
        access.read(&std::fs::File::from(std::os::fd::OwnedFd::from(std::io::pipe()?.0)));
        access.read(&std::fs::File::open("/")?);
        access.write_below(Path::new("/proc/self/fd/3"));
        access.write_below(&folder.join("withheld"));
        if !confined_to(access) {
            return Ok(());
        }

        assert_eq!(std::fs::read_to_string(folder.join("given"))?, "given");
        std::fs::write(folder.join("kept/new"), "new")?;
        std::fs::rename(folder.join("kept/new"), folder.join("kept/newer"))?;
        assert_eq!(std::fs::read_to_string(folder.join("kept/newer"))?, "new");
        std::fs::remove_file(folder.join("kept/old"))?;

        assert!(denied(std::fs::read(folder.join("withheld"))));
        assert!(denied(std::fs::read(folder.join("kept/link"))), "a link leads out");
        assert!(denied(std::fs::write(folder.join("given"), "")));
        assert!(denied(std::fs::write(folder.join("beside"), "")));
        assert!(denied(std::fs::read("/etc/passwd")));
        assert!(denied(std::fs::read_dir("/")));
        assert!(denied(std::os::unix::fs::symlink("/etc/passwd", folder.join("kept/other"))));
        assert!(denied(TcpListener::bind("127.0.0.1:0")));
        // Landlock knows nothing of UDP: this one is the filter's.
        assert!(denied(UdpSocket::bind("127.0.0.1:0")));
        assert!(denied(UnixListener::bind(folder.join("kept/socket"))));
        assert!(denied(started("/proc/self/exe")));
        // Threads that it starts are no freer.
        let withheld = folder.join("withheld");
        let other = std::thread::spawn(move || denied(std::fs::read(withheld)));
        assert!(other.join().is_ok_and(|denied| denied));
        Ok(())
    }

    #[test]
    fn a_process_that_serves_keeps_its_store_and_its_sockets() -> Result<(), Failure> {
        alone("serving")
    }

    #[test]
    #[ignore = "confines its process: run by a_process_that_serves_keeps_its_store_and_its_sockets"]
    fn serving() -> Result<(), Failure> {
        let folder = folder()?;
        for name in ["removed", "emptied/empty"] {
            std::fs::create_dir_all(folder.join(name))?;
        }
        std::fs::write(folder.join("removed/file"), "")?;
        std::fs::write(folder.join("emptied/file"), "")?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (client, waits) = (TcpStream::connect(address)?, UnixListener::bind(folder.join("removed/socket"))?);
        let mut access = Access::none();
        access.keep_below(&folder.join("kept"));
        access.remove_files_below(&folder.join("removed"));
        access.remove_folders_below(&folder.join("emptied"));
        access.accept();
        if !confined_to(access) {
            return Ok(());
        }
        std::fs::create_dir(folder.join("kept/inner"))?;
        std::fs::rename(folder.join("kept/old"), folder.join("kept/inner/old"))?;
        assert_eq!(std::fs::read_to_string(folder.join("kept/inner/old"))?, "kept/old");
        assert!(
            std::fs::rename(folder.join("kept/inner/old"), folder.join("emptied/old")).is_err(),
            "it moves no file out"
        );
        assert_eq!(listener.accept()?.1, client.local_addr()?);
        assert!(denied(TcpStream::connect(address)));
        assert!(denied(TcpListener::bind("127.0.0.1:0")));
        drop(waits);
        std::fs::remove_file(folder.join("removed/socket"))?;
        assert!(denied(std::fs::read(folder.join("removed/file"))));
        assert!(denied(std::fs::write(folder.join("removed/other"), "")));
        std::fs::remove_dir(folder.join("emptied/empty"))?;
        assert!(denied(std::fs::remove_file(folder.join("emptied/file"))));
        assert!(denied(std::fs::create_dir(folder.join("emptied/other"))));
        assert!(denied(std::fs::read(folder.join("withheld"))));
        assert!(denied(started("/proc/self/exe")));
        Ok(())
    }

    #[test]
    fn a_process_that_may_start_itself_starts_nothing_else() -> Result<(), Failure> {
        alone("starting_itself")
    }

    #[test]
    #[ignore = "confines its process: run by a_process_that_may_start_itself_starts_nothing_else"]
    fn starting_itself() -> Result<(), Failure> {
        let folder = folder()?;
        let mut access = Access::none();
        access.start_itself();
        if !confined_to(access) {
            return Ok(());
        }
        assert!(started("/proc/self/exe")?.status.success());
        assert!(denied(started("/bin/ls")));
        assert!(denied(std::fs::read(folder.join("given"))));
        Ok(())
    }
}

/// The program itself asks for all of it, and grades.
#[cfg(target_os = "linux")]
#[test]
fn grading_is_confined() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data/breast-cancer-wisconsin/prepared");
    std::fs::create_dir_all(data.join("private"))?;
    // Data folders are often made of links to elsewhere.
    let example = root().join("examples/breast-cancer-wisconsin");
    std::os::unix::fs::symlink(example.join("prepared/private/answers.csv"), data.join("private/answers.csv"))?;
    let run = |confine: &str| {
        assay()?
            .args(["grade-sample", "--format", "json", "--confine", confine])
            .arg(example.join("logistic-regression.csv"))
            .arg("breast-cancer-wisconsin")
            .args(["--competitions".as_ref(), root().join("examples").as_os_str()])
            .args(["--graders".as_ref(), root().join("target/graders").as_os_str()])
            .args(["--cache-dir".as_ref(), folder.path().join(confine).as_os_str()])
            .args(["--data-dir".as_ref(), folder.path().join("data").as_os_str()])
            .output()
            .map_err(Failure::from)
    };
    let report = |confine: &str| -> Result<serde_json::Value, Failure> {
        let run = run(confine)?;
        let mut report: serde_json::Value = serde_json::from_slice(&run.stdout)
            .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&run.stderr)))?;
        report.as_object_mut().ok_or("no report")?.remove("created_at");
        let confinement = report["receipt"]["confinement"].take();
        assert_eq!(confinement == "off", confine == "off", "{confinement}");
        Ok(report)
    };
    let auto = report("auto")?;
    assert_eq!(auto["score_exact"], 0.9899733333333334, "{auto}");
    assert_eq!(auto, report("off")?);
    let required = run("require")?;
    // Where nothing is said, nothing lacks.
    assert_eq!(run("auto")?.stderr.is_empty(), required.status.success());
    if required.status.code() == Some(3) {
        eprintln!("not tested: this system cannot confine a process");
        return Ok(());
    }
    assert_eq!(auto, report("require")?);
    Ok(())
}

/// No path of a list, a report or a folder switches the confinement off, opens more than a regular file, or costs more than its own entry.
#[cfg(target_os = "linux")]
#[test]
fn no_path_switches_the_confinement_off() -> Result<(), Failure> {
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let example = "breast-cancer-wisconsin";
    let examples = root().join("examples");
    std::fs::copy(examples.join(example).join("logistic-regression.csv"), at("good.csv"))?;
    symlink("/", at("root.csv"))?;
    symlink("/proc/self/fd/0", at("descriptor.csv"))?;
    for name in ["graders", "competitions"] {
        std::fs::create_dir(at(name))?;
        symlink(examples.join(example), at(name).join(example))?;
        for (link, target) in [("root", "/"), ("descriptor", "/proc/self/fd/0"), ("zero", "/dev/zero")] {
            symlink(target, at(name).join(format!("{link}.wasm")))?;
            std::fs::create_dir(at(name).join(link))?;
            symlink(target, at(name).join(link).join("competition.toml"))?;
        }
    }
    let odd = [
        "/proc/self/fd/0",
        "/dev/stdin",
        "/dev/fd/0",
        "/dev/zero",
        "/",
        "root.csv",
        "descriptor.csv",
        "",
        "/proc/self/fd",
    ];
    let paths: Vec<&str> = ["good.csv"].into_iter().chain(odd).chain(["good.csv"]).collect();
    let lines = paths.iter().map(|path| serde_json::json!({"competition_id": example, "submission_path": path}));
    std::fs::write(at("list.jsonl"), lines.map(|line| format!("{line}\n")).collect::<String>())?;

    // Its standard input is a pipe: of that, no rule can be made.
    let run = |arguments: &[&std::ffi::OsStr]| -> Result<Output, Failure> {
        let (reader, _writer) = std::io::pipe()?;
        let mut command = assay()?;
        command.args(arguments).args(["--confine", "require"]).stdin(Stdio::from(OwnedFd::from(reader)));
        command.arg("--data-dir").arg(&examples).arg("--competitions").arg(at("competitions"));
        command.arg("--graders").arg(at("graders")).arg("--cache-dir").arg(at("cache"));
        let run = command.output()?;
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!said.contains("--confine require") || said.contains("has no Landlock"), "{said}");
        Ok(run)
    };
    let (list, out) = (at("list.jsonl"), at("out"));
    let graded =
        run(&["grade".as_ref(), "--submission".as_ref(), list.as_ref(), "--output-dir".as_ref(), out.as_ref()])?;
    if String::from_utf8_lossy(&graded.stderr).contains("has no Landlock") {
        eprintln!("not tested: {}", String::from_utf8_lossy(&graded.stderr));
        return Ok(());
    }
    let file = std::fs::read_dir(&out)?.next().ok_or("no report")??.path();
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    for (path, report) in paths.iter().zip(report["competition_reports"].as_array().ok_or("no reports")?) {
        let expected = if *path == "good.csv" { "scored" } else { "invalid-submission" };
        assert_eq!(report["outcome"], expected, "{path}: {report}");
        assert_eq!(report["receipt"]["confinement"], "full", "{path}: {report}");
    }
    let verified = run(&["verify".as_ref(), file.as_ref(), "--submissions".as_ref(), folder.path().as_ref()])?;
    assert!(
        verified.status.success(),
        "{}{}",
        String::from_utf8_lossy(&verified.stdout),
        String::from_utf8_lossy(&verified.stderr)
    );
    for path in odd.into_iter().filter(|path| !path.is_empty()) {
        let run =
            run(&["grade-sample".as_ref(), "--format".as_ref(), "json".as_ref(), path.as_ref(), example.as_ref()])?;
        let report: serde_json::Value = serde_json::from_slice(&run.stdout)?;
        assert_eq!(report["outcome"], "invalid-submission", "{path}: {report}");
        assert_eq!(report["receipt"]["confinement"], "full", "{path}: {report}");
    }
    Ok(())
}
