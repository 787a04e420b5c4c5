//! Open descriptors.

use std::io;

/// Closes all descriptors above standard error's.
pub(super) fn close_all_but_standard_streams() -> io::Result<()> {
    let (first, last, flags): (libc::c_uint, libc::c_uint, libc::c_uint) = (3, libc::c_uint::MAX, 0);
    // SAFETY: the call takes three numbers. The caller holds none of these descriptors.
    #[expect(unsafe_code, reason = "no safe function closes descriptors that nobody owns")]
    let closed = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    if closed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
