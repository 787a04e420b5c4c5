//! Files of other programs, read and written as these do: expected is what they gave.

use std::sync::Arc;

use crate::made::{Problem, bytes_made, made};

/// The lines that pandas makes of lines of JSON.
fn lines(text: &str) -> String {
    let steps = "
        { read-json-lines = { file = \"raw/a\", as = \"all\" } },
        { write-json-lines = { list = { table = \"all\" }, file = \"public/b\" } },";
    made(&[("a", text.as_bytes())], steps, "public/b").unwrap_or_else(|error| error.to_string())
}

/// pandas 2.3.3: `read_json(lines=True)`, then `to_json(orient="records", lines=True)`.
#[test]
fn lines_are_read_and_written_as_by_pandas() {
    assert_eq!(
        lines("{\"a\": 1.0, \"b\": [1.0, 2]}\n\n{\"a\": 2.0}"),
        "{\"a\":1,\"b\":[1.0,2]}\n{\"a\":2,\"b\":null}\n"
    );
    assert_eq!(
        lines("{\"a\": 1}\n{\"b\": \"x/\u{e9}\u{7f}\"}"),
        "{\"a\":1.0,\"b\":null}\n{\"a\":null,\"b\":\"x\\/\\u00e9\u{7f}\"}\n"
    );
    assert_eq!(lines("{\"a\": \"5655493461695504401\"}"), "{\"a\":5655493461695504384}\n");
    assert_eq!(
        lines("{\"a\": [-1e-12, -0.0, 1e-7, 5e-16, 1e17, 0.99999999999]}"),
        "{\"a\":[-0.0,0.0,0.0000001,5e-16,1e+17,1.0]}\n"
    );
    assert!(lines("{\"a\": 1}\n{\"date\": 1}").contains("column date"));
    assert!(lines("{\"a\": 1}\n{\"a\": }").contains("line 2"));
}

/// The objects of a list, a line each, as Python's `json` writes them.
fn objects(text: &str, frame: bool) -> String {
    let steps = format!(
        "{{ read-objects = {{ file = \"raw/a\", frame = {frame}, as = \"all\" }} }},
        {{ write-lines = {{ table = \"all\", line = \"{{object}}\", file = \"public/b\" }} }},"
    );
    made(&[("a", text.as_bytes())], &steps, "public/b").unwrap_or_else(|error| error.to_string())
}

#[test]
fn json_is_written_as_python_writes_it() {
    let text = r#"[ {"b":1e-7,"a":[ -0,-0.0, 123456789012345678901234567890,NaN,{}],"b":"é\/😀\u007f"}] "#;
    let wanted = r#"{"b": "\u00e9/\ud83d\ude00\u007f", "a": [0, -0.0, 123456789012345678901234567890, NaN, {}]}"#;
    assert_eq!(objects(text, false), format!("{wanted}\n"));
    assert!(objects("[{},]", false).contains("there is no value"));
    assert!(objects("[{\"a\": 01}]", false).contains("line 1"));
}

/// pandas 2.3.3: `DataFrame(list).to_dict(orient="records")`.
#[test]
fn one_missing_number_makes_the_others_doubles() {
    let after = |list: &str| objects(list, true).lines().collect::<Vec<_>>().join(", ");
    assert_eq!(after(r#"[{"a": 1, "b": "x"}, {"b": null}]"#), r#"{"a": 1.0, "b": "x"}, {"a": NaN, "b": null}"#);
    assert_eq!(after(r#"[{"a": 1}, {"a": 2}]"#), r#"{"a": 1}, {"a": 2}"#);
    assert_eq!(after(r#"[{"a": 1}, {"a": 2.5}, {"a": null}]"#), r#"{"a": 1.0}, {"a": 2.5}, {"a": NaN}"#);
    assert_eq!(after(r#"[{"a": null}, {"a": null}]"#), r#"{"a": null}, {"a": null}"#);
    assert_eq!(after(r#"[{"a": null}, {}]"#), r#"{"a": NaN}, {"a": NaN}"#);
    assert_eq!(after(r#"[{"a": true}, {}, {"a": [1]}]"#), r#"{"a": true}, {"a": NaN}, {"a": [1]}"#);
    let large = "[{\"a\": 9223372036854775808}, {\"a\": -1}, {}]";
    assert_eq!(after(large), "{\"a\": 9223372036854775808}, {\"a\": -1}, {\"a\": NaN}");
}

/// A record of an example with the features `target` and `image`, one of `image` alone, and one of no example. The checksums are by
/// Google's CRC-32C.
const RECORD: &[u8] = b"%\0\0\0\0\0\0\0\xea\xbc6\xf3\n#\n\x0f\n\x06target\x12\x05\n\x03\n\x011\n\x10\n\x05image\x12\x07\n\x05\n\x03xyz\xbf\xb5\xc4\x86";
const STRIPPED: &[u8] = b"\x14\0\0\0\0\0\0\0^=)\x15\n\x12\n\x10\n\x05image\x12\x07\n\x05\n\x03xyz;\xb4\x1d\xbd";
const NO_EXAMPLE: &[u8] = b"\x04\0\0\0\0\0\0\0BER\x04\n\x05ab\x08=\xc3h";

#[test]
fn a_stripped_record_has_its_other_features() -> Result<(), Problem> {
    let stripped = |record: &[u8], features: &str| {
        let steps = format!(
            "{{ list = {{ files = \"raw/*\", as = \"all\" }} }},
            {{ strip-records = {{ each = \"all\", from = \"raw/{{name}}\", to = \"public/b\", features = [{features}] }} }},"
        );
        bytes_made(&[("a", record)], &steps, "public/b")
    };
    assert_eq!(stripped(RECORD, "\"target\"")?, STRIPPED);
    assert_eq!(stripped(RECORD, "")?, RECORD);
    assert_eq!(stripped(STRIPPED, "\"target\"")?, STRIPPED);
    let told = |record: &[u8]| stripped(record, "").unwrap_err().to_string();
    assert!(told(NO_EXAMPLE).contains("the record is no example"));
    let mut damaged = RECORD.to_vec();
    damaged[20] ^= 1;
    for record in [&RECORD[..RECORD.len() - 1], &damaged] {
        assert!(told(record).contains("the record is cut or its checksum is wrong"));
    }
    Ok(())
}

/// Python: `"...".splitlines()`.
#[test]
fn lines_end_as_in_python() -> Result<(), Problem> {
    let steps = "
        { read-numbered = { file = \"raw/a\", number = \"n\", rest = \"text\", as = \"all\" } },
        { write = { table = \"all\", file = \"public/b.csv\" } },";
    let text = "head\n1,a\r\n2,b\r3,c\u{b}4,d\u{2028}5,\n";
    assert_eq!(made(&[("a", text.as_bytes())], steps, "public/b.csv")?, "n,text\n1,a\n2,b\n3,c\n4,d\n5,\n");
    Ok(())
}

/// Pillow: `Image.new("RGB", (1, 1), colour).convert("L")` gives 255, 150 and 2.
#[test]
fn white_is_white_and_green_is_lightest() -> Result<(), Problem> {
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, 3, 1);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&[255, 255, 255, 0, 255, 0, 1, 2, 3])?;
    writer.finish()?;
    let steps = "
        { list = { files = \"raw/*\", as = \"all\" } },
        { gray = { each = \"all\", file = \"raw/{name}\", id = \"{stem}\", as = \"gray\" } },
        { write = { table = \"gray\", file = \"public/b.csv\" } },";
    let expected = "id,value\na_1_1,1.0\na_1_2,0.5882352941176471\na_1_3,0.00784313725490196\n";
    assert_eq!(made(&[("a.png", &picture)], steps, "public/b.csv")?, expected);
    Ok(())
}

/// A file of numpy's.
fn npy(kind: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend_from_slice(&(header.len() as u16).to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    file.extend_from_slice(data);
    file
}

/// A mask of two rows and one column, whose second pixel alone is 1.
#[test]
fn items_of_arrays_are_numbers_of_any_kind_and_order() -> Result<(), Problem> {
    let runs = |mask: &[u8]| {
        let size = npy("|u1", "False", "(2, 1, 3)", &[0; 6]);
        let files = [("a.csv", b"id\nm\n".as_slice()), ("m.npy", mask), ("size.npy", &size)];
        let steps = "
            { read = { file = \"raw/a.csv\", as = \"all\" } },
            { mask-runs = { table = \"all\", mask = \"raw/{id}.npy\", size = \"raw/size.npy\", none = \"-\" } },
            { write = { table = \"all\", file = \"public/b.csv\" } },";
        made(&files, steps, "public/b.csv")
    };
    let one = "id,encoded_pixels,height,width\nm,2 1,2,1\n";
    for (kind, data) in [
        ("|b1", [0, 1].to_vec()),
        (">i2", [1, 0, 0, 1].to_vec()),
        ("<i2", [0, 1, 1, 0].to_vec()),
        ("<f4", [1.5_f32.to_le_bytes(), 1.0_f32.to_le_bytes()].concat()),
        (">f8", [0.0_f64.to_be_bytes(), 1.0_f64.to_be_bytes()].concat()),
    ] {
        assert_eq!(runs(&npy(kind, "False", "(2, 1, 1)", &data))?, one, "{kind}");
    }
    for mask in [
        npy("<i4", "False", "(2, 1, 1)", &[0; 7]),
        npy("<i4", "True", "(99999999999, 99999999999)", &[]),
        npy("<c16", "False", "(2, 1, 1)", &[0; 32]),
    ] {
        assert!(runs(&mask).unwrap_err().to_string().contains("m.npy"));
    }
    Ok(())
}

/// Pages are compressed while they come; the bytes are those of compressing each as a whole.
#[test]
fn a_long_page_is_compressed_as_one() -> Result<(), Problem> {
    use parquet::data_type::Int64Type;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let schema = parquet::schema::parser::parse_message_type("message schema { required int64 batch; }")?;
    let mut writer = parquet::file::writer::SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::default())?;
    let mut group = writer.next_row_group()?;
    let mut column = group.next_column()?.ok_or("no column")?;
    let batches: Vec<i64> = (0..40_000).map(|at| at * at / 7).collect();
    column.typed::<Int64Type>().write_batch(&batches, None, None)?;
    column.close()?;
    group.close()?;
    let file = writer.into_inner()?;
    let steps = "
        { distinct-parquet = { file = \"raw/a\", column = \"batch\", as = \"all\" } },
        { split-parquet = { file = \"raw/a\", column = \"batch\", parts = [
            { among = \"all\", versions = { fastparquet = \"1\", pandas = \"2\" }, to = \"public/b.parquet\" },
        ] } },";
    let made = bytes::Bytes::from(bytes_made(&[("a", &file)], steps, "public/b.parquet")?);
    let reader = SerializedFileReader::new(made.clone())?;
    let chunk = reader.metadata().row_group(0).column(0);
    let (start, length) = chunk.byte_range();
    let chunk = &made[usize::try_from(start)?..usize::try_from(start + length)?];
    // A header of some bytes stands before the page.
    let page = (10..100).find_map(|head| {
        let packed = chunk.get(head..)?;
        let plain = snap::raw::Decoder::new().decompress_vec(packed).ok()?;
        (plain.len() > 8 * batches.len()).then_some((plain, packed))
    });
    let (plain, packed) = page.ok_or("there is no page")?;
    assert!(snap::raw::Encoder::new().compress_vec(&plain)? == packed);
    assert!(
        plain.windows(16).any(|pair| pair == [batches[30_000].to_le_bytes(), batches[30_001].to_le_bytes()].concat())
    );
    Ok(())
}
