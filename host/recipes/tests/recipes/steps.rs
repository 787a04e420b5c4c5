//! Single steps on small made-up data: what they refuse, in which words, and what they make where no competition's data show it.

use std::sync::Arc;

use assay_recipes::Recipe;

use crate::made::{Problem, bytes_made, made};

fn of_table(table: &str, steps: &str) -> String {
    let steps = format!(
        "{{ read = {{ file = \"raw/a.csv\", as = \"all\" }} }},\n{steps},\n{{ write = {{ table = \"all\", file = \"public/b.csv\" }} }},"
    );
    made(&[("a.csv", table.as_bytes())], &steps, "public/b.csv").unwrap_or_else(|error| error.to_string())
}

#[test]
fn what_is_expected_stops_a_preparation_that_is_otherwise() {
    let table = "id,y\na,1\nb,2\na,3\n";
    let expect = |fields: &str| of_table(table, &format!("{{ expect = {{ table = \"all\", {fields} }} }}"));
    for fields in
        ["rows = 3", "columns = [\"y\", \"id\"]", "unique = [\"id\", \"y\"]", "column = \"y\", is = [1, 2, 3]"]
    {
        assert_eq!(expect(fields), table, "{fields}");
    }
    assert_eq!(expect("rows_of = [\"all\"]"), table);
    for (fields, words) in [
        ("rows = 4", "raw/a.csv: the table all has 3 rows, and 4 are expected"),
        ("rows_of = [\"all\"], times = 2", "the table all has 3 rows, and 6 are expected"),
        ("columns = [\"id\"]", "raw/a.csv, column y: the column is not expected"),
        ("columns = [\"id\", \"y\", \"z\"]", "column z: the column is not there; there are id, y"),
        ("unique = [\"id\"]", "raw/a.csv, row 3, column id, value \"a\": the row is expected once, but is there again"),
        ("column = \"y\", is = [1, 2]", "row 3, column y, value \"3\": the cell is expected to be one of 1, 2"),
        (
            "column = \"id\", among = \"all\", by = \"y\"",
            "row 1, column id, value \"a\": the cell is expected to be among",
        ),
        ("column = \"id\", apart_from = \"all\"", "row 1, column id, value \"a\": the cell is not expected among"),
        ("times = 2", "expect: times goes with rows_of"),
        ("among = \"all\"", "expect: column goes with among"),
        ("by = \"y\"", "expect: nothing is expected"),
    ] {
        let error = expect(fields);
        assert!(error.contains(words), "{words:?} is not in {error:?}");
    }
}

/// pandas 2.3.3: `frame = pd.DataFrame(0, index=ids, columns=classes)`, then `frame.loc[id, label] = 1` for each row.
#[test]
fn a_class_that_is_not_known_is_added_where_the_reference_adds_it() {
    let hot = |more: &str| {
        of_table(
            "id,c\n1,x\n2,q\n3,y\n",
            &format!(
                "{{ one-hot = {{ table = \"all\", keep = [\"id\"], label = \"c\", classes = [\"x\", \"y\"], as = \"all\"{more} }} }}"
            ),
        )
    };
    assert_eq!(hot(", unknown = \"added\""), "id,x,y,q\n1,1,0,\n2,0,0,1.0\n3,0,1,\n");
    assert_eq!(hot(", unknown = \"passed-over\""), "id,x,y\n1,1,0\n2,0,0\n3,0,1\n");
    let refused = hot("");
    assert!(refused.contains("row 2, column c, value \"q\": the class is none of the recipe's"), "{refused}");
}

