//! Workers that lie, babble or say nothing: what they say is held against the protocol and the limits.

use std::path::Path;
use std::time::Duration;

use assay_sandbox::{
    Cancel, Counted, Exceeded, Execution, Fault, HostFault, Limits, LoadError, Outcome, Run, Trust, WorkerProgram,
};
use assay_tests::Failure;

use super::{built_in, on, rows, sandbox, score, script};

/// The answer of a worker that is ready.
const LOADED: &str = r#"{"Loaded":{"lacking":null}}"#;

/// A frame of the protocol: its length, and the header.
fn frame(header: &str) -> Vec<u8> {
    let length = u32::try_from(header.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), header.as_bytes()].concat()
}

/// What a worker gives that says it compiled something, and then, asked to grade, `answers`, whatever it is told.
fn liar(folder: &Path, description: &str, answer: &str) -> Result<WorkerProgram, Failure> {
    std::fs::write(folder.join("compiled"), [&frame("{\"Compiled\":{\"bytes\":4}}")[..], b"code"].concat())?;
    let graded = [frame(LOADED), frame(description), frame(answer)].concat();
    std::fs::write(folder.join("graded"), graded)?;
    let folder = folder.display();
    Ok(script(&format!(
        "if head -c 20 | grep -q Compile; then cat '{folder}/compiled'; else cat '{folder}/graded'; fi; exec cat >/dev/null"
    )))
}

fn description(name: &str) -> String {
    format!(r#"{{"Described":{{"name":"{name}","version":"1","summary":"","lower_is_better":false,"options":[]}}}}"#)
}

#[test]
fn what_a_worker_says_is_not_taken_as_it_stands() -> Result<(), Failure> {
    let component = built_in("roc-auc")?;
    let graded = |answer: &str| -> Result<Result<Run, HostFault>, Failure> {
        let folder = tempfile::tempdir()?;
        let sandbox =
            sandbox(Limits::default(), Execution::Workers(liar(folder.path(), &description("liar"), answer)?))?;
        let grader = sandbox.load(&component, Trust::Others)?;
        Ok(grader.grade(&on(&rows(3)?), &Cancel::new()))
    };
    let outcome = |outcome: &str| graded(&format!(r#"{{"Graded":{{"outcome":{outcome},"fuel":7}}}}"#));
    let half = 0.5_f64.to_bits();

    // The test's own liar can say something true.
    let run = outcome(&format!(r#"{{"Scored":{{"value":{half},"details":[]}}}}"#))?;
    assert_eq!(run.as_ref().ok().and_then(score), Some(0.5), "{run:?}");

    let details = vec![format!(r#"{{"name":"a","value":{half}}}"#); 1025].join(",");
    let run = outcome(&format!(r#"{{"Scored":{{"value":{half},"details":[{details}]}}}}"#))?;
    let expected = Exceeded::Returned { what: Counted::Details, limit: 1024 };
    assert_eq!(run.map(|run| run.outcome), Ok(Outcome::Fault(Fault::Exceeded(expected))));

    let run = outcome(r#"{"Refused":"a\u001b[2J\u202eb"}"#)?;
    assert_eq!(run.map(|run| run.outcome), Ok(Outcome::Refused(r"a [2J\u{202e}b".into())));

    let run = outcome(r#"{"Fault":{"Exceeded":{"Memory":7}}}"#)?;
    assert_eq!(run.map(|run| run.outcome), Ok(Outcome::Fault(Fault::Exceeded(Exceeded::Memory(1 << 30)))));

    let of_the_worker = |run: Result<Run, HostFault>| assert!(matches!(run, Err(HostFault::Worker(_))), "{run:?}");
    of_the_worker(outcome(r#"{"Invalid":[]}"#)?);
    of_the_worker(graded(&format!(
        r#"{{"Graded":{{"outcome":{{"Scored":{{"value":{half},"details":[]}}}},"fuel":18446744073709551615}}}}"#
    ))?);
    of_the_worker(graded(LOADED)?);
    of_the_worker(graded("{\"Compiled\":{\"bytes\":1099511627776}}")?);
    of_the_worker(graded("[[[[")?);

    let folder = tempfile::tempdir()?;
    let capitals = liar(folder.path(), &description("LIAR"), LOADED)?;
    let error = sandbox(Limits::default(), Execution::Workers(capitals))?.load(&component, Trust::Others).err();
    assert!(matches!(error, Some(LoadError::Describe(_))), "{error:?}");
    Ok(())
}

#[test]
fn what_is_no_worker_is_the_hosts_fault() -> Result<(), Failure> {
    let component = built_in("roc-auc")?;
    let says = |text: &str, expected: &str| -> Result<(), Failure> {
        let sandbox = sandbox(Limits::default(), Execution::Workers(script(text)))?;
        let error = sandbox.load(&component, Trust::Others).err();
        let is_said = |said: &String| said.contains(expected);
        assert!(matches!(&error, Some(LoadError::Host(HostFault::Worker(said))) if is_said(said)), "{text}: {error:?}");
        Ok(())
    };
    // What it is sent comes back.
    says("exec cat", "none of the protocol")?;
    says("exit 0", "ended without an answer")?;
    says("echo 'no such option' >&2; exit 2", "exit status: 2): no such option")?;
    // A header of 4 GiB; machine code of a terabyte; and much of it that is none, which no process runs but the next worker.
    let folder = tempfile::tempdir()?;
    let writes = |bytes: &[u8], then: &str| -> Result<String, Failure> {
        let file = folder.path().join("written");
        std::fs::write(&file, bytes)?;
        Ok(format!("exec 3<&0; cat <&3 >/dev/null & cat '{}'; exec {then}", file.display()))
    };
    says(&writes(b"\xff\xff\xff\xff", "cat >/dev/null")?, "4294967295 bytes, more than the limit")?;
    says(&writes(&frame(r#"{"Compiled":{"bytes":1099511627776}}"#), "cat >/dev/null")?, "more than the limit")?;
    says(&writes(&frame(r#"{"Compiled":{"bytes":99999999}}"#), "cat /dev/zero")?, "not asked")?;
    // It neither reads nor writes, and what it started does neither; or it never stops complaining.
    let limits = Limits { compile_time: Duration::from_secs(1), ..Limits::default() };
    for endless in ["sleep 1000 & sleep 1000", "exec 3<&0; cat <&3 >/dev/null & yes >&2"] {
        let sandbox = sandbox(limits.clone(), Execution::Workers(script(endless)))?;
        let error = sandbox.load(&component, Trust::Others).err();
        assert_eq!(error, Some(LoadError::Exceeded(Exceeded::CompileTime(limits.compile_time))), "{endless}");
    }
    Ok(())
}
