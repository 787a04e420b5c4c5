//! A component that a worker takes apart.

use super::answers::{another_answer, refused};
use super::grader::lost_compiler;
use super::parent::{Asked, Follows, Worker};
use super::pool::Workers;
use super::protocol::{Answer, Request};
use crate::anatomy::Anatomy;
use crate::error::LoadError;
use crate::fault::Cancel;
use crate::limits::Exceeded;

/// Has a worker take a component apart.
pub(crate) fn inspect(workers: &Workers, component: &[u8]) -> Result<Anatomy, LoadError> {
    let limits = &workers.limits;
    let mut worker = Worker::start(&workers.program, limits)?;
    let request =
        Request::Inspect { limits: limits.clone(), confined: workers.program.confined, bytes: component.len() as u64 };
    let asked = Asked { request, follows: Follows::Bytes(component.into()) };
    match worker.ask(asked, limits.compile_time, &Cancel::new()) {
        Ok((Answer::Inspected(anatomy), _)) => Ok(*anatomy),
        Ok((Answer::Refused(refusal), _)) => Err(refused(refusal, limits)),
        Ok(_) => Err(LoadError::Host(another_answer())),
        Err(lost) => Err(match lost_compiler(lost, limits) {
            LoadError::Exceeded(Exceeded::CompileTime(time)) => Exceeded::InspectTime(time).into(),
            LoadError::Exceeded(Exceeded::CompileProcessorTime(time)) => Exceeded::InspectProcessorTime(time).into(),
            LoadError::Exceeded(Exceeded::CompileMemory(bytes)) => Exceeded::InspectMemory(bytes).into(),
            error => error,
        }),
    }
}
