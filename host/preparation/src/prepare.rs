//! The way of a data set: download → unpack → recipe → verify → publish. The download is verified beside unpacking and recipe.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use assay_recipes::{Folders, Recipe, RunError};
use assay_types::competition::Competition;
use assay_types::{Edition, sha256};

use crate::archive::{Limits, Packed, Unpacker, Written};
use crate::beside::beside;
use crate::checks;
use crate::dataset::{Dataset, Extra};
use crate::description;
use crate::digest::{Digests, digests};
use crate::download::{self, Kaggle, Patience};
use crate::error::PreparationError;
use crate::examine::{LARGE, all_digests};
use crate::layout::Layout;
use crate::lock::Lock;
use crate::manifest::{Description, Manifest, ManifestError, SCHEMA, Verification, listed};
use crate::progress::{Progress, Stage};
use crate::publish::{publish, remove};
use crate::steps::Steps;
use crate::to_disk::{Everything, FEW, Growing, to_disk};
use crate::unpacked::{self, RAW};

/// Where downloads come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Kaggle, unless they are in the data directory.
    Kaggle(Patience),
    /// An archive of the user's, which is read where it is.
    File(PathBuf),
    /// A folder of the user's with `ID.zip`, or with `ID/ID.zip` as a data directory has it.
    Folder(PathBuf),
}

/// What is to be prepared, and how.
pub struct Preparation<'a> {
    /// The competition.
    pub competition: &'a Competition,
    /// The text of its recipe.
    pub recipe: &'a str,
    /// What is known of its data set.
    pub dataset: &'a Dataset,
    /// Which edition the recipe makes.
    pub edition: Edition,
    /// The data directory.
    pub data_dir: &'a Path,
    /// Where downloads come from.
    pub source: &'a Source,
    /// Whether checksums other than the reference's are an error.
    pub verify: bool,
    /// Whether the unpacked download is kept.
    pub keep_raw: bool,
    /// Whether data that are prepared are prepared anew.
    pub again: bool,
    /// The competition's own description, if the user has it.
    pub description: Option<&'a Path>,
    /// How many threads there are.
    pub threads: NonZeroUsize,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The data are prepared.
    Prepared(Box<Manifest>),
    /// They were, by this program and the same recipe.
    WasThere(Box<Manifest>),
    /// They were, by another recipe of this competition.
    Other(Box<Manifest>),
    /// They were, by another program, and are left as they are.
    Foreign,
}

