//! Limits by name.

use assay::{Assay, Profile};
use assay_sandbox::Limits;
use assay_tests::cases::Cases;
use assay_tests::{Failure, reports, root};
use assay_types::report::Report;

/// What a report says of a submission.
fn verdict(report: &Report) -> (String, Option<u64>, Option<&str>) {
    (report.outcome.to_string(), report.score_exact.map(f64::to_bits), report.reason.as_deref())
}

/// Every grader that the program carries keeps to the strict profile: it says of every case what it says without.
#[test]
fn what_the_program_carries_keeps_to_the_strict_profile() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    // Paths of the list are relative to its folder.
    let graded = |profile: &str| reports(&cases.jsonl(), &cases.data(), &["--profile", profile]);
    let (usual, strict) = (graded("default")?, graded("strict")?);
    assert!(usual.len() > 4000 && usual.len() == strict.len(), "{} and {}", usual.len(), strict.len());
    for (usual, strict) in usual.iter().zip(&strict) {
        assert_eq!(verdict(usual), verdict(strict), "{:?} {}", usual.competition_id, usual.submission_path);
        let limit = |report: &Report| Some(report.receipt.as_ref()?.limits.get("memory_bytes")?.as_u64());
        if let (Some(usual), Some(strict)) = (limit(usual).flatten(), limit(strict).flatten()) {
            assert_eq!((usual, strict), (Limits::default().memory_bytes as u64, Limits::strict().memory_bytes as u64));
        }
    }
    Ok(())
}

/// None of its limits is wider than the default's, and who embeds the library has it too.
#[test]
fn the_strict_profile_is_stricter() -> Result<(), Failure> {
    let [usual, strict] =
        [Limits::default(), Limits::strict()].map(|limits| serde_json::to_value(limits).unwrap_or_default());
    let (Some(usual), Some(strict)) = (usual.as_object(), strict.as_object()) else { return Err("no objects".into()) };
    for (name, limit) in strict {
        assert!(limit.as_f64() <= usual[name].as_f64(), "{name}");
    }
    assert!(strict["component_bytes"].as_f64() < usual["component_bytes"].as_f64());
    let assay = Assay::builder().data_dir(root()).profile(Profile::Strict).build()?;
    assert_eq!(assay.graders().limits(), &Limits::strict());
    Ok(())
}
