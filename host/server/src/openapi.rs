//! The OpenAPI document, made of the operations that the router is made of and of the types that handlers answer with.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::problem::{Kind, MEDIA_TYPE, Written};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anybody,
    /// Who has a token.
    Callers,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Nothing,
    /// A form with a file.
    Upload,
}

/// A parameter.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    name: &'static str,
    place: &'static str,
    description: &'static str,
    schema: Value,
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    description: &'static str,
    media_type: &'static str,
    schema: fn(&mut SchemaGenerator) -> Value,
    has_location: bool,
}

/// An operation.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    id: &'static str,
    summary: &'static str,
    access: Access,
    parameters: Vec<Parameter>,
    body: Body,
    answers: Vec<Answer>,
    problems: Vec<Kind>,
}

impl Parameter {
    pub(crate) fn path(name: &'static str, description: &'static str) -> Self {
        Parameter { name, place: "path", description, schema: json!({ "type": "string", "minLength": 1 }) }
    }

    pub(crate) fn header(name: &'static str, description: &'static str) -> Self {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$" });
        Parameter { name, place: "header", description, schema }
    }

    pub(crate) fn query(name: &'static str, description: &'static str, schema: Value) -> Self {
        Parameter { name, place: "query", description, schema }
    }

    pub(crate) fn text() -> Value {
        json!({ "type": "string" })
    }

    pub(crate) fn number(least: u32, most: u32, default: u32) -> Value {
        json!({ "type": "integer", "minimum": least, "maximum": most, "default": default })
    }
}

impl Answer {
    pub(crate) fn json<T: JsonSchema>(status: u16, description: &'static str) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<T>().to_value();
        Answer { status, description, media_type: "application/json", schema, has_location: false }
    }

    pub(crate) fn text(status: u16, description: &'static str) -> Self {
        let schema = |_: &mut SchemaGenerator| json!({ "type": "string" });
        Answer { status, description, media_type: "text/plain", schema, has_location: false }
    }

    pub(crate) fn any(status: u16, description: &'static str) -> Self {
        let schema = |_: &mut SchemaGenerator| json!({ "type": "object" });
        Answer { status, description, media_type: "application/json", schema, has_location: false }
    }

    /// The same, with the address of what it is on.
    pub(crate) fn located(self) -> Self {
        Answer { has_location: true, ..self }
    }

    fn value(&self, generator: &mut SchemaGenerator) -> Value {
        let mut answer = json!({
            "description": self.description,
            "content": { self.media_type: { "schema": (self.schema)(generator) } },
        });
        if self.has_location {
            answer["headers"] = json!({ "Location": { "required": true, "schema": { "type": "string" } } });
        }
        answer
    }
}

impl Operation {
    pub(crate) fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Operation {
            method: "get",
            path,
            id,
            summary,
            access: Access::Callers,
            parameters: Vec::new(),
            body: Body::Nothing,
            answers: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(crate) fn post(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Operation { method: "post", ..Operation::get(path, id, summary) }
    }

    pub(crate) fn access(self, access: Access) -> Self {
        Operation { access, ..self }
    }

    pub(crate) fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    pub(crate) fn body(self, body: Body) -> Self {
        Operation { body, ..self }
    }

    pub(crate) fn answers(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    pub(crate) fn problems(mut self, problems: &[Kind]) -> Self {
        self.problems.extend(problems);
        self
    }

    fn value(&self, generator: &mut SchemaGenerator) -> Value {
        let mut responses = Map::new();
        for answer in &self.answers {
            responses.insert(answer.status.to_string(), answer.value(generator));
        }
        for kind in &self.problems {
            let schema = generator.subschema_for::<Written>().to_value();
            let mut response = json!({ "description": kind.title(), "content": { MEDIA_TYPE: { "schema": schema } } });
            if matches!(kind, Kind::Busy | Kind::BudgetSpent) {
                response["headers"] = json!({ "Retry-After": { "schema": { "type": "integer", "minimum": 1 } } });
            }
            responses.insert(kind.status().as_u16().to_string(), response);
        }
        let parameters = self.parameters.iter().map(|parameter| {
            json!({
                "name": parameter.name,
                "in": parameter.place,
                "description": parameter.description,
                "required": parameter.place == "path",
                "schema": parameter.schema,
            })
        });
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "parameters": parameters.collect::<Vec<_>>(),
            "responses": responses,
        });
        if self.access == Access::Anybody {
            operation["security"] = json!([]);
        }
        if self.body == Body::Upload {
            let file = json!({ "type": "string", "format": "binary", "contentMediaType": "text/csv", "description": "A CSV file." });
            let schema = json!({ "type": "object", "required": ["file"], "properties": { "file": file } });
            operation["requestBody"] =
                json!({ "required": true, "content": { "multipart/form-data": { "schema": schema } } });
        }
        operation
    }
}

/// The document of these operations.
pub(crate) fn document<'a>(operations: impl Iterator<Item = &'a Operation>) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in operations {
        let value = operation.value(&mut generator);
        paths.entry(operation.path).or_default().insert(operation.method.to_owned(), value);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Assay",
            "version": "1",
            "summary": "Validates and grades submissions on a machine that holds the answers.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": generator.take_definitions(true),
        },
    })
}
