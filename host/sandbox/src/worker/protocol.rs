//! What a sandbox asks its workers, and what they answer: headers in JSON, each after its length, and bytes or tables after those that
//! announce them. A request has one answer.

use std::io::{self, ErrorKind, Read, Write};

use assay_types::competition::Setting;
use assay_types::grader::Description;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::tables::TableHead;
use crate::anatomy::Anatomy;
use crate::cache::Stored;
use crate::limits::{Exceeded, Limits};
use crate::nesting::NestingError;
use crate::outcome::{Run, Validated};
use crate::toolchain::Toolchain;

/// What a worker is asked. The first request is one of the first three, and only that: where it says `confined`, a worker that the system
/// does not confine in full ends instead.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// To compile the component that follows, and nothing else.
    Compile { limits: Limits, confined: bool, bytes: u64 },
    /// To take the component that follows apart, and nothing else.
    Inspect { limits: Limits, confined: bool, bytes: u64 },
    /// To make ready this machine code.
    Load { limits: Limits, confined: bool, allowance: Allowance, code: Code },
    /// To say what the grader says of itself.
    Describe,
    /// To look at the table that follows.
    Validate { options: Vec<(String, Value)>, submission: TableHead },
    /// To grade the three tables that follow.
    Grade { options: Vec<(String, Value)>, tables: Box<[TableHead; 3]> },
}

/// Where machine code is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Code {
    /// So many bytes of it follow.
    Follows(u64),
    /// In a file of the cache.
    Stored(Stored),
}

/// What a worker that grades may use.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Allowance {
    /// Memory for everything, in bytes.
    pub(super) memory_bytes: u64,
    /// Processor time for all its gradings together, in seconds.
    pub(super) processor_seconds: u64,
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// Machine code, which follows.
    Compiled { bytes: u64 },
    /// What a component is made of.
    Inspected(Box<Anatomy>),
    /// It is ready. What the system did not take from it, if it kept anything.
    Loaded { lacking: Option<String> },
    /// What the grader says of itself.
    Described(Description),
    /// What came of `validate`.
    Validated(Validated),
    /// What came of a grading.
    Graded(Run),
    /// It cannot be done.
    Refused(Refusal),
}

/// Why a worker cannot do what it is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Refusal {
    /// The machine code is not where it should be, or not whole.
    NotStored,
    /// The component, or the machine code, is nothing that the engine takes.
    Component(String),
    /// The component is nested too deep.
    Nesting(NestingError),
    /// It is a core module.
    Module,
    /// It imports something.
    Imports(Vec<String>, Option<Toolchain>),
    /// It was made for another version of the contract.
    Version(String),
    /// It is no grader.
    World(String),
    /// It does not say what it is.
    Describe(String),
    /// It is beyond a limit.
    Exceeded(Exceeded),
    /// The compiler crashed on it. No worker says so, its sandbox does.
    Compiler(String),
    /// The system gives too little.
    Resources(String),
    /// Anything else.
    Other(String),
}

/// The value of an option. Numbers are their bits, since JSON has neither infinities nor a NaN; and kinds have names, since an empty list
/// may be one of texts or of numbers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Value {
    Boolean(bool),
    Integer(i64),
    Number(u64),
    Text(String),
    Texts(Vec<String>),
    Numbers(Vec<u64>),
}

impl From<&Setting> for Value {
    fn from(setting: &Setting) -> Self {
        match setting {
            Setting::Boolean(value) => Value::Boolean(*value),
            Setting::Integer(value) => Value::Integer(*value),
            Setting::Number(value) => Value::Number(value.to_bits()),
            Setting::Text(text) => Value::Text(text.clone()),
            Setting::Texts(texts) => Value::Texts(texts.clone()),
            Setting::Numbers(numbers) => Value::Numbers(numbers.iter().map(|number| number.to_bits()).collect()),
        }
    }
}

impl From<Value> for Setting {
    fn from(value: Value) -> Self {
        match value {
            Value::Boolean(value) => Setting::Boolean(value),
            Value::Integer(value) => Setting::Integer(value),
            Value::Number(bits) => Setting::Number(f64::from_bits(bits)),
            Value::Text(text) => Setting::Text(text),
            Value::Texts(texts) => Setting::Texts(texts),
            Value::Numbers(numbers) => Setting::Numbers(numbers.into_iter().map(f64::from_bits).collect()),
        }
    }
}

