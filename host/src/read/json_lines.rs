//! JSON lines.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions, StringArray, UInt64Array};
use arrow::datatypes::{Field, Schema};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use super::column::floats;
use super::error::{Place, ReadError};
use super::lines::Lines;
use super::{Limits, ReadOptions, Table};

/// Reads JSON lines: one object a line, whose keys name the columns. Empty lines are skipped.
///
/// A key that a line lacks and one that is `null` are missing values. A column is `Boolean`, `Int64`, `UInt64` (if a number is beyond
/// `Int64` and none is negative) or `Float64` if all its values are that. Numbers of several types are `Float64`, and so are integers
/// with a missing value, and a column of missing values alone. Any other column is `Utf8`: a string is its text, and what is no string
/// is its JSON text without white space. The columns are in the order in which their keys first appear. If an object has a key twice,
/// the last one counts.
///
/// # Errors
///
/// If the file is not UTF-8, if a line is no JSON object, or if the file is larger than allowed.
pub fn read_json_lines(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Table, ReadError> {
    let mut columns = Columns { options, header: Vec::new(), values: Vec::new(), positions: HashMap::new(), rows: 0 };
    let mut lines = Lines::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    for (line, text) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let not_utf8 = |_| ReadError::NotUtf8 { place: Place { line, cell: 1, column: None } };
        let text = str::from_utf8(text).map_err(not_utf8)?.trim_ascii();
        if !text.is_empty() {
            columns.read(text, line)?;
            lines.push(line);
        }
    }
    let rows = lines.rows();
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (name, values) in columns.header.iter().zip(columns.values) {
        if let Some(values) = values {
            let array = array(values).ok_or_else(|| ReadError::Text { column: name.clone() })?;
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?;
    Ok(Table { header: columns.header, batch, lines })
}

/// The columns as far as they are read.
struct Columns<'a> {
    options: &'a ReadOptions<'a>,
    header: Vec<String>,
    /// None for a column that is not kept. One that has not been met for some lines is shorter than others.
    values: Vec<Option<Vec<Value>>>,
    positions: HashMap<String, usize>,
    rows: usize,
}

impl Columns<'_> {
    fn read(&mut self, text: &str, line: u64) -> Result<(), ReadError> {
        let &Limits { rows, columns, cells, cell_bytes, .. } = self.options.limits;
        if self.rows == rows {
            return Err(ReadError::Rows { limit: rows });
        }
        let mut object = serde_json::Deserializer::from_str(text);
        let read = (&mut *self).deserialize(&mut object).and_then(|()| object.end());
        read.map_err(|error| ReadError::Json { line, message: message(&error) })?;
        if self.header.len() > columns {
            return Err(ReadError::Columns { line, limit: columns });
        }
        self.rows += 1;
        let mut kept = 0;
        for (index, values) in self.values.iter_mut().enumerate() {
            let Some(values) = values else { continue };
            values.resize(self.rows, Value::Null);
            kept += 1;
            if values.last().and_then(Value::as_str).is_some_and(|text| text.len() > cell_bytes) {
                let place = Place { line, cell: index + 1, column: self.header.get(index).cloned() };
                return Err(ReadError::CellLength { place, limit: cell_bytes });
            }
        }
        if self.rows > cells / kept.max(1) {
            return Err(ReadError::Cells { limit: cells });
        }
        Ok(())
    }

    /// The values of a column that is kept.
    fn column(&mut self, name: String) -> Option<&mut Vec<Value>> {
        let position = match self.positions.get(&name) {
            Some(&position) => position,
            None => {
                self.values.push(self.options.keeps(&name).then(Vec::new));
                self.header.push(name.clone());
                self.positions.insert(name, self.header.len() - 1);
                self.header.len() - 1
            }
        };
        self.values.get_mut(position)?.as_mut()
    }
}

impl<'de> DeserializeSeed<'de> for &mut Columns<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Columns<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let rows = self.rows;
        while let Some(name) = map.next_key::<String>()? {
            let Some(values) = self.column(name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value::<Value>()?;
            values.resize(rows, Value::Null);
            // Nested values become text at once, which takes less memory.
            values.push(if value.is_array() || value.is_object() { value.to_string().into() } else { value });
        }
        Ok(())
    }
}

/// What is wrong with a line, without any value of it.
fn message(error: &serde_json::Error) -> String {
    if error.classify() == Category::Data {
        return "this is not an object".into();
    }
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    format!("{} at byte {}", text.strip_suffix(&place).unwrap_or("this is not JSON"), error.column())
}

/// The array of a column, or none if it has too much text for one.
fn array(values: Vec<Value>) -> Option<ArrayRef> {
    let all = |is: fn(&Value) -> bool| values.iter().all(|value| value.is_null() || is(value));
    let missing = values.iter().filter(|value| value.is_null()).count();
    if all(Value::is_boolean) && missing < values.len() {
        return Some(Arc::new(values.iter().map(Value::as_bool).collect::<BooleanArray>()));
    }
    if all(Value::is_number) {
        return Some(if missing == 0 && all(Value::is_i64) {
            Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>())
        } else if missing == 0 && all(Value::is_u64) {
            Arc::new(values.iter().map(Value::as_u64).collect::<UInt64Array>())
        } else {
            Arc::new(floats(values.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()))
        });
    }
    let texts: Vec<Option<String>> = values.into_iter().map(text).collect();
    let bytes: usize = texts.iter().flatten().map(String::len).sum();
    i32::try_from(bytes).ok()?;
    Some(Arc::new(StringArray::from(texts)))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}
