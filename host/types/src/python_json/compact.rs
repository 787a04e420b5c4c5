//! Values as JSON text without white space. It is JSON: what is no finite number is `null`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Adds any value to a text, as JSON without white space, and builds nothing else of it.
pub struct Compact<'o> {
    /// The text so far.
    pub out: &'o mut String,
    /// How long it may be, in bytes.
    pub limit: usize,
    /// How many levels of lists and objects may follow.
    pub levels: usize,
}

impl Compact<'_> {
    fn add<E: Error>(&mut self, text: impl fmt::Display) -> Result<(), E> {
        use fmt::Write;

        write!(self.out, "{text}").map_err(E::custom)?;
        if self.out.len() > self.limit {
            return Err(E::custom(format_args!("more than {} bytes of JSON", self.limit)));
        }
        Ok(())
    }

    fn deeper<E: Error>(&mut self) -> Result<Compact<'_>, E> {
        let levels = self.levels.checked_sub(1).ok_or_else(|| E::custom("lists and objects are nested too deeply"))?;
        Ok(Compact { out: self.out, limit: self.limit, levels })
    }
}

impl<'de> DeserializeSeed<'de> for Compact<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Compact<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(mut self) -> Result<(), E> {
        self.add("null")
    }

    fn visit_bool<E: Error>(mut self, value: bool) -> Result<(), E> {
        self.add(value)
    }

    fn visit_i64<E: Error>(mut self, value: i64) -> Result<(), E> {
        self.add(value)
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<(), E> {
        self.add(value)
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<(), E> {
        self.add(serde_json::Value::from(value))
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<(), E> {
        self.add(serde_json::Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.add("[")?;
        let start = self.out.len();
        while items.next_element_seed(self.deeper()?)?.is_some() {
            self.out.push(',');
        }
        self.without_comma(start);
        self.add("]")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        self.add("{")?;
        let start = self.out.len();
        while let Some(()) = entries.next_key_seed(self.deeper()?)? {
            self.out.push(':');
            entries.next_value_seed(self.deeper()?)?;
            self.out.push(',');
        }
        self.without_comma(start);
        self.add("}")
    }
}

impl Compact<'_> {
    /// Takes back the comma after the last item of what starts there.
    fn without_comma(&mut self, start: usize) {
        if self.out.len() > start {
            self.out.pop();
        }
    }
}
