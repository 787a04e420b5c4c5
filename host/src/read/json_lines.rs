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
use super::packed;
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
    packed::refuse(bytes)?;
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
    Ok(Table { header: columns.header, batch, labels: 0, lines })
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
        let known = self.header.len();
        let mut object = serde_json::Deserializer::from_str(text);
        let read = (&mut *self).deserialize(&mut object).and_then(|()| object.end());
        read.map_err(|error| ReadError::Json { line, message: message(&error) })?;
        if self.header.len() > columns {
            return Err(ReadError::Columns { line, limit: columns });
        }
        if let Some(new) = self.header.iter().skip(known).position(|name| name.len() > cell_bytes) {
            let place = Place { line, cell: known + new + 1, column: None };
            return Err(ReadError::CellLength { place, limit: cell_bytes });
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

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};

    use super::*;

    fn read(text: &str) -> Result<Table, ReadError> {
        read_json_lines(text.as_bytes(), &ReadOptions { limits: &Limits::default(), columns: None })
    }

    fn texts(table: &Table, name: &str) -> Vec<Option<String>> {
        table.column(name).unwrap().as_string::<i32>().iter().map(|text| text.map(ToOwned::to_owned)).collect()
    }

    #[test]
    fn a_column_has_the_type_of_all_its_values() {
        let table = read(concat!(
            r#"{"b": true, "i": -1, "u": 18446744073709551615, "f": 1, "t": "é\n", "missing": null, "holes": 1}"#,
            "\n",
            r#"{"b": false, "i": 9007199254740993, "u": 0, "f": 0.1, "t": "", "holes": null}"#,
        ))
        .unwrap();
        assert_eq!(table.header, ["b", "i", "u", "f", "t", "missing", "holes"]);
        assert!(table.column("b").unwrap().as_boolean().iter().eq([Some(true), Some(false)]));
        assert_eq!(table.column("i").unwrap().as_primitive::<Int64Type>().values(), &[-1, 9_007_199_254_740_993]);
        assert_eq!(table.column("u").unwrap().as_primitive::<UInt64Type>().values(), &[u64::MAX, 0]);
        assert_eq!(table.column("f").unwrap().as_primitive::<Float64Type>().values(), &[1.0, 0.1]);
        assert_eq!(texts(&table, "t"), [Some("é\n".into()), Some(String::new())]);
        for (name, nulls) in [("missing", 2), ("holes", 1)] {
            let column = table.column(name).unwrap().as_primitive::<Float64Type>();
            assert_eq!(column.null_count(), nulls);
            assert!((0..2).all(|row| column.is_null(row) == column.value(row).is_nan()));
        }
    }

    #[test]
    fn nested_and_mixed_values_are_json_text() {
        let table =
            read("{\"n\": {\"z\": [1, 0.5], \"a\": null}, \"m\": 1}\n{\"n\": [ ], \"m\": \"1\"}\n{\"m\": true}\n")
                .unwrap();
        assert_eq!(texts(&table, "n"), [Some(r#"{"z":[1,0.5],"a":null}"#.into()), Some("[]".into()), None]);
        assert_eq!(texts(&table, "m"), [Some("1".into()), Some("1".into()), Some("true".into())]);
    }

    #[test]
    fn keys_may_come_late_twice_or_not_be_kept() {
        let keep = |name: &str| name != "skipped";
        let options = ReadOptions { limits: &Limits { cell_bytes: 7, ..Limits::default() }, columns: Some(&keep) };
        let file = "\u{feff}{\"skipped\": \"long enough\"}\r\n\n  {\"late\": 1, \"late\": 2}";
        let table = read_json_lines(file.as_bytes(), &options).unwrap();
        assert_eq!(table.header, ["skipped", "late"]);
        assert_eq!(table.batch.num_columns(), 1);
        let late = table.column("late").unwrap().as_primitive::<Float64Type>();
        assert!(late.iter().eq([None, Some(2.0)]));
        assert_eq!((table.line(0), table.line(1)), (1, 3));
        assert_eq!(*read("").unwrap().batch.schema_ref().fields(), Default::default());
        assert!(read("{}\n{}").unwrap().batch.num_rows() == 2);
        assert_eq!(*read("{\"a\": 1}").unwrap().column("a").unwrap().data_type(), DataType::Int64);
    }

    #[test]
    fn refusals_name_the_line_and_no_value() {
        for (text, expected) in [
            ("{}\n\"secret\"", "line 2: this is not an object"),
            ("{}\n\n[1]", "line 3: this is not an object"),
            ("{\"a\": secret}", "line 1: expected value at byte 7"),
            ("{\"a\": 1} 2", "line 1: trailing characters at byte 10"),
            ("{\"a\":", "line 1: EOF while parsing a value at byte 5"),
        ] {
            let refusal = read(text).unwrap_err().to_string();
            assert!(refusal.starts_with(expected) && !refusal.contains("secret"), "{refusal}");
        }
        let deep = format!("{{\"a\": {}", "[".repeat(100_000));
        assert!(matches!(read(&deep), Err(ReadError::Json { line: 1, .. })));
        let not_utf8 =
            read_json_lines(b"{}\n{\"a\": \"\xff\"}", &ReadOptions { limits: &Limits::default(), columns: None });
        assert!(matches!(not_utf8, Err(ReadError::NotUtf8 { place: Place { line: 2, .. } })));
    }

    #[test]
    fn limits_are_kept() {
        let limits = Limits { bytes: 100, rows: 3, columns: 2, cells: 4, cell_bytes: 4 };
        for (text, expected) in [
            ("{}\n{}\n{}\n{}", "the file has more than 3 rows"),
            ("{\"a\": 1, \"b\": 1}\n{}\n{}", "the file has more than 4 cells"),
            ("{\"a\": 1}\n{\"b\": 1, \"c\": 1}", "line 2: more than 2 columns"),
            ("{\"a\": \"12345\"}", "line 1, column `a`: a cell of more than 4 bytes"),
            ("{\"a\": 1, \"12345\": 1}", "line 1, cell 2: a cell of more than 4 bytes"),
            ("{\"a\": [1, 2]}", "line 1, column `a`: a cell of more than 4 bytes"),
        ] {
            let refusal =
                read_json_lines(text.as_bytes(), &ReadOptions { limits: &limits, columns: None }).unwrap_err();
            assert!(refusal.to_string().starts_with(expected), "{refusal}");
        }
    }
}
