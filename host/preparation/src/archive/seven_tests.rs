//! 7z archives, honest ones and such that mean harm.

use std::fs;

use sevenz_rust2::{ArchiveEntry, ArchiveWriter};

use super::tests::{refused, unpacked};
use super::*;

/// An archive with these entries: name, what is in it, and its attributes.
fn seven(entries: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let mut archive = ArchiveWriter::new(io::Cursor::new(Vec::new())).unwrap();
    for (name, content, attributes) in entries {
        let mut entry = ArchiveEntry::new_file(name);
        entry.has_windows_attributes = true;
        entry.windows_attributes = *attributes;
        archive.push_archive_entry(entry, Some(*content)).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The attributes of a POSIX mode.
const fn mode(mode: u32) -> u32 {
    mode << 16 | 0x8000
}

const FILE: u32 = mode(0o100_644);

#[test]
fn honest_archives_are_unpacked() {
    let (folder, result) = unpacked("a.7z", &seven(&[("a/b.csv", b"1", FILE), ("c", b"23", 0)]), Limits::default());
    assert_eq!(result, Ok(Unpacked { files: 2, bytes: 3 }));
    assert_eq!(fs::read_to_string(folder.path().join("into/a/b.csv")).unwrap(), "1");
    assert_eq!(fs::read_to_string(folder.path().join("into/c")).unwrap(), "23");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../outside", "a/../../outside", "/tmp/assay-outside"] {
        let archive = seven(&[("fine", b"1", FILE), (name, b"2", FILE)]);
        refused("a.7z", &archive, Limits::default(), &format!("entry {name}: its name leads out of the folder"));
    }
}

#[test]
fn what_is_no_file_is_refused() {
    for (attributes, words) in
        [(mode(0o120_777), "a link"), (0x400, "a link"), (mode(0o020_644), "a device"), (mode(0o010_644), "a device")]
    {
        let archive = seven(&[("evil", b"/etc/passwd", attributes)]);
        refused("a.7z", &archive, Limits::default(), &format!("entry evil: it is {words}"));
    }
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let archive = seven(&[("a", b"1", FILE), ("./a", b"2", FILE)]);
    refused("a.7z", &archive, Limits::default(), "entry ./a: the archive has this name twice");
    let archive = seven(&[("same", b"1", FILE), ("same", b"2", FILE)]);
    refused("a.7z", &archive, Limits::default(), "entry same: the archive has this name twice");
    let archive = seven(&[("a", b"1", FILE), ("a/b", b"2", FILE)]);
    refused("a.7z", &archive, Limits::default(), "entry a/b: its name has a folder in it that is a file");
}

#[test]
fn bombs_and_crowds_are_refused() {
    let zeros = vec![0; 8 << 20];
    let archive = seven(&[("zeros", &zeros, FILE)]);
    let few = Limits { ratio: 50, small: 1 << 20, ..Limits::default() };
    refused("a.7z", &archive, few, "50 times as many: it looks like a bomb");
    refused("a.7z", &archive, Limits { bytes: 1 << 20, ..Limits::default() }, "more than 1048576 bytes, the limit");
    let archive = seven(&[("a", b"1", FILE), ("b", b"2", FILE)]);
    refused("a.7z", &archive, Limits { entries: 1, ..Limits::default() }, "it has 2 entries or more");
    // The dictionary that such an archive asks for is megabytes.
    let archive = seven(&[("zeros", &zeros, FILE)]);
    refused("a.7z", &archive, Limits { memory: 64 << 10, ..Limits::default() }, "of memory");
}

#[test]
fn what_is_damaged_is_refused() {
    // What does not shrink.
    let content: Vec<u8> = (0..100_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let archive = seven(&[("a", &content, FILE)]);
    for length in [10, 33, archive.len() / 2, archive.len() - 1] {
        refused("a.7z", &archive[..length], Limits::default(), "damaged or cut short");
    }
    let mut other = archive.clone();
    other[200] ^= 0x55;
    refused("a.7z", &other, Limits::default(), "entry a: it is damaged");
}

#[test]
fn encrypted_archives_are_refused() {
    // Of py7zr: `secret.csv` by the password `x`, first with names that can be read, then without.
    let readable = "377abcaf271c00045f5c8ff8830000000000000014000000000000000eb147e4b6e094220e2526cbfe34323a9a7eb65201006e01\
                    0406000109100a01987f94f800070b0100022406f1070112530f085cff89cdf80e51691ed11a23ad5e6c2121011801000c0d0900\
                    080a017f078d58000005011117007300650063007200650074002e006300730076000000140a010070526193747edd0115060100\
                    2080a48100000017061001097300070b010001212101180c6f0000";
    let hidden = "377abcaf271c00047c737bca8000000000000000280000000000000085da7d052c056842f45052cc142dbb7c9ee3c0585d765674\
                  7455b1e3a162626829dd872d374b629a7bc49ad2564ea843ba9b21102edee0cfd7ac7abd423c0f5a1d84bdce14017a97a4e04f35\
                  b4f6f20e6df81802d858ef43e8e160b4ccd9481212c6aaad429e5fba1cb7986af06c17b45530a8744f90e9852a280a32c37958fe\
                  6305d11a17061001097000070b0100012406f1070112530f8ddae5035918535a4cef8d89c38d1d5b0c6f0000";
    let bytes = |text: &str| -> Vec<u8> {
        text.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    refused("a.7z", &bytes(readable), Limits::default(), "entry secret.csv: it is encrypted");
    refused("a.7z", &bytes(hidden), Limits::default(), "it is encrypted");
}