/// Why what the other side says is not understood.
#[derive(Debug, Error)]
pub enum ProtocolError {
    /// It cannot be read or written: most often the other side is gone.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is longer than it may be.
    #[error("it sends {bytes} bytes, more than the limit of {limit}")]
    Length {
        /// How long it says to be.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// It is not what it should be.
    #[error("it sends what is none of the protocol: {0}")]
    Malformed(String),
}

/// The longest header that a worker's answer may have. JSON takes up to eight times the bytes that a guest returned.
pub(super) fn answer_bytes(limits: &Limits) -> u64 {
    (limits.returned_bytes as u64).saturating_mul(8).saturating_add(64 << 10)
}

/// The most machine code that a component may become: so many bytes a byte.
pub(crate) fn code_bytes(limits: &Limits) -> u64 {
    (limits.component_bytes as u64).saturating_mul(16)
}

/// Writes a header.
pub(super) fn write_header(mut output: impl Write, header: &impl Serialize) -> io::Result<()> {
    let header = serde_json::to_vec(header)?;
    let length = u32::try_from(header.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&header)
}

/// Reads a header. None: the other side has nothing more to say.
pub(super) fn read_header<T: DeserializeOwned>(mut input: impl Read, limit: u64) -> Result<Option<T>, ProtocolError> {
    let mut length = Vec::new();
    input.by_ref().take(4).read_to_end(&mut length)?;
    if length.is_empty() {
        return Ok(None);
    }
    let length: [u8; 4] = length.try_into().map_err(|_| io::Error::from(ErrorKind::UnexpectedEof))?;
    let header = read_bytes(input, u32::from_le_bytes(length).into(), limit)?;
    serde_json::from_slice(&header).map(Some).map_err(|error| ProtocolError::Malformed(error.to_string()))
}

/// Reads so many bytes, and takes memory only for those that come.
pub(super) fn read_bytes(input: impl Read, bytes: u64, limit: u64) -> Result<Vec<u8>, ProtocolError> {
    if bytes > limit {
        return Err(ProtocolError::Length { bytes, limit });
    }
    let mut read = Vec::new();
    input.take(bytes).read_to_end(&mut read)?;
    if (read.len() as u64) < bytes {
        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Detail, Outcome, Score};

    #[test]
    fn numbers_keep_their_bits() {
        let numbers = [f64::NAN, f64::INFINITY, -0.0, 0.1, f64::from_bits(0xfff8_0000_0000_0007)];
        let details = numbers.iter().map(|&value| Detail { name: "n".into(), value }).collect();
        let run = Run { outcome: Outcome::Scored(Score { value: f64::NEG_INFINITY, details }), fuel: u64::MAX };
        let mut sent = Vec::new();
        write_header(&mut sent, &Answer::Graded(run)).expect("it is written");
        let answer = read_header(&sent[..], 1 << 20).expect("it is read");
        let Some(Answer::Graded(Run { outcome: Outcome::Scored(score), fuel: u64::MAX })) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(score.value, f64::NEG_INFINITY);
        let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&score.details.iter().map(|detail| detail.value).collect::<Vec<_>>()), bits(&numbers));
    }

    #[test]
    fn options_keep_their_kinds() {
        for setting in [
            Setting::Integer(1),
            Setting::Number(1.0),
            Setting::Number(f64::INFINITY),
            Setting::Texts(Vec::new()),
            Setting::Numbers(Vec::new()),
            Setting::Numbers(vec![0.1, f64::NEG_INFINITY]),
        ] {
            let sent = serde_json::to_string(&Value::from(&setting)).expect("it is written");
            let received: Value = serde_json::from_str(&sent).expect("it is read");
            assert_eq!(Setting::from(received), setting);
        }
    }

    #[test]
    fn lengths_are_bounded_before_anything_is_read() {
        let read = |bytes: &[u8]| read_header::<Answer>(bytes, 100);
        assert!(matches!(read(b"\xff\xff\xff\xff"), Err(ProtocolError::Length { limit: 100, .. })));
        assert!(matches!(read(b"\x05\0\0\0{}"), Err(ProtocolError::Io(_))));
        assert!(matches!(read(b"\x05\0"), Err(ProtocolError::Io(_))));
        assert!(matches!(read(b"\x02\0\0\0{}"), Err(ProtocolError::Malformed(_))));
        assert!(matches!(read(b""), Ok(None)));
    }
}
