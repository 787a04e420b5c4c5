//! A grading server, on a host that holds the answers so that no agent's machine does.
//!
//! It stands on the library [`assay`], which reads, checks, grades and records; here are only the ways in and out. Two of them:
//!
//! - the reference's checker (`POST /validate`, `GET /health`), for one competition, from key files alone: it has no answers to open;
//! - an interface of its own (`/v1`) and a page, with participants, budgets, and submissions that are kept and graded once.
//!
//! Whatever comes in is bounded in size, number and time ([`Limits`]), and what a participant may see of a grading is decided in one place.

mod api;
mod app;
mod budget;
mod checker;
mod connection;
mod gate;
mod handing_in;
mod identity;
mod keys;
mod limits;
mod listen;
mod messages;
mod metrics;
mod openapi;
mod page;
mod policy;
mod problem;
mod queue;
mod router;
mod server;
mod shutdown;
mod site;
mod store;
mod time;
mod upload;
mod view;

pub use identity::{Role, Token, TokenError, participant_name, random_id};
pub use keys::{Keys, KeysError};
pub use limits::Limits;
pub use listen::{Address, Certificate, ListenError, Listening};
pub use policy::{Policy, PolicyError};
pub use server::{Hosting, Server, ServerError};
pub use store::{Retention, Store, StoreError, TokenEntry};
pub use upload::Incoming;
