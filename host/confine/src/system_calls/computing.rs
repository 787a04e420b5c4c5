//! System calls that computing takes: all that a worker process keeps. Whatever is not here fails with "operation not permitted".
//!
//! They are those of the engine, its compiler, threads and the allocator of memory, with what a C library may use in their place. What
//! opens, names, starts or reaches anything is not among them.

use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

use super::{Rules, when};

const COMPUTING: &[libc::c_long] = &[
    // Memory, and files that are nothing but memory, of which the engine makes what a grader's memory starts with.
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_memfd_create,
    libc::SYS_ftruncate,
    // Its streams, and such files.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_fcntl,
    libc::SYS_close,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    // Threads.
    libc::SYS_futex,
    libc::SYS_futex_waitv,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // The newer call that starts threads: another filter has it fail as if there were none.
    libc::SYS_clone3,
    // Signals that it gets.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    // Clocks and randomness: the host's own, which graders do not reach.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
];

/// What is left to a worker, and when.
pub(super) fn to_workers() -> Result<Rules, seccompiler::BackendError> {
    let mut kept: Rules = COMPUTING.iter().map(|&call| (call, Vec::new())).collect();
    // Threads are started by the same call as processes, but for a flag.
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    kept.insert(libc::SYS_clone, when(0, SeccompCmpOp::MaskedEq(thread), thread)?);
    // To end itself by a signal. A process's number is of 32 bits.
    let itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, std::process::id().into())?;
    kept.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![itself])?]);
    // Its own limits are 0's.
    kept.insert(libc::SYS_prlimit64, when(0, SeccompCmpOp::Eq, 0)?);
    // The names of its threads.
    kept.insert(libc::SYS_prctl, when(0, SeccompCmpOp::Eq, libc::PR_SET_NAME.unsigned_abs().into())?);
    Ok(kept)
}
