//! What pandas 2.3.3 gives for each file: made with `pandas.read_csv(path, float_precision="round_trip")` in Python 3.11.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};

use super::super::{Limits, ReadError, ReadOptions, Table, read_csv};

fn read(csv: &str) -> Result<Table, ReadError> {
    read_csv(csv.as_bytes(), &ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() })
}

fn refusal(csv: &[u8], limits: &Limits) -> String {
    read_csv(csv, &ReadOptions { limits, columns: None, threads: crate::Threads::one() }).unwrap_err().to_string()
}

/// Names, types and values of all columns.
fn shown(table: &Table) -> String {
    let columns = table.header.iter().map(|name| {
        let array = table.column(name).unwrap();
        let value = |row: usize| match array.data_type() {
            _ if array.is_null(row) => "-".to_owned(),
            DataType::Boolean => array.as_boolean().value(row).to_string(),
            DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
            DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
            DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
            _ => format!("{:?}", array.as_string::<i32>().value(row)),
        };
        let kind = match array.data_type() {
            DataType::Boolean => "bool",
            DataType::Int64 => "i64",
            DataType::UInt64 => "u64",
            DataType::Float64 => "f64",
            _ => "text",
        };
        let values: String = (0..array.len()).map(|row| format!(" {}", value(row))).collect();
        format!("{name} {kind}:{values}")
    });
    columns.collect::<Vec<_>>().join("; ")
}

