//! The answers that code is searched for, where a data directory is given.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, PoisonError};

use assay::{Competitions, DataDir};
use assay_tables::read::OpenFile;
use assay_types::competition::Competition;
use assay_types::excerpt::listed;
use assay_violations::checks::{Answers, KnownAnswers};
use assay_violations::list::Entry;

/// Of how many competitions answers are held at a time.
const HELD: usize = 4;

/// How long a header may be, in bytes.
const HEADER: u64 = 64 << 10;

/// Answers by their competitions, read when they are asked for.
pub(super) struct Given<'a> {
    data: Option<DataDir>,
    competitions: &'a Competitions,
    held: Mutex<HashMap<String, Option<Arc<KnownAnswers>>>>,
    notes: Mutex<BTreeSet<String>>,
}

impl<'a> Given<'a> {
    pub(super) fn new(data: Option<DataDir>, competitions: &'a Competitions) -> Self {
        Given { data, competitions, held: Mutex::default(), notes: Mutex::default() }
    }

    /// Where the answers of these runs are, which no agent has to name.
    pub(super) fn paths(&self, entries: &[Entry]) -> Vec<String> {
        let Some(data) = &self.data else { return Vec::new() };
        let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.competition_id.as_str()).collect();
        let competitions = ids.into_iter().filter_map(|id| self.competitions.get(id).ok());
        competitions.map(|competition| folder(&competition, data).display().to_string()).collect()
    }

    /// The answers of a competition; none if they are not at hand.
    pub(super) fn of(&self, id: &str) -> Option<Arc<KnownAnswers>> {
        let data = self.data.as_ref()?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held.get(id) {
            return known.clone();
        }
        if held.len() >= HELD {
            held.clear();
        }
        let known = self.read(id, data).map(Arc::new);
        held.insert(id.to_owned(), known.clone());
        known
    }

    /// What there is to say of answers that could not be used in whole.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn read(&self, id: &str, data: &DataDir) -> Option<KnownAnswers> {
        let note = |text: String| {
            self.notes.lock().unwrap_or_else(PoisonError::into_inner).insert(format!("{}: {text}", listed(id)));
        };
        let Ok(competition) = self.competitions.get(id) else {
            note("code is not searched for answers, since there is no such competition".into());
            return None;
        };
        let file = data.answers_file(&competition);
        if !file.is_file() {
            note(format!("code is not searched for answers, since they are not at {}", file.display()));
            return None;
        }
        let prepared = data.prepared(&competition.id);
        let answers = Answers {
            folder: folder(&competition, data),
            public_folder: prepared.join("public"),
            key: competition.submission.key.clone(),
            predicted: competition.submission.columns.iter().flat_map(|rule| rule.names.iter().cloned()).collect(),
            public: header(&prepared.join("public/test.csv")),
            file,
        };
        let known = answers.known();
        if let Some(why) = &known.without_rows {
            note(format!("code is searched for copies and digests of the answers, and not for rows, since {why}"));
        }
        Some(known)
    }
}

/// The folder of what is kept from participants: the first of the path that a competition has for its answers.
fn folder(competition: &Competition, data: &DataDir) -> std::path::PathBuf {
    let path = Path::new(&competition.data.answers);
    let first = path.components().next().map_or(path, |first| match first {
        Component::Normal(name) => Path::new(name),
        _ => path,
    });
    data.prepared(&competition.id).join(first)
}

/// The names in the first line of a table.
fn header(file: &Path) -> Vec<String> {
    let Ok(opened) = OpenFile::open(file) else { return Vec::new() };
    let mut text = Vec::new();
    // A table that cannot be read has no names.
    let _ = opened.file().take(HEADER).read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text);
    text.lines().next().unwrap_or_default().split(',').map(|name| name.trim_matches('"').to_owned()).collect()
}
