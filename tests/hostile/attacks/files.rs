//! Files that are not a component of this contract's version, made of one that is.

use assay_tests::Failure;
use assay_tests::attacks::{Attack, component};

use super::expected::{Expected, no_component, no_grader};
use super::{check, table};

fn comes_to(name: &str, does: &str, file: &[u8], expected: Expected) -> Result<(), Failure> {
    let run = check(name, file, &expected.of(name))?;
    table::add(name, does, &run)
}

#[test]
fn later_versions_of_the_contract() -> Result<(), Failure> {
    for version in ["0.2.0", "9.9.9"] {
        let name = format!("version-{}", version.replace('.', "-"));
        let file = component(&name, Attack::no_problems.text(), version)?;
        let reason = format!("the component keeps assay:grader/grading@{version}; this program keeps 0.1.0");
        comes_to(&name, "It keeps a later version of the contract.", &file, no_grader(reason))?;
    }
    Ok(())
}

#[test]
fn truncated() -> Result<(), Failure> {
    let whole = Attack::no_problems.component()?;
    for length in [0, 4, 7, 9, whole.len() / 4, whole.len() / 2, whole.len() - 1] {
        let name = format!("truncated-to-{length}");
        let start = whole.get(..length).unwrap_or_default();
        let refused = no_component("");
        comes_to(&name, "Its end is missing.", start, refused)?;
    }
    Ok(())
}

/// Random bytes, and random bytes that claim to be each of a component's sections.
#[test]
fn random_bytes() -> Result<(), Failure> {
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes: Vec<u8> = (0..10_000).map(|_| random.u8(..)).collect();
        let name = format!("random-{seed}");
        comes_to(&name, "It is random bytes.", &bytes, no_component(""))?;

        // The section's id, and its size of 10,000 in LEB128.
        let header = [b"\0asm\x0d\0\x01\0", [seed as u8, 0x90, 0x4e].as_slice()].concat();
        let section = [header, bytes].concat();
        let name = format!("random-section-{seed}");
        comes_to(&name, "It is a section of random bytes.", &section, no_component(""))?;
    }
    Ok(())
}

#[test]
fn larger_than_a_component_may_be() -> Result<(), Failure> {
    let reason = "the file has more than 33554432 bytes, which is the limit";
    comes_to("large", "It has a byte more than 32 MiB.", &vec![0; (32 << 20) + 1], no_grader(reason))
}
