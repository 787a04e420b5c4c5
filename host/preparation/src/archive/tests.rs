//! Archives that mean harm, each with the words that it is refused with.

use std::fs;
use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::progress::Silent;

/// What comes of the bytes of an archive: the files that were written, or the error in words.
pub(super) fn unpacked(name: &str, bytes: &[u8], limits: Limits) -> (TempDir, Result<Unpacked, String>) {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join(name);
    fs::write(&archive, bytes).unwrap();
    let unpacker = Unpacker::new(limits, NonZeroUsize::new(2).unwrap(), &Silent);
    let result = unpacker.unpack(&archive, &folder.path().join("into")).map_err(|error| error.to_string());
    // Nothing is ever written beside the folder.
    assert!(!folder.path().join("outside").exists() && !Path::new("/tmp/assay-outside").exists());
    (folder, result)
}

pub(super) fn refused(name: &str, bytes: &[u8], limits: Limits, words: &str) {
    let (_folder, result) = unpacked(name, bytes, limits);
    let error = result.unwrap_err();
    assert!(error.contains(words), "{words:?} is not in {error:?}");
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tarred(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_gnu();
        // Names that the library would not write.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn honest_archives_are_unpacked() {
    let file = tar::EntryType::Regular;
    let tar = tarred(&[("a/b.csv", file, b"1"), ("c", file, b"23")]);
    let honest =
        [("a.zip", zipped(&[("a/b.csv", b"1"), ("c", b"23")])), ("a.tar", tar.clone()), ("a.tar.gz", gzipped(&tar))];
    for (name, bytes) in honest {
        let (folder, result) = unpacked(name, &bytes, Limits::default());
        assert_eq!(result, Ok(super::Unpacked { files: 2, bytes: 3 }), "{name}");
        assert_eq!(fs::read_to_string(folder.path().join("into/a/b.csv")).unwrap(), "1");
        assert_eq!(fs::read_to_string(folder.path().join("into/c")).unwrap(), "23");
    }
    let (folder, result) = unpacked("table.csv.gz", &gzipped(b"1,2"), Limits::default());
    assert_eq!(result, Ok(super::Unpacked { files: 1, bytes: 3 }));
    assert_eq!(fs::read_to_string(folder.path().join("into/table.csv")).unwrap(), "1,2");
    let (_folder, result) = unpacked("empty.zip", &zipped(&[]), Limits::default());
    assert_eq!(result, Ok(super::Unpacked::default()));
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let file = tar::EntryType::Regular;
    for name in ["../outside", "a/../../outside", "/tmp/assay-outside"] {
        let words = format!("entry {name}: its name leads out of the folder");
        refused("a.zip", &zipped(&[("fine", b"1"), (name, b"2")]), Limits::default(), &words);
        let tar = tarred(&[("fine", file, b"1"), (name, file, b"2")]);
        refused("a.tar", &tar, Limits::default(), &words);
        refused("a.tar.gz", &gzipped(&tar), Limits::default(), &words);
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let kinds = [
        (tar::EntryType::Symlink, "a link"),
        (tar::EntryType::Link, "a link"),
        (tar::EntryType::Char, "a device"),
        (tar::EntryType::Block, "a device"),
        (tar::EntryType::Fifo, "a device or a pipe"),
    ];
    for (kind, words) in kinds {
        refused("a.tar", &tarred(&[("evil", kind, b"")]), Limits::default(), &format!("entry evil: it is {words}"));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("evil", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    refused("a.zip", &zip.finish().unwrap().into_inner(), Limits::default(), "entry evil: it is a link");
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let file = tar::EntryType::Regular;
    refused(
        "a.tar",
        &tarred(&[("a", file, b"1"), ("./a", file, b"2")]),
        Limits::default(),
        "entry ./a: the archive has this name twice",
    );
    // The library writes no such archive, so a name of the same length is changed in its bytes.
    let text = zipped(&[("aaaa1", b"1"), ("aaaa2", b"2")]);
    let twice: Vec<u8> = text.windows(5).enumerate().fold(text.clone(), |mut bytes, (place, window)| {
        if window == b"aaaa2" {
            bytes[place + 4] = b'1';
        }
        bytes
    });
    refused("a.zip", &twice, Limits::default(), "entry aaaa1: the archive has this name twice");
    refused("a.zip", &zipped(&[("a", b"1"), ("a/b", b"2")]), Limits::default(), "a folder in it that is a file");
}

#[test]
fn bombs_are_refused_by_ratio_and_by_size() {
    let zeros = vec![0; 8 << 20];
    let small = Limits { small: 1 << 20, ..Limits::default() };
    for (name, bytes) in [("a.zip", zipped(&[("zeros", &zeros)])), ("zeros.gz", gzipped(&zeros))] {
        let few = Limits { ratio: 50, ..small };
        refused(name, &bytes, few, "50 times as many: it looks like a bomb");
        refused(name, &bytes, Limits { bytes: 1 << 20, ..Limits::default() }, "more than 1048576 bytes, the limit");
    }
    // The whole counts, however small each entry is.
    let part = vec![0; 256 << 10];
    let names: Vec<String> = (0..32).map(|number| number.to_string()).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), part.as_slice())).collect();
    refused("a.zip", &zipped(&entries), Limits { ratio: 50, ..small }, "looks like a bomb");
}

#[test]
fn too_many_entries_are_refused_before_they_are_listed() {
    let names: Vec<String> = (0..70_000).map(|number| number.to_string()).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    let limits = Limits { entries: 69_999, ..Limits::default() };
    // So many take the larger form of the format.
    refused("a.zip", &zipped(&entries), limits, "it has 70000 entries or more, and 69999 are the limit");
    let tar = tarred(&[("a", tar::EntryType::Regular, b""), ("b", tar::EntryType::Regular, b"")]);
    refused("a.tar", &tar, Limits { entries: 1, ..Limits::default() }, "2 entries or more");
}

/// A zip archive whose list has so many empty files, in its larger form. Only the list is there.
fn listed(count: u64) -> Vec<u8> {
    let mut zip = Vec::new();
    for number in 0..count {
        zip.extend_from_slice(b"PK\x01\x02");
        zip.extend_from_slice(&[0; 24]);
        zip.extend_from_slice(&7_u16.to_le_bytes());
        zip.extend_from_slice(&[0; 16]);
        zip.extend_from_slice(format!("{number:07}").as_bytes());
    }
    let size = zip.len() as u64;
    zip.extend_from_slice(b"PK\x06\x06");
    zip.extend_from_slice(&44_u64.to_le_bytes());
    zip.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // Behind the four bytes that an archive begins with.
    for number in [count, count, size, 4] {
        zip.extend_from_slice(&number.to_le_bytes());
    }
    zip.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    zip.extend_from_slice(&(size + 4).to_le_bytes());
    zip.extend_from_slice(&1_u32.to_le_bytes());
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    [b"PK\x03\x04".to_vec(), zip].concat()
}

#[test]
fn a_million_entries_are_refused_where_fewer_are_the_limit() {
    let limits = Limits { entries: 999_999, ..Limits::default() };
    refused("a.zip", &listed(1_000_000), limits, "it has 1000000 entries or more, and 999999 are the limit");
}

#[test]
fn the_larger_form_of_zip_is_unpacked() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a", SimpleFileOptions::default().large_file(true)).unwrap();
    zip.write_all(b"12").unwrap();
    let (folder, result) = unpacked("a.zip", &zip.finish().unwrap().into_inner(), Limits::default());
    assert_eq!(result, Ok(super::Unpacked { files: 1, bytes: 2 }));
    assert_eq!(fs::read_to_string(folder.path().join("into/a")).unwrap(), "12");
}

