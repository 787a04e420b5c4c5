//! Checksums of the reference: is this the download, are these the tables?

use std::collections::BTreeMap;
use std::path::Path;

use assay_types::counted;

use crate::dataset::Dataset;
use crate::digest::Digests;

/// What is always known of another download than the reference's.
const REPACKED: &str = "Kaggle makes archives anew at times, with the same files in them";

/// How files compare with the reference's checksums.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// How many are the same.
    pub(crate) same: usize,
    /// What is wrong with the others, a line each.
    pub(crate) other: Vec<String>,
}

/// An error in words if the download is another one than the reference's; none if it is the same, or nothing is known of it.
pub(crate) fn of_download(dataset: &Dataset, archive: &Path, found: &Digests) -> Option<String> {
    let expected = dataset.download.md5.as_ref()?;
    let found = found.md5.as_ref().filter(|found| *found != expected)?;
    let known = dataset.notes.get("zip").map_or(REPACKED, String::as_str);
    Some(format!(
        "{}: its MD5 is {found}, and that of the reference's download {expected}. What is known: {known}. \
         `--skip-verification` prepares it all the same, and says how the tables compare; to download it anew, remove it",
        archive.display()
    ))
}

/// How prepared tables compare, by their path, with the reference's.
pub(crate) fn of_tables(dataset: &Dataset, files: &BTreeMap<String, Digests>) -> Compared {
    let mut compared = Compared::default();
    for (path, expected) in &dataset.prepared {
        let known = dataset.notes.get(path).map(|known| format!(" What is known: {known}.")).unwrap_or_default();
        match files.get(path).map(|file| file.md5.as_deref()) {
            Some(Some(found)) if found == expected => compared.same += 1,
            Some(found) => {
                let found = found.unwrap_or("not taken");
                compared.other.push(format!("{path}: its MD5 is {found}, and the reference's {expected}.{known}"));
            }
            None => compared.other.push(format!("{path}: it is not there.{known}")),
        }
    }
    compared
}

impl Compared {
    /// The same as an error.
    pub(crate) fn error(&self) -> Option<String> {
        let total = self.same + self.other.len();
        (!self.other.is_empty()).then(|| {
            format!(
                "{} of {} prepared differ from the reference's, so nothing is published:\n{}\n\
                 `--skip-verification` publishes them all the same",
                self.other.len(),
                counted(total, "table", "tables"),
                self.lines()
            )
        })
    }

    /// The same as a note.
    pub(crate) fn note(&self) -> Option<String> {
        let total = self.same + self.other.len();
        let lines = if self.other.is_empty() { String::new() } else { format!(":\n{}", self.lines()) };
        (total > 0).then(|| {
            let tables = counted(total, "table", "tables");
            format!("not verified: {} of {tables} have the reference's checksums{lines}", self.same)
        })
    }

    fn lines(&self) -> String {
        self.other.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(md5: &str) -> Digests {
        Digests { bytes: 1, sha256: String::new(), md5: Some(md5.repeat(32)) }
    }

    #[test]
    fn a_difference_names_the_file_and_what_is_known() {
        let text = format!(
            "download.md5 = '{}'\n[prepared]\n'public/a.csv' = '{}'\n'public/b.csv' = '{}'\n[notes]\n'public/b.csv' = 'it varies'",
            "a".repeat(32),
            "b".repeat(32),
            "c".repeat(32)
        );
        let dataset = Dataset::parse(&text, "dataset.toml").unwrap();
        assert_eq!(of_download(&dataset, Path::new("x.zip"), &digests("a")), None);
        let error = of_download(&dataset, Path::new("x.zip"), &digests("f")).unwrap();
        assert!(error.starts_with("x.zip: its MD5 is ffff") && error.contains("Kaggle makes archives anew"), "{error}");
        let files = [("public/a.csv", "b"), ("public/b.csv", "d")].map(|(name, md5)| (name.to_owned(), digests(md5)));
        let compared = of_tables(&dataset, &files.into());
        assert_eq!((compared.same, compared.other.len()), (1, 1));
        let error = compared.error().unwrap();
        assert!(
            error.contains("public/b.csv: its MD5 is dddd") && error.contains("What is known: it varies."),
            "{error}"
        );
        assert!(of_tables(&dataset, &BTreeMap::new()).error().unwrap().contains("public/a.csv: it is not there"));
        assert!(compared.note().unwrap().starts_with("not verified: 1 of 2 tables have"));
    }
}
