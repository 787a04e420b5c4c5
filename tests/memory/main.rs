//! A process that grades for a long time does not grow. It is a test program of its own, so that nothing else grows beside it.

use assay_tests::cases::Cases;
use assay_tests::{Failure, graded, service};
use assay_types::report::Outcome;

/// How many gradings follow the first thousand.
const GRADINGS: usize = 10_000;

/// How much more memory may be resident after them, in bytes: what the allocator needs to settle.
const SLACK: u64 = 1 << 20;

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_gradings_leave_nothing_behind() -> Result<(), Failure> {
    let cases = Cases::unpack(|case| case == "no-final-newline")?;
    let assay = service(&cases.data())?;
    // Numbers, texts and run-length masks.
    let ids = ["aerial-cactus-identification", "spaceship-titanic", "tgs-salt-identification-challenge"];
    let mut scored = 0;
    let mut round = |gradings: usize| -> Result<(), Failure> {
        for index in 0..gradings {
            let id = ids[index % ids.len()];
            let submission = cases.folder().join(format!("submissions/{id}/no-final-newline.csv"));
            scored += usize::from(graded(&assay, id, &submission)?.outcome == Outcome::Scored);
        }
        Ok(())
    };
    round(1000)?;
    let before = resident()?;
    round(GRADINGS)?;
    let after = resident()?;
    assert_eq!(scored, 1000 + GRADINGS);
    println!("{before} bytes resident before, {after} after {GRADINGS} gradings");
    assert!(after <= before + SLACK, "{} bytes more are resident after {GRADINGS} gradings", after - before);
    Ok(())
}

/// The memory of this process that is resident, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}