#[test]
fn encrypted_entries_of_zip_are_refused() {
    let mut zip = zipped(&[("secret", b"12")]);
    // The flag of encryption, in the entry and in the list.
    let list = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[6] |= 1;
    zip[list + 8] |= 1;
    refused("a.zip", &zip, Limits::default(), "entry secret: it is encrypted");
}

#[test]
fn what_is_damaged_is_refused() {
    // What does not shrink, of a generator of Marsaglia's.
    let content: Vec<u8> = std::iter::successors(Some(2_463_534_242_u32), |&number| {
        let number = number ^ number << 13;
        let number = number ^ number >> 17;
        Some(number ^ number << 5)
    })
    .map(|number| (number >> 8) as u8)
    .take(200_000)
    .collect();
    let zip = zipped(&[("a", &content)]);
    for length in [10, 1000, zip.len() / 2, zip.len() - 1] {
        refused("a.zip", &zip[..length], Limits::default(), "damaged or cut short");
    }
    let mut other = zip.clone();
    other[60_000] ^= 0x55;
    refused("a.zip", &other, Limits::default(), "entry a: it is damaged");
    let tar = tarred(&[("a", tar::EntryType::Regular, &content)]);
    refused("a.tar", &tar[..100_000], Limits::default(), "damaged or cut short");
    let gzip = gzipped(&tar);
    for length in [100, gzip.len() / 2] {
        refused("a.tar.gz", &gzip[..length], Limits::default(), "damaged or cut short");
    }
    for bytes in [b"".as_slice(), b"PK", b"<html>sign in</html>", &content] {
        refused("a.zip", bytes, Limits::default(), "this is no archive");
    }
}

#[test]
fn long_extensions_of_tar_are_refused() {
    let long = vec![b'a'; 1 << 20];
    let tar = tarred(&[("././@LongLink", tar::EntryType::GNULongName, &long)]);
    refused("a.tar", &tar, Limits::default(), "an extension of more than 64 KiB");
    let name = [b"a/".repeat(60), b"b".to_vec()].concat();
    let tar = tarred(&[("l", tar::EntryType::GNULongName, &name), ("short", tar::EntryType::Regular, b"1")]);
    let (folder, result) = unpacked("a.tar", &tar, Limits::default());
    assert_eq!(result, Ok(super::Unpacked { files: 1, bytes: 1 }));
    assert!(folder.path().join("into").join(String::from_utf8(name).unwrap()).is_file());
}
