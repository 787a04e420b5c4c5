//! Ctrl-C, and whoever asks the program to end: the first time it finishes what must not be torn, the second time it ends at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use assay::Cancel;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The signals that ask a program to end.
const SIGNALS: [(i32, u8); 2] = [(SIGINT, 2), (SIGTERM, 15)];

/// Whether the program was asked to end.
pub(super) struct Interruption {
    came: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interruption {
    /// Takes these signals from now on.
    pub(super) fn awaited() -> io::Result<Self> {
        let (came, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for (number, name) in SIGNALS {
            // In this order: the first signal finds that none came.
            flag::register_conditional_shutdown(number, i32::from(code(name)), Arc::clone(&came))?;
            flag::register_usize(number, Arc::clone(&signal), usize::from(name))?;
            flag::register(number, Arc::clone(&came))?;
        }
        Ok(Interruption { came, signal })
    }

    /// What is called off by it.
    pub(super) fn cancel(&self) -> Cancel {
        Arc::clone(&self.came).into()
    }

    /// The exit code of a program that was asked to end, if it was.
    pub(super) fn code(&self) -> Option<u8> {
        let signal = u8::try_from(self.signal.load(Ordering::SeqCst)).unwrap_or_default();
        self.came.load(Ordering::SeqCst).then(|| code(signal))
    }
}

/// What a shell says of a program that a signal ended.
fn code(signal: u8) -> u8 {
    128 + signal
}
