//! `assay serve`: the checker of the reference, the server's own interface and its page, clients that mean harm, and kills.

mod checker;
mod client;
mod described;
mod hosted;
mod hostile;
mod killed;
mod page;
mod world;
