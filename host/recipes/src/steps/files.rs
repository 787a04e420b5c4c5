//! Steps that work on files alone.

use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::files::{below, copy_all, fits, seven, tar, zip};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Table};
use crate::template::Template;

/// Extracts an archive (zip, 7z, tar, tar.gz).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extract {
    /// The archive.
    archive: Place,
    /// The folder, `work` by default.
    #[serde(default = "scratch")]
    into: Place,
}

fn scratch() -> Place {
    Place { root: crate::place::Root::Work, path: String::new() }
}

impl Action for Extract {
    fn words(&self) -> String {
        format!("extract {}", self.archive)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let into = work.target(&self.into)?;
        fs::create_dir_all(&into).about(&into)?;
        let archive = work.source(&self.archive)?;
        let extracted = work.extractor.extract(&archive, &into);
        extracted.map_err(|source| RunError::Archive { path: archive, source })
    }
}

/// Copies a file or a folder with all that is in it. A source that is not there is a fault.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Copy {
    /// From where; with `each` a template of its columns.
    from: Place,
    /// To where; with `each` a template too.
    to: Place,
    /// A table: one copy for each row.
    each: Option<String>,
    /// What is not there is passed over.
    #[serde(default)]
    optional: bool,
    /// The file goes away from where it was, which cannot be the download.
    #[serde(default)]
    r#move: bool,
}

impl Action for Copy {
    fn uses(&self) -> Vec<&str> {
        self.each.iter().map(String::as_str).collect()
    }

    fn words(&self) -> String {
        format!("copy {} to {}", self.from, self.to)
    }

    fn check(&self) -> Result<(), String> {
        if self.r#move && self.from.root == crate::place::Root::Raw {
            return Err("the download is only read".to_owned());
        }
        Ok(())
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let mut pairs = Vec::new();
        match &self.each {
            None => pairs.push((self.from.clone(), work.target(&self.to)?)),
            Some(each) => {
                let table = work.table(each)?;
                let (from, to) = (Template::new(&self.from.path, table)?, Template::new(&self.to.path, table)?);
                work.target(&self.to)?;
                for row in 0..table.rows {
                    let from = self.from.with(from.text(row)?).checked()?;
                    let to = self.to.with(to.text(row)?).checked()?;
                    pairs.push((from, work.path(&to)));
                }
            }
        }
        if self.optional {
            pairs.retain(|(from, _)| work.packed(from).is_some() || work.path(from).exists());
        }
        let old: Vec<_> =
            if self.r#move { pairs.iter().map(|(from, _)| work.path(from)).collect() } else { Vec::new() };
        copy_all(work, pairs, work.goes(self.from.root))?;
        for path in old {
            fs::remove_file(&path).about(&path)?;
        }
        Ok(())
    }
}

/// A table of the files that fit a pattern, sorted by their paths part by part: `path` below the pattern's folder raw, work, public or
/// private, `name`, `stem` (the name before its last point), `folder` (the name of the folder that it is in).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    /// The pattern: `*` stands for any letters of a name, `**` for any folders.
    files: Place,
    /// What the table is called.
    r#as: String,
}

impl Action for List {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("list {}", self.files)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        // Only the part before the first star is walked.
        let plain = self.files.path.split('*').next().unwrap_or_default();
        let start = plain.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = work.path(&self.files.with(start));
        if !folder.is_dir() {
            return Err(Fault::new(self.files.with(start).to_string(), "the folder is not there").into());
        }
        let path = |path: String| if start.is_empty() { path } else { format!("{start}/{path}") };
        let paths: Vec<String> = below(work, &self.files.with(start))?
            .into_iter()
            .map(path)
            .filter(|path| fits(&self.files.path, path))
            .collect();
        let name = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
        let stem = |name: &String| match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
            _ => name.clone(),
        };
        let names: Vec<String> = paths.iter().map(name).collect();
        let folders = paths.iter().map(|path| path.rsplit('/').nth(1).unwrap_or_default().to_owned());
        let columns = vec![
            ("name", Data::Text(names.iter().cloned().collect())),
            ("stem", Data::Text(names.iter().map(stem).collect())),
            ("folder", Data::Text(folders.collect())),
            ("path", Data::Text(paths.into_iter().collect())),
        ];
        work.set(&self.r#as, Table::new(self.files.to_string(), columns));
        Ok(())
    }
}

/// How an archive is made.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Format {
    #[default]
    Zip,
    /// A zip archive without compression.
    Stored,
    Tar,
    #[serde(rename = "7z")]
    Seven,
    /// A 7z archive of the folder's own entry, without its files.
    #[serde(rename = "7z-folder")]
    SevenFolder,
}

/// Makes an archive. Its members are sorted, and carry no time of the run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pack {
    /// A file, or a folder of which all files are taken.
    from: Place,
    /// The archive.
    into: Place,
    /// What stands before the members' names.
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    format: Format,
}

impl Action for Pack {
    fn words(&self) -> String {
        format!("pack {}", self.into)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let (from, into) = (work.source(&self.from)?, work.target(&self.into)?);
        match self.format {
            Format::Zip | Format::Stored => zip(work, &from, &self.prefix, self.format == Format::Stored, &into),
            Format::Seven => seven(work, &from, &self.prefix, false, &into),
            Format::SevenFolder => seven(work, &from, &self.prefix, true, &into),
            Format::Tar => tar(work, &from, &self.prefix, &into),
        }
    }
}