#[test]
fn layouts() {
    for (csv, expected) in [
        ("", ""),
        ("\n \t\r\n", ""),
        ("\u{feff}", ""),
        ("\u{feff}a\n1\n", "a i64: 1"),
        ("\u{feff}\u{feff}a\n1\n", "\u{feff}a i64: 1"),
        ("a,b\n", "a text:; b text:"),
        ("a,b", "a text:; b text:"),
        ("a,b\r\n1,2\r\n3,4", "a i64: 1 3; b i64: 2 4"),
        ("a,b\r1,2\r3,4\r", "a i64: 1 3; b i64: 2 4"),
        ("a,b\n1,2\r3,4\r\n5,6\n", "a i64: 1 3 5; b i64: 2 4 6"),
        ("\n\na,b\n \n1,2\n\t\n\n3,4\n  ", "a i64: 1 3; b i64: 2 4"),
        ("a\n\" \"\n\"\"\n", r#"a text: " " -"#),
        ("a,b\n ,1\n", r#"a text: " "; b i64: 1"#),
        ("a,b\nx\n1,2\n", r#"a text: "x" "1"; b f64: - 2.0"#),
        ("a,b\n1,2,3\n4,5,6\n", "a i64: 2 5; b i64: 3 6"),
        ("a,b\n1,2,3\n4,5\n6\n", "a f64: 2.0 5.0 -; b f64: 3.0 - -"),
        ("a,b\n1,2,3,4\n", "a i64: 3; b i64: 4"),
        ("a,b\n1,x,\n3,y,\n", r#"a text: "x" "y"; b f64: - -"#),
        ("a,b,\n1,2,\n", "a i64: 1; b i64: 2; Unnamed: 2 f64: -"),
        ("a,b\n\"x,\n\"\"y\"\"\",1\n", r#"a text: "x,\n\"y\""; b i64: 1"#),
        ("a,b\nx\"y, \"z\"\n\"x\"y\"z\",\"\"\"\"\n", r#"a text: "x\"y" "xy\"z\""; b text: " \"z\"" "\"""#),
        ("a\n\"x\ry\"\n", r#"a text: "x\ry""#),
        ("x,x,x.1\n1,2,3\n", "x i64: 1; x.2 i64: 2; x.1 i64: 3"),
        (",a,\n1,2,3\n", "Unnamed: 0 i64: 1; a i64: 2; Unnamed: 2 i64: 3"),
    ] {
        assert_eq!(shown(&read(csv).unwrap()), expected, "{csv:?}");
    }
}

#[test]
fn types() {
    for (csv, expected) in [
        ("a\n1\n-2\n", "a i64: 1 -2"),
        ("a\n1\nNA\n", "a f64: 1.0 -"),
        ("a\n+5\n 007 \n\"8\"\n", "a i64: 5 7 8"),
        ("a\n1\n1.5\n", "a f64: 1.0 1.5"),
        ("a\n-0\n1.5\n", "a f64: -0.0 1.5"),
        ("a,b\n-0,1\n,1\n", "a f64: 0.0 -; b i64: 1 1"),
        ("a\n18446744073709551615\n1\n", "a u64: 18446744073709551615 1"),
        ("a,b\n18446744073709551615,1\n,1\nNA,1\n", r#"a text: "18446744073709551615" "" "NA"; b i64: 1 1 1"#),
        ("a,b\n,1\n18446744073709551615,1\n", r#"a text: "" "18446744073709551615"; b i64: 1 1"#),
        ("a\n-0\n18446744073709551615\n", r#"a text: "-0" "18446744073709551615""#),
        ("a\n18446744073709551615\n-1\n", r#"a text: "18446744073709551615" "-1""#),
        ("a\n18446744073709551615\n-1.5\n", r#"a text: "18446744073709551615" "-1.5""#),
        ("a\n-1.5\n18446744073709551615\n", "a f64: -1.5 1.8446744073709552e19"),
        ("a\n1\n18446744073709551616\n", r#"a text: "1" "18446744073709551616""#),
        ("a\n1.0\n18446744073709551616\n", "a f64: 1.0 1.8446744073709552e19"),
        ("a\n18446744073709551616\n1.0\n", r#"a text: "18446744073709551616" "1.0""#),
        ("a\n18446744073709551615.5\n1\n", "a f64: 1.8446744073709552e19 1.0"),
        ("a\n-9223372036854775809\n0.5\n", "a f64: -9.223372036854776e18 0.5"),
        ("a\n-9223372036854775809\n1\n", r#"a text: "-9223372036854775809" "1""#),
        ("a,b\n-9223372036854775808,1\n,1\n", "a f64: - -; b i64: 1 1"),
        ("a\n-9223372036854775808\nNA\n0.5\n", "a f64: -9.223372036854776e18 - 0.5"),
        ("a\n1e400\n1\n", r#"a text: "1e400" "1""#),
        ("a\n-1e400\n1e-400\n", "a f64: -inf 0.0"),
        ("a\ninf\n-Infinity\n", "a f64: inf -inf"),
        ("a\ninf \n", r#"a text: "inf ""#),
        ("a,b\n,1\nnull,1\n", "a f64: - -; b i64: 1 1"),
        ("a,b\n,1\ntRuE,1\nFALSE,1\n", "a bool: - true false; b i64: 1 1 1"),
        ("a\nTrue\n1\n", r#"a text: "True" "1""#),
        ("a\n1\nTrue\n", r#"a text: "1" "True""#),
        ("a\nTrue\nx\n", r#"a text: "True" "x""#),
        ("a,b\n,1\nx,1\nNA,1\n na,1\n", r#"a text: - "x" - " na"; b i64: 1 1 1 1"#),
        ("a\n1\nx\nNA\n", r#"a text: "1" "x" -"#),
        ("a\n1.5\nx\nNA\n", r#"a text: "1.5" "x" -"#),
        ("a\n1_0\n", r#"a text: "1_0""#),
        ("a\n１\n", r#"a text: "１""#),
        ("a\n5\u{a0}\n", r#"a text: "5\u{a0}""#),
    ] {
        assert_eq!(shown(&read(csv).unwrap()), expected, "{csv:?}");
    }
}

// What the whole column is does not depend on where the cell is that decides it, before or after what is read as a sample.
#[test]
fn a_cell_far_down_decides_a_type() {
    for (most, odd, expected) in [
        ("1", "x", "text"),
        ("1", "0.5", "f64"),
        ("1", "", "f64"),
        ("1", "18446744073709551615", "u64"),
        ("-1", "18446744073709551615", "text"),
        ("0.5", "x", "text"),
        ("0.5", "18446744073709551616", "f64"),
        ("True", "1", "text"),
        ("True", "", "bool"),
        ("", "True", "bool"),
        ("", "x", "text"),
        ("x", "1", "text"),
    ] {
        for (before, after) in [(2500, 0), (1500, 1500), (3, 2500)] {
            let line = |cell: &str| format!("{cell},1\n");
            let csv = format!("a,b\n{}{}{}", line(most).repeat(before), line(odd), line(most).repeat(after));
            let table = read(&csv).unwrap();
            assert!(shown(&table).starts_with(&format!("a {expected}: ")), "{most} {before}, {odd}, {after}");
            if expected == "text" && !most.is_empty() {
                let texts: Vec<_> = table.column("a").unwrap().as_string::<i32>().iter().flatten().collect();
                assert_eq!((texts[0], texts[before], texts.len()), (most, odd, before + after + 1));
            }
        }
    }
}

#[test]
fn text_after_something_else_still_has_missing_values() {
    let table = read(&format!("a,b\n1,1\nx,1\n{}", "NA,1\n".repeat(2000))).unwrap();
    assert_eq!(table.column("a").unwrap().null_count(), 2000);
}

#[test]
fn doubles_are_nan_where_they_are_missing() {
    for csv in ["a,b\n1,1\n,1\n", "a,b\n0.5,1\nNA,1\n", "a,b\n,1\n,1\n"] {
        let table = read(csv).unwrap();
        let array = table.column("a").unwrap().as_primitive::<Float64Type>();
        assert!(array.null_count() > 0 && (0..2).all(|row| array.value(row).is_nan() == array.is_null(row)), "{csv:?}");
    }
}

#[test]
fn rows_know_their_lines() {
    for (csv, expected) in [
        ("a\n1\n2\n", vec![2, 3]),
        ("a\r1\r\r2\r", vec![2, 4]),
        ("\r\n \r\na\r\n1\r\n\r\n\r\n2", vec![4, 7]),
        ("a,b\n\"x\r\n\n\ry\",1\n2,2\n", vec![2, 6]),
        ("\"a\nb\"\nx\"\ny\n", vec![3, 4]),
    ] {
        let table = read(csv).unwrap();
        let lines: Vec<u64> = (0..table.batch.num_rows()).map(|row| table.line(row)).collect();
        assert_eq!(lines, expected, "{csv:?}");
    }
}

#[test]
fn columns_that_are_not_kept_are_not_looked_at() {
    let limits = Limits { cell_bytes: 5, ..Limits::default() };
    let keep = |name: &str| name == "b";
    let options = ReadOptions { limits: &limits, columns: Some(&keep), threads: crate::Threads::one() };
    let table = read_csv(b"a,b,c\n123456,1,\0\n,2\n", &options).unwrap();
    assert_eq!(table.header, ["a", "b", "c"]);
    assert_eq!(table.batch.num_columns(), 1);
    assert_eq!(table.column("b").unwrap().as_primitive::<Int64Type>().values(), &[1, 2]);
    assert!(table.column("a").is_none());
    let none = |_: &str| false;
    let table =
        read_csv(b"a\n1\n2\n", &ReadOptions { limits: &limits, columns: Some(&none), threads: crate::Threads::one() })
            .unwrap();
    assert_eq!((table.batch.num_rows(), table.batch.num_columns()), (2, 0));
}

// pandas refuses these too, but for the NUL, and the carriage return that it stumbles over.
#[test]
fn refusals_name_the_place() {
    for (csv, expected) in [
        (&b"a,b\n1,2\n\n3,4,5\n"[..], "line 4: 3 cells, but 2 are expected"),
        (b"a,b\n1,2,3\n4,5,6,7\n", "line 3: 4 cells, but 3 are expected"),
        (b"a,b\n1,\"x\ny\"\n2,\"z\n3,4\n", "line 4, column `b`: a quote opens here in `z\\n3,4\\n` and never closes"),
        (b"a\n\"", "line 2, column `a`: a quote opens here in `` and never closes"),
        (b"a,b\n\"x\n\",\"y", "line 3, column `b`: a quote opens here in `y` and never closes"),
        (b"a,\"b\n1,2\n", "line 1, cell 2: a quote opens here in `b\\n1,2\\n` and never closes"),
        (b"a,b\n1,2\n\"3\n\",\xff\n", "line 4, column `b`: bytes that are not UTF-8"),
        (b"a,\xff\n1,2\n", "line 1, column `\u{fffd}`: bytes that are not UTF-8"),
        (b"a,b\n1,2,\xed\xa0\x80\n", "line 2, column `b`: bytes that are not UTF-8"),
        (b"a,b\n1,2\n3,x\0y\n", "line 3, column `b`: a NUL character in `x\\u{0}y`"),
        (b"a\0,b\n1,2\n", "line 1, cell 1: a NUL character in `a\\u{0}`"),
        (b"a,b\r1,2\r3,4\r 5,6\r", "line 4: after a line that ends in a bare carriage return"),
        (b"a,b\r1,2\r \r,4\r5,6\r", "line 4: after a line that ends in a bare carriage return"),
        (b"a,b\r1,2\r\r,4\r", "line 4: after a line that ends in a bare carriage return"),
    ] {
        let refusal = refusal(csv, &Limits::default());
        assert!(refusal.starts_with(expected), "{refusal}");
    }
    let withheld = |known| read("a\n\"secret").unwrap_err().withheld(|name| name == known).to_string();
    assert!(withheld("a").starts_with("line 2, column `a`: a quote opens here and never closes"), "{}", withheld("a"));
    assert!(withheld("b").starts_with("line 2, cell 1: a quote opens here and never closes"), "{}", withheld("b"));
}

#[test]
fn limits_are_kept() {
    let limits = Limits { bytes: 100, rows: 3, columns: 2, cells: 4, cell_bytes: 4 };
    for (csv, expected) in [
        ("a\n1\n2\n3\n4\n", "the file has more than 3 rows"),
        ("a,b\n1\n2\n3\n", "the file has more than 4 cells"),
        ("a,b,c\n", "line 1: more than 2 columns"),
        ("a,b\n\n1,2,3\n", "line 3: more than 2 columns"),
        ("a,b\n1,12345\n", "line 2, column `b`: a cell of more than 4 bytes"),
        ("a,bcdef\n1,2\n", "line 1, cell 2: a cell of more than 4 bytes"),
    ] {
        let refusal = refusal(csv.as_bytes(), &limits);
        assert!(refusal.starts_with(expected), "{csv:?}: {refusal}");
    }
    let fits =
        read_csv(b"a,b\n1,1234\n2\n", &ReadOptions { limits: &limits, columns: None, threads: crate::Threads::one() })
            .unwrap();
    assert_eq!(shown(&fits), "a i64: 1 2; b f64: 1234.0 -");
}

#[test]
fn cells_may_be_longer_and_more_than_the_first_buffers() {
    for length in [4094, 4095, 4096, 4097, 20_000] {
        let name = "n".repeat(length);
        let text = "é\"".repeat(length);
        let csv = format!("{name},b\n\"{}\",1\n", text.replace('"', "\"\""));
        let table = read(&csv).unwrap();
        assert_eq!(table.header[0], name);
        assert_eq!(table.column(&name).unwrap().as_string::<i32>().value(0), text);
        assert!(refusal(csv.trim_end_matches("\",1\n").as_bytes(), &Limits::default()).contains("never closes"));
    }
    for count in [63, 64, 65, 1000] {
        let names: Vec<String> = (0..count).map(|index| format!("c{index}")).collect();
        let table = read(&format!("{}\n{}", names.join(","), ",".repeat(count - 1))).unwrap();
        assert_eq!((table.header.as_slice(), table.batch.num_rows()), (names.as_slice(), 1));
    }
}
