use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};

use super::*;

fn read(text: &str) -> Result<Table, ReadError> {
    read_json_lines(
        text.as_bytes(),
        &ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() },
    )
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
        read("{\"n\": {\"z\": [1, 0.5], \"a\": null}, \"m\": 1}\n{\"n\": [ ], \"m\": \"1\"}\n{\"m\": true}\n").unwrap();
    assert_eq!(texts(&table, "n"), [Some(r#"{"z":[1,0.5],"a":null}"#.into()), Some("[]".into()), None]);
    assert_eq!(texts(&table, "m"), [Some("1".into()), Some("1".into()), Some("true".into())]);
}

#[test]
fn keys_may_come_late_twice_or_not_be_kept() {
    let keep = |name: &str| name != "skipped";
    let options = ReadOptions {
        limits: &Limits { cell_bytes: 7, ..Limits::default() },
        columns: Some(&keep),
        threads: crate::Threads::one(),
    };
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
    let not_utf8 = read_json_lines(
        b"{}\n{\"a\": \"\xff\"}",
        &ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() },
    );
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
        let refusal = read_json_lines(
            text.as_bytes(),
            &ReadOptions { limits: &limits, columns: None, threads: crate::Threads::one() },
        )
        .unwrap_err();
        assert!(refusal.to_string().starts_with(expected), "{refusal}");
    }
}

/// What Python's `json.loads` reads, with missing values as pandas has them.
#[test]
fn lines_are_read_as_python_writes_them() {
    let table = read(concat!(
        r#"{"f": NaN, "i": 1, "b": true, "t": "\ud800", "n": {"a": NaN, "b": 1, "a": [Infinity]}, "w": 1e999, "z": -0}"#,
        "\n",
        r#"{"f": -Infinity, "i": NaN, "b": NaN, "t": NaN, "n": 0.5, "w": 1, "z": 2, "z": 3}"#,
    ))
    .unwrap();
    let floats = |name: &str| table.column(name).unwrap().as_primitive::<Float64Type>().iter().collect::<Vec<_>>();
    assert_eq!(floats("f"), [None, Some(f64::NEG_INFINITY)]);
    assert_eq!(floats("i"), [Some(1.0), None]);
    assert!(table.column("b").unwrap().as_boolean().iter().eq([Some(true), None]));
    assert_eq!(texts(&table, "t"), [Some("\u{fffd}".into()), None]);
    assert_eq!(texts(&table, "n"), [Some(r#"{"b":1,"a":[null]}"#.into()), Some("0.5".into())]);
    assert_eq!(floats("w"), [Some(f64::INFINITY), Some(1.0)]);
    assert_eq!(table.column("z").unwrap().as_primitive::<Int64Type>().values(), &[0, 3]);
}
