//! CSV as texts, of which any may be an answer.

use csv_core::{ReadRecordResult, Reader};

/// The records of a CSV file, as text.
pub(super) struct Records<'t> {
    reader: Reader,
    rest: &'t [u8],
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl<'t> Records<'t> {
    /// The records of a file's bytes.
    pub(super) fn of(text: &'t [u8]) -> Self {
        Records { reader: Reader::new(), rest: text, fields: vec![0; 1 << 16], ends: vec![0; 64] }
    }
}

impl Iterator for Records<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        let (mut written, mut ended) = (0, 0);
        loop {
            let (result, read, out, ends) =
                self.reader.read_record(self.rest, &mut self.fields[written..], &mut self.ends[ended..]);
            self.rest = &self.rest[read..];
            written += out;
            ended += ends;
            match result {
                // All is there already, so this is its end.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return None,
                ReadRecordResult::Record => break,
            }
        }
        let mut from = 0;
        let cells = self.ends[..ended].iter().map(|&end| {
            let cell = String::from_utf8_lossy(&self.fields[from..end]).into_owned();
            from = end;
            cell
        });
        Some(cells.collect())
    }
}
