//! What an agent's container runs as its first process: it forwards ports of the container's loopback to Unix sockets that are mounted into it,
//! so that a program at `http://localhost:5000` is outside, whatever network the container has.
//!
//! It is called with pairs of a port and the path of a socket. It needs nothing of the image: no libc, no allocation, no files. It reaps what
//! other processes leave behind, and hands SIGTERM on to all of them.

#![no_std]
#![no_main]

mod memory;
mod system;

use system::{Address, PollEntry};

/// How many connections are open at a time. Others wait in the kernel.
const CONNECTIONS: usize = 128;

/// How many ports are forwarded at most.
const PORTS: usize = 4;

/// The bytes on their way in one direction.
const BUFFER: usize = 8192;

/// Bytes that were read and are not written yet.
struct Direction {
    bytes: [u8; BUFFER],
    start: usize,
    end: usize,
    /// No more will be read.
    ended: bool,
    /// That was told to the other side.
    told: bool,
}

/// A connection of the container, and the one that it is forwarded to.
struct Connection {
    /// False if the entry is free. All of a free one is 0, so that the table takes no room in the program.
    is_open: bool,
    inner: i32,
    outer: i32,
    outward: Direction,
    inward: Direction,
}

struct Port {
    listener: i32,
    path: *const u8,
}

const IDLE: Direction = Direction { bytes: [0; BUFFER], start: 0, end: 0, ended: false, told: false };
const FREE: Connection = Connection { is_open: false, inner: 0, outer: 0, outward: IDLE, inward: IDLE };

static mut TABLE: [Connection; CONNECTIONS] = [FREE; CONNECTIONS];

/// Called by the entry point with the arguments as the kernel lays them out: their number, then pointers to them.
#[unsafe(no_mangle)]
unsafe extern "C" fn forward(stack: *const usize) -> ! {
    // SAFETY: the kernel puts `argc` and as many pointers to texts that end with 0 there.
    let (count, arguments) = unsafe { (*stack, stack.add(1).cast::<*const u8>()) };
    let mut ports = [const { Port { listener: -1, path: core::ptr::null() } }; PORTS];
    let mut used = 0;
    let mut next = 1;
    while next + 1 < count && used < PORTS {
        // SAFETY: both are below `count`.
        let (port, path) = unsafe { (number(*arguments.add(next)), *arguments.add(next + 1)) };
        let listener = system::listen(port);
        if listener < 0 {
            system::exit(1);
        }
        ports[used] = Port { listener, path };
        used += 1;
        next += 2;
    }
    let signals = system::signals();
    if used == 0 || signals < 0 {
        system::exit(2);
    }
    // SAFETY: there is one thread, and this is the one reference.
    let table = unsafe { &mut *(&raw mut TABLE) };
    loop {
        turn(&ports[..used], signals, table);
    }
}

/// Waits until something can be done, and does it.
fn turn(ports: &[Port], signals: i32, table: &mut [Connection; CONNECTIONS]) {
    let mut entries = [const { PollEntry::unused() }; 1 + PORTS + 2 * CONNECTIONS];
    entries[0] = PollEntry::new(signals, true, false);
    let has_room = table.iter().any(|connection| !connection.is_open);
    for (entry, port) in entries[1..].iter_mut().zip(ports) {
        *entry = PollEntry::new(if has_room { port.listener } else { -1 }, true, false);
    }
    for (pair, connection) in entries[1 + PORTS..].chunks_exact_mut(2).zip(table.iter()) {
        if connection.is_open {
            pair[0] = entry(connection.inner, &connection.outward, &connection.inward);
            pair[1] = entry(connection.outer, &connection.inward, &connection.outward);
        }
    }
    // Once a second, processes that ended are reaped even if a signal was merged with another.
    system::poll(&mut entries, 1);
    if entries[0].is_ready() && system::is_term(signals) {
        system::term_all_others();
    }
    system::reap();
    for (pair, connection) in entries[1 + PORTS..].chunks_exact(2).zip(table.iter_mut()) {
        if connection.is_open && pair.iter().any(PollEntry::is_ready) {
            connection.go_on(pair[0].is_broken() && pair[1].is_broken());
        }
    }
    for (entry, port) in entries[1..].iter().zip(ports) {
        if entry.is_ready() {
            accept(port, table);
        }
    }
}

/// What is waited for at a socket that `from` is read from and `to` is written to. One that nothing is wanted of is left out: the kernel would
/// tell of its end for ever.
fn entry(socket: i32, from: &Direction, to: &Direction) -> PollEntry {
    let (reads, writes) = (!from.ended && from.start == from.end, to.start < to.end);
    PollEntry::new(if reads || writes { socket } else { -1 }, reads, writes)
}

fn accept(port: &Port, table: &mut [Connection; CONNECTIONS]) {
    let Some(free) = table.iter_mut().find(|connection| !connection.is_open) else { return };
    let inner = system::accept(port.listener);
    if inner < 0 {
        return;
    }
    // SAFETY: the path is an argument, which ends with 0.
    let outer = system::connect(&unsafe { Address::unix(port.path) });
    if outer < 0 {
        system::close(inner);
        return;
    }
    free.is_open = true;
    free.inner = inner;
    free.outer = outer;
    free.outward.reset();
    free.inward.reset();
}

impl Connection {
    fn go_on(&mut self, is_broken: bool) {
        let outward = self.outward.go_on(self.inner, self.outer);
        let inward = self.inward.go_on(self.outer, self.inner);
        if is_broken || !outward || !inward || (self.outward.told && self.inward.told) {
            system::close(self.inner);
            system::close(self.outer);
            self.is_open = false;
        }
    }
}

impl Direction {
    fn reset(&mut self) {
        (self.start, self.end, self.ended, self.told) = (0, 0, false, false);
    }

    /// Reads and writes what can be without waiting; false if the connection is of no more use.
    fn go_on(&mut self, from: i32, to: i32) -> bool {
        if !self.ended && self.start == self.end {
            match system::read(from, &mut self.bytes) {
                0 => self.ended = true,
                read if read > 0 => (self.start, self.end) = (0, read.unsigned_abs()),
                error => return system::is_for_later(error),
            }
        }
        if let Some(rest) = self.bytes.get(self.start..self.end)
            && !rest.is_empty()
        {
            match system::write(to, rest) {
                written if written >= 0 => self.start += written.unsigned_abs(),
                error => return system::is_for_later(error),
            }
        }
        if self.ended && self.start == self.end && !self.told {
            system::end_writing(to);
            self.told = true;
        }
        true
    }
}

/// The port that a text names; 0 for what is none.
///
/// # Safety
///
/// The text ends with 0.
unsafe fn number(mut text: *const u8) -> u16 {
    let mut number = 0_u16;
    // SAFETY: nothing after the 0 is read.
    while let digit @ b'0'..=b'9' = unsafe { *text } {
        number = number.wrapping_mul(10).wrapping_add(u16::from(digit - b'0'));
        // SAFETY: there is a 0 still to come.
        text = unsafe { text.add(1) };
    }
    number
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    system::exit(3)
}
