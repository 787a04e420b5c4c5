//! Whether agents kept to the rules: what a model is asked and shown, each fault of its server, and the checks that need none.

mod asked;
mod checks;
mod faults;
mod server;
mod world;
