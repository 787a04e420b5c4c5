//! The OpenAPI document is held against what the server does: every operation, with and without a token, with what is there and what
//! is not.

use assay_tests::Failure;
use serde_json::Value;

use super::client::{Answer, form};
use super::world::{World, off_by};

/// What is wrong with a value, by a schema of the document.
fn differs(document: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let named = document.pointer(name.trim_start_matches('#')).ok_or_else(|| format!("there is no {name}"))?;
        return differs(document, named, value, place);
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[word].as_array() {
            let fits = choices.iter().any(|choice| differs(document, choice, value, place).is_ok());
            return if fits { Ok(()) } else { Err(format!("{place}: {value} is none of {schema}")) };
        }
    }
    if let Some(constant) = schema.get("const") {
        return if constant == value { Ok(()) } else { Err(format!("{place}: {value} is not {constant}")) };
    }
    if let Some(words) = schema["enum"].as_array() {
        return if words.contains(value) { Ok(()) } else { Err(format!("{place}: {value} is none of {words:?}")) };
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_allowed = |name: &Value| name == kind || (name == "number" && kind == "integer");
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is_allowed),
        name => is_allowed(name),
    };
    if !fits {
        return Err(format!("{place}: {value} is not of {schema}"));
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        values.iter().try_for_each(|value| differs(document, items, value, place))?;
    }
    if let (Some(fields), Some(schemas)) = (value.as_object(), schema["properties"].as_object()) {
        for (name, field) in fields {
            let schema = schemas.get(name).ok_or_else(|| format!("{place}: {name} is not described"))?;
            differs(document, schema, field, &format!("{place}.{name}"))?;
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            fields.get(name).ok_or_else(|| format!("{place}: {name} is not there"))?;
        }
    }
    Ok(())
}

/// Holds an answer against what its operation may answer.
fn holds(document: &Value, operation: &Value, answer: &Answer) -> Result<(), String> {
    let described = &operation["responses"][answer.status.to_string()];
    let content =
        described["content"].as_object().ok_or_else(|| format!("{} is not described: {answer:?}", answer.status))?;
    let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let schema = &content.get(kind).ok_or_else(|| format!("{kind} is not described: {answer:?}"))?["schema"];
    if kind.ends_with("json") {
        differs(document, schema, &answer.json().map_err(|error| error.to_string())?, "answer")?;
    }
    Ok(())
}

#[test]
fn every_operation_answers_as_the_document_says() -> Result<(), Failure> {
    let world = World::new()?;
    let tokens = [None, Some(world.token("ada", "participant")?), Some(world.token("op", "operator")?)];
    let budgets = "gradings = { count = 2, window = \"1h\" }\nvalidations = { count = 2, window = \"1h\" }\n";
    let policy = &format!("[competitions.toy]\nshow = \"score\"\nleaderboard = true\n{budgets}");
    let server = world.host(policy, &[])?;
    let document = server.place.get("/openapi.json", None)?.json()?;
    assert_eq!(document["openapi"], "3.1.0");
    let token = tokens[1].as_deref().unwrap_or_default();
    let id = server.place.hand_in("/v1/competitions/toy/submissions", token, &off_by(1.0))?.json()?["id"].clone();
    let id = id.as_str().ok_or("no id")?;
    server.done(id, token)?;
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().ok_or("no paths")? {
        for (method, operation) in operations.as_object().ok_or("no operations")? {
            for (competition, submission) in [("toy", id), ("none", "none"), ("%ff", "%ff")] {
                let path = path.replace("{competition}", competition).replace("{id}", submission);
                for token in &tokens {
                    for query in ["", "?limit=0", "?limit=x", "?competition=toy&limit=1"] {
                        let line = format!("{} {path}{query}", method.to_uppercase());
                        let authorization = token.as_ref().map(|token| format!("Authorization: Bearer {token}"));
                        let mut headers: Vec<&str> = authorization.iter().map(String::as_str).collect();
                        let body = if method == "post" { form("id,y\n0,1\n") } else { String::new() };
                        if method == "post" {
                            headers.push("Content-Type: multipart/form-data; boundary=XX");
                        }
                        let answer = server.place.send(&line, &headers, body.as_bytes())?;
                        holds(&document, operation, &answer).map_err(|error| format!("{line}: {error}"))?;
                        assert!(answer.status < 500, "{line}: {answer:?}");
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 400, "{seen}");
    Ok(())
}
