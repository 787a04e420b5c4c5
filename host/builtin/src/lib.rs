//! The graders and competitions that Assay carries, as the bytes of their files.

include!(concat!(env!("OUT_DIR"), "/embedded_graders.rs"));
include!(concat!(env!("OUT_DIR"), "/embedded_competitions.rs"));

/// The names and components of the graders, in the order of their names.
pub fn graders() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    GRADERS.iter().copied()
}

/// The ids and `competition.toml` files of the competitions, in the order of their ids.
pub fn competitions() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMPETITIONS.iter().copied()
}
