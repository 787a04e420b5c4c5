//! The one place of the server that prints: messages for its operator, on stderr.

use std::io::{self, Write};

use assay_types::excerpt::printable;

/// Prints a line.
pub(crate) fn say(text: &str) {
    // A message that cannot be written, since stderr is closed, cannot be reported either.
    let _ = writeln!(io::stderr(), "{}", printable(text));
}
