//! Short and long answers in lines of JSON as a table.

use std::fs::File;
use std::io::{BufRead, BufReader};

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::json::Json;
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Table, Texts};

/// A table of two rows for each line, the columns `example_id` and `PredictionString`: `ID_short` with yes, no or the first short answer,
/// and `ID_long` with the long one, each `start:end`, empty if there is none. A line has exactly one annotation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spans {
    /// The file of lines.
    file: Place,
    /// What the table is called.
    r#as: String,
}

impl Action for Spans {
    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the answers in {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let name = self.file.to_string();
        let path = work.source(&self.file)?;
        let (mut ids, mut texts) = (Texts::default(), Texts::default());
        for (line, number) in BufReader::new(File::open(&path).about(&path)?).lines().zip(1..) {
            let line = line.about(&path)?;
            work.advance(line.len() as u64 + 1)?;
            let json = Json::parse(&name, &line)?;
            let fault = |problem: &str| RunError::from(Fault::new(&name, problem).line(number));
            let Some(Json::Text(id)) = json.get("example_id") else {
                return Err(fault("the object has no example_id that is text"));
            };
            let annotation = match json.get("annotations") {
                Some(Json::List(annotations)) if annotations.len() == 1 => &annotations[0],
                _ => return Err(fault("the object is to have exactly one annotation")),
            };
            let answers = answers(annotation).ok_or_else(|| fault("the annotation is not whole"))?;
            for (kind, text) in ["short", "long"].into_iter().zip(answers) {
                ids.push(Some(&format!("{id}_{kind}")));
                texts.push(Some(&text));
            }
        }
        let columns = vec![("example_id", Data::Text(ids)), ("PredictionString", Data::Text(texts))];
        let table = Table::new(name, columns);
        work.set(&self.r#as, table);
        Ok(())
    }
}

fn answers(annotation: &Json) -> Option<[String; 2]> {
    let whole = |json: &Json, key: &str| match json.get(key)? {
        Json::Int(digits) => Some(digits.clone()),
        _ => None,
    };
    let span = |json: &Json| Some(format!("{}:{}", whole(json, "start_token")?, whole(json, "end_token")?));
    let short = match annotation.get("yes_no_answer")? {
        Json::Text(answer) if answer != "NONE" => answer.clone(),
        _ => match annotation.get("short_answers")? {
            Json::List(spans) => spans.first().map_or(Some(String::new()), span)?,
            _ => return None,
        },
    };
    let long = annotation.get("long_answer")?;
    let long = if whole(long, "start_token")? == "-1" { String::new() } else { span(long)? };
    Some([short, long])
}
