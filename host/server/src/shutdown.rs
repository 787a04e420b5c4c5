//! Ending: a signal asks the server to, and it finishes what is under way first.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Tells that the server is to end.
#[derive(Clone)]
pub(crate) struct Ending(watch::Receiver<bool>);

impl Ending {
    /// Waits until it is to end.
    pub(crate) async fn asked(&mut self) {
        // Whoever would tell is gone only with the server.
        let _ = self.0.wait_for(|asked| *asked).await;
    }

    /// True if it is to end.
    pub(crate) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }
}

/// Takes SIGTERM and SIGINT from now on. The second one ends the process at once, by the exit code that a shell gives it.
pub(crate) fn awaited() -> io::Result<Ending> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        for _ in 0..2 {
            let code = tokio::select! {
                _ = terminate.recv() => 143,
                _ = interrupt.recv() => 130,
            };
            if *tell.borrow() {
                std::process::exit(code);
            }
            let _ = tell.send(true);
        }
    });
    Ok(Ending(told))
}
