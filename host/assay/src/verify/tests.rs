use serde_json::json;

use super::*;
use assay_types::report::{BatchReport, Outcome, Report};
use chrono::DateTime;

fn with_score(score: f64) -> Report {
    Report { score_exact: Some(score), ..Report::new(Some("a"), "b.csv", DateTime::UNIX_EPOCH) }
}

fn reported(report: &Value) -> Reported {
    parse(report.to_string().as_bytes()).unwrap().entries.remove(0)
}

fn fields(reported: &Reported, found: &Report) -> Vec<String> {
    differences(reported, found, None).unwrap().into_iter().map(|difference| difference.field).collect()
}

#[test]
fn numbers_differ_by_their_bits() {
    for (ours, theirs, expected) in [
        (0.1, 0.1, &[][..]),
        (0.1, 0.1_f64.next_up(), &["score_exact"]),
        (0.0, -0.0, &["score_exact"]),
        (1.0, 2.0, &["score_exact"]),
    ] {
        let ours = reported(&serde_json::to_value(with_score(ours)).unwrap());
        assert_eq!(fields(&ours, &with_score(theirs)), expected);
    }
}

/// What the reference writes of an entry, with that score.
fn reference(score: &str) -> Reported {
    let text = format!(
        r#"{{"competition_id": "a", "score": {score}, "gold_threshold": 0.9, "silver_threshold": 0.8, "bronze_threshold": 0.7,
            "median_threshold": 0.5, "any_medal": false, "gold_medal": false, "silver_medal": false, "bronze_medal": false,
            "above_median": false, "submission_exists": true, "valid_submission": true, "is_lower_better": false,
            "created_at": "2026-01-01T00:00:00.000000", "submission_path": "b.csv"}}"#
    );
    parse(text.as_bytes()).unwrap().entries.remove(0)
}

fn graded(score: Option<f64>) -> Report {
    let board: assay_types::competition::Leaderboard =
        toml::from_str("lower_is_better = false\ngold = 0.9\nsilver = 0.8\nbronze = 0.7\nmedian = 0.5").unwrap();
    let report = Report { submission_exists: true, ..Report::new(Some("a"), "b.csv", DateTime::UNIX_EPOCH) }
        .against(Some(&board));
    match score {
        Some(score) => report.scored(score, Some(&board)),
        None => report.refused(Outcome::InvalidSubmission, "not defined"),
    }
}

#[test]
fn what_the_reference_does_not_write_is_not_compared() {
    let ours = reference("0.25");
    assert_eq!(lacks(&ours), ["score_exact", "outcome", "reason", "receipt", "outside_lock", "known_issues"]);
    assert_eq!(fields(&ours, &graded(Some(0.25))), [""; 0]);
    assert_eq!(fields(&ours, &graded(Some(0.26))), ["score"]);
    assert_eq!(fields(&ours, &graded(None)), ["score", "valid_submission"]);
    assert_eq!(fields(&reference("0.75"), &graded(Some(0.75))), ["any_medal", "bronze_medal", "above_median"]);
}

/// 1/320 is 0.003125: `round` gives 0.00313, numpy 0.00312.
#[test]
fn the_reference_may_round_as_numpy_does() {
    assert_eq!(fields(&reference("0.00313"), &graded(Some(1.0 / 320.0))), [""; 0]);
    assert_eq!(fields(&reference("0.00312"), &graded(Some(1.0 / 320.0))), [""; 0]);
    assert_eq!(fields(&reference("0.00314"), &graded(Some(1.0 / 320.0))), ["score"]);
    let mut ours = serde_json::to_value(graded(Some(1.0 / 320.0))).unwrap();
    ours["score"] = json!(0.00312);
    assert_eq!(fields(&reported(&ours), &graded(Some(1.0 / 320.0))), ["score"], "but this program does not");
}

#[test]
fn scores_that_are_not_finite_are_refusals_here() {
    for score in ["NaN", "Infinity", "-Infinity"] {
        assert_eq!(fields(&reference(score), &graded(None)), [""; 0], "{score}");
        let differences = differences(&reference(score), &graded(Some(0.25)), None).unwrap();
        let shown = differences.iter().map(ToString::to_string).collect::<String>();
        assert!(
            shown.starts_with("score: the report says \"") && shown.ends_with("grading again gives 0.25"),
            "{shown}"
        );
        assert!(is_refused(&reference(score), &graded(None)) && !is_refused(&reference(score), &graded(Some(0.25))));
    }
}

