//! TensorFlow's record files, whose records are examples: features by name, as protocol buffers.

use std::io::{self, Write};

fn take<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

/// The next record: a length, its checksum, the data, their checksum. None if it is cut or a checksum is wrong.
pub(crate) fn record<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take(rest, 8)?;
    let sum = take(rest, 4)?;
    let count = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
    let data = take(rest, count)?;
    let right = masked_sum(length).to_le_bytes() == sum && masked_sum(data).to_le_bytes() == take(rest, 4)?;
    right.then_some(data)
}

/// Writes a record.
pub(crate) fn put_record(data: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    out.write_all(&length)?;
    out.write_all(&masked_sum(&length).to_le_bytes())?;
    out.write_all(data)?;
    out.write_all(&masked_sum(data).to_le_bytes())
}

/// The CRC-32C of each byte.
const SUMS: [u32; 256] = {
    let mut sums = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
            bit += 1;
        }
        sums[byte] = sum;
        byte += 1;
    }
    sums
};

/// The CRC-32C, turned and moved so that a checksum of checksums is none.
fn masked_sum(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(!0_u32, |sum, byte| (sum >> 8) ^ SUMS[usize::from(sum as u8 ^ byte)]);
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
pub(crate) fn feature<'b>(example: &'b [u8], name: &str) -> Option<&'b [u8]> {
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

/// An example without these features. All else stays as it is.
pub(crate) fn stripped(example: &[u8], names: &[String]) -> Option<Vec<u8>> {
    let mut made = Vec::with_capacity(example.len());
    let mut rest = example;
    while !rest.is_empty() {
        let before = rest;
        let (number, content) = field(&mut rest)?;
        let whole = &before[..before.len() - rest.len()];
        match content {
            Some(mut features) if number == 1 => {
                let mut kept = Vec::with_capacity(features.len());
                while !features.is_empty() {
                    let before = features;
                    let (number, entry) = field(&mut features)?;
                    let name = match entry {
                        Some(entry) if number == 1 => fields(entry, 1)?.last().copied(),
                        _ => None,
                    };
                    if !name.is_some_and(|name| names.iter().any(|other| other.as_bytes() == name)) {
                        kept.extend_from_slice(&before[..before.len() - features.len()]);
                    }
                }
                made.push(1 << 3 | 2);
                put_varint(kept.len() as u64, &mut made);
                made.extend(kept);
            }
            _ => made.extend_from_slice(whole),
        }
    }
    Some(made)
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
