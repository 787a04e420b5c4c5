//! Formats that people hand in under the name of a text file. Nothing is ever unpacked.

use super::{ReadError, encoding};

/// What a format's files start with, and what messages call it.
const FORMATS: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a ZIP archive (spreadsheets are such, too)"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"BZh91AY&SY", "a bzip2 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"PAR1\x15", "a Parquet file"),
    (b"ARROW1\0\0", "an Arrow file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
];

/// Says so if a file is of one of these formats, or in another encoding. None starts as a list of columns would.
pub(super) fn refuse(bytes: &[u8]) -> Result<(), ReadError> {
    match FORMATS.iter().find(|(start, _)| bytes.starts_with(start)) {
        Some(&(_, format)) => Err(ReadError::Packed { format }),
        None => encoding::refuse(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_named() {
        for (bytes, expected) in [
            (&b"\x1f\x8b\x08\0"[..], "this is a gzip file, not a text file; unpack it, or write it as plain text"),
            (b"PK\x03\x04\x14\0", "this is a ZIP archive"),
            (b"PAR1\x15\x04", "this is a Parquet file"),
        ] {
            let found = refuse(bytes).unwrap_err().to_string();
            assert!(found.starts_with(expected), "{found}");
        }
        for text in ["", "PK,y\n", "PAR1,y\n", "BZh9,y\n", "7z,y\n"] {
            assert!(refuse(text.as_bytes()).is_ok(), "{text}");
        }
    }
}
