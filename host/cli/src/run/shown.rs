//! How far runs are: a line for each that is under way on a terminal, a line for each change elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use assay::Cancel;
use assay_agents::life::Progress;
use assay_agents::metadata::{Run, State};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::super::output;
use super::status::said;

/// Shows how far runs are.
pub(super) struct Shown {
    bars: MultiProgress,
    /// The lines of runs that are under way; none where there is no terminal.
    under_way: Option<Mutex<HashMap<String, ProgressBar>>>,
    cancel: Cancel,
}

impl Shown {
    /// Nothing is shown yet.
    pub(super) fn new(cancel: Cancel) -> Self {
        let under_way = std::io::stderr().is_terminal().then(Mutex::default);
        Shown { bars: MultiProgress::new(), under_way, cancel }
    }

    fn line(&self, text: &str) {
        self.bars.suspend(|| output::message(text));
    }
}

impl Progress for Shown {
    fn changed(&self, id: &str, run: &Run) {
        let seconds = run.seconds.map(|seconds| format!(" after {seconds:.0} s")).unwrap_or_default();
        let why = run.why.as_ref().filter(|_| run.success == Some(false)).map(|why| format!(": {why}"));
        let text = format!("{id}: {}{seconds}{}", said(run), why.unwrap_or_default());
        let Some(under_way) = &self.under_way else { return self.line(&text) };
        let mut under_way = under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(run.state, State::Ended | State::Waiting) {
            if let Some(bar) = under_way.remove(id) {
                bar.finish_and_clear();
            }
            return self.line(&text);
        }
        let bar = under_way.entry(id.to_owned()).or_insert_with(|| {
            let bar = self.bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.set_prefix(id.to_owned());
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        bar.set_message(run.state.name());
        bar.reset_elapsed();
    }

    fn note(&self, text: &str) {
        self.line(&format!("note: {text}"));
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