/// The entry of a line that could not be read, of an untouched report.
fn unread(reason: &str) -> Value {
    serde_json::to_value(Report::new(None, "", DateTime::UNIX_EPOCH).refused(Outcome::NotGraded, reason)).unwrap()
}

fn batch(entries: Vec<Value>) -> Claims {
    let reports = entries.into_iter().map(|entry| serde_json::from_value(entry).unwrap()).collect();
    parse(&serde_json::to_vec(&BatchReport::new(reports, None)).unwrap()).unwrap()
}

#[test]
fn a_line_that_could_not_be_read_holds() {
    let good = serde_json::to_value(with_score(1.0)).unwrap();
    let claims = batch(vec![
        unread("line 2 of the list: of the list: x"),
        good.clone(),
        unread("line 4 of the list: y"),
        unread("line 9 of the list: z"),
    ]);
    let entries = claims.to_grade();
    let lines: Vec<usize> = entries.iter().map(|entry| entry.line).collect();
    assert_eq!(lines, [2, 3, 4, 9]);
    assert_eq!(entries[0].submission, Err("of the list: x".into()));
    for reasons in [
        &["line 0 of the list: x"][..],
        &["line 01 of the list: x"],
        &["line 1 of the list: "],
        &["line 1: x"],
        &["another"],
        &["line 2 of the list: x", "line 2 of the list: y"],
        &["line 5 of the list: x", "line 3 of the list: y"],
    ] {
        let last = batch(reasons.iter().map(|reason| unread(reason)).collect()).to_grade().pop().unwrap();
        assert!(last.submission.unwrap_err().contains("no competition"), "{reasons:?}");
    }
}

#[test]
fn sums_are_those_of_the_entries() {
    let mut report = serde_json::to_value(BatchReport::new(vec![graded(Some(0.95)), graded(None)], None)).unwrap();
    let wrong = |report: &Value| {
        let wrong = parse(report.to_string().as_bytes()).unwrap().wrong_totals().unwrap();
        wrong.into_iter().map(|difference| difference.field).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&report), [""; 0]);
    report["total_gold_medals"] = json!(2);
    report["total_runs"] = json!(3);
    assert_eq!(wrong(&report), ["total_runs", "total_gold_medals"]);
    let fields = report.as_object_mut().unwrap();
    ["schema", "list", "total_outside_lock"].iter().for_each(|name| drop(fields.remove(*name).unwrap()));
    assert_eq!(wrong(&report), ["total_runs", "total_gold_medals"], "older reports do not have it");
}

#[test]
fn reports_of_later_programs_are_not_judged() {
    let mut report = serde_json::to_value(BatchReport::new(vec![graded(None)], None)).unwrap();
    assert_eq!(report["schema"], 3);
    report["schema"] = json!(4);
    assert!(matches!(parse(report.to_string().as_bytes()), Err(NoReport::Later { found: 4 })));
    for none in [Value::Null, json!(0)] {
        report["schema"] = none;
        assert!(matches!(parse(report.to_string().as_bytes()), Err(NoReport::Schema)));
    }
}

