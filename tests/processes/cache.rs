//! Compiled graders on disk: what is in their files runs only as what it was written as.

use std::fs;
use std::path::{Path, PathBuf};

use assay_sandbox::{Cache, Carried, Execution, Limits, LoadError, Sandbox, SandboxOptions, Trust, WorkerProgram};
use assay_tests::attacks::{VERSION, component};
use assay_tests::{Failure, assay, root};
use serde_json::Value;

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Failure>>()?;
    let mut files: Vec<PathBuf> = entries.into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// The exact score of the example's submission by a program with this cache.
fn score(cache: &Path, arguments: &[&str]) -> Result<Value, Failure> {
    let examples = root().join("examples");
    let run = assay()?
        .args(["grade-sample", "--format", "json"])
        .arg(examples.join("breast-cancer-wisconsin/logistic-regression.csv"))
        .arg("breast-cancer-wisconsin")
        .args(["--competitions".as_ref(), examples.as_os_str()])
        .args(["--data-dir".as_ref(), examples.as_os_str()])
        .args(["--cache-dir".as_ref(), cache.as_os_str()])
        .args(arguments)
        .output()?;
    let said = String::from_utf8_lossy(&run.stderr);
    let report: Value =
        serde_json::from_slice(&run.stdout).map_err(|error| format!("{error}: {}: {said}", run.status))?;
    Ok(report["score_exact"].clone())
}

/// Another grader's code, a patched one, half of one, and garbage: each is found out, and made anew. That of graders of others too, which
/// another process runs.
#[test]
fn code_runs_as_what_it_was_written_as() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let graders = folder.path().join("graders");
    fs::create_dir(&graders)?;
    for name in ["roc-auc", "accuracy"] {
        fs::copy(root().join(format!("target/graders/{name}.wasm")), graders.join(format!("{name}.wasm")))?;
    }
    let arguments = ["--graders", &graders.display().to_string()];
    let cache = folder.path().join("cache");
    let others = cache.join("others");
    let score = || {
        let score = score(&cache, &arguments)?;
        assert_eq!(score, 0.989_973_333_333_333_4);
        Ok(())
    };
    score()?;
    let [file] = <[PathBuf; 1]>::try_from(files(&others)?).map_err(|files| format!("{files:?}"))?;
    let shown = assay()?.args(["graders", "show", "accuracy", "--cache-dir"]).arg(&cache).args(arguments).output()?;
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let other = files(&others)?.into_iter().find(|path| *path != file).ok_or("there is no other")?;
    is_made_anew(&file, &other, score)
}

/// The same of the program's own, where it does not carry their code.
#[test]
fn code_of_its_own_graders_runs_as_what_it_was_written_as() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let cache = Cache::open(folder.path())?;
    let load = |name: &str| -> Result<(), Failure> {
        let sandbox = Sandbox::new(SandboxOptions { cache: Some(cache.clone()), ..SandboxOptions::default() })?;
        let component = fs::read(root().join(format!("target/graders/{name}.wasm")))?;
        assert_eq!(sandbox.load(&component, Trust::Own)?.description().name, name);
        Ok(())
    };
    load("roc-auc")?;
    let [file] = <[PathBuf; 1]>::try_from(files(folder.path())?).map_err(|files| format!("{files:?}"))?;
    load("accuracy")?;
    let other = files(folder.path())?.into_iter().find(|path| *path != file).ok_or("there is no other")?;
    is_made_anew(&file, &other, || load("roc-auc"))
}

/// Whatever is done to a file of machine code, `used` finds it out and has it as it was.
fn is_made_anew(file: &Path, other: &Path, used: impl Fn() -> Result<(), Failure>) -> Result<(), Failure> {
    let whole = fs::read(file)?;
    // A constant somewhere in the middle of the code.
    let mut patched = whole.clone();
    patched[whole.len() / 2] ^= 1;
    for (what, content) in [
        ("another's", fs::read(other)?),
        ("patched", patched),
        ("half", whole[..whole.len() / 2].to_vec()),
        ("garbage", b"\x7fELF".repeat(10_000)),
        ("nothing", Vec::new()),
    ] {
        fs::write(file, content)?;
        used()?;
        assert!(fs::read(file)? == whole, "{what}: it is not made anew");
    }
    Ok(())
}

/// What the program carries is used where nothing else is at hand, and is found by the component's digest alone.
#[test]
fn code_that_the_program_carries_is_not_compiled_again() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let cache = Cache::open(folder.path())?;
    let options =
        || SandboxOptions { cache: Some(cache.clone()), carried: assay::carried(), ..SandboxOptions::default() };
    for (name, component) in assay_builtin::graders().take(3) {
        Sandbox::new(options())?.load(component, Trust::Own)?;
        assert_eq!(files(folder.path())?, [] as [PathBuf; 0], "{name} was compiled");
    }
    // What others made is never taken for it.
    let (_, component) = assay_builtin::graders().next().ok_or("there is no grader")?;
    Sandbox::new(SandboxOptions { untrusted: Execution::InProcess, ..options() })?.load(component, Trust::Others)?;
    assert_eq!(files(&folder.path().join("others"))?.len(), 1);
    Ok(())
}

