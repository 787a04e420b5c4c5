//! Open descriptors.

use std::ffi::OsString;
use std::io;

/// Where the system lists a process's own descriptors by number.
const PLACES: [&str; 3] = ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"];

/// Closes all descriptors above standard error's.
pub(super) fn close_all_but_standard_streams() -> io::Result<()> {
    range(3, libc::c_uint::MAX, 0)
}

/// Closes those above standard error's that no argument names; these no program inherits.
pub(super) fn close_inherited(arguments: impl IntoIterator<Item = OsString>) {
    let mut next = 3;
    // A kernel without the call keeps them, which costs nothing but what a worker closes anyway.
    for kept in named(arguments) {
        if kept > next {
            let _ = range(next, kept - 1, 0);
        }
        let _ = range(kept, kept, libc::CLOSE_RANGE_CLOEXEC);
        next = kept.saturating_add(1).max(next);
    }
    let _ = range(next, libc::c_uint::MAX, 0);
}

/// The descriptors above standard error's that arguments name, in ascending order.
fn named(arguments: impl IntoIterator<Item = OsString>) -> Vec<libc::c_uint> {
    let number = |argument: OsString| {
        let argument = argument.into_string().ok()?;
        // `--option=/dev/fd/63` names it too.
        let path = argument.split_once('=').map_or(argument.as_str(), |(_, value)| value);
        let digits = PLACES.iter().find_map(|place| path.strip_prefix(place))?;
        digits.parse().ok().filter(|number| (3..1 << 20).contains(number))
    };
    let mut named: Vec<libc::c_uint> = arguments.into_iter().filter_map(number).collect();
    named.sort_unstable();
    named.dedup();
    named
}

fn range(first: libc::c_uint, last: libc::c_uint, flags: libc::c_uint) -> io::Result<()> {
    // SAFETY: the call takes three numbers. The caller holds none of these descriptors.
    #[expect(unsafe_code, reason = "no safe function closes descriptors that nobody owns")]
    let closed = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    if closed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_descriptors() {
        let arguments = ["grade", "/dev/fd/63", "--lock=/proc/self/fd/5", "/dev/fd/0", "/dev/fd/x", "/dev/fd/63", "7"];
        assert_eq!(named(arguments.map(OsString::from)), [5, 63]);
    }
}
