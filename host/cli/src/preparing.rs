//! How far a preparation is: a bar on a terminal, a line for each part of it elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use assay::Cancel;
use assay_preparation::{Progress, Stage, size};
use indicatif::{ProgressBar, ProgressStyle};

use super::output;

/// Shows how far a preparation is.
pub(super) struct Shown {
    id: String,
    bar: ProgressBar,
    terminal: bool,
    cancel: Cancel,
    /// What was said last, so that no line is said twice.
    last: Mutex<String>,
}

impl Shown {
    /// Nothing is shown yet.
    pub(super) fn new(id: &str, cancel: Cancel) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if terminal { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if terminal {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Shown { id: id.to_owned(), bar, terminal, cancel, last: Mutex::default() }
    }

    /// Nothing more is shown.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| output::message(&format!("{}: {text}", self.id)));
    }
}

impl Progress for Shown {
    fn stage(&self, stage: Stage<'_>) {
        let (text, total, done) = match stage {
            Stage::Waiting => ("another process prepares it; waiting".to_owned(), None, 0),
            Stage::Download { file, total, done } => {
                let of = total.map(|total| format!(" of {}", size(total))).unwrap_or_default();
                let from = if done > 0 { format!(", going on from {}", size(done)) } else { String::new() };
                (format!("downloading {file}{of}{from}"), total, done)
            }
            Stage::Check { total } => ("taking the checksum of the download".to_owned(), Some(total), 0),
            Stage::Unpack { total } => ("unpacking".to_owned(), total, 0),
            Stage::Step { index, count, words } => (format!("step {} of {count}: {words}", index + 1), None, 0),
            Stage::Digest { total } => ("taking digests".to_owned(), Some(total), 0),
            Stage::Publish => ("publishing".to_owned(), None, 0),
        };
        if !self.terminal {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if *last != text {
                self.line(&text);
                *last = text;
            }
            return;
        }
        let template = if total.is_some() {
            "{prefix}: {msg} {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left"
        } else {
            "{prefix}: {spinner} {msg} {bytes}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_prefix(self.id.clone());
        self.bar.reset();
        match total {
            Some(total) => self.bar.set_length(total),
            None => self.bar.unset_length(),
        }
        self.bar.set_position(done);
        self.bar.set_message(assay_types::excerpt::listed(&text));
    }

    fn bytes(&self, more: u64) {
        if self.terminal {
            self.bar.inc(more);
        }
    }

    fn note(&self, text: &str) {
        self.line(&format!("note: {text}"));
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
