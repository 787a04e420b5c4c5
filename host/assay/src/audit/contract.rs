//! A competition's contract as its file has it, with what its words mean. The meanings are those of [`assay_types::competition`], by way of
//! the JSON schema: nothing here says again what is checked, or how rows are paired.

use schemars::schema_for;
use serde_json::Value;

use assay_sandbox::anatomy::shown;
use assay_types::competition::{Answers, Contract};

/// The keys of `submission` and `answers`, a line each, defaults included.
pub(super) fn described(contract: &Contract, answers: &Answers) -> Vec<String> {
    // What is serialised has text keys only, so it cannot fail.
    let of = |value: serde_json::Result<Value>| value.unwrap_or_default();
    let mut lines = section("submission", &of(serde_json::to_value(contract)), schema_for!(Contract).as_value());
    lines.extend(section("answers", &of(serde_json::to_value(answers)), schema_for!(Answers).as_value()));
    lines
}

fn section(name: &str, section: &Value, schema: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, value) in section.as_object().into_iter().flatten() {
        match value {
            // A group a line.
            Value::Array(groups) if groups.iter().any(Value::is_object) => {
                lines.extend(groups.iter().map(|group| format!("{name}.{key}: {}", pairs(group))));
            }
            Value::Object(_) => lines.push(format!("{name}.{key}: {}", pairs(value))),
            _ => {
                let meaning = meaning(key, value, schema).map(|meaning| format!(": {meaning}")).unwrap_or_default();
                lines.push(format!("{name}.{key} = {}{meaning}", shown(&value.to_string())));
            }
        }
    }
    lines
}

fn pairs(group: &Value) -> String {
    let pairs = group.as_object().into_iter().flatten();
    pairs.map(|(key, value)| format!("{key} = {}", shown(&value.to_string()))).collect::<Vec<_>>().join(", ")
}

/// What the schema says of a key's value, if that is one of a few words.
fn meaning(key: &str, value: &Value, schema: &Value) -> Option<String> {
    let name = schema["properties"][key]["$ref"].as_str()?.strip_prefix("#/$defs/")?;
    let words = schema["$defs"][name]["oneOf"].as_array()?;
    let word = words.iter().find(|word| word["const"] == *value)?;
    Some(word["description"].as_str()?.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_with_their_meaning() {
        let contract: Contract = toml::from_str(
            "key = [\"id\"]\nrows = \"sorted\"\n[[columns]]\nnames = [\"a\\u202e\"]\ntype = \"number\"\nmax = 1.5",
        )
        .unwrap();
        let answers: Answers = toml::from_str("scored = { column = \"w\", min = 0.0 }").unwrap();
        assert_eq!(
            described(&contract, &answers),
            [
                r#"submission.key = ["id"]"#,
                "submission.rows = \"sorted\": As many rows as the answers. Both sides are sorted by key, and the first of one is graded \
                 against the first of the other, and so on: keys are not compared.",
                "submission.pairing = \"host\": The host, as `rows` says: the grader gets as many rows of the answers as of the \
                 submission, each beside its answer.",
                "submission.extra_columns = \"ignore\": They may; nobody reads them.",
                "submission.column_order = \"any\": Any.",
                r#"submission.columns: names = ["a\u{202e}"], one_of = false, type = "number", max = 1.5, missing = "refuse", all_missing = "refuse", infinite = "refuse", booleans = "allow", numbers_as_text = "refuse""#,
                r#"answers.scored: column = "w", min = 0.0"#,
            ]
        );
    }
}
