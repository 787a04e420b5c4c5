use super::*;
use crate::read::{self, Limits, ReadOptions};

fn found(contract: &str, csv: &str) -> Vec<String> {
    let contract: Contract = toml::from_str(&format!("rows = \"position\"\n{contract}")).unwrap();
    let table = read::read_csv(
        csv.as_bytes(),
        &ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() },
    )
    .unwrap();
    check(&contract, &table).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

const COLUMNS: &str = "[[columns]]\nnames = [\"a\", \"b\"]\ntype = \"number\"\n[[row_sums]]\ntotal = 1.0\n";

// DataFrame.sum(axis=1).round(6).eq(1), which fails on a sum of truth values and numbers.
#[test]
fn sums_are_rounded_to_decimals() {
    let rule = format!("{COLUMNS}decimals = 6\nmixed_booleans = \"refuse\"");
    let passes = |csv| found(&rule, csv).is_empty();
    assert!(passes("a,b\n0.5,0.5000004\n0.0,0.9999996\n"));
    assert!(passes("a,b\n0.0,0.9999995\n"));
    assert!(!passes("a,b\n0.0,0.99999949\n"));
    assert!(!passes("a,b\n0.5,0.5000006\n"));
    assert!(passes("a,b\nTrue,False\nFalse,True\n"));
    assert!(!passes("a,b\nTrue,0\nFalse,1\n"));
    assert!(found(&format!("{COLUMNS}decimals = 6"), "a,b\nTrue,0\nFalse,1\n").is_empty());
}

#[test]
fn one_column_may_have_several_names() {
    let rule = "[[columns]]\nnames = [\"a\", \"b\"]\ntype = \"number\"\none_of = true\nmax = 1.0\n";
    assert!(found(rule, "a\n1\n").is_empty());
    assert!(found(rule, "x,b\n1,1\n").is_empty());
    let both = found(rule, "a,b\n1,1\n");
    assert_eq!(both, ["there is more than one of the columns `a`, `b`; give exactly one of them"]);
    assert_eq!(found(rule, "x\n1\n"), ["no column is named `a`, `b`; give exactly one of them"]);
    assert_eq!(found(rule, "b\n2\n").len(), 1);
}

// numpy.isclose(sums, 1, atol=1e-6)
#[test]
fn sums_are_within_a_tolerance() {
    let rule = format!("{COLUMNS}tolerance = 1.1e-5");
    assert!(found(&rule, "a,b\n0.5,0.50001\n0.5,0.49999\n").is_empty());
    let wrong = found(&rule, "a,b\n0.5,0.5\n0.5,0.500012\n0.5,0.499988\n");
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].contains("line 3: `1.000012`, line 4: `0.999988`"), "{wrong:?}");
}

/// One look at the least and the greatest finds what is wrong as looking at each does.
#[test]
fn columns_are_passed_at_once_only_if_nothing_is_wrong() {
    let rule = |rest: &str| format!("[[columns]]\nnames = [\"a\"]\ntype = \"number\"\nmissing = \"allow\"\n{rest}");
    for (rest, right, wrong) in [
        ("min = 0.5", "0.5\n7\n\n", "0.5\n0.25\n"),
        ("max = 0.5", "0.5\n-7\n\n", "0.75\n\n"),
        ("above = 0.5", "0.75\n\n", "0.75\n0.5\n"),
        ("", "1\n-2.5\n\n", "1\ninf\n"),
        ("", "\n\n", "-inf\n\n"),
        ("infinite = \"allow\"", "inf\n-inf\n\n", "x\n"),
        ("infinite = \"allow\"\nmin = 0", "inf\n", "-inf\n"),
        ("min = 0\nmax = 9", "0\n9\n", "0\n10\n"),
    ] {
        let lines =
            |cells: &str| format!("b,a\n{}", cells.lines().map(|cell| format!("1,{cell}\n")).collect::<String>());
        assert_eq!(found(&rule(rest), &lines(right)), [""; 0], "{rest}");
        assert_eq!(found(&rule(rest), &lines(wrong)).len(), 1, "{rest}");
    }
    let whole = "[[columns]]\nnames = [\"a\"]\ntype = \"integer\"\nmissing = \"allow\"\ninfinite = \"allow\"\n";
    assert!(found(whole, "b,a\n1,1.0\n1,\n1,-3e3\n1,inf\n").is_empty());
    assert_eq!(found(whole, "b,a\n1,1.5\n1,2\n").len(), 1);
    assert_eq!(found(whole, "b,a\n1,1e19\n1,2\n").len(), 1);
}