/// The unpacked download, as a recipe is to find it.
enum Raw<'a> {
    /// It is there, but for what stays in this archive.
    Whole(&'a Path),
    /// It is still to be unpacked, of this archive.
    Of(&'a Path),
}

/// What was made.
struct Made {
    extra: BTreeMap<String, Digests>,
    description: Description,
    files: BTreeMap<String, Digests>,
    to_disk: Everything,
}

/// Where what is made is until it takes its place.
const MADE: &str = "made";

impl Preparation<'_> {
    /// Prepares the data set, unless it is.
    ///
    /// # Errors
    ///
    /// If that is not possible. What was there before is untouched, and the next call goes on.
    pub fn run(&self, progress: &dyn Progress) -> Result<Outcome, PreparationError> {
        let recipe = Recipe::parse(self.recipe, self.edition.recipe_file());
        let recipe = recipe.map_err(|error| PreparationError::Recipe(Box::new(error)))?;
        let layout = Layout::new(self.data_dir, &self.competition.id, self.edition);
        // Data that are there can be told from a folder that nobody may write to.
        if let Some(outcome) = self.there(&layout)? {
            return Ok(outcome);
        }
        fs::create_dir_all(layout.folder()).map_err(PreparationError::io(layout.folder()))?;
        let lock = Lock::take(&layout.lock(), progress).map_err(PreparationError::io(&layout.lock()))?;
        let Some(_lock) = lock else { return Err(PreparationError::Cancelled) };
        // Another process may have done it meanwhile.
        match self.there(&layout)? {
            Some(outcome) => Ok(outcome),
            None => self.made(&layout, &recipe, progress).map(|manifest| Outcome::Prepared(Box::new(manifest))),
        }
    }

    /// The data, if they are there and stay.
    fn there(&self, layout: &Layout) -> Result<Option<Outcome>, PreparationError> {
        let folder = layout.prepared();
        if self.again {
            return Ok(None);
        }
        let data = &self.competition.data;
        match Manifest::read(&folder) {
            Ok(manifest) if manifest.recipe == sha256(self.recipe.as_bytes()) => {
                Ok(Some(Outcome::WasThere(Box::new(manifest))))
            }
            Ok(manifest) => Ok(Some(Outcome::Other(Box::new(manifest)))),
            Err(ManifestError::Missing(_)) => {
                let is_there = |file: &String| folder.join(file).is_file();
                let whole = is_there(&data.answers) && is_there(&data.sample_submission);
                Ok(whole.then_some(Outcome::Foreign))
            }
            Err(ManifestError::Io { path, error }) => Err(PreparationError::Io { path, error }),
            // Whatever it is, it is no manifest.
            Err(ManifestError::Form { .. }) => Ok(None),
        }
    }

    fn made(&self, layout: &Layout, recipe: &Recipe, progress: &dyn Progress) -> Result<Manifest, PreparationError> {
        let archive = self.archive(layout, progress)?;
        let size = fs::metadata(&archive).map_err(PreparationError::io(&archive))?.len();
        let work = layout.work();
        let made = match unpacked::before(&work, self.keep_raw) {
            // It may be of another download, so that has to be known before it is used.
            Some(before) => {
                progress.stage(Stage::Check { total: size });
                self.verified(&archive, progress).and_then(|verified| {
                    let raw = if before == verified.0 { Raw::Whole(&archive) } else { Raw::Of(&archive) };
                    let made =
                        self.make(layout, recipe, raw, || unpacked::mark(&work, &verified.0, self.keep_raw), progress)?;
                    Ok((verified, made))
                })
            }
            None => {
                let (archive, work) = (archive.as_path(), work.as_path());
                let (unpacked, is_unpacked) = mpsc::channel();
                let verify = move |progress: &dyn Progress| {
                    let verified = self.verified(archive, progress)?;
                    // Nothing comes if unpacking fails.
                    if is_unpacked.recv().is_ok() {
                        unpacked::mark(work, &verified.0, self.keep_raw)?;
                    }
                    Ok(verified)
                };
                let make = |progress: &dyn Progress| {
                    let unpacked = move || {
                        // Nobody hears it if verification failed.
                        let _ = unpacked.send(());
                        Ok(())
                    };
                    self.make(layout, recipe, Raw::Of(archive), unpacked, progress)
                };
                beside(progress, size, verify, make)
            }
        };
        if let Err(PreparationError::Checksums(_)) = made {
            // What is unpacked of another download than the one that is wanted is of use to nobody.
            unpacked::unmark(&work).and_then(|()| remove(&work)).map_err(PreparationError::io(&work))?;
        }
        if let Err(PreparationError::Archive(_)) = made {
            // The next call unpacks it anew.
            unpacked::unmark(&work).map_err(PreparationError::io(&work))?;
        }
        let ((download, verification), Made { extra, description, files, to_disk }) = made?;
        self.tables(&files, verification, progress)?;

        let manifest = Manifest {
            schema: SCHEMA,
            competition_id: self.competition.id.clone(),
            edition: self.edition,
            assay: env!("CARGO_PKG_VERSION").to_owned(),
            recipe: sha256(self.recipe.as_bytes()),
            download,
            extra,
            verification,
            description,
            files,
        };
        let (raw, made) = (work.join(RAW), work.join(MADE));
        manifest.write(&made).map_err(PreparationError::io(&made))?;
        to_disk.end().map_err(PreparationError::io(&made))?;
        progress.stage(Stage::Publish);
        unpacked::unmark(&work).map_err(PreparationError::io(&work))?;
        self.kept(layout, &raw, progress)?;
        // Before it is on the disk: there are disks that take long to forget a file.
        remove(&raw).map_err(PreparationError::io(&raw))?;
        publish(&made, manifest.files.keys(), &layout.prepared()).map_err(PreparationError::io(&layout.prepared()))?;
        // The data are there; what cannot be removed now, the next call removes.
        if let Err(error) = remove(&work) {
            progress.note(&format!("{} cannot be removed: {error}", work.display()));
        }
        Ok(manifest)
    }

    /// Unpacks the download if that is to be done, says `unpacked`, and makes the files.
    fn make(
        &self,
        layout: &Layout,
        recipe: &Recipe,
        raw: Raw<'_>,
        unpacked: impl FnOnce() -> Result<(), PreparationError>,
        progress: &dyn Progress,
    ) -> Result<Made, PreparationError> {
        let work = layout.work();
        let unpacker = Unpacker::new(Limits::default(), self.threads, progress);
        let (archive, whole) = match raw {
            Raw::Whole(archive) => (archive, true),
            Raw::Of(archive) => (archive, false),
        };
        let (raw, made) = (work.join(RAW), work.join(MADE));
        let packed = if whole {
            unpacker.open(archive, &raw, self.keep_raw)?
        } else {
            let packed = unpacked::unpack(archive, (&work, &raw), &unpacker, self.keep_raw, progress)?;
            unpacked()?;
            packed
        };
        let extra = self.extra(layout, &raw, packed.as_ref(), progress)?;

        remove(&made).map_err(PreparationError::io(&made))?;
        let (public, private) = (made.join("public"), made.join("private"));
        for folder in [&public, &private] {
            fs::create_dir_all(folder).map_err(PreparationError::io(folder))?;
        }
        let growing = Growing::default();
        let folders = Folders { raw: &raw, public: &public, private: &private, raw_stays: self.keep_raw };
        let (description, files, to_disk) = thread::scope(|scope| {
            let growth = scope.spawn(|| growing.run());
            let ending = growing.ending();
            let steps = Steps::new(progress, &unpacker, packed.as_ref(), &growing);
            let run = recipe.run(&folders, &steps, &steps, self.threads);
            drop(ending);
            if let (Err(RunError::Data(_)), Some(packed)) = (&run, &packed) {
                // Damage may well be why.
                packed.check()?;
            }
            run?;
            self.complete(&made)?;
            let description = self.describe(&public)?;
            let mut written = steps.written();
            // Many files take the disk a while, which begins while they are listed.
            let many = written.len() > FEW;
            let to_disk = if many { Everything::begin(&made) } else { Ok(Everything::default()) };
            let to_disk = to_disk.map_err(PreparationError::io(&made))?;
            written.remove(public.join(description::FILE).as_os_str());
            // Nobody needs the list of what is in the archive afterwards, and a long one takes a while to be forgotten.
            let checking = scope.spawn(move || packed.map_or(Ok(()), |packed| packed.check()));
            let files = self.files(&made, &written, progress);
            checking.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            let files = files?;
            let grown = growth.join().unwrap_or_else(|panic| resume_unwind(panic));
            grown.map_err(PreparationError::io(&made))?;
            Ok::<_, PreparationError>((description, files, to_disk))
        })?;
        Ok(Made { extra, description, files, to_disk })
    }

    /// The download: the user's, the one that is there, or a new one.
    fn archive(&self, layout: &Layout, progress: &dyn Progress) -> Result<PathBuf, PreparationError> {
        let id = &self.competition.id;
        let absent = |path: &Path, what: String| PreparationError::From { path: path.to_owned(), what };
        match self.source {
            Source::File(file) if file.is_file() => Ok(file.clone()),
            Source::File(file) => Err(absent(file, "there is no such file".into())),
            Source::Folder(folder) => {
                let places = [format!("{id}/{id}.zip"), format!("{id}.zip")];
                let found = places.iter().map(|place| folder.join(place)).find(|file| file.is_file());
                found.ok_or_else(|| absent(folder, format!("there is neither {} in it nor {}", places[0], places[1])))
            }
            Source::Kaggle(patience) => {
                let whole = layout.archive();
                if !whole.is_file() {
                    let name = self.dataset.download.name.as_deref().unwrap_or(id);
                    let part = layout.part(&format!("{id}.zip"));
                    Kaggle::new(*patience, progress)?.download(name, &part, &whole, progress)?;
                }
                Ok(whole)
            }
        }
    }

    /// What the download is, and how it compares with the reference's.
    fn verified(&self, archive: &Path, progress: &dyn Progress) -> Result<(Digests, Verification), PreparationError> {
        let found = digests(archive, true, progress).map_err(PreparationError::io(archive))?;
        let download = found.ok_or(PreparationError::Cancelled)?;
        let verification = match checks::of_download(self.dataset, archive, &download) {
            Some(error) if self.verify => return Err(PreparationError::Checksums(error)),
            Some(_) => {
                progress.note("not verified: the download is another one than the reference's");
                Verification::Skipped
            }
            None if !self.verify => Verification::Skipped,
            None if self.dataset.download.md5.is_none() => Verification::Unknown,
            None => Verification::Same,
        };
        Ok((download, verification))
    }

    /// The files that come from elsewhere are put into the unpacked download, unless they are there.
    fn extra(
        &self,
        layout: &Layout,
        raw: &Path,
        packed: Option<&Packed<'_>>,
        progress: &dyn Progress,
    ) -> Result<BTreeMap<String, Digests>, PreparationError> {
        let mut found = BTreeMap::new();
        for extra in &self.dataset.extra {
            let to = raw.join(&extra.file);
            packed.map_or(Ok(()), |packed| packed.bring(&extra.file))?;
            if !to.is_file() {
                let from = self.extra_file(layout, extra, progress)?;
                // Under another name until it is whole: the unpacked download may be used by the next call.
                let part = layout.work().join("extra.part");
                fs::copy(&from, &part).and_then(|_| fs::rename(&part, &to)).map_err(PreparationError::io(&to))?;
            }
            let taken = digests(&to, true, progress).map_err(PreparationError::io(&to))?;
            let taken = taken.ok_or(PreparationError::Cancelled)?;
            if let (true, Some(expected)) = (self.verify, &extra.md5)
                && taken.md5.as_ref() != Some(expected)
            {
                let text = format!("{}: its MD5 is not {expected}; `--skip-verification` goes on", extra.file);
                return Err(PreparationError::Checksums(text));
            }
            found.insert(extra.file.clone(), taken);
        }
        Ok(found)
    }

    fn extra_file(&self, layout: &Layout, extra: &Extra, progress: &dyn Progress) -> Result<PathBuf, PreparationError> {
        let beside = match self.source {
            Source::File(file) => file.parent().map(|folder| folder.join(&extra.file)),
            Source::Folder(folder) => Some(folder.join(&self.competition.id).join(&extra.file)),
            Source::Kaggle(_) => None,
        };
        if let Some(file) = beside.filter(|file| file.is_file()) {
            return Ok(file);
        }
        let whole = layout.folder().join(&extra.file);
        if !whole.is_file() {
            let patience = match self.source {
                Source::Kaggle(patience) => *patience,
                Source::File(_) | Source::Folder(_) => Patience::default(),
            };
            download::public(&extra.url, &layout.part(&extra.file), &whole, patience, progress)?;
        }
        Ok(whole)
    }

    /// An error if the recipe did not make what is graded with.
    fn complete(&self, made: &Path) -> Result<(), PreparationError> {
        let data = &self.competition.data;
        let files = [Some(&data.answers), Some(&data.sample_submission), data.gold_submission.as_ref()];
        let lacking: Vec<String> =
            files.into_iter().flatten().filter(|file| !made.join(file).is_file()).cloned().collect();
        if lacking.is_empty() { Ok(()) } else { Err(PreparationError::Lacking(lacking)) }
    }

    fn describe(&self, public: &Path) -> Result<Description, PreparationError> {
        let file = public.join(description::FILE);
        let (text, description) = match self.description {
            Some(given) => (description::read(given).map_err(PreparationError::io(given))?, Description::Given),
            None => {
                let names = fs::read_dir(public).map_err(PreparationError::io(public))?;
                let mut names: Vec<String> = names
                    .flatten()
                    .map(|entry| {
                        let slash = if entry.path().is_dir() { "/" } else { "" };
                        format!("{}{slash}", entry.file_name().to_string_lossy())
                    })
                    .collect();
                names.sort_unstable();
                (description::written(self.competition, self.edition, &names), Description::Written)
            }
        };
        fs::write(&file, text).map_err(PreparationError::io(&file))?;
        Ok(description)
    }

    /// All files that were made. The digests of some are known since they were written.
    fn files(
        &self,
        made: &Path,
        written: &HashMap<OsString, Written>,
        progress: &dyn Progress,
    ) -> Result<BTreeMap<String, Digests>, PreparationError> {
        let there = listed(made).map_err(PreparationError::io(made))?;
        // Of many, the large ones alone: all that the file system has is brought to the disk besides.
        let few = there.len() <= FEW;
        let own = there.iter().filter(|(_, size)| few || **size >= LARGE);
        let own: Vec<String> = own.map(|(name, _)| name.clone()).collect();
        let md5 = |name: &str| self.dataset.prepared.contains_key(name);
        let known = |name: &str, size: u64| {
            let written = written.get(made.join(name).as_os_str());
            written.filter(|written| written.bytes == size && !md5(name))
        };
        let (mut files, mut unknown) = (Vec::with_capacity(there.len()), Vec::new());
        for (name, size) in there {
            match known(&name, size) {
                Some(written) => files.push((name, Digests::of(written))),
                None => unknown.push((name, size)),
            }
        }
        progress.stage(Stage::Digest { total: unknown.iter().map(|(_, size)| size).sum() });
        let found = thread::scope(|scope| {
            let writing = scope.spawn(|| to_disk(made, &own, progress));
            let found = all_digests(made, &unknown, md5, self.threads, progress)?;
            writing.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            Ok(found)
        });
        if progress.cancelled() {
            return Err(PreparationError::Cancelled);
        }
        let found = found.map_err(PreparationError::io(made))?;
        files.extend(unknown.into_iter().map(|(name, _)| name).zip(found));
        Ok(files.into_iter().collect())
    }

    /// The reference's checksums are of its own edition alone.
    fn tables(
        &self,
        files: &BTreeMap<String, Digests>,
        verification: Verification,
        progress: &dyn Progress,
    ) -> Result<(), PreparationError> {
        if self.edition != Edition::Reference {
            return Ok(());
        }
        let compared = checks::of_tables(self.dataset, files);
        if verification == Verification::Skipped {
            if let Some(note) = compared.note() {
                progress.note(&note);
            }
            return Ok(());
        }
        compared.error().map_or(Ok(()), |error| Err(PreparationError::Checksums(error)))
    }

    /// The unpacked download takes its place, if it is wanted and nothing is there.
    fn kept(&self, layout: &Layout, raw: &Path, progress: &dyn Progress) -> Result<(), PreparationError> {
        if !self.keep_raw {
            return Ok(());
        }
        let place = layout.raw();
        // An empty one is in nobody's way.
        let _ = fs::remove_dir(&place);
        if place.symlink_metadata().is_ok() {
            progress.note(&format!("{} is there already, and left as it is", place.display()));
            return Ok(());
        }
        fs::rename(raw, &place).map_err(PreparationError::io(&place))
    }
}
