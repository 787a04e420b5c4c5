//! What root may do beyond others: its capabilities.

use std::io;

/// The capability to read and write files whatever their permissions say. Root is used to having it: data, and folders for reports, often
/// belong to somebody else. Landlock still holds.
pub(super) const DAC_OVERRIDE: u32 = 1;

/// The version of the sets' form that has 64 of them.
const VERSION: u32 = 0x2008_0522;

#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

/// Half of each set: of capabilities 0 to 31, or 32 to 63.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Half {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Gives up all capabilities of the calling thread but one, if one is named, for good: programs that it starts have none. An error says what
/// is left.
pub(super) fn give_up(kept: Option<u32>) -> Result<(), String> {
    let failed = |error: io::Error| format!("capabilities: {error}");
    let mut sets = get().map_err(failed)?;
    if sets.iter().all(|half| half.permitted == 0) {
        return Ok(());
    }
    // The bounding set is what programs that this one starts may have. Without the right to change it, it stays, and gives nothing to who can
    // gain no privileges.
    for capability in 0..64_u32 {
        let _ = prctl(libc::PR_CAPBSET_DROP, capability.into());
    }
    let _ = prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong);
    for (half, first) in sets.iter_mut().zip([0, 32]) {
        let kept = kept.and_then(|kept| kept.checked_sub(first)).and_then(|kept| 1_u32.checked_shl(kept)).unwrap_or(0);
        *half = Half { effective: half.effective & kept, permitted: half.permitted & kept, inheritable: 0 };
    }
    set(&sets).map_err(failed)
}

/// Has nothing that the calling thread starts gain rights that it does not have, such as by a program's set-user-ID bit.
pub(super) fn gain_nothing() -> Result<(), String> {
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1).map_err(|error| format!("privileges: {error}"))
}

/// An argument that a call does not use.
const NONE: libc::c_ulong = 0;

fn prctl(what: libc::c_int, argument: libc::c_ulong) -> io::Result<()> {
    // SAFETY: the call takes numbers alone, and none of those above touches memory.
    #[expect(unsafe_code, reason = "the standard library has no such calls")]
    let done = unsafe { libc::prctl(what, argument, NONE, NONE, NONE) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn get() -> io::Result<[Half; 2]> {
    let mut header = Header { version: VERSION, pid: 0 };
    let mut sets = [Half::default(); 2];
    // SAFETY: this version of the call fills two halves, and both places outlive it.
    #[expect(unsafe_code, reason = "the standard library has no such calls")]
    let done = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, sets.as_mut_ptr()) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(sets) }
}

fn set(sets: &[Half; 2]) -> io::Result<()> {
    let mut header = Header { version: VERSION, pid: 0 };
    // SAFETY: this version of the call reads two halves, and both places outlive it.
    #[expect(unsafe_code, reason = "the standard library has no such calls")]
    let done = unsafe { libc::syscall(libc::SYS_capset, &raw mut header, sets.as_ptr()) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
