//! Text in another encoding than UTF-8, as some spreadsheets write it.

use super::ReadError;

/// The marks that a file starts with, and its encoding. No UTF-8 starts with one of them.
const MARKS: &[(&[u8], &str)] = &[
    // The first two bytes alone would be those of UTF-16.
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
];

/// How much of a file is looked at to guess its encoding, in bytes.
const LOOKED_AT: usize = 1 << 10;

/// Says so if a file has the mark of another encoding than UTF-8.
pub(super) fn refuse(bytes: &[u8]) -> Result<(), ReadError> {
    match MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        Some(&(_, encoding)) => Err(ReadError::Encoding { encoding }),
        None => Ok(()),
    }
}

/// A better reason for a file that cannot be read: it looks like another encoding without a mark.
pub(super) fn or_unmarked(bytes: &[u8], error: ReadError) -> ReadError {
    if looks_like_utf32(bytes) {
        ReadError::Encoding { encoding: "UTF-32" }
    } else if looks_like_utf16(bytes) {
        ReadError::Encoding { encoding: "UTF-16" }
    } else {
        error
    }
}

/// True if of most groups of four bytes, the first or the last alone is not zero, as in UTF-32 it is for digits and for letters of Western
/// Europe.
fn looks_like_utf32(bytes: &[u8]) -> bool {
    let units = bytes.get(..LOOKED_AT).unwrap_or(bytes).chunks_exact(4);
    let count = units.len();
    let like = |place: usize| {
        let alone = |unit: &&[u8]| unit.iter().enumerate().all(|(index, &byte)| (byte != 0) == (index == place));
        units.clone().filter(alone).count() * 2 > count
    };
    like(0) || like(3)
}

/// True if every other byte is mostly zero, as in UTF-16 it is for digits and for letters of Western Europe, and the others hardly ever.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    let units = bytes.get(..LOOKED_AT).unwrap_or(bytes).chunks_exact(2);
    let count = units.len();
    let zeros = |index: usize| units.clone().filter(|unit| unit.get(index) == Some(&0)).count();
    let (first, second) = (zeros(0), zeros(1));
    let (few, many) = (first.min(second), first.max(second));
    many * 2 > count && few * 16 < many
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, ReadOptions, read_csv, read_json_lines};

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn other_encodings_are_named_with_and_without_a_mark() {
        let options = ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() };
        for text in
            ["id,y\n1,0.9\n2,0.2\n", "id\ty\r\n1\t0.9\r\n", "id,città\n\"1\",\"é\"\n", "a\n", "id,y\n1,0.9,7\n2,\""]
        {
            for mark in ["\u{feff}", ""] {
                for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                    let refusal = read_csv(&utf16(&format!("{mark}{text}"), bytes), &options).unwrap_err().to_string();
                    assert!(
                        refusal.starts_with("the file is text in UTF-16, not in UTF-8; save it as CSV in UTF-8"),
                        "{refusal}"
                    );
                }
            }
        }
        for text in ["id,y\n1,0.9\n2,0.2\n", "a\n"] {
            for bytes in [u32::to_le_bytes, u32::to_be_bytes] {
                let file: Vec<u8> = text.chars().flat_map(|c| bytes(c.into())).collect();
                assert!(read_csv(&file, &options).unwrap_err().to_string().contains("UTF-32"), "{text}");
            }
        }
        let lines: Vec<u8> = "{\"a\": 1}\n".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        assert!(read_json_lines(&lines, &options).unwrap_err().to_string().contains("UTF-32"));
        let lines = utf16("{\"a\": 1}\n", u16::to_le_bytes);
        assert!(read_json_lines(&lines, &options).unwrap_err().to_string().contains("UTF-16"));
        let json = utf16("\u{feff}{\"a\": 1}\n", u16::to_le_bytes);
        assert!(read_json_lines(&json, &options).unwrap_err().to_string().contains("UTF-16"));
        let utf32: Vec<u8> = "\u{feff}id".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        assert!(read_csv(&utf32, &options).unwrap_err().to_string().contains("UTF-32"));
    }

    #[test]
    fn a_nul_alone_is_no_utf16() {
        let options = ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() };
        for file in [&b"a\0,b\n1,2\n"[..], b"a,b\n1,2\n3,x\0y\n", b"a\n\0\0\0\0\0\0\0\0\n", b"\0"] {
            let refusal = read_csv(file, &options).unwrap_err().to_string();
            assert!(refusal.contains("a NUL character"), "{refusal}");
        }
    }
}
