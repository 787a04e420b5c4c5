//! Which form a report has, and whether it has all of it. A report that lacks what its form has was not written so.

use std::fmt;
use std::marker::PhantomData;

use assay_types::excerpt::excerpt;
use assay_types::python_json;
use assay_types::report::{Anchor, ListReceipt, Reported, SCHEMA, Totals};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor,
};
use thiserror::Error;

use super::{KNOWN_ISSUES, SHOWN, lacks};

/// Why a file is no report.
#[derive(Debug, Error)]
pub enum NoReport {
    /// It does not have a report's form; with line and column.
    #[error("{}", excerpt(.0).unquoted(SHOWN))]
    Form(String),
    /// It is a later program's.
    #[error(
        "it has schema {found}, but this program knows reports up to schema {SCHEMA}: use the program that wrote it"
    )]
    Later {
        /// Its schema.
        found: u32,
    },
    /// It does not say whose it is, where it should.
    #[error("its schema is none: a schema is a number from 1 on, and reports without one do not have this field")]
    Schema,
    /// It has no entries.
    #[error("it has no entries, so it claims nothing that could be verified")]
    Empty,
    /// It does not have what a report of its schema has.
    #[error("{of} lacks `{field}`, which every report of schema {schema} has: it was taken out")]
    Lacks {
        /// What lacks it: the report, or an entry.
        of: String,
        /// What it lacks.
        field: &'static str,
        /// The schema that it says it has.
        schema: u32,
    },
    /// It has what reports of its schema do not have.
    #[error("{of} has `{field}`, which no report of schema {schema} has: it was put in")]
    Foreign {
        /// What has it: the report, or an entry.
        of: String,
        /// What it has.
        field: &'static str,
        /// The schema that it says it has.
        schema: u32,
    },
}

/// The form that a report is verified as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// This program's.
    Current,
    /// Of an older schema of this program.
    Older(u32),
    /// Without a schema: the reference's, or that of this program's first versions.
    Reference,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Form::Current => write!(f, "schema {SCHEMA}"),
            Form::Older(1) => f.write_str("schema 1: it does not name its list"),
            Form::Older(schema) => write!(f, "schema {schema}"),
            Form::Reference => {
                f.write_str("the reference's form, without a schema: what it lacks is not held against anything")
            }
        }
    }
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct Claims {
    /// The form that it has.
    pub form: Form,
    /// What it says of each entry; one or more.
    pub entries: Vec<Reported>,
    /// What it says of all; none if it is the report on one submission.
    pub totals: Option<Totals>,
    /// The list that it says it is on.
    pub list: Option<ListReceipt>,
    /// The state of the log of uses that it says it knows.
    pub use_log: Option<Anchor>,
}

/// What tells forms apart.
#[derive(Deserialize)]
struct Kind {
    #[serde(default, deserialize_with = "there")]
    schema: Option<Option<u32>>,
    #[serde(default, deserialize_with = "there")]
    competition_id: Option<Option<IgnoredAny>>,
}

/// A value that may be left out, which is not the same as `null`.
fn there<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What is claimed by a file that `assay grade` or `assay grade-sample` wrote, or the reference.
///
/// # Errors
///
/// If it is neither; with line and column.
pub fn parse(text: &[u8]) -> Result<Claims, NoReport> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let wrong = |error: python_json::Error| NoReport::Form(without_fields(error.in_lines(text)));
    let Kind { schema, competition_id } = python_json::from_slice(text).map_err(wrong)?;
    let form = match schema {
        None => Form::Reference,
        Some(None | Some(0)) => return Err(NoReport::Schema),
        Some(Some(SCHEMA)) => Form::Current,
        Some(Some(found)) if found > SCHEMA => return Err(NoReport::Later { found }),
        Some(Some(older)) => Form::Older(older),
    };
    let claims = if competition_id.is_some() {
        let Written { rest: entry, beside } = read(text, form).map_err(wrong)?;
        Claims { form, entries: vec![entry], totals: None, list: None, use_log: beside.use_log }
    } else {
        let Written { rest, beside } = read::<Totals>(text, form).map_err(wrong)?;
        let entries = beside.entries.ok_or_else(|| NoReport::Form("missing field `competition_reports`".into()))?;
        match (form, &beside.list) {
            (Form::Current, None) => return Err(lacking("the report", "list", SCHEMA)),
            (Form::Older(schema @ 2..), None) => return Err(lacking("the report", "list", schema)),
            (Form::Older(schema @ ..2), Some(_)) => return Err(foreign("the report", "list", schema)),
            (Form::Reference, Some(_)) => return Err(NoReport::Form("unknown field `list`".into())),
            _ => {}
        }
        Claims { form, entries, totals: Some(rest), list: beside.list.flatten(), use_log: beside.use_log }
    };
    if claims.entries.is_empty() {
        return Err(NoReport::Empty);
    }
    match form {
        Form::Reference => {}
        Form::Current => complete(&claims, SCHEMA)?,
        Form::Older(schema) => complete(&claims, schema)?,
    }
    Ok(claims)
}

