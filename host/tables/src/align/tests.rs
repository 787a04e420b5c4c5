//! Expected pairs come from pandas: `sort_index` and a boolean mask, or `sort_values`.

use super::*;
use crate::read::{self, Limits, ReadOptions};

fn table(csv: &str) -> Table {
    read::read_csv(
        csv.as_bytes(),
        &ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() },
    )
    .unwrap()
}

fn contract(rows: &str) -> Contract {
    toml::from_str(&format!("key = [\"id\"]\nrows = \"{rows}\"")).unwrap()
}

/// The values of column `v` of both sides, in the order in which they are paired.
fn paired(rows: &str, submission: &str, answers: &str, scored: Option<&[bool]>) -> Result<[Vec<i64>; 2], String> {
    let (submission, answers) = (table(submission), table(answers));
    let contract = contract(rows);
    let expected = Expected::of(&contract, &answers).map_err(|error| error.to_string())?;
    let alignment = align(&contract, &submission, &expected, scored, crate::Threads::one())
        .map_err(|findings| findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let values = |table: &Table, rows: Option<&Vec<u32>>| {
        use arrow::array::AsArray;
        let batch = apply(&table.batch, rows, crate::Threads::one()).unwrap();
        batch.column_by_name("v").unwrap().as_primitive::<arrow::datatypes::Int64Type>().values().to_vec()
    };
    Ok([values(&submission, alignment.submission.as_ref()), values(&answers, alignment.answers.as_ref())])
}

const ANSWERS: &str = "id,v\na,1\nb,2\nc,3\nd,4\n";

#[test]
fn rows_that_do_not_count_are_dropped_from_both_sides() {
    let scored = Some(&[true, false, true, true][..]);
    assert_eq!(paired("same", ANSWERS, ANSWERS, scored), Ok([vec![1, 3, 4], vec![1, 3, 4]]));
    let shuffled = "id,v\nd,40\nb,20\na,10\nc,30\n";
    assert_eq!(paired("same", shuffled, ANSWERS, scored), Ok([vec![10, 30, 40], vec![1, 3, 4]]));
    let twice = "id,v\nd,40\nb,20\na,10\nc,30\nb,21\nd,41\n";
    assert_eq!(paired("merge", twice, ANSWERS, scored), Ok([vec![40, 10, 30, 41], vec![4, 1, 3, 4]]));
    assert_eq!(paired("same", ANSWERS, ANSWERS, Some(&[false; 4])), Ok([vec![], vec![]]));
}

#[test]
fn a_known_key_may_stand_in_for_another() {
    let scored = Some(&[true, false, true, true][..]);
    let known = |submission| paired("known", submission, ANSWERS, scored);
    assert_eq!(known("id,v\nd,40\nb,20\na,10\nc,30\n"), Ok([vec![10, 30, 40], vec![1, 3, 4]]));
    // What follows the replaced key moves by one, and an index in order stays as it is.
    assert_eq!(known("id,v\na,10\nb,20\nd,41\nd,40\n"), Ok([vec![10, 41, 40], vec![1, 3, 4]]));
    assert_eq!(known("id,v\na,10\na,11\na,12\nb,20\n"), Ok([vec![10, 11, 12], vec![1, 3, 4]]));
    // As many rows that count must be left as in the answers.
    for wrong in ["id,v\na,10\nb,20\nb,21\nd,40\n", "id,v\na,10\na,11\nc,30\nd,40\n"] {
        assert!(known(wrong).is_err_and(|why| why.contains("repeated")), "{wrong}");
    }
    assert!(known("id,v\na,10\nb,20\nc,30\nx,40\n").is_err_and(|why| why.contains("not expected")));
    assert!(known("id,v\na,10\nb,20\nc,30\n,40\n").is_err_and(|why| why.contains("without a key")));
    assert!(known("id,v\na,10\nb,20\nc,30\n").is_err_and(|why| why.contains("4 are expected")));
}

#[test]
fn rows_that_are_left_out_need_no_key() {
    let superset = |submission| paired("superset", submission, ANSWERS, None);
    assert_eq!(superset("id,v\nd,40\n,50\nc,30\nb,20\na,10\nx,60\n"), Ok([vec![10, 20, 30, 40], vec![1, 2, 3, 4]]));
    assert!(superset("id,v\nd,40\n,50\nc,30\nb,20\n").is_err_and(|why| why.contains("missing: `a`")));
}

// answers.merge(submission, on="id"), in the order of the submission.
#[test]
fn a_subset_may_leave_keys_out_and_repeat_them() {
    let subset = |submission| paired("subset", submission, ANSWERS, None);
    assert_eq!(subset("id,v\nd,40\nb,20\nd,41\n"), Ok([vec![40, 20, 41], vec![4, 2, 4]]));
    assert!(subset("id,v\nd,40\nx,20\n").is_err_and(|why| why.contains("line 3: `x`")));
    assert!(subset("id,v\nd,40\n,20\n").is_err_and(|why| why.contains("without a key")));
}

#[test]
fn a_grader_that_pairs_rows_gets_all_of_them_in_order() {
    let align_for_grader = |text: &str, submission| {
        let contract: Contract = toml::from_str(&format!("pairing = \"grader\"\n{text}")).unwrap();
        align(
            &contract,
            &table(submission),
            &Expected::of(&contract, &table(ANSWERS)).unwrap(),
            None,
            crate::Threads::one(),
        )
    };
    let same = "key = [\"id\"]\nrows = \"same\"";
    assert_eq!(align_for_grader(same, "id,v\nd,4\nb,2\na,1\nc,3\n"), Ok(Alignment::default()));
    assert!(align_for_grader(same, "id,v\nd,4\nb,2\na,1\na,3\n").is_err());
    // Without a key, no row is compared.
    assert_eq!(align_for_grader("rows = \"subset\"", "id,v\nx,4\n,2\n"), Ok(Alignment::default()));
}

#[test]
fn an_index_in_order_stays_as_it_is() {
    let rows = |key: &dyn Fn(usize) -> usize| -> String {
        "id,v\n".to_owned() + &(0..40).map(|row| format!("k{:02},{row}\n", key(row))).collect::<String>()
    };
    // Twenty keys, each twice in a row: numpy's sort would exchange some of the equal ones.
    let [submission, _] = paired("known", &rows(&|row| row / 2 * 2), &rows(&|row| row), None).unwrap();
    assert_eq!(submission, (0..40).collect::<Vec<i64>>());
}
