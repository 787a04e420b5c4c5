//! The system calls, for Linux on x86-64 and 64-bit ARM.

use core::arch::{asm, global_asm};

#[cfg(target_arch = "x86_64")]
mod numbers {
    pub(super) const READ: usize = 0;
    pub(super) const WRITE: usize = 1;
    pub(super) const CLOSE: usize = 3;
    pub(super) const SIGPROCMASK: usize = 14;
    pub(super) const SOCKET: usize = 41;
    pub(super) const CONNECT: usize = 42;
    pub(super) const SHUTDOWN: usize = 48;
    pub(super) const BIND: usize = 49;
    pub(super) const LISTEN: usize = 50;
    pub(super) const WAIT: usize = 61;
    pub(super) const KILL: usize = 62;
    pub(super) const EXIT: usize = 231;
    pub(super) const PPOLL: usize = 271;
    pub(super) const ACCEPT: usize = 288;
    pub(super) const SIGNALFD: usize = 289;
}

#[cfg(target_arch = "aarch64")]
mod numbers {
    pub(super) const READ: usize = 63;
    pub(super) const WRITE: usize = 64;
    pub(super) const CLOSE: usize = 57;
    pub(super) const SIGPROCMASK: usize = 135;
    pub(super) const SOCKET: usize = 198;
    pub(super) const CONNECT: usize = 203;
    pub(super) const SHUTDOWN: usize = 210;
    pub(super) const BIND: usize = 200;
    pub(super) const LISTEN: usize = 201;
    pub(super) const WAIT: usize = 260;
    pub(super) const KILL: usize = 129;
    pub(super) const EXIT: usize = 94;
    pub(super) const PPOLL: usize = 73;
    pub(super) const ACCEPT: usize = 242;
    pub(super) const SIGNALFD: usize = 74;
}

// The entry point: the stack is aligned as functions expect it, and handed on.
#[cfg(target_arch = "x86_64")]
global_asm!(".globl _start", "_start:", "xor ebp, ebp", "mov rdi, rsp", "and rsp, -16", "call forward", "ud2");

#[cfg(target_arch = "aarch64")]
global_asm!(".globl _start", "_start:", "mov x29, #0", "mov x30, #0", "mov x0, sp", "bl forward", "brk #1");

const UNIX: u16 = 1;
const INTERNET: u16 = 2;
const STREAM: usize = 1;
const NONBLOCK: usize = 0o4000;
const CLOEXEC: usize = 0o200_0000;
const TERM: u32 = 15;
const CHILD: u32 = 17;

/// # Safety
///
/// The call must be one that the kernel carries out without harm to this program's memory.
unsafe fn call(number: usize, arguments: [usize; 5]) -> isize {
    let [a, b, c, d, e] = arguments;
    let result: isize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the kernel changes these registers alone.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the kernel changes these registers alone.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") a => result,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e,
            options(nostack),
        );
    }
    result
}

/// A file descriptor, or a negative error.
fn descriptor(result: isize) -> i32 {
    i32::try_from(result).unwrap_or(-1)
}

fn argument(descriptor: i32) -> usize {
    // As C extends it.
    isize::try_from(descriptor).unwrap_or(-1).cast_unsigned()
}

/// The address of a socket, as the kernel has it.
#[repr(C)]
pub(crate) struct Address {
    bytes: [u8; 110],
    length: usize,
}

impl Address {
    fn loopback(port: u16) -> Self {
        let mut bytes = [0; 110];
        [bytes[0], bytes[1]] = INTERNET.to_ne_bytes();
        [bytes[2], bytes[3]] = port.to_be_bytes();
        (bytes[4], bytes[7]) = (127, 1);
        Address { bytes, length: 16 }
    }

    /// # Safety
    ///
    /// The path ends with 0.
    pub(crate) unsafe fn unix(path: *const u8) -> Self {
        let mut bytes = [0; 110];
        [bytes[0], bytes[1]] = UNIX.to_ne_bytes();
        let mut length = 0;
        // SAFETY: nothing after the 0 is read.
        while length < 107 && unsafe { *path.add(length) } != 0 {
            // SAFETY: as above.
            bytes[2 + length] = unsafe { *path.add(length) };
            length += 1;
        }
        Address { bytes, length: 2 + length + 1 }
    }
}

/// What is waited for at a descriptor, and what came.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct PollEntry {
    descriptor: i32,
    events: i16,
    came: i16,
}

impl PollEntry {
    pub(crate) const fn unused() -> Self {
        PollEntry { descriptor: -1, events: 0, came: 0 }
    }

    pub(crate) fn new(descriptor: i32, reads: bool, writes: bool) -> Self {
        PollEntry { descriptor, events: i16::from(reads) | (i16::from(writes) << 2), came: 0 }
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.descriptor >= 0 && self.came != 0
    }

    /// An error, or both directions have ended.
    pub(crate) fn is_broken(&self) -> bool {
        self.descriptor < 0 || self.came & 0x18 != 0
    }
}

