//! The operator's key: a secret of this user on this machine, by which a program that goes on tomorrow knows what it wrote today.
//!
//! It is a file of random bytes that only its owner can read, made when it is first needed. Whoever can write to the folder of reports
//! can put a journal there, but cannot [sign](Key::sign) it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::private_file;

/// How many bytes a key has.
const LENGTH: usize = 32;

/// A secret by which its owner's files are signed.
#[derive(Clone)]
pub struct Key([u8; LENGTH]);

/// It is never shown.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// Reads a key's file. If there is none, makes one, and the folder that it is in.
    ///
    /// # Errors
    ///
    /// If it cannot be read or made, is a link or no regular file, is not this user's alone, or does not have 32 bytes.
    pub fn open(path: &Path) -> io::Result<Self> {
        match private_file::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(path)?;
                Key::read(private_file::read(path)?)
            }
            file => Key::read(file?),
        }
    }

    fn read(file: File) -> io::Result<Self> {
        private_file::is_ours_alone(&file.metadata()?)?;
        let mut bytes = Vec::new();
        file.take(LENGTH as u64 + 1).read_to_end(&mut bytes)?;
        let length = bytes.len();
        bytes.try_into().map(Key).map_err(|_| {
            let length = if length > LENGTH { "more".to_owned() } else { length.to_string() };
            io::Error::other(format!("a key has {LENGTH} bytes, this has {length}: remove it, and another one is made"))
        })
    }

    /// The keyed digest (HMAC-SHA256) of these texts one after the other, in hexadecimal.
    #[must_use]
    pub fn sign(&self, texts: &[&[u8]]) -> String {
        assay_types::hexadecimal(&self.mac(texts).finalize().into_bytes())
    }

    /// True if that is what [`Key::sign`] gives of the texts.
    #[must_use]
    pub fn signed(&self, texts: &[&[u8]], signature: &[u8]) -> bool {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let byte = |pair: &[u8]| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = signature.chunks(2).map(byte).collect();
        bytes.is_some_and(|bytes| self.mac(texts).verify_slice(&bytes).is_ok())
    }

    fn mac(&self, texts: &[&[u8]]) -> Hmac<Sha256> {
        // HMAC fills a key up to a block with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(place, byte)| *place = byte);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        // Each by its length, so that none can pass for a part of another.
        for text in texts {
            mac.update(&(text.len() as u64).to_le_bytes());
            mac.update(text);
        }
        mac
    }
}

/// So many random bytes.
///
/// # Errors
///
/// If the system gives none.
pub(crate) fn random<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| io::Error::other(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}

/// Makes a key, whole or not at all. If another process is faster, its key is the one.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Temporary files are readable by their owner alone.
    let mut file = tempfile::Builder::new().prefix(".key-").tempfile_in(folder)?;
    file.write_all(&random::<LENGTH>()?)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/folder/key");
        let keys: Vec<Key> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Key::open(&path).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| key.0 == keys[0].0) && keys[0].0 != [0; LENGTH]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_secret_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        Key::open(&at("key")).unwrap();
        symlink(at("key"), at("link")).unwrap();
        std::fs::write(at("short"), "x").unwrap();
        std::fs::write(at("open"), [0; LENGTH]).unwrap();
        std::fs::set_permissions(at("short"), std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::set_permissions(at("open"), std::fs::Permissions::from_mode(0o640)).unwrap();
        for (name, expected) in [
            ("link", "a link, which is not followed"),
            ("short", "a key has 32 bytes, this has 1"),
            ("open", "others may read or write it (mode 0640)"),
            ("", "not a regular file"),
        ] {
            let error = Key::open(&at(name)).unwrap_err().to_string();
            assert!(error.contains(expected), "{name}: {error}");
        }
        std::fs::hard_link(at("key"), at("second")).unwrap();
        assert!(Key::open(&at("key")).unwrap_err().to_string().contains("second name"));
    }

    /// Case 2 of RFC 4231 has a shorter key: filled up with zeros, as HMAC does, it is the same. Its text is here one text with its length
    /// before it, so the expected value is Python's: `hmac.new(b"Jefe", (28).to_bytes(8, "little") + text, "sha256")`.
    #[test]
    fn a_signature_is_of_the_texts_and_the_key() {
        let mut bytes = [0; LENGTH];
        bytes[..4].copy_from_slice(b"Jefe");
        let key = Key(bytes);
        let signature = key.sign(&[b"what do ya want for nothing?"]);
        assert_eq!(signature, "c0b77cf99718fc7f09c8727ff74305bde25761b2db20b1081cfcc82a3ec6029e");
        assert!(key.signed(&[b"what do ya want for nothing?"], signature.as_bytes()));
        assert!(!key.signed(&[b"what do ya want for nothing", b"?"], signature.as_bytes()));
        assert!(!Key([1; LENGTH]).signed(&[b"what do ya want for nothing?"], signature.as_bytes()));
        for wrong in [&b""[..], b"0", b"xx", &signature.as_bytes()[..62]] {
            assert!(!key.signed(&[b"what do ya want for nothing?"], wrong));
        }
    }
}
