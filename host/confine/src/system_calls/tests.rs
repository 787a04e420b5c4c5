//! Tests of the filters, each in a process of its own, since confinement cannot be undone.

use std::io::Error;
use std::process::Command;

use super::*;

/// Runs one of the tests below that confine their process.
fn alone(test: &str) {
    let run = Command::new(std::env::current_exe().expect("this test has a file"))
        .args(["--exact", &format!("system_calls::tests::{test}"), "--ignored", "--test-threads", "1"])
        .output()
        .expect("this test can be started");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

/// False, and said, if this system has no such filters.
fn is_confined(confined: Result<(), String>) -> bool {
    confined.map_err(|lacking| eprintln!("not tested: {lacking}")).is_ok()
}

/// The error of a system call with these arguments, which are numbers or null.
fn error(call: libc::c_long, arguments: [libc::c_long; 4]) -> Option<i32> {
    let [a, b, c, d] = arguments;
    // SAFETY: no call below gets a pointer but null, or writes anywhere.
    #[expect(unsafe_code, reason = "no safe function makes these calls")]
    let done = unsafe { libc::syscall(call, a, b, c, d, 0, 0) };
    if done == -1 { Error::last_os_error().raw_os_error() } else { None }
}

/// Whether a process without a program can be made.
fn fork() -> Result<(), Option<i32>> {
    // SAFETY: a child does nothing but end.
    #[expect(unsafe_code, reason = "no safe function makes a process without starting a program")]
    let child = unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::_exit(0);
        }
        child
    };
    if child > 0 { Ok(()) } else { Err(Error::last_os_error().raw_os_error()) }
}

/// What reaches files, processes and the system, by kind.
const REACHING: &[(&str, libc::c_long)] = &[
    ("whose a file is", libc::SYS_fchownat),
    ("what others may do with a file", libc::SYS_fchmodat),
    ("the same, newer", 452),
    ("the same of a descriptor", libc::SYS_fchmod),
    ("attributes", libc::SYS_setxattr),
    ("attributes, newer", 463),
    ("attributes of a descriptor", libc::SYS_fremovexattr),
    ("attributes of the file system's", 469),
    ("shared memory", libc::SYS_shmget),
    ("semaphores", libc::SYS_semget),
    ("messages", libc::SYS_msgget),
    ("queues", libc::SYS_mq_unlink),
    ("watching all", libc::SYS_fanotify_init),
    ("watching a folder", libc::SYS_inotify_init1),
    ("mounts", libc::SYS_open_tree),
    ("mounts, newer", 467),
    ("priorities", libc::SYS_setpriority),
    ("priorities of input", libc::SYS_ioprio_set),
    ("scheduling", libc::SYS_sched_setscheduler),
    ("processors of others", libc::SYS_sched_setaffinity),
    ("memory of others", libc::SYS_process_vm_readv),
    ("signals to threads", libc::SYS_tkill),
    ("signals with values", libc::SYS_rt_sigqueueinfo),
    ("handles of processes", libc::SYS_pidfd_open),
    ("rights", libc::SYS_setresuid),
    ("sockets", libc::SYS_socket),
];

/// What is refused whoever asks.
fn nothing_is_reached() {
    for (what, call) in REACHING {
        assert_eq!(error(*call, [-1, 0, 0, 0]), Some(libc::EPERM), "{what}");
    }
    let parent = i64::from(std::os::unix::process::parent_id());
    assert_eq!(error(libc::SYS_prlimit64, [parent, 0, 0, 0]), Some(libc::EPERM), "limits of another process");
    assert_eq!(error(libc::SYS_prlimit64, [0, 0, 0, 0]), None, "its own limits");
    #[cfg(target_arch = "x86_64")]
    {
        for (what, call) in [("permissions", libc::SYS_chmod), ("owner", libc::SYS_lchown), ("times", libc::SYS_utimes)]
        {
            assert_eq!(error(call, [0; 4]), Some(libc::EPERM), "{what}");
        }
        // By their second numbers: what is harmless and what is not.
        for call in [libc::SYS_getpid, libc::SYS_socket, libc::SYS_ptrace] {
            assert_eq!(error(0x4000_0000 | call, [0; 4]), Some(libc::EPERM), "second number of {call}");
        }
    }
}