/// What was taken out of a report or put into it, with what is said of it.
#[test]
fn a_report_has_all_that_its_schema_has_and_nothing_else() {
    let receipt = json!({
        "grader": {"id": "g", "name": "g", "version": "1"}, "component": "", "competition": "", "contract": "", "options": "",
        "answers": "", "thresholds": "", "submission": null, "wit": "", "host": "", "engine": "", "limits": {}
    });
    let mut entry = serde_json::to_value(graded(Some(0.95))).unwrap();
    entry["receipt"] = receipt;
    let mut report = serde_json::to_value(BatchReport::new(vec![graded(None)], None)).unwrap();
    report["competition_reports"] = json!([entry]);
    report["list"] = json!({"path": "list.jsonl", "sha256": ""});
    report["use_log"] = json!({"entries": 1, "head": ""});
    let refused = |report: &Value| parse(report.to_string().as_bytes()).err().map(|error| error.to_string());
    assert_eq!(refused(&report), None);

    // All that may be left out is said to be so.
    let mut places = Vec::new();
    names(&report, "", &mut places);
    assert!(places.len() > 50, "{places:?}");
    for place in &places {
        let (object, name) = place.rsplit_once('/').unwrap();
        let mut without = report.clone();
        without.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        // What lacks its schema is not one of the reference either.
        let name = if name == "schema" { "list" } else { name };
        match refused(&without) {
            Some(why) => {
                assert!(why.contains(&format!("`{name}`")) || why.contains(&format!(".{name}`")), "{place}: {why}")
            }
            None => assert!(place == "/use_log", "{place}"),
        }
    }
    // Nothing may be added anywhere, and nothing said twice.
    let text = serde_json::to_string_pretty(&report).unwrap();
    for (at, _) in text.match_indices('{').filter(|(at, _)| !text[at + 1..].trim_start().starts_with('}')) {
        let with = format!("{}\"score_too\": 1,{}", &text[..=at], &text[at + 1..]);
        let why = parse(with.as_bytes()).unwrap_err().to_string();
        let line = text[..=at].lines().count();
        assert!(why.contains("unknown field `score_too`") && why.contains(&format!("line {line} column")), "{why}");
        let first = text[at + 1..].split('"').nth(1).unwrap();
        let twice = format!("{}\"{first}\": null,{}", &text[..=at], &text[at + 1..]);
        let why = parse(twice.as_bytes()).unwrap_err().to_string();
        assert!(why.contains(&format!("the name `{first}` is there already at line")), "{why}");
    }
    // What older reports have, and later ones do not; and the other way about.
    let mut older = report.clone();
    older["schema"] = json!(2);
    assert!(refused(&older).unwrap().contains("entry 1 has `known_issues`, which no report of schema 2 has"));
    older["competition_reports"][0].as_object_mut().unwrap().remove("known_issues").unwrap();
    assert_eq!(parse(older.to_string().as_bytes()).unwrap().form, Form::Older(2));
    older["schema"] = json!(1);
    assert!(refused(&older).unwrap().contains("the report has `list`, which no report of schema 1 has"));
    older.as_object_mut().unwrap().remove("list").unwrap();
    assert!(refused(&older).unwrap().contains("entry 1 lacks `receipt.fuel`, which every report of schema 1 has"));
    older["competition_reports"][0]["receipt"]["fuel"] = json!(7);
    assert_eq!(parse(older.to_string().as_bytes()).unwrap().form, Form::Older(1));
    report["competition_reports"][0]["receipt"]["fuel"] = json!(7);
    assert!(refused(&report).unwrap().contains("entry 1 has `receipt.fuel`, which no report of schema 3 has"));
    report["competition_reports"] = json!([]);
    assert!(matches!(parse(report.to_string().as_bytes()), Err(NoReport::Empty)));
}

/// Where the fields of a value are.
fn names(value: &Value, at: &str, places: &mut Vec<String>) {
    let members = value.as_object().into_iter().flatten().map(|(name, inner)| (name.clone(), inner, true));
    let items = value.as_array().into_iter().flatten().enumerate();
    for (name, inner, is_name) in members.chain(items.map(|(index, inner)| (index.to_string(), inner, false))) {
        let place = format!("{at}/{name}");
        names(inner, &place, places);
        if is_name {
            places.push(place);
        }
    }
}

/// Or a small file would take a lot of memory.
#[test]
fn limits_are_numbers() {
    let receipt = |limits: &str| {
        let text = format!(
            r#"{{"grader": {{"name": "g", "version": "1"}}, "component": "", "contract": "", "options": "", "answers": "",
                "thresholds": "", "submission": null, "wit": "", "host": "", "engine": "", "limits": {limits}}}"#
        );
        serde_json::from_str::<assay_types::receipt::Receipt>(&text)
            .map(|receipt| Value::from(receipt.limits).to_string())
    };
    assert_eq!(receipt(r#"{"a": 1, "b": 0.5}"#).unwrap(), r#"{"a":1,"b":0.5}"#);
    assert!(receipt("[0, 0]").is_err());
    assert!(receipt(r#"{"a": [0, 0]}"#).is_err());
    assert!(receipt(r#"{"a": "1"}"#).is_err());
    let many =
        |names: usize| format!("{{{}}}", (0..names).map(|name| format!("\"{name}\":1")).collect::<Vec<_>>().join(","));
    assert!(receipt(&many(64)).is_ok() && receipt(&many(65)).is_err());
}

#[test]
fn what_a_file_says_is_shown_as_an_excerpt() {
    let long = "\u{202e}x".repeat(100_000);
    let difference = Difference { field: long.clone(), reported: long.clone().into(), found: Value::Null };
    let unknown = format!("{{{}: 1, \"competition_reports\": [{{}}]}}", Value::from(long.clone()));
    let wrong = format!("{{\"total_runs\": {}}}", Value::from(long));
    let [unknown, wrong] = [unknown, wrong].map(|text| parse(text.as_bytes()).unwrap_err().to_string());
    for message in [difference.to_string(), unknown, wrong] {
        assert!(!message.is_empty() && message.len() < 2000 && !message.contains('\u{202e}'), "{message}");
    }
}
