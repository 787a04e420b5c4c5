//! Nothing is built here: what a package of its own is built with has to be that of the whole workspace, as `Cargo.toml` says.

fn main() {}
