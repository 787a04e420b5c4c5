//! TensorFlow's record files: a length, a checksum, an example as a protocol buffer, a checksum.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{Fault, RunError};
use crate::files;
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Table, Texts};
use crate::template::Template;

/// Makes a table of one column of a feature's first values in record files. Checksums are checked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Records {
    /// The table of the files.
    each: String,
    /// The file, a template of its columns.
    file: Place,
    /// The feature, which is bytes.
    feature: String,
    /// What the new table is called.
    r#as: String,
}

impl Action for Records {
    fn uses(&self) -> Vec<&str> {
        vec![&self.each]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the {} in {}", self.feature, self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let each = work.table(&self.each)?;
        let path = Template::new(&self.file.path, each)?;
        let mut texts = Texts::default();
        for row in 0..each.rows {
            let file = self.file.with(path.text(row)?).checked()?;
            let bytes = files::bytes(work, &work.path(&file))?;
            let mut rest = bytes.as_slice();
            let mut number = 0;
            while !rest.is_empty() {
                number += 1;
                let fault = |problem: &str| Fault::new(file.to_string(), problem).at(number - 1);
                let record = record(&mut rest).ok_or_else(|| fault("the record is cut or its checksum is wrong"))?;
                let value = feature(record, &self.feature);
                let text = value.and_then(|value| std::str::from_utf8(value).ok());
                texts.push(Some(text.ok_or_else(|| fault("the record has no such feature").column(&self.feature))?));
            }
        }
        let table = Table::new(self.file.to_string(), vec![(self.feature.as_str(), Data::Text(texts))]);
        work.set(&self.r#as, table);
        Ok(())
    }
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

fn record<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take(rest, 8)?;
    let sum = take(rest, 4)?;
    let count = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
    let data = take(rest, count)?;
    let right = masked_sum(length).to_le_bytes() == sum && masked_sum(data).to_le_bytes() == take(rest, 4)?;
    right.then_some(data)
}

/// The CRC-32C, turned and moved so that a checksum of checksums is none.
fn masked_sum(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
        }
    }
    (!sum).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The next field of a message: its number, and its bytes if it has a length.
fn field<'b>(rest: &mut &'b [u8]) -> Option<(u64, Option<&'b [u8]>)> {
    let tag = varint(rest)?;
    let content = match tag & 7 {
        0 => varint(rest).map(|_| None)?,
        1 => take(rest, 8).map(|_| None)?,
        2 => {
            let count = usize::try_from(varint(rest)?).ok()?;
            Some(take(rest, count)?)
        }
        5 => take(rest, 4).map(|_| None)?,
        _ => return None,
    };
    Some((tag >> 3, content))
}

/// All the fields of this number that have a length.
fn fields(mut message: &[u8], number: u64) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let (other, content) = field(&mut message)?;
        found.extend(content.filter(|_| other == number));
    }
    Some(found)
}

/// The first value of a feature. Of two of a name the last counts.
fn feature<'b>(example: &'b [u8], name: &str) -> Option<&'b [u8]> {
    let mut value = None;
    for features in fields(example, 1)? {
        for entry in fields(features, 1)? {
            if fields(entry, 1)?.last() == Some(&name.as_bytes()) {
                let list = *fields(fields(entry, 2)?.last()?, 1)?.last()?;
                value = fields(list, 1)?.first().copied();
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::masked_sum;

    #[test]
    fn the_checksum_is_crc_32c() {
        // The check value of CRC-32C is e3069283.
        assert_eq!(masked_sum(b"123456789"), 0xe306_9283_u32.rotate_right(15).wrapping_add(0xa282_ead8));
    }
}
