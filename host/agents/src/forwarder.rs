//! The program that containers begin with. It forwards the checker's port to a socket that is mounted, and needs nothing of the image.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::AgentsError;

/// Where a run's sockets and the program are in its container.
pub const MOUNT: &str = "/.assay";

/// What the program is called there.
pub const PROGRAM: &str = "forward";

/// The socket of the checker there, and the port that the reference has it at.
pub const CHECKER: (&str, u16) = ("checker.sock", 5000);

/// The socket of the proxy there, and its port.
pub const PROXY: (&str, u16) = ("proxy.sock", 3128);

/// Compiled when this crate is; empty where it cannot run.
static CARRIED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/forwarder"));

/// Puts the program into a folder that is mounted.
///
/// # Errors
///
/// If it is not carried, or cannot be written.
pub fn put(folder: &Path) -> Result<(), AgentsError> {
    if CARRIED.is_empty() {
        let message =
            "agents are run on Linux, on x86-64 or 64-bit ARM: this program carries no forwarder for other machines";
        return Err(AgentsError::Machine(message.into()));
    }
    let path = folder.join(PROGRAM);
    fs::write(&path, CARRIED).map_err(AgentsError::file(&path))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(AgentsError::file(&path))
}

/// What a container begins with.
#[must_use]
pub fn command(has_proxy: bool) -> Vec<String> {
    let mut command = vec![format!("{MOUNT}/{PROGRAM}")];
    let forwards = [Some(CHECKER), has_proxy.then_some(PROXY)];
    for (socket, port) in forwards.into_iter().flatten() {
        command.extend([port.to_string(), format!("{MOUNT}/{socket}")]);
    }
    command
}
