//! System calls, by seccomp filters.

mod computing;
mod refused;

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// System calls, and rules of which one must hold; no rules hold always.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Takes system calls away from all threads of this process. An error says what is not enforced.
pub(super) fn confine(start_itself: bool, accept: bool) -> Result<(), String> {
    apply(to_grading(start_itself, accept))
}

/// Leaves all threads of this process the system calls that computing takes. An error says what is not enforced.
pub(super) fn confine_worker() -> Result<(), String> {
    apply(to_workers())
}

fn apply(programs: Result<Vec<BpfProgram>, seccompiler::BackendError>) -> Result<(), String> {
    for program in programs.map_err(|error| format!("seccomp: {error}"))? {
        seccompiler::apply_filter_all_threads(&program).map_err(|error| format!("seccomp: {error}"))?;
    }
    Ok(())
}

fn to_grading(start_itself: bool, accept: bool) -> Result<Vec<BpfProgram>, seccompiler::BackendError> {
    let mut programs = other_numbers();
    if !start_itself {
        programs.push(no_clone3()?);
    }
    programs.push(filter(refused::to_grading(start_itself, accept)?, SeccompAction::Allow, refusal(libc::EPERM))?);
    Ok(programs)
}

fn to_workers() -> Result<Vec<BpfProgram>, seccompiler::BackendError> {
    // The last one is all that is left.
    Ok(vec![no_clone3()?, filter(computing::to_workers()?, refusal(libc::EPERM), SeccompAction::Allow)?])
}

/// Of the newer call that starts threads and processes a filter cannot see the flags. Who is told that there is none takes the older one.
fn no_clone3() -> Result<BpfProgram, seccompiler::BackendError> {
    filter(Rules::from([(libc::SYS_clone3, Vec::new())]), SeccompAction::Allow, refusal(libc::ENOSYS))
}

/// Some kernels know system calls by a second number each, for programs with short pointers: filters that name the first let them pass.
fn other_numbers() -> Vec<BpfProgram> {
    #[cfg(target_arch = "x86_64")]
    {
        const SECOND: u32 = 0x4000_0000;
        let step = |code: u32, jt, jf, k| seccompiler::sock_filter { code: code as u16, jt, jf, k };
        vec![vec![
            // The number is what comes first of what a filter sees.
            step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
            step(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, SECOND),
            step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()),
            step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
        ]]
    }
    #[cfg(not(target_arch = "x86_64"))]
    Vec::new()
}

/// The rule that an argument, counted from 0, compares so to a value.
fn when(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value)?;
    Ok(vec![SeccompRule::new(vec![condition])?])
}

fn refusal(error: libc::c_int) -> SeccompAction {
    SeccompAction::Errno(error.unsigned_abs())
}

/// A filter that does one thing with these calls, and another with all others.
fn filter(calls: Rules, others: SeccompAction, these: SeccompAction) -> Result<BpfProgram, seccompiler::BackendError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(calls, others, these, arch)?.try_into()
}

#[cfg(test)]
mod tests;
