//! Graders that are source text: what their interpreter is told.
//!
//! An interpreter is a grader like any other, with the options `source`, `file`, `key`, `direction` and `parameters`: the source and the name
//! of its file, the key's columns, which of two scores is the better one, and the competition's options as a JSON object.

use std::collections::BTreeSet;

use assay_types::Direction;
use assay_types::competition::{Competition, GraderSource, Setting};
use assay_types::excerpt::excerpt;
use assay_types::grader::Description;

use crate::resolved::Options;

/// What stands for the version of a source that declares none: its digest tells it from others.
const NO_VERSION: &str = "undeclared";

/// What a source is to the rest of the program, and what its interpreter is told.
pub(crate) fn resolve(
    competition: &Competition,
    source: &GraderSource,
    interpreter: &Description,
) -> Result<(Description, Options), String> {
    let file = excerpt(&source.file);
    let board = competition.leaderboard.as_ref().map(|board| board.direction);
    let direction = source.direction.or(board).ok_or_else(|| {
        format!(
            "{file} does not say which score is the better one: add the line `DIRECTION = \"higher-is-better\"` to it"
        )
    })?;
    let parameters = serde_json::to_string(&competition.grader.options).map_err(|error| error.to_string())?;
    let direction_text = match direction {
        Direction::Higher => "higher-is-better",
        Direction::Lower => "lower-is-better",
    };
    let key = &competition.submission.key;
    let options: Vec<(String, Setting)> = [
        ("source", Setting::Text(source.text.clone())),
        ("file", Setting::Text(source.file.clone())),
        ("key", Setting::Texts(key.clone())),
        ("direction", Setting::Text(direction_text.into())),
        ("parameters", Setting::Text(parameters)),
    ]
    .map(|(name, setting)| (name.to_owned(), setting))
    .into();
    if let Some((name, _)) = options.iter().find(|(name, _)| !interpreter.options.iter().any(|spec| spec.name == *name))
    {
        let grader = excerpt(&competition.grader.component);
        return Err(format!("grader {grader} is no interpreter that runs {file}: it has no option `{name}`"));
    }
    let description = Description {
        name: source.file.clone(),
        version: source.version.clone().unwrap_or_else(|| NO_VERSION.into()),
        summary: String::new(),
        direction,
        options: Vec::new(),
    };
    Ok((description, (options, key.iter().cloned().collect::<BTreeSet<_>>())))
}

/// Why a source cannot run, and what to do.
pub(crate) fn without_interpreter(source: &GraderSource, interpreter: &str) -> String {
    format!(
        "its grader is {}, and the interpreter `{interpreter}` is not among the graders at hand: `cargo xtask interpreters` builds it, and \
         `--graders target/interpreters` names its folder",
        excerpt(&source.file)
    )
}
