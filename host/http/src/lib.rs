//! HTTP to servers that are not trusted, for whatever of the program talks to one.
//!
//! A [`Client`] is for one server, which alone is shown who we are. Redirects stay within the scheme that they came by, and go without TLS
//! nowhere but on this machine, where that is allowed. What is sent is read within bounds of size and time, and whoever tries again does so by a [`Backoff`].

mod agent;
mod backoff;
mod client;
mod error;
mod loopback;
mod query;

pub use agent::Times;
pub use backoff::{Backoff, asked_to_wait};
pub use client::{Asked, Client, Response};
pub use error::{HttpError, TLS_REMEDY};
pub use loopback::is_loopback;
pub use query::with_query;
pub use ureq::http::uri::{Authority, Scheme, Uri};
pub use ureq::http::{HeaderMap, Method};
