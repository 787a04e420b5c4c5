//! The graders and competitions that Assay carries, and the known-answer cases of graders, as the bytes of their files.

use assay_engine::CarriedCode;

include!(concat!(env!("OUT_DIR"), "/embedded_graders.rs"));
include!(concat!(env!("OUT_DIR"), "/embedded_competitions.rs"));
include!(concat!(env!("OUT_DIR"), "/embedded_cases.rs"));
include!(concat!(env!("OUT_DIR"), "/embedded_preparations.rs"));

/// The names and components of the graders, in the order of their names.
pub fn graders() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    GRADERS.iter().copied()
}

/// The machine code of the graders, which the build of this crate compiled, in the order of the components' digests. There is none of
/// interpreters, nor for a target that the engine does not compile for.
pub fn machine_code() -> &'static [CarriedCode] {
    carried::MACHINE_CODE
}

#[expect(unsafe_code, reason = "the build of this crate vouches for the machine code that it has compiled")]
mod carried {
    use assay_engine::{CarriedCode, MachineCode};

    include!(concat!(env!("OUT_DIR"), "/machine_code.rs"));
}

/// The ids and `competition.toml` files of the competitions, in the order of their ids.
pub fn competitions() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMPETITIONS.iter().copied()
}

/// The files of the known-answer cases that a grader has: `CASE/FILE` and what is in it, in the order of these paths.
pub fn cases(grader: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let of = move |(path, content): &(&'static str, &'static [u8])| {
        let (name, file) = path.split_once('/')?;
        (name == grader).then_some((file, *content))
    };
    CASES.iter().filter_map(of)
}

/// A file beside the `competition.toml` of a competition that says how its data are prepared; none if it has no such file.
#[must_use]
pub fn preparation(id: &str, file: &str) -> Option<&'static str> {
    let path = format!("{id}/{file}");
    PREPARATIONS.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}
