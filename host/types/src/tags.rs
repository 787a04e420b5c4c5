//! Tags: what a list says of an entry beside its competition and its submission, such as a run's id or seed. Nobody reads them; they
//! are carried into the report.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{self, Serializer};
use serde::{Deserialize, Serialize};

use crate::python_json::Compact;

/// The most bytes that tags take as JSON text. A line of a list has 64 KiB, but `1e15` is written as `1000000000000000.0`.
const MAX_BYTES: usize = 512 << 10;

/// How deep lists and objects in tags may be nested.
const MAX_LEVELS: usize = 64;

/// A JSON object by whoever wrote the list. A number that is not finite is `null` in it, since a report is JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The members as compact JSON text, each with a comma after it: text takes less memory than a tree.
    members: String,
}

impl Tags {
    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Adds the next entry of an object that is being read, by its name.
    ///
    /// # Errors
    ///
    /// If its value cannot be read, or tags become too large.
    pub fn add<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A) -> Result<(), A::Error> {
        self.members += &serde_json::Value::from(name).to_string();
        self.members.push(':');
        object.next_value_seed(Compact { out: &mut self.members, limit: MAX_BYTES, levels: MAX_LEVELS })?;
        self.members.push(',');
        Ok(())
    }
}

/// As a JSON object; `{}` if there are none.
impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.members.strip_suffix(',').unwrap_or_default())
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tags: serde_json::Value = serde_json::from_str(&self.to_string()).map_err(ser::Error::custom)?;
        tags.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Tags;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tags")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Tags, A::Error> {
                let mut tags = Tags::default();
                while let Some(name) = object.next_key::<String>()? {
                    tags.add(&name, &mut object)?;
                    if tags.members.len() > MAX_BYTES {
                        return Err(de::Error::custom(format_args!("tags of more than {MAX_BYTES} bytes")));
                    }
                }
                Ok(tags)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_as_they_were_read() {
        let json = r#"{"run_id":"a\u001b\n","seed":18446744073709551615,"x":[0.5,{"y":null}],"é":true}"#;
        let tags: Tags = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&tags).unwrap(), json);
        assert!(!tags.is_empty());
        let none: Tags = serde_json::from_str("{}").unwrap();
        assert_eq!(none.to_string(), "{}");
        assert!(none.is_empty());
    }

    #[test]
    fn tags_are_bounded() {
        let read = |value: String| serde_json::from_str::<Tags>(&format!("{{\"a\": {value}}}"));
        assert!(read("[".repeat(MAX_LEVELS) + &"]".repeat(MAX_LEVELS)).is_ok());
        assert!(read("[".repeat(MAX_LEVELS + 1) + &"]".repeat(MAX_LEVELS + 1)).is_err());
        assert!(read(format!("[{}0]", "0,".repeat(MAX_BYTES / 2))).is_err());
        assert!(serde_json::from_str::<Tags>(&format!("{{\"{}\": 1}}", "x".repeat(MAX_BYTES))).is_err());
        assert!(serde_json::from_str::<Tags>("[]").is_err());
    }
}
