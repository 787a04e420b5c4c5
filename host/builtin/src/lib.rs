//! The graders and competitions that Assay carries, and the known-answer cases of graders, as the bytes of their files.

include!(concat!(env!("OUT_DIR"), "/embedded_graders.rs"));
include!(concat!(env!("OUT_DIR"), "/embedded_competitions.rs"));
include!(concat!(env!("OUT_DIR"), "/embedded_preparations.rs"));
include!(concat!(env!("OUT_DIR"), "/embedded_cases.rs"));

/// The names and components of the graders, in the order of their names.
pub fn graders() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    GRADERS.iter().copied()
}

/// The ids and `competition.toml` files of the competitions, in the order of their ids.
pub fn competitions() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMPETITIONS.iter().copied()
}

/// The recipe `preparation.toml` of a competition; none where it has none.
pub fn preparation(id: &str) -> Option<&'static str> {
    PREPARATIONS.iter().find(|(name, _)| *name == id).map(|(_, text)| *text)
}

/// The files of the known-answer cases that a grader has: `CASE/FILE` and what is in it, in the order of these paths.
pub fn cases(grader: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let of = move |(path, content): &(&'static str, &'static [u8])| {
        let (name, file) = path.split_once('/')?;
        (name == grader).then_some((file, *content))
    };
    CASES.iter().filter_map(of)
}