/// A socket that listens on a port of the loopback.
pub(crate) fn listen(port: u16) -> i32 {
    let address = Address::loopback(port);
    // SAFETY: the address outlives the calls.
    unsafe {
        let socket = call(numbers::SOCKET, [INTERNET.into(), STREAM | NONBLOCK | CLOEXEC, 0, 0, 0]);
        let socket = descriptor(socket);
        let bound = call(numbers::BIND, [argument(socket), address.bytes.as_ptr().addr(), address.length, 0, 0]);
        let listens = call(numbers::LISTEN, [argument(socket), 1024, 0, 0, 0]);
        if bound < 0 || listens < 0 { -1 } else { socket }
    }
}

pub(crate) fn accept(listener: i32) -> i32 {
    // SAFETY: no address is asked for.
    descriptor(unsafe { call(numbers::ACCEPT, [argument(listener), 0, 0, NONBLOCK | CLOEXEC, 0]) })
}

/// A connection to a Unix socket. One that has no room for another at once is an error.
pub(crate) fn connect(address: &Address) -> i32 {
    // SAFETY: the address outlives the calls.
    unsafe {
        let socket = descriptor(call(numbers::SOCKET, [UNIX.into(), STREAM | NONBLOCK | CLOEXEC, 0, 0, 0]));
        let address = [argument(socket), address.bytes.as_ptr().addr(), address.length, 0, 0];
        if socket >= 0 && call(numbers::CONNECT, address) < 0 {
            close(socket);
            return -1;
        }
        socket
    }
}

pub(crate) fn read(socket: i32, bytes: &mut [u8]) -> isize {
    // SAFETY: the kernel writes so many bytes at most.
    unsafe { call(numbers::READ, [argument(socket), bytes.as_mut_ptr().expose_provenance(), bytes.len(), 0, 0]) }
}

pub(crate) fn write(socket: i32, bytes: &[u8]) -> isize {
    // SAFETY: the kernel reads alone. SIGPIPE is blocked, so that a closed connection is an error.
    unsafe { call(numbers::WRITE, [argument(socket), bytes.as_ptr().expose_provenance(), bytes.len(), 0, 0]) }
}

/// True for errors that tell that it is to be tried later.
pub(crate) fn is_for_later(error: isize) -> bool {
    // EAGAIN and EINTR.
    error == -11 || error == -4
}

pub(crate) fn end_writing(socket: i32) {
    // SAFETY: no memory is concerned.
    unsafe { call(numbers::SHUTDOWN, [argument(socket), 1, 0, 0, 0]) };
}

pub(crate) fn close(socket: i32) {
    // SAFETY: no memory is concerned.
    unsafe { call(numbers::CLOSE, [argument(socket), 0, 0, 0, 0]) };
}

pub(crate) fn poll(entries: &mut [PollEntry], seconds: i64) {
    let time = [seconds, 0];
    let (entries, count) = (entries.as_mut_ptr().expose_provenance(), entries.len());
    // SAFETY: the kernel writes to the entries alone.
    unsafe { call(numbers::PPOLL, [entries, count, time.as_ptr().expose_provenance(), 0, 8]) };
}

/// A descriptor that tells of SIGTERM and SIGCHLD, which do nothing else from now on, nor does SIGPIPE.
pub(crate) fn signals() -> i32 {
    let set = |signals: &[u32]| signals.iter().fold(0_u64, |set, signal| set | (1 << (signal - 1)));
    let (told, blocked) = (set(&[TERM, CHILD]), set(&[TERM, CHILD, 13]));
    // SAFETY: the sets outlive the calls.
    unsafe {
        call(numbers::SIGPROCMASK, [0, (&raw const blocked).expose_provenance(), 0, 8, 0]);
        descriptor(call(
            numbers::SIGNALFD,
            [usize::MAX, (&raw const told).expose_provenance(), 8, NONBLOCK | CLOEXEC, 0],
        ))
    }
}

/// True if one of the signals that wait is SIGTERM.
pub(crate) fn is_term(signals: i32) -> bool {
    let mut is_term = false;
    let mut told = [0; 128];
    while read(signals, &mut told) == 128 {
        is_term |= u32::from_ne_bytes([told[0], told[1], told[2], told[3]]) == TERM;
    }
    is_term
}

/// Asks all other processes of the container to end.
pub(crate) fn term_all_others() {
    // SAFETY: no memory is concerned. The kernel leaves out the caller.
    unsafe { call(numbers::KILL, [usize::MAX, 15, 0, 0, 0]) };
}

/// Takes note of processes that have ended.
pub(crate) fn reap() {
    // SAFETY: nothing is asked for but the number.
    while unsafe { call(numbers::WAIT, [usize::MAX, 0, 1, 0, 0]) } > 0 {}
}

pub(crate) fn exit(code: usize) -> ! {
    loop {
        // SAFETY: it does not return.
        unsafe { call(numbers::EXIT, [code, 0, 0, 0, 0]) };
    }
}
