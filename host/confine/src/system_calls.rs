//! System calls, by a seccomp filter.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// System calls that no grading makes. They fail with "operation not permitted". A list of those that gradings do make would be shorter
/// lived: every version of the C library has its own.
const REFUSED: &[libc::c_long] = &[
    // The network, and sockets of the machine.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // File systems, and ways around paths.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_mknodat,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    // Namespaces and other rights.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    libc::SYS_personality,
    // The kernel, and parts of it with many ways in.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_settimeofday,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
];

/// System calls that start programs, or processes.
const START: &[libc::c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];

/// Takes system calls away from all threads of this process. An error says what is not enforced.
pub(super) fn confine(start_itself: bool) -> Result<(), String> {
    for program in programs(start_itself).map_err(|error| format!("seccomp: {error}"))? {
        seccompiler::apply_filter_all_threads(&program).map_err(|error| format!("seccomp: {error}"))?;
    }
    Ok(())
}

fn programs(start_itself: bool) -> Result<Vec<BpfProgram>, seccompiler::BackendError> {
    let mut refused: Rules = REFUSED.iter().map(|&call| (call, Vec::new())).collect();
    if start_itself {
        return Ok(vec![filter(refused, libc::EPERM)?]);
    }
    refused.extend(START.iter().map(|&call| (call, Vec::new())));
    // Threads are started by the same call as processes, but for a flag.
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    let no_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?;
    refused.insert(libc::SYS_clone, vec![SeccompRule::new(vec![no_thread])?]);
    // Of the newer call a filter cannot see the flags. Who is told that there is none takes the older one.
    let newer = Rules::from([(libc::SYS_clone3, Vec::new())]);
    Ok(vec![filter(refused, libc::EPERM)?, filter(newer, libc::ENOSYS)?])
}

/// System calls, and rules of which one must hold; no rules hold always.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Has these calls fail with an error.
fn filter(calls: Rules, error: libc::c_int) -> Result<BpfProgram, seccompiler::BackendError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(calls, SeccompAction::Allow, SeccompAction::Errno(error.unsigned_abs()), arch)?.try_into()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn threads_can_be_started_and_processes_cannot() {
        // In a process of its own, since confinement cannot be undone.
        let run = Command::new(std::env::current_exe().expect("this test has a file"))
            .args(["--exact", "system_calls::tests::confined", "--ignored", "--test-threads", "1"])
            .output()
            .expect("this test can be started");
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
    }

    #[test]
    #[ignore = "confines its process: run by threads_can_be_started_and_processes_cannot"]
    fn confined() {
        if let Err(lacking) = confine(false) {
            eprintln!("not tested: {lacking}");
            return;
        }
        assert_eq!(std::thread::spawn(|| 7).join().ok(), Some(7));
        // SAFETY: a child does nothing but end.
        #[expect(unsafe_code, reason = "no safe function makes a process without starting a program")]
        let child = unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::_exit(0);
            }
            child
        };
        assert_eq!((child, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EPERM)));
    }
}
