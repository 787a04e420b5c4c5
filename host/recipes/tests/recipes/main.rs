//! Tests of recipes from outside: they are linked once.

mod every_file_has_the_references_digest;
mod formats;
mod made;
mod names;
mod steps;
