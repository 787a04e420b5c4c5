//! A `serde` deserialiser over the tokens.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::Error;
use super::tokens::{Next, Tokens};

/// The next value, so many levels deep.
pub(super) struct Json<'a, 'de> {
    pub(super) tokens: &'a mut Tokens<'de>,
    pub(super) depth: usize,
}

impl<'de> Json<'_, 'de> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Json { tokens, depth } = self;
        match tokens.peek()? {
            Next::Null => {
                tokens.word("null")?;
                visitor.visit_unit()
            }
            Next::Bool(value) => {
                tokens.word(if value { "true" } else { "false" })?;
                visitor.visit_bool(value)
            }
            Next::Number => number(tokens.number()?, visitor),
            Next::Text => {
                let start = tokens.at();
                string(tokens.string()?, start, |text| text.deserialize_str(visitor))
            }
            Next::List => {
                tokens.deeper(depth)?;
                let mut items = Items { done: tokens.open(b']'), end: b']', tokens, depth: depth + 1 };
                let value = visitor.visit_seq(&mut items)?;
                items.is_done().map(|()| value)
            }
            Next::Object => {
                tokens.deeper(depth)?;
                let mut items = Items { done: tokens.open(b'}'), end: b'}', tokens, depth: depth + 1 };
                let value = visitor.visit_map(&mut items)?;
                items.is_done().map(|()| value)
            }
        }
    }
}

fn number<'de, V: Visitor<'de>>(token: &str, visitor: V) -> Result<V::Value, Error> {
    if let Ok(value) = token.parse() {
        visitor.visit_i64(value)
    } else if let Ok(value) = token.parse() {
        visitor.visit_u64(value)
    } else {
        // Rust reads `Infinity` too. What is no number is told by the tokens before.
        visitor.visit_f64(token.parse().unwrap_or(f64::NAN))
    }
}

/// Lets `serde_json` read a string that starts there.
fn string<'de, T>(
    token: &'de str,
    start: usize,
    read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'de>>) -> Result<T, serde_json::Error>,
) -> Result<T, Error> {
    read(&mut serde_json::Deserializer::from_str(token)).map_err(|error| Error::of_token(&error, start))
}

impl<'de> Deserializer<'de> for Json<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.tokens.peek()?;
        let start = self.tokens.at();
        self.visit(visitor).map_err(|error| error.within(start))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.tokens.peek()? == Next::Null { self.deserialize_any(visitor) } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Of enums, those of names alone.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let next = self.tokens.peek()?;
        let start = self.tokens.at();
        match next {
            Next::Text => visitor.visit_enum(Name { token: self.tokens.string()?, start }),
            _ => Err(self.tokens.error("expected a string")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.tokens.skip(self.depth)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier
    }
}

/// What is in a list or an object.
struct Items<'a, 'de> {
    tokens: &'a mut Tokens<'de>,
    depth: usize,
    end: u8,
    done: bool,
}

impl<'de> Items<'_, 'de> {
    fn value<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let value = seed.deserialize(Json { tokens: self.tokens, depth: self.depth })?;
        self.done = self.tokens.close(self.end)?;
        Ok(value)
    }

    fn is_done(&self) -> Result<(), Error> {
        if self.done { Ok(()) } else { Err(Error::custom("more items than expected")) }
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.done { Ok(None) } else { self.value(seed).map(Some) }
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.done {
            return Ok(None);
        }
        let (name, start) = self.tokens.name()?;
        string(name, start, |text| seed.deserialize(text)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.value(seed)
    }
}

/// The name of an enum's variant.
struct Name<'de> {
    token: &'de str,
    start: usize,
}

impl<'de> EnumAccess<'de> for Name<'de> {
    type Error = Error;
    type Variant = Unit;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Unit), Error> {
        let name = string(self.token, self.start, |text| serde::Deserialize::deserialize(text))?;
        let name: std::borrow::Cow<'de, str> = name;
        let variant = seed.deserialize(IntoDeserializer::<Error>::into_deserializer(name));
        variant.map(|variant| (variant, Unit)).map_err(|error: Error| error.within(self.start))
    }
}

/// A variant that has nothing but its name.
struct Unit;

impl<'de> VariantAccess<'de> for Unit {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Error> {
        Err(Error::custom("expected a name alone"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("expected a name alone"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Error> {
        Err(Error::custom("expected a name alone"))
    }
}