/// pandas 2.3.3: `pd.concat` of whole numbers and reals.
#[test]
fn tables_under_one_another_have_one_type() {
    let steps = "
        { read = { file = \"raw/a.csv\", as = \"a\" } },
        { read = { file = \"raw/b.csv\", as = \"b\" } },
        { stack = { tables = [\"a\", \"b\", \"a\"], as = \"all\" } },
        { write = { table = \"all\", file = \"public/c.csv\" } },";
    let stacked = made(&[("a.csv", b"x,y\n1,p\n2,\n"), ("b.csv", b"x,y\n0.5,q\n")], steps, "public/c.csv");
    assert_eq!(stacked.unwrap_or_else(|error| error.to_string()), "x,y\n1.0,p\n2.0,\n0.5,q\n1.0,p\n2.0,\n");
}

#[test]
fn a_file_that_is_no_parquet_is_told() {
    let steps = "{ distinct-parquet = { file = \"raw/a.parquet\", column = \"x\", as = \"all\" } },";
    for content in [b"".as_slice(), b"PAR1PAR1", b"PAR1\xff\xff\xff\x7fPAR1", &[0; 4096]] {
        let error = made(&[("a.parquet", content)], steps, "public/x").unwrap_err().to_string();
        assert!(error.contains("raw/a.parquet: it is no sound parquet file"), "{error}");
    }
}

/// numpy: `round(0.2 * 7)` is 1, and `RandomState(0).permutation(7)` begins with 6.
#[test]
fn a_share_is_rounded_as_pandas_samples() {
    let steps =
        |round: &str| format!("{{ split = {{ table = \"all\", test = 0.2, {round}, as = [\"rest\", \"all\"] }} }}");
    let table = "id\n0\n1\n2\n3\n4\n5\n6\n";
    assert_eq!(of_table(table, &steps("round = \"nearest\"")), "id\n6\n");
    assert_eq!(of_table(table, &steps("round = \"up\"")), "id\n6\n2\n");
    assert_eq!(of_table(table, &steps("round = \"down\"")), "id\n6\n");
}

/// A parquet file with the optional columns `batch` and `x`, in a group of rows for each of these lists.
fn parquet_file(groups: &[&[(i64, Option<f64>)]]) -> Result<Vec<u8>, Problem> {
    use parquet::data_type::{DoubleType, Int64Type};
    let schema = "message schema { optional int64 batch; optional double x; }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema)?);
    let mut writer = parquet::file::writer::SerializedFileWriter::new(Vec::new(), schema, Arc::default())?;
    for rows in groups {
        let mut group = writer.next_row_group()?;
        let mut column = group.next_column()?.ok_or("no column")?;
        let batches: Vec<i64> = rows.iter().map(|(batch, _)| *batch).collect();
        column.typed::<Int64Type>().write_batch(&batches, Some(&vec![1; rows.len()]), None)?;
        column.close()?;
        let mut column = group.next_column()?.ok_or("no column")?;
        let numbers: Vec<f64> = rows.iter().filter_map(|(_, x)| *x).collect();
        let levels: Vec<i16> = rows.iter().map(|(_, x)| i16::from(x.is_some())).collect();
        column.typed::<DoubleType>().write_batch(&numbers, Some(&levels), None)?;
        column.close()?;
        group.close()?;
    }
    Ok(writer.into_inner()?)
}

#[test]
fn rows_of_parquet_files_go_to_their_parts() -> Result<(), Problem> {
    let steps = "
        { distinct-parquet = { file = \"raw/a.parquet\", column = \"batch\", as = \"all\" } },
        { keep = { table = \"all\", column = \"batch\", is = [3, 1], as = \"some\" } },
        { split-parquet = { file = \"raw/a.parquet\", column = \"batch\", parts = [
            { among = \"some\", columns = [\"x\", \"batch\"], to = \"public/b.csv\" },
            { among = \"some\", versions = { fastparquet = \"1\", pandas = \"2\" }, to = \"public/b.parquet\" },
        ] } },
        { distinct-parquet = { file = \"public/b.parquet\", column = \"batch\", as = \"again\" } },
        { write = { table = \"again\", file = \"public/c.csv\" } },";
    let groups: [&[(i64, Option<f64>)]; 3] =
        [&[(3, Some(0.5)), (3, Some(1e-7)), (2, Some(3.0))], &[], &[(1, Some(-0.0)), (2, Some(5.0)), (3, Some(7.0))]];
    let file = parquet_file(&groups)?;
    assert_eq!(made(&[("a.parquet", &file)], steps, "public/b.csv")?, "x,batch\n0.5,3\n1e-07,3\n-0.0,1\n7.0,3\n");
    // What is written can be read by others.
    assert_eq!(made(&[("a.parquet", &file)], steps, "public/c.csv")?, "batch\n3\n1\n");
    let lacking = parquet_file(&[&[(3, Some(0.5)), (3, None)]])?;
    let error = made(&[("a.parquet", &lacking)], steps, "public/b.csv").unwrap_err().to_string();
    assert!(error.contains("raw/a.parquet, column x: a number is missing"), "{error}");
    Ok(())
}

/// A document of BSON with two whole numbers.
fn document(id: i32, class: i32) -> Vec<u8> {
    let mut document = 27_i32.to_le_bytes().to_vec();
    for (name, value) in [(b"_id\0".as_slice(), id), (b"class\0", class)] {
        document.push(0x10);
        document.extend_from_slice(name);
        document.extend_from_slice(&value.to_le_bytes());
    }
    document.push(0);
    let length = document.len() as u32;
    document[..4].copy_from_slice(&length.to_le_bytes());
    document
}

#[test]
fn documents_of_bson_files_go_to_their_parts() -> Result<(), Problem> {
    let steps = "
        { read-bson = { file = \"raw/a.bson\", fields = [\"_id\", \"class\"], as = \"all\" } },
        { split-bson = { file = \"raw/a.bson\", field = \"_id\", parts = [
            { among = \"all\", most = 2, to = \"public/two.bson\" },
            { among = \"all\", drop = [\"class\"], to = \"public/b.bson\" },
        ] } },
        { read-bson = { file = \"public/two.bson\", fields = [\"_id\", \"class\"], as = \"two\" } },
        { write = { table = \"two\", file = \"public/two.csv\" } },
        { read-bson = { file = \"public/b.bson\", fields = [\"_id\"], as = \"b\" } },
        { write = { table = \"b\", file = \"public/b.csv\" } },";
    let file = [document(7, 1), document(5, 2), document(6, 3)].concat();
    assert_eq!(made(&[("a.bson", &file)], steps, "public/two.csv")?, "_id,class\n7,1\n5,2\n");
    assert_eq!(made(&[("a.bson", &file)], steps, "public/b.csv")?, "_id\n7\n5\n6\n");
    let cut = &file[..file.len() - 3];
    let error = made(&[("a.bson", cut)], steps, "public/b.csv").unwrap_err().to_string();
    assert!(error.contains("raw/a.bson, row 3: the document is cut"), "{error}");
    let error = made(&[("a.bson", &[0xff, 0xff, 0xff, 0x7f])], steps, "public/b.csv").unwrap_err().to_string();
    assert!(error.contains("raw/a.bson, row 1: the document has no sound length"), "{error}");
    Ok(())
}

#[test]
fn fields_of_bson_documents_are_found_behind_pictures() -> Result<(), Problem> {
    // Pictures of all sizes, some larger than all that is read at once, and a long name, stand before a number.
    let with_picture = |number: i32| -> Vec<u8> {
        let size = if number == 50 { 3 << 20 } else { number * number * 7 };
        let mut document = vec![0; 4];
        for (kind, name, value) in [
            (0x10, "_id".to_owned(), number.to_le_bytes().to_vec()),
            (0x05, "x".repeat(20_000), [&size.to_le_bytes()[..], &[0], &vec![1; size as usize]].concat()),
            (0x12, "class".to_owned(), (i64::from(number) << 40).to_le_bytes().to_vec()),
            (0x10, "_id".to_owned(), 0_i32.to_le_bytes().to_vec()),
        ] {
            document.extend([&[kind], name.as_bytes(), &[0], &value].concat());
        }
        document.push(0);
        let length = document.len() as u32;
        document[..4].copy_from_slice(&length.to_le_bytes());
        document
    };
    let file: Vec<u8> = (0..100).flat_map(with_picture).collect();
    let steps = "
        { read-bson = { file = \"raw/a.bson\", fields = [\"class\", \"_id\"], as = \"all\" } },
        { split-bson = { file = \"raw/a.bson\", field = \"_id\", parts = [{ among = \"all\", to = \"public/a.bson\" }] } },
        { write = { table = \"all\", file = \"public/a.csv\" } },";
    let rows: String = (0..100).map(|number: i64| format!("{},{number}\n", number << 40)).collect();
    assert_eq!(made(&[("a.bson", &file)], steps, "public/a.csv")?, format!("class,_id\n{rows}"));
    assert!(bytes_made(&[("a.bson", &file)], steps, "public/a.bson")? == file);
    // A field that is longer than its document.
    let mut unsound = file.clone();
    unsound[13 + 20_002..][..4].copy_from_slice(&100_i32.to_le_bytes());
    let error = made(&[("a.bson", &unsound)], steps, "public/a.csv").unwrap_err().to_string();
    assert!(error.contains("raw/a.bson, row 1: there is no whole number class"), "{error}");
    Ok(())
}

#[test]
fn two_ways_to_write_a_path_are_one_file() -> Result<(), Problem> {
    let files: [(&str, &[u8]); 3] = [("a.csv", b"from,to\n1,x/y\n2,x/./y\n3,x//z\n"), ("1", b"one"), ("2", b"two")];
    let files = [&files[..], &[("3", b"three".as_slice())]].concat();
    let steps = "
        { read = { file = \"raw/a.csv\", as = \"all\" } },
        { copy = { each = \"all\", from = \"raw/{from}\", to = \"public/{to}\" } },";
    // The later one counts.
    assert_eq!(made(&files, steps, "public/x/y")?, "two");
    assert_eq!(made(&files, steps, "public/x/z")?, "three");
    Ok(())
}

fn problem(text: &str) -> String {
    Recipe::parse(text, "preparation.toml").map(drop).map_or_else(|error| error.to_string(), |()| String::new())
}

#[test]
fn a_wrong_recipe_is_told_with_its_line_and_a_hint() {
    let read = "steps = [\n  { read = { file = \"raw/a.csv\", as = \"all\" } },\n";
    let unknown = problem(&format!("{read}  {{ splitt = {{ table = \"all\", test = 0.1 }} }},\n]"));
    assert!(unknown.contains("line 3") && unknown.contains("did you mean `split`?"), "{unknown}");
    let table = problem(&format!("{read}  {{ split = {{ table = \"al\", test = 0.1 }} }},\n]"));
    assert!(table.contains("line 3") && table.contains("did you mean \"all\"?"), "{table}");
}

#[test]
fn paths_stay_below_their_folder() -> Result<(), Problem> {
    for path in ["raw/../x", "public//etc", "etc/passwd", "raw/a/../../b", "/raw", "raw/a\\u0000b"] {
        let refused = problem(&format!("steps = [{{ copy = {{ from = \"{path}\", to = \"public/x\" }} }}]"));
        assert!(refused.contains("line 1"), "{path}: {refused}");
    }
    // Cells are no better than the download that they are of.
    let copied = |cell: &str| {
        let table = format!("file\n{cell}\n");
        let files = [("a.csv", table.as_bytes()), ("folder/b", b"content".as_slice())];
        let steps = "
            { read = { file = \"raw/a.csv\", as = \"all\" } },
            { copy = { each = \"all\", from = \"raw/{file}\", to = \"public/b\" } },";
        made(&files, steps, "public/b")
    };
    assert_eq!(copied("folder/b")?, "content");
    for cell in ["../../etc/passwd", "/etc/passwd", "folder/../../b"] {
        let refused = copied(cell).unwrap_err().to_string();
        assert!(refused.contains("leads out of its folder"), "{cell}: {refused}");
    }
    Ok(())
}

#[test]
fn patterns_are_of_parts() -> Result<(), Problem> {
    let names = [".jpg", "a.JPG", "a.jpg", "b/c.jpg", "b/c/d.jpg", "aXbbc", "abc", "x/1/y_.csv", "x/y_.csv"];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, b"".as_slice())).collect();
    let fitting = |pattern: &str| {
        let steps = format!(
            "{{ list = {{ files = \"raw/{pattern}\", as = \"all\" }} }},
            {{ write-lines = {{ table = \"all\", line = \"{{path}}\", file = \"public/b\" }} }},"
        );
        made(&files, &steps, "public/b")
    };
    assert_eq!(fitting("*.jpg")?, ".jpg\na.jpg\n");
    assert_eq!(fitting("**/*.jpg")?, ".jpg\na.jpg\nb/c/d.jpg\nb/c.jpg\n");
    assert_eq!(fitting("a*b*c")?, "aXbbc\nabc\n");
    assert_eq!(fitting("x/*/y_*.csv")?, "x/1/y_.csv\n");
    assert_eq!(fitting("x/*")?, "x/y_.csv\n");
    Ok(())
}

/// The days between are those of Python's `datetime`.
#[test]
fn days_go_over_months_and_leap_years() {
    let last = |table: &str, days: u32| {
        let steps = format!(
            "{{ last-days = {{ table = \"all\", column = \"day\", days = {days} }} }},
            {{ table = {{ from = \"test\", as = \"all\" }} }}"
        );
        of_table(table, &steps)
    };
    let leap = "day,n\n2020-02-28,1\n2020-03-01,2\n";
    assert_eq!((last(leap, 1), last(leap, 2)), ("day,n\n2020-03-01,2\n".to_owned(), leap.to_owned()));
    let year = "day,n\n2019-12-31,1\n2021-01-01,2\n";
    assert_eq!((last(year, 366), last(year, 367)), ("day,n\n2021-01-01,2\n".to_owned(), year.to_owned()));
    let refused = last("day,n\n2020-13-01,1\n", 1);
    assert!(refused.contains("row 1, column day, value \"2020-13-01\": the cell is no date"), "{refused}");
}

/// Rows that fill several pieces, with and without quotes, which say whether they may be cut: they come out as they went in.
#[test]
fn large_tables_are_read_and_written_as_they_are() -> Result<(), Problem> {
    let mut random = fastrand::Rng::with_seed(1);
    let steps = "
        { read = { file = \"raw/a.csv\", as = \"all\" } },
        { write = { table = \"all\", file = \"public/b.csv\" } },";
    for quoted in [false, true] {
        let mut table = "id,real,text,few\n".to_owned();
        for row in 0..60_000_i64 {
            // Reals of any size, and those that lie half-way between two shorter spellings.
            let real = match row % 3 {
                0 => f64::from_bits(random.u64(..)),
                1 => random.i64(-(1 << 53)..1 << 53) as f64 / f64::from(1_u32 << random.u8(..30)),
                _ => random.f64() * 1e6,
            };
            let real = if real.is_finite() { pytext::repr_float(real) } else { String::new() };
            let text = if quoted && row % 1000 == 7 { "\"a\n,\"\"b\"\"\"" } else { "word" };
            let few = if row % 5 == 0 { "" } else { "-7.0" };
            table += &format!("{},{real},{text},{few}\n", random.i64(..));
        }
        assert!(made(&[("a.csv", table.as_bytes())], steps, "public/b.csv")? == table, "quoted: {quoted}");
        // A row that is too long is found in whichever piece it is.
        let line = table.matches('\n').count() + 1;
        table += "1,2,3,4,5\n";
        let error = made(&[("a.csv", table.as_bytes())], steps, "public/b.csv").unwrap_err().to_string();
        assert!(error.contains(&format!("line {line}")), "{line}: {error}");
    }
    Ok(())
}