/// A message on an unknown field, without all that are known: then there is room for its place.
fn without_fields(message: String) -> String {
    let (known, place) = (message.find(", expected "), message.rfind(" at line "));
    let [before, place] = [known.and_then(|at| message.get(..at)), place.and_then(|at| message.get(at..))];
    match (before, place) {
        (Some(before), Some(place)) if message.starts_with("unknown field ") => format!("{before}{place}"),
        _ => message,
    }
}

/// Of equal names, Python takes the last one, and so does whoever reads what the reference wrote. This program never wrote any.
fn read<T: Parts>(text: &[u8], form: Form) -> Result<Written<T>, python_json::Error> {
    match form {
        Form::Reference => python_json::from_slice(text),
        Form::Current | Form::Older(_) => python_json::from_slice_of_unique_names(text),
    }
}

/// A value, and what is written beside its fields in the same object.
struct Written<T> {
    rest: T,
    beside: Beside,
}

/// A value that something is written beside.
trait Parts: DeserializeOwned {
    /// The names of that.
    const BESIDE: &'static [&'static str];
}

/// A report on a batch is its totals and these.
impl Parts for Totals {
    const BESIDE: &'static [&'static str] = &["schema", "list", "competition_reports", "use_log"];
}

/// A report on one submission is an entry and these.
impl Parts for Reported {
    const BESIDE: &'static [&'static str] = &["schema", "use_log"];
}

/// What is written beside the fields of totals, or of an entry.
#[derive(Default)]
struct Beside {
    list: Option<Option<ListReceipt>>,
    entries: Option<Vec<Reported>>,
    use_log: Option<Anchor>,
}

impl Beside {
    fn take<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A) -> Result<(), A::Error> {
        match name {
            "list" => self.list = Some(object.next_value()?),
            "competition_reports" => self.entries = Some(object.next_value()?),
            "use_log" => self.use_log = Some(object.next_value()?),
            _ => drop(object.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de, T: Parts> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);

        impl<'de, T: Parts> Visitor<'de> for Object<T> {
            type Value = Written<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a report")
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Written<T>, A::Error> {
                let mut beside = Beside::default();
                let rest = Rest { object, names: T::BESIDE, beside: &mut beside };
                let rest = T::deserialize(MapAccessDeserializer::new(rest))?;
                Ok(Written { rest, beside })
            }
        }

        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// An object without what is beside.
struct Rest<'b, A> {
    object: A,
    names: &'static [&'static str],
    beside: &'b mut Beside,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, mut seed: S) -> Result<Option<S::Value>, A::Error> {
        loop {
            match self.object.next_key_seed(Name { names: self.names, seed })? {
                None => return Ok(None),
                Some(Side::Rest(name)) => return Ok(Some(name)),
                Some(Side::Beside(name, unused)) => {
                    self.beside.take(name, &mut self.object)?;
                    seed = unused;
                }
            }
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.object.next_value_seed(seed)
    }
}

/// A name that is read by the seed, unless it is one of these.
struct Name<S> {
    names: &'static [&'static str],
    seed: S,
}

/// A name: one of those beside, with the seed that is still to be used, or another.
enum Side<S, V> {
    Beside(&'static str, S),
    Rest(V),
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<S> {
    type Value = Side<S, S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Name<S> {
    type Value = Side<S, S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        match self.names.iter().find(|known| **known == name) {
            Some(known) => Ok(Side::Beside(known, self.seed)),
            // The place of an unknown name is known to whoever reads the name.
            None => self.seed.deserialize(name.into_deserializer()).map(Side::Rest),
        }
    }
}

fn lacking(of: impl Into<String>, field: &'static str, schema: u32) -> NoReport {
    NoReport::Lacks { of: of.into(), field, schema }
}

fn foreign(of: impl Into<String>, field: &'static str, schema: u32) -> NoReport {
    NoReport::Foreign { of: of.into(), field, schema }
}

/// Does a report have all that reports of its schema have?
fn complete(claims: &Claims, schema: u32) -> Result<(), NoReport> {
    if claims.totals.as_ref().is_some_and(|totals| totals.total_outside_lock.is_none()) {
        return Err(lacking("the report", "total_outside_lock", schema));
    }
    for (index, entry) in claims.entries.iter().enumerate() {
        let of = || format!("entry {}", index + 1);
        if let Some(field) = lacks(entry).into_iter().find(|&field| schema >= 3 || field != KNOWN_ISSUES) {
            return Err(lacking(of(), field, schema));
        }
        if schema < 3 && entry.known_issues.is_some() {
            return Err(foreign(of(), KNOWN_ISSUES, schema));
        }
        if schema < 3 && entry.bootstrap.is_some() {
            return Err(foreign(of(), "bootstrap", schema));
        }
        let Some(receipt) = entry.receipt.as_ref().and_then(Option::as_ref) else { continue };
        match () {
            () if receipt.competition.is_none() => return Err(lacking(of(), "receipt.competition", schema)),
            () if receipt.grader.id.is_none() => return Err(lacking(of(), "receipt.grader.id", schema)),
            () if receipt.fuel.is_none() && schema < 2 => return Err(lacking(of(), "receipt.fuel", schema)),
            () if receipt.fuel.is_some() && schema >= 2 => return Err(foreign(of(), "receipt.fuel", schema)),
            () => {}
        }
    }
    Ok(())
}