/// A component of half a kilobyte whose code takes 16 MB, since what its memory starts with is part of it. It is no grader, or says nothing.
#[test]
fn what_is_no_grader_leaves_nothing() -> Result<(), Failure> {
    const MEMORY: &str =
        "(memory (export \"memory\") 512) (data (i32.const 16000000) \"x\") (data (i32.const 0) \"x\")";
    let folder = tempfile::tempdir()?;
    let program = PathBuf::from(assay()?.get_program());
    let silent = format!("{MEMORY} (func (export \"#describe\") (result i32) unreachable)");
    let no_grader = wat::parse_str(format!("(component (core module {}))", MEMORY.replace("(export \"memory\")", "")))?;
    for (number, untrusted) in [Execution::Workers(program.into()), Execution::InProcess].into_iter().enumerate() {
        let cache = Cache::open(&folder.path().join(number.to_string()))?;
        let (own, others) = (cache.folder().to_owned(), cache.others().to_owned());
        let sandbox = Sandbox::new(SandboxOptions {
            limits: Limits::default(),
            cache: Some(cache),
            carried: Carried::default(),
            untrusted,
        })?;
        for refused in [component("silent", &silent, VERSION)?, no_grader.clone()] {
            let error = sandbox.load(&refused, Trust::Others).err();
            assert!(matches!(error, Some(LoadError::Describe(_) | LoadError::World(_))), "{error:?}");
            assert_eq!((files(&own)?, code(&others)?), (Vec::new(), Vec::new()));
        }
        // What is a grader leaves its code.
        sandbox.load(&component("heavy", MEMORY, VERSION)?, Trust::Others)?;
        let [file] = <[PathBuf; 1]>::try_from(code(&others)?).map_err(|files| format!("{files:?}"))?;
        assert!(file.metadata()?.len() > 15_000_000);
        assert_eq!(files(&own)?, Vec::<PathBuf>::new());
    }
    Ok(())
}

/// The machine code among the files of a folder.
fn code(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_code = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "cwasm");
    Ok(files(folder)?.into_iter().filter(is_code).collect())
}

/// What was refused once is refused again without a compiler, in the same words, until it has other limits.
#[test]
fn a_refusal_is_remembered() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let silent = component("silent", "(func (export \"#describe\") (result i32) unreachable)", VERSION)?;
    let no_grader = wat::parse_str("(component (core module (memory 1)))")?;
    let many = wat::parse_str(format!(
        "(component (core module $m) {})",
        "(core instance (instantiate $m))".repeat(Limits::default().core_instances + 1)
    ))?;
    let loaded = |script: String, limits: Limits, component: &[u8]| -> Result<Option<LoadError>, Failure> {
        let cache = Some(Cache::open(folder.path())?);
        let worker =
            WorkerProgram { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()], confined: false };
        let sandbox = Sandbox::new(SandboxOptions {
            limits,
            cache,
            carried: Carried::default(),
            untrusted: Execution::Workers(worker),
        })?;
        Ok(sandbox.load(component, Trust::Others).err())
    };
    let works = format!("exec '{}' \"$0\"", PathBuf::from(assay()?.get_program()).display());
    for component in [silent, no_grader, many] {
        let first = loaded(works.clone(), Limits::default(), &component)?;
        assert!(first.as_ref().is_some_and(|error| !error.is_host_fault()), "{first:?}");
        assert_eq!(loaded("exit 7".into(), Limits::default(), &component)?, first);
        let other = Limits { core_instances: 65, ..Limits::default() };
        assert!(loaded("exit 7".into(), other, &component)?.is_some_and(|error| error.is_host_fault()));
    }
    Ok(())
}

/// A folder that somebody else could put another one in the place of is not used, which is said.
#[cfg(unix)]
#[test]
fn a_folder_that_others_may_replace_is_not_used() -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    let shared = folder.path().join("shared");
    fs::create_dir(&shared)?;
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777))?;
    let cache = shared.join("mine/cache");
    assert_eq!(score(&cache, &[])?, 0.989_973_333_333_333_4);
    assert_eq!(files(&cache)?, Vec::<PathBuf>::new());
    let run = assay()?.args(["graders", "show", "accuracy", "--cache-dir"]).arg(&cache).output()?;
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("is not used: others may write to") && said.lines().count() == 1, "{said}");
    Ok(())
}
