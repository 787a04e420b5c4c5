//! The file of a competition, field by field: a page of its JSON schema.

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::in_a_cell;

const ABOUT: &str = "Made by `cargo xtask pages` of [competitions/schema.json](../competitions/schema.json), which editors can check the \
    file with. [Competitions](competitions.md) has an example. A field that is not here is an error, and so is what contradicts itself; the \
    message names it.";

/// A definition of the schema, and what its section is called.
struct Section<'a> {
    /// As `$ref` ends.
    definition: &'a str,
    /// Where in the file it stands: `submission.columns`.
    place: String,
    /// How often the file has it: a table, or a list of tables.
    is_list: bool,
}

/// The page for a schema.
pub(super) fn page(schema: &str) -> Result<String> {
    let schema: Value = serde_json::from_str(schema)?;
    let definitions = schema["$defs"].as_object().context("no definitions")?;
    let mut sections = Vec::new();
    gather(&schema, "", definitions, &mut sections);
    let mut page =
        format!("# Fields of `competition.toml`\n\n{ABOUT}\n\n## The file\n\n{}", fields(&schema, &sections)?);
    for section in &sections {
        let definition = &definitions[section.definition];
        let brackets = if section.is_list { ("[[", "]]") } else { ("[", "]") };
        let heading = match definition.get("properties") {
            Some(_) => format!("`{}{}{}`", brackets.0, section.place, brackets.1),
            None => name(section),
        };
        page += &format!("\n## {heading}\n\n{}\n\n", described(definition));
        page += &match (definition["oneOf"].as_array(), definition["anyOf"].as_array()) {
            (Some(words), _) => {
                words.iter().map(|word| format!("- `{}`: {}\n", word["const"], in_a_cell(&described(word)))).collect()
            }
            (None, Some(kinds)) => kinds.iter().map(|kind| format!("- {}\n", in_a_cell(&described(kind)))).collect(),
            (None, None) => fields(definition, &sections)?,
        };
    }
    Ok(page)
}

/// What a section is called where it is not a table of the file: by its place, or by its use if it has several places.
fn name(section: &Section<'_>) -> String {
    match section.definition {
        "Rule" => "Whether something passes".into(),
        "Setting" => "Options".into(),
        _ => format!("`{}`", section.place),
    }
}

/// All definitions that an object leads to, each where it is met first.
fn gather<'a>(object: &'a Value, place: &str, definitions: &'a Map<String, Value>, sections: &mut Vec<Section<'a>>) {
    for (field, value) in object["properties"].as_object().into_iter().flatten() {
        let place = if place.is_empty() { field.clone() } else { format!("{place}.{field}") };
        let Some((definition, is_list)) = reference(value) else { continue };
        if sections.iter().any(|section| section.definition == definition) {
            continue;
        }
        sections.push(Section { definition, place: place.clone(), is_list });
        if let Some(definition) = definitions.get(definition) {
            gather(definition, &place, definitions, sections);
        }
    }
}

/// The definition that a field's value has, and whether it is a list of such.
fn reference(value: &Value) -> Option<(&str, bool)> {
    if let Some(found) = name_of(value) {
        return Some((found, false));
    }
    if let Some(found) = value["anyOf"].as_array().into_iter().flatten().find_map(name_of) {
        return Some((found, false));
    }
    if let Some(found) = name_of(&value["items"]) {
        return Some((found, true));
    }
    name_of(&value["additionalProperties"]).map(|found| (found, false))
}

fn name_of(value: &Value) -> Option<&str> {
    value["$ref"].as_str()?.rsplit('/').next()
}

fn fields(object: &Value, sections: &[Section<'_>]) -> Result<String> {
    let required: Vec<&str> = object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut table = String::from("| field | what it holds | if it is left out | |\n|---|---|---|---|\n");
    for (field, value) in object["properties"].as_object().context("no fields")? {
        let left_out = match value.get("default") {
            _ if required.contains(&field.as_str()) => "must be there".into(),
            None | Some(Value::Null) => "none".into(),
            Some(Value::Array(list)) if list.is_empty() => "none".into(),
            Some(Value::Object(map)) if map.is_empty() => "none".into(),
            Some(default) => format!("`{default}`"),
        };
        let text = in_a_cell(&described(value));
        table += &format!("| `{field}` | {} | {left_out} | {text} |\n", held(value, sections)?);
    }
    Ok(table)
}

/// What a field holds: a kind of value, or a link to the section that says it.
fn held(value: &Value, sections: &[Section<'_>]) -> Result<String> {
    if let Some((definition, is_list)) = reference(value) {
        let section = sections.iter().find(|section| section.definition == definition).context("no section")?;
        return Ok(match definition {
            "Rule" => "[`\"allow\"` or `\"refuse\"`](#whether-something-passes)".into(),
            "Setting" => "a table of [options](#options)".into(),
            _ => {
                let anchor = section.place.replace('.', "");
                format!("[{}](#{anchor})", if is_list { "tables" } else { "see below" })
            }
        });
    }
    Ok(match &value["type"] {
        Value::String(kind) if kind == "array" => format!("a list of {}s", word(value["items"]["type"].as_str())),
        Value::String(kind) => article(kind),
        Value::Array(kinds) => article(kinds.first().and_then(Value::as_str).unwrap_or_default()),
        _ => String::new(),
    })
}

fn word(kind: Option<&str>) -> &str {
    match kind {
        Some("string") => "text",
        Some("integer") => "whole number",
        Some("boolean") => "truth value",
        Some(other) => other,
        None => "value",
    }
}

fn article(kind: &str) -> String {
    match kind {
        "boolean" => "`true` or `false`".into(),
        kind => format!("a {}", word(Some(kind))),
    }
}

fn described(value: &Value) -> String {
    value["description"].as_str().unwrap_or_default().trim().to_owned()
}
