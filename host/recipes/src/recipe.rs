//! A recipe, read and checked.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::error::{About, RecipeError, RunError};
use crate::run::{Extractor, Folders, Observer, Work};
use crate::steps::Step;

/// How the files of a competition are made of its download.
#[derive(Clone, Debug)]
pub struct Recipe {
    steps: Vec<Step>,
}

/// The file `preparation.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Recipe")]
struct File {
    /// What is done, one after the other.
    #[schemars(with = "Vec<Step>")]
    steps: Vec<Spanned<Step>>,
}

impl Recipe {
    /// Reads a recipe. `name` is what its file is called in messages.
    ///
    /// # Errors
    ///
    /// If it is no TOML, has steps or fields that are not known, or uses a table before a step made it.
    pub fn parse(text: &str, name: &str) -> Result<Recipe, RecipeError> {
        let line = |offset: usize| text.get(..offset).map(|before| before.matches('\n').count() + 1);
        let fail = |offset: Option<usize>, message: String, hint: Option<String>| RecipeError {
            name: name.to_owned(),
            line: offset.and_then(line),
            message,
            hint,
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let mut message = error.message().to_owned();
            let hint = near_hint(&message);
            // The one that is nearest is of more use than the list of all.
            if hint.is_some() {
                message.truncate(message.find(", expected ").unwrap_or(message.len()));
            }
            fail(error.span().map(|span| span.start), message, hint)
        })?;
        let mut known = BTreeSet::new();
        for step in &file.steps {
            let action = step.get_ref().action();
            let at = Some(step.span().start);
            for used in action.uses() {
                if !known.contains(used) {
                    let hint = known
                        .iter()
                        .map(|other: &&str| (strsim::damerau_levenshtein(used, other), *other))
                        .min()
                        .filter(|(distance, _)| *distance <= 2)
                        .map(|(_, other)| format!("did you mean {other:?}?"))
                        .or(Some("a step before has to make it".to_owned()));
                    return Err(fail(at, format!("no table is called {used:?} here"), hint));
                }
            }
            if let Err(problem) = action.check() {
                return Err(fail(at, format!("{}: {problem}", step.get_ref().name()), None));
            }
            known.extend(action.makes());
        }
        Ok(Recipe { steps: file.steps.into_iter().map(Spanned::into_inner).collect() })
    }

    /// The JSON schema of recipes.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(File).to_value()
    }

    /// Makes the public and private files of a download. The outcome does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// If the download is not what the recipe is for, a file cannot be read or written, or the observer asks to stop. What was made by
    /// then stays.
    pub fn run(
        &self,
        folders: &Folders,
        extractor: &dyn Extractor,
        observer: &dyn Observer,
        threads: NonZeroUsize,
    ) -> Result<(), RunError> {
        let beside = folders.private.parent().unwrap_or(folders.private);
        let scratch = tempfile::Builder::new().prefix(".work-").tempdir_in(beside).about(beside)?;
        let mut work = Work::new(folders, scratch.path(), extractor, observer, threads);
        for (index, step) in self.steps.iter().enumerate() {
            observer.step(index, self.steps.len(), &step.action().words());
            work.advance(0)?;
            step.action().run(&mut work)?;
            // Tables that no later step uses go, so that their memory does.
            let action = step.action();
            for name in action.uses().into_iter().chain(action.makes()) {
                let later = self.steps[index + 1..].iter().any(|later| later.action().uses().contains(&name));
                if !later {
                    work.forget(name);
                }
            }
        }
        scratch.close().about(beside)
    }
}

/// Of an unknown step or field, the known one that is nearest.
fn near_hint(message: &str) -> Option<String> {
    let (problem, expected) = message.split_once(", expected ")?;
    let unknown = problem.split('`').nth(1)?;
    let near = expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|other| (strsim::damerau_levenshtein(unknown, other), other))
        .min()
        .filter(|(distance, _)| *distance <= 2)?;
    Some(format!("did you mean `{}`?", near.1))
}