#[test]
fn threads_can_be_started_and_processes_cannot() {
    alone("confined");
}

#[test]
#[ignore = "confines its process: run by threads_can_be_started_and_processes_cannot"]
fn confined() {
    if !is_confined(confine(false, false)) {
        return;
    }
    assert_eq!(std::thread::spawn(|| 7).join().ok(), Some(7));
    assert_eq!(fork(), Err(Some(libc::EPERM)));
    let parent = i64::from(std::os::unix::process::parent_id());
    assert_eq!(error(libc::SYS_kill, [parent, 0, 0, 0]), Some(libc::EPERM), "signals to others");
    assert_eq!(error(libc::SYS_kill, [std::process::id().into(), 0, 0, 0]), None, "signals to itself");
    nothing_is_reached();
    assert_eq!(error(libc::SYS_accept4, [-1, 0, 0, 0]), Some(libc::EPERM), "connections");
    // Times of an open file, here of none, but not of a path.
    assert_eq!(error(libc::SYS_utimensat, [-1, 0, 0, 0]), Some(libc::EBADF));
    assert_eq!(error(libc::SYS_utimensat, [-1, 1, 0, 0]), Some(libc::EPERM));
}

#[test]
fn who_takes_connections_makes_none() {
    alone("accepting");
}

#[test]
#[ignore = "confines its process: run by who_takes_connections_makes_none"]
fn accepting() {
    if !is_confined(confine(false, true)) {
        return;
    }
    // There is no such socket.
    assert_eq!(error(libc::SYS_accept4, [-1, 0, 0, 0]), Some(libc::EBADF));
    for (what, call) in [("connect", libc::SYS_connect), ("bind", libc::SYS_bind), ("listen", libc::SYS_listen)] {
        assert_eq!(error(call, [-1, 0, 0, 0]), Some(libc::EPERM), "{what}");
    }
    assert_eq!(fork(), Err(Some(libc::EPERM)));
    nothing_is_reached();
}

#[test]
fn who_starts_itself_reaches_nothing_either() {
    alone("starting_itself");
}

#[test]
#[ignore = "confines its process: run by who_starts_itself_reaches_nothing_either"]
fn starting_itself() {
    if !is_confined(confine(true, false)) {
        return;
    }
    assert_eq!(fork(), Ok(()));
    nothing_is_reached();
}

#[test]
fn a_worker_computes_and_reaches_nothing() {
    alone("computing");
}

#[test]
#[ignore = "confines its process: run by a_worker_computes_and_reaches_nothing"]
fn computing() {
    if !is_confined(confine_worker()) {
        return;
    }
    // Memory, threads, clocks, randomness.
    let sum = std::thread::Builder::new()
        .name("sum".into())
        .spawn(|| vec![1_u8; 64 << 20].iter().map(|&n| u64::from(n)).sum());
    assert_eq!(sum.expect("a thread").join().ok(), Some(64_u64 << 20));
    let start = std::time::Instant::now();
    std::thread::sleep(std::time::Duration::from_millis(1));
    assert!(start.elapsed().as_millis() >= 1);
    assert!(std::collections::HashMap::<u8, u8>::new().is_empty());
    assert!(std::thread::available_parallelism().is_ok());
    // Nothing else: no file is even looked at.
    assert_eq!(fork(), Err(Some(libc::EPERM)));
    for call in [
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_execve,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_getppid,
    ] {
        assert_eq!(error(call, [0; 4]), Some(libc::EPERM), "{call}");
    }
    let parent = error(libc::SYS_kill, [1, 0, 0, 0]);
    assert_eq!(parent, Some(libc::EPERM), "signals");
    assert_eq!(error(libc::SYS_tgkill, [1, 1, 0, 0]), Some(libc::EPERM), "signals to threads of others");
    assert_eq!(error(libc::SYS_prctl, [libc::PR_SET_DUMPABLE.into(), 1, 0, 0]), Some(libc::EPERM));
    // Not even by a number that no kernel knows yet.
    assert_eq!(error(100_000, [0; 4]), Some(libc::EPERM));
    nothing_is_reached();
}
