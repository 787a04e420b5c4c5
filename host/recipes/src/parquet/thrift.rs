//! Thrift's compact protocol, as far as parquet's footers need it.

pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64, out: &mut Vec<u8>) {
    varint(((value << 1) ^ (value >> 63)) as u64, out);
}

const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// A struct that is written field by field, in ascending order.
#[derive(Default)]
pub(super) struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    fn field(&mut self, id: u8, kind: u8) {
        self.bytes.push((id - self.last) << 4 | kind);
        self.last = id;
    }

    pub(super) fn i32(mut self, id: u8, value: i64) -> Self {
        self.field(id, I32);
        zigzag(value, &mut self.bytes);
        self
    }

    pub(super) fn i64(mut self, id: u8, value: u64) -> Self {
        self.field(id, I64);
        zigzag(value as i64, &mut self.bytes);
        self
    }

    pub(super) fn binary(mut self, id: u8, value: &[u8]) -> Self {
        self.field(id, BINARY);
        binary(value, &mut self.bytes);
        self
    }

    pub(super) fn inner(mut self, id: u8, value: Struct) -> Self {
        self.field(id, STRUCT);
        self.bytes.extend(value.done());
        self
    }

    pub(super) fn list_i32(mut self, id: u8, values: &[i64]) -> Self {
        self.field(id, LIST);
        head(values.len(), I32, &mut self.bytes);
        values.iter().for_each(|value| zigzag(*value, &mut self.bytes));
        self
    }

    pub(super) fn list_binary(mut self, id: u8, values: &[&[u8]]) -> Self {
        self.field(id, LIST);
        head(values.len(), BINARY, &mut self.bytes);
        values.iter().for_each(|value| binary(value, &mut self.bytes));
        self
    }

    pub(super) fn list(mut self, id: u8, values: impl ExactSizeIterator<Item = Struct>) -> Self {
        self.field(id, LIST);
        head(values.len(), STRUCT, &mut self.bytes);
        values.for_each(|value| self.bytes.extend(value.done()));
        self
    }

    /// A list without items, and without saying of what.
    pub(super) fn nothing(mut self, id: u8) -> Self {
        self.field(id, LIST);
        self.bytes.push(0);
        self
    }

    pub(super) fn done(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn binary(value: &[u8], out: &mut Vec<u8>) {
    varint(value.len() as u64, out);
    out.extend_from_slice(value);
}

fn head(count: usize, kind: u8, out: &mut Vec<u8>) {
    if count < 15 {
        out.push((count as u8) << 4 | kind);
    } else {
        out.push(0xf0 | kind);
        varint(count as u64, out);
    }
}
